// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/serve.h"

void blk_serve_can_zero(struct blk_serve *s)
{
	if (s->info.features & BLK_F_READ_ONLY)
		return;
	s->info.features |= BLK_F_DISCARD | BLK_F_ZERO;
	s->info.max_zero = BLK_SERVE_ZERO;
	s->info.discard = s->info.block;
}

static int is_whole(const struct blk_serve *s, const struct blk_request *r)
{
	int data = r->op == BLK_READ || r->op == BLK_WRITE;
	uint32_t all = cordon_pool_count(s->pool);

	if (r->op >= BLK_REQUEST_OPS || r->offset > s->info.capacity ||
	    r->bytes > s->info.capacity - r->offset)
		return 0;
	if (data && (r->bytes == 0 || r->bytes > s->info.max_bytes))
		return 0;
	if (r->nbufs != (data ? blk_segments(r->bytes) : 0))
		return 0;
	for (uint32_t k = 0; k < r->nbufs; k++)
		if (r->buf[k] >= all ||
		    blk_segment_bytes(r->bytes, k) > cordon_pool_bufsize(s->pool, r->buf[k]))
			return 0;
	return 1;
}

int blk_serve_next(struct blk_serve *s, struct blk_request *r)
{
	uint16_t op = 0;
	int len;

	/* Room for its answer. */
	while (s->taken + s->nout < BLK_DEPTH_MAX) {
		len = cordon_chan_recv(s->chan, &op, r);
		if (len == -EAGAIN)
			return 0;
		if (len != sizeof(*r) || op != BLK_MSG_REQUEST)
			continue;
		s->taken++;
		if (is_whole(s, r))
			return 1;
		blk_serve_answer(s, r, BLK_S_INVAL);
	}
	return 0;
}

void blk_serve_answer(struct blk_serve *s, const struct blk_request *r, enum blk_status status)
{
	uint32_t done = status == BLK_S_OK && r->nbufs ? r->bytes : 0;

	s->taken--;
	s->out[s->nout++] = cordon_desc(r->tag, done, (uint8_t)status);
	if (status != BLK_S_OK)
		s->stats.errors++;
	else if (r->op == BLK_READ)
		s->stats.reads++;
	else if (r->op == BLK_WRITE)
		s->stats.writes++;
	else if (r->op == BLK_FLUSH)
		s->stats.flushes++;
	else
		s->stats.zeroes++;
}

enum blk_status blk_serve_status(int error)
{
	switch (error) {
	case 0:
		return BLK_S_OK;
	case -ENOSPC:
	case -EDQUOT:
		return BLK_S_NOSPC;
	case -EINVAL:
		return BLK_S_INVAL;
	case -EROFS:
	case -EBADF:
		return BLK_S_ROFS;
	case -EOPNOTSUPP:
		return BLK_S_NOTSUPP;
	default:
		return BLK_S_IO;
	}
}

void blk_serve_send(struct blk_serve *s)
{
	unsigned sent = cordon_stream_put(&s->chan->tx, s->out, s->nout);

	if (!sent)
		return;
	memmove(s->out, s->out + sent, (s->nout - sent) * sizeof(s->out[0]));
	s->nout -= sent;
}

/* ---- control ---------------------------------------------------------------------------------- */

static int info(void *state, struct blk_info *is)
{
	*is = ((const struct blk_serve *)state)->info;
	return 0;
}

static int config(void *state, const struct blk_config *c)
{
	struct blk_serve *s = state;

	if ((c->features & ~s->info.features) || c->block != s->info.block ||
	    c->max_bytes > s->info.max_bytes || c->max_zero > s->info.max_zero ||
	    c->depth > s->info.depth)
		return -EINVAL;
	s->config = *c;
	return 0;
}

static int nothing(void *state)
{
	(void)state;
	return 0;
}

static int stats(void *state, struct blk_stats *s)
{
	*s = ((const struct blk_serve *)state)->stats;
	return 0;
}

static const struct blk_server_ops control = {
	.info = info,
	.config = config,
	.start = nothing,
	.stop = nothing,
	.stats = stats,
};

int blk_serve_open(struct blk_serve *s, struct cordon_domain *d)
{
	uint64_t arg = cordon_domain_arg(d);

	blk_server_init(&s->server, &control, s);
	s->chan = cordon_domain_chan(d);
	s->pool = cordon_domain_pool(d);
	s->info = (struct blk_info){ .capacity = BLK_ARG_CAPACITY(arg),
				     .features = arg & BLK_ARG_READ_ONLY ? BLK_F_READ_ONLY : 0,
				     .block = arg & BLK_ARG_4096 ? 4096 : 512,
				     .max_bytes = BLK_BYTES_MAX,
				     .depth = BLK_SERVE_DEPTH };
	/* Each request is answered once, and no more than these are there at once. */
	s->out = cordon_alloc(d, BLK_DEPTH_MAX * sizeof(*s->out));
	if (!s->out)
		return -ENOMEM;
	return s->info.capacity ? 0 : -EINVAL;
}
