// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A driver begins: it says what its disk is, is checked, and gets what waits. */
#include <linux/ktime.h>
#include "core/kernel/cores.h"
#include "core/kernel/why.h"
#include "domains/blk/kernel/disk.h"

/* Counters of its channel go on where the last one's ended. */
static void begin_count(struct cordon_disk *d, struct cordon_party *p)
{
	d->before.calls = d->count.calls;
	d->before.timeouts = d->count.call_timeouts;
	d->before.faults = d->count.call_faults;
	d->before.stream_faults = d->count.stream_faults;
	p->calls = &d->calls;
}

void disk_count(struct cordon_disk *d, const struct cordon_party *p)
{
	const struct cordon_chan *c = &p->chan;
	const struct disk_queue *q;

	d->count.calls = d->before.calls + c->client.calls;
	d->count.call_timeouts = d->before.timeouts + c->client.timeouts;
	d->count.call_faults = d->before.faults + c->client.faults + d->client.stub.faults;
	d->count.stream_faults = d->before.stream_faults + c->rx.faults;
	disk_for_each_queue(d, q) d->count.stream_faults += q->tx.faults;
}

/* ---- what is agreed on ---------------------------------------------------------------------------- */

/* Without what may not be negotiated; nobody asks for it then. */
static void restrict_to(struct blk_limits *l, u32 may)
{
	l->features &= may | ~DISK_MAY;
	if (!(l->features & BLK_F_DISCARD))
		l->discard = 0;
	if (!(l->features & (BLK_F_DISCARD | BLK_F_ZERO)))
		l->max_zero = 0;
}

/* What is agreed on with the first driver holds for all: how much a request has, and how many there are. */
static int agree(struct cordon_disk *d, struct cordon_party *p, struct blk_limits *l, char *why)
{
	const struct blk_limits *was = d->limits.capacity ? &d->limits : NULL;
	u32 n = p->chan.dims.more, bytes = disk_bytes_max(p);
	struct blk_info info;
	enum blk_verdict v;
	int ret;

	blk_client_init(&d->client, &p->chan.client);
	cordon_stub_by(&d->client.stub, p);
	ret = blk_connect(&d->client);
	if (ret < 0)
		return cordon_why(why, ret, "the driver does not speak our interface (%d)", ret);
	ret = blk_info(&d->client, &info);
	if (ret < 0)
		return cordon_why(why, ret, "the driver did not say what it is (%d)", ret);
	v = blk_limits_agree(l, &info, n * (was ? d->depth : DISK_DEPTH_MAX), was);
	if (v != BLK_LIMITS_OK)
		return cordon_why(why, -EPROTO, "the driver's disk can't be: %s",
				  blk_limits_why(v));
	/* A cache that is lost with it is gone round: Linux sees none. */
	restrict_to(l, d->may | (l->features & BLK_F_VOLATILE ? BLK_F_FUA : 0));
	if ((l->features & BLK_F_VOLATILE) && !(l->features & BLK_F_FUA))
		return cordon_why(why, -EPROTO,
				  "the driver's disk can't be: its cache is lost with it, and it "
				  "can't write round it (FUA)");
	if (l->depth < n)
		return cordon_why(why, -EPROTO,
				  "the driver's disk can't be: %u requests at once for %u queues",
				  l->depth, n);
	l->depth = min(l->depth / n * n, BLK_DEPTH_MAX / n * n);
	if (!was)
		l->max_bytes = min(l->max_bytes, bytes);
	if (l->max_bytes > bytes || l->max_bytes < PAGE_SIZE)
		return cordon_why(why, -EPROTO,
				  "the driver's disk can't be: its longest request of %u bytes is "
				  "not between %lu and the %u that buffers are there for",
				  l->max_bytes, PAGE_SIZE, bytes);
	return 0;
}

static int configure(struct cordon_disk *d, struct cordon_party *p, struct blk_limits *l, char *why)
{
	struct blk_config config;
	int ret = agree(d, p, l, why);

	if (ret < 0)
		return ret;
	config = blk_limits_config(l);
	ret = blk_config(&d->client, &config);
	if (ret < 0)
		return cordon_why(why, ret, "the driver refused its configuration (%d)", ret);
	ret = blk_start(&d->client);
	if (ret < 0)
		return cordon_why(why, ret, "the driver did not start (%d)", ret);
	return 0;
}

/* The first driver has said what the disk is. */
static int be_disk(struct cordon_disk *d, const struct blk_limits *l, unsigned int n)
{
	int ret;

	if (!d->queue) {
		ret = disk_queues_make(d, n, l->depth / n);
		if (ret < 0)
			return ret;
		d->limits = *l;
	}
	return d->disk ? 0 : disk_make(d);
}

void disk_run(struct cordon_disk *d, bool running)
{
	struct disk_queue *q;

	disk_for_each_queue(d, q)
	{
		spin_lock(&q->lock);
		q->running = running;
		if (running)
			disk_send(d, q);
		spin_unlock(&q->lock);
	}
}

static int plane_up(struct cordon_disk *d, struct cordon_party *p, const struct blk_limits *l)
{
	struct disk_queue *q;
	int ret;

	d->party = p;
	ret = disk_plane_make(d);
	if (ret == 0) {
		ret = cordon_poller_start(&d->poller, &disk_poller_ops, d, p, d->name);
		if (ret < 0)
			disk_plane_free(d);
	}
	if (ret < 0) {
		disk_end(d);
		return ret;
	}
	d->late = false;
	disk_for_each_queue(d, q) q->allowed = l->depth / d->nqueues;
	disk_run(d, true);
	return 0;
}

/* Linux looks for partitions; where that takes long, it goes on by itself. */
static int show(struct cordon_disk *d, struct cordon_party *p, char *why)
{
	u64 since = ktime_get_ns(), pause = 0;
	int ret;

	if (d->there == DISK_NONE) {
		d->there = DISK_COMES;
		queue_work(system_unbound_wq, &d->add);
	}
	/* Pairs with disk_add(). */
	while (smp_load_acquire(&d->there) == DISK_COMES) {
		if (ktime_get_ns() - since > p->deadline_ns)
			return 0;
		ret = cordon_party_wait(p, &pause);
		if (ret < 0)
			return ret;
	}
	return d->there == DISK_THERE ?
		       0 :
		       cordon_why(why, d->error, "Linux doesn't take the disk %s (%d)", d->name,
				  d->error);
}

int disk_begin(struct cordon_disk *d, struct cordon_party *p, char *why)
{
	unsigned int n = cordon_cores_queues(DISK_QUEUES_MAX);
	struct blk_limits l;
	int ret;

	if (d->complete == CORDON_K_RECEIVE_DOORBELL && !p->rings)
		return cordon_why(why, -EINVAL, "by doorbell needs a domain that rings");
	if (p->chan.dims.more != n)
		return cordon_why(why, -EINVAL,
				  "%s: %u further streams, not one for each of %u queues", d->name,
				  p->chan.dims.more, n);
	d->doorbell = d->complete == CORDON_K_RECEIVE_DOORBELL;
	d->adaptive = d->complete == CORDON_K_RECEIVE_DEFAULT && p->rings;
	begin_count(d, p);
	ret = configure(d, p, &l, why);
	disk_count(d, p);
	if (ret < 0)
		return ret;
	ret = be_disk(d, &l, n);
	if (ret == 0)
		ret = plane_up(d, p, &l);
	if (ret < 0)
		return cordon_why(why, ret, "%s: can't begin (%d)", d->name, ret);
	return show(d, p, why);
}
