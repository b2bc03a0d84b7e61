// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* deaf: it takes what is asked of the second half of its disk, and never answers; all else it does, without a
 * medium, as null. */
#include "domains/blk/serve.h"

struct deaf {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
};

static int deaf_open(struct cordon_domain *d, void *state)
{
	struct deaf *f = state;

	return blk_serve_open(&f->serve, d);
}

static int deaf_poll(void *state, unsigned budget)
{
	struct deaf *f = state;
	struct blk_request r;
	unsigned done = 0;

	while (done < budget && blk_serve_next(&f->serve, &r)) {
		if (r.offset < f->serve.info.capacity / 2)
			blk_serve_answer(&f->serve, &r, BLK_S_OK);
		done++;
	}
	blk_serve_send(&f->serve);
	return (int)done;
}

CORDON_DRIVER(deaf) = {
	.state_size = sizeof(struct deaf),
	.control = &blk_ops,
	.open = deaf_open,
	.poll = deaf_poll,
};
