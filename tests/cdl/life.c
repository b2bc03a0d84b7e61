// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Versions, states, errors; and the ways to call: started, blocking, in a scope. */
#include "tests/cdl/all.h"
#include "core/loop.h"
#include "core/stacks.h"

/* A client or a server of other versions, with fingerprints to match. */
static const uint32_t prints[] = { 0x1111, 0, 0, 0x4444 };
static uint32_t other_prints[4];
static struct cordon_stub_interface other;

static const struct cordon_stub_interface *versions(uint16_t oldest, uint16_t newest)
{
	memcpy(other_prints, prints, sizeof(prints));
	other_prints[1] = all_interface.prints[0];
	other_prints[2] = all_interface.prints[1];
	other = all_interface;
	other.oldest = oldest;
	other.newest = newest;
	other.prints = &other_prints[oldest - 1];
	return &other;
}

static int connect_to(uint16_t oldest, uint16_t newest)
{
	open_ends();
	s.stub.interface = versions(oldest, newest);
	return all_connect(&c);
}

static void the_newest_common_version_is_spoken(void **state)
{
	uint32_t b = 0;

	(void)state;
	assert_int_equal(connect_to(2, 3), 0);
	assert_int_equal(c.stub.version, 3);
	assert_int_equal(connect_to(1, 4), 0);
	assert_int_equal(c.stub.version, 3);
	assert_int_equal(connect_to(3, 4), 0);
	assert_int_equal(connect_to(1, 2), 0);
	assert_int_equal(c.stub.version, 2);
	/* What came later is refused on this side, */
	assert_int_equal(all_late(&c, 1, &b), -EOPNOTSUPP);
	assert_int_equal(client.calls, 1);
	/* and on the other. */
	c.stub.version = 3;
	assert_int_equal(all_late(&c, 1, &b), -EOPNOTSUPP);
	assert_int_equal(client.calls, 2);
	assert_int_equal(handled, 0);
	assert_int_equal(all_open(&c), 0);
	assert_int_equal(connect_to(1, 1), -EPROTONOSUPPORT);
	assert_int_equal(connect_to(4, 4), -EPROTONOSUPPORT);
	assert_int_equal(c.stub.version, 0);
	open_connected();
	assert_int_equal(all_late(&c, 1, &b), 0);
	assert_int_equal(b, 2);
}

static void another_file_of_the_same_version_is_noticed(void **state)
{
	(void)state;
	open_ends();
	s.stub.interface = versions(2, 3);
	other_prints[2]++;
	assert_int_equal(all_connect(&c), -EPROTO);
	assert_int_equal(c.stub.version, 0);
	assert_int_equal(c.stub.faults, 0);
	/* An older version that both have is as it was. */
	open_ends();
	s.stub.interface = versions(1, 2);
	other_prints[2]++;
	assert_int_equal(all_connect(&c), 0);
	open_ends();
	s.stub.interface = versions(2, 3);
	other.id++;
	assert_int_equal(all_connect(&c), -EINVAL);
}

static void nothing_goes_before_the_hello_and_it_comes_once(void **state)
{
	(void)state;
	open_ends();
	assert_int_equal(all_open(&c), -EPROTO);
	assert_int_equal(all_connect(&c), 0);
	assert_int_equal(all_connect(&c), -EPROTO);
	assert_int_equal(all_open(&c), 0);
	assert_int_equal(s.stub.refused, 2);
}

static void a_hello_that_lies_is_refused(void **state)
{
	struct cordon_hello h = { all_interface.id, 3, 2 };
	struct cordon_hello_reply r;

	(void)state;
	open_ends();
	assert_int_equal(cordon_call(&caller, 0, &h, sizeof(h), &r, sizeof(r), 1000), -EINVAL);
	h = (struct cordon_hello){ all_interface.id, 0, 9 };
	assert_int_equal(cordon_call(&caller, 0, &h, sizeof(h), &r, sizeof(r), 1000), -EINVAL);
	h.id++;
	h.oldest = 1;
	assert_int_equal(cordon_call(&caller, 0, &h, sizeof(h), &r, sizeof(r), 1000), -EINVAL);
	assert_int_equal(cordon_call(&caller, 0, &h, 7, &r, sizeof(r), 1000), -EINVAL);
	assert_int_equal(s.stub.version, 0);
	assert_int_equal(s.stub.refused, 3);
}

/* A server that answers a hello with this. */
static int hello_answered(uint16_t version, uint16_t zero, uint32_t print, unsigned len)
{
	struct cordon_hello_reply r = { version, zero, print };
	int line;

	open_ends();
	line = all_connect_start(&c, NEVER);
	assert_int_equal(line, 0);
	cordon_copy_out(&lines[0], &r, len);
	cordon_publish(&lines[0], cordon_hdr(client.turn[0] + 1, 0, (uint8_t)len, 0));
	return all_connect_finish(&c, line, 0);
}

static void a_hello_reply_that_lies_is_not_believed(void **state)
{
	const uint32_t *p = all_interface.prints;

	(void)state;
	assert_int_equal(hello_answered(3, 0, p[1], 8), 0);
	assert_int_equal(hello_answered(2, 0, p[0], 8), 0);
	assert_int_equal(hello_answered(2, 0, p[1], 8), -EPROTO);
	assert_int_equal(hello_answered(1, 0, p[0], 8), -EPROTO);
	assert_int_equal(hello_answered(0, 0, p[0], 8), -EPROTO);
	assert_int_equal(hello_answered(4, 0, p[1], 8), -EPROTO);
	assert_int_equal(hello_answered(65535, 0, p[1], 8), -EPROTO);
	assert_int_equal(hello_answered(3, 1, p[1], 8), -EPROTO);
	assert_int_equal(hello_answered(3, 0, p[1], 7), -EPROTO);
	assert_int_equal(c.stub.version, 0);
}

static void states_permit_and_follow(void **state)
{
	(void)state;
	open_connected();
	assert_int_equal(s.stub.at, ALL_STATE_CLOSED);
	assert_int_equal(all_run(&c), -EPERM);
	assert_int_equal(all_close(&c), -EPERM);
	assert_int_equal(handled, 0);
	/* One that fails changes nothing. */
	result = -EBUSY;
	assert_int_equal(all_open(&c), -EBUSY);
	assert_int_equal(s.stub.at, ALL_STATE_CLOSED);
	result = 0;
	assert_int_equal(all_open(&c), 0);
	assert_int_equal(s.stub.at, ALL_STATE_OPEN);
	assert_int_equal(all_open(&c), -EPERM);
	assert_int_equal(all_later(&c, ""), -EPERM);
	assert_int_equal(all_run(&c), 0);
	assert_int_equal(all_run(&c), 0);
	assert_int_equal(all_later(&c, "x"), 0);
	assert_int_equal(s.stub.at, ALL_STATE_OPEN);
	assert_int_equal(all_close(&c), 0);
	assert_int_equal(s.stub.refused, 4);
	/* Nobody hears what happened to this one. */
	news = 0;
	assert_int_equal(all_link_state(&c, true, ALL_LINK_UP), 0);
	serve_all();
	assert_int_equal(news, 0);
	assert_int_equal(all_open(&c), 0);
	assert_int_equal(all_link_state(&c, true, ALL_LINK_UP), 0);
	assert_int_equal(all_link_state(&c, true, (enum all_link)9), 0);
	serve_all();
	assert_int_equal(news, 2);
}

static int answered(int ret)
{
	result = ret;
	return all_open(&c);
}

static void errors_that_are_not_listed_become_one_that_says_so(void **state)
{
	(void)state;
	open_connected();
	assert_int_equal(answered(-EINVAL), -EINVAL);
	assert_int_equal(answered(-ENODEV), -ENODEV);
	assert_int_equal(answered(-EBUSY), -EBUSY);
	assert_int_equal(s.stub.unlisted, 0);
	assert_int_equal(answered(-ENOMEM), -EIO);
	assert_int_equal(answered(-EAGAIN), -EIO);
	assert_int_equal(answered(-ETIMEDOUT), -EIO);
	assert_int_equal(answered(1), -EIO);
	assert_int_equal(answered(INT32_MIN), -EIO);
	assert_int_equal(answered(-4096), -EIO);
	assert_int_equal(s.stub.unlisted, 6);
	assert_int_equal(c.stub.faults, 0);
	assert_int_equal(answered(0), 0);
}

static void an_operation_can_be_left_out(void **state)
{
	static const struct all_server_ops none;

	(void)state;
	open_connected();
	s.ops = &none;
	assert_int_equal(all_open(&c), -EOPNOTSUPP);
	assert_int_equal(all_long_news(&c, "x"), 0);
	serve_all();
}

static void started_calls_are_finished_in_any_order(void **state)
{
	uint32_t b[LINES] = { 0 };
	int line[LINES];

	(void)state;
	open_connected();
	for (uint32_t i = 0; i < LINES; i++)
		line[i] = all_late_start(&c, i * 10, NEVER);
	assert_int_equal(all_late_start(&c, 0, NEVER), -EAGAIN);
	assert_int_equal(all_late_finish(&c, line[1], 0, &b[1]), -EAGAIN);
	serve_all();
	for (int i = LINES - 1; i >= 0; i--) {
		int ret;

		while ((ret = all_late_finish(&c, line[i], 0, &b[i])) == -EAGAIN)
			;
		assert_int_equal(ret, 0);
		assert_int_equal(b[i], i * 10 + 1);
	}
	/* Past its deadline. */
	line[0] = all_late_start(&c, 1, 5);
	assert_int_equal(all_late_finish(&c, line[0], 5, &b[0]), -EAGAIN);
	assert_int_equal(all_late_finish(&c, line[0], 6, &b[0]), -ETIMEDOUT);
}

#define PARTS 12u

static void calls_in_a_scope(void **state)
{
	struct all_late_call call[PARTS];
	struct all_text_call text = { .client = &c, .line = "in a fiber", .w = "w" };
	struct cordon_stacks stacks;
	struct cordon_scope scope;
	struct cordon_sched sched;

	(void)state;
	assert_int_equal(cordon_stacks_map(PARTS, 65536, &stacks), 0);
	assert_int_equal(cordon_sched_init(&sched, stacks.base, stacks.stride, stacks.stack_size,
					   stacks.n),
			 0);
	open_connected();
	caller.sched = &sched;
	cordon_scope_init(&scope, &sched);
	for (uint32_t i = 0; i < PARTS; i++) {
		call[i] = (struct all_late_call){ .client = &c, .a = i };
		all_late_in(&scope, &call[i]);
	}
	all_text_in(&scope, &text);
	cordon_scope_join(&scope);
	for (uint32_t i = 0; i < PARTS; i++) {
		assert_int_equal(call[i].ret, 0);
		assert_int_equal(call[i].b, i + 1);
	}
	assert_int_equal(text.ret, 0);
	assert_string_equal(text.oline, "in a fiber");
	cordon_stacks_unmap(&stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_common_version_is_spoken),
		cmocka_unit_test(another_file_of_the_same_version_is_noticed),
		cmocka_unit_test(nothing_goes_before_the_hello_and_it_comes_once),
		cmocka_unit_test(a_hello_that_lies_is_refused),
		cmocka_unit_test(a_hello_reply_that_lies_is_not_believed),
		cmocka_unit_test(states_permit_and_follow),
		cmocka_unit_test(errors_that_are_not_listed_become_one_that_says_so),
		cmocka_unit_test(an_operation_can_be_left_out),
		cmocka_unit_test(started_calls_are_finished_in_any_order),
		cmocka_unit_test(calls_in_a_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
