// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * timeline NAME DEVICE MS AT [STEP]: what arrives at DEVICE (the wire's end, in our network namespace)
 * while the domain NAME carries it: prints the time and the bytes so far every STEP milliseconds (1, if
 * not given) for MS milliseconds, and at the AT-th kills the domain's process. The last line is "kill
 * TIME FIRST": when that was, and when something arrived again; times are milliseconds since the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/page.h"

#define MS UINT64_C(1000000)

static uint64_t bytes_at(int fd)
{
	char text[32] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* Returns when it was killed; it is dead then. */
static uint64_t kill_domain(const char *name)
{
	struct cordon_err e = { "" };
	struct cordon_page page;
	struct pollfd dead = { .events = POLLIN };
	int lives = 0;
	uint64_t t;

	if (cordon_page_read(name, &page, &lives, &e) < 0 || !lives || page.domain <= 0) {
		fprintf(stderr, "timeline: no domain %s to kill: %s\n", name, e.text);
		exit(1);
	}
	dead.fd = (int)syscall(SYS_pidfd_open, page.domain, 0);
	t = cordon_clock_monotonic();
	if (dead.fd < 0 || syscall(SYS_pidfd_send_signal, dead.fd, SIGKILL, NULL, 0) < 0) {
		fprintf(stderr, "timeline: kill %d: %s\n", page.domain, strerror(errno));
		exit(1);
	}
	(void)poll(&dead, 1, 1000);
	close(dead.fd);
	return t;
}

static double since(uint64_t start, uint64_t t)
{
	return (double)(t - start) / (double)MS;
}

int main(int argc, char **argv)
{
	struct sched_param urgent = { .sched_priority = 1 };
	uint64_t start, killed = 0, first = 0, last = 0;
	unsigned long length, at, step = 1;
	struct timespec next;
	char path[256];
	int fd;

	if (argc == 6)
		step = strtoul(argv[5], NULL, 10);
	if (argc < 5 || argc > 6 || step == 0 || step >= 1000) {
		fprintf(stderr, "usage: timeline NAME DEVICE MS AT [STEP]\n");
		return 2;
	}
	length = strtoul(argv[3], NULL, 10);
	at = strtoul(argv[4], NULL, 10);
	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_bytes", argv[2]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "timeline: %s: %s\n", path, strerror(errno));
		return 1;
	}
	/* A clock that waits for its CPU shows gaps of its own. */
	(void)sched_setscheduler(0, SCHED_FIFO, &urgent);
	start = cordon_clock_monotonic();
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned long i = 0; i < length; i += step) {
		uint64_t bytes;

		if (i >= at && !killed) {
			killed = kill_domain(argv[1]);
			last = bytes_at(fd);
		}
		bytes = bytes_at(fd);
		if (killed && !first && bytes > last)
			first = cordon_clock_monotonic();
		printf("%.3f %" PRIu64 "\n", since(start, cordon_clock_monotonic()), bytes);
		next.tv_nsec += (long)(step * MS);
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("kill %.3f %.3f\n", since(start, killed), first ? since(start, first) : -1);
	close(fd);
	return 0;
}
