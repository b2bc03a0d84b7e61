// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* rash: it says that it has a cache that is lost with it, and no way to write round that (FUA). */
#include "domains/blk/serve.h"

struct rash {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
};

static int rash_open(struct cordon_domain *d, void *state)
{
	struct rash *s = state;
	int ret = blk_serve_open(&s->serve, d);

	s->serve.info.features |= BLK_F_FLUSH | BLK_F_VOLATILE;
	return ret;
}

static int rash_poll(void *state, unsigned budget)
{
	(void)state;
	(void)budget;
	return 0;
}

CORDON_DRIVER(rash) = {
	.state_size = sizeof(struct rash),
	.control = &blk_ops,
	.open = rash_open,
	.poll = rash_poll,
};
