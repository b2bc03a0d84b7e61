// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The thread that stands for the interrupt: on a core of Linux's it takes the driver's answers. By polling,
 * it spins while there is traffic and nothing else to run there, then naps, longer each time, but shortly while
 * the driver has requests that nobody waits for; who leaves one to it wakes it from a long nap. By doorbell, it
 * sleeps as soon as there is nothing, and the driver rings. poll.c of the net class does the same for frames.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/stat.h>
#include "core/kernel/cores.h"
#include "domains/blk/kernel/disk.h"

#define SPIN_NS 50000ull
#define NAP_MIN_NS 50000ull
#define NAP_MAX_NS 16000000ull
#define NAP_LONG_NS 200000ull
/* After so long without work a driver that can has to ring, by polling too; then we sleep for as long as
 * this, the backstop for one that doesn't. */
#define LISTEN_NS 100000000ull
#define SLEEP_NS (u64) NSEC_PER_SEC
/* One that rings for nothing so often is not listened to for a while. */
#define VAIN_MAX 9u
#define DEAF_NS 100000000ull

/* The domain rang. In its time, with interrupts off. */
static void heard(void *arg)
{
	struct cordon_disk *d = arg;

	trace_cordon_bell(d->party->core, false);
	if (!READ_ONCE(d->listening))
		return;
	WRITE_ONCE(d->heard, true);
	wake_up_process(d->thread);
}

static bool by_bell(const struct cordon_disk *d)
{
	return d->doorbell || (d->adaptive && READ_ONCE(d->left));
}

static bool listens(const struct cordon_disk *d, bool bell, u64 idle)
{
	return d->party->rings && (bell || idle >= LISTEN_NS) &&
	       ktime_get_mono_fast_ns() >= d->deaf_until;
}

/* Sleep at most @nap, or until it rings, after being idle for @idle: whether to look with more
 * patience now. */
static bool doze(struct cordon_disk *d, u64 nap, u64 idle)
{
	struct cordon_waiter *w = &d->party->chan.waiter;
	bool bell = by_bell(d), listen = listens(d, bell, idle), early = false;
	u64 ns = listen ? SLEEP_NS : nap;
	u64 answers = READ_ONCE(d->answers);
	ktime_t t;

	WRITE_ONCE(d->heard, false);
	set_current_state(TASK_IDLE);
	/* Whoever has the driver ring need not wake us. */
	WRITE_ONCE(d->deep, listen ? !bell : nap >= NAP_LONG_NS);
	/* Pairs with disk_rouse(): who gave up before he could see that we sleep is seen here. Who still takes
	 * answers has yet to look. */
	smp_mb();
	if (!listen && disk_in_flight(d) && !test_bit(0, &d->taking))
		ns = NAP_MIN_NS;
	if (listen) {
		WRITE_ONCE(d->listening, true);
		cordon_wait_begin(w);
	}
	t = ns_to_ktime(ns);
	if (!disk_is_work(d) && !kthread_should_stop())
		early = schedule_hrtimeout_range(&t, ns / 8, HRTIMER_MODE_REL) != 0;
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(d->deep, false);
	if (!listen)
		return early;
	WRITE_ONCE(d->listening, false);
	cordon_wait_end(w);
	if (!READ_ONCE(d->heard))
		return early;
	if (disk_is_work(d) || READ_ONCE(d->answers) != answers) {
		d->vain = 0;
	} else if (++d->vain >= VAIN_MAX) {
		d->vain = 0;
		d->deaf_until = ktime_get_mono_fast_ns() + DEAF_NS;
		return false;
	}
	return true;
}

static int thread(void *arg)
{
	struct cordon_disk *d = arg;
	u64 nap = NAP_MIN_NS;
	u64 idle = 0; /* since when */

	while (!kthread_should_stop()) {
		u64 now;

		/* RCU takes who spins for busy otherwise. */
		cond_resched_tasks_rcu_qs();
		if (disk_is_work(d)) {
			disk_work(d, NULL);
			idle = 0;
			nap = NAP_MIN_NS;
			continue;
		}
		now = ktime_get_mono_fast_ns();
		if (!idle)
			idle = now;
		if (!by_bell(d) && now - idle < SPIN_NS && single_task_running()) {
			cpu_relax();
			continue;
		}
		if (doze(d, nap, now - idle)) {
			idle = 0;
			nap = NAP_MIN_NS;
		} else if (!disk_in_flight(d)) {
			nap = min(nap * 2, NAP_MAX_NS);
		}
	}
	return 0;
}

int disk_thread_start(struct cordon_disk *d)
{
	struct task_struct *t = kthread_create(thread, d, "cordon/%s", d->name);

	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	cordon_cores_place(t, d->party->core);
	get_task_struct(t);
	d->thread = t;
	d->vain = 0;
	d->deaf_until = 0;
	cordon_ears_set(&d->party->ears, heard, d);
	wake_up_process(t);
	return 0;
}

void disk_thread_stop(struct cordon_disk *d)
{
	cordon_ears_set(&d->party->ears, NULL, NULL);
	kthread_stop(d->thread);
	put_task_struct(d->thread);
	d->thread = NULL;
	d->deep = d->listening = false;
}
