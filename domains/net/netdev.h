/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net front-end in the kernel, seen from here: a network device that the kernel module makes. Frames
 * don't come this way.
 */
#ifndef CORDON_DOMAINS_NET_NETDEV_H
#define CORDON_DOMAINS_NET_NETDEV_H

#include "core/kdomain.h"
#include "domains/net/class.h"

struct net_netdev {
	struct cordon_kdomain k;
	char name[16];
	uint32_t mtu;
	uint32_t receive; /* enum cordon_k_receive */
	struct net_device wire;
};

#endif
