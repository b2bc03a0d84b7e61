// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What runs NAPI when the driver sent something. By polling, that is the poller (core/kernel/poller.h); who
 * sends runs NAPI meanwhile, or wakes the poller from a long nap.
 *
 * Or, by doorbell: NAPI announces a sleep when it ends, so that the driver rings for the next frame; the
 * ring interrupts the driver's own core, and NAPI runs there. A look each second is the backstop.
 */
#include "domains/net/kernel/net.h"

#define NAP_MAX_NS 1000000ull

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

static void run_napi(struct cordon_net *n)
{
	local_bh_disable();
	napi_schedule(&n->napi);
	local_bh_enable(); /* it runs here */
}

static bool is_work(void *net)
{
	return net_is_work(net);
}

static void work(void *net)
{
	run_napi(net);
}

static const struct cordon_poller_ops poller_ops = {
	.is_work = is_work,
	.work = work,
	.nap_max_ns = NAP_MAX_NS,
};

/* The domain rang. In its time, with interrupts off. */
static void heard(void *arg)
{
	struct cordon_net *n = arg;

	trace_cordon_bell(n->party->core, false);
	irq_work_queue(&n->rung);
}

/* An interrupt on the core that rang: NAPI runs as it ends. */
void net_rung(struct irq_work *work)
{
	napi_schedule(&container_of(work, struct cordon_net, rung)->napi);
}

static void look_later(struct cordon_net *n)
{
	queue_delayed_work(system_unbound_wq, &n->backstop, HZ);
}

void net_backstop(struct work_struct *work)
{
	struct cordon_net *n = container_of(to_delayed_work(work), struct cordon_net, backstop);

	if (net_is_work(n))
		run_napi(n);
	look_later(n);
}

int net_poll_start(struct cordon_net *n)
{
	if (!n->doorbell)
		return cordon_poller_start(&n->poller, &poller_ops, n, n->party, n->dev->name);
	cordon_ears_set(&n->party->ears, heard, n);
	run_napi(n); /* it has to announce its first sleep */
	look_later(n);
	return 0;
}

void net_poll_stop(struct cordon_net *n)
{
	if (n->poller.thread)
		cordon_poller_stop(&n->poller);
	if (!n->doorbell)
		return;
	cordon_ears_set(&n->party->ears, NULL, NULL);
	irq_work_sync(&n->rung);
	cancel_delayed_work_sync(&n->backstop);
}
