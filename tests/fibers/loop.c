// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The loop: handlers run on the polling fiber, and one that waits does not hold up the others.
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

static unsigned calls, idles;

static void with_stacks(unsigned n)
{
	memset(&req, 0, sizeof(req));
	calls = idles = 0;
	assert_int_equal(cordon_stacks_map(n, 65536, &stacks), 0);
	assert_int_equal(cordon_sched_init(&sched, stacks.base, stacks.stride, stacks.stack_size,
					   stacks.n),
			 0);
	cordon_loop_init(&loop, &sched);
}

static void done(void)
{
	assert_int_equal(sched.live, 0);
	assert_int_equal(sched.ready, 0);
	assert_false(cordon_loop_stopping(&loop));
	cordon_stacks_unmap(&stacks);
}

static unsigned begin(void)
{
	unsigned i = req.begun++;

	req.on[i] = cordon_fiber_current(&sched);
	return i;
}

static void end(unsigned i)
{
	req.order[req.ended++] = i;
}

/* Serves one request a call; its handler blocks until it may go. */
static int serve_blocking(void *arg, unsigned budget)
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

/* The same, waiting by yield. */
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

static void let_go(unsigned i)
{
	req.go[i] = true;
	cordon_fiber_wake(req.on[i]);
}

/* Counts calls and does nothing. */
static int count(void *arg, unsigned budget)
{
	(void)arg, (void)budget;
	calls++;
	return 0;
}

/* Stops the loop on its @arg-th call. */
static int stop_after(void *arg, unsigned budget)
{
	(void)budget;
	if (++calls == (uintptr_t)arg)
		cordon_loop_stop(&loop);
	return 0;
}

/* ---- running --------------------------------------------------------------------------------- */

static struct cordon_fiber *first_on;
static unsigned budget_seen, most_live, other_fibers;

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

static void yield_ten_times(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(idles, 0);
		cordon_fiber_yield(&sched);
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

/* ---- handlers that wait ---------------------------------------------------------------------- */

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

/* ---- too few stacks -------------------------------------------------------------------------- */

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
		cmocka_unit_test(waiting_handler_lets_pollers_go_on),
		cmocka_unit_test(many_handlers_wait_and_end_as_woken),
		cmocka_unit_test(fiber_goes_back_to_the_pool),
		cmocka_unit_test(loop_moves_on_after_an_inner_run),
		cmocka_unit_test(next_poller_is_not_starved),
		cmocka_unit_test(one_fiber_polls),
		cmocka_unit_test(handlers_fan_out),
		cmocka_unit_test(too_few_stacks_only_delay),
		cmocka_unit_test(no_poller_without_a_stack),
		cmocka_unit_test(polls_in_plain_code_without_stacks),
		cmocka_unit_test(stop_waits_for_fibers),
		cmocka_unit_test(stop_before_run),
		cmocka_unit_test(runs_again_after_a_stop),
		cmocka_unit_test(once_is_one_round),
		cmocka_unit_test(once_leaves_a_waiting_handler),
		cmocka_unit_test(waiting_handler_ends_outside_of_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
