// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/kernel/poller.h"

#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/stat.h>
#include "core/kernel/cores.h"

#define SPIN_NS 50000ull
#define NAP_MIN_NS 50000ull
#define NAP_LONG_NS 200000ull
/* A driver that rings has to, after so long without work: a pause in a flow is not to cost it a system
 * call. Then we sleep for as long as this, the backstop for one that doesn't ring. */
#define LISTEN_NS 100000000ull
#define SLEEP_NS (u64) NSEC_PER_SEC
/* One that rings for nothing so often is not listened to for a while. */
#define VAIN_MAX 9u
#define DEAF_NS 100000000ull

/* The domain rang. In its time, with interrupts off. */
static void heard(void *arg)
{
	struct cordon_poller *p = arg;

	trace_cordon_bell(p->party->core, false);
	if (!READ_ONCE(p->listening))
		return;
	WRITE_ONCE(p->heard, true);
	wake_up_process(p->thread);
}

static bool is_owed(const struct cordon_poller *p)
{
	return p->ops->is_owed && p->ops->is_owed(p->owner);
}

static bool by_bell(const struct cordon_poller *p)
{
	return p->ops->by_bell && p->ops->by_bell(p->owner);
}

static u64 taken(const struct cordon_poller *p)
{
	return p->ops->taken ? p->ops->taken(p->owner) : 0;
}

static bool listens(const struct cordon_poller *p, bool bell, u64 idle)
{
	return p->party->rings && (bell || idle >= LISTEN_NS) &&
	       ktime_get_mono_fast_ns() >= p->deaf_until;
}

/* Whether it rang for something, if only for what others took since they had @before. */
static bool was_worth(struct cordon_poller *p, u64 before)
{
	if (p->ops->is_work(p->owner) || taken(p) != before) {
		p->vain = 0;
	} else if (++p->vain >= VAIN_MAX) {
		p->vain = 0;
		p->deaf_until = ktime_get_mono_fast_ns() + DEAF_NS;
		return false;
	}
	return true;
}

/* Sleep at most @nap, or until it rings, after being idle for @idle: whether to look with more patience now. */
static bool doze(struct cordon_poller *p, u64 nap, u64 idle)
{
	struct cordon_waiter *w = &p->party->chan.waiter;
	bool bell = by_bell(p), listen = listens(p, bell, idle), early = false;
	u64 before = taken(p), ns = listen ? SLEEP_NS : nap;
	ktime_t t;

	WRITE_ONCE(p->heard, false);
	set_current_state(TASK_IDLE);
	/* Who has the driver ring need not wake us. */
	WRITE_ONCE(p->deep, listen ? !bell : nap >= NAP_LONG_NS);
	WRITE_ONCE(p->dozing, true);
	/* Pairs with the owner's: who couldn't see yet that we sleep is seen by is_owed(), is_work(). */
	smp_mb();
	if (!listen && is_owed(p))
		ns = NAP_MIN_NS;
	if (listen) {
		WRITE_ONCE(p->listening, true);
		cordon_wait_begin(w);
	}
	t = ns_to_ktime(ns);
	if (!p->ops->is_work(p->owner) && !kthread_should_stop())
		early = schedule_hrtimeout_range(&t, ns / 8, HRTIMER_MODE_REL) != 0;
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(p->dozing, false);
	WRITE_ONCE(p->deep, false);
	if (!listen)
		return early;
	WRITE_ONCE(p->listening, false);
	cordon_wait_end(w);
	return READ_ONCE(p->heard) ? was_worth(p, before) : early;
}

static int poll(void *arg)
{
	struct cordon_poller *p = arg;
	u64 nap = NAP_MIN_NS;
	u64 idle = 0; /* since when */

	while (!kthread_should_stop()) {
		u64 now;

		/* RCU takes who spins for busy otherwise. */
		cond_resched_tasks_rcu_qs();
		if (p->ops->is_work(p->owner)) {
			p->ops->work(p->owner);
			idle = 0;
			nap = NAP_MIN_NS;
			continue;
		}
		now = ktime_get_mono_fast_ns();
		if (!idle)
			idle = now;
		if (!by_bell(p) && now - idle < SPIN_NS && single_task_running()) {
			cpu_relax();
			continue;
		}
		if (doze(p, nap, now - idle)) {
			idle = 0;
			nap = NAP_MIN_NS;
		} else if (!is_owed(p)) {
			nap = min(nap * 2, p->ops->nap_max_ns);
		}
	}
	return 0;
}

int cordon_poller_start(struct cordon_poller *p, const struct cordon_poller_ops *ops, void *owner,
			struct cordon_party *party, const char *name)
{
	struct task_struct *t = kthread_create(poll, p, "cordon/%s", name);

	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	cordon_cores_place(t, party->core);
	get_task_struct(t);
	*p = (struct cordon_poller){
		.ops = ops,
		.owner = owner,
		.party = party,
		.thread = t,
	};
	cordon_ears_set(&party->ears, heard, p);
	wake_up_process(t);
	return 0;
}

void cordon_poller_stop(struct cordon_poller *p)
{
	cordon_ears_set(&p->party->ears, NULL, NULL);
	kthread_stop(p->thread);
	put_task_struct(p->thread);
	p->thread = NULL;
}
