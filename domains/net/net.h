/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net interface: what a network front-end and a network driver say to each other. Its control plane is
 * declared in net.cdl; this is the data plane.
 *
 * A frame is a 10-byte virtio_net_hdr, little endian, followed by an Ethernet frame, at the start of
 * a pool buffer. All buffers belong to the front-end, which lends them:
 *
 *   front-end -> driver  NET_FRAME  a frame to send on the wire
 *                        NET_EMPTY  an empty buffer, for a frame from the wire
 *   driver -> front-end  NET_FRAME  a frame from the wire
 *                        NET_EMPTY  a buffer given back with nothing in it: sent, dropped, unused
 *
 * A frame for the wire lies in a buffer that the driver can't write to; an empty one it can.
 *
 * An empty buffer's first byte is NET_UNREAD, which no frame begins with: so the front-end sees, after
 * a driver's death, which ones hold a frame that was not passed on. A driver that keeps the buffer of a
 * frame that it did not pass on puts the byte back.
 *
 * Each lent buffer comes back exactly once, either way, whatever it was lent for. A frame's
 * descriptor carries its length, header included; an empty buffer's carries 0.
 */
#ifndef CORDON_DOMAINS_NET_NET_H
#define CORDON_DOMAINS_NET_NET_H

#include <stdint.h>
#include "domains/net/net.cdl.h"
#include "domains/net/vnet.h"

#define NET_HDR_SIZE ((uint32_t)CORDON_VNET_HDR)
#define NET_ETH_SIZE 14u
#define NET_FRAME_MIN (NET_HDR_SIZE + NET_ETH_SIZE)

#define NET_UNREAD 0xffu

enum net_kind { NET_FRAME = 1, NET_EMPTY = 2 };

/* The sets of both are one. */
_Static_assert(NET_F_CSUM == CORDON_NET_F_CSUM && NET_F_TSO4 == CORDON_NET_F_TSO4 &&
		       NET_F_TSO6 == CORDON_NET_F_TSO6 && NET_F_ECN == CORDON_NET_F_ECN &&
		       NET_F_USO4 == CORDON_NET_F_USO4 && NET_F_USO6 == CORDON_NET_F_USO6,
	       "what is negotiated is what is checked");

#endif
