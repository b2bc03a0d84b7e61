// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Calls: each promise of channels/call.h, both ends in one thread. Here: requests and replies. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "tests/channels/call.h"

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
		cordon_copy_out(&lines[0], &dirt, CORDON_PAYLOAD_SIZE);
		assert_int_equal(cordon_call_start(&c, 5, req, len, NEVER), 0);
		cordon_copy_in(&shared, &lines[0], CORDON_PAYLOAD_SIZE);
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
		cmocka_unit_test(unknown_operations_are_refused_and_counted),
		cmocka_unit_test(requests_of_a_wrong_length_are_refused_and_counted),
		cmocka_unit_test(turns_wrap_at_32_bits),
		cmocka_unit_test(random_calls_agree_with_a_simple_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
