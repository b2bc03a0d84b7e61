// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Our streams into a domain: messages of a line each, packed descriptors, buffers that both sides copy. */
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/rungs.h"

struct sender {
	struct ladder_domain domain;
	uint8_t *bytes; /* what is sent */
	unsigned len;
	uint64_t seq;
};

struct kind {
	const struct cordon_fence *fence;
	enum ladder_sink sink;
};

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct sender *s = calloc(1, sizeof(*s));
	const struct kind *k = r->with;

	if (!s)
		return NULL;
	s->len = r->bytes;
	s->bytes = calloc(1, CORDON_BUF_BIG);
	if (s->bytes &&
	    ladder_domain_start(&s->domain, k->fence, at, CORDON_WAIT_SPIN, k->sink, why) == 0)
		return s;
	free(s->bytes);
	free(s);
	return NULL;
}

static void end(void *state)
{
	struct sender *s = state;

	ladder_domain_end(&s->domain);
	free(s->bytes);
	free(s);
}

static void run_messages(void *state, unsigned n)
{
	struct sender *s = state;
	struct message m = { .cycles = 1 };

	while (n--) {
		m.seq = ++s->seq;
		while (cordon_stream_send(&s->domain.chan.tx, 1, &m, sizeof(m)) < 0)
			cordon_relax();
	}
}

static void run_descs(void *state, unsigned n)
{
	struct sender *s = state;
	struct cordon_desc d[32];

	while (n) {
		unsigned some = n < 32 ? n : 32, done = 0;

		for (unsigned i = 0; i < some; i++)
			d[i] = cordon_desc((uint32_t)++s->seq, 1, 0);
		while (done < some) {
			unsigned put = cordon_stream_put(&s->domain.chan.tx, d + done, some - done);

			done += put;
			if (!put)
				cordon_relax();
		}
		n -= some;
	}
}

static void take_back(struct sender *s)
{
	struct cordon_desc d[32];
	unsigned n = cordon_stream_get(&s->domain.chan.rx, d, 32);

	for (unsigned i = 0; i < n; i++)
		if (cordon_pool_take(&s->domain.pool, d[i].buf) < 0 ||
		    cordon_pool_put(&s->domain.pool, d[i].buf) < 0)
			rung_broken("cordon stream of buffers");
	if (!n)
		cordon_relax();
}

static void run_buffers(void *state, unsigned n)
{
	struct sender *s = state;
	struct cordon_pool *pool = &s->domain.pool;
	struct cordon_stream_tx *tx = &s->domain.chan.tx;

	while (n) {
		struct cordon_desc d[CORDON_DESCS_PER_LINE];
		unsigned some = 0;

		while (some < n && some < CORDON_DESCS_PER_LINE) {
			int buf = cordon_pool_get(pool, s->len);

			if (buf < 0)
				break;
			memcpy(cordon_pool_data(pool, (uint32_t)buf), s->bytes, s->len);
			cordon_pool_lend(pool, (uint32_t)buf);
			d[some++] = cordon_desc((uint32_t)buf, s->len, 0);
		}
		/* There is room: no more are out than buffers. */
		n -= cordon_stream_put(tx, d, some);
		take_back(s);
	}
}

#define KIND(f, s)                   \
	&(const struct kind)         \
	{                            \
		&cordon_fence_##f, s \
	}
#define STREAMS(fence)                                                                   \
	{ .name = "cordon " #fence " stream 8 B",                                        \
	  .bytes = 8,                                                                    \
	  .batch = 4096,                                                                 \
	  .run = run_descs,                                                              \
	  .with = KIND(fence, LADDER_DESCS),                                             \
	  .begin = begin,                                                                \
	  .end = end,                                                                    \
	  .what = "cordon_stream_put() of 32 packed descriptors, seven to a line" },     \
		{ .name = "cordon " #fence " stream 56 B",                               \
		  .bytes = 56,                                                           \
		  .batch = 4096,                                                         \
		  .run = run_messages,                                                   \
		  .with = KIND(fence, LADDER_MESSAGES),                                  \
		  .begin = begin,                                                        \
		  .end = end,                                                            \
		  .what = "cordon_stream_send(), a message a line" },                    \
		{ .name = "cordon " #fence " stream 1500 B",                             \
		  .bytes = 1500,                                                         \
		  .batch = 512,                                                          \
		  .run = run_buffers,                                                    \
		  .with = KIND(fence, LADDER_BUFFERS),                                   \
		  .begin = begin,                                                        \
		  .end = end,                                                            \
		  .what = "buffers that both sides copy, and that come back" },          \
	{                                                                                \
		.name = "cordon " #fence " stream 65536 B", .bytes = 65536, .batch = 32, \
		.run = run_buffers, .with = KIND(fence, LADDER_BUFFERS), .begin = begin, \
		.end = end, .what = "the same in big buffers"                            \
	}

const struct rung rungs_stream[] = {
	STREAMS(process),
	STREAMS(thread),
	{ .name = NULL },
};
