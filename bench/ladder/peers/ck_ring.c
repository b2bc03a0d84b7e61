// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * ck_ring of Concurrency Kit (Samy Al Bahra and others; libck-dev), one producer and one consumer,
 * with elements of a cache line. The producer writes in place (reserve, commit); for a consumer there
 * is no such thing in it, so that copies. It knows no bursts.
 */
#include "bench/ladder/peers/peers.h"

#include <stdlib.h>
#include <string.h>
#include <ck_ring.h>

CK_RING_PROTOTYPE(cell, cell)

struct ring {
	struct ck_ring ring;
	struct cell cells[];
};

static struct ring *ck_make(unsigned slots)
{
	/* 64: the structure is three lines. */
	size_t size = sizeof(struct ring) + slots * sizeof(struct cell);
	struct ring *r = aligned_alloc(64, size);

	if (!r)
		return NULL;
	memset(r, 0, size);
	ck_ring_init(&r->ring, slots);
	return r;
}

static void ck_drop(struct ring *r)
{
	free(r);
}

static inline struct cell *ck_room(struct ring *r, struct cell *own, unsigned *n)
{
	struct cell *cell = ck_ring_enqueue_reserve_spsc_cell(&r->ring, r->cells);

	(void)own;
	*n = cell != NULL;
	return cell;
}

static inline void ck_hand(struct ring *r, const struct cell *e, unsigned n)
{
	(void)e, (void)n;
	ck_ring_enqueue_commit_spsc(&r->ring);
}

static inline const struct cell *ck_look(struct ring *r, struct cell *own, unsigned *n)
{
	*n = ck_ring_dequeue_spsc_cell(&r->ring, r->cells, own);
	return own;
}

static inline void ck_done(struct ring *r, unsigned n)
{
	(void)r, (void)n;
}

#define Q(x) ck_##x
#define ELEM struct cell
#define QUEUE struct ring
#define BURST 1
#define IN_PLACE
#include "bench/ladder/queue.h"

#define HOW "SPSC, elements of a line, written in place (reserve), read by copy; "

const struct rung rungs_ck_ring[] = {
	{
		.name = "ck_ring call 56 B",
		.what = HOW "two rings of 8",
		.bytes = 56,
		.begin = ck_call_begin,
		.run = ck_call_run,
		.end = ck_end,
	},
	{
		.name = "ck_ring stream 64 B",
		.what = HOW "256 slots, one at a time: it has no bursts",
		.bytes = 64,
		.begin = ck_stream_begin,
		.run = ck_stream_run,
		.end = ck_end,
	},
	{ .name = NULL },
};
