/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net front-end between a TAP that is a socket and a driver that is a script: side B of the
 * channel in this process, which serves calls whenever the front-end looks at the clock. For
 * front*.c; what they do repeats exactly, but for front_scribble.c.
 */
#ifndef CORDON_TESTS_NET_FRONT_H
#define CORDON_TESTS_NET_FRONT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "domains/net/front.h"
#include "domains/net/net.cdl_server.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define TSAN 1
#endif

#define SECONDS 2

#define CALLS 4u
#define RING 32u
/* Buffers for frames to the driver, and empty ones, of each size. */
#define SMALL 40u
#define BIG 16u
#define FRAMES (SMALL + BIG)
#define EMPTY_SMALL 20u
#define EMPTY_BIG 8u
#define ALL (FRAMES + EMPTY_SMALL + EMPTY_BIG)
#define BUDGET 32u
#define LONGEST ((uint32_t)CORDON_VNET_MAX_FRAME)
#define TSO (CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN)
#define TICK 1000000u /* nanoseconds between two looks at the clock */

/* A byte of a reply. */
struct lie {
	bool told;
	enum net_op op;
	unsigned at;
	uint8_t value;
};

struct rig {
	struct net_server server; /* first: net_ops takes it for the state */
	struct net_front f;
	struct cordon_chan a, b;
	struct cordon_pool pool, peer;
	struct cordon_memory chan_mem, pool_mem, ro_mem;
	uint8_t *ro; /* as the driver maps it */
	struct cordon_caller caller;
	uint8_t tables[2][ALL * 8];
	int tap; /* the host's end */
	/* the driver's script */
	struct net_info info;
	struct net_stats stats;
	struct net_config config; /* as it was told */
	int reply[NET_OP_COUNT]; /* length of the reply, or -errno */
	struct lie lie;
	unsigned called[NET_OP_COUNT];
	unsigned answers; /* before it falls silent */
	uint64_t time;
};

static const struct cordon_chan_dims chan_dims = { .calls = CALLS, .ab = RING, .ba = RING };
static const struct cordon_pool_dims pool_dims = { .small = EMPTY_SMALL,
						   .big = EMPTY_BIG,
						   .ro_small = SMALL,
						   .ro_big = BIG };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };

static struct rig rig;
static uint8_t noise[LONGEST + 4096];
static uint8_t got[LONGEST + 4096];

static inline uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

/* ---- the driver's script ------------------------------------------------------------------- */

static inline int do_info(void *state, struct net_info *is)
{
	*is = ((const struct rig *)state)->info;
	return 0;
}

static inline int do_config(void *state, const struct net_config *c)
{
	((struct rig *)state)->config = *c;
	return 0;
}

static inline int do_nothing(void *state)
{
	(void)state;
	return 0;
}

static inline int do_stats(void *state, struct net_stats *s)
{
	*s = ((const struct rig *)state)->stats;
	return 0;
}

static const struct net_server_ops honest = {
	.info = do_info,
	.config = do_config,
	.start = do_nothing,
	.stop = do_nothing,
	.stats = do_stats,
};

/* What the interface's own server answers, and then the lie. */
static inline int answer(struct rig *r, enum net_op op, const void *req, unsigned len, void *reply)
{
	int ret = net_ops.op[op].fn(&r->server, req, len, reply);

	r->called[op]++;
	if (r->lie.told && op == r->lie.op)
		((uint8_t *)reply)[r->lie.at] = r->lie.value;
	return ret < 0 ? ret : r->reply[op];
}

#define ANSWER(op)                                                                             \
	static inline int answer_##op(void *state, const void *req, unsigned len, void *reply) \
	{                                                                                      \
		return answer(state, NET_OP_##op, req, len, reply);                            \
	}
ANSWER(HELLO)
ANSWER(INFO)
ANSWER(CONFIG)
ANSWER(START)
ANSWER(CHANGE)
ANSWER(STOP)
ANSWER(STATS)

static const struct cordon_op ops[NET_OP_COUNT] = {
	[NET_OP_HELLO] = { "hello", answer_HELLO, sizeof(struct cordon_hello),
			   sizeof(struct cordon_hello) },
	[NET_OP_INFO] = { "info", answer_INFO, 0, 0 },
	[NET_OP_CONFIG] = { "config", answer_CONFIG, sizeof(struct net_config_req),
			    sizeof(struct net_config_req) },
	[NET_OP_START] = { "start", answer_START, 0, 0 },
	[NET_OP_CHANGE] = { "change", answer_CHANGE, sizeof(struct net_change_req),
			    sizeof(struct net_change_req) },
	[NET_OP_STOP] = { "stop", answer_STOP, 0, 0 },
	[NET_OP_STATS] = { "stats", answer_STATS, 0, 0 },
};

static const struct cordon_ops script = { NET_OP_COUNT, ops };

/* Time passes by being looked at, and the driver works meanwhile. */
static inline uint64_t clock_of_rig(void)
{
	rig.answers -= cordon_serve(&rig.b.server, &script, &rig, rig.answers ? 1 : 0);
	return rig.time += TICK;
}

/* ---- the rig ------------------------------------------------------------------------------- */

static inline void socket_pair(int fd[2])
{
	int size = 8 << 20;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd),
			 0);
	for (int i = 0; i < 2; i++)
		if (setsockopt(fd[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
			(void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static inline void make_memory(struct rig *r)
{
	struct cordon_err e;
	int fd;

	assert_int_equal(
		cordon_memory_make(&r->chan_mem, "test-chan", cordon_chan_size(&chan_dims), &e), 0);
	assert_int_equal(
		cordon_memory_make(&r->pool_mem, "test-pool", cordon_pool_size(&pool_dims), &e), 0);
	assert_int_equal(
		cordon_memory_make(&r->ro_mem, "test-ro", cordon_pool_ro_size(&pool_dims), &e), 0);
	fd = cordon_memory_reader(&r->ro_mem, &e);
	assert_true(fd >= 0);
	r->ro = mmap(NULL, r->ro_mem.size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(r->ro != MAP_FAILED);
	close(fd);
}

static inline void drop_memory(struct rig *r)
{
	munmap(r->ro, r->ro_mem.size);
	cordon_memory_drop(&r->chan_mem);
	cordon_memory_drop(&r->pool_mem);
	cordon_memory_drop(&r->ro_mem);
}

/* Fresh channel and pool, and a front-end that has not been started. */
static inline void new_epoch(struct rig *r, int tap, uint32_t mtu)
{
	memset(r->chan_mem.addr, 0, r->chan_mem.size);
	assert_int_equal(cordon_chan_init_a(&r->a, r->chan_mem.addr, &chan_dims), 0);
	cordon_pool_init(&r->pool, r->pool_mem.addr, r->ro_mem.addr, &pool_dims, r->tables[0], 1);
	r->caller = (struct cordon_caller){ .client = &r->a.client, .now = clock_of_rig };
	net_front_init(&r->f, tap, mtu, mac);
}

static inline int set_up(void **state)
{
	struct rig *r = &rig;
	int fd[2];

	memset(r, 0, sizeof(*r));
	assert_true(cordon_pool_private_size(&pool_dims) <= sizeof(r->tables[0]));
	make_memory(r);
	socket_pair(fd);
	r->tap = fd[0];
	r->answers = 1000000;
	r->info = (struct net_info){ .ports = 1 };
	r->reply[NET_OP_HELLO] = sizeof(struct cordon_hello_reply);
	r->reply[NET_OP_INFO] = sizeof(struct net_info_rep);
	r->reply[NET_OP_STATS] = sizeof(struct net_stats_rep);
	new_epoch(r, fd[1], CORDON_VNET_MAX_IP);
	assert_int_equal(cordon_chan_init_b(&r->b, r->chan_mem.addr, &chan_dims), 0);
	cordon_pool_init(&r->peer, r->pool_mem.addr, r->ro, &pool_dims, r->tables[1], 0);
	*state = r;
	return 0;
}

static inline int tear_down(void **state)
{
	struct rig *r = *state;

	net_front_close(&r->f);
	close(r->f.tap);
	close(r->tap);
	drop_memory(r);
	return 0;
}

static inline int start_with(struct rig *r, uint32_t tap_features)
{
	struct cordon_err e = { "" };
	uint32_t mtu = r->f.mtu;
	int ret;

	net_server_init(&r->server, &honest, r);
	/* The longest frames that are taken at all are longer than an MTU that a driver is told. */
	r->f.mtu = mtu < NET_MTU_MAX ? mtu : NET_MTU_MAX;
	ret = net_front_start(&r->f, &r->a, &r->pool, &r->caller, tap_features, &e);
	r->f.mtu = mtu;
	/* Who fails says why. */
	assert_int_equal(ret < 0, e.text[0] != '\0');
	return ret;
}

static inline void start(struct rig *r, uint32_t mtu, uint32_t features, uint32_t buffers)
{
	r->f.mtu = mtu;
	r->info.features = features;
	r->info.buffers = buffers;
	assert_int_equal(start_with(r, TSO), 0);
}

/* ---- both ends ----------------------------------------------------------------------------- */

/* Bytes to be the content of a frame; others for another length. */
static const uint8_t *content(uint32_t len)
{
	return noise + len * 13 % 4096;
}

/* The next length to try: all up to 2100 (200 under a sanitizer), then some, and all at the end. */
static inline uint32_t next_length(uint32_t len)
{
#if defined(ASAN) || defined(TSAN)
	const uint32_t dense = 200, step = 503;
#else
	const uint32_t dense = 2100, step = 97;
#endif

	if (len < dense || (len >= 2040 && len < 2056) || len >= LONGEST - 16)
		return len + 1;
	if (len < 2040 && len + step > 2040)
		return 2040;
	return len + step < LONGEST - 16 ? len + step : LONGEST - 16;
}

/* The host sends a frame of @len bytes; 0 if the TAP is full. */
static inline int host_send(struct rig *r, uint32_t len)
{
	return send(r->tap, content(len), len, 0) == (ssize_t)len;
}

/* The host receives a frame: its length, 0 if there is none. */
static inline uint32_t host_receive(struct rig *r)
{
	ssize_t n = recv(r->tap, got, sizeof(got), 0);

	return n > 0 ? (uint32_t)n : 0;
}

/* The driver receives a descriptor, and takes its buffer. */
static inline int driver_receive(struct rig *r, struct cordon_desc *d)
{
	if (cordon_stream_get(&r->b.rx, d, 1) == 0)
		return 0;
	assert_int_equal(cordon_pool_take(&r->peer, d->buf), 0);
	if (cordon_desc_kind(*d) == NET_EMPTY)
		assert_int_equal(cordon_desc_len(*d), 0);
	else
		assert_int_equal(cordon_desc_kind(*d), NET_FRAME);
	return 1;
}

static inline void say(struct rig *r, uint32_t buf, uint32_t len, uint8_t kind)
{
	struct cordon_desc d = cordon_desc(buf, len, kind);

	assert_int_equal(cordon_stream_put(&r->b.tx, &d, 1), 1);
}

/* The driver gives a buffer back. */
static inline void driver_send(struct rig *r, uint32_t buf, uint32_t len, uint8_t kind)
{
	assert_int_equal(cordon_pool_lend(&r->peer, buf), 0);
	say(r, buf, len, kind);
}

static inline uint8_t *data_of(struct rig *r, uint32_t buf)
{
	return cordon_pool_data(&r->peer, buf);
}

/* A frame of @len bytes that asks for no offload. */
static inline void write_plain(struct rig *r, uint32_t buf, uint32_t len)
{
	memset(data_of(r, buf), 0, NET_HDR_SIZE);
	memcpy(data_of(r, buf) + NET_HDR_SIZE, content(len), len - NET_HDR_SIZE);
}

static inline void assert_plain(uint32_t len)
{
	static const uint8_t zero[NET_HDR_SIZE];

	assert_memory_equal(got, zero, NET_HDR_SIZE);
	assert_memory_equal(got + NET_HDR_SIZE, content(len), len - NET_HDR_SIZE);
}

static inline void poll_front(struct rig *r)
{
	assert_in_range(net_front_poll(&r->f, BUDGET), 0, 2 * BUDGET);
}

/* An empty buffer that the driver was lent, of the size that is wanted. */
static inline uint32_t empty_buffer(struct rig *r, int big)
{
	struct cordon_desc d;

	for (unsigned i = 0; i < ALL; i++) {
		if (!driver_receive(r, &d))
			poll_front(r);
		else if (cordon_pool_is_big(&r->peer, d.buf) == big)
			return d.buf;
		else
			driver_send(r, d.buf, 0, NET_EMPTY);
	}
	fail_msg("no %s buffer was lent", big ? "big" : "small");
	return 0;
}

/* The private tables agree with each other. */
static inline void check_books(const struct rig *r)
{
	uint32_t in[3] = { 0 }, lent[2] = { 0 };

	for (uint32_t i = 0; i < ALL; i++) {
		in[r->pool.state[i]]++;
		lent[cordon_pool_is_big(&r->pool, i)] += r->f.lent_empty[i];
		assert_true(!r->f.lent_empty[i] || !cordon_pool_is_ro(&r->pool, i));
		assert_true(!r->f.lent_empty[i] || r->pool.state[i] == CORDON_BUF_PEER);
	}
	for (int big = 0; big < 2; big++) {
		assert_int_equal(r->f.empties[big], lent[big]);
		assert_true(lent[big] <= r->f.want[big]);
	}
	assert_int_equal(in[CORDON_BUF_FREE],
			 r->pool.nfree[0] + r->pool.nfree[1] + r->pool.nfree[2] + r->pool.nfree[3]);
	assert_int_equal(in[CORDON_BUF_MINE], r->f.big >= 0);
}

static inline void check_all_back(const struct rig *r)
{
	check_books(r);
	assert_int_equal(r->pool.nfree[CORDON_SORT_SMALL], EMPTY_SMALL);
	assert_int_equal(r->pool.nfree[CORDON_SORT_BIG], EMPTY_BIG);
	assert_int_equal(r->pool.nfree[CORDON_SORT_RO_SMALL], SMALL);
	assert_int_equal(r->pool.nfree[CORDON_SORT_RO_BIG] + (r->f.big >= 0), BIG);
}

static inline uint64_t refusals(const struct net_front_counters *c)
{
	uint64_t n = 0;

	for (int i = 0; i < CORDON_VNET_VERDICT_COUNT; i++)
		n += c->verdict[i];
	return n;
}

#define ETH NET_HDR_SIZE
#define IP (ETH + 14)
#define TCP (IP + 20)
#define PAYLOAD (TCP + 20)

/* A TCP segment over IPv4 to be cut into pieces: @len bytes with all headers. */
static inline void write_tso(uint8_t *p, uint32_t len)
{
	static const uint8_t head[PAYLOAD] = {
		/* flags, type, hdr_len 54, gso_size 1400, csum_start 34, csum_offset 16 */
		1, 1, 54, 0, 0x78, 5, 34, 0, 16, 0,
		/* Ethernet */
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
		/* IPv4 */
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2,
		/* TCP */
		0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x10, 0, 0, 0, 0, 0, 0
	};
	uint32_t ip_len = len - IP;

	memcpy(p, content(len), len);
	memcpy(p, head, sizeof(head));
	p[IP + 2] = (uint8_t)(ip_len >> 8);
	p[IP + 3] = (uint8_t)ip_len;
}

static inline int make_noise(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)draw(&random, 256);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
