// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * udpsend DEVICE ADDRESS SECONDS: sends datagrams to ADDRESS, by way of DEVICE, as fast as a socket takes
 * them: 18 bytes each, which make the shortest Ethernet frame (64 bytes with its checksum), 32 a system
 * call. Prints how many a second the device had sent on, by its own counters: what was dropped on the way
 * to it or by it is not among them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"

#define PAYLOAD 18
#define BATCH 32

static void die(const char *what)
{
	fprintf(stderr, "udpsend: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double counter(const char *device, const char *name)
{
	char path[256], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", device, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die(path);
	close(fd);
	return strtod(text, NULL);
}

static double sent(const char *device)
{
	return counter(device, "tx_packets") - counter(device, "tx_dropped");
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char payload[PAYLOAD] = "";
	struct iovec iov = { payload, sizeof(payload) };
	struct mmsghdr batch[BATCH];
	uint64_t start, now, ns;
	double before;

	if (argc != 4 || inet_pton(AF_INET, argv[2], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: udpsend DEVICE ADDRESS SECONDS\n");
		return 2;
	}
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die(argv[2]);
	memset(batch, 0, sizeof(batch));
	for (int i = 0; i < BATCH; i++) {
		batch[i].msg_hdr.msg_iov = &iov;
		batch[i].msg_hdr.msg_iovlen = 1;
	}
	ns = (uint64_t)(strtod(argv[3], NULL) * 1e9);
	before = sent(argv[1]);
	start = cordon_clock_monotonic();
	do {
		if (sendmmsg(fd, batch, BATCH, 0) < 0 && errno != ENOBUFS)
			die("sendmmsg");
		now = cordon_clock_monotonic();
	} while (now - start < ns);
	printf("%.0f\n", (sent(argv[1]) - before) * 1e9 / (double)(now - start));
	close(fd);
	return 0;
}
