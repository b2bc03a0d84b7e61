// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* packet: an AF_PACKET socket with PACKET_VNET_HDR is the wire: any interface, real ones too. The socket
 * is bound by the supervisor; VLAN tags that the interface strips are not put back. */
#include "domains/net/wire.h"

static int packet_open(struct cordon_domain *d, void *state)
{
	return wire_open(state, d, NET_F_CSUM | NET_F_TSO4 | NET_F_TSO6 | NET_F_ECN);
}

static int packet_poll(void *state, unsigned budget)
{
	return wire_poll(state, budget);
}

CORDON_DRIVER(packet) = {
	.state_size = sizeof(struct wire),
	.control = &net_ops,
	.open = packet_open,
	.poll = packet_poll,
};
