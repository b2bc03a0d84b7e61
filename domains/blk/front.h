/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The blk front-end in user space: requests of whoever serves the disk to the host (its user: nbd.h)
 * to a driver, and what is to be done about them when the driver dies. All buffers are its own; what the
 * driver says is believed as far as the table bears it out.
 *
 * A request of the user's: blk_front_take() gives a slot with buffers, which the user fills; then
 * blk_front_submit(); then answered() tells that it is the user's again, with its status, and, of a
 * read, with the data; then blk_front_release(). The user touches buffers only between a start and the
 * detach that follows: what lies in them is carried over to the next incarnation's, under other numbers.
 */
#ifndef CORDON_DOMAINS_BLK_FRONT_H
#define CORDON_DOMAINS_BLK_FRONT_H

#include "channels/chan.h"
#include "channels/pool.h"
#include "core/call.h"
#include "core/class.h"
#include "core/err.h"
#include "domains/blk/blk.cdl_client.h"
#include "domains/blk/counters.h"
#include "domains/blk/kept.h"
#include "domains/blk/limits.h"
#include "domains/blk/table.h"

#define BLK_FRONT_SLOTS 128u /* the user's */
#define BLK_FRONT_OWN 8u /* our own: a flush, and repetitions */
#define BLK_FRONT_FLUSH BLK_FRONT_SLOTS /* our flush's */
#define BLK_FRONT_ALL (BLK_FRONT_SLOTS + BLK_FRONT_OWN)
#define BLK_FRONT_KEPT 256u
#define BLK_FRONT_PATIENCE 30u

/* Counters of channels that are gone: what this one's are added to. */
struct blk_front_before {
	uint64_t calls, timeouts, faults, stream_faults;
};

struct blk_front {
	/* the user's */
	void (*answered)(void *user, uint32_t slot);
	void *user;
	uint64_t deadline_ns; /* of control calls; a second unless changed */

	struct blk_limits limits; /* agreed on; all 0 before the first start */
	struct cordon_chan *chan; /* NULL before start, and after detach */
	struct cordon_pool *pool;
	struct cordon_caller *caller;
	struct blk_client client;
	int running; /* requests are sent */
	int repeating; /* what was kept is repeated first */
	int want_flush; /* ours is to be sent */
	int lost; /* something that was answered; the next flush says so */
	struct blk_table table;
	struct blk_kept kept;
	struct blk_slot slots[BLK_FRONT_ALL];
	struct blk_request ring[BLK_FRONT_KEPT];
	uint32_t free[BLK_FRONT_SLOTS], nfree; /* of the user's slots */
	uint32_t peak; /* requests at the driver */
	uint32_t oldest; /* the tag of the one that was there longest, when a sign of life was asked for */
	uint64_t oldest_since; /* ns */
	struct cordon_pool past; /* of the last incarnation: memory and dimensions; .mem NULL: none */
	struct blk_front_before before;
	struct blk_front_counters count;
};

void blk_front_init(struct blk_front *f, void (*answered)(void *user, uint32_t slot), void *user);

/* As struct cordon_class has them. */
int blk_front_start(struct blk_front *f, struct cordon_chan *chan, struct cordon_pool *pool,
		    struct cordon_caller *caller, struct cordon_err *e);
unsigned blk_front_poll(struct blk_front *f, unsigned budget);
/* Also -ETIME: the driver lives, but has not answered a request for BLK_FRONT_PATIENCE deadlines. */
int blk_front_ping(struct blk_front *f);
int blk_front_stop(struct blk_front *f);
void blk_front_detach(struct blk_front *f);
void blk_front_gauge(const struct blk_front *f, struct cordon_gauge *g);

/* ---- for the user ----------------------------------------------------------------------------- */

/*
 * A slot for a request that was checked (blk_limits_check()), with the buffers that its data take; of a
 * discard or write-zeroes at most a part. Its number, or -EAGAIN: none is free now (counted); try
 * again when something was answered or released, or in the next round.
 */
int blk_front_take(struct blk_front *f, enum blk_request_op op, unsigned flags, uint64_t offset,
		   uint32_t bytes);

/* The request of slot @i, which is the user's: offset and bytes may be changed before it is submitted once
 * more (parts of a long discard). */
static inline struct blk_request *blk_front_request(struct blk_front *f, uint32_t i)
{
	return &f->slots[i].request;
}

/* Its buffer number @k: address, and the bytes in it. */
static inline uint8_t *blk_front_data(struct blk_front *f, uint32_t i, uint32_t k, uint32_t *bytes)
{
	const struct blk_request *r = &f->slots[i].request;

	*bytes = blk_segment_bytes(r->bytes, k);
	return cordon_pool_data(f->pool, r->buf[k]);
}

/* Slot @i goes to the driver, as soon as that can be. */
void blk_front_submit(struct blk_front *f, uint32_t i);

/* The user is done with slot @i. */
void blk_front_release(struct blk_front *f, uint32_t i);

/* ---- flow.c, for front.c ---------------------------------------------------------------------- */

/* Take up to @budget answers. How many there were. */
unsigned blk_flow_answers(struct blk_front *f, unsigned budget);

/* Send a flush of our own, if none is out. 1; 0: there is no room. */
unsigned blk_flow_flush(struct blk_front *f);

/* The driver has ended, and all its answers were taken: what it had is to be sent again. */
void blk_flow_past(struct blk_front *f);

/* What lies in the last incarnation's buffers comes to lie in this one's. */
void blk_flow_carry(struct blk_front *f);

#endif
