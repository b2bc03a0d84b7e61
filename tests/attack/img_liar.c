// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A net driver that lies to its front-end: LIES times in the way that --arg says, and then goes on
 * as an honest one would, with a frame now and then. tests/attack/lies.sh knows the numbers.
 */
#include "core/clock.h"
#include "core/domain.h"
#include "core/driver.h"
#include "core/sys.h"
#include "domains/net/net.cdl_server.h"
#include "domains/net/net.h"

#define LIES 100u
#define BUFFERS 4096u
#define MS 1000000u
#define FRAME 154u /* Ethernet, IPv4, TCP, 100 bytes */

enum lie {
	HONEST = 1,
	TWICE,
	RANGE,
	NEVER_LENT,
	LENGTH,
	KIND,
	HEADERS,
	CREDITS,
	LINES,
	SCRIBBLE,
	REPLY_SHORT,
	REPLY_LENGTH,
	REPLY_ERROR,
	REPLY_AGAIN,
	SILENCE,
	CRASH,
	LEAVE,
	REFUSED_CALL,
	RINGS, /* under a wait policy that sleeps */
};

struct liar {
	struct net_server server; /* first: net_ops takes it for the state */
	struct cordon_domain *domain;
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	unsigned lie, told, running, stopped, replies;
	uint64_t next; /* when the next honest frame is due */
	uint32_t held[BUFFERS], nheld;
	uint32_t random;
};

/* A virtio header, the frame's length, and one byte of the frame that is put wrong. */
static const struct forgery {
	struct cordon_vnet_hdr hdr;
	uint16_t len, at;
	uint8_t value;
} forgeries[] = {
	{ { 0, 0, 0, 0, 0, 0 }, 2, 0, 0 }, /* short */
	{ { 0, 0, 0, 0, 0, 0 }, 1600, 0, 0 }, /* long */
	{ { 1, 0, 5, 0, 34, 16 }, FRAME, 0, 0 }, /* hdr-len */
	{ { 4, 0, 0, 0, 0, 0 }, FRAME, 0, 0 }, /* flags */
	{ { 1, 0, 0, 0, 20, 16 }, FRAME, 0, 0 }, /* csum-place */
	{ { 1, 9, 0, 100, 34, 16 }, FRAME, 0, 0 }, /* gso-type */
	{ { 1, 5, 0, 100, 34, 6 }, FRAME, 23, 17 }, /* gso-not-negotiated */
	{ { 0, 1, 0, 100, 0, 0 }, FRAME, 0, 0 }, /* gso-no-csum */
	{ { 1, 1, 0, 0, 34, 16 }, FRAME, 0, 0 }, /* gso-size */
	{ { 1, 0, 0, 0, 34, 16 }, 30, 0, 0 }, /* headers */
	{ { 1, 0, 0, 0, 34, 16 }, FRAME, 14, 0x55 }, /* ip-header */
	{ { 1, 0, 0, 0, 34, 16 }, FRAME, 20, 0x20 }, /* fragment */
	{ { 1, 0, 0, 0, 34, 16 }, FRAME, 46, 0x10 }, /* l4-header */
	{ { 1, 0, 0, 0, 34, 16 }, FRAME, 23, 1 }, /* proto-mismatch */
};

#define FORGERIES (sizeof(forgeries) / sizeof(forgeries[0]))

static uint32_t noise(struct liar *l)
{
	l->random = l->random * 1664525u + 1013904223u;
	return l->random >> 8 | l->random << 24;
}

/* 1 if it was sent. */
static unsigned give(struct liar *l, uint32_t buf, uint32_t len, unsigned kind)
{
	struct cordon_desc d = cordon_desc(buf, len, (uint8_t)kind);

	return cordon_stream_put(&l->chan->tx, &d, 1);
}

static void take(struct liar *l)
{
	struct cordon_desc d[32];
	unsigned n = cordon_chan_get(l->chan, d, 32);

	/* Those with frames can't be written to. */
	for (unsigned i = 0; i < n; i++)
		if (cordon_pool_is_ro(l->pool, d[i].buf))
			(void)give(l, d[i].buf, 0, NET_EMPTY);
		else if (l->nheld < BUFFERS)
			l->held[l->nheld++] = d[i].buf;
}

/* An honest small frame of TCP in @buf. */
static uint8_t *build(struct liar *l, uint32_t buf)
{
	static const uint8_t head[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0,
					0,    0,    9,	  8,	0,    0x45, 0, 0, FRAME - 14,
					0,    1,    0,	  0,	64,   6,    0, 0, 192,
					0,    2,    1,	  192,	0,    2,    2 };
	uint8_t *p = cordon_pool_data(l->pool, buf);

	memset(p, 0, CORDON_BUF_SMALL);
	memcpy(p + NET_HDR_SIZE, head, sizeof(head));
	p[NET_HDR_SIZE + 46] = 0x50;
	return p;
}

static void forge(struct liar *l, uint32_t buf)
{
	const struct forgery *f = &forgeries[l->told % FORGERIES];
	uint8_t *p = build(l, buf);

	memcpy(p, &f->hdr, sizeof(f->hdr));
	if (f->at)
		p[NET_HDR_SIZE + f->at] = f->value;
	l->told += give(l, buf, NET_HDR_SIZE + f->len, NET_FRAME);
}

/* A line of the stream with a turn that is awaited, and a header that can't be. */
static void bad_line(struct liar *l)
{
	struct cordon_stream_tx *tx = &l->chan->tx;
	struct cordon_line *line = &tx->lines[tx->sent & (tx->size - 1)];
	uint32_t turn = (uint32_t)(tx->sent >> tx->shift) + 1;
	static const uint8_t lens[] = { 57, 255, 3, 0 };

	if (!cordon_stream_tx_ready(tx))
		return;
	cordon_publish(line, cordon_hdr(turn, l->told % 5 ? CORDON_STREAM_DESCS : 7,
					l->told % 5 ? lens[l->told % 5 - 1] : 8, 0));
	tx->sent++;
	l->told++;
}

/* Everything that is shared, all over. */
static void scribble(struct liar *l)
{
	uint64_t lines = cordon_chan_size(&l->chan->dims) / CORDON_LINE_SIZE;
	struct cordon_line *first = l->chan->server.lines - CORDON_LINE_FIRST_CALL;

	for (unsigned i = 0; i < 256; i++) {
		struct cordon_line *line = &first[noise(l) % lines];
		union cordon_payload p;
		uint64_t h = cordon_peek(line);

		for (unsigned k = 0; k < CORDON_PAYLOAD_WORDS; k++)
			p.word[k] = (uint64_t)noise(l) << 32 | noise(l) % 4096;
		cordon_copy_out(line, &p, CORDON_PAYLOAD_SIZE);
		/* Headers that nearly fit are the worst. */
		cordon_publish(line,
			       noise(l) % 2 ? h + noise(l) % 3 : (uint64_t)noise(l) << 32 | 1);
	}
}

static void lie(struct liar *l)
{
	uint32_t count = cordon_pool_count(l->pool);
	uint32_t buf;

	if (l->lie == SCRIBBLE) {
		scribble(l);
		l->told = 0;
		return;
	}
	if (l->lie == LINES) {
		bad_line(l);
		return;
	}
	if (l->lie == NEVER_LENT || l->lie == RANGE) {
		buf = l->lie == RANGE ? count + (l->told & 1 ? 0x7fffffff : l->told) :
					count - 1 - l->told;
		l->told += give(l, buf, 100, l->told & 1 ? NET_FRAME : NET_EMPTY);
		return;
	}
	if (l->nheld == 0)
		return;
	buf = l->held[--l->nheld];
	if (l->lie == TWICE) {
		struct cordon_desc two[2] = { cordon_desc(buf, 0, NET_EMPTY),
					      cordon_desc(buf, 0, NET_EMPTY) };

		l->told += cordon_stream_put(&l->chan->tx, two, 2) == 2;
	} else if (l->lie == LENGTH) {
		l->told += give(l, buf, cordon_pool_bufsize(l->pool, buf) + 1 + l->told * 1000,
				NET_FRAME);
	} else if (l->lie == KIND) {
		l->told += give(l, buf, 100, l->told & 1 ? 0 : 3 + l->told);
	} else if (l->lie == HEADERS) {
		forge(l, buf);
	}
}

/* The doorbell, rung and filled for nothing, and a wait word that says anything. */
static void ring(struct liar *l)
{
	const uint64_t much = noise(l) % 4 ? 1 : UINT64_MAX - 1;

	cordon_sys3(__NR_write, l->domain->boot.bells.peer, (long)&much, sizeof(much));
	cordon_publish(l->chan->waiter.mine, noise(l));
}

static int liar_poll(void *state, unsigned budget)
{
	struct liar *l = state;
	uint64_t now = cordon_now(l->domain);

	(void)budget;
	if (!l->running && !l->stopped)
		return 0;
	take(l);
	if (l->lie == CREDITS || l->stopped)
		while (l->nheld && give(l, l->held[l->nheld - 1], 0, NET_EMPTY))
			l->nheld--;
	/* Nothing that it would be waited for. */
	if (l->stopped)
		return 0;
	if (l->lie == CREDITS) {
		/* All that comes goes back, and its consumption is never admitted. */
		cordon_publish(l->chan->rx.credits, UINT64_MAX / 2 + noise(l));
		return 1;
	}
	if (l->lie != HONEST && l->lie < REPLY_SHORT && l->told < LIES) {
		lie(l);
		return 1;
	}
	if (l->lie == CRASH)
		return *(volatile int *)(uintptr_t)(l->lie + 4096);
	if (l->lie == LEAVE)
		return -EIO;
	if (l->lie == REFUSED_CALL)
		cordon_sys3(__NR_getpid, 0, 0, 0);
	if (l->lie == RINGS)
		ring(l);
	if (now < l->next || l->nheld == 0)
		return l->lie == RINGS;
	l->next = now + 5 * MS;
	build(l, l->held[l->nheld - 1]);
	l->nheld -= give(l, l->held[l->nheld - 1], NET_HDR_SIZE + FRAME, NET_FRAME);
	return 1;
}

/* Answer in the server's place, with a header that it would never write, and wait for what follows:
 * the end, or the next request. The server's own answer is then stale. */
static void false_reply(struct liar *l, uint16_t error, uint8_t len)
{
	struct cordon_server *s = &l->chan->server;
	uint64_t lie = 0;
	unsigned at = 0;

	for (unsigned i = 0; i < s->n; i++) {
		if (!(s->turn[i] & 1))
			continue;
		at = i;
		lie = cordon_hdr(s->turn[i] + 1, error, len, 0);
		cordon_publish(&s->lines[i], lie);
	}
	while (cordon_peek(&s->lines[at]) == lie)
		cordon_relax();
}

static int info(void *state, struct net_info *is)
{
	(void)state;
	is->features = NET_F_CSUM | NET_F_TSO4 | NET_F_TSO6 | NET_F_ECN;
	is->buffers = 64;
	return 0;
}

static int config(void *state, const struct net_config *c)
{
	(void)state;
	(void)c;
	return 0;
}

static int start(void *state)
{
	struct liar *l = state;

	l->running = 1;
	return 0;
}

static int stop(void *state)
{
	struct liar *l = state;

	l->running = 0;
	l->stopped = 1;
	return 0;
}

static int stats(void *state, struct net_stats *s)
{
	(void)state;
	(void)s;
	return 0;
}

static const struct net_server_ops control = {
	.info = info,
	.config = config,
	.start = start,
	.stop = stop,
	.stats = stats,
};

/* A lie is for the third sign of life: until then, all is well. */
static int false_stats(void *state, const void *req, unsigned len, void *reply)
{
	struct liar *l = state;
	int ret = net_ops.op[NET_OP_STATS].fn(state, req, len, reply);

	if (++l->replies <= 3)
		return ret;
	if (l->lie == REPLY_SHORT)
		return 8;
	if (l->lie == REPLY_LENGTH)
		false_reply(l, 0, 200);
	if (l->lie == REPLY_ERROR)
		false_reply(l, 0xffff, 0);
	if (l->lie == REPLY_AGAIN)
		false_reply(l, EAGAIN, 0);
	while (l->lie == SILENCE)
		cordon_relax();
	return ret;
}

/* net_ops, but for the sign of life. */
static struct cordon_op ops[NET_OP_COUNT];
static const struct cordon_ops liar_control = { NET_OP_COUNT, ops };

static int liar_open(struct cordon_domain *d, void *state)
{
	struct liar *l = state;

	net_server_init(&l->server, &control, l);
	memcpy(ops, net_ops.op, sizeof(ops));
	ops[NET_OP_STATS].fn = false_stats;
	l->domain = d;
	l->chan = cordon_domain_chan(d);
	l->pool = cordon_domain_pool(d);
	l->lie = (unsigned)cordon_domain_arg(d);
	l->random = 12345;
	return 0;
}

extern CORDON_DRIVER(liar);
CORDON_DRIVER(liar) = {
	.state_size = sizeof(struct liar),
	.control = &liar_control,
	.open = liar_open,
	.poll = liar_poll,
};
