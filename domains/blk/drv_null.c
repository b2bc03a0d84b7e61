// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* null: no medium. Answers at once, and touches no data. */
#include "domains/blk/serve.h"

struct null {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
};

static int null_open(struct cordon_domain *d, void *state)
{
	struct null *n = state;
	int ret = blk_serve_open(&n->serve, d);

	blk_serve_can_zero(&n->serve);
	return ret;
}

static int null_poll(void *state, unsigned budget)
{
	struct null *n = state;
	struct blk_request r;
	unsigned done = 0;

	while (done < budget && blk_serve_next(&n->serve, &r)) {
		blk_serve_answer(&n->serve, &r, BLK_S_OK);
		done++;
	}
	blk_serve_send(&n->serve);
	return (int)done;
}

CORDON_DRIVER(blk_null) = {
	.state_size = sizeof(struct null),
	.control = &blk_ops,
	.open = null_open,
	.poll = null_poll,
};
