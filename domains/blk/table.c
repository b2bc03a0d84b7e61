// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/table.h"

#include <errno.h>
#include <string.h>

static void append(struct blk_table *t, struct blk_list *l, uint32_t i)
{
	t->slot[i].next = BLK_NO_SLOT;
	t->slot[i].prev = l->last;
	if (l->n)
		t->slot[l->last].next = i;
	else
		l->first = i;
	l->last = i;
	l->n++;
}

static void take_out(struct blk_table *t, struct blk_list *l, uint32_t i)
{
	const struct blk_slot *s = &t->slot[i];

	if (s->prev == BLK_NO_SLOT)
		l->first = s->next;
	else
		t->slot[s->prev].next = s->next;
	if (s->next == BLK_NO_SLOT)
		l->last = s->prev;
	else
		t->slot[s->next].prev = s->prev;
	l->n--;
}

static const struct blk_list empty = { BLK_NO_SLOT, BLK_NO_SLOT, 0 };

void blk_table_init(struct blk_table *t, struct blk_slot *slots, uint32_t n, uint32_t first)
{
	memset(t, 0, sizeof(*t));
	memset(slots, 0, n * sizeof(*slots));
	t->slot = slots;
	t->n = n;
	t->first = first;
	t->waiting = t->sent = empty;
}

struct blk_request *blk_table_hold(struct blk_table *t, uint32_t i)
{
	struct blk_slot *s = &t->slot[i];

	memset(&s->request, 0, sizeof(s->request));
	s->state = BLK_SLOT_HELD;
	s->status = BLK_S_OK;
	return &s->request;
}

void blk_table_free(struct blk_table *t, uint32_t i)
{
	t->slot[i].state = BLK_SLOT_FREE;
}

void blk_table_queue(struct blk_table *t, uint32_t i)
{
	t->slot[i].state = BLK_SLOT_WAITS;
	append(t, &t->waiting, i);
}

const struct blk_request *blk_table_send(struct blk_table *t, uint32_t i)
{
	struct blk_slot *s = &t->slot[i];

	s->state = BLK_SLOT_SENT;
	s->request.tag = blk_tag(t->first + i, ++s->generation);
	append(t, &t->sent, i);
	return &s->request;
}

uint32_t blk_table_send_next(struct blk_table *t)
{
	uint32_t i = t->waiting.first;

	if (!t->waiting.n)
		return BLK_NO_SLOT;
	take_out(t, &t->waiting, i);
	(void)blk_table_send(t, i);
	return i;
}

/* Of reads and writes that are done, all bytes. */
static uint8_t status_of(struct blk_table *t, const struct blk_request *r, struct cordon_desc d)
{
	uint8_t status = cordon_desc_kind(d);

	if (status >= BLK_S_COUNT) {
		t->bad_statuses++;
		return BLK_S_IO;
	}
	if (status == BLK_S_OK && r->nbufs > 0 && cordon_desc_len(d) != r->bytes) {
		t->bad_lengths++;
		return BLK_S_IO;
	}
	return status;
}

int blk_table_complete(struct blk_table *t, struct cordon_desc d)
{
	uint32_t i = blk_tag_index(d.buf) - t->first;
	struct blk_slot *s;

	if (i >= t->n || t->slot[i].state != BLK_SLOT_SENT) {
		t->bad_tags++;
		return -EPROTO;
	}
	s = &t->slot[i];
	if (d.buf != s->request.tag) {
		t->old_tags++;
		return -EPROTO;
	}
	take_out(t, &t->sent, i);
	s->state = BLK_SLOT_HELD;
	s->status = status_of(t, &s->request, d);
	return (int)i;
}

void blk_table_cancel(struct blk_table *t, uint32_t i)
{
	struct blk_slot *s = &t->slot[i];

	take_out(t, s->state == BLK_SLOT_WAITS ? &t->waiting : &t->sent, i);
	s->state = BLK_SLOT_HELD;
}

void blk_table_past(struct blk_table *t)
{
	for (uint32_t i = t->sent.first; i != BLK_NO_SLOT; i = t->slot[i].next)
		t->slot[i].state = BLK_SLOT_WAITS;
	if (!t->sent.n)
		return;
	if (t->waiting.n) {
		t->slot[t->sent.last].next = t->waiting.first;
		t->slot[t->waiting.first].prev = t->sent.last;
		t->sent.last = t->waiting.last;
	}
	t->sent.n += t->waiting.n;
	t->waiting = t->sent;
	t->sent = empty;
}

int blk_status_errno(enum blk_status s)
{
	static const int errors[BLK_S_COUNT] = {
		[BLK_S_OK] = 0,		 [BLK_S_IO] = -EIO,	[BLK_S_NOSPC] = -ENOSPC,
		[BLK_S_INVAL] = -EINVAL, [BLK_S_ROFS] = -EROFS, [BLK_S_NOTSUPP] = -EOPNOTSUPP,
	};

	return s < BLK_S_COUNT ? errors[s] : -EIO;
}
