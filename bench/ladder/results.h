/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What was measured: values of each rung and ratios of each claim, by regime; as tables and as JSON. */
#ifndef CORDON_BENCH_LADDER_RESULTS_H
#define CORDON_BENCH_LADDER_RESULTS_H

#include <json-c/json.h>
#include <stdio.h>
#include "bench/ladder/claims.h"

#define VALUES_MAX 256u

struct values {
	double v[REGIMES][VALUES_MAX];
	unsigned n[REGIMES];
};

struct rung_result {
	const struct rung *rung;
	double cycles, instructions; /* of the last sample; 0: not counted */
	struct values values; /* ns an operation; of a local rung, all are NEAR */
	struct values busy, watts; /* see struct sample */
	char why[WHY_SIZE]; /* it can't be measured here; "": it can */
};

struct claim_result {
	const struct claim *claim;
	struct rung_result *a, *b; /* b: NULL, if there is none */
	struct values values;
	unsigned dropped; /* pairs whose floors differed */
};

/* Keep @v; beyond VALUES_MAX it is dropped, and so is what is below 0. */
void values_add(struct values *to, enum regime r, double v);

/* One table each. */
void print_rungs(FILE *f, struct rung_result *r, unsigned n);
void print_claims(FILE *f, struct claim_result *c, unsigned n);

/* The results as a file of results has them; the caller's to put. @host is taken over. */
json_object *results_json(json_object *host, struct rung_result *r, unsigned nr,
			  struct claim_result *c, unsigned nc);

#endif
