// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The loop: pollers, which run on one fiber, idling, the stop, single rounds. See loop.h. */
#include "tests/fibers/loop.h"

/* ---- running --------------------------------------------------------------------------------- */

static struct cordon_fiber *first_on;
static unsigned budget_seen, other_fibers;

static int serve_directly(void *arg, unsigned budget)
{
	struct cordon_fiber *on = cordon_fiber_current(&sched);

	(void)arg;
	budget_seen = budget;
	if (!first_on)
		first_on = on;
	if (on != first_on || !on)
		other_fibers++;
	if (sched.live > most_live)
		most_live = sched.live;
	return 1;
}

static void handler_that_does_not_wait_stays_on_one_fiber(void **state)
{
	(void)state;
	with_stacks(4);
	first_on = NULL;
	most_live = other_fibers = 0;
	cordon_loop_add(&loop, serve_directly, NULL);
	cordon_loop_add(&loop, stop_after, (void *)1000);
	assert_int_equal(cordon_loop_run(&loop), 0);
	assert_int_equal(calls, 1000);
	assert_int_equal(other_fibers, 0);
	assert_int_equal(most_live, 1);
	assert_int_equal(budget_seen, CORDON_LOOP_BUDGET);
	done();
}

static char seq[16];

static int append(void *arg, unsigned budget)
{
	size_t n = strlen(seq);

	(void)budget;
	if (n < sizeof(seq) - 1)
		seq[n] = *(const char *)arg;
	return 0;
}

static char one[] = "1", two[] = "2", three[] = "3";

static void fiber_notes(void *arg)
{
	append(arg, 0);
}

static void pollers_in_order_then_fibers(void **state)
{
	(void)state;
	with_stacks(4);
	memset(seq, 0, sizeof(seq));
	cordon_loop_add(&loop, append, one);
	cordon_loop_add(&loop, append, two);
	cordon_loop_add(&loop, stop_after, (void *)2);
	cordon_fiber_start(&sched, fiber_notes, three);
	cordon_loop_run(&loop);
	assert_string_equal(seq, "12312");
	done();
}

static void pollers_are_bounded(void **state)
{
	(void)state;
	with_stacks(1);
	for (unsigned i = 0; i < CORDON_LOOP_POLLERS; i++)
		assert_int_equal(cordon_loop_add(&loop, count, NULL), 0);
	assert_int_equal(cordon_loop_add(&loop, count, NULL), -ENOSPC);
	assert_int_equal(cordon_loop_once(&loop), 0);
	assert_int_equal(calls, CORDON_LOOP_POLLERS);
	done();
}

static int nested_run, nested_once;

static int nest(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	nested_run = cordon_loop_run(&loop);
	nested_once = cordon_loop_once(&loop);
	cordon_loop_stop(&loop);
	return 0;
}

static void loop_is_not_entered_twice(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		with_stacks(n);
		cordon_loop_add(&loop, nest, NULL);
		assert_int_equal(cordon_loop_run(&loop), 0);
		assert_int_equal(nested_run, n ? -EINVAL : -EBUSY);
		assert_int_equal(nested_once, n ? -EINVAL : -EBUSY);
		done();
	}
}

static void stop_when_idle(void *arg)
{
	if (++idles == (uintptr_t)arg)
		cordon_loop_stop(&loop);
}

static unsigned work_left;

static int work(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (!work_left)
		return -EAGAIN;
	work_left--;
	assert_int_equal(idles, 0);
	return 1;
}

static void idle_only_after_a_round_that_did_nothing(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		with_stacks(n);
		work_left = 10;
		cordon_loop_add(&loop, count, NULL);
		cordon_loop_add(&loop, work, NULL);
		cordon_loop_set_idle(&loop, stop_when_idle, (void *)3);
		cordon_loop_run(&loop);
		assert_int_equal(work_left, 0);
		assert_int_equal(calls, 13);
		assert_int_equal(idles, 3);
		done();
	}
}

static void not_idle_while_fibers_run(void **state)
{
	(void)state;
	with_stacks(2);
	cordon_loop_add(&loop, count, NULL);
	cordon_loop_set_idle(&loop, stop_when_idle, (void *)1);
	cordon_fiber_start(&sched, yield_ten_times, NULL);
	cordon_loop_run(&loop);
	assert_int_equal(calls, 12);
	done();
}

/* ---- stop ------------------------------------------------------------------------------------ */

static int let_go_when_stopping(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (req.begun == req.posted && !cordon_loop_stopping(&loop))
		cordon_loop_stop(&loop);
	else if (cordon_loop_stopping(&loop) && ++calls > 5 && req.ended < req.posted)
		let_go(req.ended);
	return 0;
}

static void stop_waits_for_fibers(void **state)
{
	(void)state;
	with_stacks(8);
	req.posted = 5;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, let_go_when_stopping, NULL);
	cordon_loop_run(&loop);
	assert_int_equal(req.ended, 5);
	done();
}

static void stop_before_run(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		with_stacks(n);
		cordon_loop_add(&loop, count, NULL);
		cordon_loop_stop(&loop);
		assert_int_equal(cordon_loop_run(&loop), 0);
		assert_int_equal(calls, 0);
		done();
	}
}

static void runs_again_after_a_stop(void **state)
{
	(void)state;
	with_stacks(2);
	cordon_loop_add(&loop, stop_after, (void *)3);
	cordon_loop_run(&loop);
	assert_int_equal(calls, 3);
	calls = 0;
	cordon_loop_run(&loop);
	assert_int_equal(calls, 3);
	done();
}

/* ---- once ------------------------------------------------------------------------------------ */

static void once_is_one_round(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 3; n++) {
		with_stacks(n);
		work_left = 2;
		cordon_loop_add(&loop, work, NULL);
		cordon_loop_add(&loop, count, NULL);
		cordon_loop_set_idle(&loop, stop_when_idle, (void *)1);
		assert_int_equal(cordon_loop_once(&loop), 1);
		assert_int_equal(calls, 1);
		assert_int_equal(cordon_loop_once(&loop), 1);
		assert_int_equal(cordon_loop_once(&loop), 0);
		assert_int_equal(calls, 3);
		assert_int_equal(idles, 0);
		done();
	}
}

static void once_leaves_a_waiting_handler(void **state)
{
	(void)state;
	with_stacks(2);
	req.posted = 1;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, count, NULL);
	assert_int_equal(cordon_loop_once(&loop), 1);
	assert_int_equal(calls, 0);
	assert_int_equal(sched.live, 1);
	assert_int_equal(cordon_loop_once(&loop), 0);
	assert_int_equal(calls, 1);
	let_go(0);
	assert_int_equal(cordon_loop_once(&loop), 1);
	assert_int_equal(req.ended, 1);
	done();
}

/* A handler that goes on outside of the loop does not poll there. */
static void waiting_handler_ends_outside_of_the_loop(void **state)
{
	(void)state;
	with_stacks(2);
	req.posted = 1;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, count, NULL);
	assert_int_equal(cordon_loop_once(&loop), 1);
	let_go(0);
	assert_int_equal(cordon_sched_run(&sched, 100), 1);
	assert_int_equal(req.ended, 1);
	assert_int_equal(calls, 0);
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_that_does_not_wait_stays_on_one_fiber),
		cmocka_unit_test(pollers_in_order_then_fibers),
		cmocka_unit_test(pollers_are_bounded),
		cmocka_unit_test(loop_is_not_entered_twice),
		cmocka_unit_test(idle_only_after_a_round_that_did_nothing),
		cmocka_unit_test(not_idle_while_fibers_run),
		cmocka_unit_test(stop_waits_for_fibers),
		cmocka_unit_test(stop_before_run),
		cmocka_unit_test(runs_again_after_a_stop),
		cmocka_unit_test(once_is_one_round),
		cmocka_unit_test(once_leaves_a_waiting_handler),
		cmocka_unit_test(waiting_handler_ends_outside_of_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
