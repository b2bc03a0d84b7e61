/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net front-end in the kernel, seen from here: a network device that the kernel module makes, and
 * a file by which it gets its orders (core/kernel/uapi.h). Frames don't come this way.
 */
#ifndef CORDON_DOMAINS_NET_NETDEV_H
#define CORDON_DOMAINS_NET_NETDEV_H

#include "domains/net/class.h"

struct net_netdev {
	int fd; /* of the module: this domain. Closed, the device goes */
	char name[16];
	uint32_t mtu;
	uint32_t receive; /* enum cordon_k_receive */
	uint32_t deadline_ms; /* of control calls */
	int any_core; /* also one that is not reserved */
	int attached;
	struct cordon_caller *caller; /* for the log: what the driver was asked last */
	struct net_device wire;
};

#endif
