// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * tapcable CPU NAME NAME: a cable between two TAP devices, as fast as a process can make one: it is
 * pinned to CPU and never sleeps, and frames pass with their vnet headers, so that what one end leaves
 * undone (checksums, segments) nobody needs to do. Each write runs the receiving end's stack, on CPU.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BATCH 32

static char frame[1 << 17];

static void die(const char *what)
{
	fprintf(stderr, "tapcable: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int tap(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("/dev/net/tun");
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &r) < 0 ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) < 0)
		die(name);
	return fd;
}

/* EIO: an end is down. A frame that the other end refuses is lost, as on any cable. */
static void pass(int from, int to)
{
	for (int i = 0; i < BATCH; i++) {
		ssize_t len = read(from, frame, sizeof(frame));

		if (len < 0) {
			if (errno != EAGAIN && errno != EIO)
				die("read");
			return;
		}
		if (write(to, frame, (size_t)len) < 0 && errno == EBADFD)
			die("write");
	}
}

int main(int argc, char **argv)
{
	cpu_set_t cpus;
	int a, b;

	if (argc != 4) {
		fprintf(stderr, "usage: tapcable CPU NAME NAME\n");
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(strtoul(argv[1], NULL, 10), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		die("sched_setaffinity");
	a = tap(argv[2]);
	b = tap(argv[3]);
	for (;;) {
		pass(a, b);
		pass(b, a);
	}
}
