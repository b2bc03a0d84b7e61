// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* tap: a TAP device is the wire. */
#include "domains/net/wire.h"

static int tap_open(struct cordon_domain *d, void *state)
{
	return wire_open(state, d,
			 CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 |
				 CORDON_NET_F_ECN);
}

static int tap_poll(void *state, unsigned budget)
{
	return wire_poll(state, budget);
}

CORDON_DRIVER(tap) = {
	.state_size = sizeof(struct wire),
	.control = &wire_control,
	.open = tap_open,
	.poll = tap_poll,
};
