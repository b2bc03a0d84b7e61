// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The driver tap: frames both ways, whole, and the buffers that carry them. See wire.h. */
#include "tests/net/wire.h"

#define READS_MAX 16u /* as domains/net/wire.c has it */

static void frames_reach_the_port_whole(void **state)
{
	struct rig *r = rig_of(state);
	uint64_t n = 0;

	start(r);
	for (uint32_t len = NET_FRAME_MIN; len <= LONGEST; len = next_length(len)) {
		send_frame(r, len);
		wire_expect(r, len);
		take_back(r);
		n++;
	}
	assert_int_equal(stats_of(r).tx_frames, n);
	assert_int_equal(stats_of(r).tx_dropped, 0);
	stop_and_check(r);
}

static void frames_from_the_port_arrive_whole_and_small_ones_in_small_buffers(void **state)
{
	struct rig *r = rig_of(state);
	uint64_t n = 0;

	start(r);
	lend_empties(r, 16, 8);
	for (uint32_t len = NET_FRAME_MIN; len <= LONGEST; len = next_length(len)) {
		struct cordon_desc d;

		assert_true(wire_send(r, len));
		wait_for(r, &d);
		assert_int_equal(cordon_desc_kind(d), NET_FRAME);
		assert_int_equal(cordon_desc_len(d), len);
		assert_int_equal(d.buf<BIG, len> CORDON_BUF_SMALL);
		assert_memory_equal(cordon_pool_data(&r->pool, d.buf), content(len), len);
		put(r, d.buf);
		lend_empties(r, d.buf >= BIG, d.buf < BIG);
		n++;
	}
	assert_int_equal(stats_of(r).rx_frames, n);
	assert_int_equal(stats_of(r).rx_dropped, 0);
	stop_and_check(r);
}

static void without_small_buffers_a_small_frame_comes_in_a_big_one(void **state)
{
	struct rig *r = rig_of(state);
	struct cordon_desc d;

	start(r);
	lend_empties(r, 0, 2);
	assert_true(wire_send(r, 60));
	wait_for(r, &d);
	assert_true(d.buf < BIG);
	assert_int_equal(cordon_desc_len(d), 60);
	put(r, d.buf);
	stop_and_check(r);
}

static void reads_grow_in_a_burst_and_shrink_after_it(void **state)
{
	struct rig *r = rig_of(state);
	uint64_t end = cordon_clock_monotonic() + (uint64_t)PATIENCE_MS * 1000000;
	struct cordon_desc d;
	unsigned most = 0, sent = 0, received = 0;

	start(r);
	lend_empties(r, 200, 32);
	for (unsigned i = 0; i < 10; i++)
		(void)poll_domain(r);
	assert_int_equal(r->wire->reads, 1);
	while (received < 150) {
		while (sent < 150 && wire_send(r, 60 + sent))
			sent++;
		(void)poll_domain(r);
		assert_true(r->wire->reads <= READS_MAX);
		most = r->wire->reads > most ? r->wire->reads : most;
		while (receive(r, &d)) {
			assert_int_equal(cordon_desc_len(d), 60 + received++);
			put(r, d.buf);
		}
		assert_true(cordon_clock_monotonic() < end);
	}
	assert_int_equal(most, READS_MAX);
	/* One at a time: those that are posted are used up, and then there is one. */
	for (unsigned i = 0; i < 2 * READS_MAX; i++) {
		assert_true(wire_send(r, 60));
		wait_for(r, &d);
		put(r, d.buf);
	}
	(void)poll_domain(r);
	assert_int_equal(r->wire->reads, 1);
	stop_and_check(r);
}

static void with_the_stream_to_the_front_end_full_nothing_is_lost(void **state)
{
	struct rig *r = rig_of(state);
	unsigned sent = 0, received = 0;
	struct cordon_desc d;

	start(r);
	lend_empties(r, 200, 32);
	while (received < 1000) {
		/* Nothing is taken until the driver can do no more, and then one of two only. */
		for (unsigned i = 0; i < 500; i++) {
			while (sent < 1000 && wire_send(r, 60 + sent))
				sent++;
			(void)poll_domain(r);
		}
		assert_true(r->wire->nout <= ALL);
		for (unsigned i = 0; i < 100 && receive(r, &d); i++) {
			assert_int_equal(cordon_desc_len(d), 60 + received);
			assert_memory_equal(cordon_pool_data(&r->pool, d.buf),
					    content(60 + received), 60 + received);
			received++;
			put(r, d.buf);
			if (d.buf >= BIG)
				lend_empties(r, 1, 0);
			else
				lend_empties(r, 0, 1);
		}
	}
	assert_int_equal(stats_of(r).rx_frames, 1000);
	assert_int_equal(stats_of(r).rx_dropped, 0);
	stop_and_check(r);
}

static void a_frame_that_cannot_be_is_counted_and_its_buffer_comes_back(void **state)
{
	static const uint32_t len[] = { 0, 23, CORDON_BUF_SMALL + 1, 0xffffff };
	struct rig *r = rig_of(state);

	start(r);
	for (unsigned i = 0; i < 4; i++) {
		lend(r, buffer(r, 60), len[i], NET_FRAME);
		take_back(r);
	}
	assert_int_equal(stats_of(r).tx_dropped, 4);
	assert_int_equal(stats_of(r).tx_frames, 0);
	assert_true(recv(r->far, got, sizeof(got), 0) < 0);
	/* And from the wire: shorter than the headers. */
	lend_empties(r, 1, 1);
	assert_true(wire_send(r, NET_FRAME_MIN - 1));
	send_frame(r, 60);
	wire_expect(r, 60);
	take_back(r);
	while (stats_of(r).rx_dropped == 0)
		;
	assert_int_equal(stats_of(r).rx_dropped, 1);
	assert_int_equal(stats_of(r).rx_frames, 0);
	stop_and_check(r);
}

static void the_stop_gives_everything_back(void **state)
{
	struct rig *r = rig_of(state);

	start(r);
	/* More than fits into the stream: some are on their way when the stop is served. */
	lend_empties(r, 250, 36);
	for (unsigned i = 0; i < 10; i++)
		send_frame(r, 60);
	stop_and_check(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_reach_the_port_whole),
		TEST(frames_from_the_port_arrive_whole_and_small_ones_in_small_buffers),
		TEST(without_small_buffers_a_small_frame_comes_in_a_big_one),
		TEST(reads_grow_in_a_burst_and_shrink_after_it),
		TEST(with_the_stream_to_the_front_end_full_nothing_is_lost),
		TEST(a_frame_that_cannot_be_is_counted_and_its_buffer_comes_back),
		TEST(the_stop_gives_everything_back),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
