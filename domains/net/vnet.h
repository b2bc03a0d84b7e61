/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The offload header of a frame that comes from a driver, checked before the kernel sees it.
 *
 * A frame is a struct cordon_vnet_hdr (virtio's virtio_net_hdr, little endian, 10 bytes) and behind
 * it an Ethernet frame without FCS. The driver is hostile and shares the memory that the frame lies
 * in, so the front-end
 *
 *   1. copies the first CORDON_VNET_PEEK bytes (or the whole frame, if shorter) to private memory,
 *   2. has the copy checked here, and
 *   3. hands the kernel the copy, followed by the rest of the frame. Never the head once more from
 *      shared memory: all headers that were checked lie in the copy.
 *
 * The rules are those that Linux applies to a stranger (include/linux/virtio_net.h,
 * virtio_net_hdr_to_skb(); drivers/net/tun.c, tun_get_user()), made stricter:
 *
 * - A frame with an all-zero header is taken as it is, at any content, up to the largest MTU and
 *   two VLAN tags. What follows is asked of all others.
 * - Flags: none, NEEDS_CSUM or DATA_VALID, one at a time; either only if CORDON_NET_F_CSUM is
 *   negotiated. A field that flags and type give no meaning to (gso_size, csum_start, csum_offset)
 *   is 0; hdr_len, a hint, is 0 or between 14 and the length of the Ethernet frame.
 * - NEEDS_CSUM and GSO only for TCP or UDP over IPv4 or IPv6, behind at most two VLAN tags
 *   (0x8100, 0x88a8) and CORDON_VNET_MAX_EXT extension headers (hop-by-hop, routing, destination),
 *   not in a fragment, and not inside a tunnel: the peer's kernel computes those checksums itself.
 *   IP and TCP header lengths and the IP length must fit into the frame.
 * - csum_start is the offset of the frame's TCP or UDP header, csum_offset is 16 or 6.
 * - GSO: type TCPV4, TCPV6 (with or without ECN) or UDP_L4, negotiated, NEEDS_CSUM set, of the same
 *   protocols as the frame's headers. UFO (GSO_UDP) and UDP tunnels can't be negotiated. The IP
 *   length is that of the frame, not 0 (no BIG TCP). A segment, its IP header included, fits the
 *   MTU. At most CORDON_VNET_MAX_TCP_SEGS or CORDON_VNET_MAX_UDP_SEGS segments: 64 KB in segments
 *   of one byte would have the kernel allocate 65,000 buffers for one frame. A payload of one
 *   segment or none is fine, as it is for Linux.
 */
#ifndef CORDON_DOMAINS_NET_VNET_H
#define CORDON_DOMAINS_NET_VNET_H

#include <stddef.h>
#include <stdint.h>

/* Layout of struct virtio_net_hdr; 16-bit fields are little endian (a TAP: TUNSETVNETLE 1). */
struct cordon_vnet_hdr {
	uint8_t flags; /* CORDON_VNET_F_* */
	uint8_t gso_type; /* CORDON_VNET_GSO_* */
	uint16_t hdr_len; /* bytes of headers, a hint */
	uint16_t gso_size; /* bytes of payload per segment */
	uint16_t csum_start; /* offsets are from the start of the Ethernet frame */
	uint16_t csum_offset; /* from csum_start */
};

_Static_assert(sizeof(struct cordon_vnet_hdr) == 10, "the header is virtio's");

#define CORDON_VNET_F_NEEDS_CSUM 1
#define CORDON_VNET_F_DATA_VALID 2

#define CORDON_VNET_GSO_NONE 0
#define CORDON_VNET_GSO_TCPV4 1
#define CORDON_VNET_GSO_TCPV6 4
#define CORDON_VNET_GSO_UDP_L4 5
#define CORDON_VNET_GSO_ECN 0x80

/* What front-end and driver may negotiate. The values are TUN_F_*, so that a set of them is an
 * argument of TUNSETOFFLOAD. Linux takes UDP_L4 frames since 6.2: negotiate USO only where
 * TUNSETOFFLOAD takes it. */
#define CORDON_NET_F_CSUM 0x01u /* NEEDS_CSUM and DATA_VALID; all others need it too */
#define CORDON_NET_F_TSO4 0x02u
#define CORDON_NET_F_TSO6 0x04u
#define CORDON_NET_F_ECN 0x08u
#define CORDON_NET_F_USO4 0x20u
#define CORDON_NET_F_USO6 0x40u

#define CORDON_VNET_HDR sizeof(struct cordon_vnet_hdr)
#define CORDON_VNET_ETH 14
#define CORDON_VNET_VLANS 8 /* bytes of two VLAN tags */
#define CORDON_VNET_PEEK 192 /* 10 + 14 + 8 + 40 + 60 bytes of extensions + 60, or IPv4 */
#define CORDON_VNET_MAX_IP 65535 /* bytes of the longest GSO frame, IP header included */
#define CORDON_VNET_MAX_EXT 4
#define CORDON_VNET_MAX_TCP_SEGS 2048
#define CORDON_VNET_MAX_UDP_SEGS 128 /* Linux: UDP_MAX_SEGMENTS */

/* The longest frame, header included, that is ever taken. */
#define CORDON_VNET_MAX_FRAME \
	(CORDON_VNET_HDR + CORDON_VNET_ETH + CORDON_VNET_VLANS + CORDON_VNET_MAX_IP)

/* X(identifier, name, why the frame was refused) */
#define CORDON_VNET_VERDICTS(X)                                                                   \
	X(OK, "ok", "taken")                                                                      \
	X(SHORT, "short", "shorter than the two fixed headers")                                   \
	X(LONG, "long", "longer than the MTU, or than any GSO frame, allows")                     \
	X(HDR_LEN, "hdr-len", "hdr_len is not 0 and not between 14 and the frame's length")       \
	X(FLAGS, "flags", "unknown flag, or two of them")                                         \
	X(CSUM_NOT_NEGOTIATED, "csum-not-negotiated", "a checksum flag without the feature")      \
	X(CSUM_PLACE, "csum-place", "csum_start, csum_offset don't name the frame's L4 checksum") \
	X(GSO_TYPE, "gso-type", "unknown GSO type, or ECN without TCP")                           \
	X(GSO_NOT_NEGOTIATED, "gso-not-negotiated", "a GSO type without the feature")             \
	X(GSO_NO_CSUM, "gso-no-csum", "GSO without NEEDS_CSUM")                                   \
	X(GSO_SIZE, "gso-size", "gso_size is 0, or above the MTU, or given without GSO")          \
	X(GSO_SEGS, "gso-segs", "too many segments")                                              \
	X(HEADERS, "headers", "the headers end behind the frame, or behind what is looked at")    \
	X(IP_HEADER, "ip-header", "version, header length or length of IP are wrong")             \
	X(FRAGMENT, "fragment", "offload of an IP fragment")                                      \
	X(L4_HEADER, "l4-header", "TCP or UDP header is too short, or longer than the IP packet") \
	X(PROTO_MISMATCH, "proto-mismatch", "neither TCP nor UDP, or not that of the GSO type")

enum cordon_vnet_verdict {
#define X(id, name, why) CORDON_VNET_##id,
	CORDON_VNET_VERDICTS(X)
#undef X
		CORDON_VNET_VERDICT_COUNT
};

/*
 * Check one frame.
 *
 * @head: private copy of the frame's first @head_len bytes, borrowed for the call; any alignment;
 *        only read, and never beyond @head_len.
 * @head_len: the lesser of @frame_len and CORDON_VNET_PEEK.
 * @frame_len: bytes of the whole frame, struct cordon_vnet_hdr included. May be hostile.
 * @features: set of CORDON_NET_F_*, as negotiated.
 * @max_mtu: the largest IP packet without GSO, in bytes; more than 65535 counts as 65535.
 *
 * Returns CORDON_VNET_OK (0) or the first rule that the frame breaks, a positive enum
 * cordon_vnet_verdict (below CORDON_VNET_VERDICT_COUNT: an index for counters), never -errno.
 * Doesn't block, keeps no state.
 */
int cordon_vnet_check(const uint8_t *head, size_t head_len, size_t frame_len, uint32_t features,
		      uint32_t max_mtu);

/* The name of a verdict for counters, and what it means; static strings, "?" if there is no such
 * verdict. */
const char *cordon_vnet_reason(int verdict);
const char *cordon_vnet_why(int verdict);

/* The header of a frame that asks for nothing: what the front-end puts in front of a frame of a
 * driver that negotiated no feature (and so need not be looked at, its length excepted). */
static inline struct cordon_vnet_hdr cordon_vnet_plain(void)
{
	return (struct cordon_vnet_hdr){ 0 };
}

#endif
