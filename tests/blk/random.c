// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Clients and a driver that say anything, and a driver that dies at any moment: nothing is lost or touched that
 * isn't theirs (a sanitizer looks), and at the end everything is back in its place. */
#include "tests/blk/nbd.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPS 20000u
#else
#define STEPS 50000u
#endif
#define CLIENTS 5u

static uint64_t seed;
static int fds[CLIENTS];
static struct blk_request at_driver[BLK_FRONT_ALL];
static unsigned nat_driver;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* As much as the socket takes. */
static void throw(int fd, const void *data, size_t n)
{
	(void)!send(fd, data, n, MSG_NOSIGNAL);
}

/* Good ones for the most part, or hardly a word would be understood. */
static void random_command(int fd)
{
	static const uint16_t types[] = { 0, 0, 1, 1, 1, 3, 4, 6, 7 };
	uint32_t length = draw(20) ? (draw(64) + 1) * 512 : draw(UINT32_MAX);
	uint64_t offset = draw(20) ? draw(1984) * 512 : (uint64_t)draw(UINT32_MAX) << draw(33);
	uint16_t type = types[draw(9)];
	uint8_t head[28], *p = nbd_put32(head, draw(200) ? NBD_REQUEST_MAGIC : draw(UINT32_MAX));

	p = nbd_put16(p, draw(10) ? 0 : (uint16_t)draw(8));
	p = nbd_put16(p, type);
	p = nbd_put64(p, draw(UINT32_MAX));
	p = nbd_put64(p, offset);
	(void)nbd_put32(p, length);
	throw(fd, head, sizeof(head));
	if (type == NBD_CMD_WRITE && length <= 65536)
		throw(fd, bytes, draw(30) ? length : draw(length));
}

static void random_option(int fd)
{
	uint8_t head[16], *p = nbd_put64(head, draw(50) ? NBD_OPT_MAGIC : draw(UINT32_MAX));
	uint32_t length = draw(4) ? draw(9) : draw(6000);

	p = nbd_put32(p, draw(12));
	(void)nbd_put32(p, length);
	throw(fd, head, sizeof(head));
	throw(fd, bytes, length);
}

/* Clients that are gone may still wait to be let in; then there is no room for more. */
static int try_to_dial(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, socket_path, sizeof(socket_path));
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void client(void)
{
	static const uint8_t hello[] = { 0, 0, 0, 3 };
	unsigned i = draw(CLIENTS);

	if (fds[i] < 0) {
		fds[i] = try_to_dial();
		if (fds[i] < 0)
			return;
		throw(fds[i], hello, sizeof(hello));
		if (draw(8)) {
			uint8_t head[16 + 6] = { 0 }, *p = nbd_put64(head, NBD_OPT_MAGIC);

			p = nbd_put32(p, NBD_OPT_GO);
			(void)nbd_put32(p, 6);
			throw(fds[i], head, sizeof(head));
		}
	} else if (!draw(60)) {
		close(fds[i]);
		fds[i] = -1;
	} else if (!draw(20)) {
		random_option(fds[i]);
	} else if (draw(3)) {
		random_command(fds[i]);
	} else {
		ssize_t n = recv(fds[i], bytes, draw(sizeof(bytes)), 0);

		if (n == 0 || (n < 0 && errno != EAGAIN)) {
			close(fds[i]);
			fds[i] = -1;
		}
	}
}

static void driver(void)
{
	struct blk_request r;

	while (nat_driver < BLK_FRONT_ALL && driver_gets(&r))
		at_driver[nat_driver++] = r;
	if (!draw(30)) {
		driver_says(draw(UINT32_MAX), draw(1u << 24), (uint8_t)draw(256));
	} else if (nat_driver) {
		unsigned i = draw(nat_driver);

		r = at_driver[i];
		/* Sometimes twice. */
		if (draw(50))
			at_driver[i] = at_driver[--nat_driver];
		if (draw(30))
			driver_does(&r);
		else
			driver_says(r.tag, draw(BLK_BYTES_MAX), (uint8_t)draw(8));
	}
}

static void anything(uint32_t features)
{
	rig.f.limits.features |= features;
	rig.info.features |= features;
	for (unsigned i = 0; i < CLIENTS; i++)
		fds[i] = -1;
	nat_driver = 0;
	for (unsigned step = 0; step < STEPS; step++) {
		client();
		(void)nbd_poll(&server, BUDGET);
		(void)blk_front_poll(&rig.f, BUDGET);
		/* A bit slower than its clients. */
		if (draw(5) < 2)
			driver();
		if (!draw(500)) {
			rig_die();
			rig_start();
			nat_driver = 0;
		}
	}
	assert_true(rig.f.count.reads > 100 && rig.f.count.writes > 100 && rig.f.count.resent > 0);
	assert_true(server.refused > 10 && server.broken > 0 && rig.f.table.bad_tags > 100);
	for (unsigned i = 0; i < CLIENTS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	rig_die();
	rig_start();
	for (unsigned i = 0; i < 1000; i++)
		turn();
	if (features) {
		(void)blk_flow_flush(&rig.f);
		turn();
		turn();
	}
	all_is_back();
}

static void a_disk_without_a_cache(void **state)
{
	(void)state;
	seed = 1;
	anything(0);
}

static void a_disk_with_a_volatile_one(void **state)
{
	(void)state;
	seed = 2;
	anything(BLK_F_FLUSH | BLK_F_FUA | BLK_F_VOLATILE);
	assert_true(rig.f.count.repeated > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NBD_TEST(a_disk_without_a_cache),
		NBD_TEST(a_disk_with_a_volatile_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
