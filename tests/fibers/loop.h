/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A loop, and handlers of requests that wait until they may end: for loop*.c. */
#ifndef CORDON_TESTS_FIBERS_LOOP_H
#define CORDON_TESTS_FIBERS_LOOP_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/loop.h"
#include "core/stacks.h"

#define MOST 64

static struct cordon_sched sched;
static struct cordon_loop loop;
static struct cordon_stacks stacks;

/* The handlers of the requests that the tests poll for. */
static struct {
	unsigned posted, begun, ended;
	bool go[MOST]; /* request may end */
	struct cordon_fiber *on[MOST]; /* fiber that it began on */
	unsigned order[MOST]; /* in which they ended */
} req;

static unsigned calls, idles, most_live;

static inline void with_stacks(unsigned n)
{
	memset(&req, 0, sizeof(req));
	calls = idles = 0;
	assert_int_equal(cordon_stacks_map(n, 65536, &stacks), 0);
	assert_int_equal(cordon_sched_init(&sched, stacks.base, stacks.stride, stacks.stack_size,
					   stacks.n),
			 0);
	cordon_loop_init(&loop, &sched);
}

static inline void done(void)
{
	assert_int_equal(sched.live, 0);
	assert_int_equal(sched.ready, 0);
	assert_false(cordon_loop_stopping(&loop));
	cordon_stacks_unmap(&stacks);
}

static inline unsigned begin(void)
{
	unsigned i = req.begun++;

	req.on[i] = cordon_fiber_current(&sched);
	return i;
}

static inline void end(unsigned i)
{
	req.order[req.ended++] = i;
}

/* Serves one request a call; its handler blocks until it may go. */
static inline int serve_blocking(void *arg, unsigned budget)
{
	unsigned i;

	(void)arg, (void)budget;
	if (req.begun == req.posted)
		return 0;
	i = begin();
	while (!req.go[i])
		cordon_fiber_block(&sched);
	end(i);
	return 1;
}

static inline void let_go(unsigned i)
{
	req.go[i] = true;
	cordon_fiber_wake(req.on[i]);
}

/* Counts calls and does nothing. */
static inline int count(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	calls++;
	return 0;
}

/* Stops the loop on its @arg-th call. */
static inline int stop_after(void *arg, unsigned budget)
{
	(void)budget;
	if (++calls == (uintptr_t)arg)
		cordon_loop_stop(&loop);
	return 0;
}

static inline void yield_ten_times(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(idles, 0);
		cordon_fiber_yield(&sched);
	}
}

#endif
