// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Calls: peers that lie, in replies and in requests. */
#include "tests/channels/call.h"

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

static void an_error_leaves_the_callers_memory_as_it_is(void **state)
{
	uint64_t reply = 0x77, lie = 0x4141414141414141;
	int line;

	(void)state;
	open_calls(1);
	line = start(OP_ECHO, 1);
	cordon_copy_out(&lines[line], &lie, sizeof(lie));
	cordon_publish(&lines[line], cordon_hdr(c.turn[line] + 1, EIO, sizeof(lie), 0));
	assert_int_equal(cordon_call_poll(&c, line, 0, &reply, sizeof(reply)), -EIO);
	assert_int_equal(reply, 0x77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_leaves_the_callers_memory_as_it_is),
		cmocka_unit_test(replies_that_lie_about_their_length_are_counted),
		cmocka_unit_test(replies_that_lie_about_their_error_are_counted),
		cmocka_unit_test(a_reply_cannot_say_that_there_is_none),
		cmocka_unit_test(forged_turns_are_not_an_answer),
		cmocka_unit_test(forged_turns_are_not_a_request),
		cmocka_unit_test(a_request_is_served_once),
		cmocka_unit_test(a_reply_counts_once),
		cmocka_unit_test(requests_that_lie_about_their_length_reach_no_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
