// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Requests. */
#include "domains/blk/nbd.h"

#include <errno.h>

/* What a client asked for, from a private copy. */
struct asked {
	enum blk_request_op op;
	unsigned flags;
	uint64_t offset, bytes;
	uint8_t status; /* what it is answered with at once; BLK_S_OK: it is carried out */
};

static struct asked ask(const struct nbd_conn *c, const struct blk_limits *l)
{
	uint16_t flags = nbd_get16(c->in + 4);
	struct asked a = { .offset = nbd_get64(c->in + 16),
			   .bytes = nbd_get32(c->in + 24),
			   .flags = flags & NBD_CMD_F_FUA ? BLK_FUA : 0 };
	unsigned more = 0;

	switch (nbd_get16(c->in + 6)) {
	case NBD_CMD_READ:
		a.op = BLK_READ;
		break;
	case NBD_CMD_WRITE:
		a.op = BLK_WRITE;
		break;
	case NBD_CMD_FLUSH:
		a.op = BLK_FLUSH;
		a.offset = a.bytes = 0;
		break;
	case NBD_CMD_TRIM:
		a.op = BLK_DISCARD;
		break;
	case NBD_CMD_WRITE_ZEROES:
		a.op = BLK_ZERO;
		a.flags |= flags & NBD_CMD_F_NO_HOLE ? BLK_NO_HOLE : 0;
		more = NBD_CMD_F_NO_HOLE;
		break;
	default:
		a.op = BLK_REQUEST_OPS;
		break;
	}
	/* What is durable when it is answered needs no asking for; what changes nothing is. */
	if (!(l->features & BLK_F_FLUSH) || a.op == BLK_READ || a.op == BLK_FLUSH)
		a.flags &= ~BLK_FUA;
	a.status = flags & ~(NBD_CMD_F_FUA | more) ?
			   BLK_S_INVAL :
			   blk_limits_check(l, a.op, a.flags, a.offset, a.bytes);
	return a;
}

/* A slot with its buffers, of @c's share. */
static int take(struct nbd_conn *c, const struct asked *a, uint32_t bytes)
{
	int data = a->op <= BLK_WRITE && a->status == BLK_S_OK;
	uint32_t big = data && bytes > BLK_SMALL ? blk_segments(bytes) : 0;
	uint32_t share = c->server->front->pool->dims.big / NBD_CONNS;
	struct nbd_request *r;
	int i;

	/* Whoever has nothing is given something, however small the shares are. */
	if (c->slots == NBD_CONN_SLOTS ||
	    (big && c->big[a->op == BLK_WRITE] && c->big[a->op == BLK_WRITE] + big > share))
		return -EAGAIN;
	i = a->status == BLK_S_OK ?
		    blk_front_take(c->server->front, a->op, a->flags, a->offset, bytes) :
		    blk_front_take(c->server->front, BLK_FLUSH, 0, 0, 0);
	if (i < 0)
		return i;
	r = &c->server->request[i];
	*r = (struct nbd_request){ .conn = c, .cookie = nbd_get64(c->in + 8), .big = big };
	c->slots++;
	c->big[a->op == BLK_WRITE] += big;
	return i;
}

/* Answered without the driver: refused, or, without a cache, flushed. */
static void answer(struct nbd_conn *c, uint32_t i, uint8_t status)
{
	c->server->front->slots[i].status = status;
	nbd_ready(c, i, status);
}

static int request(struct nbd_conn *c)
{
	const struct blk_limits *l = &c->server->front->limits;
	struct asked a = ask(c, l);
	int nothing = a.op == BLK_FLUSH && a.status == BLK_S_NOTSUPP;
	int refused = a.status != BLK_S_OK && !nothing;
	uint32_t part = a.op > BLK_FLUSH ? blk_limits_part(l, a.bytes) : (uint32_t)a.bytes;
	int i;

	if (nbd_get32(c->in) != NBD_REQUEST_MAGIC ||
	    (refused && a.op == BLK_WRITE && a.bytes > NBD_DATA_MAX)) {
		nbd_break(c);
		return 1;
	}
	if (nbd_get16(c->in + 6) == NBD_CMD_DISC) {
		c->phase = NBD_LEAVING;
		return 1;
	}
	i = take(c, &a, part);
	if (i < 0)
		return 0;
	c->have = 0;
	c->slot = (uint32_t)i;
	c->filled = 0;
	c->server->refused += (unsigned)refused;
	if (refused && a.op == BLK_WRITE) {
		c->drained_with = a.status;
		nbd_drain(c, a.bytes, NBD_REQUEST);
	} else if (refused || nothing) {
		answer(c, c->slot, nothing ? BLK_S_OK : a.status);
	} else if (a.op == BLK_WRITE) {
		c->phase = NBD_DATA;
	} else {
		c->server->request[i].left = a.bytes - part;
		blk_front_submit(c->server->front, c->slot);
	}
	return 1;
}

/* Nothing came. Who leaves in the middle of a request leaves that for ever. */
static int cut_short(struct nbd_conn *c)
{
	if (c->phase == NBD_LEAVING)
		nbd_break(c);
	return 0;
}

/* Straight into the pool, where the driver can't write. */
static int data(struct nbd_conn *c)
{
	struct blk_front *f = c->server->front;
	const struct blk_request *r = blk_front_request(f, c->slot);
	struct iovec iov[BLK_SEGMENTS_MAX];
	uint32_t at = 0;
	size_t got;
	int n = 0;

	for (uint32_t k = 0; k < r->nbufs; k++) {
		uint32_t bytes, skip;
		uint8_t *to = blk_front_data(f, c->slot, k, &bytes);

		skip = c->filled <= at ? 0 : c->filled - at;
		if (skip < bytes)
			iov[n++] = (struct iovec){ to + skip, bytes - skip };
		at += bytes;
	}
	got = nbd_receive(c, iov, n);
	if (!got)
		return cut_short(c);
	c->filled += (uint32_t)got;
	if (c->filled == r->bytes) {
		c->phase = NBD_REQUEST;
		blk_front_submit(f, c->slot);
	}
	return 1;
}

static int drain(struct nbd_conn *c)
{
	struct iovec iov = { c->data, c->drain < sizeof(c->data) ? c->drain : sizeof(c->data) };
	size_t n = c->drain ? nbd_receive(c, &iov, 1) : 0;

	c->drain -= n;
	if (!c->drain) {
		c->phase = NBD_REQUEST;
		answer(c, c->slot, c->drained_with);
		return 1;
	}
	return n ? 1 : cut_short(c);
}

int nbd_request_step(struct nbd_conn *c)
{
	if (c->phase == NBD_DATA)
		return data(c);
	if (c->phase == NBD_DRAIN)
		return drain(c);
	if (c->have == NBD_REQUEST_BYTES)
		return request(c);
	if (!nbd_fill(c, c->in, NBD_REQUEST_BYTES))
		return 0;
	/* Kept until there is room for it. */
	c->have = NBD_REQUEST_BYTES;
	return request(c);
}
