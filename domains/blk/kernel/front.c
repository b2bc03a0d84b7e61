// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The front-end's life: what blk_front_start() and the others of the folder above do in user space. Orders
 * come one at a time; calls to the driver are made by the ioctl's caller, while answers are taken.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include "core/kernel/front.h"
#include "core/kernel/why.h"
#include "domains/blk/kernel/disk.h"

static_assert(sizeof(struct blk_front_counters) / sizeof(u64) <= CORDON_K_VALUES);

static void *front_open(void *what, const char *name, char *why)
{
	struct cordon_k_blk *k = what;
	struct cordon_disk *d;
	int ret;

	if (k->complete > CORDON_K_RECEIVE_DOORBELL)
		return ERR_PTR(cordon_why(why, -EINVAL, "no such way to take answers"));
	if (k->features & ~DISK_MAY)
		return ERR_PTR(cordon_why(why, -EINVAL, "unknown features"));
	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return ERR_PTR(-ENOMEM);
	d->may = k->features;
	d->complete = k->complete;
	INIT_WORK(&d->add, disk_add);
	strscpy(d->domain, name, sizeof(d->domain));
	ret = disk_name_get(d, k);
	if (ret == 0)
		return d;
	kfree(d);
	return ERR_PTR(ret);
}

static void front_close(void *front)
{
	struct cordon_disk *d = front;

	disk_queues_fail(d);
	disk_free(d);
	disk_queues_free(d);
	disk_name_put(d);
	kfree(d);
}

static int front_start(void *front, struct cordon_party *p, char *why)
{
	return disk_begin(front, p, why);
}

static int ping(struct cordon_disk *d, struct cordon_party *p)
{
	struct blk_stats s;
	int ret = blk_stats(&d->client, &s);

	if (ret == 0)
		blk_front_told(&d->count, &s);
	disk_count(d, p);
	return ret == 0 && READ_ONCE(d->late) ? -ETIMEDOUT : ret;
}

static int front_ping(void *front)
{
	struct cordon_disk *d = front;

	return ping(d, d->party);
}

/* Wait until nothing is at the driver. Half a deadline without an answer, and there will be none. */
static int await_none(const struct cordon_disk *d, struct cordon_party *p)
{
	u64 since = ktime_get_ns(), pause = 0;
	u32 last = disk_in_flight(d);

	while (last > 0) {
		u64 now = ktime_get_ns();
		u32 have = disk_in_flight(d);
		int ret;

		if (have != last) {
			last = have;
			since = now;
			pause = 0;
		}
		if (now - since > p->deadline_ns / 2)
			return -ETIMEDOUT;
		ret = cordon_party_wait(p, &pause);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* What waits to be sent goes on waiting, for the next one. */
static int front_stop(void *front)
{
	struct cordon_disk *d = front;
	int ret;

	disk_run(d, false);
	ret = await_none(d, d->party);
	if (ret == 0) {
		ret = blk_stop(&d->client);
		disk_count(d, d->party);
	}
	return ret < 0 ? ret : ping(d, d->party);
}

/* A stop has waited for all that the driver had. */
static int front_drain(void *front)
{
	return 0;
}

/* Nothing in here waits for the driver. */
static void front_detach(void *front, struct cordon_party *p)
{
	struct cordon_disk *d = front;
	struct disk_queue *q;

	if (!d->party)
		return;
	disk_run(d, false);
	cordon_poller_stop(&d->poller);
	disk_end(d);
	disk_count(d, p);
	disk_for_each_queue(d, q)
	{
		spin_lock(&q->lock);
		q->resent += q->table.sent.n;
		blk_table_past(&q->table);
		spin_unlock(&q->lock);
	}
	disk_plane_free(d);
}

static void front_stats(void *front, struct cordon_k_stats *s)
{
	const struct cordon_disk *d = front;
	struct blk_front_counters c = d->count;
	/* Pairs with disk_queues_make(). */
	unsigned int i, n = smp_load_acquire(&d->nqueues);

	for (i = 0; i < n; i++) {
		const struct disk_queue *q = &d->queue[i];

		c.stalls += q->stalls;
		c.resent += q->resent;
#define X(member, name) c.member += q->table.member;
		BLK_TABLE_FAULTS(X)
#undef X
		s->depth_peak += q->peak;
	}
	s->n = sizeof(c) / sizeof(u64);
	memcpy(s->value, &c, sizeof(c));
	s->depth = disk_in_flight(d);
	s->errors = blk_front_errors(&c);
	s->calls = d->calls.answered;
	s->call_ns = d->calls.answer_ns;
	s->call_errors = d->calls.failed;
	memcpy(s->by_op, d->calls.by_op, sizeof(s->by_op));
}

const struct cordon_kfront cordon_kfront_blk = {
	.open = front_open,
	.start = front_start,
	.ping = front_ping,
	.stop = front_stop,
	.drain = front_drain,
	.detach = front_detach,
	.stats = front_stats,
	.close = front_close,
};
