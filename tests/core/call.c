// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Blocking calls: in fibers and in plain code they end by the answer, the deadline or a cancel.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/call.h"
#include "core/loop.h"
#include "core/stacks.h"

#define LINES 4
#define SECOND UINT64_C(1000000000)

/* Both ends in one thread; the test's clock goes on by a step whenever it is read. */
static struct cordon_line lines[LINES];
static struct cordon_client client;
static struct cordon_server server;
static uint64_t ticks, step;
static unsigned served;

static uint64_t now(void)
{
	return ticks += step;
}

static int twice(void *state, const void *req, unsigned len, void *reply)
{
	uint32_t v;

	(void)state, (void)len;
	memcpy(&v, req, sizeof(v));
	v *= 2;
	memcpy(reply, &v, sizeof(v));
	served++;
	return sizeof(v);
}

static int refuse(void *state, const void *req, unsigned len, void *reply)
{
	(void)state, (void)req, (void)len, (void)reply;
	return -ENXIO;
}

static const struct cordon_op table[] = { { "twice", twice, 4, 4 }, { "refuse", refuse, 0, 0 } };
static const struct cordon_ops ops = { 2, table };

static int serve_all(void *arg, unsigned budget)
{
	(void)arg;
	return (int)cordon_serve(&server, &ops, NULL, budget);
}

static void reset(void)
{
	memset(lines, 0, sizeof(lines));
	cordon_client_init(&client, lines, LINES);
	cordon_server_init(&server, lines, LINES);
	ticks = 0;
	step = 1;
	served = 0;
}

/* ---- plain code: the server is another thread -------- */

static atomic_bool over;

static void *serve_thread(void *arg)
{
	(void)arg;
	while (!atomic_load(&over))
		(void)serve_all(NULL, 8);
	return NULL;
}

static void plain_code_polls_until_the_answer(void **state)
{
	struct cordon_caller c = { .client = &client, .now = now };
	pthread_t thread;

	(void)state;
	reset();
	atomic_store(&over, false);
	assert_int_equal(pthread_create(&thread, NULL, serve_thread, NULL), 0);
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t reply = 0;

		assert_int_equal(cordon_call(&c, 0, &i, sizeof(i), &reply, sizeof(reply),
					     UINT64_MAX),
				 sizeof(reply));
		assert_int_equal(reply, 2 * i);
		assert_int_equal(c.by_op[0], i + 1);
		assert_false(c.waiting);
	}
	assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, UINT64_MAX), -ENXIO);
	assert_int_equal(cordon_call(&c, 2, NULL, 0, NULL, 0, UINT64_MAX), -EOPNOTSUPP);
	assert_int_equal(cordon_call(&c, 0, NULL, 0, NULL, 0, UINT64_MAX), -EINVAL);
	/* Only those that were answered well. */
	assert_int_equal(c.by_op[0], 100);
	assert_int_equal(c.by_op[1] + c.by_op[2], 0);
	atomic_store(&over, true);
	pthread_join(thread, NULL);
}

static void the_last_call_is_known_and_answers_are_counted_by_operation(void **state)
{
	uint8_t last[CORDON_PAYLOAD_SIZE] = { 0 };
	struct cordon_caller c = { .client = &client, .now = now, .last = last };
	uint32_t v = 0x11223344;

	(void)state;
	reset();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(cordon_call(&c, 0, &v, sizeof(v), NULL, 0, 100), -ETIMEDOUT);
	assert_int_equal(c.last_op, 0);
	assert_true(c.waiting);
	assert_int_equal(c.last_len, sizeof(v));
	assert_memory_equal(last, &v, sizeof(v));
	assert_int_equal(c.by_op[0], 0);
	assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, 100), -ETIMEDOUT);
	assert_int_equal(c.last_op, 1);
	assert_int_equal(c.last_len, 0);
}

static void a_request_that_is_too_long_is_refused(void **state)
{
	uint8_t last[CORDON_PAYLOAD_SIZE];
	struct cordon_caller c = { .client = &client, .now = now, .last = last };
	uint8_t big[64] = { 0 };

	(void)state;
	reset();
	assert_int_equal(cordon_call(&c, 0, big, 57, NULL, 0, SECOND), -EMSGSIZE);
	assert_int_equal(cordon_call_inflight(&client), 0);
}

static void silence_ends_with_the_deadline(void **state)
{
	struct cordon_caller c = { .client = &client, .now = now };

	(void)state;
	reset();
	step = SECOND / 100;
	for (unsigned i = 0; i < LINES; i++) {
		uint64_t before = ticks;

		assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, SECOND), -ETIMEDOUT);
		/* Not before, and no more than a few looks at the clock after. */
		assert_in_range(ticks - before, SECOND, SECOND + 10 * step);
	}
	/* Every line waits for a server that is as good as dead. */
	assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, SECOND), -EPIPE);
}

static void a_late_answer_is_nobody_s_and_gives_the_line_back(void **state)
{
	struct cordon_caller c = { .client = &client, .now = now };
	uint32_t v = 1;

	(void)state;
	reset();
	step = SECOND;
	for (unsigned i = 0; i < LINES; i++)
		assert_int_equal(cordon_call(&c, 0, &v, sizeof(v), NULL, 0, SECOND), -ETIMEDOUT);
	assert_int_equal(serve_all(NULL, 8), LINES);
	assert_int_equal(cordon_call(&c, 0, &v, sizeof(v), NULL, 0, SECOND), -ETIMEDOUT);
	assert_int_equal(client.late, LINES);
}

static void a_free_line_is_waited_for_no_longer_than_the_deadline(void **state)
{
	struct cordon_caller c = { .client = &client, .now = now };

	(void)state;
	reset();
	step = SECOND / 100;
	for (unsigned i = 0; i < LINES; i++)
		assert_true(cordon_call_start(&client, 1, NULL, 0, UINT64_MAX) >= 0);
	assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, SECOND), -ETIMEDOUT);
	assert_int_equal(cordon_call_inflight(&client), LINES);
}

static void a_cancel_ends_a_call_and_the_wait_for_a_line(void **state)
{
	atomic_bool cancel = true;
	struct cordon_caller c = { .client = &client, .now = now, .cancel = &cancel };

	(void)state;
	reset();
	for (unsigned i = 0; i < LINES - 1; i++)
		assert_true(cordon_call_start(&client, 1, NULL, 0, UINT64_MAX) >= 0);
	assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, UINT64_MAX / 2), -ECANCELED);
	/* The line is the server's until it answers: quarantined, not free. */
	assert_int_equal(cordon_call_inflight(&client), LINES - 1);
	assert_int_equal(cordon_call(&c, 1, NULL, 0, NULL, 0, UINT64_MAX / 2), -ECANCELED);
}

/* ---- fibers: the server is a poller of the same loop -------- */

#define FIBERS 16

static struct cordon_sched sched;
static struct cordon_loop loop;
static struct cordon_stacks stacks;
static struct cordon_caller fiber_caller = { .client = &client, .sched = &sched, .now = now };
static unsigned good, ended;

static void with_fibers(void)
{
	reset();
	good = ended = 0;
	assert_int_equal(cordon_stacks_map(FIBERS + 2, 65536, &stacks), 0);
	assert_int_equal(cordon_sched_init(&sched, stacks.base, stacks.stride, stacks.stack_size,
					   stacks.n),
			 0);
	cordon_loop_init(&loop, &sched);
}

static void call_twice(void *arg)
{
	uint32_t v = (uint32_t)(uintptr_t)arg, reply = 0;

	good += cordon_call(&fiber_caller, 0, &v, sizeof(v), &reply, sizeof(reply),
			    1000000 * SECOND) == sizeof(reply) &&
		reply == 2 * v;
	if (++ended == FIBERS)
		cordon_loop_stop(&loop);
}

/* More callers than lines: some wait for a line, the rest for an answer. */
static void fibers_wait_without_holding_up_the_loop(void **state)
{
	(void)state;
	with_fibers();
	assert_int_equal(cordon_loop_add(&loop, serve_all, NULL), 0);
	for (uintptr_t i = 0; i < FIBERS; i++)
		assert_int_equal(cordon_fiber_start(&sched, call_twice, (void *)i), 0);
	assert_int_equal(cordon_loop_run(&loop), 0);
	assert_int_equal(ended, FIBERS);
	assert_int_equal(good, FIBERS);
	assert_int_equal(served, FIBERS);
	cordon_stacks_unmap(&stacks);
}

static void call_in_vain(void *arg)
{
	int *ret = arg;

	*ret = cordon_call(&fiber_caller, 1, NULL, 0, NULL, 0, SECOND);
	if (++ended == LINES)
		cordon_loop_stop(&loop);
}

static void fibers_time_out_side_by_side(void **state)
{
	int ret[LINES] = { 0 };

	(void)state;
	with_fibers();
	step = SECOND / 1000;
	for (unsigned i = 0; i < LINES; i++)
		assert_int_equal(cordon_fiber_start(&sched, call_in_vain, &ret[i]), 0);
	assert_int_equal(cordon_loop_run(&loop), 0);
	for (unsigned i = 0; i < LINES; i++)
		assert_int_equal(ret[i], -ETIMEDOUT);
	/* In one second together, not one after the other. */
	assert_true(ticks < 2 * SECOND);
	cordon_stacks_unmap(&stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_code_polls_until_the_answer),
		cmocka_unit_test(the_last_call_is_known_and_answers_are_counted_by_operation),
		cmocka_unit_test(a_request_that_is_too_long_is_refused),
		cmocka_unit_test(silence_ends_with_the_deadline),
		cmocka_unit_test(a_late_answer_is_nobody_s_and_gives_the_line_back),
		cmocka_unit_test(a_free_line_is_waited_for_no_longer_than_the_deadline),
		cmocka_unit_test(a_cancel_ends_a_call_and_the_wait_for_a_line),
		cmocka_unit_test(fibers_wait_without_holding_up_the_loop),
		cmocka_unit_test(fibers_time_out_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
