// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * DPDK's rte_ring (Debian 12: 22.11), by the inline functions of its headers. librte_eal is not
 * needed, and without it no memory comes from hugepages: a ring is made here as rte_ring_init()
 * would make it.
 */
#include "bench/ladder/peers/peers.h"

#include <stdlib.h>
#include <string.h>
#include <rte_config.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

static struct rte_ring *make(enum rte_ring_sync_type sync, unsigned size, size_t element)
{
	/* 128: two lines that a prefetcher takes for a pair are never of both sides. */
	struct rte_ring *r = aligned_alloc(128, sizeof(*r) + size * element);

	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r) + size * element);
	r->size = size;
	r->mask = size - 1;
	r->capacity = size - 1;
	r->prod.sync_type = sync;
	r->cons.sync_type = sync;
	if (sync == RTE_RING_SYNC_MT_RTS) {
		r->rts_prod.htd_max = r->capacity / 8;
		r->rts_cons.htd_max = r->capacity / 8;
	}
	return r;
}

/* A configuration @name of rings that hold @type: one at a time, or bursts. @p and @c are how the
 * API calls its producers and consumers. */
#define RING(name, sync, type)                          \
	static struct rte_ring *name##_make(unsigned n) \
	{                                               \
		return make(sync, n, sizeof(type));     \
	}                                               \
	static void name##_drop(struct rte_ring *r)     \
	{                                               \
		free(r);                                \
	}
#define ONE(name, p, c, sync, type)                                                      \
	RING(name, sync, type)                                                           \
	static inline unsigned name##_put(struct rte_ring *r, const type *e, unsigned n) \
	{                                                                                \
		(void)n;                                                                 \
		return rte_ring_##p##_enqueue_bulk_elem(r, e, sizeof(*e), 1, NULL);      \
	}                                                                                \
	static inline unsigned name##_get(struct rte_ring *r, type *e, unsigned n)       \
	{                                                                                \
		(void)n;                                                                 \
		return rte_ring_##c##_dequeue_bulk_elem(r, e, sizeof(*e), 1, NULL);      \
	}
#define MANY(name, p, c, sync, type)                                                     \
	RING(name, sync, type)                                                           \
	static inline unsigned name##_put(struct rte_ring *r, const type *e, unsigned n) \
	{                                                                                \
		return rte_ring_##p##_enqueue_burst_elem(r, e, sizeof(*e), n, NULL);     \
	}                                                                                \
	static inline unsigned name##_get(struct rte_ring *r, type *e, unsigned n)       \
	{                                                                                \
		return rte_ring_##c##_dequeue_burst_elem(r, e, sizeof(*e), n, NULL);     \
	}

/* In place: up to the end of the ring's memory, the rest with the next. @most: a constant, if 1. */
#define PLACE(name, most, type)                                                             \
	RING(name, RTE_RING_SYNC_ST, type)                                                  \
	static inline type *name##_room(struct rte_ring *r, type *own, unsigned *n)         \
	{                                                                                   \
		struct rte_ring_zc_data z = { .ptr1 = NULL };                               \
                                                                                            \
		(void)own;                                                                  \
		*n = rte_ring_enqueue_zc_burst_elem_start(r, sizeof(type), most, &z, NULL); \
		*n = *n < z.n1 ? *n : z.n1;                                                 \
		return z.ptr1;                                                              \
	}                                                                                   \
	static inline void name##_hand(struct rte_ring *r, const type *e, unsigned n)       \
	{                                                                                   \
		(void)e;                                                                    \
		rte_ring_enqueue_zc_elem_finish(r, n);                                      \
	}                                                                                   \
	static inline const type *name##_look(struct rte_ring *r, type *own, unsigned *n)   \
	{                                                                                   \
		struct rte_ring_zc_data z = { .ptr1 = NULL };                               \
                                                                                            \
		(void)own;                                                                  \
		*n = rte_ring_dequeue_zc_burst_elem_start(r, sizeof(type), most, &z, NULL); \
		*n = *n < z.n1 ? *n : z.n1;                                                 \
		return z.ptr1;                                                              \
	}                                                                                   \
	static inline void name##_done(struct rte_ring *r, unsigned n)                      \
	{                                                                                   \
		rte_ring_dequeue_zc_elem_finish(r, n);                                      \
	}

ONE(sp, sp, sc, RTE_RING_SYNC_ST, struct cell)
#define Q(x) sp_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 1
#include "bench/ladder/queue.h"

MANY(sp32, sp, sc, RTE_RING_SYNC_ST, struct cell)
#define Q(x) sp32_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 32
#include "bench/ladder/queue.h"

MANY(sp8, sp, sc, RTE_RING_SYNC_ST, uint64_t)
#define Q(x) sp8_##x
#define ELEM uint64_t
#define ELEM_IS_WORD
#define QUEUE struct rte_ring
#define BURST 32
#include "bench/ladder/queue.h"

PLACE(zc, 1, struct cell)
#define Q(x) zc_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 1
#define IN_PLACE
#include "bench/ladder/queue.h"

PLACE(zc32, *n, struct cell)
#define Q(x) zc32_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 32
#define IN_PLACE
#include "bench/ladder/queue.h"

ONE(mp, mp, mc, RTE_RING_SYNC_MT, struct cell)
#define Q(x) mp_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 1
#include "bench/ladder/queue.h"

MANY(mp32, mp, mc, RTE_RING_SYNC_MT, struct cell)
#define Q(x) mp32_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 32
#include "bench/ladder/queue.h"

ONE(hts, mp_hts, mc_hts, RTE_RING_SYNC_MT_HTS, struct cell)
#define Q(x) hts_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 1
#include "bench/ladder/queue.h"

MANY(hts32, mp_hts, mc_hts, RTE_RING_SYNC_MT_HTS, struct cell)
#define Q(x) hts32_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 32
#include "bench/ladder/queue.h"

ONE(rts, mp_rts, mc_rts, RTE_RING_SYNC_MT_RTS, struct cell)
#define Q(x) rts_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 1
#include "bench/ladder/queue.h"

MANY(rts32, mp_rts, mc_rts, RTE_RING_SYNC_MT_RTS, struct cell)
#define Q(x) rts32_##x
#define ELEM struct cell
#define QUEUE struct rte_ring
#define BURST 32
#include "bench/ladder/queue.h"

#define CALL(how, words, text, handler, in_flight)                                               \
	{                                                                                        \
		.name = "rte_ring " words, .what = text, .ns = handler, .flight = in_flight,     \
		.bytes = 56, .begin = how##_call_begin, .run = how##_call_run, .end = how##_end, \
	}
#define STREAM(how, words, text, size)                                                  \
	{                                                                               \
		.name = "rte_ring " words, .what = text, .bytes = size,                 \
		.begin = how##_stream_begin, .run = how##_stream_run, .end = how##_end, \
	}
#define SP "SP/SC, the cheapest synchronisation it has, elements of a line; "
#define ZC "SP/SC, elements of a line, written and read in place (peek_zc), so no copies; "
#define MP ", what a ring for many costs where there is one of each, elements of a line; "
#define ONE_CALL "two rings of 8, one at a time"
#define ONE_EACH "two rings of twice as many slots, one at a time"
#define BURSTS "two rings of twice as many slots, bursts of up to 32"

const struct rung rungs_rte_ring[] = {
	CALL(sp, "sp call 56 B", SP ONE_CALL, 0, 1),
	CALL(sp, "sp call 100 ns", SP ONE_CALL, 100, 1),
	CALL(sp, "sp 16 in flight", SP ONE_EACH, 0, 16),
	CALL(sp, "sp 64 in flight", SP ONE_EACH, 0, 64),
	CALL(sp32, "sp burst 16 in flight", SP BURSTS, 0, 16),
	CALL(sp32, "sp burst 64 in flight", SP BURSTS, 0, 64),
	STREAM(sp, "sp stream 64 B", SP "256 slots, one at a time", 64),
	STREAM(sp32, "sp stream 64 B burst 32", SP "256 slots, bursts of up to 32", 64),
	STREAM(sp8, "sp stream 8 B burst 32",
	       "SP/SC, elements of a word; 256 slots, bursts of up to 32", 8),
	CALL(zc, "zc call 56 B", ZC ONE_CALL, 0, 1),
	CALL(zc, "zc 16 in flight", ZC ONE_EACH, 0, 16),
	CALL(zc, "zc 64 in flight", ZC ONE_EACH, 0, 64),
	CALL(zc32, "zc burst 16 in flight", ZC BURSTS, 0, 16),
	CALL(zc32, "zc burst 64 in flight", ZC BURSTS, 0, 64),
	STREAM(zc, "zc stream 64 B", ZC "256 slots, one at a time", 64),
	STREAM(zc32, "zc stream 64 B burst 32", ZC "256 slots, bursts of up to 32", 64),
	CALL(mp, "mp call 56 B", "MP/MC" MP ONE_CALL, 0, 1),
	STREAM(mp32, "mp stream 64 B burst 32", "MP/MC" MP "256 slots, bursts of up to 32", 64),
	CALL(hts, "hts call 56 B", "HTS" MP ONE_CALL, 0, 1),
	STREAM(hts32, "hts stream 64 B burst 32", "HTS" MP "256 slots, bursts of up to 32", 64),
	CALL(rts, "rts call 56 B", "RTS" MP ONE_CALL, 0, 1),
	STREAM(rts32, "rts stream 64 B burst 32", "RTS" MP "256 slots, bursts of up to 32", 64),
	{ .name = NULL },
};
