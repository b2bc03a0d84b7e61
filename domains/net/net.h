/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net interface: what a network front-end and a network driver say to each other.
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
#include "domains/net/vnet.h"

#define NET_HDR_SIZE ((uint32_t)CORDON_VNET_HDR)
#define NET_ETH_SIZE 14u
#define NET_FRAME_MIN (NET_HDR_SIZE + NET_ETH_SIZE)
#define NET_MTU_MIN 68u
#define NET_MTU_MAX 65521u

#define NET_UNREAD 0xffu

enum net_kind { NET_FRAME = 1, NET_EMPTY = 2 };

enum net_op {
	NET_OP_INFO, /* () -> struct net_info */
	NET_OP_CONFIG, /* struct net_config -> () */
	NET_OP_START, /* () -> (): frames may flow */
	NET_OP_STOP, /* () -> (): no new reads from the wire; all that is lent comes back, soon */
	NET_OP_STATS, /* () -> struct net_stats */
	NET_OP_COUNT,
};

/* Offloads are negotiated as sets of CORDON_NET_F_* (vnet.h). */

struct net_info {
	uint32_t features; /* CORDON_NET_F_*: what the driver can take and may deliver */
	uint32_t ports; /* ports that it was granted */
	uint32_t buffers; /* big empty buffers that it would like to be lent */
	uint32_t zero;
};

struct net_config {
	uint32_t features; /* CORDON_NET_F_*: what is agreed on */
	uint32_t mtu; /* bytes after the Ethernet header */
	uint8_t mac[6]; /* the front-end's address */
	uint16_t zero;
};

/* A driver's own counters; the front-end shows them and believes nothing. */
struct net_stats {
	uint64_t tx_frames; /* written to the wire */
	uint64_t rx_frames; /* read from the wire */
	uint64_t tx_dropped;
	uint64_t rx_dropped;
	uint64_t enters; /* system calls */
};

_Static_assert(sizeof(struct net_info) == 16, "fixed width");
_Static_assert(sizeof(struct net_config) == 16, "fixed width");
_Static_assert(sizeof(struct net_stats) <= 56, "fits a line");

#endif
