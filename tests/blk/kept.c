// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A driver with a volatile cache: what it answered and did not flush is repeated to the next one; a flush
 * that was answered stays answered. */
#include <unistd.h>
#include "tests/blk/rig.h"

static int volatile_set_up(void **state)
{
	rig_set_up(state);
	rig.info.features |= BLK_F_FLUSH | BLK_F_FUA | BLK_F_VOLATILE;
	rig_start();
	return 0;
}

/* With what it had in its cache: all since the last flush, say. */
static void die_and_begin(void)
{
	rig_die();
	memset(rig.disk, 0xee, sizeof(rig.disk));
	rig_start();
}

static void what_was_answered_is_repeated_before_anything_new(void **state)
{
	struct blk_request r, none;
	uint32_t a, b, c;

	(void)state;
	a = write_of(0, 4096, 1);
	run();
	done_with(a, BLK_S_OK);
	b = write_of(0, 4096, 2);
	blk_front_poll(&rig.f, BUDGET);
	c = submit(BLK_READ, 0, 4096);
	die_and_begin();
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	assert_int_equal(*cordon_pool_data(&rig.life->peer, r.buf[0]), 1);
	/* Until that is answered nothing else comes. */
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&none), 0);
	driver_does(&r);
	run();
	done_with(b, BLK_S_OK);
	done_with(c, BLK_S_OK);
	holds(0, 4096, 2);
	assert_int_equal(rig.f.count.repeated, 1);
	assert_int_equal(rig.f.count.resent, 1);
}

static void and_in_order_where_two_touch_the_same(void **state)
{
	struct blk_request r[4];
	unsigned n = 0;

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		/* Two apart from each other, then one over both. */
		uint32_t i = k < 2 ? write_of(k * 4096, 4096, (uint8_t)(k + 1)) :
				     write_of(2048, 4096, 3);

		run();
		done_with(i, BLK_S_OK);
	}
	die_and_begin();
	blk_front_poll(&rig.f, BUDGET);
	while (driver_gets(&r[n]))
		n++;
	assert_int_equal(n, 2);
	driver_does(&r[1]);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r[2]), 0);
	driver_does(&r[0]);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r[2]), 1);
	driver_does(&r[2]);
	run();
	holds(0, 2048, 1);
	holds(2048, 4096, 3);
	holds(6144, 2048, 2);
}

static void zeroes_and_fua_are_kept_in_their_place(void **state)
{
	uint32_t i;

	(void)state;
	i = write_of(0, 8192, 1);
	run();
	done_with(i, BLK_S_OK);
	i = submit(BLK_ZERO, 4096, 4096);
	run();
	done_with(i, BLK_S_OK);
	i = ask(BLK_WRITE, BLK_FUA, 0, 512);
	fill(i, 3);
	blk_front_submit(&rig.f, i);
	run();
	done_with(i, BLK_S_OK);
	/* The last one was durable; repeated without it, the first would come to lie over it. */
	die_and_begin();
	run();
	holds(0, 512, 3);
	holds(512, 3584, 1);
	holds(4096, 4096, 0);
}

static void a_flush_that_was_answered_stays_answered(void **state)
{
	struct blk_request r;
	uint32_t a, b, f;

	(void)state;
	a = write_of(0, 512, 1);
	run();
	done_with(a, BLK_S_OK);
	f = submit(BLK_FLUSH, 0, 0);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	assert_int_equal(r.op, BLK_FLUSH);
	/* Answered after the flush was sent: not covered. */
	b = write_of(512, 512, 2);
	run();
	done_with(b, BLK_S_OK);
	driver_says(r.tag, 0, BLK_S_OK);
	run();
	done_with(f, BLK_S_OK);
	assert_int_equal(blk_kept_count(&rig.f.kept), 1);
	die_and_begin();
	run();
	assert_int_equal(rig.f.count.repeated, 1);
	holds(0, 512, 0xee);
	holds(512, 512, 2);
}

static void a_flush_that_was_not_answered_is_sent_after_the_repetition(void **state)
{
	struct blk_request r;
	uint32_t a, f;

	(void)state;
	a = write_of(0, 512, 1);
	run();
	done_with(a, BLK_S_OK);
	f = submit(BLK_FLUSH, 0, 0);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	die_and_begin();
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	assert_int_equal(r.op, BLK_WRITE);
	driver_does(&r);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	assert_int_equal(r.op, BLK_FLUSH);
	driver_does(&r);
	run();
	done_with(f, BLK_S_OK);
	all_is_back();
}

static void one_that_dies_while_it_is_repeated_to_changes_nothing(void **state)
{
	struct blk_request r;

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		uint32_t i = write_of(0, 4096, (uint8_t)(k + 1));

		run();
		done_with(i, BLK_S_OK);
	}
	for (unsigned lives = 0; lives < 4; lives++) {
		die_and_begin();
		for (unsigned k = 0; k < lives; k++) {
			blk_front_poll(&rig.f, BUDGET);
			if (driver_gets(&r))
				driver_does(&r);
		}
		/* It dies over the next one. */
		blk_front_poll(&rig.f, BUDGET);
	}
	die_and_begin();
	for (unsigned k = 0; k < 3; k++) {
		blk_front_poll(&rig.f, BUDGET);
		assert_int_equal(driver_gets(&r), 1);
		assert_int_equal(*cordon_pool_data(&rig.life->peer, r.buf[0]), k + 1);
		driver_does(&r);
	}
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 0);
	assert_int_equal(blk_kept_count(&rig.f.kept), 3);
}

/* More than there are buffers: the front-end flushes by itself. */
static void what_is_kept_does_not_use_up_the_buffers(void **state)
{
	uint32_t f;

	(void)state;
	for (unsigned k = 0; k < 400; k++) {
		uint32_t bytes = k % 2 ? 65536 : 512;
		int i;

		while ((i = blk_front_take(&rig.f, BLK_WRITE, 0, (k % 16) * 65536, bytes)) < 0)
			run();
		fill((uint32_t)i, (uint8_t)k);
		blk_front_submit(&rig.f, (uint32_t)i);
		run();
		done_with((uint32_t)i, BLK_S_OK);
	}
	assert_true(rig.f.count.own_flushes > 0);
	assert_int_equal(rig.f.count.lost, 0);
	f = submit(BLK_FLUSH, 0, 0);
	run();
	done_with(f, BLK_S_OK);
	all_is_back();
}

static void what_could_not_be_repeated_or_flushed_is_told_once(void **state)
{
	struct blk_request r;
	uint32_t i;

	(void)state;
	i = write_of(0, 512, 1);
	run();
	done_with(i, BLK_S_OK);
	die_and_begin();
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	driver_says(r.tag, 0, BLK_S_IO);
	run();
	assert_int_equal(rig.f.count.lost, 1);
	for (unsigned k = 0; k < 2; k++) {
		i = submit(BLK_FLUSH, 0, 0);
		run();
		done_with(i, k ? BLK_S_OK : BLK_S_IO);
	}
	all_is_back();
}

static void a_stop_flushes_what_is_kept(void **state)
{
	uint32_t i;

	(void)state;
	i = write_of(0, 512, 1);
	run();
	done_with(i, BLK_S_OK);
	/* The loop polls while a call waits; here the driver's work does. */
	meanwhile = driver_works;
	assert_int_equal(blk_front_stop(&rig.f), -ETIMEDOUT);
	assert_int_equal(rig.f.count.own_flushes, 1);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(blk_front_stop(&rig.f), 0);
	all_is_back();
	die_and_begin();
	run();
	assert_int_equal(rig.f.count.repeated, 0);
}

#define VOLATILE(name) cmocka_unit_test_setup_teardown(name, volatile_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VOLATILE(what_was_answered_is_repeated_before_anything_new),
		VOLATILE(and_in_order_where_two_touch_the_same),
		VOLATILE(zeroes_and_fua_are_kept_in_their_place),
		VOLATILE(a_flush_that_was_answered_stays_answered),
		VOLATILE(a_flush_that_was_not_answered_is_sent_after_the_repetition),
		VOLATILE(one_that_dies_while_it_is_repeated_to_changes_nothing),
		VOLATILE(what_is_kept_does_not_use_up_the_buffers),
		VOLATILE(what_could_not_be_repeated_or_flushed_is_told_once),
		VOLATILE(a_stop_flushes_what_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
