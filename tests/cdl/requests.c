// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The fuzz harness of golden/all.cdl, of requests and of replies, on the same random inputs in every run;
 * make fuzz-cdl looks further. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/cdl/golden/all.cdl.h"
#include "tests/cdl/random.h"

/* Most where a sanitizer looks at what they do. */
#if defined(__SANITIZE_ADDRESS__)
#define INPUTS 20000u
#else
#define INPUTS 4000u
#endif
#define SIZE 600u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where most bytes are small, more of them are values that can be. */
static void fill(uint8_t *data, size_t size, int replies)
{
	unsigned sort = rnd() % 4;

	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)rnd();

		data[i] = sort == 0 ? byte : rnd() % 8 ? (uint8_t)(byte % (2u * sort)) : byte;
	}
	/* With a hello, mostly. */
	data[0] |= rnd() % 8 != 0;
	data[0] = (uint8_t)((data[0] & ~2u) | (replies ? 2 : 0));
}

static void random_inputs(int replies)
{
	for (unsigned k = 0; k < INPUTS; k++) {
		size_t size = 1 + rnd() % SIZE;
		uint8_t *data = malloc(size);

		assert_non_null(data);
		fill(data, size, replies);
		assert_int_equal(LLVMFuzzerTestOneInput(data, size), 0);
		free(data);
	}
	assert_int_equal(LLVMFuzzerTestOneInput(NULL, 0), 0);
}

static void random_requests_get_what_is_promised(void **state)
{
	(void)state;
	random_inputs(0);
}

static void callers_get_what_is_promised_from_random_replies(void **state)
{
	(void)state;
	random_inputs(1);
}

/* ---- requests that are good, and their neighbours ---------------------------------------------- */

static uint8_t input[4096];
static size_t used;

static void add(const void *p, size_t len)
{
	if (len)
		memcpy(input + used, p, len);
	used += len;
}

/* As fuzz.h reads it: the operation, what it is to think of the length, a buffer for far ones; the bytes; and
 * what the handler returns, if it takes nothing more. */
static void add_call(uint8_t op, int buf, const void *req, size_t len)
{
	const uint8_t head[] = { op, 0xff, (uint8_t)buf };

	add(head, buf < 0 ? 2 : 3);
	add(req, len);
}

static void add_good_calls(void)
{
	const struct all_ranges_req ranges = { .mtu = 1500, .large = UINT64_MAX };
	const struct all_structs_req structs = { .s = { .kind = 1 }, .n = { .text = { 2, "ab" } } };
	const struct all_struct_array_req array = { .s = { { .kind = 2 }, { .kind = 3 } } };
	const struct all_far_req far = { .g = { .each = { { .kind = 1 }, { .kind = 3 } } },
					 .note = { 3, "abc" } };
	const struct all_keep_req keep = { .name = 1, .image = 2, .len = 2048 };
	const struct all_move_req move = { .from = 3, .to = 1 };
	const struct all_inwards_req inwards = { .i = { 1 } };
	const struct all_long_news_req news = { .text = { 1, "x" } };
	const struct all_later_req later = { .s = { 1, "x" } };
	const struct all_kinds_req kinds = { .b = 1, .l = 5, .v = -300, .f = 1 };
	const struct all_text_req text = { .line = { 2, "ab" }, .w = { 1, "x" } };
	const struct all_blob_req blob = { .key = { 3, { 1, 0, 2 } } };
	const struct all_arrays_req arrays = { .b = { 1, 0, 1 }, .l = { 5, 6 } };
	const struct all_load_req load = { .image = 0, .len = 67584 };
	const struct all_fill_req fill_it = { .to = 1 };
	const uint8_t x = 7, hello = 1, zero[800] = { 0 };

	used = 0;
	add(&hello, 1);
	/* Behind each, what its handler takes for its results. */
	add_call(ALL_OP_RANGES, -1, &ranges, sizeof(ranges));
	add(zero, 1 + 2 + 1);
	add_call(ALL_OP_STRUCTS, -1, &structs, sizeof(structs));
	add(zero, 1);
	add_call(ALL_OP_STRUCT_ARRAY, -1, &array, sizeof(array));
	add(zero, 1);
	add_call(ALL_OP_KINDS, -1, &kinds, sizeof(kinds));
	add(zero, 4 + 8 + 1);
	add_call(ALL_OP_TEXT, -1, &text, sizeof(text));
	add(zero, 33 + 2 + 1);
	add_call(ALL_OP_BLOB, -1, &blob, sizeof(blob));
	add(zero, 16 + 4 + 1);
	add_call(ALL_OP_ARRAYS, -1, &arrays, sizeof(arrays));
	add(zero, 6 + 4 + 12 + 1);
	add_call(ALL_OP_LOAD, -1, &load, sizeof(load));
	add(zero, 1);
	add_call(ALL_OP_FILL, -1, &fill_it, sizeof(fill_it));
	add(zero, 4 + 1);
	add_call(ALL_OP_FAR, 2, &far, sizeof(far));
	add(zero, 301 + 301 + 4 + 1);
	add_call(ALL_OP_FAR_OUT, 0, NULL, 0);
	add(zero, 160 + 1);
	add_call(ALL_OP_FAR_BOTH, 0, &x, 1);
	add(zero, 160 + 1);
	add_call(ALL_OP_INWARDS, 5, &inwards, sizeof(inwards));
	add(zero, 8 + 1);
	add_call(ALL_OP_MOVE, 4, &move, sizeof(move));
	add(zero, 64 + 1);
	add_call(ALL_OP_OPEN, -1, NULL, 0);
	add(zero, 1);
	add_call(ALL_OP_RUN, -1, NULL, 0);
	add(zero, 1);
	add_call(ALL_OP_LATER, -1, &later, sizeof(later));
	add(zero, 1);
	add_call(ALL_OP_LONG_NEWS, 0, &news, sizeof(news));
	add_call(ALL_OP_KEEP, -1, &keep, sizeof(keep));
	add(zero, 1);
	add_call(ALL_OP_FETCH, -1, NULL, 0);
	add((const uint8_t[]){ 2, 0, 0, 0, 0, 8, 0, 0, 0 }, 9);
	add_call(ALL_OP_KEEP, -1, &keep, sizeof(keep));
	add(zero, 1);
}

/* As fuzz.h reads it: the method's place, a success of the right length; the reply, and what is in the buffer.
 * No method before these is oneway, so that places are numbers. */
static void add_reply(uint8_t op, const void *rep, size_t len)
{
	const uint8_t head[] = { op, 0x1b };

	add(head, 2);
	add(rep, len);
}

static void add_good_replies(void)
{
	const struct all_ranges_rep ranges = { .sum = 9, .any = -1 };
	const struct all_kinds_rep kinds = { .ob = 1, .ol = 5, .ov = 300, .of = 2 };
	const struct all_arrays_rep arrays = { .ob = { 1, 0, 1 }, .ol = { 5, 6 } };
	const struct all_text_rep text = { .oline = { 2, "ab" }, .ow = { 1, "x" } };
	const struct all_blob_rep blob = { .okey = { 3, { 1, 0, 2 } } };
	const struct all_structs_rep structs = { .os = { .kind = 1 },
						 .on = { .text = { 2, "ab" } } };
	const struct all_plain_one_rep plain = { .q = { 10, 1, 2 } };
	const struct all_far_rep far = { .og = { .each = { { .kind = 1 }, { .kind = 3 } } },
					 .onote = { 3, "abc" } };
	const struct all_fill_rep fill_it = { 2048 };
	const struct all_fetch_rep fetch = { .image = 2, .len = 2048 };
	const uint8_t begin[] = { 2, 0 };

	used = 0;
	add(begin, 2);
	add_reply(ALL_OP_RANGES, &ranges, sizeof(ranges));
	add_reply(ALL_OP_KINDS, &kinds, sizeof(kinds));
	add_reply(ALL_OP_ARRAYS, &arrays, sizeof(arrays));
	add_reply(ALL_OP_TEXT, &text, sizeof(text));
	add_reply(ALL_OP_BLOB, &blob, sizeof(blob));
	add_reply(ALL_OP_STRUCTS, &structs, sizeof(structs));
	add_reply(ALL_OP_PLAIN_ONE, &plain, sizeof(plain));
	add_reply(ALL_OP_FAR, &far, sizeof(far));
	add_reply(ALL_OP_FILL, &fill_it, sizeof(fill_it));
	/* Of the two buffers, the second is given; and it comes back. */
	add_reply(ALL_OP_KEEP, NULL, 0);
	add_reply(ALL_OP_FETCH, &fetch, sizeof(fetch));
	add_reply(ALL_OP_KEEP, NULL, 0);
}

static void neighbours_of(void (*add_good)(void))
{
	size_t all;

	add_good();
	all = used;
	assert_int_equal(LLVMFuzzerTestOneInput(input, all), 0);
	for (unsigned k = 0; k < INPUTS; k++) {
		uint8_t *data;
		size_t size;

		add_good();
		for (unsigned i = rnd() % 4; i > 0; i--)
			input[1 + rnd() % (all - 1)] = (uint8_t)rnd();
		size = rnd() % 4 ? all : rnd() % all + 1;
		data = malloc(size);
		assert_non_null(data);
		memcpy(data, input, size);
		assert_int_equal(LLVMFuzzerTestOneInput(data, size), 0);
		free(data);
	}
}

static void neighbours_of_good_requests_do_too(void **state)
{
	(void)state;
	neighbours_of(add_good_calls);
}

static void neighbours_of_good_replies_do_too(void **state)
{
	(void)state;
	neighbours_of(add_good_replies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_requests_get_what_is_promised),
		cmocka_unit_test(callers_get_what_is_promised_from_random_replies),
		cmocka_unit_test(neighbours_of_good_requests_do_too),
		cmocka_unit_test(neighbours_of_good_replies_do_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
