// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Our channels without a runtime around them: a bare thread that serves one, or many
 * (channels/many.h), of which one is busy, or each in any order, or all at once.
 */
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/order.h"
#include "bench/ladder/partner.h"
#include "bench/ladder/rungs.h"
#include "channels/many.h"

/* Of a channel: two, and two more between it and the next, as adjacent ones are fetched in pairs. */
#define LINES 2u
#define APART 4u

struct out {
	struct cordon_client client; /* on no line that the partner reads */
	int line;
	uint64_t seq;
};

/* On lines of its own: the partner writes to all that it reads. */
struct caller {
	struct out *out; /* one for each channel */
	unsigned n; /* channels */
	unsigned next; /* in any order: who is called next */
	uint64_t seq;
} __attribute__((aligned(128)));

struct bare {
	struct partner partner;
	struct caller caller;
	struct cordon_line *lines;
	struct cordon_client_of *of;
	struct cordon_many many;
};

static void serve(void *state)
{
	struct bare *b = state;
	const unsigned n = b->caller.n;

	while (!partner_stopped(&b->partner)) {
		if (n == 1 ? cordon_serve(&b->of[0].server, cordon_driver_ladder.control, NULL, 8) :
			     cordon_many_serve(&b->many, cordon_driver_ladder.control, 8))
			continue;
		cordon_relax();
	}
}

static void *lines_of(size_t n, size_t size)
{
	size_t bytes = (n * size + 127) / 128 * 128;
	void *p = aligned_alloc(128, bytes);

	if (p)
		memset(p, 0, bytes);
	return p;
}

static void drop(struct bare *b)
{
	free(b->caller.out);
	free(b->of);
	free((void *)b->lines);
	free(b);
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct bare *b = lines_of(1, sizeof(*b));
	const unsigned *n = r->with;

	(void)why;
	if (!b)
		return NULL;
	b->caller.n = *n;
	b->lines = lines_of((size_t)*n * APART, sizeof(*b->lines));
	b->of = lines_of(*n, sizeof(*b->of));
	b->caller.out = lines_of(*n, sizeof(*b->caller.out));
	if (!b->lines || !b->of || !b->caller.out)
		goto fail;
	for (size_t i = 0; i < *n; i++) {
		cordon_server_init(&b->of[i].server, &b->lines[i * APART], LINES);
		cordon_client_init(&b->caller.out[i].client, &b->lines[i * APART], LINES);
	}
	cordon_many_init(&b->many, b->of, *n);
	if (partner_start(&b->partner, at->core, serve, b) == 0)
		return b;
fail:
	drop(b);
	return NULL;
}

static void end(void *state)
{
	struct bare *b = state;

	partner_end(&b->partner, NULL);
	drop(b);
}

static void start(struct caller *c, unsigned i)
{
	struct message m = { .seq = ++c->seq };

	c->out[i].seq = m.seq;
	c->out[i].line = cordon_call_start(&c->out[i].client, 0, &m, sizeof(m), UINT64_MAX);
}

static void finish(struct caller *c, unsigned i)
{
	struct out *o = &c->out[i];
	struct message reply;
	int ret;

	while ((ret = cordon_call_poll(&o->client, o->line, 0, &reply, sizeof(reply))) == -EAGAIN)
		cordon_relax();
	if (ret != sizeof(reply) || reply.seq != o->seq)
		rung_broken("cordon bare call");
}

static void run_one(void *state, unsigned n)
{
	struct caller *c = &((struct bare *)state)->caller;

	while (n--) {
		start(c, c->n / 2);
		finish(c, c->n / 2);
	}
}

static void run_any(void *state, unsigned n)
{
	struct caller *c = &((struct bare *)state)->caller;

	while (n--) {
		start(c, c->next);
		finish(c, c->next);
		c->next = order_next(c->next, c->n);
	}
}

/* A call in flight for each client. */
static void run_all(void *state, unsigned n)
{
	struct caller *c = &((struct bare *)state)->caller;
	unsigned i = 0;

	for (unsigned k = 0; k < c->n; k++)
		start(c, k);
	for (unsigned done = 0; done < n; done++) {
		finish(c, i);
		if (done + c->n < n)
			start(c, i);
		i = i + 1 < c->n ? i + 1 : 0;
	}
}

/* Of @n channels. A compound literal at file scope lives as long as the program. */
#define OF(n, how) \
	.with = &(const unsigned){ n }, .every = CURVE, .begin = begin, .run = (how), .end = end
#define ONE(n)                                                                                    \
	{                                                                                         \
		.name = "cordon bare call 1 of " #n " channels", OF(n, run_one), .what = "of " #n \
	}
#define ANY(n)                                                                            \
	{                                                                                 \
		.name = "cordon bare call, " #n " channels in any order", OF(n, run_any), \
		.what = "of " #n                                                          \
	}
#define ALL(n)                                                                      \
	{                                                                           \
		.name = "cordon bare call, " #n " clients", .flight = (n),          \
		.batch = (n) < 8 ? 256 : 32 * (n), OF(n, run_all), .what = "of " #n \
	}

const struct rung rungs_bare[] = {
	{ .name = "cordon bare call 56 B",
	  OF(1, run_one),
	  .what = "the channel alone: a thread that does nothing but cordon_serve()" },
	{ .name = "cordon bare call 1 of 4 channels",
	  OF(4, run_one),
	  .what = "the same where that thread polls 4 channels, one of which is busy" },
	ONE(16),
	ONE(64),
	ONE(256),
	ONE(1024),
	{ .name = "cordon bare call, 16 channels in any order",
	  OF(16, run_any),
	  .what = "a call at a time, each on another of the 16 channels that the thread polls" },
	ANY(64),
	ANY(256),
	ANY(1024),
	{ .name = "cordon bare call, 1 client",
	  .batch = 256,
	  OF(1, run_all),
	  .what = "clients with a channel and a call in flight each, one thread for all: per call" },
	ALL(2),
	ALL(4),
	ALL(8),
	ALL(16),
	ALL(32),
	ALL(64),
	{ .name = NULL },
};
