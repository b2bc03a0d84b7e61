// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Frames for the wire: copied into buffers that the driver can only read, and kept until it is done. */
#include <linux/if_vlan.h>
#include <linux/log2.h>
#include <linux/virtio_net.h>
#include "domains/net/kernel/net.h"

static_assert(sizeof(struct virtio_net_hdr) == NET_HDR_SIZE);

/* ---- the queue's buffers -------------------------------------------------------------------------- */

static void put_buffer(struct net_queue *q, const struct cordon_pool *pool, u32 buf)
{
	int big = cordon_pool_is_big(pool, buf);

	q->stock[big][q->nstock[big]++] = buf;
}

static void restock(struct net_queue *q, const struct cordon_pool *pool)
{
	/* Pairs with give() of rx.c. */
	u32 given = smp_load_acquire(&q->given);

	while (q->taken != given)
		put_buffer(q, pool, q->back[q->taken++ & q->mask]);
}

/* The one that came back last is the warmest. */
static int get_buffer(struct net_queue *q, u32 len)
{
	if (len > CORDON_BUF_BIG)
		return -EMSGSIZE;
	if (len <= CORDON_BUF_SMALL && q->nstock[0])
		return (int)q->stock[0][--q->nstock[0]];
	return q->nstock[1] ? (int)q->stock[1][--q->nstock[1]] : -ENOBUFS;
}

/* Read-only buffers are dealt out, one to each in turn. */
int net_queues_make(struct cordon_net *n)
{
	const struct cordon_pool *pool = &n->party->pool;
	u32 rw = pool->dims.small + pool->dims.big, all = cordon_pool_count(pool);
	u32 some =
		DIV_ROUND_UP(all - rw, n->nqueues); /* for each at most; one at least, as checked */
	struct net_queue *q;
	u32 ring, i;

	if (pool->dims.ro_big < n->nqueues)
		return -EINVAL;
	ring = roundup_pow_of_two(some);
	net_for_each_queue(n, q)
	{
		/* Both stocks, and the ring. */
		u32 *room = kvcalloc(2 * some + ring, sizeof(*room), GFP_KERNEL);

		if (!room)
			return -ENOMEM;
		i = (u32)(q - n->queue);
		q->stock[0] = room;
		q->stock[1] = room + some;
		q->back = room + 2 * some;
		q->mask = ring - 1;
		q->nstock[0] = q->nstock[1] = q->taken = q->given = q->nbatch = 0;
		q->sent = q->done = 0;
		q->packets = q->octets = 0;
		q->tx = n->party->chan.more_tx[i];
		q->waiter = n->party->chan.waiter;
	}
	for (i = rw; i < all; i++) {
		n->slots[i].queue = (u8)(i % n->nqueues);
		put_buffer(&n->queue[n->slots[i].queue], pool, i);
	}
	return 0;
}

void net_queues_free(struct cordon_net *n)
{
	struct net_queue *q;

	net_for_each_queue(n, q)
	{
		kvfree(q->stock[0]);
		q->stock[0] = q->stock[1] = q->back = NULL;
		q->nstock[0] = q->nstock[1] = 0;
	}
}

/* ---- frames --------------------------------------------------------------------------------------- */

void net_flush(struct cordon_net *n, struct net_queue *q)
{
	if (!q->nbatch)
		return;
	cordon_stream_put(&q->tx, q->batch, q->nbatch);
	q->nbatch = 0;
	cordon_party_ring(n->party, &q->waiter);
}

bool net_room(struct net_queue *q)
{
	/* A line, which a batch that was begun has already; a big buffer for what may come. */
	return q->nstock[1] && cordon_stream_tx_ready(&q->tx);
}

int net_send(struct cordon_net *n, struct net_queue *q, struct sk_buff *skb, bool more)
{
	struct cordon_pool *pool = &n->party->pool;
	u32 len = skb->len + NET_HDR_SIZE;
	struct virtio_net_hdr hdr;
	bool now;
	u8 *data;
	int buf;

	if (virtio_net_hdr_from_skb(skb, &hdr, true, false, 0))
		return -EINVAL;
	buf = get_buffer(q, len);
	if (buf < 0)
		return buf;
	data = cordon_pool_data(pool, buf);
	memcpy(data, &hdr, sizeof(hdr));
	if (skb_copy_bits(skb, 0, data + sizeof(hdr), skb->len) < 0) {
		put_buffer(q, pool, buf);
		return -EINVAL;
	}
	NET_CB(skb)->seq = q->sent;
	WRITE_ONCE(q->sent, q->sent + 1);
	q->peak = max(q->peak, net_in_flight(q));
	now = __netdev_tx_sent_queue(q->queue, skb->len, more);
	/* A driver may give back what it was not yet sent: all that NAPI then does must be possible. Pairs with
	 * frame_done() of rx.c. */
	smp_store_release(&n->slots[buf].skb, skb);
	trace_cordon_tx(n->dev->name, (unsigned int)(q - n->queue), (unsigned int)buf, len);
	q->batch[q->nbatch++] = cordon_desc(buf, len, NET_FRAME);
	/* A long one is worth a line of its own: the driver can begin. */
	return now || q->nbatch == CORDON_DESCS_PER_LINE || len > CORDON_BUF_SMALL;
}

static netdev_tx_t drop(struct cordon_net *n, struct net_queue *q, struct sk_buff *skb)
{
	q->dropped++;
	net_flush(n, q);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

/* Until NAPI, which sees that it stopped, wakes it. */
static void stop(struct cordon_net *n, struct net_queue *q)
{
	netif_tx_stop_queue(q->queue);
	/* Pairs with the barrier in wake() of rx.c: one of the two sees what the other did. */
	smp_mb();
	restock(q, &n->party->pool);
	if (net_room(q))
		netif_tx_start_queue(q->queue);
}

netdev_tx_t net_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct cordon_net *n = netdev_priv(dev);
	struct net_queue *q = &n->queue[skb_get_queue_mapping(skb)];
	unsigned int len = skb->len;
	int ret;

	if (unlikely(!q->running)) {
		netif_tx_stop_queue(q->queue);
		return NETDEV_TX_BUSY;
	}
	restock(q, &n->party->pool);
	if (unlikely(!net_room(q))) {
		net_flush(n, q);
		stop(n, q);
		return NETDEV_TX_BUSY;
	}
	if (unlikely(len < ETH_HLEN))
		return drop(n, q, skb);
	skb_tx_timestamp(skb);
	/* It may be kept for long: nobody's connection table waits for it. */
	nf_reset_ct(skb);
	NET_CB(skb)->again = false;
	ret = net_send(n, q, skb, netdev_xmit_more());
	if (unlikely(ret < 0))
		return drop(n, q, skb);
	q->frames++;
	q->bytes += len;
	if (ret)
		net_flush(n, q);
	if (!net_room(q)) {
		q->stalls++;
		net_flush(n, q);
		stop(n, q);
	}
	net_sent(n);
	return NETDEV_TX_OK;
}
