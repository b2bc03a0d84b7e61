/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The driver tap (domains/net/wire.c) and its way to its port (core/io.c), by io_uring and by read
 * and write, in a domain that this thread polls. The port is a socket, and the front-end is this
 * file, side A of the channel: calls poll the domain while they wait. For wire*.c.
 */
#ifndef CORDON_TESTS_NET_WIRE_H
#define CORDON_TESTS_NET_WIRE_H

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
#include "domains/net/net.cdl_client.h"
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
	struct net_client client;
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

static inline int poll_domain(struct rig *r)
{
	int n = cordon_domain_poll(&r->domain, 64);

	assert_true(n >= 0);
	return n;
}

static inline uint64_t clock_of_rig(void)
{
	(void)poll_domain(&rig);
	return cordon_clock_monotonic();
}

static inline void make_port(struct rig *r)
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
static inline const char *ring_is_missing(int mode)
{
	static char why[256];

	if (mode != CORDON_IO_URING)
		return NULL;
	return cordon_host_probe(CORDON_PART_URING, why, sizeof(why)) < 0 ? why : NULL;
}

static inline int set_up(void **state)
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
	net_client_init(&r->client, &r->chan.client);
	cordon_stub_by(&r->client.stub, &r->caller, 1000000000);
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

static inline int tear_down(void **state)
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

static inline struct net_stats stats_of(struct rig *r)
{
	struct net_stats s;

	assert_int_equal(net_stats(&r->client, &s), 0);
	return s;
}

static inline void start(struct rig *r)
{
	const struct net_config config = { .mtu = 1500 };
	struct net_info info;

	assert_int_equal(net_connect(&r->client), 0);
	assert_int_equal(net_info(&r->client, &info), 0);
	assert_int_equal(info.ports, 1);
	assert_int_equal(net_config(&r->client, &config), 0);
	assert_int_equal(net_start(&r->client), 0);
}

/* ---- the front-end ------------------------------------------------------------------------- */

static inline const uint8_t *content(uint32_t len)
{
	return noise + len * 13 % 4096;
}

static inline uint32_t next_length(uint32_t len)
{
	return len + 1 + (len > 100 && (len < 2040 || len > 2056) ? 211 : 0);
}

/* A buffer goes to the driver; its stream has room. */
static inline void lend(struct rig *r, uint32_t buf, uint32_t len, uint8_t kind)
{
	struct cordon_desc d = cordon_desc(buf, len, kind);

	assert_int_equal(cordon_pool_lend(&r->pool, buf), 0);
	while (cordon_stream_put(&r->chan.tx, &d, 1) == 0)
		assert_true(poll_domain(r) > 0);
}

static inline uint32_t buffer(struct rig *r, uint32_t len)
{
	int buf = cordon_pool_get(&r->pool, len);

	assert_true(buf >= 0);
	return (uint32_t)buf;
}

static inline void lend_empties(struct rig *r, uint32_t small, uint32_t big)
{
	while (small-- > 0)
		lend(r, buffer(r, 1), 0, NET_EMPTY);
	while (big-- > 0)
		lend(r, buffer(r, CORDON_BUF_BIG), 0, NET_EMPTY);
}

static inline void send_frame(struct rig *r, uint32_t len)
{
	uint32_t buf = buffer(r, len);

	memcpy(cordon_pool_data(&r->pool, buf), content(len), len);
	lend(r, buf, len, NET_FRAME);
}

/* One descriptor from the driver, whose buffer is ours again; 0 if there is none. */
static inline int receive(struct rig *r, struct cordon_desc *d)
{
	if (cordon_stream_get(&r->chan.rx, d, 1) == 0)
		return 0;
	assert_int_equal(cordon_pool_take(&r->pool, d->buf), 0);
	return 1;
}

static inline void wait_for(struct rig *r, struct cordon_desc *d)
{
	uint64_t end = cordon_clock_monotonic() + (uint64_t)PATIENCE_MS * 1000000;

	while (!receive(r, d)) {
		(void)poll_domain(r);
		assert_true(cordon_clock_monotonic() < end);
	}
}

static inline void put(struct rig *r, uint32_t buf)
{
	assert_int_equal(cordon_pool_put(&r->pool, buf), 0);
}

static inline void take_back(struct rig *r)
{
	struct cordon_desc d;

	wait_for(r, &d);
	assert_int_equal(cordon_desc_kind(d), NET_EMPTY);
	put(r, d.buf);
}

/* ---- the wire ------------------------------------------------------------------------------ */

static inline int wire_send(struct rig *r, uint32_t len)
{
	return send(r->far, content(len), len, 0) == (ssize_t)len;
}

static inline void wire_expect(struct rig *r, uint32_t len)
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
static inline void stop_and_check(struct rig *r)
{
	struct cordon_desc d;
	uint32_t reads;

	assert_int_equal(net_stop(&r->client), 0);
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

static inline struct rig *rig_of(void **state)
{
	struct rig *r = *state;

	if (r->port < 0) {
		printf("# %s\n", ring_is_missing(r->mode));
		skip();
	}
	return r;
}

static inline int prepare(void **state)
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

#endif
