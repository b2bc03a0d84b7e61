// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* tap: a TAP device is the wire. */
#include "domains/net/wire.h"

static int tap_open(struct cordon_domain *d, void *state)
{
	return wire_open(state, d, NET_F_CSUM | NET_F_TSO4 | NET_F_TSO6 | NET_F_ECN);
}

static int tap_poll(void *state, unsigned budget)
{
	return wire_poll(state, budget);
}

CORDON_DRIVER(tap) = {
	.state_size = sizeof(struct wire),
	.control = &net_ops,
	.open = tap_open,
	.poll = tap_poll,
};
