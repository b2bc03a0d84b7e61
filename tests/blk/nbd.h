/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An NBD client by hand, on the other side of a socket of the server's, whose rounds it makes. For nbd*.c. */
#ifndef CORDON_TESTS_BLK_NBD_H
#define CORDON_TESTS_BLK_NBD_H

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "domains/blk/nbd.h"
#include "tests/blk/rig.h"

#define ROUNDS 20000

static struct nbd_server server;
static char socket_path[64];
static int driver_sleeps; /* it answers nothing */

static inline void turn(void)
{
	(void)blk_front_poll(&rig.f, BUDGET);
	(void)nbd_poll(&server, BUDGET);
	if (!driver_sleeps)
		driver_works();
}

static inline int nbd_set_up(void **state)
{
	struct cordon_err e = { "" };

	rig_set_up(state);
	driver_sleeps = 0;
	blk_front_init(&rig.f, nbd_answered, &server);
	snprintf(socket_path, sizeof(socket_path), "/tmp/cordon-nbd-%d", (int)getpid());
	assert_int_equal(nbd_open(&server, &rig.f, socket_path, &e), 0);
	rig_start();
	return 0;
}

static inline int nbd_tear_down(void **state)
{
	nbd_close(&server);
	unlink(socket_path);
	return rig_tear_down(state);
}

static inline int dial(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, socket_path, sizeof(socket_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static inline void say(int fd, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (unsigned round = 0; n > 0; round++) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		assert_true(round < ROUNDS);
		if (sent > 0) {
			p += sent;
			n -= (size_t)sent;
		}
		turn();
	}
}

/* The server's next @n bytes; 0 if it hung up instead. */
static inline int hear(int fd, void *to, size_t n)
{
	uint8_t *p = to;

	for (unsigned round = 0; n > 0; round++) {
		ssize_t got = recv(fd, p, n, 0);

		assert_true(round < ROUNDS);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			return 0;
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
		turn();
	}
	return 1;
}

static inline int silent(int fd)
{
	char byte;

	for (unsigned i = 0; i < 200; i++)
		turn();
	return recv(fd, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

static inline int hung_up(int fd)
{
	char byte;

	for (unsigned i = 0; i < 200; i++)
		turn();
	return recv(fd, &byte, 1, 0) == 0 || errno == ECONNRESET;
}

/* ---- handshake ----------------------------------------------------------------------------------- */

static inline int greet(uint32_t flags)
{
	uint8_t hello[18], answer[4];
	int fd = dial();

	assert_int_equal(hear(fd, hello, 18), 1);
	assert_int_equal(nbd_get64(hello), NBD_MAGIC);
	assert_int_equal(nbd_get64(hello + 8), NBD_OPT_MAGIC);
	assert_int_equal(nbd_get16(hello + 16), NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES);
	(void)nbd_put32(answer, flags);
	say(fd, answer, 4);
	return fd;
}

static inline void option(int fd, uint32_t what, const void *data, uint32_t length)
{
	uint8_t head[16], *p = nbd_put64(head, NBD_OPT_MAGIC);

	p = nbd_put32(p, what);
	(void)nbd_put32(p, length);
	say(fd, head, 16);
	say(fd, data, length);
}

/* The next reply to option @what: its type; its data, whose length must be @length, at @to. */
static inline uint32_t reply(int fd, uint32_t what, void *to, uint32_t length)
{
	uint8_t head[20];

	assert_int_equal(hear(fd, head, 20), 1);
	assert_int_equal(nbd_get64(head), NBD_REP_MAGIC);
	assert_int_equal(nbd_get32(head + 8), what);
	assert_int_equal(nbd_get32(head + 16), length);
	if (length)
		assert_int_equal(hear(fd, to, length), 1);
	return nbd_get32(head + 12);
}

/* INFO or GO, up to the end: the export's flags. */
static inline uint16_t go(int fd, uint32_t what)
{
	static const uint8_t nothing[6];
	uint8_t export[12], sizes[14];

	option(fd, what, nothing, 6);
	assert_int_equal(reply(fd, what, export, 12), NBD_REP_INFO);
	assert_int_equal(nbd_get16(export), NBD_INFO_EXPORT);
	assert_int_equal(nbd_get64(export + 2), CAPACITY);
	assert_int_equal(reply(fd, what, sizes, 14), NBD_REP_INFO);
	assert_int_equal(nbd_get16(sizes), NBD_INFO_BLOCK_SIZE);
	assert_int_equal(nbd_get32(sizes + 2), 512);
	assert_int_equal(nbd_get32(sizes + 10), BLK_BYTES_MAX);
	assert_int_equal(reply(fd, what, NULL, 0), NBD_REP_ACK);
	return nbd_get16(export + 10);
}

static inline int connected(void)
{
	int fd = greet(NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES);

	(void)go(fd, NBD_OPT_GO);
	return fd;
}

/* ---- requests ------------------------------------------------------------------------------------ */

static inline void command(int fd, uint16_t flags, uint16_t type, uint64_t cookie, uint64_t offset,
			   uint32_t length)
{
	uint8_t head[28], *p = nbd_put32(head, NBD_REQUEST_MAGIC);

	p = nbd_put16(p, flags);
	p = nbd_put16(p, type);
	p = nbd_put64(p, cookie);
	p = nbd_put64(p, offset);
	(void)nbd_put32(p, length);
	say(fd, head, 28);
}

/* The next answer: its error, and whose it is. */
static inline uint32_t answer_of(int fd, uint64_t *cookie)
{
	uint8_t head[16];

	assert_int_equal(hear(fd, head, 16), 1);
	assert_int_equal(nbd_get32(head), NBD_REPLY_MAGIC);
	*cookie = nbd_get64(head + 8);
	return nbd_get32(head + 4);
}

static inline uint32_t answered(int fd, uint64_t cookie)
{
	uint64_t got;
	uint32_t error = answer_of(fd, &got);

	assert_int_equal(got, cookie);
	return error;
}

static uint8_t bytes[2 * BLK_BYTES_MAX];

static inline void put_bytes(int fd, uint64_t offset, uint32_t n, uint8_t byte)
{
	memset(bytes, byte, n);
	command(fd, 0, NBD_CMD_WRITE, offset, offset, n);
	say(fd, bytes, n);
	assert_int_equal(answered(fd, offset), 0);
}

static inline void get_bytes(int fd, uint64_t offset, uint32_t n, uint8_t byte)
{
	command(fd, 0, NBD_CMD_READ, ~offset, offset, n);
	assert_int_equal(answered(fd, ~offset), 0);
	assert_int_equal(hear(fd, bytes, n), 1);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(bytes[i], byte);
}

/* A client that shook hands can still use the disk. */
static inline void still_serves(int fd)
{
	put_bytes(fd, 512, 512, 0x5a);
	get_bytes(fd, 512, 512, 0x5a);
}

#define NBD_TEST(name) cmocka_unit_test_setup_teardown(name, nbd_set_up, nbd_tear_down)

#endif
