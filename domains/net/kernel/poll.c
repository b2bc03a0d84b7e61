// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The thread that stands for the interrupt: on a core of Linux's it looks for what the driver sent, and
 * runs NAPI when there is something. It spins while there is traffic and nothing else to run there, then
 * naps, longer each time; who sends runs NAPI meanwhile, or wakes it from a long nap, and so does a driver
 * that rings. It holds no lock while it looks: what it sees is a guess, and NAPI knows.
 *
 * Or, by doorbell: NAPI announces a sleep when it ends, so that the driver rings for the next frame; the
 * ring interrupts the driver's own core, and NAPI runs there. The thread is the backstop alone.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/stat.h>
#include "core/kernel/cores.h"
#include "domains/net/kernel/net.h"

#define SPIN_NS 50000ull
#define NAP_MIN_NS 50000ull
#define NAP_MAX_NS 1000000ull
/* Naps from this one on end when there is any frame to send: see net_sent(). */
#define NAP_LONG_NS 200000ull
/* A driver that rings has to, after so long without work: a pause in a flow is not to cost it a system
 * call. Then we sleep for as long as this, the backstop for one that doesn't ring. */
#define LISTEN_NS 100000000ull
#define SLEEP_NS (u64) NSEC_PER_SEC
#define VAIN_MAX 9u
#define DEAF_NS 100000000ull

/* That could be true: a driver that lies in its credits doesn't keep us busy. */
static bool credits_came(const struct cordon_stream_tx *tx)
{
	u64 more = cordon_peek(tx->credits) - tx->credited;

	return more && more <= tx->sent - tx->credited;
}

bool net_is_work(const struct cordon_net *n)
{
	const struct cordon_chan *chan = &n->party->chan;
	const struct net_queue *q;

	if (cordon_stream_rx_ready(&chan->rx))
		return true;
	if (READ_ONCE(n->owed) && READ_ONCE(n->lending) && credits_came(&chan->tx))
		return true;
	net_for_each_queue(n, q) if (netif_tx_queue_stopped(q->queue) && READ_ONCE(q->running) &&
				     credits_came(&q->tx)) return true;
	return false;
}

/* An interrupt on the core that rang: NAPI runs as it ends. */
void net_rung(struct irq_work *work)
{
	napi_schedule(&container_of(work, struct cordon_net, rung)->napi);
}

/* The domain rang. In its time, with interrupts off. */
static void heard(void *arg)
{
	struct cordon_net *n = arg;

	trace_cordon_bell(n->party->core, false);
	if (n->doorbell) {
		irq_work_queue(&n->rung);
		return;
	}
	if (!READ_ONCE(n->listening))
		return;
	WRITE_ONCE(n->heard, true);
	wake_up_process(n->thread);
}

/* Sleep at most @nap, after being idle for @idle: whether to look with more patience now. */
static bool doze(struct cordon_net *n, u64 nap, u64 idle)
{
	struct cordon_waiter *w = &n->party->chan.waiter;
	bool listen = idle >= LISTEN_NS && n->party->rings &&
		      ktime_get_mono_fast_ns() >= n->deaf_until;
	u64 ns = listen ? SLEEP_NS : nap;
	ktime_t t = ns_to_ktime(ns);
	bool early = false;

	WRITE_ONCE(n->heard, false);
	set_current_state(TASK_IDLE);
	WRITE_ONCE(n->deep, nap >= NAP_LONG_NS);
	WRITE_ONCE(n->dozing, true);
	if (listen) {
		WRITE_ONCE(n->listening, true);
		cordon_wait_begin(w);
	}
	if (!net_is_work(n) && !kthread_should_stop())
		early = schedule_hrtimeout_range(&t, ns / 8, HRTIMER_MODE_REL) != 0;
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(n->dozing, false);
	if (!listen)
		return early;
	WRITE_ONCE(n->listening, false);
	cordon_wait_end(w);
	if (!READ_ONCE(n->heard))
		return early;
	/* It rings for nothing: it is not listened to for a while. */
	if (net_is_work(n)) {
		n->vain = 0;
	} else if (++n->vain >= VAIN_MAX) {
		n->vain = 0;
		n->deaf_until = ktime_get_mono_fast_ns() + DEAF_NS;
		return false;
	}
	return true;
}

static void run_napi(struct cordon_net *n)
{
	local_bh_disable();
	napi_schedule(&n->napi);
	local_bh_enable(); /* it runs here */
}

static int backstop(void *arg)
{
	struct cordon_net *n = arg;

	run_napi(n); /* it has to announce its first sleep */
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule_timeout(HZ);
		__set_current_state(TASK_RUNNING);
		if (net_is_work(n))
			run_napi(n);
	}
	return 0;
}

static int thread(void *arg)
{
	struct cordon_net *n = arg;
	u64 nap = NAP_MIN_NS;
	u64 idle = 0; /* since when */

	while (!kthread_should_stop()) {
		u64 now;

		/* RCU takes who spins for busy otherwise. */
		cond_resched_tasks_rcu_qs();
		if (net_is_work(n)) {
			run_napi(n);
			idle = 0;
			nap = NAP_MIN_NS;
			continue;
		}
		now = ktime_get_mono_fast_ns();
		if (!idle)
			idle = now;
		if (now - idle < SPIN_NS && single_task_running()) {
			cpu_relax();
			continue;
		}
		if (doze(n, nap, now - idle)) {
			idle = 0;
			nap = NAP_MIN_NS;
		} else {
			nap = min(nap * 2, NAP_MAX_NS);
		}
	}
	return 0;
}

int net_thread_start(struct cordon_net *n)
{
	struct task_struct *t =
		kthread_create(n->doorbell ? backstop : thread, n, "cordon/%s", n->dev->name);

	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	cordon_cores_place(t, n->party->core);
	get_task_struct(t);
	n->thread = t;
	n->vain = 0;
	n->deaf_until = 0;
	cordon_ears_set(&n->party->ears, heard, n);
	wake_up_process(t);
	return 0;
}

void net_thread_stop(struct cordon_net *n)
{
	cordon_ears_set(&n->party->ears, NULL, NULL);
	irq_work_sync(&n->rung);
	kthread_stop(n->thread);
	put_task_struct(n->thread);
	n->thread = NULL;
	n->dozing = n->listening = false;
}
