// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The class blk with the front-end ublk. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "domains/blk/class.h"
#include "domains/blk/ublk.h"

struct blk_ublk {
	struct blk_front front;
	struct ublk_server server;
	char host_side[16], wire_side[16];
};

static int ublk_class_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
			   struct cordon_err *e)
{
	struct blk_ublk *b = state;
	struct blk_setup s;
	int ret = blk_setup_read(&s, a, e);

	if (ret == 0)
		ret = blk_only_with(a, "disk", BLK_OPT_DISK, BLK_OPT_COMPLETE, e);
	if (ret == 0)
		ret = blk_only_with(a, "nbd", BLK_OPT_NBD, BLK_OPT_NBD, e);
	if (ret == 0)
		ret = blk_disk_open(&s, ports, e);
	if (ret < 0)
		return ret;
	blk_front_init(&b->front, ublk_answered, &b->server);
	if (a->deadline_ns)
		b->front.deadline_ns = a->deadline_ns;
	ret = ublk_open(&b->server, &b->front, e);
	if (ret < 0 && ports->n)
		close(ports->fd[0]);
	if (ret < 0)
		return ret;
	(void)snprintf(b->host_side, sizeof(b->host_side), "ublkb%u", b->server.dev.id);
	blk_brief(b->wire_side, sizeof(b->wire_side), s.file);
	return 0;
}

static int ublk_class_start(void *state, struct cordon_chan *chan, struct cordon_pool *pool,
			    struct cordon_caller *caller, struct cordon_err *e)
{
	struct blk_ublk *b = state;
	int ret = blk_front_start(&b->front, chan, pool, caller, e);

	return ret < 0 ? ret : ublk_show(&b->server, caller, e);
}

static unsigned ublk_class_poll(void *state, unsigned budget)
{
	struct blk_ublk *b = state;
	unsigned n = blk_front_poll(&b->front, budget);

	/* Until a start is done, data lie in the memory of the driver before. */
	if (b->front.chan && !b->front.past.mem)
		n += ublk_poll(&b->server, budget);
	return n;
}

static int ublk_class_device(const void *state)
{
	const struct blk_ublk *b = state;

	return b->front.running ? b->server.ring.fd : -1;
}

static int ublk_class_ping(void *state)
{
	return blk_front_ping(&((struct blk_ublk *)state)->front);
}

static int ublk_class_stop(void *state)
{
	struct blk_ublk *b = state;

	return b->front.chan ? blk_front_stop(&b->front) : 0;
}

/* A stop has waited for all that the driver had. */
static int ublk_class_drain(void *state)
{
	(void)state;
	return 0;
}

/* With the last answers that it had published. */
static void ublk_class_detach(void *state)
{
	struct blk_ublk *b = state;

	blk_front_detach(&b->front);
	(void)ublk_ring_send(&b->server.ring);
}

static void ublk_class_gauge(const void *state, struct cordon_gauge *g)
{
	blk_front_gauge(&((const struct blk_ublk *)state)->front, g);
}

static void ublk_class_devices(const void *state, const char **host_side, const char **wire_side)
{
	const struct blk_ublk *b = state;

	*host_side = b->host_side;
	*wire_side = b->wire_side;
}

/* NBD's, which follow in the list of names, are none of ours. */
static unsigned ublk_class_count(const void *state, uint64_t *values, unsigned n)
{
	const struct blk_ublk *b = state;
	unsigned have = sizeof(b->front.count) / sizeof(uint64_t);

	if (have > n)
		have = n;
	memcpy(values, &b->front.count, have * sizeof(uint64_t));
	return have;
}

static void ublk_class_leave(void *state)
{
	ublk_leave(&((struct blk_ublk *)state)->server);
}

static void ublk_class_close(void *state)
{
	ublk_close(&((struct blk_ublk *)state)->server);
}

const struct cordon_class cordon_class_ublk = {
	BLK_CLASS_COMMON,
	.frontend = "ublk",
	.frontend_help = "a disk of the kernel's own, by ublk, from the supervisor",
	.front_size = sizeof(struct blk_ublk),
	.open = ublk_class_open,
	.start = ublk_class_start,
	.poll = ublk_class_poll,
	.device = ublk_class_device,
	.ping = ublk_class_ping,
	.stop = ublk_class_stop,
	.drain = ublk_class_drain,
	.detach = ublk_class_detach,
	.gauge = ublk_class_gauge,
	.devices = ublk_class_devices,
	.count = ublk_class_count,
	.leave = ublk_class_leave,
	.close = ublk_class_close,
};
