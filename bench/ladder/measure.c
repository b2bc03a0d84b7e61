// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/measure.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/counters.h"
#include "bench/ladder/rungs.h"
#include "core/clock.h"

#define BATCH 32u
#define BATCHES_MAX 1000u
#define WARM_UP 16u
#define TIMED \
	2u /* operations of one that times itself, if it says nothing: long pauses are between */
#define FLOOR_NS 2000000u

const char *const regime_name[REGIMES] = { "near", "far" };

static struct counters counters;

const char *measure_init(void)
{
	(void)counters_open(&counters);
	return counters.text;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void take(const struct rung *r, void *state, struct sample *s, uint64_t budget)
{
	unsigned n = r->batch ? r->batch : r->timed ? TIMED : BATCH * (r->flight ? r->flight : 1);
	double ns[BATCHES_MAX];
	struct counts before, after;
	int counted;
	struct cordon_clock clock;
	unsigned least = r->timed ? 1 : MEASURE_LEAST;
	uint64_t began, start, end;

	cordon_clock_calibrate(&clock);
	for (unsigned i = 0; !r->timed && i < WARM_UP; i++)
		r->run(state, n);
	counted = counters_read(&counters, &before) == 0;
	began = end = cordon_clock_read(&clock);
	s->batches = 0;
	while (s->batches < BATCHES_MAX && (s->batches < least || end - began < budget)) {
		if (r->timed) {
			ns[s->batches++] = r->timed(state, n);
			end = cordon_clock_read(&clock);
			continue;
		}
		start = cordon_clock_read(&clock);
		r->run(state, n);
		end = cordon_clock_read(&clock);
		ns[s->batches++] = (double)(end - start) / n;
	}
	s->cycles = s->instructions = 0;
	if (counted && !r->timed && counters_read(&counters, &after) == 0) {
		s->cycles = (double)(after.cycles - before.cycles) / n / s->batches;
		s->instructions =
			(double)(after.instructions - before.instructions) / n / s->batches;
	}
	qsort(ns, s->batches, sizeof(*ns), by_size);
	s->p10 = ns[s->batches / 10];
	s->p50 = ns[s->batches / 2];
	s->p90 = ns[s->batches * 9 / 10];
}

static int measure_for(const struct rung *r, const struct place *at, struct sample *s, char *why,
		       uint64_t budget)
{
	void *state;

	why[0] = '\0';
	state = r->begin(r, at, why);
	if (!state) {
		if (!why[0])
			snprintf(why, WHY_SIZE, "no memory, or no thread");
		return -ENOTSUP;
	}
	s->busy = s->watts = -1;
	take(r, state, s, budget);
	if (r->also)
		r->also(state, s);
	r->end(state);
	return 0;
}

int measure(const struct rung *r, const struct place *at, struct sample *s, char *why)
{
	return measure_for(r, at, s, why, MEASURE_NS);
}

double measure_floor(const struct place *at)
{
	struct sample s;
	char why[WHY_SIZE];

	return measure_for(&rungs_floor[0], at, &s, why, FLOOR_NS) < 0 ? -1 : s.p50;
}

int floors_agree(double a, double b)
{
	return a > 0 && b > 0 && a * 3 < b * 4 && b * 3 < a * 4;
}

struct interval interval_of(double *v, unsigned n)
{
	int low = (int)(n / 2.0 - 0.98 * sqrt(n)) - 1;
	int high = (int)(n / 2.0 + 1 + 0.98 * sqrt(n) + 0.5) - 1;

	if (!n)
		return (struct interval){ 0, 0, 0 };
	qsort(v, n, sizeof(*v), by_size);
	if (low < 0)
		low = 0;
	if (high > (int)n - 1)
		high = (int)n - 1;
	return (struct interval){ v[low], n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2,
				  v[high] };
}
