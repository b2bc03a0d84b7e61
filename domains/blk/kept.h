/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a driver with a volatile cache (BLK_F_VOLATILE) has answered and not yet flushed, in the order in
 * which it was answered: to be repeated to the next incarnation before anything new. The data stay in
 * the pool buffers that they were sent in, which the driver can't write to.
 *
 * A flush covers what was kept when it was sent; when it is answered, that is forgotten. If it failed,
 * too: who asked for it was told.
 *
 * For front-ends in user space and in the kernel alike, as table.h.
 */
#ifndef CORDON_DOMAINS_BLK_KEPT_H
#define CORDON_DOMAINS_BLK_KEPT_H

#include "domains/blk/blk.h"

struct blk_kept {
	struct blk_request *ring; /* the user's memory; the tags mean nothing */
	uint32_t size; /* a power of two */
	uint64_t head, tail; /* counts: kept are head to tail-1 */
	uint64_t sent; /* of them, repeated to this incarnation: head to sent-1 */
};

static inline uint32_t blk_kept_count(const struct blk_kept *k)
{
	return (uint32_t)(k->tail - k->head);
}

static inline int blk_kept_full(const struct blk_kept *k)
{
	return blk_kept_count(k) == k->size;
}

static inline struct blk_request *blk_kept_at(const struct blk_kept *k, uint64_t at)
{
	return &k->ring[at & (k->size - 1)];
}

/* Whether @r, answered well by a driver with @features, is to be kept. One with BLK_FUA too: repeated
 * without it, an earlier one could come to lie over it. */
static inline int blk_kept_wants(uint32_t features, const struct blk_request *r)
{
	return (features & BLK_F_VOLATILE) &&
	       (r->op == BLK_WRITE || r->op == BLK_DISCARD || r->op == BLK_ZERO);
}

/* Keep @r, which was answered; there is room. Its buffers are the ring's now. */
static inline void blk_kept_add(struct blk_kept *k, const struct blk_request *r)
{
	*blk_kept_at(k, k->tail++) = *r;
	k->sent = k->tail;
}

/* All is to be repeated. */
static inline void blk_kept_past(struct blk_kept *k)
{
	k->sent = k->head;
}

static inline int blk_request_overlaps(const struct blk_request *a, const struct blk_request *b)
{
	return a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

#endif
