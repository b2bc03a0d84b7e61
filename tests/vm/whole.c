// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * whole SECONDS MB NETNS ADDRESS NETNS ADDRESS: TCP connections between two network namespaces, both ways,
 * of random content and up to MB megabytes; both ends compare checksums. New ones for SECONDS, or until
 * SIGTERM; then the rest of those that are open. Fails unless all arrived whole.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench/campaign/traffic.h"

static int space(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct cordon_err e = { "" };
	struct traffic_sum sum;
	struct place place[2];
	struct timespec limit;
	struct traffic *t;
	sigset_t term;

	if (argc != 7) {
		fprintf(stderr, "usage: whole SECONDS MB NETNS ADDRESS NETNS ADDRESS\n");
		return 2;
	}
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	for (int i = 0; i < 2; i++)
		place[i] = (struct place){ space(argv[3 + 2 * i]), argv[4 + 2 * i] };
	t = traffic_start(place, (uint64_t)time(NULL), strtoull(argv[2], NULL, 10) << 20, &e);
	if (!t) {
		fprintf(stderr, "whole: %s\n", e.text);
		return 1;
	}
	limit = (struct timespec){ atoi(argv[1]), 0 };
	(void)sigtimedwait(&term, NULL, &limit);
	traffic_stop(t, &sum);
	printf("%" PRIu64 " connections whole, %" PRIu64 " bytes; %" PRIu64 " not whole%s%s\n",
	       sum.connections, sum.bytes, sum.broken, sum.why[0] ? ": " : "", sum.why);
	return sum.broken > 0 || sum.connections == 0;
}
