// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/clock.h"

#include <pthread.h>
#include <time.h>

uint64_t cordon_clock_monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct cordon_clock measured;

/* A pair of readings close together: of several, the one taken fastest. */
static void sample(uint64_t *cycles, uint64_t *ns)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 16; i++) {
		uint64_t before = cordon_cycles();
		uint64_t t = cordon_clock_monotonic();
		uint64_t after = cordon_cycles();

		if (after - before >= best)
			continue;
		best = after - before;
		*cycles = before + best / 2;
		*ns = t;
	}
}

static void measure(void)
{
	const struct timespec nap = { 0, 10 * 1000 * 1000 };
	uint64_t c0 = 0, c1 = 0, t0 = 0, t1 = 0;

	sample(&c0, &t0);
	nanosleep(&nap, NULL);
	sample(&c1, &t1);
	measured.start = c1;
	measured.base = t1;
	measured.mult = c1 > c0 ? (uint64_t)(((unsigned __int128)(t1 - t0) << 32) / (c1 - c0)) : 0;
}

void cordon_clock_calibrate(struct cordon_clock *c)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, measure);
	*c = measured;
}
