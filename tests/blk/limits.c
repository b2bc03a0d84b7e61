// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What a driver may say of its disk, and what may be asked of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domains/blk/limits.h"

#define MB (UINT64_C(1) << 20)

static const struct blk_info good = {
	.capacity = 64 * MB,
	.features = BLK_F_FLUSH | BLK_F_FUA | BLK_F_DISCARD | BLK_F_ZERO,
	.block = 4096,
	.max_bytes = BLK_BYTES_MAX,
	.max_zero = 1 << 20,
	.discard = 4096,
	.depth = 8,
};

static void a_good_disk_is_taken_as_it_is(void **state)
{
	struct blk_limits l;
	struct blk_config c;

	(void)state;
	assert_int_equal(blk_limits_agree(&l, &good, 128, NULL), BLK_LIMITS_OK);
	assert_int_equal(l.capacity, good.capacity);
	assert_int_equal(l.features, good.features);
	assert_int_equal(l.depth, 8);
	c = blk_limits_config(&l);
	assert_int_equal(c.block, 4096);
	assert_int_equal(c.max_bytes, BLK_BYTES_MAX);
	assert_int_equal(c.depth, 8);
	assert_int_equal(blk_limits_agree(&l, &good, 4, NULL), BLK_LIMITS_OK);
	assert_int_equal(l.depth, 4);
}

#define BAD(what, member, value)                                                          \
	do {                                                                              \
		struct blk_info i = good;                                                 \
		struct blk_limits l = { .depth = 77 };                                    \
                                                                                          \
		i.member = value;                                                         \
		assert_int_equal(blk_limits_agree(&l, &i, 128, NULL), BLK_LIMITS_##what); \
		assert_int_equal(l.depth, 77);                                            \
		assert_string_not_equal(blk_limits_why(BLK_LIMITS_##what), "?");          \
	} while (0)

static void a_disk_that_cannot_be_is_refused(void **state)
{
	(void)state;
	BAD(CAPACITY, capacity, 0);
	BAD(CAPACITY, capacity, 4095);
	BAD(CAPACITY, capacity, 64 * MB + 512);
	BAD(CAPACITY, capacity, UINT64_MAX & ~UINT64_C(4095));
	BAD(CAPACITY, capacity, (UINT64_C(1) << 62) + 4096);
	BAD(BLOCK, block, 0);
	BAD(BLOCK, block, 1024);
	BAD(BLOCK, block, 8192);
	BAD(BLOCK, block, UINT32_MAX);
	BAD(FEATURES, features, BLK_F_FUA);
	BAD(FEATURES, features, BLK_F_VOLATILE);
	BAD(FEATURES, features, BLK_F_READ_ONLY | BLK_F_ZERO);
	BAD(MAX_BYTES, max_bytes, 0);
	BAD(MAX_BYTES, max_bytes, 512);
	BAD(MAX_BYTES, max_bytes, BLK_BYTES_MAX + 4096);
	BAD(MAX_BYTES, max_bytes, UINT32_MAX & ~4095u);
	BAD(MAX_ZERO, max_zero, 0);
	BAD(MAX_ZERO, max_zero, 4097);
	BAD(MAX_ZERO, features, BLK_F_FLUSH);
	BAD(GRANULARITY, discard, 0);
	BAD(GRANULARITY, discard, 512);
	BAD(GRANULARITY, discard, 12288);
	BAD(GRANULARITY, discard, 1u << 31);
	BAD(DEPTH, depth, 0);
}

#define OTHER(member, value)                                                                  \
	do {                                                                                  \
		struct blk_info i = good;                                                     \
                                                                                              \
		i.member = value;                                                             \
		assert_int_equal(blk_limits_agree(&next, &i, 128, &was), BLK_LIMITS_CHANGED); \
	} while (0)

static void the_next_driver_has_the_same_disk(void **state)
{
	struct blk_info more = good;
	struct blk_limits was, next;

	(void)state;
	more.max_bytes = 65536;
	assert_int_equal(blk_limits_agree(&was, &more, 128, NULL), BLK_LIMITS_OK);
	/* Who can more is asked for no more. */
	assert_int_equal(blk_limits_agree(&next, &good, 128, &was), BLK_LIMITS_OK);
	assert_int_equal(next.max_bytes, 65536);
	more.depth = 3;
	assert_int_equal(blk_limits_agree(&next, &more, 128, &was), BLK_LIMITS_OK);
	assert_int_equal(next.depth, 3);
	OTHER(capacity, 32 * MB);
	OTHER(capacity, 128 * MB);
	OTHER(features, good.features & ~BLK_F_FUA);
	OTHER(features, good.features | BLK_F_VOLATILE);
	OTHER(max_bytes, 32768);
	OTHER(max_zero, 4096);
}

static void a_request_is_checked_against_all_limits(void **state)
{
	static const struct {
		int op;
		unsigned flags;
		uint64_t offset, bytes;
		enum blk_status status;
	} tries[] = {
		{ BLK_READ, 0, 0, 4096, BLK_S_OK },
		{ BLK_READ, 0, 64 * MB - 4096, 4096, BLK_S_OK },
		{ BLK_READ, 0, 64 * MB, 4096, BLK_S_INVAL },
		{ BLK_READ, 0, 64 * MB - 4096, 8192, BLK_S_INVAL },
		{ BLK_READ, 0, UINT64_MAX - 4095, 4096, BLK_S_INVAL },
		{ BLK_READ, 0, UINT64_MAX - 4095, 8192, BLK_S_INVAL },
		{ BLK_READ, 0, 4096, UINT64_MAX - 4095, BLK_S_INVAL },
		{ BLK_READ, 0, 512, 4096, BLK_S_INVAL },
		{ BLK_READ, 0, 0, 512, BLK_S_INVAL },
		{ BLK_READ, 0, 0, 0, BLK_S_INVAL },
		{ BLK_READ, 0, 0, BLK_BYTES_MAX, BLK_S_OK },
		{ BLK_READ, 0, 0, BLK_BYTES_MAX + 4096, BLK_S_INVAL },
		{ BLK_READ, BLK_FUA, 0, 4096, BLK_S_INVAL },
		{ BLK_WRITE, BLK_FUA, 0, 4096, BLK_S_OK },
		{ BLK_WRITE, BLK_NO_HOLE, 0, 4096, BLK_S_INVAL },
		{ BLK_WRITE, 0x80, 0, 4096, BLK_S_INVAL },
		{ BLK_WRITE, 0, 64 * MB, 4096, BLK_S_NOSPC },
		{ BLK_FLUSH, 0, 0, 0, BLK_S_OK },
		{ BLK_FLUSH, 0, 4096, 0, BLK_S_INVAL },
		{ BLK_DISCARD, BLK_FUA, 0, 64 * MB, BLK_S_OK },
		{ BLK_DISCARD, 0, 4096, 64 * MB, BLK_S_NOSPC },
		{ BLK_ZERO, BLK_FUA | BLK_NO_HOLE, 0, 8 * MB, BLK_S_OK },
		{ BLK_ZERO, 0, 4096, UINT64_MAX - 4095, BLK_S_NOSPC },
		{ BLK_REQUEST_OPS, 0, 0, 4096, BLK_S_INVAL },
		{ 255, 0, 0, 4096, BLK_S_INVAL },
	};
	struct blk_limits l;

	(void)state;
	assert_int_equal(blk_limits_agree(&l, &good, 128, NULL), BLK_LIMITS_OK);
	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (blk_limits_check(&l, (enum blk_request_op)tries[i].op, tries[i].flags,
				     tries[i].offset, tries[i].bytes) != tries[i].status)
			fail_msg("try %u", i);
	l.features = BLK_F_READ_ONLY;
	assert_int_equal(blk_limits_check(&l, BLK_WRITE, 0, 0, 4096), BLK_S_ROFS);
	assert_int_equal(blk_limits_check(&l, BLK_WRITE, BLK_FUA, 0, 4096), BLK_S_NOTSUPP);
	assert_int_equal(blk_limits_check(&l, BLK_FLUSH, 0, 0, 0), BLK_S_NOTSUPP);
	assert_int_equal(blk_limits_check(&l, BLK_ZERO, 0, 0, 4096), BLK_S_NOTSUPP);
	assert_int_equal(blk_limits_check(&l, BLK_DISCARD, 0, 0, 4096), BLK_S_NOTSUPP);
	assert_int_equal(blk_limits_check(&l, BLK_READ, 0, 0, 4096), BLK_S_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_disk_is_taken_as_it_is),
		cmocka_unit_test(a_disk_that_cannot_be_is_refused),
		cmocka_unit_test(the_next_driver_has_the_same_disk),
		cmocka_unit_test(a_request_is_checked_against_all_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
