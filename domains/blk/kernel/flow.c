// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Requests to the driver, answers from it; one copy between the request's pages and the pool. */
#include "domains/blk/kernel/disk.h"

#include <linux/highmem.h>
#include <linux/slab.h>

#define BATCH CORDON_DESCS_PER_LINE

/* ---- a queue's buffers ---------------------------------------------------------------------------- */

static unsigned int sort_of(const struct cordon_pool *pool, u32 buf)
{
	unsigned int big = cordon_pool_is_big(pool, buf);

	return cordon_pool_is_ro(pool, buf) ? CORDON_SORT_RO_SMALL + big : CORDON_SORT_SMALL + big;
}

static void put_buffers(struct disk_queue *q, const struct cordon_pool *pool,
			const struct blk_request *r)
{
	u32 k;

	for (k = 0; k < r->nbufs; k++) {
		unsigned int sort = sort_of(pool, r->buf[k]);

		q->stock[sort][q->nstock[sort]++] = r->buf[k];
	}
}

/* Those that the data take; false: there are too few. */
static bool get_buffers(struct disk_queue *q, struct blk_request *r)
{
	bool data = r->op == BLK_READ || r->op == BLK_WRITE;
	unsigned int sort = r->op == BLK_WRITE ? CORDON_SORT_RO_SMALL : CORDON_SORT_SMALL;
	u32 n = data ? blk_segments(r->bytes) : 0;
	u32 k;

	sort += r->bytes > BLK_SMALL;
	if (data && q->nstock[sort] < n)
		return false;
	for (k = 0; k < n; k++)
		r->buf[k] = q->stock[sort][--q->nstock[sort]];
	r->nbufs = (u16)n;
	return true;
}

/* Buffers are dealt out, one to each in turn: of each size so many at least. */
u32 disk_bytes_max(const struct cordon_party *p)
{
	const struct cordon_pool_dims *dims = &p->pool.dims;
	u32 n = p->chan.dims.more;
	u32 big = min(dims->big, dims->ro_big) / n;

	if (min(dims->small, dims->ro_small) < n)
		return 0;
	return min(big, BLK_SEGMENTS_MAX) * BLK_SEGMENT;
}

int disk_plane_make(struct cordon_disk *d)
{
	const struct cordon_pool *pool = &d->party->pool;
	u32 all = cordon_pool_count(pool);
	u32 some = DIV_ROUND_UP(all, d->nqueues) + 1; /* of one sort at most */
	struct disk_queue *q;
	u32 i, sort;

	disk_for_each_queue(d, q)
	{
		u32 *room = kvcalloc(4 * (size_t)some, sizeof(*room), GFP_KERNEL);

		if (!room) {
			disk_plane_free(d);
			return -ENOMEM;
		}
		for (sort = 0; sort < 4; sort++) {
			q->stock[sort] = room + sort * some;
			q->nstock[sort] = 0;
		}
		q->tx = d->party->chan.more_tx[q - d->queue];
		q->waiter = d->party->chan.waiter;
	}
	for (i = 0; i < all; i++) {
		sort = sort_of(pool, i);
		q = &d->queue[i % d->nqueues];
		q->stock[sort][q->nstock[sort]++] = i;
	}
	return 0;
}

void disk_plane_free(struct cordon_disk *d)
{
	struct disk_queue *q;

	disk_for_each_queue(d, q)
	{
		kvfree(q->stock[0]);
		q->stock[0] = NULL;
	}
}

/* ---- data ----------------------------------------------------------------------------------------- */

static void copy(struct request *rq, const struct cordon_pool *pool, const struct blk_request *r)
{
	struct req_iterator iter;
	struct bio_vec v;
	u32 at = 0; /* in the request */

	rq_for_each_segment(v, rq, iter)
	{
		u8 *page = bvec_kmap_local(&v);
		u32 done = 0, some;

		for (; done < v.bv_len; done += some, at += some) {
			u32 in = at % BLK_SEGMENT; /* the buffer */
			u8 *data = cordon_pool_data(pool, r->buf[at / BLK_SEGMENT]) + in;

			some = min(v.bv_len - done, BLK_SEGMENT - in);
			if (r->op == BLK_WRITE)
				memcpy(data, page + done, some);
			else
				memcpy(page + done, data, some);
		}
		kunmap_local(page);
		if (r->op == BLK_READ)
			flush_dcache_page(v.bv_page);
	}
}

/* ---- to the driver -------------------------------------------------------------------------------- */

void disk_send(struct cordon_disk *d, struct disk_queue *q)
{
	struct blk_table *t = &q->table;
	bool some = false;

	while (q->running && t->waiting.n && t->sent.n < q->allowed &&
	       cordon_stream_tx_ready(&q->tx)) {
		u32 i = t->waiting.first;
		struct blk_request *r = &t->slot[i].request;

		if (!get_buffers(q, r))
			break;
		if (r->op == BLK_WRITE)
			copy(q->rq[i], &d->party->pool, r);
		blk_table_send_next(t);
		cordon_stream_send(&q->tx, BLK_MSG_REQUEST, r, sizeof(*r));
		q->sent_at[i] = jiffies;
		q->peak = max(q->peak, t->sent.n);
		some = true;
	}
	if (some)
		cordon_party_ring(d->party, &q->waiter);
}

/* ---- from the driver ------------------------------------------------------------------------------ */

static void count(struct blk_front_counters *c, const struct blk_request *r, u8 status)
{
	if (status != BLK_S_OK) {
		c->errors++;
	} else if (r->op == BLK_READ) {
		c->reads++;
		c->read_bytes += r->bytes;
	} else if (r->op == BLK_WRITE) {
		c->writes++;
		c->write_bytes += r->bytes;
	} else if (r->op == BLK_FLUSH) {
		c->flushes++;
	} else {
		c->zeroes++;
	}
}

/* At once, or with others of @iob, if there is one. */
static void end(struct request *rq, u8 status, struct io_comp_batch *iob)
{
	if (!blk_mq_add_to_batch(rq, iob, status != BLK_S_OK, blk_mq_end_request_batch))
		blk_mq_end_request(rq, errno_to_blk_status(blk_status_errno(status)));
}

/* @a: a private copy. */
static void answered(struct cordon_disk *d, struct cordon_desc a, struct io_comp_batch *iob)
{
	const struct cordon_pool *pool = &d->party->pool;
	u32 k = blk_tag_index(a.buf) >> DISK_DEPTH_BITS;
	struct disk_queue *q = &d->queue[k];
	struct request *rq;
	struct blk_slot *s;
	u8 status;
	int i;

	if (k >= d->nqueues) {
		d->count.bad_tags++;
		return;
	}
	spin_lock(&q->lock);
	i = blk_table_complete(&q->table, a);
	spin_unlock(&q->lock);
	if (i < 0)
		return;
	/* It is ours until it is free. */
	s = &q->table.slot[i];
	rq = q->rq[i];
	status = s->status;
	if (s->request.op == BLK_READ && status == BLK_S_OK)
		copy(rq, pool, &s->request);
	count(&d->count, &s->request, status);
	spin_lock(&q->lock);
	q->rq[i] = NULL;
	put_buffers(q, pool, &s->request);
	blk_table_free(&q->table, (u32)i);
	disk_send(d, q);
	spin_unlock(&q->lock);
	end(rq, status, iob);
}

/* A line came back to a queue without one. One that lies in its credits doesn't keep us busy. */
static bool line_came(const struct disk_queue *q)
{
	const struct cordon_stream_tx *tx = &q->tx;
	u64 more;

	if (!READ_ONCE(q->table.waiting.n) || cordon_stream_tx_room(tx))
		return false;
	more = cordon_peek(tx->credits) - tx->credited;
	return more && more <= tx->sent - tx->credited;
}

bool disk_is_work(const struct cordon_disk *d)
{
	const struct disk_queue *q;

	if (cordon_stream_rx_ready(&d->party->chan.rx))
		return true;
	disk_for_each_queue(d, q) if (READ_ONCE(q->running) && line_came(q)) return true;
	return false;
}

unsigned int disk_answers(struct cordon_disk *d, struct io_comp_batch *iob)
{
	struct cordon_chan *chan = &d->party->chan;
	struct cordon_desc a[BATCH];
	unsigned int n = cordon_stream_get(&chan->rx, a, BATCH);
	struct disk_queue *q;
	unsigned int i;

	for (i = 0; i < n; i++)
		answered(d, a[i], iob);
	WRITE_ONCE(d->answers, d->answers + n);
	/* The credits that it was told of. */
	if (n)
		cordon_party_ring(d->party, &chan->waiter);
	disk_for_each_queue(d, q)
	{
		if (!line_came(q))
			continue;
		spin_lock(&q->lock);
		disk_send(d, q);
		spin_unlock(&q->lock);
	}
	return n;
}
