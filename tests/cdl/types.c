// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Every type through a stub and back, at its limits. */
#include "tests/cdl/all.h"

static void integers_at_their_limits(void **state)
{
	static const struct {
		uint8_t a;
		uint16_t b;
		uint32_t c;
		uint64_t d;
		int8_t e;
		int16_t f;
		int32_t g;
		int64_t h;
	} in[] = {
		{ 0, 0, 0, 0, 0, 0, 0, 0 },
		{ UINT8_MAX, UINT16_MAX, UINT32_MAX, UINT64_MAX, INT8_MAX, INT16_MAX, INT32_MAX,
		  INT64_MAX },
		{ 1, 2, 3, 4, INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN },
		{ 0x80, 0x8000, 0x80000000, 0x8000000000000000, -1, -1, -1, -1 },
	};

	(void)state;
	open_connected();
	for (size_t k = 0; k < COUNT(in); k++) {
		uint8_t a = 9;
		uint16_t b = 9;
		uint32_t cc = 9;
		uint64_t d = 9;
		int8_t e = 9;
		int16_t f = 9;
		int32_t g = 9;
		int64_t h = 9;

		assert_int_equal(all_numbers(&c, in[k].a, in[k].b, in[k].c, in[k].d, in[k].e,
					     in[k].f, in[k].g, in[k].h, &a, &b, &cc, &d, &e, &f, &g,
					     &h),
				 0);
		assert_true(a == in[k].a && b == in[k].b && cc == in[k].c && d == in[k].d &&
			    e == in[k].e && f == in[k].f && g == in[k].g && h == in[k].h);
	}
	no_buffer_is_missing();
}

static int ranges(uint32_t mtu, int8_t small, uint64_t large, int64_t least)
{
	uint8_t sum = 99;
	int16_t any = 99;
	int ret;

	ret = all_ranges(&c, mtu, small, large, least, &sum, &any);
	assert_int_equal(sum, ret == 0 ? sum_said : 99);
	assert_int_equal(any, ret == 0 ? small : 99);
	return ret;
}

static void ranges_end_where_they_say(void **state)
{
	const uint64_t high = UINT64_C(1) << 63;

	(void)state;
	open_connected();
	sum_said = 9;
	assert_int_equal(ranges(68, -5, high, -9), 0);
	assert_int_equal(ranges(65521, 5, UINT64_MAX, 0), 0);
	assert_int_equal(handled, 2);
	assert_int_equal(ranges(67, 0, high, 0), -EINVAL);
	assert_int_equal(ranges(65522, 0, high, 0), -EINVAL);
	assert_int_equal(ranges(UINT32_MAX, 0, high, 0), -EINVAL);
	assert_int_equal(ranges(68, -6, high, 0), -EINVAL);
	assert_int_equal(ranges(68, 6, high, 0), -EINVAL);
	assert_int_equal(ranges(68, 0, high - 1, 0), -EINVAL);
	assert_int_equal(ranges(68, 0, high, -10), -EINVAL);
	assert_int_equal(ranges(68, 0, high, 1), -EINVAL);
	assert_int_equal(handled, 2);
	assert_int_equal(s.stub.refused, 8);
	/* A server's own result, too. */
	sum_said = 10;
	assert_int_equal(ranges(68, 0, high, 0), -EPROTO);
	assert_int_equal(c.stub.faults, 1);
}

static int kinds(bool b, enum all_link l, enum all_level v, enum all_plain p, uint32_t f,
		 uint64_t w)
{
	bool ob = !b;
	enum all_link ol = ALL_LINK_DOWN;
	enum all_level ov = ALL_LEVEL_ZERO;
	enum all_plain op = ALL_PLAIN_ONE;
	uint32_t of = 0;
	uint64_t ow = 0;
	int ret = all_kinds(&c, b, l, v, p, f, w, &ob, &ol, &ov, &op, &of, &ow);

	if (ret == 0)
		assert_true(ob == b && ol == l && ov == v && op == p && of == f && ow == w);
	return ret;
}

static void enums_flags_and_bools(void **state)
{
	(void)state;
	open_connected();
	for (int b = 0; b < 2; b++) {
		assert_int_equal(kinds(b, ALL_LINK_UNKNOWN, ALL_LEVEL_LOWEST, ALL_PLAIN_TWO,
				       ALL_FEATURES_ALL, ALL_WIDE_ALL),
				 0);
		assert_int_equal(kinds(b, ALL_LINK_DOWN, ALL_LEVEL_HIGHEST, ALL_PLAIN_ONE, 0,
				       ALL_WIDE_HIGH),
				 0);
	}
	assert_int_equal(handled, 4);
	for (int l = 0; l < 256; l++)
		if (l != ALL_LINK_DOWN && l != ALL_LINK_UP && l != ALL_LINK_UNKNOWN)
			assert_int_equal(kinds(0, (enum all_link)l, ALL_LEVEL_ZERO, ALL_PLAIN_ONE,
					       0, 0),
					 -EINVAL);
	assert_int_equal(kinds(0, ALL_LINK_UP, (enum all_level)1, ALL_PLAIN_ONE, 0, 0), -EINVAL);
	assert_int_equal(kinds(0, ALL_LINK_UP, ALL_LEVEL_ZERO, (enum all_plain)2, 0, 0), -EINVAL);
	assert_int_equal(kinds(0, ALL_LINK_UP, ALL_LEVEL_ZERO, ALL_PLAIN_ONE, 4, 0), -EINVAL);
	assert_int_equal(kinds(0, ALL_LINK_UP, ALL_LEVEL_ZERO, ALL_PLAIN_ONE, 0, 2), -EINVAL);
	assert_int_equal(handled, 4);
}

static void arrays_of_everything(void **state)
{
	static const uint8_t mac[6] = { 0, 255, 1, 2, 3, 4 };
	static const uint16_t ss[2] = { 0, UINT16_MAX };
	static const bool b[3] = { true, false, true };
	static const enum all_link l[2] = { ALL_LINK_UNKNOWN, ALL_LINK_DOWN };
	static const int32_t i[3] = { INT32_MIN, 0, INT32_MAX };
	uint8_t omac[6] = { 0 };
	uint16_t os[2] = { 0 };
	bool ob[3] = { 0 };
	enum all_link ol[2] = { ALL_LINK_DOWN };
	int32_t oi[3] = { 0 };

	(void)state;
	open_connected();
	assert_int_equal(all_arrays(&c, mac, ss, b, l, i, omac, os, ob, ol, oi), 0);
	assert_memory_equal(mac, omac, sizeof(mac));
	assert_memory_equal(ss, os, sizeof(ss));
	assert_memory_equal(b, ob, sizeof(b));
	assert_memory_equal(l, ol, sizeof(l));
	assert_memory_equal(i, oi, sizeof(i));
}

static void strings_of_every_length(void **state)
{
	char line[40], oline[33] = "", ow[2] = "";

	(void)state;
	open_connected();
	for (unsigned len = 0; len <= 32; len++) {
		memset(line, 'a' + (int)len % 26, len);
		line[len] = '\0';
		assert_int_equal(all_text(&c, line, len % 2 ? "y" : "", oline, ow), 0);
		assert_string_equal(line, oline);
		assert_string_equal(len % 2 ? "y" : "", ow);
	}
	/* Too long: not sent. */
	memset(line, 'z', 33);
	line[33] = '\0';
	assert_int_equal(all_text(&c, line, "", oline, ow), -EINVAL);
	assert_int_equal(all_text(&c, "", "yy", oline, ow), -EINVAL);
	assert_int_equal(handled, 33);
	/* A handler that writes too much. */
	endless = 1;
	assert_int_equal(all_text(&c, "", "", oline, ow), -EIO);
	endless = 0;
	assert_int_equal(s.stub.unlisted, 1);
}

static void bytes_of_every_length(void **state)
{
	uint8_t key[17], okey[16] = { 0 };
	uint32_t len = 99;

	(void)state;
	open_connected();
	for (uint32_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 15);
	for (uint32_t n = 0; n <= 16; n++) {
		assert_int_equal(all_blob(&c, key, n, okey, &len), 0);
		assert_int_equal(len, n);
		assert_memory_equal(key, okey, n);
	}
	assert_int_equal(all_blob(&c, key, 17, okey, &len), -EINVAL);
	assert_int_equal(all_blob(&c, key, UINT32_MAX, okey, &len), -EINVAL);
	assert_int_equal(handled, 17);
	endless = 1;
	assert_int_equal(all_blob(&c, key, 16, okey, &len), -EIO);
	endless = 0;
}

static const struct all_name a_name = { .text = "twenty characters...",
					.key = { 1, 2, 3, 4, 255 },
					.key_len = 5,
					.how = ALL_LINK_UP,
					.id = UINT16_MAX };
static const struct all_stats some_stats = { .tx = UINT64_MAX,
					     .kind = 3,
					     .worst = INT32_MIN,
					     .on = true };

static void same_name(const struct all_name *a, const struct all_name *b)
{
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->key_len, b->key_len);
	assert_memory_equal(a->key, b->key, a->key_len);
	assert_int_equal(a->how, b->how);
	assert_int_equal(a->id, b->id);
}

static void same_stats(const struct all_stats *a, const struct all_stats *b)
{
	assert_true(a->tx == b->tx && a->kind == b->kind && a->worst == b->worst && a->on == b->on);
}

static void structs_and_arrays_of_them(void **state)
{
	struct all_stats wrong = some_stats, two[2] = { some_stats, some_stats }, os[2] = { 0 };
	struct all_name on = { 0 }, long_name = a_name;

	(void)state;
	open_connected();
	assert_int_equal(all_structs(&c, &some_stats, &a_name, &os[0], &on), 0);
	same_stats(&some_stats, &os[0]);
	same_name(&a_name, &on);
	two[1].kind = 1;
	assert_int_equal(all_struct_array(&c, two, os), 0);
	same_stats(&two[0], &os[0]);
	same_stats(&two[1], &os[1]);
	assert_int_equal(handled, 2);
	wrong.kind = 0;
	assert_int_equal(all_structs(&c, &wrong, &a_name, &os[0], &on), -EINVAL);
	two[1].kind = 4;
	assert_int_equal(all_struct_array(&c, two, os), -EINVAL);
	/* Not sent at all. */
	long_name.key_len = 6;
	assert_int_equal(all_structs(&c, &some_stats, &long_name, &os[0], &on), -EINVAL);
	memset(long_name.text, 'x', sizeof(long_name.text));
	assert_int_equal(all_structs(&c, &some_stats, &long_name, &os[0], &on), -EINVAL);
	assert_int_equal(handled, 2);
	no_buffer_is_missing();
}

static void more_than_a_line_holds(void **state)
{
	struct all_group g = { .first = a_name,
			       .each = { some_stats, some_stats },
			       .can = ALL_FEATURES_LAST,
			       .flag = { true, true, false },
			       .links = { ALL_LINK_UP, ALL_LINK_UP, ALL_LINK_DOWN, ALL_LINK_UP },
			       .numbers = { 1, 2, UINT16_MAX } };
	char note[301], onote[301] = "";
	uint64_t o[20] = { 0 }, sum = 0;
	struct all_group og = { 0 };
	uint8_t rest[301] = { 0 };
	uint32_t rest_len = 0;

	(void)state;
	open_connected();
	memset(note, 'n', 300);
	note[300] = '\0';
	assert_int_equal(all_far(&c, &g, note, &og, onote, rest, &rest_len), 0);
	same_name(&g.first, &og.first);
	same_stats(&g.each[1], &og.each[1]);
	assert_int_equal(og.can, g.can);
	assert_memory_equal(og.flag, g.flag, sizeof(g.flag));
	assert_memory_equal(og.links, g.links, sizeof(g.links));
	assert_memory_equal(og.numbers, g.numbers, sizeof(g.numbers));
	assert_string_equal(note, onote);
	assert_int_equal(rest_len, 301);
	assert_int_equal(rest[300], 7);
	assert_int_equal(all_far_out(&c, o), 0);
	assert_true(o[0] == UINT64_MAX && o[19] == UINT64_MAX - 19);
	assert_int_equal(all_far_both(&c, 200, o), 0);
	assert_true(o[0] == 200 && o[19] == 200);
	assert_int_equal(all_inwards(&c, o, &sum), 0);
	assert_int_equal(sum, 4000);
	assert_int_equal(handled, 4);
	no_buffer_is_missing();
}

static void structs_that_are_the_same_in_c(void **state)
{
	const struct all_pair p = { 10, ALL_FEATURES_ALL, UINT64_MAX };
	const struct all_point two[2] = { { INT32_MIN, 1 }, { 2, INT32_MAX } };
	struct all_pair q = { 0 }, wrong = { 11, 0, 0 };
	struct all_point swapped[2] = { 0 }, t = { 0 };

	(void)state;
	open_connected();
	assert_int_equal(all_plain_one(&c, &p, &q), 0);
	assert_memory_equal(&p, &q, sizeof(p));
	assert_int_equal(all_plain_two(&c, two, swapped), 0);
	assert_memory_equal(&two[0], &swapped[1], sizeof(two[0]));
	assert_memory_equal(&two[1], &swapped[0], sizeof(two[0]));
	assert_int_equal(all_plain_more(&c, true, &p, &two[0], &t, &q), 0);
	assert_true(t.x == INT32_MIN + 1 && t.y == 1 && q.b == UINT64_MAX);
	assert_int_equal(handled, 3);
	assert_int_equal(all_plain_one(&c, &wrong, &q), -EINVAL);
	assert_int_equal(all_plain_more(&c, true, &wrong, &two[0], &t, &q), -EINVAL);
	wrong = (struct all_pair){ 1, 4, 0 };
	assert_int_equal(all_plain_one(&c, &wrong, &q), -EINVAL);
	assert_int_equal(handled, 3);
	/* What comes back is checked, too. */
	endless = 1;
	q.b = 5;
	assert_int_equal(all_plain_one(&c, &p, &q), -EPROTO);
	endless = 0;
	assert_int_equal(q.b, 5);
}

static void structs_that_may_not_fit_in_arrays(void **state)
{
	struct all_name names[2] = { a_name, a_name }, onames[2] = { 0 };
	uint32_t can[2] = { ALL_FEATURES_ALL, 0 }, ocan[2] = { 0 };

	(void)state;
	open_connected();
	names[1].key_len = 0;
	assert_int_equal(all_roster(&c, names, can, onames, ocan), 0);
	same_name(&names[0], &onames[0]);
	same_name(&names[1], &onames[1]);
	assert_memory_equal(can, ocan, sizeof(can));
	can[1] = 4;
	assert_int_equal(all_roster(&c, names, can, onames, ocan), -EINVAL);
	assert_int_equal(s.stub.refused, 1);
	names[1].key_len = 6;
	assert_int_equal(all_roster(&c, names, ocan, onames, ocan), -EINVAL);
	/* That one was not sent. */
	assert_int_equal(s.stub.refused, 1);
	assert_int_equal(handled, 1);
	no_buffer_is_missing();
}

static void names_of_our_own_can_be_arguments(void **state)
{
	uint32_t cl = 0, far = 0, lent = 0;
	int line;

	(void)state;
	open_connected();
	assert_int_equal(all_shadow(&c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, &cl, &far, &lent),
			 0);
	assert_true(cl == 10 && far == 26 && lent == 42);
	line = all_shadow_start(&c, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, NEVER);
	assert_true(line >= 0);
	serve_all();
	assert_int_equal(all_shadow_finish(&c, line, 0, &cl, &far, &lent), 0);
	assert_true(cl == 1 && far == 2 && lent == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_at_their_limits),
		cmocka_unit_test(ranges_end_where_they_say),
		cmocka_unit_test(enums_flags_and_bools),
		cmocka_unit_test(arrays_of_everything),
		cmocka_unit_test(strings_of_every_length),
		cmocka_unit_test(bytes_of_every_length),
		cmocka_unit_test(structs_and_arrays_of_them),
		cmocka_unit_test(more_than_a_line_holds),
		cmocka_unit_test(structs_that_are_the_same_in_c),
		cmocka_unit_test(structs_that_may_not_fit_in_arrays),
		cmocka_unit_test(names_of_our_own_can_be_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
