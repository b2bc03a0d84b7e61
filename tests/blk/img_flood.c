// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* flood: a RAM disk that is honest in its data alone. It keeps the stream full of answers that nobody asked
 * for, says that it has taken lines that were never sent, and writes to all buffers that it can write to but
 * for those that hold what was read. */
#include "domains/blk/serve.h"

#define AT_ONCE 8u
#define NOISE 512u

struct flood {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
	uint8_t *disk;
	uint8_t *lent; /* to us, by buffer, until its answer has been sent and for good */
	uint64_t seed;
};

static uint32_t noise(struct flood *f)
{
	f->seed = f->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(f->seed >> 33);
}

static int flood_open(struct cordon_domain *d, void *state)
{
	struct flood *f = state;
	int ret = blk_serve_open(&f->serve, d);
	uint64_t size;

	f->seed = cordon_now(d);
	f->disk = cordon_domain_grant(d, &size);
	f->lent = cordon_alloc(d, cordon_pool_count(f->serve.pool));
	if (ret == 0 && (!f->disk || size < f->serve.info.capacity))
		return -ENODEV;
	return ret == 0 && !f->lent ? -ENOMEM : ret;
}

static void carry_out(struct flood *f, const struct blk_request *r)
{
	uint8_t *at = f->disk + r->offset;
	uint32_t bytes;

	for (uint32_t k = 0; k < r->nbufs; k++, at += bytes) {
		uint8_t *data = blk_serve_data(&f->serve, r, k, &bytes);

		f->lent[r->buf[k]] = 1;
		if (r->op == BLK_READ)
			memcpy(data, at, bytes);
		else
			memcpy(at, data, bytes);
	}
}

static void answers_to_nobody(struct flood *f)
{
	struct cordon_desc d[32];

	/* The answers that are due come first. */
	if (f->serve.nout)
		return;
	for (unsigned i = 0; i < 32; i++)
		d[i] = cordon_desc(noise(f) >> noise(f) % 32, noise(f), (uint8_t)noise(f));
	while (cordon_stream_put(&f->serve.chan->tx, d, 32) == 32)
		;
}

static void scribble(struct flood *f)
{
	struct cordon_pool *pool = f->serve.pool;
	uint32_t buf = noise(f) % cordon_pool_count(pool);

	if (!f->lent[buf] && !cordon_pool_is_ro(pool, buf))
		memset(cordon_pool_data(pool, buf), (int)noise(f), NOISE);
	/* The truth is told again with what is taken next. */
	cordon_publish(f->serve.chan->rx.credits, f->serve.chan->rx.told + noise(f));
}

static int flood_poll(void *state, unsigned budget)
{
	struct flood *f = state;
	struct blk_request r;

	(void)budget;
	for (unsigned i = 0; i < AT_ONCE && blk_serve_next(&f->serve, &r); i++) {
		carry_out(f, &r);
		blk_serve_answer(&f->serve, &r, BLK_S_OK);
	}
	blk_serve_send(&f->serve);
	scribble(f);
	answers_to_nobody(f);
	cordon_publish(f->serve.chan->rx.credits, f->serve.chan->rx.told);
	return 1;
}

CORDON_DRIVER(flood) = {
	.state_size = sizeof(struct flood),
	.control = &blk_ops,
	.open = flood_open,
	.poll = flood_poll,
};
