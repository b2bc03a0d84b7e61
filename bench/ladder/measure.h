/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Samples. One is the median over some hundred batches, each timed as a whole: a machine that is shared
 * takes its core away in gaps that a mean would count. Whether two samples may be compared says the
 * floor, the two-line ping-pong between the same CPUs, right before and after each: where a hypervisor
 * moves CPUs about, it flips.
 */
#ifndef CORDON_BENCH_LADDER_MEASURE_H
#define CORDON_BENCH_LADDER_MEASURE_H

#include "bench/ladder/rung.h"

struct sample {
	double p10, p50, p90; /* ns an operation */
	unsigned batches;
	double cycles, instructions; /* of the caller, an operation; 0: there are no counters */
	double busy,
		watts; /* of the other side, percent of its core; of the machine; below 0: not known */
};

/* Which distance a floor (ns a round trip) is of. */
enum regime { NEAR, FAR, REGIMES };

static inline enum regime regime_of(double floor)
{
	return floor < 230 ? NEAR : FAR;
}

extern const char *const regime_name[REGIMES];

/* How long a sample takes, besides beginning and end; at least MEASURE_LEAST batches are in it. */
#define MEASURE_NS 12000000u
#define MEASURE_LEAST 24u

/* Once, before all else, on the thread that measures: open the CPU's counters. What there is, in words. */
const char *measure_init(void);

/* Sample @r at @at. 0, or -errno with why in @why. */
int measure(const struct rung *r, const struct place *at, struct sample *s, char *why);

/* The floor now, ns; below 0: it can't be measured. */
double measure_floor(const struct place *at);

/* Whether two floors are of one regime: they differ by less than a third. */
int floors_agree(double a, double b);

/* Of @n numbers at @v, sorted by this: the median, and its 95 % interval by order statistics (ranks
 * n/2 -+ 0.98 sqrt(n)). */
struct interval {
	double low, median, high;
};
struct interval interval_of(double *v, unsigned n);

#endif
