// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* volatile: the driver mem with a cache of its own, as big as the disk: what is not flushed dies with it. For
 * disks of up to a megabyte. */
#include "domains/blk/serve.h"

#define SECTOR 512u
#define MOST (1u << 20)

struct cached {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
	uint8_t *disk, *cache;
	uint8_t *dirty; /* a byte a sector */
};

static int cached_open(struct cordon_domain *d, void *state)
{
	struct cached *c = state;
	uint64_t size;
	int ret = blk_serve_open(&c->serve, d);

	c->disk = cordon_domain_grant(d, &size);
	if (ret == 0 && (!c->disk || size < c->serve.info.capacity || size > MOST))
		ret = -ENODEV;
	c->cache = cordon_alloc(d, MOST);
	c->dirty = cordon_alloc(d, MOST / SECTOR);
	if (ret < 0 || !c->cache || !c->dirty)
		return ret < 0 ? ret : -ENOMEM;
	memcpy(c->cache, c->disk, size);
	c->serve.info.features |= BLK_F_FLUSH | BLK_F_FUA | BLK_F_VOLATILE;
	blk_serve_can_zero(&c->serve);
	return 0;
}

static void flush(struct cached *c, uint64_t offset, uint64_t bytes)
{
	for (uint64_t s = offset / SECTOR; s < (offset + bytes) / SECTOR; s++) {
		if (c->dirty[s])
			memcpy(c->disk + s * SECTOR, c->cache + s * SECTOR, SECTOR);
		c->dirty[s] = 0;
	}
}

static void carry_out(struct cached *c, const struct blk_request *r)
{
	uint8_t *at = c->cache + r->offset;
	uint32_t bytes;

	for (uint32_t k = 0; k < r->nbufs; k++, at += bytes) {
		uint8_t *data = blk_serve_data(&c->serve, r, k, &bytes);

		if (r->op == BLK_READ)
			memcpy(data, at, bytes);
		else
			memcpy(at, data, bytes);
	}
	if (r->op == BLK_DISCARD || r->op == BLK_ZERO)
		memset(at, 0, r->bytes);
	if (r->op == BLK_FLUSH)
		flush(c, 0, c->serve.info.capacity);
	else if (r->op != BLK_READ)
		memset(c->dirty + r->offset / SECTOR, 1, r->bytes / SECTOR);
	if (r->flags & BLK_FUA)
		flush(c, r->offset, r->bytes);
}

static int cached_poll(void *state, unsigned budget)
{
	struct cached *c = state;
	struct blk_request r;
	unsigned done = 0;

	while (done < budget && blk_serve_next(&c->serve, &r)) {
		carry_out(c, &r);
		blk_serve_answer(&c->serve, &r, BLK_S_OK);
		done++;
	}
	blk_serve_send(&c->serve);
	return (int)done;
}

CORDON_DRIVER(cached) = {
	.state_size = sizeof(struct cached),
	.control = &blk_ops,
	.open = cached_open,
	.poll = cached_poll,
};
