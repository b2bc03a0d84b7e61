/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The blk front-end in the kernel: a disk whose driver is in a domain. front.c of the folder above is
 * its twin in user space.
 *
 * Who does what: the block layer calls queue_rq (queue.c), which notes the request in the table of its
 * hardware queue, and sends it if it can (flow.c); the poller (core/kernel/poller.h) takes the driver's
 * answers; orders (front.c) start and end both. disk.c is what Linux sees.
 *
 * Who sends a few requests waits a little for their answers, and takes them: that spares the poller. But where
 * requests come one after the other without that, the driver is better given many at once: way.h finds out.
 *
 * A queue for each of Linux's cores, each with a stream, buffers and a table of its own, under a lock that
 * is not held while an answer's data are copied. A tag is the driver's name for a request: the number of
 * its queue, and the place in that one's table.
 *
 * What can't be sent waits in the table: no driver, or one with no room. It waits until there is one,
 * or until the disk goes. What a dead driver had is sent again from the request's own pages.
 */
#ifndef CORDON_BLK_KERNEL_DISK_H
#define CORDON_BLK_KERNEL_DISK_H

#include <linux/blk-mq.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "core/kernel/party.h"
#include "core/kernel/poller.h"
#include "domains/blk/blk.cdl_client.h"
#include "domains/blk/counters.h"
#include "domains/blk/kernel/way.h"
#include "domains/blk/limits.h"
#include "domains/blk/table.h"

#define DISK_QUEUES_MAX CORDON_MORE_MAX
#define DISK_DEPTH_BITS 7u
#define DISK_DEPTH_MAX (1u << DISK_DEPTH_BITS) /* of a queue: so many tags are its own */
/* Features that may be negotiated, or not. */
#define DISK_MAY (BLK_F_FUA | BLK_F_DISCARD | BLK_F_ZERO)

struct disk_queue {
	spinlock_t lock; /* of all here; only threads take it */
	bool running; /* requests are sent */
	bool gone; /* none is taken any more */
	struct cordon_stream_tx tx;
	struct cordon_waiter waiter;
	u32 *stock[4], nstock[4]; /* its free buffers, by enum cordon_buf_sort */
	struct blk_table table;
	struct blk_slot *slots;
	struct request **rq; /* of each slot that is not free */
	unsigned long *sent_at; /* jiffies */
	u32 allowed; /* at the driver at once */
	u32 peak;
	u64 stalls, resent; /* counters */
	struct disk_way way; /* whether who sends waits for answers */
} ____cacheline_aligned_in_smp;

enum disk_there { DISK_NONE, DISK_COMES, DISK_THERE, DISK_FAILED };

struct cordon_disk {
	/* As the user said. */
	char name[DISK_NAME_LEN];
	char domain[32];
	u32 may; /* BLK_F_* that may be negotiated */
	u32 complete; /* enum cordon_k_receive */
	struct list_head list; /* of all, by which names are given out */

	/* Since a driver said for the first time what its disk is. */
	struct blk_limits limits; /* capacity 0: none did */
	struct blk_mq_tag_set set;
	struct gendisk *disk;
	struct work_struct add; /* Linux reads it then, and waits for that */
	int there; /* enum disk_there; what add did */
	int error; /* why it FAILED */
	unsigned int nqueues;
	u32 depth; /* of each */
	struct disk_queue *queue;

	struct cordon_party *party; /* NULL: no driver; set and taken away while no queue runs */
	unsigned long taking; /* bit 0: somebody takes answers; nobody waits for him but disk_end() */
	u64 answers; /* taken */
	bool late; /* this one has a request for too long */

	struct cordon_poller poller;
	bool doorbell; /* it sleeps until the driver rings, whoever waits */
	bool adaptive; /* as who sends finds best: */
	bool left; /* who sent last left the answer to the bell */

	struct blk_front_counters count; /* the poller's and orders'; the rest is in the queues */
	struct cordon_kcalls calls;
	struct blk_client client; /* of the driver that began last; for orders */
	struct {
		u64 calls, timeouts, faults, stream_faults;
	} before; /* of channels that are gone */
};

#define disk_for_each_queue(d, q) for ((q) = (d)->queue; (q) < (d)->queue + (d)->nqueues; (q)++)

/* Requests at the driver, as anybody may ask. */
static inline u32 disk_in_flight(const struct cordon_disk *d)
{
	const struct disk_queue *q;
	u32 n = 0;

	disk_for_each_queue(d, q) n += READ_ONCE(q->table.sent.n);
	return n;
}

/* disk.c: what Linux sees. */
int disk_make(struct cordon_disk *d); /* of its limits and depth; or -errno */
void disk_free(struct cordon_disk *d); /* Linux forgets it; requests were ended */
void disk_add(struct work_struct *work);

/* name.c: what @k asks for, or a free one, which is told in @k. 0 or -errno with words. */
int disk_name_get(struct cordon_disk *d, struct cordon_k_blk *k);
void disk_name_put(struct cordon_disk *d);

/* queue.c */
extern const struct blk_mq_ops disk_mq_ops;
int disk_queues_make(struct cordon_disk *d, unsigned int n, u32 depth); /* or -ENOMEM */
void disk_queues_free(struct cordon_disk *d);
/* End all that waits, and what comes from now on, with an error. */
void disk_queues_fail(struct cordon_disk *d);

/* flow.c. A plane is what queues need to send: streams and buffers of a party. */
u32 disk_bytes_max(const struct cordon_party *p); /* of a request, as buffers are dealt out */
int disk_plane_make(struct cordon_disk *d); /* of d->party; or -ENOMEM */
void disk_plane_free(struct cordon_disk *d);
void disk_send(struct cordon_disk *d, struct disk_queue *q); /* what waits; with its lock */
/* What the driver published, as it looks: a guess. */
bool disk_is_work(const struct cordon_disk *d);
/* A few answers, by who set bit 0 of ->taking: how many. @iob: where requests that ended are put, by Linux's
 * poll; or NULL. */
unsigned int disk_answers(struct cordon_disk *d, struct io_comp_batch *iob);

/* poll.c: who takes them. */
extern const struct cordon_poller_ops disk_poller_ops;
/* As disk_answers(); 0: or somebody else does. */
unsigned int disk_work(struct cordon_disk *d, struct io_comp_batch *iob);
/* Something of @q was sent: answers may come at once. Whether all came, and nothing else is out. */
bool disk_spin(struct cordon_disk *d, struct disk_queue *q);
/* Something was sent whose answer nobody waits for: the poller looks, if it would not for long. Without the
 * queue's lock. */
void disk_rouse(struct cordon_disk *d, struct disk_queue *q);
/* No queue runs, and the poller is gone: take what the driver had published; then there is no party. */
void disk_end(struct cordon_disk *d);

/* begin.c */
int disk_begin(struct cordon_disk *d, struct cordon_party *p, char *why); /* as .start of front.h */
void disk_run(struct cordon_disk *d, bool running); /* requests are sent, or wait */
void disk_count(struct cordon_disk *d, const struct cordon_party *p); /* what its channel does */

#endif
