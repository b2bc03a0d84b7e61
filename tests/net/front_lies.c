// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The net front-end: a driver that lies about buffers and frames. See front.h. */
#include "tests/net/front.h"

/* ---- lies about buffers -------------------------------------------------------------------- */

/* What a lie may change: its counter, and nothing else that the host sees. */
static void check_lie(struct rig *r, const uint64_t *counter)
{
	uint64_t before = *counter, frames = r->f.count.rx_frames;

	poll_front(r);
	assert_int_equal(*counter, before + 1);
	assert_int_equal(r->f.count.rx_frames, frames);
	assert_int_equal(host_receive(r), 0);
	check_books(r);
}

static void a_buffer_that_is_not_the_drivers_to_give_is_counted_and_dropped(void **state)
{
	static const uint32_t beyond[] = { ALL, ALL + 1, 65535, 65536, 0x80000000, UINT32_MAX };
	struct rig *r = *state;
	uint32_t buf;

	start(r, 1500, TSO, 8);
	/* Twice, with a poll between and without. */
	for (int at_once = 0; at_once < 2; at_once++) {
		buf = empty_buffer(r, 1);
		write_plain(r, buf, 60);
		driver_send(r, buf, 60, NET_FRAME);
		if (at_once)
			say(r, buf, 60, NET_FRAME);
		poll_front(r);
		assert_int_equal(host_receive(r), 60);
		assert_int_equal(host_receive(r), 0);
		if (!at_once) {
			assert_int_equal(r->pool.state[buf], CORDON_BUF_FREE);
			say(r, buf, 60, NET_FRAME);
			check_lie(r, &r->f.count.bad_buffers);
		}
	}
	assert_int_equal(r->f.count.bad_buffers, 2);
	assert_int_equal(r->f.count.rx_frames, 2);
	for (unsigned i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		say(r, beyond[i], 60, i % 2 ? NET_FRAME : NET_EMPTY);
		check_lie(r, &r->f.count.bad_buffers);
	}
	/* Free ones, and the one that the TAP is read into. */
	assert_true(r->f.big >= 0);
	say(r, (uint32_t)r->f.big, 60, NET_FRAME);
	check_lie(r, &r->f.count.bad_buffers);
	for (uint32_t i = 0; i < ALL; i++) {
		if (r->pool.state[i] != CORDON_BUF_FREE)
			continue;
		say(r, i, 0, NET_EMPTY);
		check_lie(r, &r->f.count.bad_buffers);
	}
}

static void an_unknown_kind_is_counted_and_the_buffer_comes_back(void **state)
{
	struct rig *r = *state;

	start(r, 1500, TSO, 8);
	for (unsigned kind = 0; kind < 256; kind++) {
		uint32_t buf;

		if (kind == NET_FRAME || kind == NET_EMPTY)
			continue;
		buf = empty_buffer(r, kind % 2);
		write_plain(r, buf, 60);
		driver_send(r, buf, 60, (uint8_t)kind);
		check_lie(r, &r->f.count.bad_kinds);
	}
	assert_int_equal(r->f.count.bad_kinds, 254);
	assert_int_equal(r->f.count.bad_buffers, 0);
}

static void a_length_beyond_the_buffer_is_counted_and_dropped(void **state)
{
	static const uint32_t len[2][4] = { { 2049, 4096, 67584, 0xffffff },
					    { 67585, 70000, 0x800000, 0xffffff } };
	struct rig *r = *state;

	start(r, CORDON_VNET_MAX_IP, TSO, 8);
	for (unsigned i = 0; i < 8; i++) {
		uint32_t buf = empty_buffer(r, i / 4);

		write_plain(r, buf, 60);
		driver_send(r, buf, len[i / 4][i % 4], NET_FRAME);
		check_lie(r, &r->f.count.bad_lengths);
	}
}

static void lines_and_credits_that_cannot_be_are_counted_and_skipped(void **state)
{
	static const uint8_t junk[CORDON_PAYLOAD_SIZE];
	struct rig *r = *state;
	uint32_t buf;

	start(r, 1500, TSO, 8);
	buf = empty_buffer(r, 0);
	write_plain(r, buf, 60);
	assert_int_equal(cordon_stream_send(&r->b.tx, 1, junk, 8), 0);
	assert_int_equal(cordon_stream_send(&r->b.tx, CORDON_STREAM_DESCS, junk, 0), 0);
	assert_int_equal(cordon_stream_send(&r->b.tx, CORDON_STREAM_DESCS, junk, 13), 0);
	driver_send(r, buf, 60, NET_FRAME);
	poll_front(r);
	assert_int_equal(host_receive(r), 60);
	assert_int_equal(net_front_ping(&r->f), 0);
	assert_int_equal(r->f.count.stream_faults, 3);
	/* Credits for more than was ever sent. */
	cordon_publish(r->b.rx.credits, 1000000);
	assert_int_equal(cordon_stream_tx_refresh(&r->a.tx), -EPROTO);
	assert_int_equal(net_front_ping(&r->f), 0);
	assert_int_equal(r->f.count.stream_faults, 4);
}

/* ---- lies about frames --------------------------------------------------------------------- */

static void a_frame_keeps_its_offload_header(void **state)
{
	static uint8_t frame[LONGEST];
	struct rig *r = *state;

	start(r, 1500, TSO, 8);
	for (uint32_t len = PAYLOAD; len <= 65000; len += 997) {
		uint32_t buf = empty_buffer(r, len > CORDON_BUF_SMALL);

		write_tso(frame, len);
		memcpy(data_of(r, buf), frame, len);
		driver_send(r, buf, len, NET_FRAME);
		poll_front(r);
		assert_int_equal(host_receive(r), len);
		assert_memory_equal(got, frame, len);
	}
	assert_int_equal(refusals(&r->f.count), 0);
}

/* A frame that is refused: a good one with a few bytes changed. */
struct forgery {
	int verdict;
	uint32_t features; /* negotiated */
	uint32_t len;
	struct {
		uint8_t at, value;
	} change[3];
};

static const struct forgery forgeries[] = {
	{ CORDON_VNET_SHORT, TSO, 0, { { 0 } } },
	{ CORDON_VNET_SHORT, TSO, NET_FRAME_MIN - 1, { { 0 } } },
	{ CORDON_VNET_LONG, TSO, 65568, { { 0, 1 } } },
	{ CORDON_VNET_LONG, TSO, 1533, { { 1, 0 } } },
	{ CORDON_VNET_HDR_LEN, TSO, 3000, { { 0, 1 }, { 1, 1 }, { 2, 13 } } },
	{ CORDON_VNET_HDR_LEN, TSO, 3000, { { 0, 1 }, { 1, 1 }, { 3, 12 } } },
	{ CORDON_VNET_FLAGS, TSO, 3000, { { 0, 3 }, { 1, 1 } } },
	{ CORDON_VNET_FLAGS, TSO, 3000, { { 0, 4 }, { 1, 1 } } },
	{ CORDON_VNET_CSUM_NOT_NEGOTIATED, 0, 3000, { { 0, 1 }, { 1, 1 } } },
	{ CORDON_VNET_CSUM_PLACE, TSO, 3000, { { 0, 1 }, { 1, 1 }, { 6, 35 } } },
	{ CORDON_VNET_CSUM_PLACE, TSO, 3000, { { 0, 1 }, { 1, 1 }, { 7, 255 } } },
	{ CORDON_VNET_CSUM_PLACE, TSO, 3000, { { 0, 1 }, { 1, 1 }, { 8, 6 } } },
	{ CORDON_VNET_GSO_TYPE, TSO, 3000, { { 0, 1 }, { 1, 3 } } },
	{ CORDON_VNET_GSO_TYPE, TSO, 3000, { { 0, 1 }, { 1, 0x85 } } },
	{ CORDON_VNET_GSO_NOT_NEGOTIATED, CORDON_NET_F_CSUM, 3000, { { 0, 1 }, { 1, 1 } } },
	{ CORDON_VNET_GSO_NOT_NEGOTIATED, CORDON_NET_F_CSUM, 3000, { { 0, 1 }, { 1, 0x81 } } },
	{ CORDON_VNET_GSO_NO_CSUM, TSO, 3000, { { 0, 2 }, { 1, 1 } } },
	{ CORDON_VNET_GSO_SIZE, TSO, 3000, { { 0, 1 }, { 4, 0 }, { 5, 0 } } },
	{ CORDON_VNET_GSO_SIZE, TSO, 3000, { { 0, 1 }, { 4, 0xb5 }, { 5, 5 } } },
	{ CORDON_VNET_GSO_SEGS, TSO, 3000, { { 0, 1 }, { 4, 1 }, { 5, 0 } } },
	{ CORDON_VNET_HEADERS, TSO, 40, { { 0, 1 }, { 1, 1 }, { 2, 0 } } },
	{ CORDON_VNET_IP_HEADER, TSO, 3000, { { 0, 1 }, { 1, 1 }, { IP, 0x44 } } },
	{ CORDON_VNET_IP_HEADER, TSO, 3000, { { 0, 1 }, { 1, 1 }, { IP + 2, 0xff } } },
	{ CORDON_VNET_FRAGMENT, TSO, 3000, { { 0, 1 }, { 1, 1 }, { IP + 6, 0x20 } } },
	{ CORDON_VNET_L4_HEADER, TSO, 3000, { { 0, 1 }, { 1, 1 }, { TCP + 12, 0x40 } } },
	{ CORDON_VNET_PROTO_MISMATCH, TSO, 3000, { { 0, 1 }, { 1, 4 } } },
	{ CORDON_VNET_PROTO_MISMATCH, TSO, 3000, { { 0, 1 }, { 1, 1 }, { IP + 9, 47 } } },
};

static void a_forged_header_is_counted_by_its_verdict_and_dropped(void **state)
{
	struct rig *r = *state;
	int seen[CORDON_VNET_VERDICT_COUNT] = { 0 };

	start(r, 1500, TSO, 8);
	for (unsigned i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		const struct forgery *f = &forgeries[i];
		uint32_t buf = empty_buffer(r, 1);
		uint8_t *p = data_of(r, buf);

		write_tso(p, 3000);
		for (unsigned k = 0; k < 3; k++)
			if (f->change[k].at | f->change[k].value)
				p[f->change[k].at] = f->change[k].value;
		/* Without the offload the header must be empty. */
		if (f->verdict == CORDON_VNET_LONG && f->len == 1533)
			memset(p, 0, NET_HDR_SIZE);
		r->f.features = f->features;
		driver_send(r, buf, f->len, NET_FRAME);
		check_lie(r, &r->f.count.verdict[f->verdict]);
		seen[f->verdict] = 1;
	}
	for (int v = 1; v < CORDON_VNET_VERDICT_COUNT; v++)
		assert_true(seen[v]);
	assert_int_equal(r->f.count.rx_frames, 0);
}

static void no_offload_is_taken_that_the_tap_did_not_offer(void **state)
{
	struct rig *r = *state;
	uint32_t buf;

	r->f.mtu = 1500;
	r->info.features = NET_F_ALL;
	r->info.buffers = 8;
	assert_int_equal(start_with(r, CORDON_NET_F_CSUM), 0);
	assert_int_equal(r->f.features, CORDON_NET_F_CSUM);
	assert_int_equal(r->config.features, CORDON_NET_F_CSUM);
	assert_int_equal(r->config.mtu, 1500);
	assert_memory_equal(r->config.mac, mac, sizeof(mac));
	buf = empty_buffer(r, 1);
	write_tso(data_of(r, buf), 3000);
	driver_send(r, buf, 3000, NET_FRAME);
	check_lie(r, &r->f.count.verdict[CORDON_VNET_GSO_NOT_NEGOTIATED]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_frame_keeps_its_offload_header),
		TEST(a_buffer_that_is_not_the_drivers_to_give_is_counted_and_dropped),
		TEST(an_unknown_kind_is_counted_and_the_buffer_comes_back),
		TEST(a_length_beyond_the_buffer_is_counted_and_dropped),
		TEST(lines_and_credits_that_cannot_be_are_counted_and_skipped),
		TEST(a_forged_header_is_counted_by_its_verdict_and_dropped),
		TEST(no_offload_is_taken_that_the_tap_did_not_offer),
	};

	return cmocka_run_group_tests(tests, make_noise, NULL);
}
