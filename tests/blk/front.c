// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The front-end: what a driver says at its start, how it answers, what becomes of requests when it dies. */
#include <unistd.h>
#include "tests/blk/rig.h"

/* ---- starts -------------------------------------------------------------------------------------- */

static void a_start_tells_what_was_agreed(void **state)
{
	(void)state;
	rig_start();
	assert_int_equal(rig.config.block, 512);
	assert_int_equal(rig.config.features, rig.info.features);
	assert_int_equal(rig.config.depth, 64);
	assert_int_equal(rig.f.limits.capacity, CAPACITY);
}

static void a_driver_that_lies_at_its_start_is_refused(void **state)
{
	struct cordon_err e;

	(void)state;
	rig.info.block = 1000;
	assert_int_equal(rig_begin(&e), -EPROTO);
	assert_non_null(strstr(e.text, "logical block"));
	rig_die();
	rig.info.block = 512;
	rig.features = 0x40; /* there is no such feature */
	assert_int_equal(rig_begin(&e), -EPROTO);
	assert_non_null(strstr(e.text, "did not say what it is"));
	assert_int_equal(rig.f.count.call_faults, 1);
	rig_die();
	rig.features = 0;
	for (int op = BLK_OP_HELLO; op <= BLK_OP_START; op++) {
		int good = rig.reply[op];

		rig.reply[op] = -EIO;
		assert_int_equal(rig_begin(&e), -EIO);
		rig_die();
		rig.reply[op] = good + 1;
		assert_int_equal(rig_begin(&e), -EPROTO);
		rig_die();
		rig.reply[op] = good;
	}
	rig_start();
	assert_true(rig.f.count.call_faults == 5);
}

static void another_disk_is_refused_and_the_same_goes_on(void **state)
{
	struct cordon_err e;
	uint32_t i;

	(void)state;
	rig_start();
	i = write_of(0, 512, 7);
	rig_die();
	rig.info.capacity /= 2;
	assert_int_equal(rig_begin(&e), -EPROTO);
	assert_non_null(strstr(e.text, "another disk"));
	rig_die();
	rig.info.capacity *= 2;
	rig_start();
	run();
	done_with(i, BLK_S_OK);
	holds(0, 512, 7);
	all_is_back();
}

/* ---- data ---------------------------------------------------------------------------------------- */

static void every_length_arrives(void **state)
{
	static const uint32_t lengths[] = { 512,	  1024,	  2048,
					    2560,	  4096,	  65536,
					    66048,	  131072, BLK_BYTES_MAX - 512,
					    BLK_BYTES_MAX };

	(void)state;
	rig_start();
	for (unsigned n = 0; n < sizeof(lengths) / sizeof(lengths[0]); n++) {
		uint32_t i = write_of(512, lengths[n], (uint8_t)(n + 1)), bytes;

		run();
		done_with(i, BLK_S_OK);
		holds(512, lengths[n], (uint8_t)(n + 1));
		i = submit(BLK_READ, 512, lengths[n]);
		run();
		assert_int_equal(blk_front_request(&rig.f, i)->nbufs, blk_segments(lengths[n]));
		assert_int_equal(*blk_front_data(&rig.f, i, 0, &bytes), n + 1);
		done_with(i, BLK_S_OK);
	}
	all_is_back();
}

static void no_more_than_was_agreed_is_out_at_once(void **state)
{
	uint32_t i[6];
	struct blk_request r;

	(void)state;
	rig.info.depth = 4;
	rig_start();
	for (unsigned n = 0; n < 6; n++)
		i[n] = write_of(n * 512, 512, (uint8_t)n);
	blk_front_poll(&rig.f, BUDGET);
	for (unsigned n = 0; n < 4; n++)
		assert_int_equal(driver_gets(&r), 1);
	assert_int_equal(driver_gets(&r), 0);
	driver_does(&r);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	assert_int_equal(driver_gets(&r), 0);
	assert_int_equal(rig.f.peak, 4);
	rig_die();
	rig_start();
	run();
	for (unsigned n = 0; n < 6; n++)
		done_with(i[n], BLK_S_OK);
}

static void without_buffers_or_slots_the_user_waits(void **state)
{
	uint32_t i[BLK_FRONT_SLOTS];
	unsigned n = 0;

	(void)state;
	rig_start();
	while (n < 8)
		i[n++] = ask(BLK_WRITE, 0, 0, BLK_BYTES_MAX);
	assert_int_equal(blk_front_take(&rig.f, BLK_WRITE, 0, 0, 65536), -EAGAIN);
	assert_int_equal(rig.f.count.stalls, 1);
	while (n > 0)
		blk_front_release(&rig.f, i[--n]);
	while (n < BLK_FRONT_SLOTS)
		i[n++] = ask(BLK_READ, 0, 0, 512);
	assert_int_equal(blk_front_take(&rig.f, BLK_FLUSH, 0, 0, 0), -EAGAIN);
	while (n > 0)
		blk_front_release(&rig.f, i[--n]);
	all_is_back();
}

static void errors_and_lies_come_through_as_errors(void **state)
{
	struct blk_request r;
	uint32_t i, k;

	(void)state;
	rig_start();
	i = write_of(0, 512, 1);
	k = submit(BLK_READ, 512, 4096);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	driver_says(r.tag + 1, 512, BLK_S_OK);
	driver_says(r.tag, 512, BLK_S_NOSPC);
	driver_says(r.tag, 512, BLK_S_OK);
	assert_int_equal(driver_gets(&r), 1);
	driver_says(r.tag, 512, BLK_S_OK);
	blk_front_poll(&rig.f, BUDGET);
	done_with(i, BLK_S_NOSPC);
	done_with(k, BLK_S_IO);
	assert_int_equal(rig.f.table.bad_tags, 2);
	assert_int_equal(rig.f.table.bad_lengths, 1);
	assert_int_equal(rig.f.count.errors, 2);
	all_is_back();
}

/* ---- deaths -------------------------------------------------------------------------------------- */

static void what_a_dead_driver_had_is_sent_again_in_order(void **state)
{
	struct blk_request r;
	uint32_t i[6];

	(void)state;
	rig_start();
	for (unsigned n = 0; n < 5; n++)
		i[n] = write_of(n * 8192, 4096 + n * 512, (uint8_t)(n + 1));
	blk_front_poll(&rig.f, BUDGET);
	/* It does the first, says so, does the second and dies. */
	assert_int_equal(driver_gets(&r), 1);
	driver_does(&r);
	assert_int_equal(driver_gets(&r), 1);
	i[5] = write_of(0x20000, 512, 6);
	rig_die();
	memset(rig.disk, 0, sizeof(rig.disk));
	rig_start();
	done_with(i[0], BLK_S_OK);
	blk_front_poll(&rig.f, BUDGET);
	for (unsigned n = 1; n < 6; n++) {
		assert_int_equal(driver_gets(&r), 1);
		assert_int_equal(r.offset, n == 5 ? 0x20000 : n * 8192);
		driver_does(&r);
	}
	run();
	for (unsigned n = 1; n < 6; n++)
		done_with(i[n], BLK_S_OK);
	holds(0, 4096, 0);
	holds(8192, 4096 + 512, 2);
	holds(0x20000, 512, 6);
	assert_int_equal(rig.f.count.resent, 4);
	all_is_back();
}

static void answers_and_half_written_requests_are_carried_over(void **state)
{
	uint32_t half, read, bytes;

	(void)state;
	rig_start();
	memset(rig.disk, 9, sizeof(rig.disk));
	read = submit(BLK_READ, 0, 131072);
	run();
	half = ask(BLK_WRITE, 0, 4096, 4096);
	fill(half, 5);
	for (unsigned lives = 0; lives < 3; lives++) {
		rig_die();
		rig_start();
		for (uint32_t k = 0; k < 2; k++) {
			const uint8_t *data = blk_front_data(&rig.f, read, k, &bytes);

			assert_int_equal(data[0], 9);
			assert_int_equal(data[bytes - 1], 9);
		}
	}
	blk_front_submit(&rig.f, half);
	run();
	done_with(half, BLK_S_OK);
	done_with(read, BLK_S_OK);
	holds(4096, 4096, 5);
	holds(8192, 4096, 9);
	all_is_back();
}

static void what_it_said_before_it_died_counts(void **state)
{
	struct blk_request r;
	uint32_t i;

	(void)state;
	rig_start();
	i = submit(BLK_READ, 0, 512);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(driver_gets(&r), 1);
	driver_does(&r);
	rig_die();
	assert_int_equal(rig.f.count.resent, 0);
	rig_start();
	done_with(i, BLK_S_OK);
	run();
	all_is_back();
}

static void a_stop_waits_for_what_is_out_and_sends_nothing_more(void **state)
{
	uint32_t i, k;

	(void)state;
	rig_start();
	i = write_of(0, 512, 1);
	blk_front_poll(&rig.f, BUDGET);
	k = write_of(512, 512, 2);
	assert_int_equal(blk_front_stop(&rig.f), -ETIMEDOUT);
	driver_works();
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(rig.f.table.sent.n, 0);
	assert_int_equal(blk_front_stop(&rig.f), 0);
	done_with(i, BLK_S_OK);
	rig_die();
	rig_start();
	run();
	done_with(k, BLK_S_OK);
	holds(512, 512, 2);
	all_is_back();
}

/* A client waits for it, for as long as the driver shows signs of life. */
static void a_request_that_is_swallowed_is_noticed(void **state)
{
	struct blk_request r;

	(void)state;
	rig_start();
	assert_int_equal(blk_front_ping(&rig.f), 0);
	rig.time += 100 * rig.f.deadline_ns;
	(void)submit(BLK_READ, 0, 512);
	(void)submit(BLK_READ, 0, 512);
	blk_front_poll(&rig.f, BUDGET);
	for (unsigned n = 0; n < 2; n++) {
		assert_int_equal(blk_front_ping(&rig.f), 0);
		rig.time += (BLK_FRONT_PATIENCE - 1) * rig.f.deadline_ns;
		assert_int_equal(blk_front_ping(&rig.f), 0);
		/* One is answered; then the other is the oldest. */
		assert_int_equal(driver_gets(&r), 1);
		driver_does(&r);
		if (n == 0)
			blk_front_poll(&rig.f, BUDGET);
	}
	rig.time += 2 * rig.f.deadline_ns;
	assert_int_equal(blk_front_ping(&rig.f), -ETIME);
	blk_front_poll(&rig.f, BUDGET);
	assert_int_equal(blk_front_ping(&rig.f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_start_tells_what_was_agreed),
		TEST(a_driver_that_lies_at_its_start_is_refused),
		TEST(another_disk_is_refused_and_the_same_goes_on),
		TEST(every_length_arrives),
		TEST(no_more_than_was_agreed_is_out_at_once),
		TEST(without_buffers_or_slots_the_user_waits),
		TEST(errors_and_lies_come_through_as_errors),
		TEST(what_a_dead_driver_had_is_sent_again_in_order),
		TEST(answers_and_half_written_requests_are_carried_over),
		TEST(what_it_said_before_it_died_counts),
		TEST(a_request_that_is_swallowed_is_noticed),
		TEST(a_stop_waits_for_what_is_out_and_sends_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
