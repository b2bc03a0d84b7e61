// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The NBD handshake, as it should be and as it shouldn't. */
#include "tests/blk/nbd.h"

static void go_tells_all_there_is(void **state)
{
	int fd = greet(NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES);
	uint16_t flags = go(fd, NBD_OPT_INFO);

	(void)state;
	assert_int_equal(flags, NBD_F_HAS_FLAGS | NBD_F_SEND_FLUSH | NBD_F_SEND_FUA |
					NBD_F_SEND_TRIM | NBD_F_SEND_WRITE_ZEROES |
					NBD_F_CAN_MULTI_CONN);
	/* After an INFO the handshake goes on; after a GO it is over. */
	assert_int_equal(go(fd, NBD_OPT_GO), flags);
	still_serves(fd);
	close(fd);
}

static void flags_follow_the_features(void **state)
{
	static const struct {
		uint32_t features;
		uint16_t flags;
	} tries[] = {
		{ BLK_F_FLUSH, 0 },
		{ BLK_F_FLUSH | BLK_F_FUA, NBD_F_SEND_FUA },
		{ BLK_F_READ_ONLY, NBD_F_READ_ONLY | NBD_F_SEND_FUA },
		{ 0, NBD_F_SEND_FUA },
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		int fd;

		rig.f.limits.features = tries[i].features;
		fd = greet(NBD_FIXED_NEWSTYLE);
		assert_int_equal(go(fd, NBD_OPT_INFO), tries[i].flags | NBD_F_HAS_FLAGS |
							       NBD_F_SEND_FLUSH |
							       NBD_F_CAN_MULTI_CONN);
		close(fd);
	}
}

static void the_old_way_in(void **state)
{
	uint8_t export[10 + 124];

	(void)state;
	for (uint32_t flags = 0; flags < 4; flags++) {
		uint32_t zeroes = flags & NBD_NO_ZEROES ? 0 : 124;
		int fd = greet(flags);

		option(fd, NBD_OPT_EXPORT_NAME, NULL, 0);
		assert_int_equal(hear(fd, export, 10 + zeroes), 1);
		assert_int_equal(nbd_get64(export), CAPACITY);
		for (uint32_t i = 0; i < zeroes; i++)
			assert_int_equal(export[10 + i], 0);
		still_serves(fd);
		close(fd);
	}
}

static void what_else_can_be_asked(void **state)
{
	static const uint32_t unknown[] = { 0, 4, 5, 8, 9, 10, 11, 12, UINT32_MAX };
	int fd = greet(NBD_FIXED_NEWSTYLE);
	uint8_t name[4];

	(void)state;
	for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		option(fd, unknown[i], "any data", 8);
		assert_int_equal(reply(fd, unknown[i], NULL, 0), NBD_REP_ERR_UNSUP);
	}
	option(fd, NBD_OPT_LIST, NULL, 0);
	assert_int_equal(reply(fd, NBD_OPT_LIST, name, 4), NBD_REP_SERVER);
	assert_int_equal(nbd_get32(name), 0);
	assert_int_equal(reply(fd, NBD_OPT_LIST, NULL, 0), NBD_REP_ACK);
	option(fd, NBD_OPT_LIST, "x", 1);
	assert_int_equal(reply(fd, NBD_OPT_LIST, NULL, 0), NBD_REP_ERR_INVALID);
	option(fd, NBD_OPT_ABORT, NULL, 0);
	assert_int_equal(reply(fd, NBD_OPT_ABORT, NULL, 0), NBD_REP_ACK);
	assert_true(hung_up(fd));
	close(fd);
}

static void wrong_words_get_an_error_and_the_handshake_goes_on(void **state)
{
	static const struct {
		uint8_t data[12];
		uint32_t length, error;
	} tries[] = {
		{ { 0 }, 0, NBD_REP_ERR_INVALID },
		{ { 0 }, 5, NBD_REP_ERR_INVALID },
		{ { 0 }, 7, NBD_REP_ERR_INVALID },
		{ { 0xff, 0xff, 0xff, 0xff, 0, 0 }, 6, NBD_REP_ERR_INVALID },
		{ { 0, 0, 0, 1, 0, 0 }, 6, NBD_REP_ERR_INVALID },
		{ { 0, 0, 0, 0, 0, 1 }, 6, NBD_REP_ERR_INVALID },
		{ { 0, 0, 0, 0, 0xff, 0xff }, 6, NBD_REP_ERR_INVALID },
		{ { 0, 0, 0, 1, 'x', 0, 0 }, 7, NBD_REP_ERR_UNKNOWN },
		{ { 0, 0, 0, 0, 0, 1, 0, 99 }, 8, NBD_REP_INFO },
	};
	uint8_t info[14];
	int fd;

	(void)state;
	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		int good = tries[i].error == NBD_REP_INFO;

		fd = greet(NBD_FIXED_NEWSTYLE);
		option(fd, NBD_OPT_INFO, tries[i].data, tries[i].length);
		assert_int_equal(reply(fd, NBD_OPT_INFO, info, good ? 12 : 0), tries[i].error);
		if (!good) {
			(void)go(fd, NBD_OPT_GO);
			still_serves(fd);
		}
		close(fd);
	}
}

static void an_option_that_is_too_long_is_read_and_refused(void **state)
{
	int fd = greet(NBD_FIXED_NEWSTYLE);

	(void)state;
	option(fd, NBD_OPT_GO, bytes, 200000);
	assert_int_equal(reply(fd, NBD_OPT_GO, NULL, 0), NBD_REP_ERR_TOO_BIG);
	(void)go(fd, NBD_OPT_GO);
	still_serves(fd);
	close(fd);
}

static void nonsense_ends_the_connection(void **state)
{
	uint8_t head[16], *p;
	int fd = greet(4);

	(void)state;
	assert_true(hung_up(fd));
	close(fd);
	fd = greet(NBD_FIXED_NEWSTYLE);
	say(fd, "GET / HTTP/1.1\r\n\r\n", 16);
	assert_true(hung_up(fd));
	close(fd);
	/* A length that no option has; a name where there is no way to refuse one. */
	fd = greet(NBD_FIXED_NEWSTYLE);
	p = nbd_put64(head, NBD_OPT_MAGIC);
	p = nbd_put32(p, NBD_OPT_GO);
	(void)nbd_put32(p, UINT32_MAX);
	say(fd, head, 16);
	assert_true(hung_up(fd));
	close(fd);
	fd = greet(NBD_FIXED_NEWSTYLE);
	option(fd, NBD_OPT_EXPORT_NAME, "other", 5);
	assert_true(hung_up(fd));
	close(fd);
	assert_int_equal(server.broken, 4);
	fd = connected();
	still_serves(fd);
	close(fd);
}

static void four_at_once_and_the_next_when_one_goes(void **state)
{
	int fd[NBD_CONNS], more;

	(void)state;
	for (unsigned i = 0; i < NBD_CONNS; i++)
		fd[i] = connected();
	more = dial();
	assert_true(silent(more));
	close(fd[1]);
	assert_false(silent(more));
	for (unsigned i = 0; i < NBD_CONNS; i++)
		if (i != 1)
			still_serves(fd[i]);
	for (unsigned i = 0; i < NBD_CONNS; i++)
		close(i == 1 ? more : fd[i]);
}

static void a_socket_that_nobody_listens_on_is_taken_over(void **state)
{
	struct nbd_server other;
	struct cordon_err e = { "" };

	(void)state;
	assert_int_equal(nbd_open(&other, &rig.f, socket_path, &e), -EADDRINUSE);
	nbd_close(&server);
	assert_int_equal(nbd_open(&server, &rig.f, socket_path, &e), 0);
	still_serves(connected());
	memset(bytes, 'x', 300);
	bytes[300] = '\0';
	assert_int_equal(nbd_open(&other, &rig.f, (const char *)bytes, &e), -EINVAL);
	assert_int_equal(nbd_open(&other, &rig.f, "", &e), -EINVAL);
	assert_int_equal(nbd_open(&other, &rig.f, "/nonexistent/x", &e), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NBD_TEST(go_tells_all_there_is),
		NBD_TEST(flags_follow_the_features),
		NBD_TEST(the_old_way_in),
		NBD_TEST(what_else_can_be_asked),
		NBD_TEST(wrong_words_get_an_error_and_the_handshake_goes_on),
		NBD_TEST(an_option_that_is_too_long_is_read_and_refused),
		NBD_TEST(nonsense_ends_the_connection),
		NBD_TEST(four_at_once_and_the_next_when_one_goes),
		NBD_TEST(a_socket_that_nobody_listens_on_is_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
