// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Our calls into a domain behind a fence: from plain code, several in flight, from fibers. */
#include <stdio.h>
#include <stdlib.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/rungs.h"
#include "core/call.h"
#include "core/stacks.h"

#define SECOND UINT64_C(1000000000)
#define FLIGHT_MAX LADDER_CALLS

struct caller {
	struct ladder_domain domain;
	struct cordon_clock clock;
	struct cordon_caller call;
	struct cordon_sched sched;
	struct cordon_stacks stacks;
	uint64_t cycles, seq;
	unsigned flight;
	unsigned left; /* calls that fibers have yet to begin */
};

static struct cordon_clock the_clock;

static uint64_t now(void)
{
	return cordon_clock_read(&the_clock);
}

static struct message next(struct caller *c)
{
	return (struct message){ .cycles = c->cycles, .seq = ++c->seq };
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct caller *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	cordon_clock_calibrate(&the_clock);
	c->cycles = handler_cycles(r->ns);
	c->flight = r->flight ? r->flight : 1;
	if (cordon_stacks_map(c->flight, 16384, &c->stacks) < 0)
		goto fail;
	(void)cordon_sched_init(&c->sched, c->stacks.base, c->stacks.stride, c->stacks.stack_size,
				c->stacks.n);
	if (ladder_domain_start(&c->domain, r->with, at, CORDON_WAIT_SPIN, LADDER_NOTHING, why) < 0)
		goto fail;
	c->call = (struct cordon_caller){ .client = &c->domain.chan.client,
					  .sched = &c->sched,
					  .now = now };
	return c;
fail:
	cordon_stacks_unmap(&c->stacks);
	free(c);
	return NULL;
}

static void end(void *state)
{
	struct caller *c = state;

	ladder_domain_end(&c->domain);
	cordon_stacks_unmap(&c->stacks);
	free(c);
}

static void run(void *state, unsigned n)
{
	struct caller *c = state;

	while (n--) {
		struct message m = next(c), reply;

		if (cordon_call(&c->call, LADDER_OP, &m, sizeof(m), &reply, sizeof(reply),
				SECOND) != sizeof(reply) ||
		    reply.seq != m.seq)
			rung_broken("cordon call");
	}
}

/* As many as may be are started; then those that have come back are finished, in turn, and as many are
 * started again: as the peers do it (queue.h). */
static void run_flight(void *state, unsigned n)
{
	struct caller *c = state;
	struct cordon_client *client = &c->domain.chan.client;
	struct {
		int line;
		uint64_t seq;
	} out[FLIGHT_MAX] = { { .line = -1 } };
	const unsigned flight = c->flight;
	unsigned sent = 0, done = 0, in = 0, from = 0; /* the last two: places in out */

	while (done < n) {
		const unsigned before = done;
		struct message m, reply;
		int ret;

		while (sent < n && sent - done < flight) {
			m = next(c);
			out[in].seq = m.seq;
			out[in].line =
				cordon_call_start(client, LADDER_OP, &m, sizeof(m), UINT64_MAX);
			in = in + 1 == flight ? 0 : in + 1;
			sent++;
		}
		while (done < sent) {
			ret = cordon_call_poll(client, out[from].line, 0, &reply, sizeof(reply));
			if (ret == -EAGAIN) {
				if (done != before)
					break;
				cordon_relax();
				continue;
			}
			if (ret != sizeof(reply) || reply.seq != out[from].seq)
				rung_broken("cordon calls in flight");
			from = from + 1 == flight ? 0 : from + 1;
			done++;
		}
	}
}

static void fiber(void *state)
{
	struct caller *c = state;

	while (c->left) {
		c->left--;
		run(c, 1);
	}
}

static void run_fibers(void *state, unsigned n)
{
	struct caller *c = state;
	struct cordon_scope scope;

	c->left = n;
	cordon_scope_init(&scope, &c->sched);
	for (unsigned i = 0; i < c->flight; i++)
		(void)cordon_scope_start(&scope, fiber, c);
	cordon_scope_join(&scope);
}

#define BY(fence) .with = &cordon_fence_##fence, .begin = begin, .end = end
#define CALLS(fence)                                                                              \
	{ .name = "cordon " #fence " call 56 B",                                                  \
	  .run = run,                                                                             \
	  BY(fence),                                                                              \
	  .what = "cordon_call() from plain code, 56 bytes each way, empty handler" },            \
		{ .name = "cordon " #fence " call 50 ns",                                         \
		  .ns = 50,                                                                       \
		  .run = run,                                                                     \
		  BY(fence),                                                                      \
		  .what = "the same with a handler of 50 ns" },                                   \
		{ .name = "cordon " #fence " call 100 ns",                                        \
		  .ns = 100,                                                                      \
		  .run = run,                                                                     \
		  BY(fence),                                                                      \
		  .what = "the same with a handler of 100 ns" },                                  \
		{ .name = "cordon " #fence " call 500 ns",                                        \
		  .ns = 500,                                                                      \
		  .run = run,                                                                     \
		  BY(fence),                                                                      \
		  .what = "the same with a handler of 500 ns" },                                  \
		{ .name = "cordon " #fence " 16 in flight",                                       \
		  .flight = 16,                                                                   \
		  .batch = 512,                                                                   \
		  .run = run_flight,                                                              \
		  BY(fence),                                                                      \
		  .what = "cordon_call_start() and _poll(), 16 calls at a time, empty handler" }, \
		{ .name = "cordon " #fence " 64 in flight",                                       \
		  .flight = 64,                                                                   \
		  .batch = 2048,                                                                  \
		  .run = run_flight,                                                              \
		  BY(fence),                                                                      \
		  .what = "the same, 64 at a time" },                                             \
		{ .name = "cordon " #fence " 16 fibers",                                          \
		  .flight = 16,                                                                   \
		  .batch = 512,                                                                   \
		  .run = run_fibers,                                                              \
		  BY(fence),                                                                      \
		  .what = "cordon_call() from 16 fibers, switches included" },                    \
	{                                                                                         \
		.name = "cordon " #fence " 64 fibers", .flight = 64, .batch = 2048,               \
		.run = run_fibers, BY(fence), .what = "cordon_call() from 64 fibers"              \
	}

/* The other numbers of fibers. */
#define FIBERS(n, ops, of)                                                                       \
	{                                                                                        \
		.name = "cordon process " #n " fibers", .every = CURVE, .flight = (n),           \
		.batch = (ops), .run = run_fibers, BY(process), .what = "cordon_call() from " of \
	}

const struct rung rungs_call[] = {
	CALLS(process),
	CALLS(thread),
	{ .name = "cordon process 1 fiber",
	  .every = CURVE,
	  .flight = 1,
	  .batch = 256,
	  .run = run_fibers,
	  BY(process),
	  .what = "cordon_call() from a fiber that has nobody to share its waiting with" },
	FIBERS(2, 256, "2"),
	FIBERS(4, 256, "4"),
	FIBERS(8, 256, "8"),
	FIBERS(32, 1024, "32"),
	FIBERS(128, 2048, "128, of which 64 find a line at a time: the others ask again in turn"),
	FIBERS(256, 2048, "256"),
	FIBERS(512, 4096, "512"),
	FIBERS(1024, 4096, "1,024"),
	{ .name = NULL },
};
