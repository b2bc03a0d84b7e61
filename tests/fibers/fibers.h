/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A scheduler with stacks, and a record of what happened: for fibers.c, waiting.c, pool.c. */
#ifndef CORDON_TESTS_FIBERS_FIBERS_H
#define CORDON_TESTS_FIBERS_FIBERS_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fiber.h"
#include "core/stacks.h"

static struct cordon_sched sched;
static struct cordon_stacks stacks;

/* What happened, in order. */
static char trace[256];
static size_t traced;

static inline void note(char c)
{
	if (traced < sizeof(trace) - 1)
		trace[traced++] = c;
}

static inline void with_stacks(unsigned n)
{
	memset(trace, 0, sizeof(trace));
	traced = 0;
	assert_int_equal(cordon_stacks_map(n, 65536, &stacks), 0);
	assert_int_equal(cordon_sched_init(&sched, stacks.base, stacks.stride, stacks.stack_size,
					   stacks.n),
			 0);
}

static inline void done(void)
{
	assert_int_equal(sched.live, 0);
	assert_int_equal(sched.ready, 0);
	cordon_stacks_unmap(&stacks);
}

static inline void run_all(void)
{
	while (cordon_sched_run(&sched, 100))
		;
}

static inline void note_twice(void *arg)
{
	const char *name = arg;

	note(name[0]);
	cordon_fiber_yield(&sched);
	note(name[1]);
}

static char ab[] = "Aa", bb[] = "Bb", cb[] = "Cc";

#endif
