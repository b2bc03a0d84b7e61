/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The rungs of a queue that a peer brings: calls over two of them, calls in flight, a stream. To be
 * included once for each configuration, after these are defined (and undefined again at the end):
 *
 *   Q(x)      a name x of this configuration
 *   ELEM      type of an element: a struct whose first two members are cycles and seq, both uint64_t,
 *             or uint64_t itself with ELEM_IS_WORD defined (then there is a stream only)
 *   QUEUE     type of a queue
 *   BURST     most elements that are handed over at once, 1 for one at a time
 *
 * and these functions of the peer:
 *
 *   QUEUE *Q(make)(unsigned n)      room for at least n - 1; NULL: no memory
 *   void Q(drop)(QUEUE *)
 *   unsigned Q(put)(QUEUE *, const ELEM *, unsigned n)   n is 1 to BURST; how many were taken
 *   unsigned Q(get)(QUEUE *, ELEM *, unsigned n)
 *
 * It defines Q(call_begin), Q(call_run), Q(stream_begin), Q(stream_run) and Q(end), for struct rung.
 * One and the same pair of loops for every peer.
 */
#include <stdlib.h>
#include "bench/ladder/handler.h"
#include "bench/ladder/partner.h"
#include "bench/ladder/rung.h"
#include "channels/prim.h"

#ifndef QUEUE_SLOTS
#define QUEUE_SLOTS 1024u
#endif

struct Q(pair) {
	struct partner partner;
	QUEUE *there, *back;
	uint64_t seq; /* of the last call sent, or message */
	uint64_t cycles;
	unsigned flight;
	uint64_t sum; /* of what was received, so that it is looked at */
};

static void Q(end)(void *state)
{
	struct Q(pair) *p = state;

	partner_end(&p->partner, NULL);
	Q(drop)(p->there);
	Q(drop)(p->back);
	free(p);
}

static void *Q(begin)(const struct rung *r, const struct place *at, char *why, void (*fn)(void *))
{
	struct Q(pair) *p = aligned_alloc(128, (sizeof(*p) + 127) / 128 * 128);

	(void)why;
	if (!p)
		return NULL;
	*p = (struct Q(pair)){ .there = Q(make)(QUEUE_SLOTS), .back = Q(make)(QUEUE_SLOTS) };
	p->cycles = handler_cycles(r->ns);
	p->flight = r->flight ? r->flight : 1;
	if (p->there && p->back && partner_start(&p->partner, at->core, fn, p) == 0)
		return p;
	Q(drop)(p->there);
	Q(drop)(p->back);
	free(p);
	return NULL;
}

static void Q(stream_fn)(void *state)
{
	struct Q(pair) *p = state;
	ELEM e[BURST];
	uint64_t sum = 0;

	for (;;) {
		unsigned got = Q(get)(p->there, e, BURST);

		for (unsigned i = 0; i < got; i++)
			sum += *(const uint64_t *)(const void *)&e[i];
		if (got)
			continue;
		if (partner_stopped(&p->partner))
			break;
		cordon_relax();
	}
	p->sum = sum;
}

static void Q(stream_run)(void *state, unsigned n)
{
	struct Q(pair) *p = state;
	ELEM e[BURST];

	while (n) {
		unsigned some = n < BURST ? n : BURST, done = 0;

		for (unsigned i = 0; i < some; i++)
#if defined(ELEM_IS_WORD)
			e[i] = ++p->seq;
#else
			e[i] = (ELEM){ .cycles = 1, .seq = ++p->seq };
#endif
		while (done < some) {
			unsigned put = Q(put)(p->there, e + done, some - done);

			done += put;
			if (!put)
				cordon_relax();
		}
		n -= some;
	}
}

static void *Q(stream_begin)(const struct rung *r, const struct place *at, char *why)
{
	return Q(begin)(r, at, why, Q(stream_fn));
}

#if !defined(ELEM_IS_WORD)
static void Q(call_fn)(void *state)
{
	struct Q(pair) *p = state;
	ELEM e[BURST];

	for (;;) {
		unsigned got = Q(get)(p->there, e, BURST), done = 0;

		if (!got) {
			if (partner_stopped(&p->partner))
				break;
			cordon_relax();
			continue;
		}
		for (unsigned i = 0; i < got; i++)
			handle(e[i].cycles);
		/* There is room: no more are in flight than fit. */
		while (done < got)
			done += Q(put)(p->back, e + done, got - done);
	}
}

/* @flight calls in flight; what has come back is sent again at once. */
static void Q(call_run)(void *state, unsigned n)
{
	struct Q(pair) *p = state;
	uint64_t expected = p->seq;
	unsigned sent = 0, done = 0;
	ELEM e[BURST];

	while (done < n) {
		unsigned some = p->flight - (sent - done), put = 0, got;

		if (some > n - sent)
			some = n - sent;
		if (some > BURST)
			some = BURST;
		for (unsigned i = 0; i < some; i++)
			e[i] = (ELEM){ .cycles = p->cycles, .seq = ++p->seq };
		while (put < some)
			put += Q(put)(p->there, e + put, some - put);
		sent += some;
		got = Q(get)(p->back, e, BURST);
		for (unsigned i = 0; i < got; i++)
			if (e[i].seq != ++expected)
				rung_broken(__FILE__);
		done += got;
		if (!got && !some)
			cordon_relax();
	}
}

static void *Q(call_begin)(const struct rung *r, const struct place *at, char *why)
{
	return Q(begin)(r, at, why, Q(call_fn));
}
#endif

#undef Q
#undef ELEM
#undef ELEM_IS_WORD
#undef QUEUE
#undef BURST
