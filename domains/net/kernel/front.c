// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The front-end's life: what net_front_start() and the others of the folder above do in user space.
 * Calls to the driver are made by the ioctl's caller, while frames go on; nothing is held meanwhile.
 */
#include <linux/err.h>
#include <linux/rtnetlink.h>
#include <linux/sort.h>
#include "core/kernel/front.h"
#include "core/kernel/why.h"
#include "domains/net/kernel/net.h"

/* Counters of its channel go on where the last one's ended. */
static void begin_count(struct cordon_net *n, struct cordon_party *p)
{
	struct net_queue *q;

	n->before.calls = n->count.calls;
	n->before.timeouts = n->count.call_timeouts;
	n->before.faults = n->count.call_faults;
	n->before.stream_faults = n->count.stream_faults;
	net_for_each_queue(n, q) q->tx.faults = 0;
	p->calls = &n->calls;
}

static void count_calls(struct cordon_net *n, const struct cordon_party *p)
{
	const struct cordon_chan *c = &p->chan;
	const struct net_queue *q;

	n->count.calls = n->before.calls + c->client.calls;
	n->count.call_timeouts = n->before.timeouts + c->client.timeouts;
	n->count.call_faults = n->before.faults + c->client.faults + n->client.stub.faults;
	n->count.stream_faults = n->before.stream_faults + c->tx.faults + c->rx.faults;
	net_for_each_queue(n, q) n->count.stream_faults += q->tx.faults;
}

/* A frame that asks for what the driver can't: then it is dropped. */
static bool able(const struct cordon_net *n, const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	u32 f = n->features;

	if (skb->ip_summed == CHECKSUM_PARTIAL && !(f & CORDON_NET_F_CSUM))
		return false;
	if (!skb_is_gso(skb))
		return true;
	if (type & SKB_GSO_TCP_ECN && !(f & CORDON_NET_F_ECN))
		return false;
	if (type & SKB_GSO_TCPV4)
		return f & CORDON_NET_F_TSO4;
	if (type & SKB_GSO_TCPV6)
		return f & CORDON_NET_F_TSO6;
	return f & CORDON_NET_F_USO4 && f & CORDON_NET_F_USO6;
}

/*
 * Send again what the last driver had not given back, in the order in which each queue's got it, from the
 * stack's own memory. Whether it had sent some of them on can't be known: they are counted. Once only: a
 * frame may be what a driver dies of.
 */
static void resend(struct cordon_net *n)
{
	struct net_queue *q;
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&n->past))) {
		q = &n->queue[skb_get_queue_mapping(skb)];
		if (q->nbatch == CORDON_DESCS_PER_LINE)
			net_flush(n, q);
		NET_CB(skb)->again = true;
		if (!able(n, skb) || !net_room(q) || net_send(n, q, skb, true) < 0) {
			n->count.tx_lost++;
			dev_kfree_skb_any(skb);
			continue;
		}
		n->count.tx_resent++;
	}
	net_for_each_queue(n, q) net_flush(n, q);
}

static void plane_free(struct cordon_net *n)
{
	net_queues_free(n);
	kvfree(n->order);
	kvfree(n->slots);
	n->order = NULL;
	n->slots = NULL;
	n->party = NULL;
}

static int plane_make(struct cordon_net *n, struct cordon_party *p)
{
	u32 all = cordon_pool_count(&p->pool);
	int ret = -ENOMEM;

	n->party = p;
	n->slots = kvcalloc(all, sizeof(*n->slots), GFP_KERNEL);
	n->order = kvcalloc(all, sizeof(*n->order), GFP_KERNEL);
	if (n->slots && n->order)
		ret = net_queues_make(n);
	if (ret < 0)
		plane_free(n);
	return ret;
}

/* Those that come back from now on are not lent anew; nor is any new frame taken. */
static void hold(struct cordon_net *n)
{
	struct net_queue *q;

	WRITE_ONCE(n->lending, false);
	net_for_each_queue(n, q)
	{
		net_lock(q);
		WRITE_ONCE(q->running, false);
		netif_tx_stop_queue(q->queue);
		if (n->party)
			net_flush(n, q);
		net_unlock(q);
	}
}

static int plane_up(struct cordon_net *n, struct cordon_party *p, const struct net_info *info)
{
	struct net_queue *q;
	int ret;

	if (n->gone)
		return -ENODEV;
	ret = plane_make(n, p);
	if (ret < 0)
		return ret;
	n->empties[0] = n->empties[1] = 0;
	n->want[1] = min(info->buffers, p->pool.dims.big);
	n->want[0] = info->buffers ? p->pool.dims.small : 0;
	resend(n);
	n->lending = true;
	net_lend_empties(n);
	napi_enable(&n->napi);
	ret = net_poll_start(n);
	if (ret < 0)
		return ret; /* detach follows */
	net_for_each_queue(n, q)
	{
		net_lock(q);
		WRITE_ONCE(q->running, true);
		if (net_room(q))
			netif_tx_wake_queue(q->queue);
		net_unlock(q);
	}
	netif_carrier_on(n->dev);
	return 0;
}

/* Of empty buffers that did not come back, those with a frame in them. As the driver left them. */
static void count_lost(struct cordon_net *n)
{
	const struct cordon_pool *pool = &n->party->pool;
	u32 i;

	for (i = 0; i < cordon_pool_count(pool); i++)
		n->count.rx_lost += n->slots[i].empty &&
				    READ_ONCE(*cordon_pool_data(pool, i)) != NET_UNREAD;
}

static int by_seq(const void *a, const void *b)
{
	u64 x = NET_CB(*(struct sk_buff *const *)a)->seq;
	u64 y = NET_CB(*(struct sk_buff *const *)b)->seq;

	return x < y ? -1 : x > y;
}

/* Frames that did not come back, in order. */
static void keep_past(struct cordon_net *n)
{
	u32 i, some = 0;

	for (i = 0; i < cordon_pool_count(&n->party->pool); i++) {
		struct sk_buff *skb = n->slots[i].skb;

		if (!skb)
			continue;
		if (!NET_CB(skb)->again) {
			n->order[some++] = skb;
			continue;
		}
		n->count.tx_lost++;
		dev_kfree_skb_any(skb);
	}
	sort(n->order, some, sizeof(*n->order), by_seq, NULL);
	for (i = 0; i < some; i++)
		__skb_queue_tail(&n->past, n->order[i]);
}

/* Nothing in here waits for the driver, or for RTNL: a deletion holds it. */
void net_plane_down(struct cordon_net *n)
{
	struct net_queue *q;

	if (!n->party)
		return;
	netif_carrier_off(n->dev);
	hold(n);
	net_poll_stop(n);
	napi_disable(&n->napi);
	net_take_rest(n);
	count_lost(n);
	keep_past(n);
	net_for_each_queue(n, q)
	{
		net_lock(q);
		netdev_tx_reset_queue(q->queue);
		WRITE_ONCE(q->done, q->sent);
		net_unlock(q);
	}
	count_calls(n, n->party);
	n->owed = false;
	n->empties[0] = n->empties[1] = 0;
	plane_free(n);
}

static void *front_open(void *what, const char *name, char *why)
{
	return net_netdev_get(what, name, why);
}

/* Under RTNL somebody wanted another MTU or address. One that refuses, or is silent, keeps the old: what it
 * sends is held against what is wanted, and its silence is the supervisor's business. */
void net_tell(struct work_struct *work)
{
	struct cordon_net *n = container_of(work, struct cordon_net, tell);
	u8 mac[ETH_ALEN];

	mutex_lock(&n->call);
	if (n->told) {
		/* A torn address is followed by another one: who changed it has the work done once more. */
		memcpy(mac, n->dev->dev_addr, sizeof(mac));
		(void)net_change(&n->client, READ_ONCE(n->dev->mtu), mac);
		count_calls(n, n->told);
	}
	mutex_unlock(&n->call);
}

static int configure(struct cordon_net *n)
{
	struct net_config config = { .mtu = READ_ONCE(n->dev->mtu), .features = n->features };

	/* As above. */
	memcpy(config.mac, n->dev->dev_addr, sizeof(config.mac));
	return net_config(&n->client, &config);
}

/* With the mutex call. */
static int begin(struct cordon_net *n, struct cordon_party *p, char *why)
{
	struct net_info info;
	int ret;

	net_client_init(&n->client, &p->chan.client);
	cordon_stub_by(&n->client.stub, p);
	ret = net_connect(&n->client);
	if (ret < 0)
		return cordon_why(why, ret, "the driver does not speak our interface (%d)", ret);
	ret = net_info(&n->client, &info);
	if (ret < 0)
		return cordon_why(why, ret, "the driver did not say what it is (%d)", ret);
	WRITE_ONCE(n->features, info.features & n->may);
	ret = configure(n);
	if (ret < 0)
		return cordon_why(why, ret, "the driver refused its configuration (%d)", ret);
	ret = net_netdev_features(n);
	if (ret < 0)
		return ret;
	ret = net_start(&n->client);
	if (ret < 0)
		return cordon_why(why, ret, "the driver did not start (%d)", ret);
	mutex_lock(&n->plane);
	ret = plane_up(n, p, &info);
	mutex_unlock(&n->plane);
	if (ret < 0)
		return cordon_why(why, ret, "%s: can't begin (%d)", n->dev->name, ret);
	return 0;
}

/* For calls to the driver. The work item lets go within the deadline. */
static int hold_calls(struct cordon_net *n)
{
	return mutex_lock_killable(&n->call);
}

static int front_start(void *front, struct cordon_party *p, char *why)
{
	struct cordon_net *n = front;
	int ret;

	if (READ_ONCE(n->gone))
		return cordon_why(why, -ENODEV, "%s was deleted", n->dev->name);
	if (n->receive == CORDON_K_RECEIVE_DOORBELL && !p->rings)
		return cordon_why(why, -EINVAL, "by doorbell needs a domain that rings");
	if (p->chan.dims.more != n->nqueues)
		return cordon_why(why, -EINVAL,
				  "%s: %u further streams, not one for each of %u queues",
				  n->dev->name, p->chan.dims.more, n->nqueues);
	n->doorbell = n->receive == CORDON_K_RECEIVE_DOORBELL ||
		      (n->receive == CORDON_K_RECEIVE_DEFAULT && p->rings);
	begin_count(n, p);
	/* One that was changed since begin() looked is told again. */
	ret = hold_calls(n);
	if (ret < 0)
		return ret;
	ret = begin(n, p, why);
	count_calls(n, p);
	if (ret == 0)
		n->told = p;
	mutex_unlock(&n->call);
	return ret;
}

static struct cordon_party *party_of(struct cordon_net *n)
{
	struct cordon_party *p;

	mutex_lock(&n->plane);
	p = n->party;
	mutex_unlock(&n->plane);
	return p;
}

static int ping(struct cordon_net *n, struct cordon_party *p)
{
	struct net_stats s;
	int ret = hold_calls(n);

	if (ret < 0)
		return ret;
	ret = net_stats(&n->client, &s);
	if (ret == 0)
		net_front_told(&n->count, &s);
	count_calls(n, p);
	mutex_unlock(&n->call);
	return ret;
}

/* The party stays this order's, also when the device goes meanwhile. */
static int front_ping(void *front)
{
	struct cordon_party *p = party_of(front);

	return p ? ping(front, p) : -ENODEV;
}

static u32 frames_out(const struct cordon_net *n)
{
	const struct net_queue *q;
	u32 some = 0;

	net_for_each_queue(n, q) some += net_in_flight(q);
	return some;
}

static u32 lent_out(const struct cordon_net *n)
{
	return frames_out(n) + READ_ONCE(n->empties[0]) + READ_ONCE(n->empties[1]);
}

/* Wait until none is left. Half a deadline without one coming back, and none will. */
static int await_none(struct cordon_net *n, struct cordon_party *p,
		      u32 (*left)(const struct cordon_net *n))
{
	u64 since = ktime_get_ns(), pause = 0;
	u32 last = left(n);

	while (last > 0) {
		u64 now = ktime_get_ns();
		u32 have = left(n);
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

/* Frames for the wire first: when the port's requests are cancelled, there are only reads. */
static int front_stop(void *front)
{
	struct cordon_net *n = front;
	struct cordon_party *p = party_of(n);
	int ret;

	if (!p)
		return -ENODEV;
	hold(n);
	ret = hold_calls(n);
	if (ret < 0)
		return ret;
	ret = net_stop(&n->client);
	count_calls(n, p);
	mutex_unlock(&n->call);
	if (ret < 0)
		return ret;
	ret = await_none(n, p, frames_out);
	if (ret < 0 && ret != -ETIMEDOUT)
		return ret;
	return ping(n, p);
}

static int front_drain(void *front)
{
	struct cordon_net *n = front;
	struct cordon_party *p = party_of(n);

	return p ? await_none(n, p, lent_out) : -ENODEV;
}

static void front_detach(void *front, struct cordon_party *p)
{
	struct cordon_net *n = front;

	/* Its work item waits for no answer any more, and finds nobody to tell. */
	WRITE_ONCE(p->over, true);
	mutex_lock(&n->call);
	n->told = NULL;
	mutex_unlock(&n->call);
	mutex_lock(&n->plane);
	net_plane_down(n);
	mutex_unlock(&n->plane);
}

static void front_stats(void *front, struct cordon_k_stats *s)
{
	const struct cordon_net *n = front;
	const struct net_queue *q;

	s->n = net_count(n, s->value, CORDON_K_VALUES);
	s->depth = frames_out(n);
	net_for_each_queue(n, q) s->depth_peak += q->peak;
	s->errors = net_front_errors(&n->count);
	s->calls = n->calls.answered;
	s->call_ns = n->calls.answer_ns;
	s->call_errors = n->calls.failed;
	memcpy(s->by_op, n->calls.by_op, sizeof(s->by_op));
}

static void front_close(void *front)
{
	struct cordon_net *n = front;

	mutex_lock(&n->plane);
	n->count.tx_lost += skb_queue_len(&n->past);
	__skb_queue_purge(&n->past);
	mutex_unlock(&n->plane);
	net_netdev_put(n);
}

const struct cordon_kfront cordon_kfront_net = {
	.init = net_netdev_init,
	.exit = net_netdev_exit,
	.open = front_open,
	.start = front_start,
	.ping = front_ping,
	.stop = front_stop,
	.drain = front_drain,
	.detach = front_detach,
	.stats = front_stats,
	.close = front_close,
};
