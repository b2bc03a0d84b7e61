// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The driver tap and a port that is full, dead, at its depth, or none. See wire.h. */
#include "tests/net/wire.h"

/* A round in which the front-end sends what it can and takes what comes back. */
static void press_on(struct rig *r, uint32_t all, uint32_t *sent, uint32_t *back)
{
	struct cordon_desc d;

	while (*sent < all && r->pool.nfree[0] > 0 && cordon_stream_tx_ready(&r->chan.tx))
		send_frame(r, 60 + (*sent)++);
	(void)poll_domain(r);
	while (receive(r, &d)) {
		assert_int_equal(cordon_desc_kind(d), NET_EMPTY);
		put(r, d.buf);
		++*back;
	}
}

/* A ring waits until the port takes a frame; who writes by hand is refused, and counts it. */
static void with_the_port_full_frames_wait_or_are_counted(void **state)
{
	struct rig *r = rig_of(state);
	uint64_t end = cordon_clock_monotonic() + (uint64_t)PATIENCE_MS * 1000000;
	uint32_t sent = 0, back = 0, arrived = 0;
	struct net_stats s;
	int size = 20000;

	assert_int_equal(setsockopt(r->port, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	start(r);
	for (unsigned i = 0; i < 500; i++)
		press_on(r, 1000, &sent, &back);
	if (r->mode == CORDON_IO_URING)
		assert_true(r->domain.io.inflight > r->wire->reads && sent < 200);
	else
		assert_true(r->wire->stats.tx_dropped > 100);
	while (back < 1000 || arrived < r->wire->stats.tx_frames) {
		ssize_t n = recv(r->far, got, sizeof(got), 0);

		if (n > 0) {
			uint32_t before = (uint32_t)n - 60;

			assert_memory_equal(got, content((uint32_t)n), (size_t)n);
			/* Those that wait may overtake each other: one batch, 32. */
			if (r->mode == CORDON_IO_URING)
				assert_in_range(before + 32, arrived + 1, arrived + 63);
			arrived++;
		}
		press_on(r, 1000, &sent, &back);
		assert_true(cordon_clock_monotonic() < end);
	}
	s = stats_of(r);
	assert_int_equal(s.tx_frames, arrived);
	assert_int_equal(s.tx_frames + s.tx_dropped, 1000);
	if (r->mode == CORDON_IO_URING)
		assert_int_equal(s.tx_dropped, 0);
	stop_and_check(r);
}

static void a_dead_port_costs_one_try_a_round_and_no_buffer(void **state)
{
	struct rig *r = rig_of(state);
	uint64_t enters, dropped;
	struct cordon_desc d;

	start(r);
	lend_empties(r, 200, 32);
	(void)poll_domain(r);
	close(r->far);
	r->far = -1;
	for (unsigned i = 0; i < 64; i++)
		send_frame(r, 60);
	for (unsigned i = 0; i < 64; i++)
		take_back(r);
	assert_int_equal(stats_of(r).tx_dropped, 64);
	assert_int_equal(stats_of(r).tx_frames, 0);
	/* The reads that were posted before it died come back; then one at a time. */
	for (unsigned i = 0; i < 100; i++)
		(void)poll_domain(r);
	enters = r->domain.io.enters;
	dropped = r->wire->stats.rx_dropped;
	for (unsigned i = 0; i < 100; i++)
		(void)poll_domain(r);
	assert_true(r->wire->stats.rx_dropped > dropped);
	assert_true(r->wire->stats.rx_dropped - dropped <= 100);
	assert_true(r->domain.io.enters - enters <= 200);
	assert_int_equal(r->wire->stats.rx_frames, 0);
	assert_int_equal(r->wire->nbig + r->wire->reads, 32);
	assert_int_equal(net_stop(&r->client), 0);
	while (r->pool.nfree[0] + r->pool.nfree[1] < ALL) {
		wait_for(r, &d);
		put(r, d.buf);
	}
	assert_int_equal(r->domain.io.inflight, 0);
}

static void no_more_than_the_depth_is_in_flight(void **state)
{
	struct rig *r = rig_of(state);
	struct cordon_io *io = &r->domain.io;
	uint64_t end = cordon_clock_monotonic() + (uint64_t)PATIENCE_MS * 1000000;
	struct cordon_io_done done[CORDON_IO_DEPTH];
	uint8_t seen[CORDON_IO_DEPTH] = { 0 };
	unsigned n = 0, sent = 0;

	assert_int_equal(cordon_io_read(io, 1, 0), -EINVAL);
	assert_int_equal(cordon_io_read(io, 0, ALL), -EINVAL);
	assert_int_equal(cordon_io_write(io, 0, UINT32_MAX, 60), -EINVAL);
	assert_int_equal(cordon_io_write(io, 0, BIG, CORDON_BUF_SMALL + 1), -EINVAL);
	assert_int_equal(cordon_io_write(io, 0, 0, CORDON_BUF_BIG + 1), -EINVAL);
	for (uint32_t i = 0; i < CORDON_IO_DEPTH; i++)
		assert_int_equal(cordon_io_read(io, 0, BIG + i), 0);
	assert_int_equal(cordon_io_read(io, 0, 0), -EAGAIN);
	assert_int_equal(cordon_io_write(io, 0, 0, 60), -EAGAIN);
	assert_int_equal(cordon_io_submit(io), 0);
	assert_int_equal(cordon_io_reap(io, done, CORDON_IO_DEPTH), 0);
	assert_int_equal(io->inflight, CORDON_IO_DEPTH);
	while (sent < CORDON_IO_DEPTH && wire_send(r, 60 + sent))
		sent++;
	/* In whatever order: a read that was woken in vain too often is taken over by a thread. */
	while (n < sent) {
		uint32_t len;

		assert_true(cordon_clock_monotonic() < end);
		if (cordon_io_reap(io, done, 1) == 0)
			continue;
		len = (uint32_t)done[0].res;
		assert_in_range(len, 60, 59 + sent);
		assert_int_equal(done[0].write, 0);
		assert_false(seen[len - 60]);
		seen[len - 60] = 1;
		assert_memory_equal(cordon_pool_data(&r->pool, done[0].buf), content(len), len);
		n++;
	}
	assert_int_equal(io->inflight, CORDON_IO_DEPTH - n);
	assert_int_equal(cordon_io_write(io, 0, 0, 60), 0);
}

static void a_domain_with_ports_that_cannot_be_does_not_begin(void **state)
{
	struct rig *r = rig_of(state);
	struct cordon_boot b = r->boot;
	struct cordon_io io;

	b.nports = CORDON_PORTS_MAX + 1;
	assert_int_equal(cordon_io_init(&io, &b, &r->pool), -EINVAL);
	b.nports = 0;
	assert_int_equal(cordon_io_init(&io, &b, &r->pool), -EINVAL);
	b.io_mode = CORDON_IO_NONE;
	assert_int_equal(cordon_io_init(&io, &b, &r->pool), 0);
	memset(r->heap, 0, HEAP);
	memset(r->chan_mem.addr, 0, r->chan_mem.size);
	assert_int_equal(cordon_domain_init(&r->domain, &cordon_driver_tap, &b), -ENODEV);
	b.nports = 1;
	assert_int_equal(cordon_io_init(&io, &b, &r->pool), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(with_the_port_full_frames_wait_or_are_counted),
		TEST(a_dead_port_costs_one_try_a_round_and_no_buffer),
		TEST(no_more_than_the_depth_is_in_flight),
		TEST(a_domain_with_ports_that_cannot_be_does_not_begin),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
