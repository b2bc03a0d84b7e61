// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The loop: a handler that waits does not hold up the others. See loop.h. */
#include "tests/fibers/loop.h"

/* As serve_blocking(), waiting by yield. */
static int serve_yielding(void *arg, unsigned budget)
{
	unsigned i;

	(void)arg, (void)budget;
	if (req.begun == req.posted)
		return 0;
	i = begin();
	while (!req.go[i])
		cordon_fiber_yield(&sched);
	end(i);
	return 1;
}

/* After ten calls, lets the one request go. */
static int let_go_later(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (++calls == 10)
		let_go(0);
	if (req.ended)
		cordon_loop_stop(&loop);
	return 0;
}

static void waiting_handler_lets_pollers_go_on(void **state)
{
	cordon_poll_fn *const serve[] = { serve_blocking, serve_yielding };

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		with_stacks(2);
		req.posted = 1;
		cordon_loop_add(&loop, serve[k], NULL);
		cordon_loop_add(&loop, let_go_later, NULL);
		cordon_loop_run(&loop);
		assert_int_equal(req.ended, 1);
		assert_true(calls >= 10);
		done();
	}
}

/* Begun in order, let go in the other order. */
static int let_all_go(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (req.begun == req.posted && !req.ended)
		for (unsigned i = req.posted; i--;)
			let_go(i);
	if (req.ended == req.posted)
		cordon_loop_stop(&loop);
	return 0;
}

static void many_handlers_wait_and_end_as_woken(void **state)
{
	(void)state;
	with_stacks(MOST + 1);
	req.posted = MOST;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, let_all_go, NULL);
	cordon_loop_run(&loop);
	assert_int_equal(req.ended, MOST);
	for (unsigned i = 0; i < MOST; i++) {
		assert_int_equal(req.order[i], MOST - 1 - i);
		for (unsigned j = 0; j < i; j++)
			assert_ptr_not_equal(req.on[i], req.on[j]);
	}
	done();
}

/* Request by request: each waits once. */
static int let_one_go(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (sched.live > most_live)
		most_live = sched.live;
	if (req.ended < req.begun)
		let_go(req.ended);
	else if (req.posted < MOST)
		req.posted++;
	else
		cordon_loop_stop(&loop);
	return 0;
}

static void fiber_goes_back_to_the_pool(void **state)
{
	(void)state;
	with_stacks(2);
	most_live = 0;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, let_one_go, NULL);
	cordon_loop_run(&loop);
	assert_int_equal(req.ended, MOST);
	assert_int_equal(most_live, 2);
	done();
}

static unsigned calls_before;

static int run_fibers_then_wait(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (cordon_loop_stopping(&loop))
		return 0;
	cordon_sched_run(&sched, 100);
	calls_before = calls;
	cordon_fiber_yield(&sched);
	if (calls > calls_before)
		cordon_loop_stop(&loop);
	return 1;
}

/* What an inner run leaves of its budget is not the outer one's. */
static void loop_moves_on_after_an_inner_run(void **state)
{
	(void)state;
	with_stacks(4);
	cordon_loop_add(&loop, run_fibers_then_wait, NULL);
	cordon_loop_add(&loop, count, NULL);
	cordon_fiber_start(&sched, yield_ten_times, NULL);
	assert_int_equal(cordon_loop_once(&loop), 1);
	assert_int_equal(calls, 0);
	assert_int_equal(cordon_loop_once(&loop) > 0, 1);
	assert_int_equal(calls, 1);
	cordon_loop_stop(&loop);
	cordon_loop_run(&loop);
	done();
}

static int always_wait(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (cordon_loop_stopping(&loop))
		return 0;
	cordon_fiber_yield(&sched);
	return 1;
}

static void next_poller_is_not_starved(void **state)
{
	(void)state;
	with_stacks(8);
	cordon_loop_add(&loop, always_wait, NULL);
	cordon_loop_add(&loop, stop_after, (void *)100);
	cordon_loop_run(&loop);
	assert_true(calls >= 100);
	done();
}

static unsigned polling, most_polling;

/* Only one fiber polls at a time: nobody else is between two pollers, whatever waits. */
static int one_at_a_time(void *arg, unsigned budget)
{
	struct cordon_fiber *self = cordon_fiber_current(&sched);

	(void)arg, (void)budget;
	if (sched.poller != self)
		most_polling++;
	polling++;
	if (req.posted < MOST)
		req.posted++;
	if (req.begun > req.ended && polling % 3 == 0)
		for (unsigned i = 0; i < req.begun; i++)
			if (!req.go[i]) {
				let_go(i);
				break;
			}
	if (req.ended == MOST)
		cordon_loop_stop(&loop);
	return 0;
}

static void one_fiber_polls(void **state)
{
	(void)state;
	with_stacks(MOST + 1);
	polling = most_polling = 0;
	cordon_loop_add(&loop, serve_blocking, NULL);
	cordon_loop_add(&loop, one_at_a_time, NULL);
	cordon_loop_run(&loop);
	assert_int_equal(most_polling, 0);
	assert_int_equal(req.ended, MOST);
	done();
}

static void part(void *arg)
{
	cordon_fiber_yield(&sched);
	*(unsigned *)arg += 1;
}

static int serve_with_scope(void *arg, unsigned budget)
{
	struct cordon_scope scope;
	unsigned sum = 0;

	(void)arg, (void)budget;
	if (req.begun == req.posted)
		return 0;
	begin();
	cordon_scope_init(&scope, &sched);
	for (unsigned i = 0; i < 5; i++)
		cordon_scope_start(&scope, part, &sum);
	cordon_scope_join(&scope);
	if (sum == 5)
		end(0);
	return 1;
}

static int stop_when_served(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	if (req.begun == MOST)
		cordon_loop_stop(&loop);
	return 0;
}

static void handlers_fan_out(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 20; n++) {
		with_stacks(n);
		req.posted = MOST;
		cordon_loop_add(&loop, serve_with_scope, NULL);
		cordon_loop_add(&loop, stop_when_served, NULL);
		cordon_loop_run(&loop);
		assert_int_equal(req.ended, MOST);
		done();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_handler_lets_pollers_go_on),
		cmocka_unit_test(many_handlers_wait_and_end_as_woken),
		cmocka_unit_test(fiber_goes_back_to_the_pool),
		cmocka_unit_test(loop_moves_on_after_an_inner_run),
		cmocka_unit_test(next_poller_is_not_starved),
		cmocka_unit_test(one_fiber_polls),
		cmocka_unit_test(handlers_fan_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
