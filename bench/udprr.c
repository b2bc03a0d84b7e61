// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * udprr: requests and responses of 64 bytes by UDP, one at a time; who waits, waits in recv().
 *
 *   udprr ADDRESS          sends back what comes to ADDRESS
 *   udprr ADDRESS SECONDS  asks ADDRESS for so long; prints the median and the 99th percentile of a round
 *                          trip in microseconds, how many there were, and how many were not answered
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/clock.h"

#define PORT 9000
#define SIZE 64
#define MOST 1000000
#define PATIENCE_S 1

static void die(const char *what)
{
	fprintf(stderr, "udprr: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void serve(int fd)
{
	char text[SIZE];
	struct sockaddr_in from;

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &len);

		if (n < 0 || sendto(fd, text, (size_t)n, 0, (struct sockaddr *)&from, len) < 0)
			die("server");
	}
}

/* Whether the answer to @number came; an answer that was late is passed over. */
static int answered(int fd, unsigned number)
{
	unsigned text[SIZE / sizeof(unsigned)];

	do {
		if (recv(fd, text, sizeof(text), 0) < 0) {
			if (errno != EAGAIN && errno != ECONNREFUSED)
				die("client");
			return 0;
		}
	} while (text[0] != number);
	return 1;
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void ask(int fd, double seconds)
{
	uint64_t end = cordon_clock_monotonic() + (uint64_t)(seconds * 1e9), start;
	unsigned text[SIZE / sizeof(unsigned)] = { 0 };
	float *us = malloc(MOST * sizeof(*us));
	unsigned n = 0, lost = 0;

	if (!us)
		die("memory");
	while ((start = cordon_clock_monotonic()) < end && n < MOST) {
		text[0]++;
		if (send(fd, text, sizeof(text), 0) < 0 && errno != ECONNREFUSED)
			die("client");
		if (answered(fd, text[0]))
			us[n++] = (float)(cordon_clock_monotonic() - start) / 1e3f;
		else
			lost++;
	}
	qsort(us, n, sizeof(*us), by_size);
	printf("%.2f %.2f %u %u\n", n ? us[n / 2] : 0, n ? us[(size_t)n * 99 / 100] : 0, n, lost);
	free(us);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (argc < 2 || argc > 3 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: udprr ADDRESS [SECONDS]\n");
		return 2;
	}
	if (fd < 0)
		die("socket");
	if (argc == 2) {
		if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			die(argv[1]);
		serve(fd);
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die(argv[1]);
	ask(fd, strtod(argv[2], NULL));
	close(fd);
	return 0;
}
