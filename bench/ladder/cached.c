// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What each half of a call or of a stream executes: both ends on one CPU, every line in its first cache. Of
 * many under way a message can't cost less than the dearer side of it does here; the rest of what it costs
 * are the lines' ways between CPUs (lines.c).
 */
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/rungs.h"

/* At a time: what is measured is between two readings of the counter, which cost as much as some of these. */
#define AT_ONCE 64u
#define READINGS 256u

enum half { START, SERVE, POLL, SEND, RECV, PUT, GET, HALVES };

struct cached {
	struct cordon_line lines[AT_ONCE];
	struct cordon_line credits;
	struct cordon_client client;
	struct cordon_server server;
	struct cordon_stream_tx tx;
	struct cordon_stream_rx rx;
	int line[AT_ONCE];
	struct cordon_desc d[AT_ONCE];
	struct message m;
	double per_cycle; /* nanoseconds */
	uint64_t reading; /* what one reading of the counter takes, cycles */
	enum half half;
} __attribute__((aligned(128)));

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct cached *c = aligned_alloc(128, sizeof(*c));
	uint64_t from;

	(void)at;
	(void)why;
	if (!c)
		return NULL;
	memset((void *)c, 0, sizeof(*c));
	c->half = *(const enum half *)r->with;
	c->per_cycle = 1e6 / (double)handler_cycles(1000000);
	from = cordon_cycles();
	for (unsigned i = 0; i < READINGS; i++)
		(void)cordon_cycles();
	c->reading = (cordon_cycles() - from) / READINGS;
	if (c->half <= POLL) {
		cordon_client_init(&c->client, c->lines, AT_ONCE);
		cordon_server_init(&c->server, c->lines, AT_ONCE);
	} else {
		cordon_stream_tx_init(&c->tx, c->lines, AT_ONCE, &c->credits);
		cordon_stream_rx_init(&c->rx, c->lines, AT_ONCE, &c->credits);
	}
	return c;
}

static void end(void *state)
{
	free(state);
}

static void start(struct cached *c)
{
	for (unsigned i = 0; i < AT_ONCE; i++) {
		c->m.seq = i;
		c->line[i] =
			cordon_call_start(&c->client, LADDER_OP, &c->m, sizeof(c->m), UINT64_MAX);
	}
}

static void serve(struct cached *c)
{
	unsigned done = 0;

	while (done < AT_ONCE)
		done += cordon_serve(&c->server, cordon_driver_ladder.control, NULL, AT_ONCE);
}

static void poll(struct cached *c)
{
	for (unsigned i = 0; i < AT_ONCE; i++) {
		struct message reply;
		int ret;

		while ((ret = cordon_call_poll(&c->client, c->line[i], 0, &reply, sizeof(reply))) ==
		       -EAGAIN)
			;
		if (ret != sizeof(reply) || reply.seq != i)
			rung_broken("cached call");
	}
}

static void send(struct cached *c)
{
	for (unsigned i = 0; i < AT_ONCE; i++) {
		c->m.seq = i;
		if (cordon_stream_send(&c->tx, 1, &c->m, sizeof(c->m)) < 0)
			rung_broken("cached stream");
	}
}

static void recv(struct cached *c)
{
	for (unsigned i = 0; i < AT_ONCE; i++) {
		uint16_t op;

		if (cordon_stream_recv(&c->rx, &op, &c->m) < 0 || c->m.seq != i)
			rung_broken("cached stream");
	}
}

static void put(struct cached *c)
{
	for (unsigned i = 0; i < AT_ONCE; i++)
		c->d[i] = cordon_desc(i, 1, 0);
	if (cordon_stream_put(&c->tx, c->d, AT_ONCE) != AT_ONCE)
		rung_broken("cached stream of descriptors");
}

static void get(struct cached *c)
{
	if (cordon_stream_get(&c->rx, c->d, AT_ONCE) != AT_ONCE ||
	    c->d[AT_ONCE - 1].buf != AT_ONCE - 1)
		rung_broken("cached stream of descriptors");
}

/* What comes before and after a half goes on, unmeasured. */
static void (*const halves[HALVES])(struct cached *c) = {
	[START] = start, [SERVE] = serve, [POLL] = poll, [SEND] = send,
	[RECV] = recv,	 [PUT] = put,	  [GET] = get,
};

static double timed(void *state, unsigned n)
{
	struct cached *c = state;
	enum half first = c->half <= POLL ? START : c->half <= RECV ? SEND : PUT;
	enum half last = c->half <= POLL ? POLL : c->half <= RECV ? RECV : GET;
	uint64_t sum = 0, from;

	for (unsigned done = 0; done < n; done += AT_ONCE)
		for (enum half h = first; h <= last; h++) {
			from = cordon_cycles();
			halves[h](c);
			if (h == c->half)
				sum += cordon_cycles() - from - c->reading;
		}
	return (double)sum * c->per_cycle / n;
}

#define HALF(h, text, how)                                                                         \
	{                                                                                          \
		.name = "cached " text, .what = how ", every line in its first cache", .local = 1, \
		.batch = 4096, .with = &(const enum half){ h }, .begin = begin, .timed = timed,    \
		.end = end                                                                         \
	}

const struct rung rungs_cached[] = {
	HALF(START, "call start", "cordon_call_start(), 56 bytes"),
	HALF(SERVE, "call serve", "cordon_serve(), the handler of the calls, empty"),
	HALF(POLL, "call poll", "cordon_call_poll(), 56 bytes"),
	HALF(SEND, "stream send", "cordon_stream_send(), 56 bytes"),
	HALF(RECV, "stream recv", "cordon_stream_recv(), 56 bytes"),
	HALF(PUT, "stream put", "cordon_stream_put(), a descriptor of 8 bytes"),
	HALF(GET, "stream get", "cordon_stream_get(), a descriptor of 8 bytes"),
	{ .name = NULL },
};
