/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Opening of network devices, by the supervisor: TAP devices and packet sockets, both with a
 * virtio_net_hdr of 10 bytes, little endian, before each frame. */
#ifndef CORDON_DOMAINS_NET_DEVICE_H
#define CORDON_DOMAINS_NET_DEVICE_H

#include <stdint.h>
#include "core/err.h"

struct net_device {
	int fd; /* the caller's to close */
	uint32_t features; /* CORDON_NET_F_* that it can do */
	uint8_t mac[6];
	char name[16];
	int mtu_was; /* of a TAP device that was there already; 0: nothing to put back */
	int control; /* a socket in the interface's network namespace; -1: none */
};

/* Whether @name can be an interface's: 0, or -EINVAL with the line. */
int net_device_name(const char *name, struct cordon_err *e);

/* Make the TAP device @name, or take it if it is a persistent one that nobody uses, and set its
 * MTU. @nonblocking: of the descriptor. One that we made is gone when the descriptor is closed. 0,
 * or -errno with the line; then nothing is left or changed. */
int net_device_tap(struct net_device *d, const char *name, uint32_t mtu, int nonblocking,
		   struct cordon_err *e);

/* Whether the kernel can try a TAP device without waiting for it, which a ring needs (Linux 6.4 and later). */
int net_device_tries(const struct net_device *d);

/* Put back the MTU of a TAP device that was there before us; from any network namespace. */
void net_device_restore(struct net_device *d);

/* A packet socket on interface @name, which has an MTU of at least @mtu: all frames that come in,
 * none that go out; promiscuous while it is open. Blocking. */
int net_device_packet(struct net_device *d, const char *name, uint32_t mtu, struct cordon_err *e);

/* What the kernel may leave to us in frames that it sends to TAP @d: CORDON_NET_F_*. */
int net_device_offload(struct net_device *d, uint32_t features, struct cordon_err *e);

#endif
