// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Calls: deadlines and quarantine, and which lines are served when. */
#include "tests/channels/call.h"

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
		/* And then soon. */
		use_only(line);
		for (rounds = 0; cordon_serve(&s, &ops, NULL, 1) == 0;)
			assert_true(++rounds < 8);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deadline_that_passed_quarantines_the_line),
		cmocka_unit_test(a_call_without_deadline_never_times_out),
		cmocka_unit_test(a_late_reply_is_dropped_counted_and_frees_the_line),
		cmocka_unit_test(an_abandoned_call_is_quarantined),
		cmocka_unit_test(all_lines_quarantined_is_a_broken_channel),
		cmocka_unit_test(a_one_way_call_frees_its_line_when_served),
		cmocka_unit_test(a_one_way_call_cannot_be_abandoned),
		cmocka_unit_test(a_budget_is_kept),
		cmocka_unit_test(busy_low_lines_do_not_starve_the_others),
		cmocka_unit_test(lines_in_service_are_not_served_twice),
		cmocka_unit_test(a_line_in_service_is_deaf_to_its_client),
		cmocka_unit_test(a_line_that_was_forgotten_is_found_again),
		cmocka_unit_test(the_scan_grows_with_the_lines_in_use),
		cmocka_unit_test(the_scan_shrinks_when_few_lines_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
