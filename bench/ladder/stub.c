// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The same call through stubs that were made of stub.cdl and by hand, to a bare thread: 56 bytes each way,
 * and both ends look at what they must (how long it is, and the server, which operation it is).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/handler.h"
#include "bench/ladder/partner.h"
#include "bench/ladder/rungs.h"
#include "bench/ladder/stub.cdl_client.h"
#include "bench/ladder/stub.cdl_server.h"
#include "core/call.h"

#define LINES 4u
#define SECOND UINT64_C(1000000000)
#define HAND_OP 1

/* On lines of its own: the partner writes to all that it reads. */
struct caller {
	struct cordon_client client;
	struct cordon_caller call;
	struct ladder_stub_client stub;
	uint64_t cycles, seq;
} __attribute__((aligned(128)));

struct both {
	struct partner partner;
	struct ladder_stub_server stub;
	struct cordon_server server __attribute__((aligned(128)));
	const struct cordon_ops *ops;
	void *of; /* what they get */
	struct caller caller;
	struct cordon_line lines[LINES] __attribute__((aligned(128)));
};

static struct cordon_clock the_clock;

static uint64_t now(void)
{
	return cordon_clock_read(&the_clock);
}

/* ---- the partner's end ------------------------------------------------------------------------------ */

static int by_stub(void *state, const struct ladder_stub_message *m,
		   struct ladder_stub_message *reply)
{
	(void)state;
	handle(m->cycles);
	*reply = *m;
	return 0;
}

static const struct ladder_stub_server_ops stub_ops = { .handle = by_stub };

static int by_hand(void *state, const void *req, unsigned len, void *reply)
{
	struct message m;

	(void)state;
	(void)len;
	memcpy(&m, req, sizeof(m));
	handle(m.cycles);
	memcpy(reply, &m, sizeof(m));
	return sizeof(m);
}

static const struct cordon_op hand[] = {
	[HAND_OP] = { "handle", by_hand, sizeof(struct message), sizeof(struct message) },
};
static const struct cordon_ops hand_ops = { 2, hand };

static void serve(void *state)
{
	struct both *b = state;

	while (!partner_stopped(&b->partner))
		if (!cordon_serve(&b->server, b->ops, b->of, 8))
			cordon_relax();
}

/* ---- the caller's ----------------------------------------------------------------------------------- */

static void end(void *state)
{
	struct both *b = state;

	partner_end(&b->partner, NULL);
	free(b);
}

static struct both *start(const struct rung *r, const struct place *at,
			  const struct cordon_ops *ops)
{
	struct both *b = aligned_alloc(128, sizeof(*b));

	if (!b)
		return NULL;
	memset(b, 0, sizeof(*b));
	cordon_clock_calibrate(&the_clock);
	b->caller.cycles = handler_cycles(r->ns);
	b->caller.call = (struct cordon_caller){ .client = &b->caller.client, .now = now };
	cordon_client_init(&b->caller.client, b->lines, LINES);
	cordon_server_init(&b->server, b->lines, LINES);
	ladder_stub_server_init(&b->stub, &stub_ops, NULL);
	b->ops = ops;
	b->of = &b->stub;
	if (partner_start(&b->partner, at->core, serve, b) == 0)
		return b;
	free(b);
	return NULL;
}

static void *begin_hand(const struct rung *r, const struct place *at, char *why)
{
	(void)why;
	return start(r, at, &hand_ops);
}

static void *begin_stub(const struct rung *r, const struct place *at, char *why)
{
	struct both *b = start(r, at, &ladder_stub_ops);

	if (!b)
		return NULL;
	ladder_stub_client_init(&b->caller.stub, &b->caller.client);
	cordon_stub_by(&b->caller.stub.stub, &b->caller.call, SECOND);
	if (ladder_stub_connect(&b->caller.stub) == 0)
		return b;
	snprintf(why, WHY_SIZE, "the stubs don't connect");
	end(b);
	return NULL;
}

static void run_hand(void *state, unsigned n)
{
	struct caller *c = &((struct both *)state)->caller;

	while (n--) {
		struct message m = { .cycles = c->cycles, .seq = ++c->seq }, reply;

		if (cordon_call(&c->call, HAND_OP, &m, sizeof(m), &reply, sizeof(reply), SECOND) !=
			    sizeof(reply) ||
		    reply.seq != m.seq)
			rung_broken("call by hand");
	}
}

static void run_stub(void *state, unsigned n)
{
	struct caller *c = &((struct both *)state)->caller;

	while (n--) {
		struct ladder_stub_message m = { .cycles = c->cycles, .seq = ++c->seq }, reply;

		if (ladder_stub_handle(&c->stub, &m, &reply) != 0 || reply.seq != m.seq)
			rung_broken("call by stub");
	}
}

const struct rung rungs_stub[] = {
	{ .name = "cordon bare call by stub",
	  .begin = begin_stub,
	  .run = run_stub,
	  .end = end,
	  .what = "a call through stubs made by cordon-cdl, 56 bytes each way, empty handler" },
	{ .name = "cordon bare call by hand",
	  .begin = begin_hand,
	  .run = run_hand,
	  .end = end,
	  .what = "the same call by cordon_call() and a table of operations that somebody wrote" },
	{ .name = NULL },
};
