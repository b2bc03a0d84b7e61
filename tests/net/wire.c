// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The driver tap (wire.c) and its way to its port (core/io.c), by io_uring and by read and write, in
 * a domain that this thread polls. The port is a socket, and the front-end is this file, side A of
 * the channel: calls poll the domain while they wait.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/call.h"
#include "core/clock.h"
#include "core/domain.h"
#include "core/host.h"
#include "core/memory.h"
#include "core/ring.h"
#include "domains/net/wire.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define TSAN 1
#endif

#define CALLS 2u
#define RING 16u
#define SMALL 300u
#define BIG 40u
#define ALL (SMALL + BIG)
#define HEAP (1u << 20)
#define LONGEST ((uint32_t)CORDON_VNET_MAX_FRAME)
#define READS_MAX 16u /* as wire.c has it */
#define PATIENCE_MS 10000

extern CORDON_DRIVER(tap);

static const struct cordon_chan_dims chan_dims = { .calls = CALLS, .ab = RING, .ba = RING };
static const struct cordon_pool_dims pool_dims = { .small = SMALL, .big = BIG };

static struct rig {
	struct cordon_domain domain;
	struct cordon_boot boot;
	struct cordon_memory chan_mem, pool_mem;
	struct cordon_chan chan; /* side A */
	struct cordon_pool pool; /* owner */
	struct cordon_caller caller;
	struct wire *wire;
	int port; /* the driver's end of the wire */
	int far; /* ours; nonblocking */
	int mode;
	uint8_t *heap;
	uint8_t tables[ALL * 8];
} rig;

static uint8_t noise[LONGEST + 4096];
static uint8_t got[LONGEST + 4096];

/* ---- the rig ------------------------------------------------------------------------------- */

static int poll_domain(struct rig *r)
{
	int n = cordon_domain_poll(&r->domain, 64);

	assert_true(n >= 0);
	return n;
}

static uint64_t clock_of_rig(void)
{
	(void)poll_domain(&rig);
	return cordon_clock_monotonic();
}

static void make_port(struct rig *r)
{
	int size = 4 << 20;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd), 0);
	for (int i = 0; i < 2; i++)
		if (setsockopt(fd[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
			(void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	r->port = fd[0];
	r->far = fd[1];
	fcntl(r->far, F_SETFL, O_NONBLOCK);
	if (r->mode == CORDON_IO_RW)
		fcntl(r->port, F_SETFL, O_NONBLOCK);
}

/* Why there is no ring, or NULL. */
static const char *ring_is_missing(int mode)
{
	static char why[256];

	if (mode != CORDON_IO_URING)
		return NULL;
	return cordon_host_probe(CORDON_PART_URING, why, sizeof(why)) < 0 ? why : NULL;
}

static int set_up(void **state)
{
	struct rig *r = &rig;
	struct cordon_boot *b = &r->boot;
	struct cordon_err e = { "" };
	int mode = (int)(intptr_t)*state;

	memset(r, 0, sizeof(*r));
	*state = r;
	r->mode = mode;
	r->port = r->far = -1;
	b->ring.fd = b->ring_ro.fd = -1;
	r->chan_mem = r->pool_mem = CORDON_MEMORY_NONE;
	if (ring_is_missing(mode))
		return 0;
	make_port(r);
	assert_int_equal(
		cordon_memory_make(&r->chan_mem, "test-chan", cordon_chan_size(&chan_dims), &e), 0);
	assert_int_equal(
		cordon_memory_make(&r->pool_mem, "test-pool", cordon_pool_size(&pool_dims), &e), 0);
	assert_int_equal(cordon_chan_init_a(&r->chan, r->chan_mem.addr, &chan_dims), 0);
	assert_true(cordon_pool_private_size(&pool_dims) <= sizeof(r->tables));
	cordon_pool_init(&r->pool, r->pool_mem.addr, NULL, &pool_dims, r->tables, 1);
	r->caller = (struct cordon_caller){ .client = &r->chan.client, .now = clock_of_rig };
	r->heap = aligned_alloc(64, HEAP);
	assert_non_null(r->heap);
	memset(r->heap, 0, HEAP);
	b->size = sizeof(*b);
	b->io_mode = (uint32_t)mode;
	b->chan_dims = chan_dims;
	b->pool_dims = pool_dims;
	b->chan = (uintptr_t)r->chan_mem.addr;
	b->pool = (uintptr_t)r->pool_mem.addr;
	b->heap = (uintptr_t)r->heap;
	b->heap_size = HEAP;
	b->nports = 1;
	b->port_fd[0] = r->port;
	if (mode == CORDON_IO_URING) {
		assert_int_equal(cordon_ring_make(&b->ring, &r->pool_mem, &r->port, 1,
						  CORDON_RING_READ_WRITE, &e),
				 0);
		assert_int_equal(cordon_ring_map(&b->ring, &e), 0);
	}
	assert_int_equal(cordon_domain_init(&r->domain, &cordon_driver_tap, b), 0);
	r->wire = r->domain.state;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;

	cordon_ring_drop(&r->boot.ring);
	cordon_memory_drop(&r->pool_mem);
	cordon_memory_drop(&r->chan_mem);
	free(r->heap);
	if (r->port >= 0)
		close(r->port);
	if (r->far >= 0)
		close(r->far);
	*state = (void *)(intptr_t)r->mode;
	return 0;
}

static int call(struct rig *r, enum net_op op, const void *req, size_t len, void *reply,
		size_t size)
{
	return cordon_call(&r->caller, op, req, len, reply, size, 1000000000);
}

static struct net_stats stats_of(struct rig *r)
{
	struct net_stats s;

	assert_int_equal(call(r, NET_OP_STATS, NULL, 0, &s, sizeof(s)), sizeof(s));
	return s;
}

static void start(struct rig *r)
{
	struct net_config config = { .mtu = 1500 };
	struct net_info info;

	assert_int_equal(call(r, NET_OP_INFO, NULL, 0, &info, sizeof(info)), sizeof(info));
	assert_int_equal(info.ports, 1);
	assert_int_equal(call(r, NET_OP_CONFIG, &config, sizeof(config), NULL, 0), 0);
	assert_int_equal(call(r, NET_OP_START, NULL, 0, NULL, 0), 0);
}

/* ---- the front-end ------------------------------------------------------------------------- */

static const uint8_t *content(uint32_t len)
{
	return noise + len * 13 % 4096;
}

static uint32_t next_length(uint32_t len)
{
	return len + 1 + (len > 100 && (len < 2040 || len > 2056) ? 211 : 0);
}

/* A buffer goes to the driver; its stream has room. */
static void lend(struct rig *r, uint32_t buf, uint32_t len, uint8_t kind)
{
	struct cordon_desc d = cordon_desc(buf, len, kind);

	assert_int_equal(cordon_pool_lend(&r->pool, buf), 0);
	while (cordon_stream_put(&r->chan.tx, &d, 1) == 0)
		assert_true(poll_domain(r) > 0);
}

static uint32_t buffer(struct rig *r, uint32_t len)
{
	int buf = cordon_pool_get(&r->pool, len);

	assert_true(buf >= 0);
	return (uint32_t)buf;
}

static void lend_empties(struct rig *r, uint32_t small, uint32_t big)
{
	while (small-- > 0)
		lend(r, buffer(r, 1), 0, NET_EMPTY);
	while (big-- > 0)
		lend(r, buffer(r, CORDON_BUF_BIG), 0, NET_EMPTY);
}

static void send_frame(struct rig *r, uint32_t len)
{
	uint32_t buf = buffer(r, len);

	memcpy(cordon_pool_data(&r->pool, buf), content(len), len);
	lend(r, buf, len, NET_FRAME);
}

/* One descriptor from the driver, whose buffer is ours again; 0 if there is none. */
static int receive(struct rig *r, struct cordon_desc *d)
{
	if (cordon_stream_get(&r->chan.rx, d, 1) == 0)
		return 0;
	assert_int_equal(cordon_pool_take(&r->pool, d->buf), 0);
	return 1;
}

static void wait_for(struct rig *r, struct cordon_desc *d)
{
	uint64_t end = cordon_clock_monotonic() + (uint64_t)PATIENCE_MS * 1000000;

	while (!receive(r, d)) {
		(void)poll_domain(r);
		assert_true(cordon_clock_monotonic() < end);
	}
}

static void put(struct rig *r, uint32_t buf)
{
	assert_int_equal(cordon_pool_put(&r->pool, buf), 0);
}

static void take_back(struct rig *r)
{
	struct cordon_desc d;

	wait_for(r, &d);
	assert_int_equal(cordon_desc_kind(d), NET_EMPTY);
	put(r, d.buf);
}

/* ---- the wire ------------------------------------------------------------------------------ */

static int wire_send(struct rig *r, uint32_t len)
{
	return send(r->far, content(len), len, 0) == (ssize_t)len;
}

static void wire_expect(struct rig *r, uint32_t len)
{
	uint64_t end = cordon_clock_monotonic() + (uint64_t)PATIENCE_MS * 1000000;
	ssize_t n;

	while ((n = recv(r->far, got, sizeof(got), 0)) < 0) {
		(void)poll_domain(r);
		assert_true(cordon_clock_monotonic() < end);
	}
	assert_int_equal(n, len);
	assert_memory_equal(got, content(len), len);
}

/* The stop, and then all buffers come back but those of reads that wait for a frame. */
static void stop_and_check(struct rig *r)
{
	struct cordon_desc d;
	uint32_t reads;

	assert_int_equal(call(r, NET_OP_STOP, NULL, 0, NULL, 0), 0);
	reads = r->wire->reads;
	while (r->pool.nfree[0] + r->pool.nfree[1] < ALL - reads) {
		wait_for(r, &d);
		put(r, d.buf);
		reads = r->wire->reads;
	}
	for (unsigned i = 0; i < 100; i++) {
		(void)poll_domain(r);
		assert_false(receive(r, &d));
	}
	assert_int_equal(r->wire->reads, reads);
	assert_int_equal(r->domain.io.inflight, reads);
	assert_int_equal(r->wire->nbig + r->wire->nsmall + r->wire->nout, 0);
	/* Those too, when one comes. */
	for (uint32_t i = 0; i < reads; i++) {
		assert_true(wire_send(r, 60));
		wait_for(r, &d);
		put(r, d.buf);
	}
	assert_int_equal(r->pool.nfree[0] + r->pool.nfree[1], ALL);
	assert_int_equal(r->domain.io.inflight, 0);
}

static struct rig *rig_of(void **state)
{
	struct rig *r = *state;

	if (r->port < 0) {
		printf("# %s\n", ring_is_missing(r->mode));
		skip();
	}
	return r;
}

/* ---- tests --------------------------------------------------------------------------------- */

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
	assert_int_equal(call(r, NET_OP_STOP, NULL, 0, NULL, 0), 0);
	while (r->pool.nfree[0] + r->pool.nfree[1] < ALL) {
		wait_for(r, &d);
		put(r, d.buf);
	}
	assert_int_equal(r->domain.io.inflight, 0);
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

static int prepare(void **state)
{
	uint64_t random = 1;

	(void)state;
	/* The supervisor blocks it. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(noise); i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		noise[i] = (uint8_t)(random >> 56);
	}
	return 0;
}

#define NAME(test, how) #test "_by_" how
#define MODE(test, how, mode)                                            \
	{                                                                \
		NAME(test, how), test, set_up, tear_down, (void *)(mode) \
	}
/* ThreadSanitizer has memory of its own where the ring's maker maps the pool. */
#if defined(TSAN)
#define TEST(name) MODE(name, "read_and_write", (intptr_t)CORDON_IO_RW)
#else
#define TEST(name)                                         \
	MODE(name, "io_uring", (intptr_t)CORDON_IO_URING), \
		MODE(name, "read_and_write", (intptr_t)CORDON_IO_RW)
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_reach_the_port_whole),
		TEST(frames_from_the_port_arrive_whole_and_small_ones_in_small_buffers),
		TEST(without_small_buffers_a_small_frame_comes_in_a_big_one),
		TEST(reads_grow_in_a_burst_and_shrink_after_it),
		TEST(with_the_stream_to_the_front_end_full_nothing_is_lost),
		TEST(with_the_port_full_frames_wait_or_are_counted),
		TEST(a_frame_that_cannot_be_is_counted_and_its_buffer_comes_back),
		TEST(a_dead_port_costs_one_try_a_round_and_no_buffer),
		TEST(the_stop_gives_everything_back),
		TEST(no_more_than_the_depth_is_in_flight),
		TEST(a_domain_with_ports_that_cannot_be_does_not_begin),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
