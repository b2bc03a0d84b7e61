/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The class net, as the supervisor and the command line see it: one table for each front-end. And, for
 * these, what they have in common. */
#ifndef CORDON_DOMAINS_NET_CLASS_H
#define CORDON_DOMAINS_NET_CLASS_H

#include "core/class.h"
#include "domains/net/device.h"
#include "domains/net/net.cdl.h"

extern const struct cordon_class cordon_class_net; /* --frontend tap */
extern const struct cordon_class cordon_class_netdev; /* --frontend netdev (netdev.c) */

enum net_option {
	NET_OPT_FRONT,
	NET_OPT_WIRE,
	NET_OPT_WIRE_TYPE,
	NET_OPT_MTU,
	NET_OPT_ECHO,
	NET_OPT_IN_FLIGHT,
	NET_OPT_RECEIVE,
	NET_OPT_COUNT,
};

/* What port 0 is. */
enum net_wire { NET_WIRE_NONE, NET_WIRE_TAP, NET_WIRE_PACKET };

/* What the user said, checked. */
struct net_setup {
	const char *front;
	const char *wire_name;
	enum net_wire wire;
	uint32_t mtu;
	int echo;
};

/* Check what is said to every front-end. 0, or -EINVAL with the line. */
int net_setup_read(struct net_setup *s, const struct cordon_args *a, struct cordon_err *e);

/* Open the driver's side: @wire is net_device_restore()'s, @ports what the driver is granted. 0, or
 * -errno with the line; then nothing is left. */
int net_wire_open(struct net_device *wire, const struct net_setup *s, struct cordon_ports *ports,
		  struct cordon_err *e);

/* What is the same in each table. */
extern const struct cordon_option net_options[];
extern const struct cordon_driver_entry net_drivers[];
extern const char *const net_counters[];

/* Empty buffers for frames from the wire, small ones for bursts of small frames; and, read-only, those
 * for the wire. */
#define NET_CLASS_COMMON                                                     \
	.name = "net", .drivers = net_drivers, .options = net_options,       \
	.chan = { .calls = 8, .ab = 1024, .ba = 1024 },                      \
	.pool = { .small = 512, .big = 32, .ro_small = 1536, .ro_big = 32 }, \
	.decode = &net_decode, .counters = net_counters

#endif
