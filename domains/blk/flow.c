// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The data plane of the front-end: requests to the driver, answers from it. */
#include "domains/blk/front.h"

#include <errno.h>
#include <string.h>

#define BATCH 32u

static int is_volatile(const struct blk_front *f)
{
	return (f->limits.features & BLK_F_VOLATILE) != 0;
}

/* What is kept takes buffers: a flush frees them, and one at a time is enough. */
static void ask_for_flush(struct blk_front *f)
{
	if (blk_kept_count(&f->kept) > 0 && f->slots[BLK_FRONT_FLUSH].state == BLK_SLOT_FREE)
		f->want_flush = 1;
}

/* ---- buffers ---------------------------------------------------------------------------------- */

static void put_buffers(struct blk_front *f, struct blk_request *r)
{
	for (uint32_t k = 0; k < r->nbufs; k++)
		(void)cordon_pool_put(f->pool, r->buf[k]);
	r->nbufs = 0;
}

static int get_buffers(struct cordon_pool *p, struct blk_request *r)
{
	uint32_t n = blk_segments(r->bytes);
	/* A last segment of a few bytes lies in a big buffer too. */
	uint32_t size = r->bytes <= BLK_SMALL ? BLK_SMALL : BLK_SEGMENT;

	for (uint32_t k = 0; k < n; k++) {
		int buf = r->op == BLK_WRITE ? cordon_pool_get_ro(p, size) :
					       cordon_pool_get(p, size);

		if (buf < 0) {
			while (k-- > 0)
				(void)cordon_pool_put(p, r->buf[k]);
			return buf;
		}
		r->buf[k] = (uint32_t)buf;
	}
	r->nbufs = (uint16_t)n;
	return 0;
}

static void lend_buffers(struct blk_front *f, const struct blk_request *r)
{
	for (uint32_t k = 0; k < r->nbufs; k++)
		(void)cordon_pool_lend(f->pool, r->buf[k]);
}

/* What is answered is ours again, by our own table. */
static void take_buffers(struct blk_front *f, const struct blk_request *r)
{
	for (uint32_t k = 0; k < r->nbufs; k++)
		(void)cordon_pool_take(f->pool, r->buf[k]);
}

/* ---- the user's ------------------------------------------------------------------------------- */

int blk_front_take(struct blk_front *f, enum blk_request_op op, unsigned flags, uint64_t offset,
		   uint32_t bytes)
{
	struct blk_request *r;
	uint32_t i;

	if (!f->nfree)
		goto stalled;
	i = f->free[f->nfree - 1];
	r = blk_table_hold(&f->table, i);
	r->op = (uint8_t)op;
	r->flags = (uint8_t)flags;
	r->offset = offset;
	r->bytes = bytes;
	if (op <= BLK_WRITE && get_buffers(f->pool, r) < 0) {
		blk_table_free(&f->table, i);
		goto stalled;
	}
	f->nfree--;
	return (int)i;
stalled:
	ask_for_flush(f);
	f->count.stalls++;
	return -EAGAIN;
}

void blk_front_submit(struct blk_front *f, uint32_t i)
{
	blk_table_queue(&f->table, i);
}

void blk_front_release(struct blk_front *f, uint32_t i)
{
	put_buffers(f, &f->slots[i].request);
	blk_table_free(&f->table, i);
	f->free[f->nfree++] = i;
}

/* ---- to the driver ---------------------------------------------------------------------------- */

/* Slot @i was made the driver's; the stream has room. */
static void send(struct blk_front *f, uint32_t i)
{
	struct blk_slot *s = &f->slots[i];

	if (s->request.op == BLK_FLUSH)
		s->covers = f->kept.tail;
	lend_buffers(f, &s->request);
	(void)cordon_stream_send(&f->chan->tx, BLK_MSG_REQUEST, &s->request, sizeof(s->request));
	if (f->table.sent.n > f->peak)
		f->peak = f->table.sent.n;
}

static int has_room(struct blk_front *f)
{
	return f->table.sent.n < f->limits.depth && cordon_stream_tx_ready(&f->chan->tx);
}

static int repetitions_out(const struct blk_front *f, const struct blk_request *over)
{
	for (uint32_t i = BLK_FRONT_SLOTS; i < BLK_FRONT_ALL; i++)
		if (f->slots[i].state == BLK_SLOT_SENT &&
		    (!over || blk_request_overlaps(over, &f->slots[i].request)))
			return 1;
	return 0;
}

static uint32_t own_slot(const struct blk_front *f)
{
	uint32_t i = BLK_FRONT_SLOTS;

	while (i < BLK_FRONT_ALL && f->slots[i].state != BLK_SLOT_FREE)
		i++;
	return i;
}

/* Repeat what was kept, in order where two of them touch the same blocks. Nothing else is at the driver
 * until all are answered. */
static unsigned repeat(struct blk_front *f)
{
	struct blk_kept *k = &f->kept;
	unsigned n = 0;

	while (k->sent < k->tail && has_room(f)) {
		const struct blk_request *r = blk_kept_at(k, k->sent);
		uint32_t i = own_slot(f);

		if (i == BLK_FRONT_ALL || repetitions_out(f, r))
			break;
		*blk_table_hold(&f->table, i) = *r;
		(void)blk_table_send(&f->table, i);
		send(f, i);
		f->count.repeated++;
		k->sent++;
		n++;
	}
	if (k->sent == k->tail && !repetitions_out(f, NULL))
		f->repeating = 0;
	return n;
}

unsigned blk_flow_flush(struct blk_front *f)
{
	if (f->slots[BLK_FRONT_FLUSH].state != BLK_SLOT_FREE || !has_room(f))
		return 0;
	blk_table_hold(&f->table, BLK_FRONT_FLUSH)->op = BLK_FLUSH;
	(void)blk_table_send(&f->table, BLK_FRONT_FLUSH);
	send(f, BLK_FRONT_FLUSH);
	f->want_flush = 0;
	f->count.own_flushes++;
	return 1;
}

static unsigned to_driver(struct blk_front *f, unsigned budget)
{
	unsigned n = 0;

	if (f->repeating)
		n = repeat(f);
	if (f->repeating)
		return n;
	/* All that is at the driver may have to be kept. */
	if (is_volatile(f) && blk_kept_count(&f->kept) + f->table.sent.n >= f->kept.size / 2)
		ask_for_flush(f);
	/* Before what waits: that may wait for the buffers that it frees. */
	if (f->want_flush)
		n += blk_flow_flush(f);
	while (n < budget && f->table.waiting.n && !f->want_flush && has_room(f)) {
		if (is_volatile(f) && blk_kept_count(&f->kept) + f->table.sent.n >= f->kept.size)
			break;
		send(f, blk_table_send_next(&f->table));
		n++;
	}
	return n;
}

/* ---- from the driver -------------------------------------------------------------------------- */

static void forget_kept(struct blk_front *f, uint64_t until)
{
	while (f->kept.head < until)
		put_buffers(f, blk_kept_at(&f->kept, f->kept.head++));
}

static void count(struct blk_front *f, const struct blk_request *r, uint8_t status)
{
	struct blk_front_counters *c = &f->count;

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

static void flushed(struct blk_front *f, struct blk_slot *s, int ours)
{
	int failed = s->status != BLK_S_OK;

	forget_kept(f, s->covers);
	if (ours) {
		f->lost |= failed;
		f->count.lost += failed;
		return;
	}
	if (f->lost)
		s->status = BLK_S_IO;
	f->lost = 0;
}

/* One of our own. A repetition's buffers are the ring's. */
static void answered_ours(struct blk_front *f, uint32_t i)
{
	struct blk_slot *s = &f->slots[i];

	if (s->request.op == BLK_FLUSH) {
		flushed(f, s, 1);
	} else if (s->status != BLK_S_OK) {
		f->lost = 1;
		f->count.lost++;
	}
	blk_table_free(&f->table, i);
}

static void answered(struct blk_front *f, uint32_t i)
{
	struct blk_slot *s = &f->slots[i];
	struct blk_request *r = &s->request;

	take_buffers(f, r);
	if (i >= BLK_FRONT_SLOTS) {
		answered_ours(f, i);
		return;
	}
	if (r->op == BLK_FLUSH)
		flushed(f, s, 0);
	count(f, r, s->status);
	if (s->status == BLK_S_OK && blk_kept_wants(f->limits.features, r)) {
		blk_kept_add(&f->kept, r);
		r->nbufs = 0;
	}
	f->answered(f->user, i);
}

unsigned blk_flow_answers(struct blk_front *f, unsigned budget)
{
	struct cordon_desc d[BATCH];
	unsigned n = cordon_stream_get(&f->chan->rx, d, budget < BATCH ? budget : BATCH);

	for (unsigned k = 0; k < n; k++) {
		int i = blk_table_complete(&f->table, d[k]);

		if (i >= 0)
			answered(f, (uint32_t)i);
	}
	return n;
}

unsigned blk_front_poll(struct blk_front *f, unsigned budget)
{
	unsigned n;

	if (!f->chan)
		return 0;
	n = blk_flow_answers(f, budget);
	return f->running ? n + to_driver(f, budget) : n;
}

/* ---- from incarnation to incarnation ---------------------------------------------------------- */

void blk_flow_past(struct blk_front *f)
{
	for (uint32_t i = BLK_FRONT_SLOTS; i < BLK_FRONT_ALL; i++) {
		if (f->slots[i].state != BLK_SLOT_SENT)
			continue;
		blk_table_cancel(&f->table, i);
		blk_table_free(&f->table, i);
	}
	f->count.resent += f->table.sent.n;
	blk_table_past(&f->table);
	blk_kept_past(&f->kept);
}

/* A fresh pool of the same dimensions has room for all that the last one held. @data: it matters. */
static void carry(struct blk_front *f, struct blk_request *r, int data)
{
	struct blk_request was = *r;

	if (r->nbufs == 0)
		return;
	(void)get_buffers(f->pool, r);
	for (uint32_t k = 0; data && k < r->nbufs; k++)
		memcpy(cordon_pool_data(f->pool, r->buf[k]), cordon_pool_data(&f->past, was.buf[k]),
		       blk_segment_bytes(r->bytes, k));
}

void blk_flow_carry(struct blk_front *f)
{
	struct blk_kept *k = &f->kept;

	for (uint64_t at = k->head; at < k->tail; at++)
		carry(f, blk_kept_at(k, at), 1);
	for (uint32_t i = 0; i < BLK_FRONT_SLOTS; i++)
		carry(f, &f->slots[i].request,
		      f->slots[i].request.op == BLK_WRITE || f->slots[i].state == BLK_SLOT_HELD);
	f->repeating = blk_kept_count(k) > 0;
	f->past.mem = NULL;
}
