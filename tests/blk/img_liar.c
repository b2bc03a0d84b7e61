// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* liar: a RAM disk that is honest in its data alone. Each answer comes twice, after others for requests that
 * there never were, or no longer are. */
#include "domains/blk/serve.h"

#define AT_ONCE 8u

struct liar {
	struct blk_serve serve;
	uint8_t *disk;
};

static int liar_open(struct cordon_domain *d, void *state)
{
	struct liar *l = state;
	int ret = blk_serve_open(&l->serve, d);
	uint64_t size;

	l->disk = cordon_domain_grant(d, &size);
	return ret == 0 && (!l->disk || size < l->serve.info.capacity) ? -ENODEV : ret;
}

static void say(struct blk_serve *s, uint32_t tag, uint32_t len, uint8_t kind)
{
	s->out[s->nout++] = cordon_desc(tag, len, kind);
}

static void answer(struct liar *l, const struct blk_request *r)
{
	struct blk_serve *s = &l->serve;
	uint8_t *at = l->disk + r->offset;
	uint32_t bytes;

	for (uint32_t k = 0; k < r->nbufs; k++, at += bytes) {
		uint8_t *data = blk_serve_data(s, r, k, &bytes);

		if (r->op == BLK_READ)
			memcpy(data, at, bytes);
		else
			memcpy(at, data, bytes);
	}
	say(s, UINT32_MAX, r->bytes, BLK_S_OK);
	say(s, r->tag - (1u << BLK_TAG_BITS), r->bytes, BLK_S_IO);
	blk_serve_answer(s, r, BLK_S_OK);
	say(s, r->tag, 0, BLK_S_IO);
}

static int liar_poll(void *state, unsigned budget)
{
	struct liar *l = state;
	struct blk_request r;
	unsigned done = 0;

	(void)budget;
	while (done < AT_ONCE && l->serve.nout == 0 && blk_serve_next(&l->serve, &r)) {
		answer(l, &r);
		blk_serve_send(&l->serve);
		done++;
	}
	blk_serve_send(&l->serve);
	return (int)done;
}

CORDON_DRIVER(liar) = {
	.state_size = sizeof(struct liar),
	.control = &blk_ops,
	.open = liar_open,
	.poll = liar_poll,
};
