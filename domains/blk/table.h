/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The table of requests: the front-end's own truth about what is at the driver. A completion is taken
 * once, for a tag that is out; anything else is counted and dropped. What a dead driver had is sent again
 * from here, in order, to the next one, under new tags.
 *
 * A slot is free, or its user's (being filled, or its answer being worked off), or waits to be sent, or
 * is sent. Its number is the user's to choose: the kernel's own tags, or a free one of slots that the
 * front-end keeps.
 *
 * For front-ends in user space and in the kernel alike; needs no libc, allocates nothing. A table belongs
 * to one thread, or to one lock (a queue of the kernel's). Nothing blocks.
 */
#ifndef CORDON_DOMAINS_BLK_TABLE_H
#define CORDON_DOMAINS_BLK_TABLE_H

#include "channels/stream.h"
#include "domains/blk/blk.h"

enum blk_slot_state { BLK_SLOT_FREE, BLK_SLOT_HELD, BLK_SLOT_WAITS, BLK_SLOT_SENT };

#define BLK_NO_SLOT UINT32_MAX

struct blk_slot {
	struct blk_request request; /* as it is sent; the tag is the table's */
	uint32_t next, prev; /* in the list of its state */
	uint32_t generation;
	uint8_t state; /* enum blk_slot_state */
	uint8_t status; /* enum blk_status: how it was answered */
	uint64_t covers; /* of a flush: what was kept when it was sent (kept.h) */
};

struct blk_list {
	uint32_t first, last; /* BLK_NO_SLOT: it is empty */
	uint32_t n;
};

/* X(member, name): what a driver did wrong, by kind. */
#define BLK_TABLE_FAULTS(X)                                           \
	X(bad_tags, "bad_tags") /* no request, or none that is out */ \
	X(old_tags, "old_tags") /* of an earlier generation */        \
	X(bad_lengths, "bad_lengths") /* done, but not all of it */   \
	X(bad_statuses, "bad_statuses")

struct blk_table {
	struct blk_slot *slot; /* the user's memory */
	uint32_t n, first;
	struct blk_list waiting, sent; /* in the order in which they are, or were, to be sent */
#define X(member, name) uint64_t member;
	BLK_TABLE_FAULTS(X)
#undef X
};

/* A table of @n slots (up to BLK_DEPTH_MAX) at @slots, which are all free then. Slot i is number @first + i
 * in tags: tables of one driver have different ones. */
void blk_table_init(struct blk_table *t, struct blk_slot *slots, uint32_t n, uint32_t first);

/* Slot @i, which is free, becomes its user's; its request is zeroed. */
struct blk_request *blk_table_hold(struct blk_table *t, uint32_t i);

/* Slot @i, which is its user's, becomes free. */
void blk_table_free(struct blk_table *t, uint32_t i);

/* Slot @i, which is its user's and whose request is complete but for the tag, waits to be sent. */
void blk_table_queue(struct blk_table *t, uint32_t i);

/* Slot @i, which is its user's, is to be sent now: the message. It goes before all that waits. */
const struct blk_request *blk_table_send(struct blk_table *t, uint32_t i);

/* The first that waits is to be sent now: its number, the message in t->slot[].request; or BLK_NO_SLOT. */
uint32_t blk_table_send_next(struct blk_table *t);

/*
 * What the driver answers, a private copy. The number of the slot, which is its user's again, with its
 * status: BLK_S_OK only if the driver said so of all bytes, and otherwise never a number that the interface
 * doesn't have. Or -EPROTO: dropped, and counted.
 */
int blk_table_complete(struct blk_table *t, struct cordon_desc d);

/* Slot @i, which waits or is sent, is its user's again, and whatever comes of it is dropped. */
void blk_table_cancel(struct blk_table *t, uint32_t i);

/* The driver has ended: what it had waits again, before all else, in the order in which it was sent. */
void blk_table_past(struct blk_table *t);

/* What the driver did wrong, all kinds. */
static inline uint64_t blk_table_faults(const struct blk_table *t)
{
	uint64_t n = 0;

#define X(member, name) n += t->member;
	BLK_TABLE_FAULTS(X)
#undef X
	return n;
}

/* The errno of a status, for who speaks these. */
int blk_status_errno(enum blk_status s);

#endif
