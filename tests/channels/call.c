// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Calls: each promise of channels/call.h, both ends in one thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "channels/call.h"

#define MAX 64u
#define NEVER UINT64_MAX
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { OP_ECHO, OP_RESULT, OP_HOLE, OP_BOUNDED, OP_NEST, OP_FORGE, OP_FILL };

static struct cordon_line lines[MAX];
static struct cordon_client c;
static struct cordon_server s;
static unsigned handled, nested;

static void open_calls(unsigned n)
{
	memset(lines, 0, sizeof(lines));
	cordon_client_init(&c, lines, n);
	cordon_server_init(&s, lines, n);
	handled = nested = 0;
}

static const struct cordon_ops ops;

static int op_echo(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	handled++;
	memcpy(reply, req, len);
	return (int)len;
}

/* Returns what the request says. */
static int op_result(void *state, const void *req, unsigned len, void *reply)
{
	int32_t result;

	(void)state;
	(void)reply;
	handled++;
	assert_int_equal(len, sizeof(result));
	memcpy(&result, req, sizeof(result));
	return result;
}

static int op_bounded(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	(void)req;
	(void)reply;
	handled++;
	assert_in_range(len, 8, 16);
	return 0;
}

/* Serves the other lines while this one is in service, as another fiber would. */
static int op_nest(void *state, const void *req, unsigned len, void *reply)
{
	nested++;
	while (cordon_serve(&s, &ops, state, MAX) > 0)
		;
	return op_echo(state, req, len, reply);
}

/* While this call is in service, its client goes on writing to the line. */
static int op_forge(void *state, const void *req, unsigned len, void *reply)
{
	uint32_t turn = s.turn[0];

	handled++;
	for (uint32_t d = 0; d < 8; d++) {
		cordon_publish(&lines[0], cordon_hdr(turn - 4 + d, OP_ECHO, 0, 0));
		assert_int_equal(cordon_serve(&s, &ops, state, MAX), 0);
	}
	memcpy(reply, req, len);
	return (int)len;
}

static int op_fill(void *state, const void *req, unsigned len, void *reply)
{
	uint8_t *byte = reply;

	(void)state;
	(void)req;
	for (unsigned i = 0; i < CORDON_PAYLOAD_SIZE; i++) {
		assert_int_equal(byte[i], 0);
		byte[i] = (uint8_t)(i + len);
	}
	return (int)len;
}

static const struct cordon_op table[] = {
	[OP_ECHO] = { "echo", op_echo, 0, 56 }, [OP_RESULT] = { "result", op_result, 4, 4 },
	[OP_HOLE] = { "hole", NULL, 0, 56 },	[OP_BOUNDED] = { "bounded", op_bounded, 8, 16 },
	[OP_NEST] = { "nest", op_nest, 0, 56 }, [OP_FORGE] = { "forge", op_forge, 0, 56 },
	[OP_FILL] = { "fill", op_fill, 0, 56 },
};
static const struct cordon_ops ops = { COUNT(table), table };

static int start(uint16_t op, uint64_t arg)
{
	return cordon_call_start(&c, op, &arg, sizeof(arg), NEVER);
}

static int poll_line(int line)
{
	uint64_t reply[CORDON_PAYLOAD_WORDS];

	return cordon_call_poll(&c, line, 0, reply, sizeof(reply));
}

static void serve_all(void)
{
	while (cordon_serve(&s, &ops, NULL, MAX) > 0)
		;
}

/* The reply on @line must be the echo of @arg. */
static void finish(int line, uint64_t arg)
{
	uint64_t reply = ~arg;

	assert_int_equal(cordon_call_poll(&c, line, 0, &reply, sizeof(reply)), sizeof(reply));
	assert_true(reply == arg);
}

/* What the server says to a call that returns @result. */
static int outcome(int32_t result)
{
	int line = cordon_call_start(&c, OP_RESULT, &result, sizeof(result), NEVER);

	assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
	return poll_line(line);
}

/* What a hostile server writes in answer to a new call. */
static int answer_forged(uint16_t error, uint8_t len)
{
	int line = start(OP_ECHO, 1);

	assert_true(line >= 0);
	cordon_publish(&lines[line], cordon_hdr(c.turn[line] + 1, error, len, 0));
	return poll_line(line);
}

static void a_call_brings_its_reply(void **state)
{
	int line;

	(void)state;
	open_calls(1);
	line = start(OP_ECHO, 0x1122334455667788);
	assert_int_equal(line, 0);
	assert_int_equal(cordon_call_inflight(&c), 1);
	assert_int_equal(poll_line(line), -EAGAIN);
	assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
	assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 0);
	finish(line, 0x1122334455667788);
	assert_int_equal(cordon_call_inflight(&c), 0);
	assert_int_equal(c.calls, 1);
	assert_int_equal(s.served, 1);
}

static void requests_and_replies_of_every_length_arrive_whole(void **state)
{
	uint8_t req[CORDON_PAYLOAD_SIZE], reply[CORDON_PAYLOAD_SIZE + 8];

	(void)state;
	open_calls(2);
	for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
		int line;

		for (unsigned i = 0; i < len; i++)
			req[i] = (uint8_t)(len * 3 + i);
		memset(reply, 0xcc, sizeof(reply));
		line = cordon_call_start(&c, OP_ECHO, len ? req : NULL, len, NEVER);
		serve_all();
		assert_int_equal(cordon_call_poll(&c, line, 0, len ? reply : NULL, len), len);
		assert_memory_equal(req, reply, len);
		for (unsigned i = len; i < sizeof(reply); i++)
			assert_int_equal(reply[i], 0xcc);
	}
	assert_int_equal(c.faults + s.faults + s.refused, 0);
}

static void the_tail_of_the_last_word_is_sent_as_zeros(void **state)
{
	uint8_t req[CORDON_PAYLOAD_SIZE];
	union cordon_payload dirt, shared;

	(void)state;
	memset(&dirt, 0xee, sizeof(dirt));
	memset(req, 0xaa, sizeof(req));
	for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
		open_calls(1);
		cordon_copy_out(&lines[0], &dirt, CORDON_PAYLOAD_WORDS);
		assert_int_equal(cordon_call_start(&c, 5, req, len, NEVER), 0);
		cordon_copy_in(&shared, &lines[0], CORDON_PAYLOAD_WORDS);
		for (unsigned i = 0; i < CORDON_PAYLOAD_SIZE; i++) {
			unsigned padded = (len + 7) / 8 * 8;

			assert_int_equal(shared.byte[i], i < len ? 0xaa : i < padded ? 0 : 0xee);
		}
		assert_int_equal(cordon_peek(&lines[0]), cordon_hdr(1, 5, (uint8_t)len, 0));
	}
}

static void a_handler_finds_its_reply_zeroed(void **state)
{
	uint8_t req[CORDON_PAYLOAD_SIZE] = { 0 }, reply[CORDON_PAYLOAD_SIZE];

	(void)state;
	open_calls(1);
	for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
		int line = cordon_call_start(&c, OP_FILL, req, len, NEVER);

		assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
		assert_int_equal(cordon_call_poll(&c, line, 0, reply, sizeof(reply)), len);
		for (unsigned i = 0; i < len; i++)
			assert_int_equal(reply[i], i + len);
	}
}

static void a_request_too_long_is_refused(void **state)
{
	uint8_t req[256] = { 0 };

	(void)state;
	open_calls(2);
	assert_int_equal(cordon_call_start(&c, OP_ECHO, req, 57, NEVER), -EMSGSIZE);
	assert_int_equal(cordon_call_start(&c, OP_ECHO, req, SIZE_MAX, NEVER), -EMSGSIZE);
	assert_int_equal(cordon_call_oneway(&c, OP_ECHO, req, 256), -EMSGSIZE);
	assert_int_equal(cordon_call_inflight(&c), 0);
	assert_int_equal(c.calls, 0);
	assert_int_equal(cordon_serve(&s, &ops, NULL, 2), 0);
}

static void the_lowest_free_line_is_taken_first(void **state)
{
	(void)state;
	open_calls(8);
	for (int i = 0; i < 8; i++)
		assert_int_equal(start(OP_ECHO, (uint64_t)i), i);
	serve_all();
	finish(5, 5);
	finish(2, 2);
	finish(7, 7);
	assert_int_equal(start(OP_ECHO, 0), 2);
	assert_int_equal(start(OP_ECHO, 0), 5);
	assert_int_equal(start(OP_ECHO, 0), 7);
}

static void one_call_in_flight_always_uses_the_same_line(void **state)
{
	(void)state;
	open_calls(MAX);
	for (uint64_t i = 0; i < 1000; i++) {
		assert_int_equal(start(OP_ECHO, i), 0);
		assert_int_equal(cordon_serve(&s, &ops, NULL, MAX), 1);
		finish(0, i);
	}
}

static void all_lines_can_be_in_flight(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= MAX; n++) {
		open_calls(n);
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(start(OP_ECHO, i * 1000), i);
		assert_int_equal(cordon_call_inflight(&c), n);
		assert_int_equal(start(OP_ECHO, 0), -EAGAIN);
		assert_int_equal(cordon_call_oneway(&c, OP_ECHO, NULL, 0), -EAGAIN);
		assert_int_equal(c.calls, n);
		serve_all();
		assert_int_equal(handled, n);
		for (unsigned i = n; i-- > 0;)
			finish((int)i, i * 1000);
		assert_int_equal(start(OP_ECHO, 0), 0);
	}
}

static void only_a_call_in_flight_can_be_polled(void **state)
{
	static const int outside[] = { -1, 4, 63, 64, INT32_MAX, INT32_MIN };

	(void)state;
	open_calls(4);
	for (size_t k = 0; k < COUNT(outside); k++) {
		assert_int_equal(poll_line(outside[k]), -EINVAL);
		cordon_call_abandon(&c, outside[k]);
	}
	assert_int_equal(poll_line(0), -EINVAL);
	assert_int_equal(start(OP_ECHO, 1), 0);
	assert_int_equal(cordon_call_oneway(&c, OP_ECHO, NULL, 0), 0);
	assert_int_equal(poll_line(1), -EINVAL);
	serve_all();
	assert_int_equal(poll_line(1), -EINVAL);
	finish(0, 1);
	assert_int_equal(poll_line(0), -EINVAL);
}

static void the_servers_error_comes_back(void **state)
{
	(void)state;
	open_calls(1);
	assert_int_equal(outcome(-1), -1);
	assert_int_equal(outcome(-EINVAL), -EINVAL);
	assert_int_equal(outcome(-EPIPE), -EPIPE);
	assert_int_equal(outcome(-4095), -4095);
	assert_int_equal(c.faults, 0);
	assert_int_equal(s.served, 4);
}

static void a_result_that_is_none_becomes_eio(void **state)
{
	static const int32_t wrong[] = { 57, 256, INT32_MAX, -4096, -65536 - 5, INT32_MIN };

	(void)state;
	open_calls(1);
	for (size_t k = 0; k < COUNT(wrong); k++)
		assert_int_equal(outcome(wrong[k]), -EIO);
	assert_int_equal(outcome(-EAGAIN), -EIO);
	assert_int_equal(outcome(56), 56);
	assert_int_equal(outcome(0), 0);
}

static void a_reply_longer_than_the_buffer_is_refused_and_ends_the_call(void **state)
{
	uint8_t req[9] = { 0 };
	uint64_t reply = 0xcccccccccccccccc;
	int line;

	(void)state;
	open_calls(1);
	line = cordon_call_start(&c, OP_ECHO, req, sizeof(req), NEVER);
	serve_all();
	assert_int_equal(cordon_call_poll(&c, line, 0, &reply, sizeof(reply)), -EMSGSIZE);
	assert_true(reply == 0xcccccccccccccccc);
	assert_int_equal(poll_line(line), -EINVAL);
	assert_int_equal(start(OP_ECHO, 0), line);
}

static void replies_that_lie_about_their_length_are_counted(void **state)
{
	(void)state;
	open_calls(1);
	for (unsigned len = 57; len <= 255; len++) {
		assert_int_equal(answer_forged(0, (uint8_t)len), -EPROTO);
		assert_int_equal(c.faults, len - 56);
		assert_int_equal(poll_line(0), -EINVAL);
	}
	assert_int_equal(answer_forged(5, 255), -EPROTO);
	assert_int_equal(answer_forged(0, 56), 56);
}

static void replies_that_lie_about_their_error_are_counted(void **state)
{
	(void)state;
	open_calls(1);
	for (unsigned error = 4096; error <= 65535; error++)
		assert_int_equal(answer_forged((uint16_t)error, 0), -EPROTO);
	assert_int_equal(c.faults, 65536 - 4096);
	assert_int_equal(answer_forged(4095, 56), -4095);
}

/* Else its caller would go on polling a line that is already somebody else's. */
static void a_reply_cannot_say_that_there_is_none(void **state)
{
	(void)state;
	open_calls(1);
	assert_int_equal(answer_forged(EAGAIN, 0), -EPROTO);
	assert_int_equal(c.faults, 1);
	assert_int_equal(poll_line(0), -EINVAL);
}

static void forged_turns_are_not_an_answer(void **state)
{
	static const uint32_t turns[] = { 0, 1, 2, 3, 5, 6, 7, 0x80000004, UINT32_MAX };
	int line;

	(void)state;
	open_calls(1);
	start(OP_ECHO, 0);
	serve_all();
	finish(0, 0);
	line = start(OP_ECHO, 7);
	assert_int_equal(c.turn[0], 3);
	for (size_t k = 0; k < COUNT(turns); k++) {
		cordon_publish(&lines[0], cordon_hdr(turns[k], 0, 8, 0));
		assert_int_equal(poll_line(line), -EAGAIN);
	}
	assert_int_equal(c.faults, 0);
	cordon_publish(&lines[0], cordon_hdr(4, 0, 8, 0));
	finish(line, 7);
}

static void forged_turns_are_not_a_request(void **state)
{
	static const uint32_t turns[] = { 0, 1, 2, 4, 5, 7, 0x80000003, UINT32_MAX };

	(void)state;
	open_calls(1);
	start(OP_ECHO, 0);
	serve_all();
	assert_int_equal(s.turn[0], 2);
	for (size_t k = 0; k < COUNT(turns); k++) {
		cordon_publish(&lines[0], cordon_hdr(turns[k], OP_ECHO, 0, 0));
		assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 0);
	}
	assert_int_equal(handled, 1);
	assert_int_equal(s.served, 1);
}

static void a_request_is_served_once(void **state)
{
	uint64_t h;

	(void)state;
	open_calls(1);
	start(OP_ECHO, 0);
	h = cordon_peek(&lines[0]);
	serve_all();
	cordon_publish(&lines[0], h);
	serve_all();
	assert_int_equal(handled, 1);
}

static void a_reply_counts_once(void **state)
{
	int line;
	uint64_t h;

	(void)state;
	open_calls(1);
	line = start(OP_ECHO, 1);
	serve_all();
	h = cordon_peek(&lines[0]);
	finish(line, 1);
	assert_int_equal(start(OP_ECHO, 2), line);
	cordon_publish(&lines[0], h);
	assert_int_equal(poll_line(line), -EAGAIN);
}

static void a_deadline_that_passed_quarantines_the_line(void **state)
{
	uint64_t reply;

	(void)state;
	open_calls(2);
	assert_int_equal(cordon_call_start(&c, OP_ECHO, NULL, 0, 100), 0);
	assert_int_equal(cordon_call_poll(&c, 0, 99, &reply, 8), -EAGAIN);
	assert_int_equal(cordon_call_poll(&c, 0, 100, &reply, 8), -EAGAIN);
	assert_int_equal(cordon_call_poll(&c, 0, 101, &reply, 8), -ETIMEDOUT);
	assert_int_equal(cordon_call_poll(&c, 0, 101, &reply, 8), -EINVAL);
	assert_int_equal(c.timeouts, 1);
	assert_int_equal(cordon_call_inflight(&c), 0);
	assert_int_equal(start(OP_ECHO, 0), 1);
	assert_int_equal(start(OP_ECHO, 0), -EAGAIN);
}

static void a_call_without_deadline_never_times_out(void **state)
{
	uint64_t reply;

	(void)state;
	open_calls(1);
	start(OP_ECHO, 0);
	assert_int_equal(cordon_call_poll(&c, 0, UINT64_MAX, &reply, 8), -EAGAIN);
}

static void a_late_reply_is_dropped_counted_and_frees_the_line(void **state)
{
	uint64_t reply;

	(void)state;
	open_calls(2);
	assert_int_equal(cordon_call_start(&c, OP_ECHO, NULL, 0, 0), 0);
	assert_int_equal(cordon_call_poll(&c, 0, 1, &reply, 8), -ETIMEDOUT);
	serve_all();
	assert_int_equal(start(OP_ECHO, 42), 0);
	assert_int_equal(c.late, 1);
	assert_int_equal(poll_line(0), -EAGAIN);
	serve_all();
	finish(0, 42);
	assert_int_equal(c.late, 1);
}

static void an_abandoned_call_is_quarantined(void **state)
{
	(void)state;
	open_calls(2);
	start(OP_ECHO, 0);
	cordon_call_abandon(&c, 0);
	cordon_call_abandon(&c, 1);
	assert_int_equal(poll_line(0), -EINVAL);
	assert_int_equal(start(OP_ECHO, 0), 1);
	serve_all();
	finish(1, 0);
	assert_int_equal(start(OP_ECHO, 0), 0);
	assert_int_equal(c.late, 1);
	assert_int_equal(c.timeouts, 0);
}

static void all_lines_quarantined_is_a_broken_channel(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= MAX; n++) {
		open_calls(n);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(start(OP_ECHO, 0), i);
			cordon_call_abandon(&c, (int)i);
		}
		assert_int_equal(start(OP_ECHO, 0), -EPIPE);
		assert_int_equal(cordon_call_oneway(&c, OP_ECHO, NULL, 0), -EPIPE);
		serve_all();
		assert_int_equal(start(OP_ECHO, 0), 0);
		assert_int_equal(c.late, n);
	}
}

static void a_one_way_call_frees_its_line_when_served(void **state)
{
	(void)state;
	open_calls(2);
	for (unsigned round = 1; round <= 10; round++) {
		assert_int_equal(cordon_call_oneway(&c, OP_ECHO, &round, sizeof(round)), 0);
		assert_int_equal(cordon_call_oneway(&c, OP_ECHO, &round, sizeof(round)), 0);
		assert_int_equal(cordon_call_inflight(&c), 0);
		assert_int_equal(cordon_call_oneway(&c, OP_ECHO, &round, sizeof(round)), -EAGAIN);
		serve_all();
		assert_int_equal(handled, 2 * round);
	}
	assert_int_equal(c.late, 0);
	assert_int_equal(c.faults, 0);
}

static void a_one_way_call_cannot_be_abandoned(void **state)
{
	(void)state;
	open_calls(1);
	assert_int_equal(cordon_call_oneway(&c, OP_ECHO, NULL, 0), 0);
	cordon_call_abandon(&c, 0);
	assert_int_equal(start(OP_ECHO, 0), -EAGAIN);
	serve_all();
	assert_int_equal(start(OP_ECHO, 0), 0);
	assert_int_equal(c.late, 0);
}

static void unknown_operations_are_refused_and_counted(void **state)
{
	static const uint16_t unknown[] = { OP_HOLE, COUNT(table), 1000, 0x8000, 0xffff };

	(void)state;
	open_calls(1);
	for (size_t k = 0; k < COUNT(unknown); k++) {
		int line = start(unknown[k], 0);

		assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
		assert_int_equal(poll_line(line), -EOPNOTSUPP);
		assert_int_equal(s.refused, k + 1);
	}
	assert_int_equal(handled, 0);
}

static void requests_of_a_wrong_length_are_refused_and_counted(void **state)
{
	uint8_t req[CORDON_PAYLOAD_SIZE] = { 0 };
	unsigned refused = 0;

	(void)state;
	open_calls(1);
	for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
		int line = cordon_call_start(&c, OP_BOUNDED, req, len, NEVER);
		int right = len >= 8 && len <= 16;

		serve_all();
		assert_int_equal(poll_line(line), right ? 0 : -EINVAL);
		refused += !right;
		assert_int_equal(s.refused, refused);
	}
	assert_int_equal(handled, 9);
	assert_int_equal(s.faults, 0);
}

static void requests_that_lie_about_their_length_reach_no_handler(void **state)
{
	(void)state;
	open_calls(1);
	for (unsigned len = 57; len <= 255; len++) {
		int line = start(OP_ECHO, 0);

		cordon_publish(&lines[line], cordon_hdr(c.turn[line], OP_ECHO, (uint8_t)len, 0));
		assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
		assert_int_equal(poll_line(line), -EINVAL);
		assert_int_equal(s.faults, len - 56);
	}
	assert_int_equal(handled, 0);
}

static void a_budget_is_kept(void **state)
{
	(void)state;
	open_calls(MAX);
	for (unsigned i = 0; i < MAX; i++)
		start(OP_ECHO, i);
	assert_int_equal(cordon_serve(&s, &ops, NULL, 0), 0);
	for (unsigned budget = 1, left = MAX; left > 0; budget++) {
		unsigned want = budget < left ? budget : left;

		assert_int_equal(cordon_serve(&s, &ops, NULL, budget), want);
		left -= want;
		assert_int_equal(handled, MAX - left);
	}
}

/* The client asks again on the first line as soon as it is answered. */
static void busy_low_lines_do_not_starve_the_others(void **state)
{
	uint8_t reply[CORDON_PAYLOAD_SIZE];
	int last = 0;

	(void)state;
	open_calls(4);
	for (int i = 0; i < 4; i++)
		last = cordon_call_start(&c, OP_ECHO, NULL, 0, NEVER);
	for (int round = 0; round < 8; round++) {
		assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
		if (cordon_call_poll(&c, 0, 0, reply, sizeof(reply)) == 0)
			assert_int_equal(cordon_call_start(&c, OP_ECHO, NULL, 0, NEVER), 0);
	}
	assert_int_equal(cordon_call_poll(&c, last, 0, reply, sizeof(reply)), 0);
}

static void lines_in_service_are_not_served_twice(void **state)
{
	(void)state;
	open_calls(MAX);
	for (unsigned i = 0; i < MAX; i++)
		assert_int_equal(start(i % 2 ? OP_ECHO : OP_NEST, i), i);
	while (cordon_serve(&s, &ops, NULL, MAX) > 0)
		;
	assert_int_equal(handled, MAX);
	assert_int_equal(nested, MAX / 2);
	assert_int_equal(s.served, MAX);
	for (unsigned i = 0; i < MAX; i++)
		finish((int)i, i);
}

static void a_line_in_service_is_deaf_to_its_client(void **state)
{
	int line;

	(void)state;
	open_calls(1);
	line = start(OP_FORGE, 0x77);
	assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
	assert_int_equal(handled, 1);
	finish(line, 0x77);
	line = start(OP_ECHO, 0x78);
	assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
	finish(line, 0x78);
}

/* With all other lines held back, @line alone is used. */
static void use_only(unsigned line)
{
	c.busy = c.all & ~((uint64_t)1 << line);
	assert_int_equal(start(OP_ECHO, line), line);
}

static void a_line_that_was_forgotten_is_found_again(void **state)
{
	(void)state;
	for (unsigned line = 0; line < MAX; line++) {
		unsigned rounds = 0;

		open_calls(MAX);
		for (unsigned i = 0; i < 5000; i++)
			assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 0);
		use_only(line);
		while (cordon_serve(&s, &ops, NULL, 1) == 0)
			assert_true(++rounds < 1000);
		finish((int)line, line);
		use_only(line);
		assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
		finish((int)line, line);
	}
}

static void the_scan_grows_with_the_lines_in_use(void **state)
{
	(void)state;
	open_calls(MAX);
	for (unsigned i = 0; i < MAX; i++)
		start(OP_ECHO, i);
	assert_int_equal(cordon_serve(&s, &ops, NULL, MAX), MAX);
	assert_int_equal(s.high, MAX);
}

static void the_scan_shrinks_when_few_lines_are_used(void **state)
{
	(void)state;
	open_calls(MAX);
	for (unsigned i = 0; i < MAX; i++)
		start(OP_ECHO, i);
	serve_all();
	for (unsigned i = 0; i < MAX; i++)
		finish((int)i, i);
	for (unsigned i = 0; i < 256 * MAX; i++) {
		assert_int_equal(start(OP_ECHO, i), 0);
		assert_int_equal(cordon_serve(&s, &ops, NULL, MAX), 1);
		finish(0, i);
	}
	assert_in_range(s.high, 1, 2);
	use_only(MAX - 1);
	for (unsigned i = 0; poll_line(MAX - 1) == -EAGAIN; i++) {
		assert_true(i < 1000);
		cordon_serve(&s, &ops, NULL, MAX);
	}
}

static void turns_wrap_at_32_bits(void **state)
{
	(void)state;
	open_calls(2);
	c.turn[0] = s.turn[0] = UINT32_MAX - 5;
	for (uint64_t i = 0; i < 10; i++) {
		assert_int_equal(start(OP_ECHO, i), 0);
		assert_int_equal(poll_line(0), -EAGAIN);
		assert_int_equal(cordon_serve(&s, &ops, NULL, 2), 1);
		assert_int_equal(cordon_serve(&s, &ops, NULL, 2), 0);
		finish(0, i);
	}
	assert_int_equal(c.turn[0], 14);
	assert_int_equal(s.turn[0], 14);
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

static void random_calls_agree_with_a_simple_model(void **state)
{
	const char *env = getenv("CORDON_SEED");
	uint64_t r = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
	enum { FREE, CALLED, HELD } model[MAX] = { FREE };
	uint64_t arg[MAX], n = 0, sent = 0;

	(void)state;
	printf("# seed %llu\n", (unsigned long long)r);
	open_calls(MAX);
	for (unsigned round = 0; round < 300000; round++) {
		unsigned i = draw(&r, MAX);
		int line;

		switch (draw(&r, 8)) {
		case 0:
			cordon_serve(&s, &ops, NULL, draw(&r, 10));
			break;
		case 1:
			if (model[i] == CALLED)
				model[i] = HELD;
			cordon_call_abandon(&c, (int)i);
			break;
		case 2:
			if (cordon_call_oneway(&c, OP_ECHO, NULL, 0) == 0)
				sent++;
			break;
		case 3:
		case 4:
			line = start(OP_ECHO, ++n);
			if (line < 0)
				break;
			sent++;
			assert_true(model[line] != CALLED);
			model[line] = CALLED;
			arg[line] = n;
			break;
		default:
			if (model[i] != CALLED) {
				assert_int_equal(poll_line((int)i), -EINVAL);
			} else if (s.turn[i] != c.turn[i] + 1) {
				assert_int_equal(poll_line((int)i), -EAGAIN);
			} else {
				finish((int)i, arg[i]);
				model[i] = FREE;
			}
		}
	}
	serve_all();
	assert_int_equal(handled, sent);
	assert_int_equal(c.calls, sent);
	assert_int_equal(c.faults + s.faults + s.refused + c.timeouts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_brings_its_reply),
		cmocka_unit_test(requests_and_replies_of_every_length_arrive_whole),
		cmocka_unit_test(the_tail_of_the_last_word_is_sent_as_zeros),
		cmocka_unit_test(a_handler_finds_its_reply_zeroed),
		cmocka_unit_test(a_request_too_long_is_refused),
		cmocka_unit_test(the_lowest_free_line_is_taken_first),
		cmocka_unit_test(one_call_in_flight_always_uses_the_same_line),
		cmocka_unit_test(all_lines_can_be_in_flight),
		cmocka_unit_test(only_a_call_in_flight_can_be_polled),
		cmocka_unit_test(the_servers_error_comes_back),
		cmocka_unit_test(a_result_that_is_none_becomes_eio),
		cmocka_unit_test(a_reply_longer_than_the_buffer_is_refused_and_ends_the_call),
		cmocka_unit_test(replies_that_lie_about_their_length_are_counted),
		cmocka_unit_test(replies_that_lie_about_their_error_are_counted),
		cmocka_unit_test(a_reply_cannot_say_that_there_is_none),
		cmocka_unit_test(forged_turns_are_not_an_answer),
		cmocka_unit_test(forged_turns_are_not_a_request),
		cmocka_unit_test(a_request_is_served_once),
		cmocka_unit_test(a_reply_counts_once),
		cmocka_unit_test(a_deadline_that_passed_quarantines_the_line),
		cmocka_unit_test(a_call_without_deadline_never_times_out),
		cmocka_unit_test(a_late_reply_is_dropped_counted_and_frees_the_line),
		cmocka_unit_test(an_abandoned_call_is_quarantined),
		cmocka_unit_test(all_lines_quarantined_is_a_broken_channel),
		cmocka_unit_test(a_one_way_call_frees_its_line_when_served),
		cmocka_unit_test(a_one_way_call_cannot_be_abandoned),
		cmocka_unit_test(unknown_operations_are_refused_and_counted),
		cmocka_unit_test(requests_of_a_wrong_length_are_refused_and_counted),
		cmocka_unit_test(requests_that_lie_about_their_length_reach_no_handler),
		cmocka_unit_test(a_budget_is_kept),
		cmocka_unit_test(busy_low_lines_do_not_starve_the_others),
		cmocka_unit_test(lines_in_service_are_not_served_twice),
		cmocka_unit_test(a_line_in_service_is_deaf_to_its_client),
		cmocka_unit_test(a_line_that_was_forgotten_is_found_again),
		cmocka_unit_test(the_scan_grows_with_the_lines_in_use),
		cmocka_unit_test(the_scan_shrinks_when_few_lines_are_used),
		cmocka_unit_test(turns_wrap_at_32_bits),
		cmocka_unit_test(random_calls_agree_with_a_simple_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
