// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Whose a buffer is, before, during and after a call; and what doesn't fit a line. */
#include "tests/cdl/all.h"

static uint32_t get(uint32_t len)
{
	int buf = cordon_pool_get(&pool[0], len);

	assert_true(buf >= 0);
	return (uint32_t)buf;
}

static void mine_and_free(uint32_t buf)
{
	assert_int_equal(pool[0].state[buf], CORDON_BUF_MINE);
	assert_int_equal(pool[1].state[buf], CORDON_BUF_PEER);
	assert_int_equal(cordon_pool_put(&pool[0], buf), 0);
}

static void a_lent_buffer_comes_back(void **state)
{
	uint32_t big, small;

	(void)state;
	open_connected();
	big = get(CORDON_BUF_BIG);
	memset(cordon_pool_data(&pool[0], big), 0xff, CORDON_BUF_BIG);
	assert_int_equal(all_load(&c, big, CORDON_BUF_BIG), 0);
	assert_int_equal(all_load(&c, big, 0), 0);
	assert_int_equal(handled, 2);
	assert_int_equal(all_load(&c, big, CORDON_BUF_BIG + 1), -EINVAL);
	assert_int_equal(all_load(&c, big, UINT32_MAX), -EINVAL);
	assert_int_equal(handled, 2);
	result = -EBUSY;
	assert_int_equal(all_load(&c, big, 1), -EBUSY);
	result = 0;
	mine_and_free(big);
	small = get(1);
	assert_int_equal(all_load(&c, small, CORDON_BUF_SMALL + 1), -EINVAL);
	mine_and_free(small);
	no_buffer_is_missing();
}

static void a_buffer_is_filled(void **state)
{
	uint32_t to, len = 5;
	int ro;

	(void)state;
	open_connected();
	to = get(1);
	filled = CORDON_BUF_SMALL;
	assert_int_equal(all_fill(&c, to, &len), 0);
	assert_int_equal(len, CORDON_BUF_SMALL);
	assert_int_equal(cordon_pool_data(&pool[0], to)[CORDON_BUF_SMALL - 1], 0x77);
	filled++;
	assert_int_equal(all_fill(&c, to, &len), -EPROTO);
	assert_int_equal(len, CORDON_BUF_SMALL);
	assert_int_equal(all_change(&c, to, 0x11, 100), 0);
	assert_int_equal(cordon_pool_data(&pool[0], to)[99], 0x11);
	assert_int_equal(cordon_pool_data(&pool[0], to)[100], 0x77);
	mine_and_free(to);
	/* The server could not write there. */
	ro = cordon_pool_get_ro(&pool[0], 1);
	assert_true(ro >= 0);
	assert_int_equal(all_fill(&c, (uint32_t)ro, &len), -EINVAL);
	assert_int_equal(all_change(&c, (uint32_t)ro, 0, 1), -EINVAL);
	memset(cordon_pool_data(&pool[0], (uint32_t)ro), 0xff, 8);
	assert_int_equal(all_load(&c, (uint32_t)ro, 8), 0);
	mine_and_free((uint32_t)ro);
	no_buffer_is_missing();
}

static void what_is_not_mine_is_not_lent(void **state)
{
	uint32_t buf, other;

	(void)state;
	open_connected();
	assert_int_equal(all_load(&c, 0, 0), -EINVAL);
	assert_int_equal(all_load(&c, BUFS, 0), -EINVAL);
	assert_int_equal(all_load(&c, UINT32_MAX, 0), -EINVAL);
	buf = get(1);
	other = get(1);
	/* Twice the same. */
	assert_int_equal(all_keep(&c, buf, buf, 0), -EINVAL);
	assert_int_equal(pool[0].state[buf], CORDON_BUF_MINE);
	/* The first goes back when the second can't go. */
	assert_int_equal(all_keep(&c, buf, BUFS + 7, 0), -EINVAL);
	assert_int_equal(pool[0].state[buf], CORDON_BUF_MINE);
	assert_int_equal(handled, 0);
	assert_int_equal(client.calls, 1); /* the hello */
	mine_and_free(buf);
	mine_and_free(other);
}

static void a_given_buffer_changes_hands(void **state)
{
	uint32_t name, image, back = 77, len = 77;

	(void)state;
	open_connected();
	kept = -1;
	name = get(1);
	image = get(1);
	/* Not taken: it is still mine. */
	result = -ENODEV;
	assert_int_equal(all_keep(&c, name, image, 1), -ENODEV);
	assert_int_equal(pool[0].state[image], CORDON_BUF_MINE);
	assert_int_equal(pool[1].state[image], CORDON_BUF_PEER);
	result = 0;
	assert_int_equal(all_keep(&c, name, image, CORDON_BUF_SMALL + 1), -EINVAL);
	assert_int_equal(pool[0].state[image], CORDON_BUF_MINE);
	assert_int_equal(all_keep(&c, name, image, 1), 0);
	assert_int_equal(kept, image);
	assert_int_equal(pool[0].state[name], CORDON_BUF_MINE);
	assert_int_equal(pool[0].state[image], CORDON_BUF_PEER);
	assert_int_equal(pool[1].state[image], CORDON_BUF_MINE);
	assert_int_equal(all_keep(&c, name, image, 1), -EINVAL);
	filled = 10;
	assert_int_equal(all_fetch(&c, &back, &len), 0);
	assert_int_equal(back, image);
	assert_int_equal(len, 10);
	/* It no longer has it. */
	assert_int_equal(all_fetch(&c, &back, &len), -EIO);
	mine_and_free(name);
	mine_and_free(image);
	no_buffer_is_missing();
}

static void a_buffer_that_comes_is_looked_at(void **state)
{
	uint32_t name, image, back = 77, len = 77;

	(void)state;
	open_connected();
	name = get(1);
	image = get(1);
	assert_int_equal(all_keep(&c, name, image, 1), 0);
	filled = CORDON_BUF_SMALL + 1;
	assert_int_equal(all_fetch(&c, &back, &len), -EPROTO);
	assert_true(back == 77 && len == 77);
	/* It was not taken. */
	assert_int_equal(pool[0].state[image], CORDON_BUF_PEER);
}

static void buffers_and_more_than_a_line(void **state)
{
	uint64_t args[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, out[8] = { 0 };
	uint32_t from, to;

	(void)state;
	open_connected();
	from = get(1);
	to = get(1);
	memset(cordon_pool_data(&pool[0], from), 0x42, 8);
	assert_int_equal(all_move(&c, args, from, to, out), 0);
	assert_memory_equal(args, out, sizeof(args));
	assert_int_equal(cordon_pool_data(&pool[0], to)[7], 0x42);
	mine_and_free(from);
	mine_and_free(to);
	no_buffer_is_missing();
}

/* The server answers after all; what was lent goes to the pool, since nobody has it any more. */
static void late_buffers_go_back_to_the_pool(void **state)
{
	uint64_t o[20] = { 0 };
	uint32_t buf;
	int ret;

	(void)state;
	open_connected();
	buf = get(1);
	silent = 1;
	assert_int_equal(all_load(&c, buf, 0), -ETIMEDOUT);
	assert_int_equal(pool[0].state[buf], CORDON_BUF_PEER);
	assert_int_equal(all_far_out(&c, o), -ETIMEDOUT);
	assert_int_equal(cordon_count_bits(client.quarantined), 2);
	silent = 0;
	serve_all();
	/* On the same lines, by other calls with buffers. */
	for (int i = 0; i < 2; i++) {
		int a = all_far_out_start(&c, NEVER), b = all_far_out_start(&c, NEVER);

		assert_true(a == 0 && b == 1);
		serve_all();
		while ((ret = all_far_out_finish(&c, a, 0, o)) == -EAGAIN)
			;
		assert_int_equal(ret, 0);
		while ((ret = all_far_out_finish(&c, b, 0, o)) == -EAGAIN)
			;
		assert_int_equal(ret, 0);
	}
	no_buffer_is_missing();
}

static void an_exhausted_pool_looks_for_late_ones(void **state)
{
	uint32_t buf[4];
	uint64_t o[20] = { 0 };

	(void)state;
	open_connected();
	for (int i = 0; i < 3; i++)
		buf[i] = get(1);
	silent = 1;
	assert_int_equal(all_far_out(&c, o), -ETIMEDOUT);
	/* All small ones are out. */
	assert_int_equal(all_far_out(&c, o), -ENOBUFS);
	assert_int_equal(all_far_out_start(&c, NEVER), -ENOBUFS);
	silent = 0;
	serve_all();
	assert_int_equal(all_far_out(&c, o), 0);
	for (int i = 0; i < 3; i++)
		mine_and_free(buf[i]);
	no_buffer_is_missing();
}

static void a_call_without_a_line_keeps_its_buffers(void **state)
{
	uint32_t buf;
	uint64_t o[20] = { 0 };
	int line[LINES];

	(void)state;
	open_connected();
	buf = get(1);
	for (unsigned i = 0; i < LINES; i++)
		line[i] = all_open_start(&c, NEVER);
	assert_int_equal(all_load_start(&c, buf, 0, NEVER), -EAGAIN);
	assert_int_equal(all_far_out_start(&c, NEVER), -EAGAIN);
	silent = 1;
	assert_int_equal(all_load(&c, buf, 0), -ETIMEDOUT);
	assert_int_equal(all_far_out(&c, o), -ETIMEDOUT);
	assert_int_equal(pool[0].state[buf], CORDON_BUF_MINE);
	silent = 0;
	serve_all();
	for (unsigned i = 0; i < LINES; i++)
		while (all_open_finish(&c, line[i], 0) == -EAGAIN)
			;
	mine_and_free(buf);
	no_buffer_is_missing();
}

static void oneway_arguments_in_a_buffer(void **state)
{
	(void)state;
	open_connected();
	news = 0;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(all_long_news(&c, "four"), 0);
		serve_all();
	}
	assert_int_equal(news, 80);
	/* Its buffer goes back with the line, or when one is needed. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(all_long_news(&c, "four"), 0);
	assert_int_equal(all_long_news(&c, "four"), -ENOBUFS);
	serve_all();
	assert_int_equal(all_long_news(&c, "four"), 0);
	serve_all();
	assert_int_equal(news, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lent_buffer_comes_back),
		cmocka_unit_test(a_buffer_is_filled),
		cmocka_unit_test(what_is_not_mine_is_not_lent),
		cmocka_unit_test(a_given_buffer_changes_hands),
		cmocka_unit_test(a_buffer_that_comes_is_looked_at),
		cmocka_unit_test(buffers_and_more_than_a_line),
		cmocka_unit_test(late_buffers_go_back_to_the_pool),
		cmocka_unit_test(an_exhausted_pool_looks_for_late_ones),
		cmocka_unit_test(a_call_without_a_line_keeps_its_buffers),
		cmocka_unit_test(oneway_arguments_in_a_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
