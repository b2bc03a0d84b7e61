// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The net front-end from one driver to the next: what a dead one had not given back is sent again, in
 * order, from our own copy, and once only; or dropped, and counted. See front.h.
 */
#include "tests/net/front.h"

#define LIVES 8

/* Memory of drivers that are gone: what was in flight lies there still, when the next one begins. */
static struct rig graves[LIVES];
static unsigned ngraves;

/* The driver is dead; before, it wrote over all that it could. */
static void die(struct rig *r)
{
	memset(r->pool_mem.addr, 0xee, r->pool_mem.size);
	net_front_detach(&r->f);
}

/* Fresh memory, with nothing on it, for the next one. */
static void fresh(struct rig *r)
{
	assert_true(ngraves < LIVES);
	graves[ngraves++] = *r;
	make_memory(r);
	assert_int_equal(cordon_chan_init_a(&r->a, r->chan_mem.addr, &chan_dims), 0);
	assert_int_equal(cordon_chan_init_b(&r->b, r->chan_mem.addr, &chan_dims), 0);
	cordon_pool_init(&r->pool, r->pool_mem.addr, r->ro_mem.addr, &pool_dims, r->tables[0], 1);
	cordon_pool_init(&r->peer, r->pool_mem.addr, r->ro, &pool_dims, r->tables[1], 0);
}

static void next_life(struct rig *r)
{
	fresh(r);
	assert_int_equal(start_with(r, TSO), 0);
}

static int bury(void **state)
{
	int ret = tear_down(state);

	while (ngraves > 0)
		drop_memory(&graves[--ngraves]);
	return ret;
}

/* The host sends a frame of @len bytes, and the driver takes it; its buffer. */
static uint32_t send_one(struct rig *r, uint32_t len)
{
	struct cordon_desc d;

	assert_true(host_send(r, len));
	poll_front(r);
	assert_true(driver_receive(r, &d));
	assert_int_equal(cordon_desc_len(d), len);
	return d.buf;
}

/* The driver is sent the frame of @len bytes, as the host sent it. */
static uint32_t expect(struct rig *r, uint32_t len)
{
	struct cordon_desc d;

	assert_true(driver_receive(r, &d));
	assert_int_equal(cordon_desc_kind(d), NET_FRAME);
	assert_int_equal(cordon_desc_len(d), len);
	assert_memory_equal(data_of(r, d.buf), content(len), len);
	return d.buf;
}

static void expect_no_more(struct rig *r)
{
	struct cordon_desc d;

	assert_false(driver_receive(r, &d));
	poll_front(r);
	assert_false(driver_receive(r, &d));
}

static void expect_counts(const struct rig *r, uint64_t resent, uint64_t lost)
{
	assert_int_equal(r->f.count.tx_resent, resent);
	assert_int_equal(r->f.count.tx_lost, lost);
}

static const uint32_t lengths[] = { 60, 1514, 24, 9000, 2048, 2049, 100, 65000, 61, 62 };

#define N (sizeof(lengths) / sizeof(lengths[0]))

static void send_all(struct rig *r, uint32_t buf[N])
{
	for (unsigned i = 0; i < N; i++)
		buf[i] = send_one(r, lengths[i]);
}

static void what_was_in_flight_is_sent_again_in_order_from_our_own_copy(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	die(r);
	assert_int_equal(r->f.frames, 0);
	next_life(r);
	for (unsigned i = 0; i < N; i++)
		buf[i] = expect(r, lengths[i]);
	expect_no_more(r);
	expect_counts(r, N, 0);
	/* They are frames like others: they come back, and all is free. */
	for (unsigned i = 0; i < N; i++)
		driver_send(r, buf[i], 0, NET_EMPTY);
	poll_front(r);
	assert_int_equal(r->f.frames, 0);
	check_all_back(r);
}

/* Buffers are used again in another order than that of the frames. */
static void the_order_is_that_of_the_frames_not_of_the_buffers(void **state)
{
	struct rig *r = *state;
	uint32_t buf[8];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < 8; i++)
			buf[i] = send_one(r, 100 + i);
		for (unsigned i = 0; i < 8; i++)
			driver_send(r, buf[(i * 3 + round) % 8], 0, NET_EMPTY);
		poll_front(r);
	}
	for (unsigned i = 0; i < 8; i++)
		buf[i] = send_one(r, 200 + i);
	die(r);
	next_life(r);
	for (unsigned i = 0; i < 8; i++)
		(void)expect(r, 200 + i);
	expect_no_more(r);
}

static void what_it_gave_back_before_it_died_is_not_sent_again(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	driver_send(r, buf[1], 0, NET_EMPTY);
	poll_front(r);
	/* Published, and not yet looked at. */
	driver_send(r, buf[3], 0, NET_EMPTY);
	driver_send(r, buf[0], 0, NET_EMPTY);
	die(r);
	next_life(r);
	for (unsigned i = 2; i < N; i++)
		if (i != 3)
			(void)expect(r, lengths[i]);
	expect_no_more(r);
	expect_counts(r, N - 3, 0);
}

static void what_it_had_received_before_it_died_is_delivered(void **state)
{
	struct rig *r = *state;
	uint32_t buf;

	start(r, CORDON_VNET_MAX_IP, TSO, 8);
	buf = empty_buffer(r, 0);
	write_plain(r, buf, 700);
	driver_send(r, buf, 700, NET_FRAME);
	net_front_detach(&r->f);
	assert_int_equal(host_receive(r), 700);
	assert_plain(700);
	next_life(r);
	assert_int_equal(r->f.count.rx_frames, 1);
	expect_counts(r, 0, 0);
}

static void what_it_had_read_and_not_passed_on_is_counted(void **state)
{
	struct rig *r = *state;
	uint32_t buf[4];

	start(r, CORDON_VNET_MAX_IP, TSO, EMPTY_BIG);
	for (unsigned i = 0; i < 4; i++) {
		buf[i] = empty_buffer(r, i % 2);
		if (i < 3)
			write_plain(r, buf[i], 60 + i);
	}
	driver_send(r, buf[0], 60, NET_FRAME);
	/* What comes back is not counted, whatever is in it. */
	driver_send(r, buf[3], 0, NET_EMPTY);
	net_front_detach(&r->f);
	assert_int_equal(r->f.count.rx_frames, 1);
	assert_int_equal(r->f.count.rx_lost, 2);
	next_life(r);
	net_front_detach(&r->f);
	assert_int_equal(r->f.count.rx_lost, 2);
}

static void frames_that_nobody_took_are_sent_again_too(void **state)
{
	struct rig *r = *state;

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	for (uint32_t i = 0; i < 5; i++)
		assert_true(host_send(r, 100 + i));
	poll_front(r);
	die(r);
	next_life(r);
	for (uint32_t i = 0; i < 5; i++)
		(void)expect(r, 100 + i);
	expect_no_more(r);
}

/* It may be what the driver dies of. */
static void a_frame_is_sent_again_once_only(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	die(r);
	next_life(r);
	for (unsigned i = 0; i < N; i++)
		buf[i] = expect(r, lengths[i]);
	/* One comes back, and its buffer is used for a new frame: that one has not been sent twice. */
	driver_send(r, buf[0], 0, NET_EMPTY);
	poll_front(r);
	(void)send_one(r, 300);
	die(r);
	next_life(r);
	(void)expect(r, 300);
	expect_no_more(r);
	expect_counts(r, N + 1, N - 1);
	die(r);
	next_life(r);
	expect_no_more(r);
	expect_counts(r, N + 1, N);
}

static void told_to_drop_it_drops_and_counts(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];

	r->f.resend = 0;
	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	driver_send(r, buf[4], 0, NET_EMPTY);
	die(r);
	next_life(r);
	expect_no_more(r);
	expect_counts(r, 0, N - 1);
	check_all_back(r);
}

static void what_a_driver_that_can_less_could_not_take_is_dropped(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	die(r);
	r->info.features = CORDON_NET_F_CSUM;
	next_life(r);
	expect_no_more(r);
	expect_counts(r, 0, N);
	/* One that can more takes all. */
	buf[0] = send_one(r, 99);
	die(r);
	r->info.features = TSO;
	next_life(r);
	(void)expect(r, 99);
	expect_counts(r, 1, N);
}

static void as_many_as_there_are_buffers_are_sent_again(void **state)
{
	struct rig *r = *state;
	uint32_t n = 0;
	struct cordon_desc d;

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	for (uint32_t i = 0; i < FRAMES + 10; i++)
		assert_true(host_send(r, 60 + i));
	for (uint32_t i = 0; i < FRAMES; i++) {
		poll_front(r);
		while (driver_receive(r, &d))
			n++;
	}
	assert_int_equal(n, FRAMES);
	die(r);
	next_life(r);
	for (uint32_t i = 0; i < FRAMES; i++)
		(void)expect(r, 60 + i);
	/* The others wait at the TAP, and nothing overtakes. */
	expect_no_more(r);
	expect_counts(r, FRAMES, 0);
	assert_int_equal(r->f.frames, FRAMES);
}

static void one_that_does_not_start_leaves_it_to_the_next(void **state)
{
	static const enum net_op op[] = { NET_OP_INFO, NET_OP_CONFIG, NET_OP_START };
	struct rig *r = *state;
	uint32_t buf[N];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	die(r);
	for (unsigned i = 0; i < 3; i++) {
		int right = r->reply[op[i]];

		fresh(r);
		r->reply[op[i]] = -EIO;
		assert_int_equal(start_with(r, TSO), -EIO);
		expect_counts(r, 0, 0);
		die(r);
		r->reply[op[i]] = right;
	}
	next_life(r);
	for (unsigned i = 0; i < N; i++)
		(void)expect(r, lengths[i]);
	expect_no_more(r);
	expect_counts(r, N, 0);
}

static void counters_of_calls_go_on_from_life_to_life(void **state)
{
	struct rig *r = *state;
	uint64_t calls;

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	calls = r->f.count.calls;
	assert_int_equal(calls, 4);
	for (unsigned i = 2; i < 6; i++) {
		die(r);
		next_life(r);
		assert_int_equal(r->f.count.calls, calls * i);
	}
}

static void what_was_in_flight_may_be_forgotten(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	net_front_close(&r->f);
	net_front_detach(&r->f);
	net_front_close(&r->f);
	next_life(r);
	expect_no_more(r);
	expect_counts(r, 0, 0);
}

/* ---- in order ------------------------------------------------------------------------------ */

static uint32_t held[ALL], nheld;

/* Time passes, and the driver gives back one buffer after the other, frames first. */
static uint64_t clock_that_gives_back(void)
{
	if (nheld > 0)
		driver_send(&rig, held[--nheld], 0, NET_EMPTY);
	poll_front(&rig);
	return clock_of_rig();
}

static void hold(struct rig *r)
{
	struct cordon_desc d;

	while (driver_receive(r, &d))
		held[nheld++] = d.buf;
}

static void after_stop_and_drain_nothing_is_left_to_send_again(void **state)
{
	struct rig *r = *state;

	nheld = 0;
	start(r, CORDON_VNET_MAX_IP, TSO, 8);
	for (uint32_t i = 0; i < 5; i++)
		assert_true(host_send(r, 100 + i));
	poll_front(r);
	hold(r);
	assert_true(nheld > 5);
	r->caller.now = clock_that_gives_back;
	assert_int_equal(net_front_stop(&r->f), 0);
	assert_int_equal(r->f.frames, 0);
	assert_int_equal(net_front_drain(&r->f), 0);
	assert_int_equal(r->f.lent, 0);
	assert_int_equal(nheld, 0);
	check_all_back(r);
	/* What comes meanwhile waits at the TAP, for the next. */
	assert_true(host_send(r, 777));
	poll_front(r);
	assert_int_equal(r->f.lent, 0);
	net_front_detach(&r->f);
	r->caller.now = clock_of_rig;
	r->info.buffers = 0;
	next_life(r);
	poll_front(r);
	(void)expect(r, 777);
	expect_counts(r, 0, 0);
}

static void one_that_gives_nothing_back_is_not_waited_for(void **state)
{
	struct rig *r = *state;
	uint32_t buf[N];
	uint64_t before;

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	send_all(r, buf);
	before = r->time;
	assert_int_equal(net_front_stop(&r->f), 0);
	assert_int_equal(net_front_drain(&r->f), -ETIMEDOUT);
	assert_in_range(r->time - before, r->f.deadline_ns / 2, 2 * r->f.deadline_ns);
	/* And yet nothing is lost. */
	die(r);
	next_life(r);
	for (unsigned i = 0; i < N; i++)
		(void)expect(r, lengths[i]);
	expect_counts(r, N, 0);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, bury)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_in_flight_is_sent_again_in_order_from_our_own_copy),
		TEST(the_order_is_that_of_the_frames_not_of_the_buffers),
		TEST(what_it_gave_back_before_it_died_is_not_sent_again),
		TEST(what_it_had_received_before_it_died_is_delivered),
		TEST(what_it_had_read_and_not_passed_on_is_counted),
		TEST(frames_that_nobody_took_are_sent_again_too),
		TEST(a_frame_is_sent_again_once_only),
		TEST(told_to_drop_it_drops_and_counts),
		TEST(what_a_driver_that_can_less_could_not_take_is_dropped),
		TEST(as_many_as_there_are_buffers_are_sent_again),
		TEST(one_that_does_not_start_leaves_it_to_the_next),
		TEST(counters_of_calls_go_on_from_life_to_life),
		TEST(what_was_in_flight_may_be_forgotten),
		TEST(after_stop_and_drain_nothing_is_left_to_send_again),
		TEST(one_that_gives_nothing_back_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, make_noise, NULL);
}
