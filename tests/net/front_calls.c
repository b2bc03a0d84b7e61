// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The net front-end: a driver that lies in calls. See front.h. */
#include "tests/net/front.h"

/* ---- lies in calls ------------------------------------------------------------------------- */

static void a_reply_of_another_length_is_no_reply(void **state)
{
	static const struct {
		enum net_op op;
		int len;
	} lie[] = {
		{ NET_OP_HELLO, 0 },
		{ NET_OP_HELLO, CORDON_PAYLOAD_SIZE },
		{ NET_OP_INFO, 0 },
		{ NET_OP_INFO, sizeof(struct net_info) - 1 },
		{ NET_OP_INFO, sizeof(struct net_info) + 1 },
		{ NET_OP_INFO, CORDON_PAYLOAD_SIZE },
		{ NET_OP_CONFIG, 1 },
		{ NET_OP_START, CORDON_PAYLOAD_SIZE },
	};
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		int right = r->reply[lie[i].op];
		struct cordon_desc d;

		r->reply[lie[i].op] = lie[i].len;
		assert_int_equal(start_with(r, TSO), -EPROTO);
		r->reply[lie[i].op] = right;
		assert_int_equal(r->f.count.call_faults, i + 1);
		poll_front(r);
		assert_false(driver_receive(r, &d));
		net_front_close(&r->f);
	}
	start(r, 1500, TSO, 0);
	r->stats.tx_frames = 77;
	r->reply[NET_OP_STATS] = sizeof(struct net_stats) - 8;
	assert_int_equal(net_front_ping(&r->f), -EPROTO);
	assert_int_equal(r->f.count.driver_tx, 0);
	r->reply[NET_OP_STATS] = sizeof(struct net_stats);
	assert_int_equal(net_front_ping(&r->f), 0);
	assert_int_equal(r->f.count.driver_tx, 77);
	r->reply[NET_OP_STOP] = 8;
	assert_int_equal(net_front_stop(&r->f), -EPROTO);
	assert_int_equal(net_front_ping(&r->f), 0);
	assert_int_equal(r->f.count.call_faults, sizeof(lie) / sizeof(lie[0]) + 2);
}

/* What is behind the types: the length is right. */
static void a_reply_that_cannot_be_is_no_reply(void **state)
{
	static const struct lie lie[] = {
		{ true, NET_OP_HELLO, offsetof(struct cordon_hello_reply, version),
		  NET_VERSION + 1 },
		{ true, NET_OP_HELLO, offsetof(struct cordon_hello_reply, zero), 1 },
		{ true, NET_OP_INFO, 0, 0x10 }, /* features that there are not */
		{ true, NET_OP_INFO, 0, 0x80 },
		{ true, NET_OP_INFO, 3, 0x80 },
	};
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		r->lie = lie[i];
		r->called[NET_OP_CONFIG] = 0;
		assert_int_equal(start_with(r, TSO), -EPROTO);
		assert_int_equal(r->f.count.call_faults, i + 1);
		assert_int_equal(r->called[NET_OP_CONFIG], 0);
		net_front_close(&r->f);
	}
}

/* Its answer is no lie: it is another build. */
static void a_driver_of_another_build_is_refused(void **state)
{
	struct rig *r = *state;

	r->lie = (struct lie){ true, NET_OP_HELLO, offsetof(struct cordon_hello_reply, print), 0 };
	assert_int_equal(start_with(r, TSO), -EPROTO);
	assert_int_equal(r->f.count.call_faults, 0);
	net_front_close(&r->f);
	r->reply[NET_OP_HELLO] = -EPROTONOSUPPORT;
	assert_int_equal(start_with(r, TSO), -EPROTONOSUPPORT);
	assert_int_equal(r->called[NET_OP_INFO], 0);
}

static void an_error_that_the_interface_does_not_list_is_a_lie(void **state)
{
	struct rig *r = *state;

	r->reply[NET_OP_CONFIG] = -EXDEV;
	assert_int_equal(start_with(r, TSO), -EPROTO);
	assert_int_equal(r->f.count.call_faults, 1);
}

static void an_error_reply_is_passed_on(void **state)
{
	static const enum net_op op[] = { NET_OP_INFO, NET_OP_CONFIG, NET_OP_START };
	struct rig *r = *state;

	for (unsigned i = 0; i < 3; i++) {
		int right = r->reply[op[i]];

		r->reply[op[i]] = -ENODEV;
		assert_int_equal(start_with(r, TSO), -ENODEV);
		/* No error at all, and "no answer yet": the server makes it an I/O error. */
		r->reply[op[i]] = -5000;
		net_front_close(&r->f);
		assert_int_equal(start_with(r, TSO), -EIO);
		r->reply[op[i]] = right;
		net_front_close(&r->f);
	}
	start(r, 1500, TSO, 0);
	r->reply[NET_OP_STATS] = -EBUSY;
	assert_int_equal(net_front_ping(&r->f), -EBUSY);
	r->reply[NET_OP_STOP] = -EBUSY;
	assert_int_equal(net_front_stop(&r->f), -EBUSY);
}

/* What stands on the first call line when the front-end looks for its answer. */
static uint64_t forged_reply;

static uint64_t clock_of_forger(void)
{
	cordon_publish((struct cordon_line *)rig.chan_mem.addr + CORDON_LINE_FIRST_CALL,
		       forged_reply | (rig.a.client.turn[0] + 1));
	return rig.time += TICK;
}

static void a_forged_reply_is_counted(void **state)
{
	struct rig *r = *state;

	r->caller.now = clock_of_forger;
	/* A length that no line has, an error that is none, and "no answer yet". */
	for (unsigned i = 0; i < 3; i++) {
		forged_reply = i == 0 ? cordon_hdr(0, 0, 57, 0) :
			       i == 1 ? cordon_hdr(0, 4096, 0, 0) :
					cordon_hdr(0, EAGAIN, 0, 0);
		assert_int_equal(start_with(r, TSO), -EPROTO);
		assert_int_equal(r->f.count.call_faults, i + 1);
		net_front_close(&r->f);
	}
}

static void a_driver_that_never_answers_runs_into_the_deadline(void **state)
{
	struct rig *r = *state;

	for (unsigned answers = 0; answers < 4; answers++) {
		uint64_t before = r->time;

		r->answers = answers;
		assert_int_equal(start_with(r, TSO), -ETIMEDOUT);
		assert_in_range(r->time - before, r->f.deadline_ns,
				r->f.deadline_ns + 20 * (uint64_t)TICK);
		assert_int_equal(r->f.count.call_timeouts, 1);
		tear_down(state);
		set_up(state);
	}
	start(r, 1500, TSO, 0);
	r->answers = 0;
	assert_int_equal(net_front_stop(&r->f), -ETIMEDOUT);
}

static void a_driver_that_owes_an_answer_on_every_line_is_as_good_as_dead(void **state)
{
	struct rig *r = *state;

	start(r, 1500, TSO, 0);
	r->answers = 0;
	for (unsigned i = 0; i < CALLS; i++)
		assert_int_equal(net_front_ping(&r->f), -ETIMEDOUT);
	assert_int_equal(net_front_ping(&r->f), -EPIPE);
	assert_int_equal(r->f.count.call_timeouts, CALLS);
	/* Late answers give the lines back. */
	r->answers = 1000;
	for (unsigned i = 0; i < CALLS; i++)
		(void)clock_of_rig();
	assert_int_equal(net_front_ping(&r->f), 0);
	assert_int_equal(r->a.client.late, CALLS);
}

static void the_drivers_counters_are_shown_as_it_gives_them(void **state)
{
	struct rig *r = *state;

	start(r, 1500, TSO, 0);
	r->stats = (struct net_stats){ 1, UINT64_MAX, 3, 4, 5 };
	assert_int_equal(net_front_ping(&r->f), 0);
	assert_true(r->f.count.driver_tx == 1 && r->f.count.driver_rx == UINT64_MAX);
	assert_true(r->f.count.driver_tx_dropped == 3 && r->f.count.driver_rx_dropped == 4);
	assert_true(r->f.count.driver_enters == 5 && r->f.count.calls == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reply_of_another_length_is_no_reply),
		TEST(a_reply_that_cannot_be_is_no_reply),
		TEST(a_driver_of_another_build_is_refused),
		TEST(an_error_that_the_interface_does_not_list_is_a_lie),
		TEST(an_error_reply_is_passed_on),
		TEST(a_forged_reply_is_counted),
		TEST(a_driver_that_never_answers_runs_into_the_deadline),
		TEST(a_driver_that_owes_an_answer_on_every_line_is_as_good_as_dead),
		TEST(the_drivers_counters_are_shown_as_it_gives_them),
	};

	return cmocka_run_group_tests(tests, make_noise, NULL);
}
