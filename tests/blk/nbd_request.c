// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* NBD requests: good ones, wrong ones, clients that stall or leave, and a driver that dies under them. */
#include "tests/blk/nbd.h"

static void every_length_and_no_other(void **state)
{
	static const uint32_t lengths[] = { 512, 2048, 2560, 65536, 66048, BLK_BYTES_MAX };
	int fd = connected();

	(void)state;
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put_bytes(fd, 512, lengths[i], (uint8_t)(i + 1));
		holds(512, lengths[i], (uint8_t)(i + 1));
		get_bytes(fd, 512, lengths[i], (uint8_t)(i + 1));
	}
	close(fd);
	(void)silent(dial());
	all_is_back();
}

static void a_byte_at_a_time(void **state)
{
	uint8_t all[28 + 1024], *p = nbd_put32(all, NBD_REQUEST_MAGIC);
	int fd = connected();

	(void)state;
	p = nbd_put16(p, 0);
	p = nbd_put16(p, NBD_CMD_WRITE);
	p = nbd_put64(p, 77);
	p = nbd_put64(p, 1024);
	p = nbd_put32(p, 1024);
	memset(p, 6, 1024);
	for (unsigned i = 0; i < sizeof(all); i++)
		say(fd, all + i, 1);
	assert_int_equal(answered(fd, 77), 0);
	holds(1024, 1024, 6);
	close(fd);
}

static void many_at_once(void **state)
{
	int fd = connected();
	uint8_t seen[100] = { 0 };

	(void)state;
	driver_sleeps = 1;
	for (unsigned i = 0; i < 20; i++) {
		command(fd, 0, NBD_CMD_WRITE, i, i * 4096, 4096);
		memset(bytes, (int)i + 1, 4096);
		say(fd, bytes, 4096);
	}
	driver_sleeps = 0;
	for (unsigned i = 0; i < 20; i++) {
		uint64_t cookie;

		assert_int_equal(answer_of(fd, &cookie), 0);
		assert_true(cookie < 20 && !seen[cookie]++);
	}
	for (unsigned i = 0; i < 20; i++)
		holds(i * 4096, 4096, (uint8_t)(i + 1));
	close(fd);
}

static void flush_trim_and_zeroes(void **state)
{
	int fd = connected();

	(void)state;
	put_bytes(fd, 0, BLK_BYTES_MAX, 9);
	put_bytes(fd, BLK_BYTES_MAX, BLK_BYTES_MAX, 9);
	command(fd, 0, NBD_CMD_FLUSH, 1, 0, 0);
	assert_int_equal(answered(fd, 1), 0);
	/* In parts of 64 KB. */
	command(fd, NBD_CMD_F_FUA, NBD_CMD_TRIM, 2, 512, 300 * 1024);
	assert_int_equal(answered(fd, 2), 0);
	holds(0, 512, 9);
	holds(512, 300 * 1024, 0);
	holds(512 + 300 * 1024, 512, 9);
	command(fd, NBD_CMD_F_NO_HOLE, NBD_CMD_WRITE_ZEROES, 3, 0, (uint32_t)CAPACITY);
	assert_int_equal(answered(fd, 3), 0);
	holds(0, (uint32_t)CAPACITY, 0);
	close(fd);
}

static void what_is_wrong_is_refused_and_nothing_else_happens(void **state)
{
	static const struct {
		uint16_t flags, type;
		uint64_t offset;
		uint32_t length, error;
	} tries[] = {
		{ 0, NBD_CMD_READ, CAPACITY, 512, NBD_EINVAL },
		{ 0, NBD_CMD_READ, CAPACITY - 512, 1024, NBD_EINVAL },
		{ 0, NBD_CMD_READ, UINT64_MAX - 511, 512, NBD_EINVAL },
		{ 0, NBD_CMD_READ, 0, 0, NBD_EINVAL },
		{ 0, NBD_CMD_READ, 1, 512, NBD_EINVAL },
		{ 0, NBD_CMD_READ, 0, 511, NBD_EINVAL },
		{ 0, NBD_CMD_READ, 0, BLK_BYTES_MAX + 512, NBD_EINVAL },
		{ 0, NBD_CMD_READ, 0, UINT32_MAX, NBD_EINVAL },
		{ 4, NBD_CMD_READ, 0, 512, NBD_EINVAL },
		{ 0, NBD_CMD_WRITE, CAPACITY, 512, NBD_ENOSPC },
		{ 0, NBD_CMD_WRITE, UINT64_MAX - 511, 512, NBD_ENOSPC },
		{ 0, NBD_CMD_WRITE, 100, 512, NBD_EINVAL },
		{ 0, NBD_CMD_WRITE, 0, 0, NBD_EINVAL },
		{ 0, NBD_CMD_WRITE, 0, BLK_BYTES_MAX + 512, NBD_EINVAL },
		{ NBD_CMD_F_NO_HOLE, NBD_CMD_WRITE, 0, 512, NBD_EINVAL },
		{ 0, NBD_CMD_TRIM, 0, 0, NBD_EINVAL },
		{ 0, NBD_CMD_TRIM, 512, (uint32_t)CAPACITY, NBD_ENOSPC },
		{ 0, NBD_CMD_WRITE_ZEROES, 0, UINT32_MAX - 511, NBD_ENOSPC },
		{ 0, 5 /* CACHE */, 0, 512, NBD_EINVAL },
		{ 0, 7 /* BLOCK_STATUS */, 0, 512, NBD_EINVAL },
		{ 0, 0xffff, 0, 512, NBD_EINVAL },
	};
	int fd = connected();

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		command(fd, tries[i].flags, tries[i].type, i, tries[i].offset, tries[i].length);
		if (tries[i].type == NBD_CMD_WRITE)
			say(fd, bytes, tries[i].length);
		if (answered(fd, i) != tries[i].error)
			fail_msg("try %u", i);
	}
	holds(0, (uint32_t)CAPACITY, 0);
	assert_int_equal(rig.f.count.writes, 0);
	rig.f.limits.features = BLK_F_READ_ONLY;
	command(fd, 0, NBD_CMD_WRITE, 1, 0, 512);
	say(fd, bytes, 512);
	assert_int_equal(answered(fd, 1), NBD_EPERM);
	holds(0, 512, 0);
	close(fd);
}

static void nonsense_ends_the_connection_alone(void **state)
{
	int fd = connected(), other = connected();
	uint8_t junk[28];

	(void)state;
	memset(junk, 0x5a, sizeof(junk));
	say(fd, junk, sizeof(junk));
	assert_true(hung_up(fd));
	close(fd);
	/* More data than anybody would send to be refused. */
	fd = connected();
	command(fd, 0, NBD_CMD_WRITE, 1, 0, NBD_DATA_MAX + 1);
	assert_true(hung_up(fd));
	close(fd);
	still_serves(other);
	command(other, 0, NBD_CMD_DISC, 0, 0, 0);
	assert_true(hung_up(other));
	close(other);
	all_is_back();
}

static void who_leaves_in_the_middle_takes_nothing_along(void **state)
{
	int fd = connected();

	(void)state;
	/* Half a header; half of the data; whole requests, unanswered; an answer that is not read. */
	say(fd, "%`\x95\x13", 4);
	close(fd);
	fd = connected();
	command(fd, 0, NBD_CMD_WRITE, 1, 0, 4096);
	say(fd, bytes, 100);
	close(fd);
	fd = connected();
	driver_sleeps = 1;
	command(fd, 0, NBD_CMD_READ, 1, 0, 4096);
	memset(bytes, 3, 512);
	command(fd, 0, NBD_CMD_WRITE, 2, 8192, 512);
	say(fd, bytes, 512);
	close(fd);
	for (unsigned i = 0; i < 100; i++)
		turn();
	driver_sleeps = 0;
	fd = connected();
	for (unsigned i = 0; i < 10; i++)
		command(fd, 0, NBD_CMD_READ, i, 0, BLK_BYTES_MAX);
	close(fd);
	fd = connected();
	still_serves(fd);
	holds(8192, 512, 3);
	close(fd);
	(void)silent(dial());
	all_is_back();
}

/* It has its share, and no more. */
static void who_does_not_read_holds_up_nobody_else(void **state)
{
	int fd = connected(), other = connected();

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		command(fd, 0, NBD_CMD_READ, i, 0, BLK_BYTES_MAX);
	for (unsigned i = 0; i < 20; i++) {
		put_bytes(other, 0, BLK_BYTES_MAX, (uint8_t)i);
		get_bytes(other, 0, BLK_BYTES_MAX, (uint8_t)i);
	}
	close(fd);
	close(other);
}

/* In the middle of everything: data that come in, requests at the driver, an answer half sent. */
static void a_dead_driver_is_not_noticed(void **state)
{
	int reader = connected(), writer = connected();

	(void)state;
	for (uint32_t i = 0; i < CAPACITY; i++)
		rig.disk[i] = (uint8_t)(i >> 9);
	for (unsigned i = 0; i < 6; i++)
		command(reader, 0, NBD_CMD_READ, i, 0, BLK_BYTES_MAX);
	command(writer, 0, NBD_CMD_WRITE, 1, 0xe0000, 65536);
	memset(bytes, 0x11, 65536);
	say(writer, bytes, 30000);
	for (unsigned lives = 0; lives < 5; lives++) {
		rig_die();
		rig_start();
		for (unsigned i = 0; i < lives; i++)
			turn();
	}
	say(writer, bytes + 30000, 65536 - 30000);
	assert_int_equal(answered(writer, 1), 0);
	holds(0xe0000, 65536, 0x11);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(answered(reader, i), 0);
		assert_int_equal(hear(reader, bytes, BLK_BYTES_MAX), 1);
		for (uint32_t k = 0; k < BLK_BYTES_MAX; k++)
			assert_int_equal(bytes[k], (uint8_t)(k >> 9));
	}
	close(reader);
	close(writer);
	(void)silent(dial());
	all_is_back();
}

/* While no driver runs, nothing is lost, and nobody is let in. */
static void clients_wait_for_the_next_driver(void **state)
{
	int fd = connected(), late;

	(void)state;
	assert_int_equal(blk_front_stop(&rig.f), 0);
	command(fd, 0, NBD_CMD_READ, 5, 0, 512);
	late = dial();
	assert_true(silent(fd));
	assert_true(silent(late));
	rig_die();
	rig_start();
	assert_int_equal(answered(fd, 5), 0);
	assert_false(silent(late));
	close(fd);
	close(late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NBD_TEST(every_length_and_no_other),
		NBD_TEST(a_byte_at_a_time),
		NBD_TEST(many_at_once),
		NBD_TEST(flush_trim_and_zeroes),
		NBD_TEST(what_is_wrong_is_refused_and_nothing_else_happens),
		NBD_TEST(nonsense_ends_the_connection_alone),
		NBD_TEST(who_leaves_in_the_middle_takes_nothing_along),
		NBD_TEST(who_does_not_read_holds_up_nobody_else),
		NBD_TEST(a_dead_driver_is_not_noticed),
		NBD_TEST(clients_wait_for_the_next_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
