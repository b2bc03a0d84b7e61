// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A queue by FastForward (Giacomoni, Moseley, Vachharajani, PPoPP 2008): no index is shared, whether
 * a slot is empty stands in the slot. There the pointer that is handed over, or NULL, says it; a slot
 * of 64 bytes has a word for it beside the message, so that a message moves one line. Slots lie 128
 * bytes apart: in the next line, which a prefetcher would take along, the other side may be writing.
 *
 * The paper's temporal slipping (the consumer keeps some lines behind the producer) is left out: it
 * keeps the two off the same line, and here each slot is a line.
 */
#include "bench/ladder/peers/peers.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/handler.h"

struct slot {
	struct message message;
	_Atomic uint64_t full;
} __attribute__((aligned(128)));

struct queue {
	/* The producer's, the consumer's. */
	unsigned head __attribute__((aligned(128)));
	unsigned tail __attribute__((aligned(128)));
	/* Nobody's, for it is written once. */
	unsigned mask __attribute__((aligned(128)));
	struct slot slots[] __attribute__((aligned(128)));
};

static struct queue *ff_make(unsigned slots)
{
	size_t size = sizeof(struct queue) + slots * sizeof(struct slot);
	struct queue *q = aligned_alloc(128, size);

	if (!q)
		return NULL;
	memset(q, 0, size);
	q->mask = slots - 1;
	return q;
}

static void ff_drop(struct queue *q)
{
	free(q);
}

static inline struct message *ff_room(struct queue *q, struct message *own, unsigned *n)
{
	struct slot *s = &q->slots[q->head & q->mask];

	(void)own;
	*n = !atomic_load_explicit(&s->full, memory_order_acquire);
	return &s->message;
}

static inline void ff_hand(struct queue *q, const struct message *e, unsigned n)
{
	(void)e, (void)n;
	atomic_store_explicit(&q->slots[q->head++ & q->mask].full, 1, memory_order_release);
}

static inline const struct message *ff_look(struct queue *q, struct message *own, unsigned *n)
{
	struct slot *s = &q->slots[q->tail & q->mask];

	(void)own;
	*n = atomic_load_explicit(&s->full, memory_order_acquire) != 0;
	return &s->message;
}

static inline void ff_done(struct queue *q, unsigned n)
{
	(void)n;
	atomic_store_explicit(&q->slots[q->tail++ & q->mask].full, 0, memory_order_release);
}

#define Q(x) ff_##x
#define ELEM struct message
#define QUEUE struct queue
#define BURST 1
#define IN_PLACE
#include "bench/ladder/queue.h"

#define HOW "56 bytes and the flag in a line, 128 bytes apart for the prefetcher's sake, in place; "

const struct rung rungs_fastforward[] = {
	{
		.name = "fastforward call 56 B",
		.what = HOW "two queues of 8",
		.bytes = 56,
		.begin = ff_call_begin,
		.run = ff_call_run,
		.end = ff_end,
	},
	{
		.name = "fastforward stream 64 B",
		.what = HOW "256 slots",
		.bytes = 64,
		.begin = ff_stream_begin,
		.run = ff_stream_run,
		.end = ff_end,
	},
	{ .name = NULL },
};
