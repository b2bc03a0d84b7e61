// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Frames for the wire: copied into buffers that the driver can only read, and kept until it is done. */
#include <linux/if_vlan.h>
#include <linux/virtio_net.h>
#include "domains/net/kernel/net.h"

static_assert(sizeof(struct virtio_net_hdr) == NET_HDR_SIZE);

void net_flush(struct cordon_net *n)
{
	struct cordon_chan *chan = &n->party->chan;

	if (!n->nbatch)
		return;
	cordon_stream_put(&chan->tx, n->batch, n->nbatch);
	n->nbatch = 0;
	cordon_party_ring(n->party, &chan->waiter);
}

bool net_room(struct cordon_net *n)
{
	struct cordon_pool *pool = &n->party->pool;

	/* A line for it, beyond the one that the batch has. */
	if (!cordon_stream_tx_ready(&n->party->chan.tx))
		return false;
	if (pool->dims.ro_big && !pool->nfree[CORDON_SORT_RO_BIG])
		return false;
	return pool->nfree[CORDON_SORT_RO_SMALL] || pool->nfree[CORDON_SORT_RO_BIG];
}

static int get_buffer(struct cordon_pool *pool, u32 len)
{
	int buf = cordon_pool_get_ro(pool, len);

	if (buf == -ENOBUFS && len <= CORDON_BUF_SMALL)
		buf = cordon_pool_get_ro(pool, CORDON_BUF_BIG);
	return buf;
}

int net_send(struct cordon_net *n, struct sk_buff *skb)
{
	struct cordon_pool *pool = &n->party->pool;
	u32 len = skb->len + NET_HDR_SIZE;
	struct virtio_net_hdr hdr;
	u8 *data;
	int buf;

	if (virtio_net_hdr_from_skb(skb, &hdr, true, false, 0))
		return -EINVAL;
	buf = get_buffer(pool, len);
	if (buf < 0)
		return buf;
	data = cordon_pool_data(pool, buf);
	memcpy(data, &hdr, sizeof(hdr));
	if (skb_copy_bits(skb, 0, data + sizeof(hdr), skb->len) < 0) {
		cordon_pool_put(pool, buf);
		return -EINVAL;
	}
	cordon_pool_lend(pool, buf);
	n->slots[buf].skb = skb;
	__skb_queue_tail(&n->flight, skb);
	n->flight_peak = max(n->flight_peak, skb_queue_len(&n->flight));
	n->lent++;
	n->batch[n->nbatch++] = cordon_desc(buf, len, NET_FRAME);
	return 0;
}

static netdev_tx_t drop(struct cordon_net *n, struct sk_buff *skb)
{
	n->tx_dropped++;
	net_flush(n);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

netdev_tx_t net_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct cordon_net *n = netdev_priv(dev);
	struct netdev_queue *queue = net_queue(n);
	bool more = netdev_xmit_more();
	unsigned int len = skb->len;
	bool first = skb_queue_empty(&n->flight);
	int ret;

	/* It was stopped a moment ago, or an empty buffer took the last line. */
	if (unlikely(!n->running || (!n->nbatch && !net_room(n)))) {
		netif_tx_stop_queue(queue);
		return NETDEV_TX_BUSY;
	}
	if (unlikely(len < ETH_HLEN))
		return drop(n, skb);
	skb_tx_timestamp(skb);
	/* It may be kept for long: nobody's connection table waits for it. */
	nf_reset_ct(skb);
	NET_CB(skb)->again = false;
	ret = net_send(n, skb);
	if (unlikely(ret < 0))
		return drop(n, skb);
	n->count.tx_frames++;
	n->count.tx_bytes += len;
	/* A long one is worth a line of its own: the driver can begin. */
	if (__netdev_tx_sent_queue(queue, len, more) || n->nbatch == CORDON_DESCS_PER_LINE ||
	    len + NET_HDR_SIZE > CORDON_BUF_SMALL)
		net_flush(n);
	if (!net_room(n)) {
		n->count.tx_stalls++;
		netif_tx_stop_queue(queue);
		net_flush(n);
	}
	net_thread_wake(n, first);
	return NETDEV_TX_OK;
}

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
		n->lent += some;
		n->empties[big] += some;
		cordon_stream_put(&chan->tx, d, some);
		cordon_party_ring(n->party, &chan->waiter);
	}
	return true;
}

void net_lend_empties(struct cordon_net *n)
{
	net_flush(n);
	n->owed = !lend(n, 0) || !lend(n, 1);
}
