// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The table of requests against a driver that answers what it likes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domains/blk/table.h"

#define N 8u

static struct blk_table table;
static struct blk_slot slots[N];

static int set_up(void **state)
{
	(void)state;
	blk_table_init(&table, slots, N, 0);
	return 0;
}

static uint32_t out(uint32_t i, enum blk_request_op op, uint32_t bytes)
{
	struct blk_request *r = blk_table_hold(&table, i);

	r->op = (uint8_t)op;
	r->bytes = bytes;
	r->nbufs = (uint16_t)(op <= BLK_WRITE);
	return blk_table_send(&table, i)->tag;
}

static int answer(uint32_t tag, uint32_t len, uint8_t status)
{
	return blk_table_complete(&table, cordon_desc(tag, len, status));
}

static void an_answer_is_taken_once(void **state)
{
	uint32_t tag = out(3, BLK_READ, 4096);

	(void)state;
	assert_int_equal(answer(tag, 4096, BLK_S_OK), 3);
	assert_int_equal(slots[3].state, BLK_SLOT_HELD);
	assert_int_equal(slots[3].status, BLK_S_OK);
	assert_int_equal(answer(tag, 4096, BLK_S_OK), -EPROTO);
	blk_table_free(&table, 3);
	assert_int_equal(answer(tag, 4096, BLK_S_OK), -EPROTO);
	assert_int_equal(table.bad_tags, 2);
	assert_int_equal(table.sent.n, 0);
}

static void no_other_tag_is_taken(void **state)
{
	uint32_t tag = out(3, BLK_READ, 4096);

	(void)state;
	for (uint32_t i = 0; i < 4 * N; i++)
		if (i != 3)
			assert_int_equal(answer(blk_tag(i, 1), 4096, BLK_S_OK), -EPROTO);
	assert_int_equal(answer(UINT32_MAX, 4096, BLK_S_OK), -EPROTO);
	assert_int_equal(table.bad_tags, 4 * N);
	assert_int_equal(answer(tag, 4096, BLK_S_OK), 3);
}

static void nor_one_of_another_generation(void **state)
{
	uint32_t old = out(3, BLK_READ, 4096), tag;

	(void)state;
	assert_int_equal(answer(old, 4096, BLK_S_OK), 3);
	tag = out(3, BLK_WRITE, 512);
	assert_int_not_equal(tag, old);
	assert_int_equal(answer(old, 512, BLK_S_OK), -EPROTO);
	assert_int_equal(answer(blk_tag(3, 3), 512, BLK_S_OK), -EPROTO);
	assert_int_equal(table.old_tags, 2);
	assert_int_equal(slots[3].state, BLK_SLOT_SENT);
	assert_int_equal(answer(tag, 512, BLK_S_OK), 3);
}

static void statuses_become_what_the_interface_has(void **state)
{
	(void)state;
	for (unsigned status = 0; status < 256; status++) {
		assert_int_equal(answer(out(1, BLK_WRITE, 512), 512, (uint8_t)status), 1);
		assert_int_equal(slots[1].status, status < BLK_S_COUNT ? status : BLK_S_IO);
		assert_true(blk_status_errno(slots[1].status) <= 0);
	}
	assert_int_equal(table.bad_statuses, 256 - BLK_S_COUNT);
	assert_int_equal(blk_status_errno((enum blk_status)200), -EIO);
}

static void what_is_not_whole_has_failed(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 511, 513, 4096, 0xffffff };

	(void)state;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(answer(out(1, BLK_READ, 512), lengths[i], BLK_S_OK), 1);
		assert_int_equal(slots[1].status, BLK_S_IO);
	}
	assert_int_equal(table.bad_lengths, 6);
	/* Of what carries no data, and of errors, no length is asked. */
	assert_int_equal(answer(out(1, BLK_FLUSH, 0), 7, BLK_S_OK), 1);
	assert_int_equal(slots[1].status, BLK_S_OK);
	assert_int_equal(answer(out(1, BLK_READ, 512), 512, BLK_S_NOSPC), 1);
	assert_int_equal(slots[1].status, BLK_S_NOSPC);
	assert_int_equal(table.bad_lengths, 6);
}

static void a_dead_drivers_come_first_and_in_order(void **state)
{
	static const uint32_t order[] = { 5, 2, 7, 0, 6, 1 };
	uint32_t old[N];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		old[order[i]] = out(order[i], BLK_WRITE, 512);
	/* One in the middle was answered, one waits. */
	assert_int_equal(answer(old[7], 512, BLK_S_OK), 7);
	(void)blk_table_hold(&table, 1);
	blk_table_queue(&table, 1);
	blk_table_past(&table);
	assert_int_equal(table.sent.n, 0);
	assert_int_equal(table.waiting.n, 5);
	for (unsigned i = 0; i < 6; i++)
		if (order[i] != 7) {
			assert_int_equal(blk_table_send_next(&table), order[i]);
			assert_int_not_equal(slots[order[i]].request.tag, old[order[i]]);
		}
	assert_int_equal(blk_table_send_next(&table), BLK_NO_SLOT);
	/* What the dead one says late is dropped. */
	assert_int_equal(answer(old[5], 512, BLK_S_OK), -EPROTO);
	assert_int_equal(table.old_tags, 1);
	assert_int_equal(answer(slots[5].request.tag, 512, BLK_S_OK), 5);
	blk_table_past(&table);
	blk_table_past(&table);
	assert_int_equal(table.waiting.n, 4);
	assert_int_equal(blk_table_send_next(&table), 2);
}

static void what_is_called_off_is_out_of_its_list(void **state)
{
	uint32_t a = out(0, BLK_READ, 512), b = out(1, BLK_READ, 512), c = out(2, BLK_READ, 512);

	(void)state;
	blk_table_cancel(&table, 1);
	assert_int_equal(answer(b, 512, BLK_S_OK), -EPROTO);
	assert_int_equal(answer(a, 512, BLK_S_OK), 0);
	assert_int_equal(answer(c, 512, BLK_S_OK), 2);
	blk_table_queue(&table, 0);
	blk_table_queue(&table, 1);
	blk_table_cancel(&table, 0);
	assert_int_equal(blk_table_send_next(&table), 1);
	assert_int_equal(table.waiting.n, 0);
}

/* Random answers to random requests: the table agrees with a plain list of what is out. */
static void random_answers(void **state)
{
	uint64_t x = 1;
	uint32_t tag[N] = { 0 };
	int is_out[N] = { 0 };

	(void)state;
	for (unsigned n = 0; n < 200000; n++) {
		uint32_t i, guess;
		int ret;

		x = x * 6364136223846793005u + 1442695040888963407u;
		i = (uint32_t)(x >> 33) % N;
		if (!is_out[i] && (x >> 60) < 8) {
			tag[i] = out(i, BLK_READ, 512);
			is_out[i] = 1;
			continue;
		}
		guess = (x >> 60) < 12 ? tag[i] : (uint32_t)(x >> 20);
		ret = answer(guess, 512, (uint8_t)(x >> 40));
		if (ret < 0) {
			for (uint32_t k = 0; k < N; k++)
				assert_false(is_out[k] && guess == tag[k]);
			continue;
		}
		assert_true(is_out[ret] && guess == tag[ret]);
		is_out[ret] = 0;
		blk_table_free(&table, (uint32_t)ret);
	}
	assert_true(blk_table_faults(&table) > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_answer_is_taken_once, set_up),
		cmocka_unit_test_setup(no_other_tag_is_taken, set_up),
		cmocka_unit_test_setup(nor_one_of_another_generation, set_up),
		cmocka_unit_test_setup(statuses_become_what_the_interface_has, set_up),
		cmocka_unit_test_setup(what_is_not_whole_has_failed, set_up),
		cmocka_unit_test_setup(a_dead_drivers_come_first_and_in_order, set_up),
		cmocka_unit_test_setup(what_is_called_off_is_out_of_its_list, set_up),
		cmocka_unit_test_setup(random_answers, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
