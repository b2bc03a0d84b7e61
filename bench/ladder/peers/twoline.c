// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A call in two cache lines, as LXDs (Narayanan et al., ATC 2019) and Barrelfish's UMP (Baumann et
 * al., SOSP 2009) have it: a line for the request and one for the reply, each 56 bytes of message and
 * a word that says whether they are there. The word counts, as UMP's epoch bit does, so nobody has to
 * clear a line, and the reply says that the line of the request is free: a call moves two lines, the
 * least there is. No policy about what a line may say, no check, no wait but this one.
 */
#include "bench/ladder/peers/peers.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/handler.h"
#include "bench/ladder/partner.h"

#define PAIRS 64u

/* 128 bytes apart: the next line, which a prefetcher would take along, the other side may be writing. */
struct line {
	struct message message;
	_Atomic uint64_t status;
} __attribute__((aligned(128)));

struct twoline {
	struct partner partner;
	unsigned flight;
	/* The caller's own, the second that of the last request. */
	uint64_t cycles, seq;
	struct line request[PAIRS];
	struct line reply[PAIRS];
};

static void serve(void *state)
{
	struct twoline *t = state;
	unsigned flight = t->flight, at = 0;
	uint64_t seq = 1;

	for (;; seq++, at = at + 1 == flight ? 0 : at + 1) {
		struct line *in = &t->request[at], *out = &t->reply[at];

		while (atomic_load_explicit(&in->status, memory_order_acquire) != seq) {
			if (partner_stopped(&t->partner))
				return;
			cordon_relax();
		}
		handle(in->message.cycles);
		out->message = in->message;
		atomic_store_explicit(&out->status, seq, memory_order_release);
	}
}

static void run(void *state, unsigned n)
{
	struct twoline *t = state;
	const unsigned flight = t->flight;
	const uint64_t cycles = t->cycles, end = t->seq + n;
	uint64_t sent = t->seq, done = sent;

	/* @n is a multiple of @flight: call i of a run has pair i % flight. */
	for (unsigned at = 0; done < end; at = at + 1 == flight ? 0 : at + 1) {
		struct line *out = &t->request[at], *in = &t->reply[at];

		if (sent - done == flight || sent == end) {
			done++;
			while (atomic_load_explicit(&in->status, memory_order_acquire) != done)
				cordon_relax();
			if (in->message.seq != done)
				rung_broken("twoline");
		}
		if (sent == end)
			continue;
		sent++;
		out->message = (struct message){ .cycles = cycles, .seq = sent };
		atomic_store_explicit(&out->status, sent, memory_order_release);
	}
	t->seq = end;
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct twoline *t = aligned_alloc(128, sizeof(*t));

	(void)why;
	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	t->flight = r->flight ? r->flight : 1;
	t->cycles = handler_cycles(r->ns);
	if (partner_start(&t->partner, at->core, serve, t) == 0)
		return t;
	free(t);
	return NULL;
}

static void end(void *state)
{
	struct twoline *t = state;

	partner_end(&t->partner, NULL);
	free(t);
}

#define RUNG(words, text, handler, in_flight)                                               \
	{                                                                                   \
		.name = "twoline " words, .what = text, .ns = handler, .flight = in_flight, \
		.bytes = 56, .begin = begin, .run = run, .end = end,                        \
	}
#define ONE "a line there, a line back, read in place: nothing moves but these two"
#define RING "a pair of lines for each call in flight, 128 bytes apart for the prefetcher's sake"

const struct rung rungs_twoline[] = {
	RUNG("call 56 B", ONE, 0, 1),
	RUNG("call 100 ns", ONE, 100, 1),
	RUNG("16 in flight", RING, 0, 16),
	RUNG("64 in flight", RING, 0, 64),
	{ .name = NULL },
};
