/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Frames to be checked by cordon_vnet_check(): how they are built, and good ones. For vnet*.c. */
#ifndef CORDON_TESTS_NET_VNET_H
#define CORDON_TESTS_NET_VNET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/if_tun.h>
#include <string.h>

#include "domains/net/vnet.h"

#define VH ((int)CORDON_VNET_HDR)
#define NEEDS CORDON_VNET_F_NEEDS_CSUM
#define VALID CORDON_VNET_F_DATA_VALID
#define TCP4 CORDON_VNET_GSO_TCPV4
#define TCP6 CORDON_VNET_GSO_TCPV6
#define USO CORDON_VNET_GSO_UDP_L4
#define ECN CORDON_VNET_GSO_ECN
#define TSO_ALL (CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN)
#define ALL (TSO_ALL | CORDON_NET_F_USO4 | CORDON_NET_F_USO6)
#define MTU 1500
#define SEED 0x636f72646f6e5631ull
#define MUTATIONS 2000000
#define KERNEL_FRAMES 200000

_Static_assert(CORDON_NET_F_CSUM == TUN_F_CSUM && CORDON_NET_F_TSO4 == TUN_F_TSO4 &&
		       CORDON_NET_F_TSO6 == TUN_F_TSO6 && CORDON_NET_F_ECN == TUN_F_TSO_ECN,
	       "features are TUN_F_*");

/* ---- frames -------------------------------------------------------------------------------- */

enum { ARP, V4, V6 };

/* What a frame is made of. Zero: no VLAN tag, no options, no offload. */
struct spec {
	const char *name;
	uint8_t net; /* ARP, V4, V6 */
	uint8_t l4; /* protocol number */
	uint8_t tags;
	uint8_t ip_opts; /* IPv4: bytes of options; IPv6: number of extension headers */
	uint8_t ext_words; /* IPv6: 8 bytes more in each of them */
	uint8_t tcp_opts; /* bytes */
	uint8_t flags, gso;
	uint16_t gso_size;
	uint32_t payload;
	uint32_t pad; /* bytes behind the IP packet */
};

/* A frame of which the first CORDON_VNET_PEEK bytes are written. */
struct frame {
	uint8_t head[CORDON_VNET_PEEK];
	size_t len; /* of the whole */
	size_t ip, l4, payload; /* offsets from its start */
};

static inline void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put16le(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline unsigned get16le(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

/* Bytes of the header that @s has behind its IP headers. */
static inline size_t l4_size(const struct spec *s)
{
	return s->l4 == 6 ? 20u + s->tcp_opts : s->l4 == 17 ? 8 : 0;
}

static inline void build(struct frame *f, const struct spec *s)
{
	static const uint8_t ext_type[] = { 0, 60, 43, 60, 0, 60 };
	static const uint16_t ethertype[] = { 0x0806, 0x0800, 0x86dd };
	uint8_t *h = f->head;
	size_t ext = (s->ext_words + 1u) * 8, at = (size_t)VH + 12;

	memset(h, 0, sizeof(f->head));
	memset(h + VH, 0xff, 6);
	memcpy(h + VH + 6, "\x02\0\0\0\0\1", 6);
	for (int i = 0; i < s->tags; i++, at += 4)
		put16(h + at, i + 1 < s->tags ? 0x88a8 : 0x8100);
	put16(h + at, ethertype[s->net]);
	f->ip = at + 2;
	f->l4 = f->ip + 28;
	if (s->net == V4)
		f->l4 = f->ip + 20 + s->ip_opts;
	if (s->net == V6)
		f->l4 = f->ip + 40 + s->ip_opts * ext;
	f->payload = f->l4 + l4_size(s);
	f->len = f->payload + s->payload + s->pad;
	if (s->net == ARP)
		memcpy(h + f->ip, "\0\1\x08\0\6\4\0\1", 8);
	if (s->net == V4) {
		h[f->ip] = (uint8_t)(0x45 + s->ip_opts / 4);
		put16(h + f->ip + 2, (unsigned)(f->payload + s->payload - f->ip));
		put16(h + f->ip + 6, 0x4000);
		h[f->ip + 8] = 64;
		h[f->ip + 9] = s->l4;
	}
	if (s->net == V6) {
		h[f->ip] = 0x60;
		put16(h + f->ip + 4, (unsigned)(f->payload + s->payload - f->ip - 40));
		h[f->ip + 6] = s->ip_opts ? ext_type[0] : s->l4;
		h[f->ip + 7] = 64;
		for (size_t i = 0, e = f->ip + 40; i < s->ip_opts && e + 2 <= sizeof(f->head);
		     i++, e += ext) {
			h[e] = i + 1u < s->ip_opts ? ext_type[i + 1] : s->l4;
			h[e + 1] = s->ext_words;
		}
	}
	if (s->l4 == 6 && f->l4 + 13 < sizeof(f->head)) {
		h[f->l4 + 12] = (uint8_t)((5 + s->tcp_opts / 4) << 4);
		h[f->l4 + 13] = 0x10;
	}
	if (s->l4 == 17 && f->l4 + 6 < sizeof(f->head))
		put16(h + f->l4 + 4, 8 + s->payload);
	h[0] = s->flags;
	h[1] = s->gso;
	if (s->gso)
		put16le(h + 2, (unsigned)f->payload - VH);
	put16le(h + 4, s->gso_size);
	if (s->flags & NEEDS) {
		put16le(h + 6, (unsigned)f->l4 - VH);
		put16le(h + 8, s->l4 == 6 ? 16 : 6);
	}
}

static inline size_t peek(size_t len)
{
	return len < CORDON_VNET_PEEK ? len : CORDON_VNET_PEEK;
}

static inline int check(const struct frame *f, uint32_t features, uint32_t mtu)
{
	return cordon_vnet_check(f->head, peek(f->len), f->len, features, mtu);
}

static inline int expect(const char *name, int got, int want)
{
	if (got == want)
		return 0;
	print_message("# %s: got %s, want %s\n", name, cordon_vnet_reason(got),
		      cordon_vnet_reason(want));
	return 1;
}

/* clang-format off */
#define CSUM(n, p) { .net = n, .l4 = p, .flags = NEEDS, .payload = 100 }
#define GSO(n, p, type, size, bytes) \
	{ .net = n, .l4 = p, .flags = NEEDS, .gso = type, .gso_size = size, .payload = bytes }
#define TCP4_CSUM CSUM(V4, 6)
#define TCP6_CSUM CSUM(V6, 6)
#define UDP4_CSUM CSUM(V4, 17)
#define UDP6_CSUM CSUM(V6, 17)
#define TSO4(size, bytes) GSO(V4, 6, TCP4, size, bytes)
#define TSO6(size, bytes) GSO(V6, 6, TCP6, size, bytes)
#define USO4(size, bytes) GSO(V4, 17, USO, size, bytes)
#define USO6(size, bytes) GSO(V6, 17, USO, size, bytes)
#define PLAIN(bytes) { .net = V4, .l4 = 6, .payload = bytes }
/* clang-format on */

/* ---- good frames --------------------------------------------------------------------------- */

static const struct spec good[] = {
	{ .name = "ARP", .net = ARP },
	{ .name = "ARP padded to 60", .net = ARP, .pad = 18 },
	{ .name = "ARP, two tags", .net = ARP, .tags = 2 },
	{ .name = "TCP v4 plain", .net = V4, .l4 = 6, .payload = 1460 },
	{ .name = "TCP v4 plain, two tags", .net = V4, .l4 = 6, .tags = 2, .payload = 1460 },
	{ .name = "TCP v4 validated", .net = V4, .l4 = 6, .flags = VALID, .payload = 100 },
	{ .name = "ICMP", .net = V4, .l4 = 1, .payload = 64 },
	{ .name = "TCP v4 csum", .net = V4, .l4 = 6, .flags = NEEDS, .payload = 1460 },
	{ .name = "TCP v4 csum, SYN", .net = V4, .l4 = 6, .flags = NEEDS, .tcp_opts = 20 },
	{ .name = "TCP v4 csum, longest options",
	  .net = V4,
	  .l4 = 6,
	  .tags = 2,
	  .flags = NEEDS,
	  .ip_opts = 40,
	  .tcp_opts = 40,
	  .payload = 1380 },
	{ .name = "TCP v4 csum, padded", .net = V4, .l4 = 6, .flags = NEEDS, .pad = 6 },
	{ .name = "UDP v4 csum", .net = V4, .l4 = 17, .flags = NEEDS, .payload = 1472 },
	{ .name = "UDP v4 csum, empty", .net = V4, .l4 = 17, .flags = NEEDS },
	{ .name = "UDP v4 csum, tag", .net = V4, .l4 = 17, .tags = 1, .flags = NEEDS, .payload = 9 },
	{ .name = "UDP v6 csum", .net = V6, .l4 = 17, .flags = NEEDS, .payload = 1452 },
	{ .name = "TCP v6 csum", .net = V6, .l4 = 6, .flags = NEEDS, .payload = 1440 },
	{ .name = "TCP v6 csum, four extensions",
	  .net = V6,
	  .l4 = 6,
	  .tags = 2,
	  .ip_opts = 4,
	  .flags = NEEDS,
	  .payload = 100 },
	{ .name = "UDP v6 csum, long extension",
	  .net = V6,
	  .l4 = 17,
	  .ip_opts = 1,
	  .ext_words = 14,
	  .flags = NEEDS,
	  .payload = 100 },
	{ .name = "TSO4 64 KB",
	  .net = V4,
	  .l4 = 6,
	  .tcp_opts = 12,
	  .flags = NEEDS,
	  .gso = TCP4,
	  .gso_size = 1448,
	  .payload = 65160 },
	{ .name = "TSO4, longest, two tags",
	  .net = V4,
	  .l4 = 6,
	  .tags = 2,
	  .flags = NEEDS,
	  .gso = TCP4,
	  .gso_size = 1460,
	  .payload = 65495 },
	{ .name = "TSO4 ECN",
	  .net = V4,
	  .l4 = 6,
	  .flags = NEEDS,
	  .gso = TCP4 | ECN,
	  .gso_size = 1460,
	  .payload = 2921 },
	{ .name = "TSO4, one segment",
	  .net = V4,
	  .l4 = 6,
	  .flags = NEEDS,
	  .gso = TCP4,
	  .gso_size = 1460,
	  .payload = 1460 },
	{ .name = "TSO4, no payload",
	  .net = V4,
	  .l4 = 6,
	  .flags = NEEDS,
	  .gso = TCP4,
	  .gso_size = 1460 },
	{ .name = "TSO4, most segments",
	  .net = V4,
	  .l4 = 6,
	  .flags = NEEDS,
	  .gso = TCP4,
	  .gso_size = 8,
	  .payload = 8 * CORDON_VNET_MAX_TCP_SEGS },
	{ .name = "TSO6 64 KB",
	  .net = V6,
	  .l4 = 6,
	  .tcp_opts = 12,
	  .flags = NEEDS,
	  .gso = TCP6,
	  .gso_size = 1428,
	  .payload = 64260 },
	{ .name = "TSO6 ECN, tag, extensions",
	  .net = V6,
	  .l4 = 6,
	  .tags = 1,
	  .ip_opts = 2,
	  .ext_words = 1,
	  .flags = NEEDS,
	  .gso = TCP6 | ECN,
	  .gso_size = 1408,
	  .payload = 20000 },
	{ .name = "USO4, most segments",
	  .net = V4,
	  .l4 = 17,
	  .flags = NEEDS,
	  .gso = USO,
	  .gso_size = 500,
	  .payload = 500 * CORDON_VNET_MAX_UDP_SEGS },
	{ .name = "USO6",
	  .net = V6,
	  .l4 = 17,
	  .tags = 2,
	  .flags = NEEDS,
	  .gso = USO,
	  .gso_size = 1452,
	  .payload = 14520 },
};
#define GOOD (sizeof(good) / sizeof(good[0]))

#endif
