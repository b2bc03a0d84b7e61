// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon_vnet_check(): frames that are bad in one way each, or good to the limit. */
#include "tests/net/vnet.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_head_len),
	};

	return cmocka_run_group_tests_name("vnet_bad", tests, NULL, NULL);
}
