// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What the driver sends: buffers given back, and frames from the wire, copied out of its reach. */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include "domains/net/kernel/net.h"

#define BATCH 32u

/* A frame of up to this length goes into one piece; of a longer one the headers alone do. */
#define LINEAR 2048u
#define PIECE_ORDER 3

/* Room for the frame of @len bytes, whose first @head are (to be) in one piece. */
static struct sk_buff *make(struct net_device *dev, unsigned int len, unsigned int *head)
{
	const unsigned int pad = NET_SKB_PAD + NET_IP_ALIGN;
	struct sk_buff *skb;
	int err;

	if (len <= LINEAR) {
		*head = len;
		skb = netdev_alloc_skb_ip_align(dev, len);
		if (skb)
			skb_put(skb, len);
		return skb;
	}
	skb = alloc_skb_with_frags(pad + *head, len - *head, PIECE_ORDER, &err, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, pad);
	skb_put(skb, *head);
	skb->data_len = len - *head;
	skb->len = len;
	skb->dev = dev;
	return skb;
}

/* What the checked header @h asks of the stack. */
static int offload(struct sk_buff *skb, const struct cordon_vnet_hdr *h)
{
	static const unsigned int types[] = { [CORDON_VNET_GSO_TCPV4] = SKB_GSO_TCPV4,
					      [CORDON_VNET_GSO_TCPV6] = SKB_GSO_TCPV6,
					      [CORDON_VNET_GSO_UDP_L4] = SKB_GSO_UDP_L4 };
	struct skb_shared_info *s = skb_shinfo(skb);

	if (h->flags == CORDON_VNET_F_DATA_VALID)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (h->flags == CORDON_VNET_F_NEEDS_CSUM &&
	    !skb_partial_csum_set(skb, h->csum_start, h->csum_offset))
		return -EINVAL;
	if (h->gso_type == CORDON_VNET_GSO_NONE)
		return 0;
	s->gso_size = h->gso_size;
	/* The stack counts the segments itself, and looks at the headers once more. */
	s->gso_type = types[h->gso_type & ~CORDON_VNET_GSO_ECN] | SKB_GSO_DODGY;
	if (h->gso_type & CORDON_VNET_GSO_ECN)
		s->gso_type |= SKB_GSO_TCP_ECN;
	s->gso_segs = 0;
	return 0;
}

static void refused(const struct cordon_net *n, struct cordon_desc d, const char *why)
{
	trace_cordon_refused(n->dev->name, d.buf, cordon_desc_len(d), why);
}

/*
 * A frame from the driver, in a buffer which it can still write to: the head is copied once, and checked,
 * and the rest is copied once.
 */
static struct sk_buff *accept(struct cordon_net *n, struct cordon_desc d)
{
	const u8 *data = cordon_pool_data(&n->party->pool, d.buf);
	u32 len = cordon_desc_len(d);
	unsigned int seen = min_t(u32, len, CORDON_VNET_PEEK);
	unsigned int linear = seen - NET_HDR_SIZE;
	u8 head[CORDON_VNET_PEEK];
	struct cordon_vnet_hdr h;
	struct sk_buff *skb;
	int verdict;

	memcpy(head, data, seen);
	/* The compiler is not to read it twice. */
	barrier_data(head);
	verdict = cordon_vnet_check(head, seen, len, n->features, READ_ONCE(n->dev->mtu));
	if (verdict != CORDON_VNET_OK) {
		n->count.verdict[verdict]++;
		refused(n, d, "header");
		return NULL;
	}
	skb = make(n->dev, len - NET_HDR_SIZE, &linear);
	if (!skb) {
		n->count.rx_tap_errors++;
		return NULL;
	}
	memcpy(&h, head, sizeof(h));
	memcpy(skb->data, head + NET_HDR_SIZE, seen - NET_HDR_SIZE);
	if (len > seen && skb_store_bits(skb, seen - NET_HDR_SIZE, data + seen, len - seen) < 0)
		goto refuse;
	if (offload(skb, &h) < 0)
		goto refuse;
	skb->protocol = eth_type_trans(skb, n->dev);
	return skb;
refuse:
	n->count.rx_tap_errors++;
	kfree_skb(skb);
	return NULL;
}

/* @napi: whether it runs. */
static void deliver(struct cordon_net *n, struct cordon_desc d, bool napi)
{
	const struct cordon_pool *pool = &n->party->pool;
	u32 len = cordon_desc_len(d);
	struct sk_buff *skb;

	if (len < NET_FRAME_MIN || len > cordon_pool_bufsize(pool, d.buf)) {
		if (len < NET_FRAME_MIN)
			n->count.verdict[CORDON_VNET_SHORT]++;
		else
			n->count.bad_lengths++;
		refused(n, d, "bad_lengths");
		return;
	}
	skb = accept(n, d);
	if (!skb)
		return;
	if (!netif_running(n->dev)) {
		n->rx_dropped++;
		kfree_skb(skb);
		return;
	}
	n->count.rx_frames++;
	n->count.rx_bytes += len - NET_HDR_SIZE;
	if (napi)
		napi_gro_receive(&n->napi, skb);
	else
		netif_receive_skb(skb);
}

/* ---- buffers that come back ----------------------------------------------------------------------- */

/* To the queue whose it is. */
static void give(struct net_queue *q, u32 buf)
{
	q->back[q->given & q->mask] = buf;
	/* Pairs with restock() of tx.c. */
	smp_store_release(&q->given, q->given + 1);
}

/* A buffer that the driver can only read: the frame in it is done. */
static bool frame_done(struct cordon_net *n, u32 buf, struct sk_buff_head *done)
{
	struct net_slot *slot = &n->slots[buf];
	struct net_queue *q = &n->queue[slot->queue];
	/* Pairs with net_send() of tx.c. */
	struct sk_buff *skb = smp_load_acquire(&slot->skb);

	if (!skb)
		return false;
	WRITE_ONCE(slot->skb, NULL);
	WRITE_ONCE(q->done, q->done + 1);
	q->packets++;
	q->octets += skb->len;
	__skb_queue_tail(done, skb);
	return true;
}

static bool take(struct cordon_net *n, u32 buf, struct sk_buff_head *done)
{
	struct cordon_pool *pool = &n->party->pool;

	if (buf < cordon_pool_count(pool) && cordon_pool_is_ro(pool, buf))
		return frame_done(n, buf, done);
	if (cordon_pool_take(pool, buf) < 0)
		return false;
	if (n->slots[buf].empty)
		WRITE_ONCE(n->empties[cordon_pool_is_big(pool, buf)],
			   n->empties[cordon_pool_is_big(pool, buf)] - 1);
	n->slots[buf].empty = false;
	return true;
}

static void put(struct cordon_net *n, u32 buf)
{
	if (cordon_pool_is_ro(&n->party->pool, buf))
		give(&n->queue[n->slots[buf].queue], buf);
	else
		cordon_pool_put(&n->party->pool, buf);
}

/* After what came back was put where it belongs. */
static void wake(struct cordon_net *n)
{
	struct net_queue *q;

	net_for_each_queue(n, q)
	{
		if (q->packets)
			netdev_tx_completed_queue(q->queue, q->packets, q->octets);
		q->packets = q->octets = 0;
	}
	/* Pairs with the barrier in stop() of tx.c. */
	smp_mb();
	net_for_each_queue(n, q) if (netif_tx_queue_stopped(q->queue) && READ_ONCE(q->running))
		netif_tx_wake_queue(q->queue);
}

/* ---- empty ones ----------------------------------------------------------------------------------- */

static bool lend(struct cordon_net *n, int big)
{
	struct cordon_pool *pool = &n->party->pool;
	struct cordon_chan *chan = &n->party->chan;
	u32 some = min(n->want[big], CORDON_DESCS_PER_LINE);
	struct cordon_desc d[CORDON_DESCS_PER_LINE];
	u32 i;

	while (some && n->empties[big] + some <= n->want[big]) {
		if (pool->nfree[big ? CORDON_SORT_BIG : CORDON_SORT_SMALL] < some)
			return true;
		if (!cordon_stream_tx_ready(&chan->tx))
			return false;
		for (i = 0; i < some; i++) {
			int buf = cordon_pool_get(pool, big ? CORDON_BUF_BIG : CORDON_BUF_SMALL);

			WRITE_ONCE(*cordon_pool_data(pool, buf), NET_UNREAD);
			cordon_pool_lend(pool, buf);
			n->slots[buf].empty = true;
			d[i] = cordon_desc(buf, 0, NET_EMPTY);
		}
		WRITE_ONCE(n->empties[big], n->empties[big] + some);
		cordon_stream_put(&chan->tx, d, some);
		cordon_party_ring(n->party, &chan->waiter);
	}
	return true;
}

void net_lend_empties(struct cordon_net *n)
{
	if (READ_ONCE(n->lending))
		n->owed = !lend(n, 0) || !lend(n, 1);
}

/* ---- rounds --------------------------------------------------------------------------------------- */

/* One batch of at most @max: how many there were. */
static unsigned int run_batch(struct cordon_net *n, unsigned int max, int budget)
{
	struct cordon_chan *chan = &n->party->chan;
	struct cordon_desc d[BATCH];
	struct sk_buff_head done;
	struct sk_buff *skb;
	unsigned int got = cordon_stream_get(&chan->rx, d, min(max, BATCH));
	unsigned int i;

	if (!got && !n->owed)
		return 0;
	__skb_queue_head_init(&done);
	for (i = 0; i < got; i++) {
		if (!take(n, d[i].buf, &done)) {
			n->count.bad_buffers++;
			refused(n, d[i], "bad_buffers");
			continue;
		}
		trace_cordon_rx(n->dev->name, d[i].buf, cordon_desc_len(d[i]),
				cordon_desc_kind(d[i]));
		if (cordon_desc_kind(d[i]) == NET_FRAME) {
			deliver(n, d[i], budget);
		} else if (cordon_desc_kind(d[i]) != NET_EMPTY) {
			n->count.bad_kinds++;
			refused(n, d[i], "bad_kinds");
		}
		put(n, d[i].buf);
	}
	wake(n);
	net_lend_empties(n);
	/* The credits that it was told of, too. */
	cordon_party_ring(n->party, &chan->waiter);
	while ((skb = __skb_dequeue(&done)))
		napi_consume_skb(skb, budget);
	return got;
}

int net_poll(struct napi_struct *napi, int budget)
{
	struct cordon_net *n = container_of(napi, struct cordon_net, napi);
	struct cordon_waiter *w = &n->party->chan.waiter;
	int done = 0;

	if (n->doorbell)
		cordon_wait_end(w);

	while (done < budget) {
		unsigned int got = run_batch(n, budget - done, budget);

		if (!got)
			break;
		done += got;
	}
	if (done == budget)
		return done;
	if (n->doorbell) {
		/* Now it rings, also before NAPI has ended: then that begins anew. */
		cordon_wait_begin(w);
		if (net_is_work(n))
			return budget;
	}
	napi_complete_done(napi, done);
	return done;
}

void net_take_rest(struct cordon_net *n)
{
	u32 left = n->party->chan.dims.ba * CORDON_DESCS_PER_LINE;

	unsigned int got = 1;

	while (got && left >= BATCH) {
		local_bh_disable(); /* as the stack expects it */
		got = run_batch(n, BATCH, 0);
		local_bh_enable();
		left -= BATCH;
		cond_resched();
	}
}
