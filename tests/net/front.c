// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The net front-end between a TAP that is a socket and a driver that is a script: side B of the
 * channel in this process, which serves calls whenever the front-end looks at the clock. All but the
 * last test repeat exactly. In that one the driver is a process of its own that rewrites the headers
 * of frames while they are being delivered, and everything else that it can reach.
 *
 * CORDON_SEED repeats that driver's choices, CORDON_SCRIBBLE_SECONDS says how long.
 */
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

#if defined(ASAN)
#define SECONDS 2
#else
#define SECONDS 5
#endif

#define CALLS 4u
#define RING 32u
#define SMALL 40u
#define BIG 16u
#define ALL (SMALL + BIG)
#define BUDGET 32u
#define LONGEST ((uint32_t)CORDON_VNET_MAX_FRAME)
#define TSO (CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN)
#define TICK 1000000u /* nanoseconds between two looks at the clock */

struct rig {
	struct net_front f;
	struct cordon_chan a, b;
	struct cordon_pool pool, peer;
	struct cordon_memory chan_mem, pool_mem;
	struct cordon_caller caller;
	uint8_t tables[2][ALL * 8];
	int tap; /* the host's end */
	/* the driver's script */
	struct net_info info;
	struct net_stats stats;
	struct net_config config; /* as it was told */
	int reply[NET_OP_COUNT]; /* length of the reply, or -errno */
	unsigned called[NET_OP_COUNT];
	unsigned answers; /* before it falls silent */
	uint64_t time;
};

static const struct cordon_chan_dims chan_dims = { .calls = CALLS, .ab = RING, .ba = RING };
static const struct cordon_pool_dims pool_dims = { .small = SMALL, .big = BIG };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };

static struct rig rig;
static uint8_t noise[LONGEST + 4096];
static uint8_t got[LONGEST + 4096];

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

/* ---- the driver's script ------------------------------------------------------------------- */

static int answer(struct rig *r, enum net_op op, const void *from, size_t size, void *reply)
{
	r->called[op]++;
	if (size > 0)
		memcpy(reply, from, size);
	return r->reply[op];
}

static int op_info(void *state, const void *req, unsigned len, void *reply)
{
	struct rig *r = state;

	(void)req;
	(void)len;
	return answer(r, NET_OP_INFO, &r->info, sizeof(r->info), reply);
}

static int op_config(void *state, const void *req, unsigned len, void *reply)
{
	struct rig *r = state;

	memcpy(&r->config, req, len);
	return answer(r, NET_OP_CONFIG, NULL, 0, reply);
}

static int op_start(void *state, const void *req, unsigned len, void *reply)
{
	(void)req;
	(void)len;
	return answer(state, NET_OP_START, NULL, 0, reply);
}

static int op_stop(void *state, const void *req, unsigned len, void *reply)
{
	(void)req;
	(void)len;
	return answer(state, NET_OP_STOP, NULL, 0, reply);
}

static int op_stats(void *state, const void *req, unsigned len, void *reply)
{
	struct rig *r = state;

	(void)req;
	(void)len;
	return answer(r, NET_OP_STATS, &r->stats, sizeof(r->stats), reply);
}

static const struct cordon_op ops[NET_OP_COUNT] = {
	[NET_OP_INFO] = { "info", op_info, 0, 0 },
	[NET_OP_CONFIG] = { "config", op_config, sizeof(struct net_config),
			    sizeof(struct net_config) },
	[NET_OP_START] = { "start", op_start, 0, 0 },
	[NET_OP_STOP] = { "stop", op_stop, 0, 0 },
	[NET_OP_STATS] = { "stats", op_stats, 0, 0 },
};

static const struct cordon_ops script = { NET_OP_COUNT, ops };

/* Time passes by being looked at, and the driver works meanwhile. */
static uint64_t clock_of_rig(void)
{
	rig.answers -= cordon_serve(&rig.b.server, &script, &rig, rig.answers ? 1 : 0);
	return rig.time += TICK;
}

/* ---- the rig ------------------------------------------------------------------------------- */

static void socket_pair(int fd[2])
{
	int size = 8 << 20;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd),
			 0);
	for (int i = 0; i < 2; i++)
		if (setsockopt(fd[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
			(void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* Fresh channel and pool, and a front-end that has not been started. */
static void new_epoch(struct rig *r, int tap, uint32_t mtu)
{
	memset(r->chan_mem.addr, 0, r->chan_mem.size);
	assert_int_equal(cordon_chan_init_a(&r->a, r->chan_mem.addr, &chan_dims), 0);
	cordon_pool_init(&r->pool, r->pool_mem.addr, &pool_dims, r->tables[0], 1);
	r->caller = (struct cordon_caller){ .client = &r->a.client, .now = clock_of_rig };
	net_front_init(&r->f, tap, mtu, mac);
}

static int set_up(void **state)
{
	struct rig *r = &rig;
	struct cordon_err e;
	int fd[2];

	memset(r, 0, sizeof(*r));
	assert_true(cordon_pool_private_size(&pool_dims) <= sizeof(r->tables[0]));
	assert_int_equal(
		cordon_memory_make(&r->chan_mem, "test-chan", cordon_chan_size(&chan_dims), &e), 0);
	assert_int_equal(
		cordon_memory_make(&r->pool_mem, "test-pool", cordon_pool_size(&pool_dims), &e), 0);
	socket_pair(fd);
	r->tap = fd[0];
	r->answers = 1000000;
	r->info = (struct net_info){ .ports = 1 };
	r->reply[NET_OP_INFO] = sizeof(struct net_info);
	r->reply[NET_OP_STATS] = sizeof(struct net_stats);
	new_epoch(r, fd[1], CORDON_VNET_MAX_IP);
	assert_int_equal(cordon_chan_init_b(&r->b, r->chan_mem.addr, &chan_dims), 0);
	cordon_pool_init(&r->peer, r->pool_mem.addr, &pool_dims, r->tables[1], 0);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;

	net_front_close(&r->f);
	close(r->f.tap);
	close(r->tap);
	cordon_memory_drop(&r->chan_mem);
	cordon_memory_drop(&r->pool_mem);
	return 0;
}

static int start_with(struct rig *r, uint32_t tap_features)
{
	struct cordon_err e = { "" };
	int ret = net_front_start(&r->f, &r->a, &r->pool, &r->caller, tap_features, &e);

	/* Who fails says why. */
	assert_int_equal(ret < 0, e.text[0] != '\0');
	return ret;
}

static void start(struct rig *r, uint32_t mtu, uint32_t features, uint32_t buffers)
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
static uint32_t next_length(uint32_t len)
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
static int host_send(struct rig *r, uint32_t len)
{
	return send(r->tap, content(len), len, 0) == (ssize_t)len;
}

/* The host receives a frame: its length, 0 if there is none. */
static uint32_t host_receive(struct rig *r)
{
	ssize_t n = recv(r->tap, got, sizeof(got), 0);

	return n > 0 ? (uint32_t)n : 0;
}

/* The driver receives a descriptor, and takes its buffer. */
static int driver_receive(struct rig *r, struct cordon_desc *d)
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

static void say(struct rig *r, uint32_t buf, uint32_t len, uint8_t kind)
{
	struct cordon_desc d = cordon_desc(buf, len, kind);

	assert_int_equal(cordon_stream_put(&r->b.tx, &d, 1), 1);
}

/* The driver gives a buffer back. */
static void driver_send(struct rig *r, uint32_t buf, uint32_t len, uint8_t kind)
{
	assert_int_equal(cordon_pool_lend(&r->peer, buf), 0);
	say(r, buf, len, kind);
}

static uint8_t *data_of(struct rig *r, uint32_t buf)
{
	return cordon_pool_data(&r->peer, buf);
}

/* A frame of @len bytes that asks for no offload. */
static void write_plain(struct rig *r, uint32_t buf, uint32_t len)
{
	memset(data_of(r, buf), 0, NET_HDR_SIZE);
	memcpy(data_of(r, buf) + NET_HDR_SIZE, content(len), len - NET_HDR_SIZE);
}

static void assert_plain(uint32_t len)
{
	static const uint8_t zero[NET_HDR_SIZE];

	assert_memory_equal(got, zero, NET_HDR_SIZE);
	assert_memory_equal(got + NET_HDR_SIZE, content(len), len - NET_HDR_SIZE);
}

static void poll_front(struct rig *r)
{
	assert_in_range(net_front_poll(&r->f, BUDGET), 0, 2 * BUDGET);
}

/* An empty buffer that the driver was lent, of the size that is wanted. */
static uint32_t empty_buffer(struct rig *r, int big)
{
	struct cordon_desc d;

	for (unsigned i = 0; i < ALL; i++) {
		if (!driver_receive(r, &d))
			poll_front(r);
		else if ((d.buf < BIG) == big)
			return d.buf;
		else
			driver_send(r, d.buf, 0, NET_EMPTY);
	}
	fail_msg("no %s buffer was lent", big ? "big" : "small");
	return 0;
}

/* The private tables agree with each other. */
static void check_books(const struct rig *r)
{
	uint32_t in[3] = { 0 }, lent[2] = { 0 };

	for (uint32_t i = 0; i < ALL; i++) {
		in[r->pool.state[i]]++;
		lent[i < BIG] += r->f.lent_empty[i];
		assert_true(!r->f.lent_empty[i] || r->pool.state[i] == CORDON_BUF_PEER);
	}
	for (int big = 0; big < 2; big++) {
		assert_int_equal(r->f.empties[big], lent[big]);
		assert_true(lent[big] <= r->f.want[big]);
	}
	assert_int_equal(in[CORDON_BUF_FREE], r->pool.nfree[0] + r->pool.nfree[1]);
	assert_int_equal(in[CORDON_BUF_MINE], r->f.big >= 0);
}

static void check_all_back(const struct rig *r)
{
	check_books(r);
	assert_int_equal(r->pool.nfree[0], SMALL);
	assert_int_equal(r->pool.nfree[1] + (r->f.big >= 0), BIG);
}

static uint64_t refusals(const struct net_front_counters *c)
{
	uint64_t n = 0;

	for (int i = 0; i < CORDON_VNET_VERDICT_COUNT; i++)
		n += c->verdict[i];
	return n;
}

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
		assert_int_equal(d.buf<BIG, len[i]> CORDON_BUF_SMALL);
		/* Kept: the next must do without. */
	}
	check_books(r);
}

/* ---- buffers ------------------------------------------------------------------------------- */

static void lend_up_to(struct rig *r, uint32_t wanted)
{
	uint32_t most[2] = { wanted ? SMALL / 2 : 0, wanted < BIG / 2 ? wanted : BIG / 2 };
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
			has[d.buf < BIG]++;
		}
		assert_true(has[0] <= most[0] && has[1] <= most[1]);
		while (n > 0 && !settle && draw(&random, 3)) {
			uint32_t i = draw(&random, n), buf = held[i];
			int frame = draw(&random, 2) != 0;

			held[i] = held[--n];
			has[buf < BIG]--;
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
			int frame = draw(&random, 2) != 0;
			uint32_t len = NET_FRAME_MIN + draw(&random, 1400);

			held[k] = held[--n];
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

#define ETH NET_HDR_SIZE
#define IP (ETH + 14)
#define TCP (IP + 20)
#define PAYLOAD (TCP + 20)

/* A TCP segment over IPv4 to be cut into pieces: @len bytes with all headers. */
static void write_tso(uint8_t *p, uint32_t len)
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
	r->info.features = UINT32_MAX;
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

/* ---- lies in calls ------------------------------------------------------------------------- */

static void a_reply_of_another_length_is_no_reply(void **state)
{
	static const struct {
		enum net_op op;
		int len;
	} lie[] = {
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

	for (unsigned answers = 0; answers < 3; answers++) {
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
	assert_true(r->f.count.driver_enters == 5 && r->f.count.calls == 4);
}

/* ---- a driver that scribbles --------------------------------------------------------------- */

/* Between test and driver; the front-end doesn't know it. */
struct control {
	_Atomic uint64_t stop, stopped, go; /* epochs */
};

struct scribbler {
	struct rig *r;
	struct control *c;
	uint64_t random;
	uint64_t epoch;
	uint32_t known[64]; /* buffers lent lately */
	uint32_t nknown;
};

/* Bytes of the frames of write_tso(), and what makes each of them bad. */
static const struct {
	uint8_t at, value;
} spoil[] = {
	{ 0, 255 }, /* flags */
	{ 0, 2 },	    { 1, 3 }, /* GSO type */
	{ 1, 4 },	    { 2, 1 }, /* hdr_len */
	{ 4, 0xff }, /* gso_size */
	{ 5, 0xff },	    { 6, 33 }, /* csum_start */
	{ 7, 255 },	    { 8, 17 }, /* csum_offset */
	{ ETH + 12, 9 }, /* type */
	{ IP, 0x4f }, /* header length */
	{ IP + 2, 0xff }, /* length */
	{ IP + 6, 0x3f }, /* fragment */
	{ IP + 9, 1 }, /* protocol */
	{ TCP + 12, 0x10 }, /* header length */
};

#define SPOILS (sizeof(spoil) / sizeof(spoil[0]))

static uint32_t pick(struct scribbler *s, uint32_t below)
{
	return draw(&s->random, below);
}

static volatile uint64_t *line_of(struct scribbler *s, uint32_t line)
{
	return (volatile uint64_t *)s->r->chan_mem.addr + (size_t)line * 8;
}

static uint64_t any_word(struct scribbler *s)
{
	(void)pick(s, 2);
	return s->random ^ s->random >> 29;
}

/* Lines of its own stream that the front-end will look at next, with lies that look true. */
static void forge_stream(struct scribbler *s)
{
	uint64_t n = s->r->b.tx.sent + pick(s, 4);
	volatile uint64_t *line =
		line_of(s, CORDON_LINE_FIRST_CALL + CALLS + RING + (uint32_t)(n % RING));

	for (unsigned i = 1; i < 8; i++)
		line[i] = (uint64_t)(pick(s, 4) << 24 | pick(s, 70000)) << 32 | pick(s, ALL + 2);
	line[0] = cordon_hdr((uint32_t)(n / RING) + 1, CORDON_STREAM_DESCS,
			     (uint8_t)(pick(s, 2) ? 56 : pick(s, 256)), 0);
}

static void scribble_channel(struct scribbler *s)
{
	uint32_t lines = CORDON_LINE_FIRST_CALL + CALLS + 2 * RING;

	switch (pick(s, 8)) {
	case 0:
		line_of(s, pick(s, lines))[pick(s, 8)] = any_word(s);
		break;
	case 1:
		*line_of(s, CORDON_LINE_B_CREDIT) = s->r->b.rx.taken + pick(s, 5) - 2;
		break;
	case 2:
		line_of(s, CORDON_LINE_FIRST_CALL + pick(s, CALLS))[0] =
			cordon_hdr(s->r->b.server.turn[0] + 2, (uint16_t)pick(s, 5000),
				   (uint8_t)pick(s, 256), 0);
		break;
	case 3:
		for (uint32_t i = 0; i < lines * 8 && pick(s, 16) == 0; i++)
			line_of(s, 0)[i] = any_word(s);
		break;
	default:
		forge_stream(s);
	}
}

/* Send a few frames, and change their heads to and fro as long as somebody may look at them. */
static void send_and_spoil(struct scribbler *s)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE];
	volatile uint8_t *byte[CORDON_DESCS_PER_LINE];
	uint8_t good[CORDON_DESCS_PER_LINE], bad[CORDON_DESCS_PER_LINE];
	unsigned n = 1 + pick(s, 3), rounds = 50 + pick(s, 200);

	for (unsigned i = 0; i < n; i++) {
		uint32_t buf = s->nknown ? s->known[--s->nknown] : pick(s, ALL);
		uint8_t *p = data_of(s->r, buf);
		uint32_t len = PAYLOAD + pick(s, 1900), k = pick(s, SPOILS);

		write_tso(p, len);
		if (pick(s, 4) == 0)
			memset(p, 0, NET_HDR_SIZE);
		if (pick(s, 8) == 0)
			len = pick(s, 80000);
		byte[i] = p + spoil[k].at;
		good[i] = *byte[i];
		bad[i] = spoil[k].value;
		d[i] = cordon_desc(buf, len, pick(s, 16) ? NET_FRAME : (uint8_t)pick(s, 256));
	}
	(void)cordon_stream_put(&s->r->b.tx, d, n);
	while (rounds-- > 0)
		for (unsigned i = 0; i < n; i++) {
			*byte[i] = bad[i];
			*byte[i] = good[i];
		}
}

static void hear(struct scribbler *s)
{
	struct cordon_desc d[BUDGET];
	unsigned n = cordon_stream_get(&s->r->b.rx, d, BUDGET);

	for (unsigned i = 0; i < n; i++)
		if (s->nknown < 64 && d[i].buf < ALL)
			s->known[s->nknown++] = d[i].buf;
}

/* A new epoch is agreed on, so that nothing of the old one is written to it. */
static void next_epoch(struct scribbler *s)
{
	uint64_t epoch = atomic_load(&s->c->stop);

	if (epoch == s->epoch)
		return;
	atomic_store(&s->c->stopped, epoch);
	while (atomic_load(&s->c->go) != epoch)
		sched_yield();
	s->epoch = epoch;
	s->nknown = 0;
	(void)cordon_chan_init_b(&s->r->b, s->r->chan_mem.addr, &chan_dims);
}

static _Noreturn void be_a_scribbler(struct scribbler *s)
{
	for (;;) {
		next_epoch(s);
		s->r->reply[NET_OP_STATS] = pick(s, 8) ? (int)sizeof(struct net_stats) :
							 (int)pick(s, 57);
		(void)cordon_serve(&s->r->b.server, &script, s->r, CALLS);
		hear(s);
		send_and_spoil(s);
		if (pick(s, 64) == 0)
			scribble_channel(s);
	}
}

static pid_t start_scribbler(struct rig *r, struct control *c, uint64_t seed)
{
	struct scribbler s = { .r = r, .c = c, .random = seed };
	static const int caught[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };
	pid_t parent = getpid(), pid;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	be_a_scribbler(&s);
}

/* Looks at the clock, as clock_of_rig(), but the driver is elsewhere. */
static uint64_t clock_alone(void)
{
	sched_yield();
	return rig.time += TICK;
}

struct tally {
	uint64_t epochs, frames, delivered, refused, lies;
};

static void add_up(struct tally *t, const struct net_front *f)
{
	const struct net_front_counters *c = &f->count;

	t->delivered += c->rx_frames;
	t->refused += refusals(c);
	t->lies +=
		c->bad_buffers + c->bad_kinds + c->bad_lengths + c->call_faults + c->stream_faults;
}

/* The driver stops, the front-end starts anew, the driver goes on. */
static void scribbled_epoch(struct rig *r, struct control *c, pid_t pid, struct tally *t)
{
	uint64_t epoch = ++t->epochs;
	struct cordon_err e;

	add_up(t, &r->f);
	atomic_store(&c->stop, epoch);
	while (atomic_load(&c->stopped) != epoch) {
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		sched_yield();
	}
	net_front_close(&r->f);
	new_epoch(r, r->f.tap, 1500);
	r->caller.now = clock_alone;
	atomic_store(&c->go, epoch);
	(void)net_front_start(&r->f, &r->a, &r->pool, &r->caller, TSO, &e);
}

/* What reached the TAP, to the last byte, is what the check takes. */
static uint64_t check_what_came(struct rig *r)
{
	uint64_t n = 0;
	uint32_t len;

	while ((len = host_receive(r)) > 0) {
		int verdict = cordon_vnet_check(got,
						len < CORDON_VNET_PEEK ? len : CORDON_VNET_PEEK,
						len, r->f.features, r->f.mtu);

		if (verdict != CORDON_VNET_OK)
			fail_msg("the TAP got a frame of %u bytes that is refused: %s", len,
				 cordon_vnet_why(verdict));
		n++;
	}
	return n;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static pid_t scribbler_pid;

static void withstand(struct rig *r, struct control *c, pid_t pid)
{
	const char *env = getenv("CORDON_SCRIBBLE_SECONDS");
	double end = seconds() + (env ? atof(env) : SECONDS);
	uint64_t last = 0, idle = 0;
	struct tally t = { 0 };

	memset(&r->f.count, 0, sizeof(r->f.count));
	scribbled_epoch(r, c, pid, &t);
	for (uint64_t i = 1; i % 256 != 0 || seconds() < end; i++) {
		int ret = 0;

		poll_front(r);
		check_books(r);
		t.frames += check_what_came(r);
		if (i % 8 == 0)
			(void)host_send(r, NET_FRAME_MIN + (uint32_t)(i % 5000));
		if (i % 4096 == 0 && r->f.running)
			ret = net_front_ping(&r->f);
		idle = r->f.count.rx_frames == last ? idle + 1 : 0;
		last = r->f.count.rx_frames;
		/* Alone on the CPU it would see nothing but an empty stream. */
		if (idle % 64 == 63)
			sched_yield();
		if (!r->f.running || ret == -EPIPE || idle > 4096) {
			scribbled_epoch(r, c, pid, &t);
			idle = 0;
		}
	}
	t.frames += check_what_came(r);
	add_up(&t, &r->f);
	printf("# %llu epochs: %llu frames delivered, %llu refused, %llu lies\n",
	       (unsigned long long)t.epochs, (unsigned long long)t.delivered,
	       (unsigned long long)t.refused, (unsigned long long)t.lies);
	assert_int_equal(t.frames, t.delivered);
	/* Else nothing was tested. */
	assert_true(t.delivered > 100 && t.refused > 100 && t.lies > 100);
}

static void headers_that_change_while_they_are_read_deceive_nobody(void **state)
{
	const char *env = getenv("CORDON_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
	struct rig *r = *state;
	struct control *c;

#if defined(TSAN)
	printf("# the driver is another process, which ThreadSanitizer does not see\n");
	skip();
#endif
	printf("# seed %llu\n", (unsigned long long)seed);
	c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(c != MAP_FAILED);
	r->info.features = TSO;
	r->info.buffers = 1000;
	scribbler_pid = start_scribbler(r, c, seed);
	withstand(r, c, scribbler_pid);
	munmap(c, sizeof(*c));
}

static int end_scribbler(void **state)
{
	int status;

	if (scribbler_pid > 0) {
		kill(scribbler_pid, SIGKILL);
		waitpid(scribbler_pid, &status, 0);
		scribbler_pid = 0;
	}
	return tear_down(state);
}

static int make_noise(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)draw(&random, 256);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_of_every_length_reach_the_driver_whole),
		TEST(frames_of_every_length_reach_the_tap_whole),
		TEST(small_frames_travel_in_small_buffers_and_long_ones_in_big),
		TEST(a_frame_keeps_its_offload_header),
		TEST(empties_are_lent_up_to_the_wanted_number_and_never_more),
		TEST(every_buffer_is_free_again_after_the_stop),
		TEST(nothing_is_read_before_the_start_or_after_the_stop),
		TEST(with_the_stream_full_frames_wait_in_the_tap),
		TEST(without_buffers_frames_wait_in_the_tap),
		TEST(a_frame_that_the_tap_refuses_is_counted_and_its_buffer_comes_back),
		TEST(a_buffer_that_is_not_the_drivers_to_give_is_counted_and_dropped),
		TEST(an_unknown_kind_is_counted_and_the_buffer_comes_back),
		TEST(a_length_beyond_the_buffer_is_counted_and_dropped),
		TEST(lines_and_credits_that_cannot_be_are_counted_and_skipped),
		TEST(a_forged_header_is_counted_by_its_verdict_and_dropped),
		TEST(no_offload_is_taken_that_the_tap_did_not_offer),
		TEST(a_reply_of_another_length_is_no_reply),
		TEST(an_error_reply_is_passed_on),
		TEST(a_forged_reply_is_counted),
		TEST(a_driver_that_never_answers_runs_into_the_deadline),
		TEST(a_driver_that_owes_an_answer_on_every_line_is_as_good_as_dead),
		TEST(the_drivers_counters_are_shown_as_it_gives_them),
		cmocka_unit_test_setup_teardown(
			headers_that_change_while_they_are_read_deceive_nobody, set_up,
			end_scribbler),
	};

	return cmocka_run_group_tests(tests, make_noise, NULL);
}
