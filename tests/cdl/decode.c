// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Names and values of calls, for people; whatever the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/cdl/golden/all.cdl.h"

static char text[512];

static const char *request(unsigned op, const void *p, size_t len)
{
	size_t n = cordon_decode_request(&all_decode, op, p, len, text, sizeof(text));

	assert_int_equal(n, strlen(text));
	return text;
}

static const char *reply(unsigned op, int error, const void *p, size_t len)
{
	size_t n = cordon_decode_reply(&all_decode, op, error, p, len, text, sizeof(text));

	assert_int_equal(n, strlen(text));
	return text;
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(all_decode.name, "all");
	assert_string_equal(cordon_decode_name(&all_decode, ALL_OP_HELLO), "hello");
	assert_string_equal(cordon_decode_name(&all_decode, ALL_OP_SHADOW), "shadow");
	assert_string_equal(cordon_decode_name(&all_decode, ALL_OP_COUNT), "unknown");
	assert_string_equal(cordon_decode_error(&all_decode, EBUSY), "EBUSY");
	assert_string_equal(cordon_decode_error(&all_decode, EPROTO), "EPROTO");
	assert_null(cordon_decode_error(&all_decode, ENOMEM));
	assert_true(all_decode.op[ALL_OP_LONG_NEWS].oneway);
	assert_false(all_decode.op[ALL_OP_OPEN].oneway);
}

static void requests(void **state)
{
	struct all_ranges_req r = { .mtu = 1500, .small = -5, .large = UINT64_MAX, .least = -9 };
	struct all_kinds_req k = { .b = 1, .l = 5, .v = -300, .p = 7, .f = 0x80000005, .w = 0 };
	struct all_arrays_req a = { .mac = { 2, 0, 0, 0, 0, 255 },
				    .s = { 1, 65535 },
				    .b = { 1, 0, 2 },
				    .l = { 6, 0 },
				    .i = { -1, 0, 1 } };
	struct all_text_req t = { .line = { 5, "a\"\n\x7f\xff" }, .w = { 200, "x" } };
	struct all_structs_req s = { .s = { 1, 2, { 0 }, -3, 1, { 0 } }, .n = { .how = 5 } };
	struct all_load_req l = { 3, 99 };
	struct cordon_far far = { 4, 300 };
	struct cordon_hello h = { 1, 2, 3 };

	(void)state;
	assert_string_equal(request(ALL_OP_HELLO, &h, sizeof(h)),
			    "hello(id=1, oldest=2, newest=3)");
	assert_string_equal(request(ALL_OP_OPEN, NULL, 0), "open()");
	assert_string_equal(request(ALL_OP_RANGES, &r, sizeof(r)),
			    "ranges(mtu=1500, small=-5, large=18446744073709551615, least=-9)");
	assert_string_equal(request(ALL_OP_KINDS, &k, sizeof(k)),
			    "kinds(b=true, l=up, v=lowest, p=7, f=tso|last|0x4, w=0)");
	assert_string_equal(request(ALL_OP_ARRAYS, &a, sizeof(a)),
			    "arrays(mac=0200000000ff, s=[1, 65535], b=[true, false, neither], "
			    "l=[unknown, down], i=[-1, 0, 1])");
	assert_string_equal(request(ALL_OP_TEXT, &t, sizeof(t)),
			    "text(line=\"a\\x22\\x0a\\x7f\\xff\", w=\"x\")");
	assert_string_equal(request(ALL_OP_STRUCTS, &s, sizeof(s)),
			    "structs(s={tx=1, kind=2, worst=-3, on=true}, "
			    "n={text=\"\", key=, how=up, id=0})");
	assert_string_equal(request(ALL_OP_LOAD, &l, sizeof(l)), "load(image=buf 3, len=99)");
	assert_string_equal(request(ALL_OP_INWARDS, &far, sizeof(far)),
			    "inwards(300 bytes in buf 4)");
	/* Too short, and not known. */
	assert_string_equal(request(ALL_OP_LOAD, &l, 6), "load(image=buf 3, len=?)");
	assert_string_equal(request(ALL_OP_INWARDS, &far, 7), "inwards(7 bytes)");
	assert_string_equal(request(999, &l, 8), "unknown 999(8 bytes)");
}

static void replies(void **state)
{
	struct all_ranges_rep r = { .sum = 9, .any = -1 };

	(void)state;
	assert_string_equal(reply(ALL_OP_OPEN, 0, NULL, 0), "open: 0");
	assert_string_equal(reply(ALL_OP_OPEN, EBUSY, NULL, 0), "open: -EBUSY");
	assert_string_equal(reply(ALL_OP_OPEN, 4000, NULL, 0), "open: -4000");
	assert_string_equal(reply(ALL_OP_RANGES, 0, &r, sizeof(r)), "ranges: 0 (sum=9, any=-1)");
	assert_string_equal(reply(ALL_OP_RANGES, 0, &r, 1), "ranges: 0 (sum=9, any=?)");
	assert_string_equal(reply(ALL_OP_FAR_OUT, 0, NULL, 0), "far_out: 0 (in the buffer)");
	assert_string_equal(reply(999, 0, NULL, 0), "unknown 999: 0");
}

/* Any bytes, any room: an end, and ASCII. */
static void whatever_the_bytes(void **state)
{
	uint8_t bytes[CORDON_PAYLOAD_SIZE];
	uint32_t seed = 1;

	(void)state;
	for (unsigned k = 0; k < 20000; k++) {
		size_t size = 1 + k % sizeof(text), len = k % (sizeof(bytes) + 1), n;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
		memset(text, 0x7f, sizeof(text));
		if (k % 2)
			n = cordon_decode_request(&all_decode, k % (ALL_OP_COUNT + 1), bytes, len,
						  text, size);
		else
			n = cordon_decode_reply(&all_decode, k % (ALL_OP_COUNT + 1), (int)(k % 5),
						bytes, len, text, size);
		assert_true(n < size);
		assert_int_equal(text[n], 0);
		for (size_t i = 0; i < n; i++)
			assert_true(text[i] >= ' ' && text[i] <= '~');
		for (size_t i = n + 1; i < sizeof(text); i++)
			assert_int_equal(text[i], 0x7f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(requests),
		cmocka_unit_test(replies),
		cmocka_unit_test(whatever_the_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
