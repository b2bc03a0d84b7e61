// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Requests from the block layer, into the table of their hardware queue. */
#include "domains/blk/kernel/disk.h"

#include <linux/slab.h>
#include "core/kernel/compat_blk.h"
#include "core/kernel/cores.h"

/* What @rq asks for. Whether the driver can be asked. */
static blk_status_t translate(const struct cordon_disk *d, struct request *rq,
			      struct blk_request *r)
{
	enum blk_request_op op;
	unsigned int flags = 0;

	switch (req_op(rq)) {
	case REQ_OP_READ:
		op = BLK_READ;
		break;
	case REQ_OP_WRITE:
		op = BLK_WRITE;
		break;
	case REQ_OP_FLUSH:
		op = BLK_FLUSH;
		break;
	case REQ_OP_DISCARD:
		op = BLK_DISCARD;
		break;
	case REQ_OP_WRITE_ZEROES:
		op = BLK_ZERO;
		if (rq->cmd_flags & REQ_NOUNMAP)
			flags |= BLK_NO_HOLE;
		break;
	default:
		return BLK_STS_NOTSUPP;
	}
	/* A request is kept until it is answered, so an answer is to mean that it is kept elsewhere. */
	if (op != BLK_READ && op != BLK_FLUSH &&
	    (rq->cmd_flags & REQ_FUA || d->limits.features & BLK_F_VOLATILE))
		flags |= BLK_FUA;
	r->op = (u8)op;
	r->flags = (u8)flags;
	if (op != BLK_FLUSH) {
		r->offset = (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
		r->bytes = blk_rq_bytes(rq);
	}
	/* The block layer keeps to the limits; a buffer too few would be ours to pay for. */
	return r->bytes > (op > BLK_FLUSH ? d->limits.max_zero : d->limits.max_bytes) ?
		       BLK_STS_IOERR :
		       BLK_STS_OK;
}

/* Into the table, with the queue's lock. */
static blk_status_t take(struct cordon_disk *d, struct disk_queue *q, struct request *rq)
{
	u32 i = (u32)rq->tag;
	blk_status_t s;

	if (q->gone)
		return BLK_STS_IOERR;
	s = translate(d, rq, blk_table_hold(&q->table, i));
	if (s != BLK_STS_OK) {
		blk_table_free(&q->table, i);
		return s;
	}
	blk_mq_start_request(rq);
	q->rq[i] = rq;
	blk_table_queue(&q->table, i);
	return BLK_STS_OK;
}

static bool is_to_wait(const struct cordon_disk *d, struct disk_queue *q)
{
	if (d->doorbell)
		return false;
	return d->adaptive ? disk_way_waits(&q->way, !q->table.sent.n) : disk_way_is_lucky(&q->way);
}

/* With the queue's lock. Whether to wait for answers; those who poll for theirs say nothing about that. */
static bool send(struct cordon_disk *d, struct disk_queue *q, bool polled)
{
	bool wait = !polled && is_to_wait(d, q);

	disk_send(d, q);
	q->stalls += q->table.waiting.n > 0;
	return wait;
}

/* Who sent the last of some sees to it that answers are taken. */
static void sent(struct cordon_disk *d, struct disk_queue *q, bool wait)
{
	if (READ_ONCE(d->left) == wait)
		WRITE_ONCE(d->left, !wait);
	if (!wait || !disk_spin(d, q))
		disk_rouse(d, q);
}

static bool is_polled(const struct request *rq)
{
	return rq->cmd_flags & REQ_POLLED;
}

static blk_status_t queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	struct cordon_disk *d = hctx->queue->queuedata;
	struct disk_queue *q = &d->queue[hctx->queue_num];
	bool polled = is_polled(bd->rq); /* who sent it takes the answer */
	bool wait;
	blk_status_t s;

	spin_lock(&q->lock);
	s = take(d, q, bd->rq);
	wait = send(d, q, polled);
	spin_unlock(&q->lock);
	if (bd->last && !polled)
		sent(d, q, wait);
	return s;
}

/* The last one didn't come. */
static void commit_rqs(struct blk_mq_hw_ctx *hctx)
{
	struct cordon_disk *d = hctx->queue->queuedata;

	sent(d, &d->queue[hctx->queue_num], false);
}

/* What a plug held, all of it. What can't be taken stays in @list: queue_rq says why. */
static void queue_rqs(cordon_rq_list *list)
{
	cordon_rq_list refused = { NULL };
	struct request *rq;

	while ((rq = rq_list_peek(list))) {
		struct blk_mq_hw_ctx *hctx = rq->mq_hctx;
		struct cordon_disk *d = hctx->queue->queuedata;
		struct disk_queue *q = &d->queue[hctx->queue_num];
		bool polled = true, wait;

		spin_lock(&q->lock);
		do {
			polled &= is_polled(rq);
			rq_list_pop(list);
			if (take(d, q, rq) != BLK_STS_OK)
				cordon_rq_list_add(&refused, rq);
			rq = rq_list_peek(list);
		} while (rq && rq->mq_hctx == hctx);
		wait = send(d, q, polled);
		spin_unlock(&q->lock);
		if (!polled)
			sent(d, q, wait);
	}
	*list = refused;
}

/*
 * The block layer's patience is over. It is as well not to touch the driver: that is the supervisor's, whose
 * next ping fails. Time that the request waited for a driver is not this one's.
 */
static enum blk_eh_timer_return timed_out(struct request *rq)
{
	struct cordon_disk *d = rq->q->queuedata;
	struct disk_queue *q = &d->queue[rq->mq_hctx->queue_num];
	u32 i = (u32)rq->tag;

	spin_lock(&q->lock);
	if (i < q->table.n && q->rq[i] == rq && q->table.slot[i].state == BLK_SLOT_SENT &&
	    time_after_eq(jiffies, q->sent_at[i] + rq->timeout))
		WRITE_ONCE(d->late, true);
	spin_unlock(&q->lock);
	return BLK_EH_RESET_TIMER;
}

/* Who asked to be the one that polls (RWF_HIPRI, io_uring's IOPOLL). He may have another's answer too. */
static int poll(struct blk_mq_hw_ctx *hctx, struct io_comp_batch *iob)
{
	return (int)disk_work(hctx->queue->queuedata, iob);
}

/* Answers are taken the same way whoever waits for them: requests that are polled for use the same queues. */
static void map_queues(struct blk_mq_tag_set *set)
{
	unsigned int cpu;

	set->map[HCTX_TYPE_READ].nr_queues = 0;
	for_each_possible_cpu(cpu)
	{
		unsigned int queue = cordon_cores_queue(cpu, set->nr_hw_queues);

		set->map[HCTX_TYPE_DEFAULT].mq_map[cpu] = queue;
		set->map[HCTX_TYPE_POLL].mq_map[cpu] = queue;
	}
}

const struct blk_mq_ops disk_mq_ops = {
	.queue_rq = queue_rq,
	.commit_rqs = commit_rqs,
	.queue_rqs = queue_rqs,
	.timeout = timed_out,
	.poll = poll,
	.map_queues = map_queues,
};

static void free_all(struct disk_queue *all, unsigned int n)
{
	unsigned int i;

	for (i = 0; all && i < n; i++) {
		kvfree(all[i].slots);
		kfree(all[i].rq);
		kfree(all[i].sent_at);
	}
	kfree(all);
}

void disk_queues_free(struct cordon_disk *d)
{
	free_all(d->queue, d->nqueues);
}

static int make(struct disk_queue *q, unsigned int number, u32 depth)
{
	spin_lock_init(&q->lock);
	disk_way_init(&q->way);
	q->slots = kvcalloc(depth, sizeof(*q->slots), GFP_KERNEL);
	q->rq = kcalloc(depth, sizeof(struct request *), GFP_KERNEL);
	q->sent_at = kcalloc(depth, sizeof(*q->sent_at), GFP_KERNEL);
	if (!q->slots || !q->rq || !q->sent_at)
		return -ENOMEM;
	blk_table_init(&q->table, q->slots, depth, number << DISK_DEPTH_BITS);
	return 0;
}

int disk_queues_make(struct cordon_disk *d, unsigned int n, u32 depth)
{
	struct disk_queue *all = kcalloc(n, sizeof(*all), GFP_KERNEL);
	unsigned int i;
	int ret = all ? 0 : -ENOMEM;

	for (i = 0; ret == 0 && i < n; i++)
		ret = make(&all[i], i, depth);
	if (ret < 0) {
		free_all(all, n);
		return ret;
	}
	d->depth = depth;
	d->queue = all;
	/* Pairs with front_stats(). */
	smp_store_release(&d->nqueues, n);
	return 0;
}

/* One that waits, taken out; NULL: none does. */
static struct request *give_up(struct disk_queue *q)
{
	struct request *rq = NULL;
	u32 i;

	spin_lock(&q->lock);
	q->gone = true;
	i = q->table.waiting.first;
	if (i != BLK_NO_SLOT) {
		rq = q->rq[i];
		blk_table_cancel(&q->table, i);
		blk_table_free(&q->table, i);
		q->rq[i] = NULL;
	}
	spin_unlock(&q->lock);
	return rq;
}

void disk_queues_fail(struct cordon_disk *d)
{
	struct disk_queue *q;
	struct request *rq;

	disk_for_each_queue(d, q) while ((rq = give_up(q))) blk_mq_end_request(rq, BLK_STS_IOERR);
}
