// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The loop with too few stacks, or none. See loop.h. */
#include "tests/fibers/loop.h"

/* Waits, by yield, for its own clock: what cordon_call() does. */
static unsigned clock_now;

static int serve_timed(void *arg, unsigned budget)
{
	unsigned i, until;

	(void)arg, (void)budget;
	if (req.begun == MOST) {
		cordon_loop_stop(&loop);
		return 0;
	}
	if (sched.live > most_live)
		most_live = sched.live;
	i = begin();
	until = clock_now + 20;
	while (clock_now++ < until)
		cordon_fiber_yield(&sched);
	end(i);
	return 1;
}

static void too_few_stacks_only_delay(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 5; n++) {
		with_stacks(n);
		most_live = 0;
		cordon_loop_add(&loop, serve_timed, NULL);
		cordon_loop_run(&loop);
		assert_int_equal(req.ended, MOST);
		assert_int_equal(most_live, n);
		done();
	}
}

/* With all stacks in handlers that wait no poller is called; a round still returns. */
static void no_poller_without_a_stack(void **state)
{
	(void)state;
	with_stacks(2);
	req.posted = 3;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, count, NULL);
	assert_int_equal(cordon_loop_once(&loop), 1);
	assert_int_equal(cordon_loop_once(&loop), 1);
	assert_int_equal(calls, 1);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(cordon_loop_once(&loop), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(req.begun, 2);
	let_go(0);
	assert_true(cordon_loop_once(&loop) > 0);
	assert_int_equal(req.ended, 1);
	assert_true(cordon_loop_once(&loop) >= 0);
	assert_true(cordon_loop_once(&loop) >= 0);
	assert_int_equal(req.begun, 3);
	let_go(1);
	let_go(2);
	cordon_loop_stop(&loop);
	cordon_loop_run(&loop);
	assert_int_equal(req.ended, 3);
	done();
}

static int in_plain_code(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	assert_null(cordon_fiber_current(&sched));
	cordon_fiber_yield(&sched);
	assert_int_equal(cordon_fiber_block(&sched), -EINVAL);
	return 1;
}

static void polls_in_plain_code_without_stacks(void **state)
{
	(void)state;
	with_stacks(0);
	cordon_loop_add(&loop, in_plain_code, NULL);
	cordon_loop_add(&loop, stop_after, (void *)100);
	assert_int_equal(cordon_loop_run(&loop), 0);
	assert_int_equal(calls, 100);
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_stacks_only_delay),
		cmocka_unit_test(no_poller_without_a_stack),
		cmocka_unit_test(polls_in_plain_code_without_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
