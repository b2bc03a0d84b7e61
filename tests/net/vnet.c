// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon_vnet_check(): good frames, names, and sweeps of whole fields. */
#include <stdio.h>
#include <stdlib.h>
#include "tests/net/vnet.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_sweeps),
	};

	return cmocka_run_group_tests_name("vnet", tests, NULL, NULL);
}
