/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What we claim of our rungs: ratios to the floor or to a peer, taken in pairs. */
#ifndef CORDON_BENCH_LADDER_CLAIMS_H
#define CORDON_BENCH_LADDER_CLAIMS_H

#include "bench/ladder/measure.h"

enum how {
	OF_FLOOR, /* a / floor, at most the bound; there is no b */
	OF_PEER, /* a / b, at most */
	TIMES_FASTER, /* b / a, at least */
	ADDS_LESS, /* the same of what is left of both without the handler */
	ADDED, /* (a - b) / floor, at most */
	SAME, /* a / b, within the bound of 1 */
};

struct claim {
	const char *name;
	const char *a, *b; /* names of rungs */
	enum how how;
	double bound[REGIMES]; /* 0: none is set */
};

/* Ends with a NULL name. */
extern const struct claim claims[];

/* The ratio of one pair: @a and @b ns, the @floor about them, and the @handler in both, ns. */
double claim_ratio(const struct claim *c, double a, double b, double floor, double handler);

/* 1 if the whole of @i meets the bound, 0 if the whole of it misses it, -1: inconclusive, or no bound. */
int claim_verdict(const struct claim *c, enum regime r, struct interval i);

#endif
