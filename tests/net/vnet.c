// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * cordon_vnet_check(): tables of good and bad frames, sweeps of whole fields, random mutations
 * against a model of what Linux refuses, and such frames against the kernel itself: what we take,
 * its write(2) to a TAP takes too, in a network namespace of its own (root); it may take more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put16le(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static unsigned get16le(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

/* Bytes of the header that @s has behind its IP headers. */
static size_t l4_size(const struct spec *s)
{
	return s->l4 == 6 ? 20u + s->tcp_opts : s->l4 == 17 ? 8 : 0;
}

static void build(struct frame *f, const struct spec *s)
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

static size_t peek(size_t len)
{
	return len < CORDON_VNET_PEEK ? len : CORDON_VNET_PEEK;
}

static int check(const struct frame *f, uint32_t features, uint32_t mtu)
{
	return cordon_vnet_check(f->head, peek(f->len), f->len, features, mtu);
}

static int expect(const char *name, int got, int want)
{
	if (got == want)
		return 0;
	print_message("# %s: got %s, want %s\n", name, cordon_vnet_reason(got),
		      cordon_vnet_reason(want));
	return 1;
}

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

static void test_good(void **state)
{
	struct frame f;
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < GOOD; i++) {
		build(&f, &good[i]);
		wrong += expect(good[i].name, check(&f, ALL, MTU), CORDON_VNET_OK);
		put16le(f.head + 2, 0); /* hdr_len is a hint */
		wrong += expect(good[i].name, check(&f, ALL, MTU), CORDON_VNET_OK);
		put16le(f.head + 2, f.len - VH > 65535 ? 65535 : (unsigned)f.len - VH);
		wrong += expect(good[i].name, check(&f, ALL, MTU), CORDON_VNET_OK);
	}
	assert_int_equal(wrong, 0);
}

/* ---- bad frames ---------------------------------------------------------------------------- */

enum base { HDR, ETH, IP, L4 };

/* A good frame, of which bytes are changed: [base + off] = val, in the byte order of the base. */
struct bad {
	const char *name;
	int want;
	struct spec s;
	struct {
		uint8_t base, off, width;
		unsigned val;
	} poke[2];
	uint32_t features; /* 0: ALL */
	uint32_t mtu; /* 0: MTU */
	size_t len; /* of the frame, 0: as built */
};

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

#define B(v, ...) { .want = CORDON_VNET_##v, __VA_ARGS__ }
#define POKE(b, o, w, v) { .base = b, .off = o, .width = w, .val = v }
/* clang-format on */

static const struct bad bad[] = {
	/* lengths, each at its limit and one beyond */
	B(SHORT, .name = "nothing", .s = PLAIN(0), .len = SIZE_MAX),
	B(SHORT, .name = "half a header", .s = PLAIN(0), .len = 9),
	B(SHORT, .name = "header alone", .s = PLAIN(0), .len = 10),
	B(SHORT, .name = "13 bytes of Ethernet", .s = PLAIN(0), .len = 23),
	B(OK, .name = "14 bytes of Ethernet", .s = PLAIN(0), .len = 24),
	B(OK, .name = "longest plain", .s = PLAIN(1468)),
	B(LONG, .name = "longer than plain", .s = PLAIN(1469)),
	B(OK, .name = "longest tagged", .s = { .net = V4, .l4 = 6, .tags = 2, .payload = 1460 }),
	B(LONG, .name = "longer tagged", .s = { .net = V4, .l4 = 6, .tags = 2, .payload = 1461 }),
	B(LONG, .name = "long with csum",
	  .s = { .net = V4, .l4 = 6, .flags = NEEDS, .payload = 1469 }),
	B(OK, .name = "plain, large MTU", .s = PLAIN(65495), .mtu = 65535),
	B(LONG, .name = "plain, MTU above all", .s = PLAIN(65504), .mtu = UINT32_MAX),
	B(LONG, .name = "plain, endless", .s = PLAIN(0), .len = SIZE_MAX - 1),
	B(LONG, .name = "GSO, too long by one",
	  .s = { .net = V4,
		 .l4 = 6,
		 .tags = 2,
		 .flags = NEEDS,
		 .gso = TCP4,
		 .gso_size = 1460,
		 .payload = 65496 }),
	B(LONG, .name = "unknown GSO type, too long", .s = PLAIN(65504),
	  .poke = { POKE(HDR, 1, 1, 3) }),

	/* flags */
	B(FLAGS, .name = "two flags", .s = TCP4_CSUM, .poke = { POKE(HDR, 0, 1, 3) }),
	B(FLAGS, .name = "RSC", .s = TCP4_CSUM, .poke = { POKE(HDR, 0, 1, 4) }),
	B(FLAGS, .name = "tunnel csum", .s = TCP4_CSUM, .poke = { POKE(HDR, 0, 1, 9) }),
	B(FLAGS, .name = "high flag", .s = PLAIN(9), .poke = { POKE(HDR, 0, 1, 0x80) }),
	B(CSUM_NOT_NEGOTIATED, .name = "csum", .s = TCP4_CSUM,
	  .features = ALL & ~CORDON_NET_F_CSUM),
	B(CSUM_NOT_NEGOTIATED, .name = "valid", .s = PLAIN(9), .poke = { POKE(HDR, 0, 1, VALID) },
	  .features = ALL & ~CORDON_NET_F_CSUM),
	B(CSUM_NOT_NEGOTIATED, .name = "GSO", .s = TSO4(1460, 3000), .features = CORDON_NET_F_TSO4),

	/* hdr_len */
	B(HDR_LEN, .name = "hdr_len 1", .s = PLAIN(9), .poke = { POKE(HDR, 2, 2, 1) }),
	B(HDR_LEN, .name = "hdr_len 13", .s = TSO4(1460, 3000), .poke = { POKE(HDR, 2, 2, 13) }),
	B(OK, .name = "hdr_len 14", .s = TSO4(1460, 3000), .poke = { POKE(HDR, 2, 2, 14) }),
	B(OK, .name = "hdr_len all", .s = TSO4(1460, 3000), .poke = { POKE(HDR, 2, 2, 3054) }),
	B(HDR_LEN, .name = "hdr_len more", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 2, 2, 3055) }),

	/* csum_start, csum_offset */
	B(CSUM_PLACE, .name = "start without flag", .s = PLAIN(9), .poke = { POKE(HDR, 6, 2, 34) }),
	B(CSUM_PLACE, .name = "offset without flag", .s = PLAIN(9),
	  .poke = { POKE(HDR, 8, 2, 16) }),
	B(CSUM_PLACE, .name = "start with valid", .s = PLAIN(9),
	  .poke = { POKE(HDR, 0, 1, VALID), POKE(HDR, 6, 2, 34) }),
	B(CSUM_PLACE, .name = "start 0", .s = TCP4_CSUM, .poke = { POKE(HDR, 6, 2, 0) }),
	B(CSUM_PLACE, .name = "start 33", .s = TCP4_CSUM, .poke = { POKE(HDR, 6, 2, 33) }),
	B(CSUM_PLACE, .name = "start 35", .s = TCP4_CSUM, .poke = { POKE(HDR, 6, 2, 35) }),
	B(CSUM_PLACE, .name = "start behind the frame", .s = TCP4_CSUM,
	  .poke = { POKE(HDR, 6, 2, 154) }),
	B(CSUM_PLACE, .name = "start 65535", .s = TCP4_CSUM, .poke = { POKE(HDR, 6, 2, 65535) }),
	B(CSUM_PLACE, .name = "offset 65535", .s = TCP4_CSUM, .poke = { POKE(HDR, 8, 2, 65535) }),
	B(CSUM_PLACE, .name = "sum wraps to 36", .s = TCP4_CSUM,
	  .poke = { POKE(HDR, 6, 2, 65534), POKE(HDR, 8, 2, 36) }),
	B(CSUM_PLACE, .name = "TCP with UDP's offset", .s = TCP4_CSUM,
	  .poke = { POKE(HDR, 8, 2, 6) }),
	B(CSUM_PLACE, .name = "UDP with TCP's offset", .s = UDP6_CSUM,
	  .poke = { POKE(HDR, 8, 2, 16) }),
	B(CSUM_PLACE, .name = "start ignores the tag",
	  .s = { .net = V4, .l4 = 6, .tags = 1, .flags = NEEDS }, .poke = { POKE(HDR, 6, 2, 34) }),

	/* GSO type, negotiation */
	B(GSO_TYPE, .name = "UFO", .s = USO4(1472, 3000), .poke = { POKE(HDR, 1, 1, 3) }),
	B(GSO_TYPE, .name = "type 2", .s = TSO4(1460, 3000), .poke = { POKE(HDR, 1, 1, 2) }),
	B(GSO_TYPE, .name = "ECN alone", .s = TSO4(1460, 3000), .poke = { POKE(HDR, 1, 1, ECN) }),
	B(GSO_TYPE, .name = "ECN with UDP", .s = USO4(1472, 3000),
	  .poke = { POKE(HDR, 1, 1, USO | ECN) }),
	B(GSO_TYPE, .name = "tunnel v4", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP4 | 0x20) }),
	B(GSO_TYPE, .name = "tunnel v6", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP4 | 0x40) }),
	B(GSO_NOT_NEGOTIATED, .name = "TSO4", .s = TSO4(1460, 3000),
	  .features = ALL & ~CORDON_NET_F_TSO4),
	B(GSO_NOT_NEGOTIATED, .name = "TSO6", .s = TSO6(1440, 3000),
	  .features = ALL & ~CORDON_NET_F_TSO6),
	B(GSO_NOT_NEGOTIATED, .name = "USO4", .s = USO4(1472, 3000),
	  .features = ALL & ~CORDON_NET_F_USO4),
	B(GSO_NOT_NEGOTIATED, .name = "USO6", .s = USO6(1452, 3000),
	  .features = ALL & ~CORDON_NET_F_USO6),
	B(GSO_NOT_NEGOTIATED, .name = "ECN", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP4 | ECN) }, .features = ALL & ~CORDON_NET_F_ECN),
	B(GSO_NOT_NEGOTIATED, .name = "ECN v6", .s = TSO6(1440, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP6 | ECN) }, .features = ALL & ~CORDON_NET_F_ECN),
	B(GSO_NO_CSUM, .name = "GSO without csum", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 0, 1, 0) }),
	B(GSO_NO_CSUM, .name = "GSO validated", .s = USO6(1452, 3000),
	  .poke = { POKE(HDR, 0, 1, VALID) }),

	/* gso_size, against the MTU at its limit and beyond */
	B(GSO_SIZE, .name = "size without GSO", .s = PLAIN(9), .poke = { POKE(HDR, 4, 2, 9) }),
	B(GSO_SIZE, .name = "size with csum", .s = TCP4_CSUM, .poke = { POKE(HDR, 4, 2, 9) }),
	B(GSO_SIZE, .name = "size 0", .s = TSO4(0, 3000)),
	B(GSO_SIZE, .name = "TSO4 MTU + 1", .s = TSO4(1461, 3000)),
	B(GSO_SIZE, .name = "TSO6 MTU + 1", .s = TSO6(1441, 3000)),
	B(OK, .name = "USO4 MTU", .s = USO4(1472, 3000)),
	B(GSO_SIZE, .name = "USO4 MTU + 1", .s = USO4(1473, 3000)),
	B(GSO_SIZE, .name = "USO6 MTU + 1", .s = USO6(1453, 3000)),
	B(OK, .name = "TCP options, MTU",
	  .s = { .net = V4,
		 .l4 = 6,
		 .tags = 2,
		 .tcp_opts = 40,
		 .flags = NEEDS,
		 .gso = TCP4,
		 .gso_size = 1420,
		 .payload = 9000 }),
	B(GSO_SIZE, .name = "TCP options, MTU + 1",
	  .s = { .net = V4,
		 .l4 = 6,
		 .tags = 2,
		 .tcp_opts = 40,
		 .flags = NEEDS,
		 .gso = TCP4,
		 .gso_size = 1421,
		 .payload = 9000 }),
	B(GSO_SIZE, .name = "GSO_BY_FRAGS", .s = TSO4(65535, 3000), .mtu = UINT32_MAX),
	B(OK, .name = "largest size", .s = TSO4(65495, 3000), .mtu = UINT32_MAX),
	B(GSO_SIZE, .name = "largest size + 1", .s = TSO4(65496, 3000), .mtu = UINT32_MAX),
	B(GSO_SIZE, .name = "MTU 0", .s = TSO4(1, 1), .mtu = 1),
	B(GSO_SEGS, .name = "TCP segments", .s = TSO4(8, 8 * CORDON_VNET_MAX_TCP_SEGS + 1)),
	B(GSO_SEGS, .name = "UDP segments", .s = USO4(500, 500 * CORDON_VNET_MAX_UDP_SEGS + 1)),
	B(GSO_SEGS, .name = "one byte each", .s = TSO6(1, 60000)),

	/* protocols */
	B(PROTO_MISMATCH, .name = "csum of ARP", .s = { .net = ARP, .flags = NEEDS }),
	B(PROTO_MISMATCH, .name = "csum of ICMP",
	  .s = { .net = V4, .l4 = 1, .flags = NEEDS, .payload = 64 }),
	B(PROTO_MISMATCH, .name = "csum of ICMPv6",
	  .s = { .net = V6, .l4 = 58, .flags = NEEDS, .payload = 64 }),
	B(PROTO_MISMATCH, .name = "csum of SCTP",
	  .s = { .net = V4, .l4 = 132, .flags = NEEDS, .payload = 64 }),
	B(PROTO_MISMATCH, .name = "three tags",
	  .s = { .net = V4, .l4 = 6, .tags = 3, .flags = NEEDS }),
	B(PROTO_MISMATCH, .name = "five extensions",
	  .s = { .net = V6, .l4 = 6, .ip_opts = 5, .flags = NEEDS, .payload = 9 }),
	B(PROTO_MISMATCH, .name = "AH", .s = TCP6_CSUM, .poke = { POKE(IP, 6, 1, 51) }),
	B(PROTO_MISMATCH, .name = "v6 with TCPV4", .s = TSO6(1440, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP4) }),
	B(PROTO_MISMATCH, .name = "v4 with TCPV6", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP6) }),
	B(PROTO_MISMATCH, .name = "TCP with UDP_L4", .s = TSO4(1460, 3000),
	  .poke = { POKE(HDR, 1, 1, USO) }),
	B(PROTO_MISMATCH, .name = "UDP with TCPV4", .s = USO4(1460, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP4) }),
	B(PROTO_MISMATCH, .name = "UDP6 with TCPV6", .s = USO6(1440, 3000),
	  .poke = { POKE(HDR, 1, 1, TCP6) }),

	/* IP headers */
	B(IP_HEADER, .name = "v4 says 6", .s = TCP4_CSUM, .poke = { POKE(IP, 0, 1, 0x65) }),
	B(IP_HEADER, .name = "v6 says 4", .s = TCP6_CSUM, .poke = { POKE(IP, 0, 1, 0x45) }),
	B(IP_HEADER, .name = "ihl 4", .s = TCP4_CSUM, .poke = { POKE(IP, 0, 1, 0x44) }),
	B(IP_HEADER, .name = "v4 length + 1", .s = TCP4_CSUM, .poke = { POKE(IP, 2, 2, 141) }),
	B(OK, .name = "v4 length - 1", .s = TCP4_CSUM, .poke = { POKE(IP, 2, 2, 139) }),
	B(OK, .name = "v4 length of headers", .s = TCP4_CSUM, .poke = { POKE(IP, 2, 2, 40) }),
	B(L4_HEADER, .name = "v4 length less", .s = TCP4_CSUM, .poke = { POKE(IP, 2, 2, 39) }),
	B(L4_HEADER, .name = "v4 length 0", .s = TCP4_CSUM, .poke = { POKE(IP, 2, 2, 0) }),
	B(IP_HEADER, .name = "v6 length + 1", .s = TCP6_CSUM, .poke = { POKE(IP, 4, 2, 121) }),
	B(OK, .name = "v6 length of headers", .s = TCP6_CSUM, .poke = { POKE(IP, 4, 2, 20) }),
	B(L4_HEADER, .name = "v6 length less", .s = TCP6_CSUM, .poke = { POKE(IP, 4, 2, 19) }),
	B(L4_HEADER, .name = "UDP length less", .s = UDP4_CSUM, .poke = { POKE(IP, 2, 2, 27) }),
	B(OK, .name = "UDP length of headers", .s = UDP4_CSUM, .poke = { POKE(IP, 2, 2, 28) }),
	B(IP_HEADER, .name = "GSO v4 length - 1", .s = TSO4(1460, 3000),
	  .poke = { POKE(IP, 2, 2, 3039) }),
	B(IP_HEADER, .name = "GSO v6 length - 1", .s = TSO6(1440, 3000),
	  .poke = { POKE(IP, 4, 2, 3019) }),
	B(L4_HEADER, .name = "GSO v6 jumbo", .s = TSO6(1440, 3000), .poke = { POKE(IP, 4, 2, 0) }),
	B(FRAGMENT, .name = "more fragments", .s = TCP4_CSUM, .poke = { POKE(IP, 6, 2, 0x2000) }),
	B(FRAGMENT, .name = "fragment offset", .s = UDP4_CSUM, .poke = { POKE(IP, 6, 2, 1) }),
	B(FRAGMENT, .name = "fragment, GSO", .s = TSO4(1460, 3000),
	  .poke = { POKE(IP, 6, 2, 0x1000) }),
	B(FRAGMENT, .name = "v6 fragment", .s = UDP6_CSUM, .poke = { POKE(IP, 6, 1, 44) }),
	B(FRAGMENT, .name = "v6 fragment, extension",
	  .s = { .net = V6, .l4 = 44, .ip_opts = 1, .flags = NEEDS, .payload = 99 }),
	B(OK, .name = "reserved IP flag", .s = TCP4_CSUM, .poke = { POKE(IP, 6, 2, 0xc000) }),

	/* L4 headers */
	B(L4_HEADER, .name = "doff 4", .s = TCP4_CSUM, .poke = { POKE(L4, 12, 1, 0x40) }),
	B(OK, .name = "doff 15", .s = TCP6_CSUM, .poke = { POKE(L4, 12, 1, 0xf0) }),
	B(L4_HEADER, .name = "doff behind the packet",
	  .s = { .net = V4, .l4 = 6, .flags = NEEDS, .payload = 39 },
	  .poke = { POKE(L4, 12, 1, 0xf0) }),
	B(L4_HEADER, .name = "doff into the padding",
	  .s = { .net = V4, .l4 = 6, .flags = NEEDS, .pad = 40 },
	  .poke = { POKE(L4, 12, 1, 0x60) }),

	/* headers cut off, or too deep */
	B(HEADERS, .name = "tag cut off", .s = TCP4_CSUM, .poke = { POKE(ETH, 12, 2, 0x8100) },
	  .len = 27),
	B(PROTO_MISMATCH, .name = "tag, no more", .s = TCP4_CSUM,
	  .poke = { POKE(ETH, 12, 2, 0x8100) }, .len = 28),
	B(HEADERS, .name = "v4 cut off", .s = TCP4_CSUM, .len = 43),
	B(IP_HEADER, .name = "v4, no more", .s = TCP4_CSUM, .len = 44),
	B(HEADERS, .name = "v6 cut off", .s = TCP6_CSUM, .len = 63),
	B(HEADERS, .name = "extension cut off", .s = TCP6_CSUM,
	  .poke = { POKE(IP, 4, 2, 7), POKE(IP, 6, 1, 0) }, .len = 71),
	B(HEADERS, .name = "TCP cut off", .s = TCP4_CSUM, .poke = { POKE(IP, 2, 2, 39) },
	  .len = 63),
	B(HEADERS, .name = "UDP cut off", .s = UDP4_CSUM, .poke = { POKE(IP, 2, 2, 27) },
	  .len = 51),
	B(OK, .name = "UDP, no more", .s = UDP4_CSUM, .poke = { POKE(IP, 2, 2, 28) }, .len = 52),
	B(OK, .name = "deepest TCP",
	  .s = { .net = V6,
		 .l4 = 6,
		 .tags = 1,
		 .ip_opts = 1,
		 .ext_words = 12,
		 .flags = NEEDS,
		 .payload = 500 }),
	B(HEADERS, .name = "TCP too deep",
	  .s = { .net = V6,
		 .l4 = 6,
		 .tags = 1,
		 .ip_opts = 1,
		 .ext_words = 13,
		 .flags = NEEDS,
		 .payload = 500 }),
	B(HEADERS, .name = "extension too deep",
	  .s = { .net = V6,
		 .l4 = 17,
		 .ip_opts = 2,
		 .ext_words = 20,
		 .flags = NEEDS,
		 .payload = 500 }),
	B(HEADERS, .name = "longest extension", .s = TCP6_CSUM,
	  .poke = { POKE(IP, 6, 1, 60), POKE(L4, 1, 1, 255) }),
};

static void build_bad(struct frame *f, const struct bad *b)
{
	build(f, &b->s);
	for (size_t i = 0; i < 2 && b->poke[i].width; i++) {
		const size_t base[] = { [HDR] = 0, [ETH] = (size_t)VH, [IP] = f->ip, [L4] = f->l4 };
		uint8_t *p = f->head + base[b->poke[i].base] + b->poke[i].off;

		if (b->poke[i].width == 1)
			*p = (uint8_t)b->poke[i].val;
		else if (b->poke[i].base == HDR)
			put16le(p, b->poke[i].val);
		else
			put16(p, b->poke[i].val);
	}
	if (b->len)
		f->len = b->len == SIZE_MAX ? 0 : b->len;
}

static void test_bad(void **state)
{
	unsigned seen[CORDON_VNET_VERDICT_COUNT] = { 0 };
	struct frame f;
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		build_bad(&f, &bad[i]);
		wrong += expect(bad[i].name,
				check(&f, bad[i].features ? bad[i].features : ALL,
				      bad[i].mtu ? bad[i].mtu : MTU),
				bad[i].want);
		seen[bad[i].want]++;
	}
	for (int v = 0; v < CORDON_VNET_VERDICT_COUNT; v++)
		if (!seen[v]) {
			print_message("# no frame for %s\n", cordon_vnet_reason(v));
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

/* A caller that gives less of the head than there is, or more than the frame, gets a refusal. */
static void test_head_len(void **state)
{
	static const struct spec s = TSO4(1460, 3000);
	struct frame f;

	(void)state;
	build(&f, &s);
	for (size_t n = 0; n < f.payload; n++)
		assert_int_not_equal(cordon_vnet_check(f.head, n, f.len, ALL, MTU), CORDON_VNET_OK);
	assert_int_equal(cordon_vnet_check(f.head, f.l4 + 20, f.len, ALL, MTU), CORDON_VNET_OK);
	assert_int_equal(cordon_vnet_check(f.head, 25, 24, ALL, MTU), CORDON_VNET_SHORT);
	assert_int_equal(cordon_vnet_check(f.head, 24, 9, ALL, MTU), CORDON_VNET_SHORT);
}

static void test_names(void **state)
{
	struct cordon_vnet_hdr hdr = cordon_vnet_plain();
	static const uint8_t zero[sizeof(hdr)];

	(void)state;
	for (int a = 0; a < CORDON_VNET_VERDICT_COUNT; a++) {
		assert_true(strlen(cordon_vnet_reason(a)) > 1 && strlen(cordon_vnet_why(a)) > 1);
		for (int b = 0; b < a; b++)
			assert_string_not_equal(cordon_vnet_reason(a), cordon_vnet_reason(b));
	}
	assert_string_equal(cordon_vnet_reason(-1), "?");
	assert_string_equal(cordon_vnet_reason(CORDON_VNET_VERDICT_COUNT), "?");
	assert_string_equal(cordon_vnet_why(-1), "?");
	assert_string_equal(cordon_vnet_why(CORDON_VNET_VERDICT_COUNT), "?");
	assert_string_equal(cordon_vnet_reason(0), "ok");
	assert_memory_equal(&hdr, zero, sizeof(hdr));
}

/* ---- whole fields -------------------------------------------------------------------------- */

/* All values of the @width bytes at @at of the head of a good frame; counts what is taken. */
static unsigned sweep(const struct spec *s, size_t at, int width, unsigned *low, unsigned *high)
{
	struct frame f;
	unsigned n = 0;

	build(&f, s);
	for (unsigned v = 0; v < 1u << 8 * width; v++) {
		if (width == 1)
			f.head[at] = (uint8_t)v;
		else if (at < (size_t)VH)
			put16le(f.head + at, v);
		else
			put16(f.head + at, v);
		if (check(&f, ALL, MTU))
			continue;
		if (!n++)
			*low = v;
		*high = v;
	}
	return n;
}

static void test_sweeps(void **state)
{
	static const struct spec tso4 = TSO4(1460, 3000), tso6 = TSO6(1440, 3000),
				 uso = USO4(1472, 3000), csum = TCP4_CSUM, udp = UDP6_CSUM,
				 plain = PLAIN(100);
	const size_t ip = 24, l4 = 44;
	static const struct {
		const char *name;
		const struct spec *s;
		uint8_t at, width;
		unsigned n, low, high;
	} t[] = {
		{ "plain flags", &plain, 0, 1, 2, 0, 2 },
		{ "csum flags", &csum, 0, 1, 1, 1, 1 },
		{ "GSO flags", &tso4, 0, 1, 1, 1, 1 },
		{ "plain gso_type", &plain, 1, 1, 1, 0, 0 },
		{ "TSO4 gso_type", &tso4, 1, 1, 2, 1, 0x81 },
		{ "TSO6 gso_type", &tso6, 1, 1, 2, 4, 0x84 },
		{ "USO gso_type", &uso, 1, 1, 1, 5, 5 },
		{ "plain hdr_len", &plain, 2, 2, 1 + 154 - 13, 0, 154 },
		{ "TSO4 hdr_len", &tso4, 2, 2, 1 + 3054 - 13, 0, 3054 },
		{ "plain gso_size", &plain, 4, 2, 1, 0, 0 },
		{ "csum gso_size", &csum, 4, 2, 1, 0, 0 },
		/* 3000 bytes in 2048 segments: 2 and more each */
		{ "TSO4 gso_size", &tso4, 4, 2, 1459, 2, 1460 },
		{ "TSO6 gso_size", &tso6, 4, 2, 1439, 2, 1440 },
		{ "USO gso_size", &uso, 4, 2, 1472 - 23, 24, 1472 },
		{ "csum_start", &csum, 6, 2, 1, 34, 34 },
		{ "csum_offset", &csum, 8, 2, 1, 16, 16 },
		{ "UDP csum_start", &udp, 6, 2, 1, 54, 54 },
		{ "UDP csum_offset", &udp, 8, 2, 1, 6, 6 },
		{ "ethertype", &csum, 22, 2, 1, 0x800, 0x800 },
		{ "v4 version, ihl", &csum, ip, 1, 1, 0x45, 0x45 },
		{ "v4 length", &csum, ip + 2, 2, 101, 40, 140 },
		{ "v4 length, GSO", &tso4, ip + 2, 2, 1, 3040, 3040 },
		{ "v4 fragment", &csum, ip + 6, 2, 4, 0, 0xc000 },
		{ "v4 protocol", &csum, ip + 9, 1, 1, 6, 6 },
		{ "v6 version", &tso6, ip, 1, 16, 0x60, 0x6f },
		{ "v6 length, GSO", &tso6, ip + 4, 2, 1, 3020, 3020 },
		{ "v6 length", &udp, ip + 4, 2, 101, 8, 108 },
		{ "v6 next header", &udp, ip + 6, 1, 1, 17, 17 },
		{ "doff", &csum, l4 + 12, 1, 11 * 16, 0x50, 0xff },
	};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		unsigned low = 0, high = 0;
		unsigned n = sweep(t[i].s, t[i].at, t[i].width, &low, &high);

		if (n == t[i].n && low == t[i].low && high == t[i].high)
			continue;
		print_message("# %s: %u values taken, %u to %u; want %u, %u to %u\n", t[i].name, n,
			      low, high, t[i].n, t[i].low, t[i].high);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* ---- random mutations ---------------------------------------------------------------------- */

static uint64_t rng_state;

static uint32_t rnd(uint32_t below)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (uint32_t)((rng_state * 0x2545f4914f6cdd1dull >> 32) * below >> 32);
}

/* A 16-bit value that is likely to matter to a frame. */
static unsigned telling(const struct frame *f)
{
	static const uint16_t value[] = { 0,	  1,	  2,	  6,	 8,	14,   16,
					  20,	  34,	  40,	  54,	 74,	94,   0x0800,
					  0x8100, 0x88a8, 0x86dd, 65533, 65534, 65535 };
	const size_t near[] = { f->ip, f->l4, f->payload, f->len, f->len - f->ip, f->len - f->l4 };
	unsigned n = rnd(3);

	if (n == 0)
		return rnd(65536);
	if (n == 1)
		return value[rnd(sizeof(value) / sizeof(value[0]))];
	return ((unsigned)near[rnd(6)] - (rnd(2) ? (unsigned)VH : 0) + rnd(5) - 2) & 0xffff;
}

/* A good frame with up to four changes. The rest of the frame, behind its head, is zero. */
static void mutate(struct frame *f, size_t max_payload)
{
	struct spec s = good[rnd(GOOD)];
	unsigned changes = rnd(5);

	if (rnd(2))
		s.payload = rnd(s.gso && !rnd(8) ? 65536 : 3000);
	if (s.payload > max_payload)
		s.payload = (uint32_t)max_payload;
	build(f, &s);
	while (changes--) {
		size_t at = rnd((uint32_t)peek(f->payload));

		switch (rnd(7)) {
		case 0:
			f->head[rnd(2)] =
				(uint8_t)(rnd(2) ? rnd(256) : rnd(6) | (rnd(2) ? ECN : 0));
			break;
		case 1:
			put16le(f->head + 2 + 2 * rnd(4), telling(f));
			break;
		case 2:
			f->head[at] ^= (uint8_t)(1u << rnd(8));
			break;
		case 3:
			f->head[at] = (uint8_t)rnd(256);
			break;
		case 4:
			put16(f->head + (at & ~1ul), telling(f));
			break;
		case 5:
			f->len = rnd(2) ? rnd((uint32_t)f->len + 1) :
					  rnd((uint32_t)f->payload + 40);
			break;
		case 6: /* a length that fits the frame, or nearly */
			if (f->len > f->ip)
				put16(f->head + f->ip + (rnd(2) ? 2 : 4),
				      (unsigned)(f->len - f->ip) - (rnd(2) ? 40 : 0) + rnd(3) - 1);
			break;
		}
	}
}

/*
 * What Linux 6.18 takes from a stranger, written down from virtio_net_hdr_to_skb(),
 * skb_partial_csum_set() and tun_get_user(): the model that all we take must satisfy.
 */
static bool linux_takes(const uint8_t *head, size_t frame_len)
{
	const unsigned flags = head[0], gso = head[1], type = gso & ~(unsigned)ECN;
	const unsigned gso_size = get16le(head + 4);
	const size_t start = get16le(head + 6), off = get16le(head + 8);
	const size_t l4 = type == TCP4 || type == TCP6 ? 20 : type ? 8 : 0;
	const size_t l3 = type == TCP6 ? 40 : 20;
	size_t len, hdr_len;

	if (frame_len < (size_t)VH + 14)
		return false;
	len = frame_len - (size_t)VH;
	hdr_len = get16le(head + 2);
	if (flags & NEEDS && start + off + 2 > hdr_len)
		hdr_len = (start + off + 2) & 0xffff;
	if (hdr_len > len || (hdr_len && hdr_len < 14))
		return false;
	if (gso && (gso_size == 0 || (type != TCP4 && type != TCP6 && type != 3 && type != USO)))
		return false;
	if (flags & NEEDS) {
		if (start + off + 2 > len || start + l4 > len || start < l3)
			return false;
	} else if (gso && l3 + l4 > len) {
		return false;
	}
	if (type == USO &&
	    (!(flags & NEEDS) || off != 6 || gso & ECN || len - start - 8 > (size_t)gso_size * 128))
		return false;
	if ((type == TCP4 || type == TCP6) && flags & NEEDS && off != 16)
		return false;
	return !gso || gso_size != 0xffff;
}

static void test_mutations(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned count[CORDON_VNET_VERDICT_COUNT] = { 0 };
	unsigned offloaded = 0;
	uint8_t *wall;

	(void)state;
	wall = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(wall, MAP_FAILED);
	wall += page;
	assert_int_equal(mprotect(wall, page, PROT_NONE), 0);
	rng_state = SEED;
	for (int i = 0; i < MUTATIONS; i++) {
		uint32_t features = rnd(4) ? ALL : rnd(256);
		uint32_t mtu = rnd(4) ? MTU : rnd(70000);
		struct frame f;
		size_t n;
		uint8_t *head;
		int v;

		mutate(&f, 65535);
		/* exactly as long as it says: sanitizers see a byte too many, or the wall does */
		n = peek(f.len);
		head = i & 1 ? malloc(n ? n : 1) : wall - n;
		assert_non_null(head);
		memcpy(head, f.head, n);
		v = cordon_vnet_check(head, n, f.len, features, mtu);
		assert_true(v >= 0 && v < CORDON_VNET_VERDICT_COUNT);
		assert_memory_equal(head, f.head, n);
		count[v]++;
		if (!v) {
			offloaded += f.head[0] == NEEDS;
			/* taken by Linux; and with more features and a larger MTU by us */
			assert_true(linux_takes(f.head, f.len));
			assert_int_equal(cordon_vnet_check(head, n, f.len, ALL, mtu + 1), 0);
			assert_true(!f.head[0] || features & CORDON_NET_F_CSUM);
			assert_true(f.len <= CORDON_VNET_MAX_FRAME);
		}
		if (i & 1)
			free(head);
	}
	munmap(wall - page, 2 * page);
	print_message("# seed %#llx, %d frames:", SEED, MUTATIONS);
	for (int v = 0; v < CORDON_VNET_VERDICT_COUNT; v++) {
		print_message(" %s %u", cordon_vnet_reason(v), count[v]);
		assert_true(count[v] > MUTATIONS / 100000);
	}
	print_message(" (ok with offload %u)\n", offloaded);
	assert_true(offloaded > MUTATIONS / 10);
}

/* ---- against the kernel -------------------------------------------------------------------- */

/* Written by the child, read by the test. */
struct result {
	char skip[128]; /* why the kernel wasn't asked */
	char wrong[512]; /* the first frame that we take and the kernel doesn't */
	unsigned frames, both, neither, kernel_only, ours_only, model_differs;
	bool uso;
};

static void give_up(struct result *r, const char *what)
{
	snprintf(r->skip, sizeof(r->skip), "%s: %s", what, strerror(errno));
	_exit(0);
}

/* A TAP that is up, alone in a new network namespace. Ends the process if that can't be had. */
static int lonely_tap(struct result *r)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int le = 1, fd, ctl;

	if (unshare(CLONE_NEWNET))
		give_up(r, "no network namespace");
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		give_up(r, "/dev/net/tun");
	if (ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNSETVNETLE, &le))
		give_up(r, "no TAP");
	ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ifr.ifr_flags = IFF_UP;
	if (ctl < 0 || ioctl(ctl, SIOCSIFFLAGS, &ifr))
		give_up(r, "TAP doesn't come up");
	close(ctl);
	/* the kernel takes UDP_L4 since the version that has these two */
	r->uso = !ioctl(fd, TUNSETOFFLOAD, (unsigned long)ALL);
	return fd;
}

static void ask_kernel(struct result *r)
{
	static uint8_t frame[CORDON_VNET_MAX_FRAME + 4096];
	int fd = lonely_tap(r);
	const uint32_t features = r->uso ? ALL : TSO_ALL;

	rng_state = SEED ^ 1;
	for (unsigned i = 0; i < KERNEL_FRAMES; i++) {
		bool ours, model;
		struct frame f;
		ssize_t n;

		if (i < GOOD)
			build(&f, &good[i]);
		else
			mutate(&f, 65000);
		ours = !check(&f, features, MTU);
		model = linux_takes(f.head, f.len);
		memcpy(frame, f.head, sizeof(f.head));
		do
			n = write(fd, frame, f.len);
		while (n < 0 && (errno == EINTR || errno == ENOMEM || errno == ENOBUFS));
		if (n >= 0 && (size_t)n != f.len)
			n = -1;
		r->frames++;
		r->both += ours && n >= 0;
		r->neither += !ours && n < 0;
		r->kernel_only += !ours && n >= 0;
		r->ours_only += ours && n < 0;
		r->model_differs += model != (n >= 0) && (r->uso || (f.head[1] & 0x7f) != USO);
		if (ours && n < 0 && !r->wrong[0]) {
			int at = snprintf(r->wrong, sizeof(r->wrong), "%u, length %zu, %s:", i,
					  f.len, strerror(errno));

			for (size_t b = 0; b < 100; b++)
				at += snprintf(r->wrong + at, sizeof(r->wrong) - (size_t)at,
					       " %02x", f.head[b]);
		}
	}
	_exit(0);
}

static void test_kernel(void **state)
{
	struct result *r;
	int status;
	pid_t pid;

	(void)state;
	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(r, MAP_FAILED);
	memset(r, 0, sizeof(*r));
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		ask_kernel(r);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (r->skip[0]) {
		print_message("# kernel not asked: %s\n", r->skip);
		munmap(r, sizeof(*r));
		skip();
	}
	print_message(
		"# seed %#llx, %u frames, %s USO: both take %u, both refuse %u, the kernel alone takes %u, "
		"we alone %u; model and kernel differ on %u\n",
		SEED ^ 1, r->frames, r->uso ? "with" : "without", r->both, r->neither,
		r->kernel_only, r->ours_only, r->model_differs);
	if (r->wrong[0])
		print_message("# taken here, refused by the kernel: %s\n", r->wrong);
	assert_int_equal(r->frames, KERNEL_FRAMES);
	assert_int_equal(r->ours_only, 0);
	assert_true(r->both > KERNEL_FRAMES / 5);
	munmap(r, sizeof(*r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),   cmocka_unit_test(test_bad),
		cmocka_unit_test(test_names),  cmocka_unit_test(test_head_len),
		cmocka_unit_test(test_sweeps), cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("vnet", tests, NULL, NULL);
}
