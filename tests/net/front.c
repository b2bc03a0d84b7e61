// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The net front-end: frames both ways, and buffers. See front.h. */
#include "tests/net/front.h"

/* ---- frames -------------------------------------------------------------------------------- */

static void frames_of_every_length_reach_the_driver_whole(void **state)
{
	struct rig *r = *state;
	uint64_t n = 0, bytes = 0;

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	for (uint32_t len = NET_FRAME_MIN; len <= LONGEST; len = next_length(len)) {
		struct cordon_desc d;

		assert_true(host_send(r, len));
		poll_front(r);
		assert_true(driver_receive(r, &d));
		assert_int_equal(cordon_desc_kind(d), NET_FRAME);
		assert_int_equal(cordon_desc_len(d), len);
		assert_memory_equal(data_of(r, d.buf), content(len), len);
		assert_false(driver_receive(r, &d));
		driver_send(r, d.buf, 0, NET_EMPTY);
		n++;
		bytes += len - NET_HDR_SIZE;
	}
	poll_front(r);
	assert_int_equal(r->f.count.tx_frames, n);
	assert_int_equal(r->f.count.tx_bytes, bytes);
	check_all_back(r);
}

static void frames_of_every_length_reach_the_tap_whole(void **state)
{
	struct rig *r = *state;
	uint64_t n = 0, bytes = 0;

	start(r, CORDON_VNET_MAX_IP, TSO, 8);
	for (uint32_t len = NET_FRAME_MIN; len <= LONGEST; len = next_length(len)) {
		uint32_t buf = empty_buffer(r, len > CORDON_BUF_SMALL || n % 2);

		write_plain(r, buf, len);
		driver_send(r, buf, len, NET_FRAME);
		poll_front(r);
		assert_int_equal(host_receive(r), len);
		assert_plain(len);
		assert_int_equal(host_receive(r), 0);
		n++;
		bytes += len - NET_HDR_SIZE;
	}
	assert_int_equal(r->f.count.rx_frames, n);
	assert_int_equal(r->f.count.rx_bytes, bytes);
	assert_int_equal(refusals(&r->f.count), 0);
	check_books(r);
}

static void small_frames_travel_in_small_buffers_and_long_ones_in_big(void **state)
{
	static const uint32_t len[] = { 24, 60, 1524, 2047, 2048, 2049, 9024, 65567 };
	struct rig *r = *state;

	start(r, CORDON_VNET_MAX_IP, TSO, 0);
	for (unsigned i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
		struct cordon_desc d;

		assert_true(host_send(r, len[i]));
		poll_front(r);
		assert_true(driver_receive(r, &d));
		assert_true(cordon_pool_is_big(&r->peer, d.buf) == (len[i] > CORDON_BUF_SMALL));
		/* Kept: the next must do without. */
	}
	check_books(r);
}

/* ---- buffers ------------------------------------------------------------------------------- */

static void lend_up_to(struct rig *r, uint32_t wanted)
{
	uint32_t most[2] = { wanted ? EMPTY_SMALL : 0, wanted < EMPTY_BIG ? wanted : EMPTY_BIG };
	uint32_t held[ALL], n = 0, has[2] = { 0 };
	uint64_t random = wanted;

	start(r, 1500, TSO, wanted);
	for (unsigned step = 0; step < 3000; step++) {
		struct cordon_desc d;
		int settle = step >= 2900;

		poll_front(r);
		check_books(r);
		while (driver_receive(r, &d)) {
			held[n++] = d.buf;
			has[cordon_pool_is_big(&r->peer, d.buf)]++;
		}
		assert_true(has[0] <= most[0] && has[1] <= most[1]);
		while (n > 0 && !settle && draw(&random, 3)) {
			uint32_t i = draw(&random, n), buf = held[i];
			int frame = draw(&random, 2) != 0;

			held[i] = held[--n];
			has[cordon_pool_is_big(&r->peer, buf)]--;
			write_plain(r, buf, 60);
			driver_send(r, buf, frame ? 60 : 0, frame ? NET_FRAME : NET_EMPTY);
		}
		while (host_receive(r))
			;
	}
	for (int big = 0; big < 2; big++)
		assert_true(has[big] + CORDON_DESCS_PER_LINE > most[big]);
	if (wanted)
		assert_true(has[0] > 0 && has[1] > 0);
}

static void empties_are_lent_up_to_the_wanted_number_and_never_more(void **state)
{
	static const uint32_t wanted[] = { 0, 1, 5, 7, 8, 1000, UINT32_MAX };

	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		lend_up_to(*state, wanted[i]);
		tear_down(state);
		set_up(state);
	}
}

/* Random traffic both ways; the driver keeps buffers for a while. Returns how many it holds. */
static uint32_t traffic(struct rig *r, uint32_t held[ALL], unsigned steps, uint64_t random)
{
	uint32_t n = 0;

	for (unsigned step = 0; step < steps; step++) {
		struct cordon_desc d;

		for (uint32_t i = draw(&random, 4); i > 0; i--)
			(void)host_send(r, NET_FRAME_MIN + draw(&random, 4000));
		poll_front(r);
		check_books(r);
		while (draw(&random, 8) && driver_receive(r, &d))
			held[n++] = d.buf;
		for (uint32_t i = draw(&random, 16); i > 0 && n > 0; i--) {
			uint32_t k = draw(&random, n), buf = held[k];
			int frame = draw(&random, 2) && !cordon_pool_is_ro(&r->peer, buf);
			uint32_t len = NET_FRAME_MIN + draw(&random, 1400);

			held[k] = held[--n];
			if (frame)
				write_plain(r, buf, len);
			driver_send(r, buf, frame ? len : 0, frame ? NET_FRAME : NET_EMPTY);
		}
		while (host_receive(r))
			;
	}
	return n;
}

static void every_buffer_is_free_again_after_the_stop(void **state)
{
	struct rig *r = *state;
	struct cordon_desc d;
	uint32_t held[ALL], n;

	start(r, 1500, TSO, 1000);
	n = traffic(r, held, 2000, 1);
	assert_true(r->f.count.tx_frames > 1000 && r->f.count.rx_frames > 1000);
	assert_int_equal(net_front_stop(&r->f), 0);
	assert_int_equal(r->called[NET_OP_STOP], 1);
	while (n > 0 || driver_receive(r, &d)) {
		driver_send(r, n > 0 ? held[n - 1] : d.buf, 0, NET_EMPTY);
		n -= n > 0;
		poll_front(r);
	}
	poll_front(r);
	assert_int_equal(r->f.count.bad_buffers, 0);
	check_all_back(r);
}

static void nothing_is_read_before_the_start_or_after_the_stop(void **state)
{
	struct rig *r = *state;
	struct cordon_desc d;

	assert_true(host_send(r, 60));
	poll_front(r);
	assert_false(driver_receive(r, &d));
	start(r, 1500, TSO, 8);
	poll_front(r);
	assert_true(driver_receive(r, &d));
	while (driver_receive(r, &d))
		;
	assert_int_equal(net_front_stop(&r->f), 0);
	assert_true(host_send(r, 60));
	for (unsigned i = 0; i < 10; i++)
		poll_front(r);
	assert_false(driver_receive(r, &d));
	assert_int_equal(r->f.count.tx_frames, 1);
}

static void with_the_stream_full_frames_wait_in_the_tap(void **state)
{
	struct rig *r = *state;
	struct cordon_desc d;
	uint32_t sent = 0, received = 0;

	start(r, 1500, TSO, 0);
	/* Long ones: a line each. The driver gives back what it takes, but takes nothing for a while. */
	while (sent < 20 && host_send(r, 3000 + sent))
		sent++;
	for (unsigned i = 0; i < 10; i++)
		poll_front(r);
	while (r->f.count.tx_frames < RING && driver_receive(r, &d)) {
		assert_int_equal(cordon_desc_len(d), 3000 + received++);
		r->b.rx.told = r->b.rx.taken; /* ... and never says that it did */
		driver_send(r, d.buf, 0, NET_EMPTY);
		poll_front(r);
		while (sent < 100 && host_send(r, 3000 + sent))
			sent++;
	}
	assert_int_equal(r->f.count.tx_frames, RING);
	for (unsigned i = 0; i < 10; i++)
		poll_front(r);
	assert_int_equal(r->f.count.tx_frames, RING);
	assert_true(r->f.count.tx_stalls >= 10);
	r->b.rx.told = 0;
	while (received < 100) {
		assert_true(driver_receive(r, &d));
		assert_int_equal(cordon_desc_len(d), 3000 + received);
		assert_memory_equal(data_of(r, d.buf), content(3000 + received), 3000 + received);
		received++;
		driver_send(r, d.buf, 0, NET_EMPTY);
		poll_front(r);
		while (sent < 100 && host_send(r, 3000 + sent))
			sent++;
		poll_front(r);
	}
	assert_int_equal(r->f.count.tx_frames, 100);
}

static void without_buffers_frames_wait_in_the_tap(void **state)
{
	struct rig *r = *state;
	uint32_t held[ALL], n = 0, sent = 0, received = 0;
	struct cordon_desc d;

	start(r, 1500, TSO, 0);
	while (sent < 40 && host_send(r, 3000 + sent))
		sent++;
	for (unsigned i = 0; i < 100; i++)
		poll_front(r);
	assert_int_equal(r->f.count.tx_frames, BIG);
	assert_true(r->f.count.tx_stalls >= 100 - BIG);
	while (driver_receive(r, &d)) {
		assert_int_equal(cordon_desc_len(d), 3000 + received++);
		held[n++] = d.buf;
	}
	assert_int_equal(n, BIG);
	while (received < 100) {
		driver_send(r, held[--n], 0, NET_EMPTY);
		while (sent < 100 && host_send(r, 3000 + sent))
			sent++;
		poll_front(r);
		assert_true(driver_receive(r, &d));
		assert_int_equal(cordon_desc_len(d), 3000 + received);
		assert_memory_equal(data_of(r, d.buf), content(3000 + received), 3000 + received);
		received++;
		held[n++] = d.buf;
	}
	assert_int_equal(r->f.count.tx_frames, 100);
}

static void a_frame_that_the_tap_refuses_is_counted_and_its_buffer_comes_back(void **state)
{
	struct rig *r = *state;
	uint64_t given = 0;

	start(r, CORDON_VNET_MAX_IP, TSO, 8);
	while (r->f.count.rx_tap_errors < 10 && given < 10000) {
		uint32_t buf = empty_buffer(r, 1);

		write_plain(r, buf, LONGEST);
		driver_send(r, buf, LONGEST, NET_FRAME);
		given++;
		poll_front(r);
		check_books(r);
	}
	assert_int_equal(r->f.count.rx_tap_errors, 10);
	assert_int_equal(r->f.count.rx_frames + 10, given);
	for (uint64_t i = 0; i < r->f.count.rx_frames; i++)
		assert_int_equal(host_receive(r), LONGEST);
	assert_int_equal(host_receive(r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_of_every_length_reach_the_driver_whole),
		TEST(frames_of_every_length_reach_the_tap_whole),
		TEST(small_frames_travel_in_small_buffers_and_long_ones_in_big),
		TEST(empties_are_lent_up_to_the_wanted_number_and_never_more),
		TEST(every_buffer_is_free_again_after_the_stop),
		TEST(nothing_is_read_before_the_start_or_after_the_stop),
		TEST(with_the_stream_full_frames_wait_in_the_tap),
		TEST(without_buffers_frames_wait_in_the_tap),
		TEST(a_frame_that_the_tap_refuses_is_counted_and_its_buffer_comes_back),
	};

	return cmocka_run_group_tests(tests, make_noise, NULL);
}
