/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The rungs of a queue that a peer brings: calls over two of them, calls in flight, a stream. To be
 * included once for each configuration, after these are defined (and undefined again at the end):
 *
 *   Q(x)      a name x of this configuration
 *   ELEM      type of an element: a struct with cycles and seq, both uint64_t, or uint64_t itself,
 *             with ELEM_IS_WORD defined (then there is a stream only)
 *   QUEUE     type of a queue
 *   BURST     most elements that are handed over at once, 1 for one at a time
 *
 * and these functions of the peer:
 *
 *   QUEUE *Q(make)(unsigned slots)   a power of two; room for one less will do. NULL: no memory
 *   void Q(drop)(QUEUE *)
 *
 * with, where elements are copied into the queue and out of it,
 *
 *   unsigned Q(put)(QUEUE *, const ELEM *, unsigned n)   n is 1 to BURST; how many were taken
 *   unsigned Q(get)(QUEUE *, ELEM *, unsigned n)
 *
 * or, with IN_PLACE defined, where they are written and read in the queue itself,
 *
 *   ELEM *Q(room)(QUEUE *, ELEM *own, unsigned *n)       where to write as many as *n then says;
 *   void Q(hand)(QUEUE *, const ELEM *, unsigned n)      they are the partner's
 *   const ELEM *Q(look)(QUEUE *, ELEM *own, unsigned *n) *n that have come,
 *   void Q(done)(QUEUE *, unsigned n)                    and that are not looked at any more
 *
 * (@own is memory for *n elements, for a queue that wants it; nobody hands over 0, or is done with
 * 0). It defines Q(call_begin), Q(call_run), Q(stream_begin), Q(stream_run) and Q(end), for struct
 * rung. One and the same pair of loops for every peer.
 */
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/handler.h"
#include "bench/ladder/partner.h"
#include "bench/ladder/rung.h"

#define QUEUE_MIN(a, b) ((a) < (b) ? (a) : (b))
/* Not every configuration is measured both ways. */
#define MAYBE_UNUSED __attribute__((unused))

/* Both sides read it while they run, so neither writes to it: its lines stay with both. */
struct Q(pair) {
	struct partner partner;
	QUEUE *there, *back;
	uint64_t cycles;
	unsigned flight;
	/* The caller's own: of the last call or message, and of all messages of a stream. */
	uint64_t seq __attribute__((aligned(128)));
	uint64_t sent;
	/* The partner's own: of all messages that came. */
	uint64_t sum __attribute__((aligned(128)));
};

#if !defined(IN_PLACE)
static inline ELEM *Q(room)(QUEUE *q, ELEM *own, unsigned *n)
{
	(void)q, (void)n;
	return own;
}

static inline void Q(hand)(QUEUE *q, const ELEM *e, unsigned n)
{
	unsigned done = 0;

	while ((done += Q(put)(q, e + done, n - done)) < n)
		cordon_relax();
}

static inline const ELEM *Q(look)(QUEUE *q, ELEM *own, unsigned *n)
{
	*n = Q(get)(q, own, *n);
	return own;
}

static inline void Q(done)(QUEUE *q, unsigned n)
{
	(void)q, (void)n;
}
#endif

static void Q(end)(void *state)
{
	struct Q(pair) *p = (struct Q(pair) *)state;

	partner_end(&p->partner, NULL);
	if (p->sum != p->sent)
		rung_broken(__FILE__);
	Q(drop)(p->there);
	Q(drop)(p->back);
	free(p);
}

static void *Q(begin)(const struct rung *r, const struct place *at, unsigned slots,
		      void (*fn)(void *))
{
	struct Q(pair) *p = (struct Q(pair) *)aligned_alloc(128, sizeof(*p));

	if (!p)
		return NULL;
	p->there = Q(make)(slots);
	p->back = Q(make)(slots);
	p->cycles = handler_cycles(r->ns);
	p->flight = r->flight ? r->flight : 1;
	p->seq = p->sent = p->sum = 0;
	if (p->there && p->back && partner_start(&p->partner, at->core, fn, p) == 0)
		return p;
	Q(drop)(p->there);
	Q(drop)(p->back);
	free(p);
	return NULL;
}

MAYBE_UNUSED static void Q(stream_fn)(void *state)
{
	struct Q(pair) *p = (struct Q(pair) *)state;
	QUEUE *there = p->there;
	bool stopped = false;
	ELEM own[BURST];
	uint64_t sum = 0;

	for (;;) {
		unsigned got = BURST;
		const ELEM *e = Q(look)(there, own, &got);

		if (!got) {
			/* Once more, for what came before it was stopped. */
			if (stopped)
				break;
			stopped = partner_stopped(&p->partner);
			cordon_relax();
			continue;
		}
		for (unsigned i = 0; i < got; i++)
#if defined(ELEM_IS_WORD)
			sum += e[i];
#else
			sum += e[i].seq;
#endif
		Q(done)(there, got);
	}
	p->sum = sum;
}

MAYBE_UNUSED static void Q(stream_run)(void *state, unsigned n)
{
	struct Q(pair) *p = (struct Q(pair) *)state;
	QUEUE *there = p->there;
	uint64_t seq = p->seq;
	ELEM own[BURST];

	while (n) {
		unsigned some = QUEUE_MIN(n, BURST);
		ELEM *e = Q(room)(there, own, &some);

		if (!some) {
			cordon_relax();
			continue;
		}
		for (unsigned i = 0; i < some; i++) {
#if defined(ELEM_IS_WORD)
			e[i] = ++seq;
#else
			memset(&e[i], 0, sizeof(e[i]));
			e[i].seq = ++seq;
#endif
		}
		Q(hand)(there, e, some);
		n -= some;
	}
	p->seq = seq;
	p->sent = seq * (seq + 1) / 2;
}

MAYBE_UNUSED static void *Q(stream_begin)(const struct rung *r, const struct place *at, char *why)
{
	(void)why;
	/* Measured: 1024 take up to three times as long, as they are more than the nearest caches
	 * hold; with 128 bursts wait for each other. */
	return Q(begin)(r, at, 256, Q(stream_fn));
}

#if !defined(ELEM_IS_WORD)
MAYBE_UNUSED static void Q(call_fn)(void *state)
{
	struct Q(pair) *p = (struct Q(pair) *)state;
	QUEUE *there = p->there, *back = p->back;
	ELEM own[BURST];

	for (;;) {
		unsigned got = BURST, answered = 0;
		const ELEM *e = Q(look)(there, own, &got);

		if (!got) {
			if (partner_stopped(&p->partner))
				break;
			cordon_relax();
			continue;
		}
		for (unsigned i = 0; i < got; i++)
			handle(e[i].cycles);
		/* There is room: no more are in flight than fit. */
		while (answered < got) {
			unsigned some = got - answered;
			ELEM *to = Q(room)(back, own + answered, &some);

			if (!some)
				continue;
			if (to != e + answered)
				memcpy(to, e + answered, some * sizeof(*to));
			Q(hand)(back, to, some);
			answered += some;
		}
		/* Last: the answer doesn't wait for it. */
		Q(done)(there, got);
	}
}

/* As many calls in flight as may be; then what has come back is taken, all of it, and as many are
 * sent again. One out, one in costs up to a fifth more: it asks for what isn't there yet. */
MAYBE_UNUSED static void Q(call_run)(void *state, unsigned n)
{
	struct Q(pair) *p = (struct Q(pair) *)state;
	QUEUE *there = p->there, *back = p->back;
	const uint64_t cycles = p->cycles;
	const unsigned flight = p->flight;
	uint64_t seq = p->seq, expected = seq;
	unsigned sent = 0, done = 0;
	ELEM own[BURST];

	while (done < n) {
		unsigned before = done, last = QUEUE_MIN(n, done + flight);

		while (sent < last) {
			unsigned some = QUEUE_MIN(last - sent, BURST);
			ELEM *to = Q(room)(there, own, &some);

			if (!some)
				continue;
			for (unsigned i = 0; i < some; i++) {
				memset(&to[i], 0, sizeof(to[i]));
				to[i].cycles = cycles;
				to[i].seq = ++seq;
			}
			Q(hand)(there, to, some);
			sent += some;
		}
		while (done < sent) {
			unsigned got = BURST;
			const ELEM *e = Q(look)(back, own, &got);

			if (!got) {
				if (done != before)
					break;
				cordon_relax();
				continue;
			}
			for (unsigned i = 0; i < got; i++)
				if (e[i].seq != ++expected)
					rung_broken(__FILE__);
			Q(done)(back, got);
			done += got;
		}
	}
	p->seq = seq;
}

MAYBE_UNUSED static void *Q(call_begin)(const struct rung *r, const struct place *at, char *why)
{
	(void)why;
	/* As few as will do, for the same reason. */
	return Q(begin)(r, at, r->flight > 1 ? 2 * r->flight : 8, Q(call_fn));
}
#endif

#undef QUEUE_MIN
#undef MAYBE_UNUSED
#undef Q
#undef ELEM
#undef ELEM_IS_WORD
#undef QUEUE
#undef BURST
#undef IN_PLACE
