// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* mem: a RAM disk. Its memory is granted, and outlives the driver: what is answered stays. */
#include "domains/blk/serve.h"

struct mem {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
	uint8_t *disk;
};

static int mem_open(struct cordon_domain *d, void *state)
{
	struct mem *m = state;
	uint64_t size;
	int ret = blk_serve_open(&m->serve, d);

	m->disk = cordon_domain_grant(d, &size);
	if (ret == 0 && (!m->disk || size < m->serve.info.capacity))
		ret = -ENODEV;
	blk_serve_can_zero(&m->serve);
	return ret;
}

static void copy(struct mem *m, const struct blk_request *r)
{
	uint8_t *at = m->disk + r->offset;
	uint32_t bytes;

	for (uint32_t k = 0; k < r->nbufs; k++, at += bytes) {
		uint8_t *data = blk_serve_data(&m->serve, r, k, &bytes);

		if (r->op == BLK_READ)
			memcpy(data, at, bytes);
		else
			memcpy(at, data, bytes);
	}
}

static int mem_poll(void *state, unsigned budget)
{
	struct mem *m = state;
	struct blk_request r;
	unsigned done = 0;

	while (done < budget && blk_serve_next(&m->serve, &r)) {
		if (r.op == BLK_DISCARD || r.op == BLK_ZERO)
			memset(m->disk + r.offset, 0, r.bytes);
		else
			copy(m, &r);
		blk_serve_answer(&m->serve, &r, BLK_S_OK);
		done++;
	}
	blk_serve_send(&m->serve);
	return (int)done;
}

CORDON_DRIVER(blk_mem) = {
	.state_size = sizeof(struct mem),
	.control = &blk_ops,
	.open = mem_open,
	.poll = mem_poll,
};
