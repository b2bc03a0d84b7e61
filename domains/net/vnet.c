// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "domains/net/vnet.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8

#define IPV4_FRAGMENT 0x3fff /* more fragments, and the offset */

#define PROTO_HOPOPTS 0
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ROUTING 43
#define PROTO_FRAGMENT 44
#define PROTO_DSTOPTS 60

#define TCP_HDR 20
#define TCP_CSUM 16
#define UDP_HDR 8
#define UDP_CSUM 6

/* Where the headers of an Ethernet frame lie: offsets from its start. */
struct layout {
	size_t ip;
	size_t l4;
	size_t payload;
	size_t end; /* of the IP packet */
	bool v6;
	bool tcp; /* or UDP */
};

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static bool is_vlan(unsigned type)
{
	return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ;
}

static bool is_extension(uint8_t proto)
{
	return proto == PROTO_HOPOPTS || proto == PROTO_ROUTING || proto == PROTO_DSTOPTS;
}

/* IPv4 header at @at->ip. Sets l4 and end, and @proto. */
static int parse_ipv4(const uint8_t *eth, size_t seen, struct layout *at, uint8_t *proto)
{
	const uint8_t *ip = eth + at->ip;

	if (at->ip + 20 > seen)
		return CORDON_VNET_HEADERS;
	if (ip[0] < 0x45 || ip[0] > 0x4f)
		return CORDON_VNET_IP_HEADER;
	if (be16(ip + 6) & IPV4_FRAGMENT)
		return CORDON_VNET_FRAGMENT;
	at->l4 = at->ip + (ip[0] & 15) * 4u;
	at->end = at->ip + be16(ip + 2);
	*proto = ip[9];
	return CORDON_VNET_OK;
}

/* The same for IPv6 and its extension headers. */
static int parse_ipv6(const uint8_t *eth, size_t seen, struct layout *at, uint8_t *proto)
{
	const uint8_t *ip = eth + at->ip;

	if (at->ip + 40 > seen)
		return CORDON_VNET_HEADERS;
	if (ip[0] >> 4 != 6)
		return CORDON_VNET_IP_HEADER;
	at->l4 = at->ip + 40;
	at->end = at->l4 + be16(ip + 4);
	*proto = ip[6];
	for (int i = 0; i < CORDON_VNET_MAX_EXT && is_extension(*proto); i++) {
		if (at->l4 + 8 > seen)
			return CORDON_VNET_HEADERS;
		*proto = eth[at->l4];
		at->l4 += (eth[at->l4 + 1] + 1u) * 8;
	}
	return *proto == PROTO_FRAGMENT ? CORDON_VNET_FRAGMENT : CORDON_VNET_OK;
}

/* Find the TCP or UDP header of the frame of @len bytes at @eth, of which @seen are there. */
static int parse(const uint8_t *eth, size_t seen, size_t len, struct layout *at)
{
	unsigned type = be16(eth + 12);
	uint8_t proto = 0;
	int bad;

	at->ip = CORDON_VNET_ETH;
	while (is_vlan(type) && at->ip < CORDON_VNET_ETH + CORDON_VNET_VLANS) {
		at->ip += 4;
		if (at->ip > seen)
			return CORDON_VNET_HEADERS;
		type = be16(eth + at->ip - 2);
	}
	at->v6 = type == ETHERTYPE_IPV6;
	if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
		return CORDON_VNET_PROTO_MISMATCH;
	bad = at->v6 ? parse_ipv6(eth, seen, at, &proto) : parse_ipv4(eth, seen, at, &proto);
	if (bad)
		return bad;
	if (at->end > len)
		return CORDON_VNET_IP_HEADER;

	at->tcp = proto == PROTO_TCP;
	if (proto != PROTO_TCP && proto != PROTO_UDP)
		return CORDON_VNET_PROTO_MISMATCH;
	if (at->l4 + (at->tcp ? TCP_HDR : UDP_HDR) > seen)
		return CORDON_VNET_HEADERS;
	at->payload = at->l4 + (at->tcp ? (eth[at->l4 + 12] >> 4) * 4u : UDP_HDR);
	if (at->payload < at->l4 + (at->tcp ? TCP_HDR : UDP_HDR) || at->payload > at->end)
		return CORDON_VNET_L4_HEADER;
	return CORDON_VNET_OK;
}

/* The rules of a GSO type (ECN aside) for a frame of @len bytes with NEEDS_CSUM and headers @at. */
static int check_gso(uint8_t type, size_t gso_size, const struct layout *at, size_t len,
		     uint32_t features, uint32_t max_mtu)
{
	const uint8_t tcp = at->v6 ? CORDON_VNET_GSO_TCPV6 : CORDON_VNET_GSO_TCPV4;
	const uint32_t tso = at->v6 ? CORDON_NET_F_TSO6 : CORDON_NET_F_TSO4;
	const uint32_t uso = at->v6 ? CORDON_NET_F_USO6 : CORDON_NET_F_USO4;
	const size_t segs = at->tcp ? CORDON_VNET_MAX_TCP_SEGS : CORDON_VNET_MAX_UDP_SEGS;

	if (type != (at->tcp ? tcp : CORDON_VNET_GSO_UDP_L4))
		return CORDON_VNET_PROTO_MISMATCH;
	if (!(features & (at->tcp ? tso : uso)))
		return CORDON_VNET_GSO_NOT_NEGOTIATED;
	if (at->end != len)
		return CORDON_VNET_IP_HEADER;
	if (gso_size == 0 || at->payload - at->ip + gso_size > max_mtu)
		return CORDON_VNET_GSO_SIZE;
	return len - at->payload > gso_size * segs ? CORDON_VNET_GSO_SEGS : CORDON_VNET_OK;
}

int cordon_vnet_check(const uint8_t *head, size_t head_len, size_t frame_len, uint32_t features,
		      uint32_t max_mtu)
{
	struct cordon_vnet_hdr hdr;
	struct layout at;
	size_t len;
	uint8_t type;
	int bad;

	if (head_len < CORDON_VNET_HDR + CORDON_VNET_ETH || frame_len < head_len)
		return CORDON_VNET_SHORT;
	if (max_mtu > CORDON_VNET_MAX_IP)
		max_mtu = CORDON_VNET_MAX_IP;
	len = frame_len - CORDON_VNET_HDR;
	memcpy(&hdr, head, sizeof(hdr));
	if (len > CORDON_VNET_ETH + CORDON_VNET_VLANS +
			  (hdr.gso_type ? CORDON_VNET_MAX_IP : (size_t)max_mtu))
		return CORDON_VNET_LONG;
	if (!(hdr.flags | hdr.gso_type | hdr.hdr_len | hdr.gso_size | hdr.csum_start |
	      hdr.csum_offset))
		return CORDON_VNET_OK;

	hdr.hdr_len = le16toh(hdr.hdr_len);
	if (hdr.hdr_len && (hdr.hdr_len < CORDON_VNET_ETH || hdr.hdr_len > len))
		return CORDON_VNET_HDR_LEN;
	if (hdr.flags > CORDON_VNET_F_DATA_VALID)
		return CORDON_VNET_FLAGS;
	if (hdr.flags && !(features & CORDON_NET_F_CSUM))
		return CORDON_VNET_CSUM_NOT_NEGOTIATED;

	type = (uint8_t)(hdr.gso_type & ~CORDON_VNET_GSO_ECN);
	switch (hdr.gso_type) {
	case CORDON_VNET_GSO_NONE:
		if (hdr.gso_size)
			return CORDON_VNET_GSO_SIZE;
		break;
	case CORDON_VNET_GSO_TCPV4 | CORDON_VNET_GSO_ECN:
	case CORDON_VNET_GSO_TCPV6 | CORDON_VNET_GSO_ECN:
		if (!(features & CORDON_NET_F_ECN))
			return CORDON_VNET_GSO_NOT_NEGOTIATED;
		break;
	case CORDON_VNET_GSO_TCPV4:
	case CORDON_VNET_GSO_TCPV6:
	case CORDON_VNET_GSO_UDP_L4:
		break;
	default:
		return CORDON_VNET_GSO_TYPE;
	}

	if (hdr.flags != CORDON_VNET_F_NEEDS_CSUM) {
		if (type)
			return CORDON_VNET_GSO_NO_CSUM;
		return hdr.csum_start | hdr.csum_offset ? CORDON_VNET_CSUM_PLACE : CORDON_VNET_OK;
	}
	bad = parse(head + CORDON_VNET_HDR, head_len - CORDON_VNET_HDR, len, &at);
	if (bad)
		return bad;
	if (le16toh(hdr.csum_start) != at.l4 ||
	    le16toh(hdr.csum_offset) != (at.tcp ? TCP_CSUM : UDP_CSUM))
		return CORDON_VNET_CSUM_PLACE;
	if (!type)
		return CORDON_VNET_OK;
	return check_gso(type, le16toh(hdr.gso_size), &at, len, features, max_mtu);
}

const char *cordon_vnet_reason(int verdict)
{
	static const char *const names[] = {
#define X(id, name, why) name,
		CORDON_VNET_VERDICTS(X)
#undef X
	};

	return verdict >= 0 && verdict < CORDON_VNET_VERDICT_COUNT ? names[verdict] : "?";
}

const char *cordon_vnet_why(int verdict)
{
	static const char *const why[] = {
#define X(id, name, text) text,
		CORDON_VNET_VERDICTS(X)
#undef X
	};

	return verdict >= 0 && verdict < CORDON_VNET_VERDICT_COUNT ? why[verdict] : "?";
}
