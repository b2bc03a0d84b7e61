// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * vduse CPU NAME NAME: a cable between two virtio-net devices of VDUSE, by a process that is pinned to
 * CPU and never sleeps. Frames pass as the sender's stack left them, in one copy from bounce buffer to
 * bounce buffer. Prints its number when the devices can be put on the vDPA bus; SIGTERM ends it, when
 * they are off the bus again, and it prints what it did.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_net.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/vdpa/dev.h"

#define PIECES 64 /* a frame of 64 KB takes 44 of the shortest buffers */
#define FRAMES 32 /* at most, until the drivers are shown what is done */
#define BYTES 65536
#define ROUNDS 4096 /* from one look for messages to the next */

struct piece {
	uint16_t head;
	uint32_t len;
	char *va;
};

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static void __attribute__((noreturn)) die(const char *what, int err)
{
	fprintf(stderr, "vduse: %s: %s\n", what, strerror(err));
	exit(1);
}

/* The pieces of the frame at @head of @q, their number in @n. Returns its length. */
static uint32_t gather(struct queue *q, uint16_t head, struct piece *p, unsigned *n)
{
	const struct vring_desc *d = q->ring.desc;
	uint32_t size = q->ring.num, i = head, len = 0;

	if (d[i].flags & VRING_DESC_F_INDIRECT) {
		size = d[i].len / sizeof(*d);
		d = dev_at(q->dev, d[i].addr, d[i].len);
		i = 0;
	}
	for (*n = 0;; i = d[i].next) {
		if (!d || *n == PIECES || i >= size)
			die("a chain of descriptors", EPROTO);
		p[*n].len = d[i].len;
		p[*n].va = dev_at(q->dev, d[i].addr, d[i].len);
		if (!p[*n].va)
			die("a frame's address", EFAULT);
		len += p[(*n)++].len;
		if (!(d[i].flags & VRING_DESC_F_NEXT))
			return len;
	}
}

/* Buffers for @len bytes: how many, or 0 if there are too few. */
static unsigned room(struct queue *q, uint32_t len, struct piece *p)
{
	uint32_t got = 0;
	unsigned n = 0;

	for (; got < len; got += p[n++].len) {
		const struct vring_desc *d;

		if (n == PIECES)
			die("buffers so small", E2BIG);
		if (!queue_has(q, (uint16_t)(n + 1)))
			return 0;
		p[n].head = queue_head(q, (uint16_t)n);
		d = q->ring.desc + p[n].head;
		p[n].len = d->len;
		p[n].va = dev_at(q->dev, d->addr, d->len);
		if (!p[n].va || d->flags != VRING_DESC_F_WRITE)
			die("a buffer", EFAULT);
	}
	return n;
}

/* A frame, if there is one, and room for it. Its length or 0. */
static uint32_t pass(struct queue *tx, struct queue *rx)
{
	struct piece from[PIECES], to[PIECES];
	struct virtio_net_hdr_v1 *h;
	unsigned pieces, n, i = 0;
	uint32_t len;
	uint16_t head;

	if (!queue_has(tx, 1))
		return 0;
	head = queue_head(tx, 0);
	len = gather(tx, head, from, &pieces);
	n = room(rx, len, to);
	if (!n)
		return 0;
	h = (struct virtio_net_hdr_v1 *)to[0].va;
	for (unsigned k = 0; k < n; k++) {
		uint32_t put = 0;

		while (put < to[k].len && i < pieces) {
			uint32_t c = from[i].len < to[k].len - put ? from[i].len : to[k].len - put;

			memcpy(to[k].va + put, from[i].va, c);
			put += c;
			from[i].va += c;
			from[i].len -= c;
			if (!from[i].len)
				i++;
		}
		queue_use(rx, to[k].head, put);
	}
	h->num_buffers = (uint16_t)n;
	queue_use(tx, head, 0);
	return len;
}

static uint64_t join(struct queue *tx, struct queue *rx)
{
	uint32_t bytes = 0, len;
	unsigned n = 0;

	if (!tx->dev->up || !rx->dev->up)
		return 0;
	while (n < FRAMES && bytes < BYTES && (len = pass(tx, rx))) {
		bytes += len;
		n++;
	}
	queue_show(rx);
	queue_show(tx);
	return n;
}

static void run(struct dev *a, struct dev *b)
{
	uint64_t there = 0, back = 0;
	int ret;

	while (!ended) {
		ret = dev_serve(a);
		if (!ret)
			ret = dev_serve(b);
		if (ret < 0)
			die("a message of the kernel's", -ret);
		for (unsigned i = 0; i < ROUNDS; i++) {
			there += join(&a->tx, &b->rx);
			back += join(&b->tx, &a->rx);
		}
	}
	fprintf(stderr,
		"%s to %s: %lu frames, back: %lu; interrupts: %lu rx, %lu tx; %lu rx, %lu tx\n",
		a->name, b->name, there, back, a->rx.interrupts, a->tx.interrupts, b->rx.interrupts,
		b->tx.interrupts);
}

static void destroy(struct dev *d)
{
	int ret = dev_destroy(d);

	if (ret < 0)
		die(d->name, -ret);
}

int main(int argc, char **argv)
{
	const struct sigaction on_end = { .sa_handler = end };
	struct dev a, b;
	cpu_set_t cpus;
	int control, ret;

	if (argc != 4) {
		fprintf(stderr, "usage: vduse CPU NAME NAME\n");
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(strtoul(argv[1], NULL, 10), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		die("sched_setaffinity", errno);
	sigaction(SIGTERM, &on_end, NULL);
	sigaction(SIGINT, &on_end, NULL);
	control = open("/dev/vduse/control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		die("/dev/vduse/control", errno);
	ret = dev_create(&a, control, argv[2], 1);
	if (ret < 0)
		die(argv[2], -ret);
	ret = dev_create(&b, control, argv[3], 2);
	if (ret < 0) {
		destroy(&a);
		die(argv[3], -ret);
	}
	printf("%d\n", getpid());
	fflush(stdout);
	run(&a, &b);
	destroy(&b);
	destroy(&a);
	return 0;
}
