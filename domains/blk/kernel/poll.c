// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Who takes the driver's answers, one at a time: who sent, for a little; who polls (RWF_HIPRI); or the poller,
 * which stands for the interrupt. By polling it leaves long naps when it is roused; by doorbell it sleeps as
 * soon as there is nothing, and the driver rings.
 */
#include <linux/ktime.h>
#include <linux/sched.h>
#include "domains/blk/kernel/disk.h"

/* How long who sends waits for an answer, and of how many. The clock is read once in so many looks. */
#define SPIN_NS 50000ull
#define SPIN_MOST 16u
#define LOOKS 32u
#define NAP_MAX_NS 16000000ull

unsigned int disk_work(struct cordon_disk *d, struct io_comp_batch *iob)
{
	unsigned int n = 0;

	if (test_and_set_bit_lock(0, &d->taking))
		return 0;
	if (d->party)
		n = disk_answers(d, iob);
	clear_bit_unlock(0, &d->taking);
	return n;
}

void disk_end(struct cordon_disk *d)
{
	u32 left = d->party->chan.dims.ba * CORDON_DESCS_PER_LINE; /* a ring full at most */
	unsigned int n = 1;

	/* Whoever has it spins for so long at most, or was preempted. */
	while (test_and_set_bit_lock(0, &d->taking))
		schedule_timeout_uninterruptible(1);
	while (n && left) {
		n = disk_answers(d, NULL);
		left -= min(n, left);
		cond_resched();
	}
	d->party = NULL;
	clear_bit_unlock(0, &d->taking);
}

/* ---- who sends ------------------------------------------------------------------------------------ */

static bool is_late(u64 *until, u64 *end)
{
	u64 now = ktime_get_mono_fast_ns();

	if (!*until)
		*until = now + SPIN_NS;
	if (!*end)
		*end = now + SPIN_MOST * SPIN_NS;
	return now > *until || now > *end;
}

/* Whether nothing of @q is out, within SPIN_NS of the last answer. The last look is after the last reading of
 * the clock: who was interrupted finds what came meanwhile. */
static bool drains(struct cordon_disk *d, const struct disk_queue *q)
{
	u32 out = READ_ONCE(q->table.sent.n);
	u64 until = 0, end = 0; /* 0: nobody looked at the clock */
	unsigned int looks = 0;
	bool late = false;

	for (;;) {
		u32 n;

		if (cordon_stream_rx_ready(&d->party->chan.rx))
			disk_answers(d, NULL);
		n = READ_ONCE(q->table.sent.n);
		if (!n)
			return true;
		if (late)
			return false;
		if (n != out)
			until = 0;
		out = n;
		if (++looks % LOOKS)
			continue;
		/* The deadline also holds for a driver that never stops answering something else. It is short
		 * enough for others to wait: the poller's own timer would end most waits. */
		late = is_late(&until, &end);
		cpu_relax();
	}
}

bool disk_spin(struct cordon_disk *d, struct disk_queue *q)
{
	bool came = false;

	if (READ_ONCE(q->table.sent.n) > SPIN_MOST || test_and_set_bit_lock(0, &d->taking))
		return false;
	if (d->party) {
		came = drains(d, q);
		disk_way_waited(&q->way, came);
	}
	clear_bit_unlock(0, &d->taking);
	/* What was sent meanwhile is nobody's but the poller's. */
	return came && !disk_in_flight(d);
}

void disk_rouse(struct cordon_disk *d, struct disk_queue *q)
{
	/* Pairs with the poller's. */
	smp_mb();
	if (!READ_ONCE(d->poller.deep))
		return;
	spin_lock(&q->lock);
	/* While a queue runs, there is a poller. */
	if (q->running)
		cordon_poller_rouse(&d->poller);
	spin_unlock(&q->lock);
}

/* ---- the poller ----------------------------------------------------------------------------------- */

static bool is_work(void *disk)
{
	return disk_is_work(disk);
}

static void work(void *disk)
{
	disk_work(disk, NULL);
}

/* Who takes answers looks for all of them. */
static bool is_owed(void *disk)
{
	const struct cordon_disk *d = disk;

	return disk_in_flight(d) && !test_bit(0, &d->taking);
}

static bool by_bell(void *disk)
{
	const struct cordon_disk *d = disk;

	return d->doorbell || (d->adaptive && READ_ONCE(d->left));
}

static u64 taken(void *disk)
{
	const struct cordon_disk *d = disk;

	return READ_ONCE(d->answers);
}

const struct cordon_poller_ops disk_poller_ops = {
	.is_work = is_work,
	.work = work,
	.is_owed = is_owed,
	.by_bell = by_bell,
	.taken = taken,
	.nap_max_ns = NAP_MAX_NS,
};
