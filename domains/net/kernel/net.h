/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net front-end in the kernel: a network device whose driver is in a domain. front.c of the folder
 * above is its twin in user space.
 *
 * Who does what: the stack calls xmit (tx.c) with the queue's lock; the poller, or the driver's bell
 * (poll.c), runs NAPI, which takes what the driver sent (rx.c); orders (front.c) start and end both.
 *
 * A queue a CPU, each with a stream and read-only buffers of its own, which nobody else gives out; NAPI has
 * the first stream, for empty buffers, and those that the driver can write. What NAPI takes back for a
 * queue it puts into a ring that only the two know. So there is no lock of ours on the way of a frame.
 */
#ifndef CORDON_NET_KERNEL_NET_H
#define CORDON_NET_KERNEL_NET_H

#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include "core/kernel/party.h"
#include "core/kernel/poller.h"
#include "domains/net/counters.h"
#include "domains/net/net.cdl_client.h"
#include "domains/net/net.h"

#define NET_QUEUES_MAX CORDON_MORE_MAX

/* What we know of a buffer: the truth, whatever the driver says. */
struct net_slot {
	/* Of one that the driver can only read: the frame in it, while the driver has it. Set by xmit
	 * when all else is done, and taken away by NAPI. */
	struct sk_buff *skb;
	u8 queue; /* whose it is */
	bool empty; /* of the others: it was lent for a frame from the wire */
};

/* Of a frame that the driver has, or had. */
struct net_cb {
	u64 seq; /* in its queue */
	bool again; /* sent for the second time */
};

#define NET_CB(skb) ((struct net_cb *)(skb)->cb)

struct net_queue {
	struct netdev_queue *queue;

	/* Under the queue's lock. */
	bool running; /* new frames are taken */
	struct cordon_stream_tx tx;
	struct cordon_waiter waiter;
	u32 *stock[2], nstock[2]; /* its free buffers: [0] small, [1] big */
	struct cordon_desc
		batch[CORDON_DESCS_PER_LINE]; /* not yet published: a line is free for them */
	unsigned int nbatch;
	u32 taken; /* of back */
	u64 sent; /* frames, to drivers of this plane */
	u32 peak; /* of those at the driver */
	u64 frames, bytes, stalls, dropped; /* counters */

	/* Between the two: buffers that came back. One place for each there is. */
	u32 *back, mask;

	/* NAPI's; read by xmit. */
	u32 given ____cacheline_aligned_in_smp; /* to back */
	u64 done; /* frames that are no longer at the driver */
	unsigned int packets, octets; /* done in this batch */
};

struct cordon_net {
	struct net_device *dev;
	struct kref ref; /* of this memory: the device's and the domain's */
	bool registered; /* the device holds a reference */
	bool owned; /* by a domain, which @made it, or found it. Under RTNL */
	bool made;
	char domain[32];
	u32 may; /* CORDON_NET_F_* that may be negotiated */

	struct mutex
		plane; /* start and end of the data plane; taken inside RTNL, never outside of it */
	bool gone; /* the device was deleted; under plane */
	struct cordon_party
		*party; /* NULL: no driver; under plane, and read by what it starts and ends */
	struct net_slot *slots;
	struct sk_buff **order; /* room for all frames that the driver can have */
	struct napi_struct napi;
	u32 features; /* negotiated: CORDON_NET_F_* */

	unsigned int nqueues;
	struct net_queue queue[NET_QUEUES_MAX];

	/* NAPI's. */
	bool lending; /* empties; set by orders */
	bool owed; /* empties could not be lent: there was no line */
	u32 empties[2], want[2]; /* at the driver: [0] small, [1] big */

	struct sk_buff_head past; /* what the last driver had not given back; under plane */

	/* poll.c */
	u32 receive; /* enum cordon_k_receive, as the user said */
	bool doorbell; /* the driver's bell runs NAPI, on its core; else the poller does */
	struct cordon_poller poller;
	struct irq_work rung;
	struct delayed_work backstop;

	struct net_front_counters count; /* NAPI's and orders'; what xmit counts is in the queues */
	u64 rx_dropped;
	struct cordon_kcalls calls;
	struct mutex
		call; /* who calls the driver: orders, and the work below. Taken inside nothing */
	struct net_client client; /* of the driver that began last; under call */
	struct work_struct tell; /* the driver what MTU and address are now */
	struct cordon_party *told; /* its; NULL: none has begun. Under call */
	struct {
		u64 calls, timeouts, faults, stream_faults;
	} before; /* of channels that are gone */
};

static inline void net_lock(struct net_queue *q)
{
	local_bh_disable();
	__netif_tx_lock(q->queue, smp_processor_id());
}

static inline void net_unlock(struct net_queue *q)
{
	__netif_tx_unlock(q->queue);
	local_bh_enable();
}

#define net_for_each_queue(n, q) for ((q) = (n)->queue; (q) < (n)->queue + (n)->nqueues; (q)++)

/* Frames at the driver, as anybody may ask. */
static inline u32 net_in_flight(const struct net_queue *q)
{
	u64 done = READ_ONCE(q->done);

	return (u32)(READ_ONCE(q->sent) - done);
}

/* netdev.c: the device. */
unsigned int net_queues(void); /* that each device has: one for each core of Linux's */
int net_netdev_init(void);
void net_netdev_exit(void);
/* The device that @k asks for, found or made, now @domain's; or an ERR_PTR with words in @why. Takes RTNL. */
struct cordon_net *net_netdev_get(const struct cordon_k_net *k, const char *domain, char *why);
void net_netdev_put(struct cordon_net *n); /* and no longer; takes RTNL */
void net_free(struct kref *ref);
/* The features that go with n->features, while the stack uses no others. Takes RTNL: 0 or -EINTR. */
int net_netdev_features(struct cordon_net *n);

/* ethtool.c */
extern const struct ethtool_ops net_ethtool;
unsigned int net_count(const struct cordon_net *n, u64 *values, unsigned int max);

/* tx.c. All but xmit are called with the queue's lock, or before it runs. */
netdev_tx_t net_xmit(struct sk_buff *skb, struct net_device *dev);
/* Put a frame into a buffer that becomes the driver's, with the next net_flush(); @more: others follow at
 * once. The frame is kept, and may be gone already. Whether to flush now, or -ENOBUFS, -EMSGSIZE,
 * -EINVAL (no header says what it asks for): then it is the caller's still. */
int net_send(struct cordon_net *n, struct net_queue *q, struct sk_buff *skb, bool more);
void net_flush(struct cordon_net *n, struct net_queue *q);
bool net_room(struct net_queue *q); /* any frame could be sent */
/* Set up, and undo, the queues of a plane whose party and slots are there. */
int net_queues_make(struct cordon_net *n);
void net_queues_free(struct cordon_net *n);

/* rx.c. NAPI, and who has its place. */
int net_poll(struct napi_struct *napi, int budget);
void net_lend_empties(struct cordon_net *n);
/* The same once the flow has ended: all that the driver had published, a ring full at most. */
void net_take_rest(struct cordon_net *n);

/* poll.c: who runs NAPI, while there is a party. To stop what was not started does nothing. */
int net_poll_start(struct cordon_net *n); /* or -errno */
void net_poll_stop(struct cordon_net *n);
bool net_is_work(const struct cordon_net *n);
void net_rung(struct irq_work *work);
void net_backstop(struct work_struct *work);

/* A frame was sent, and the poller may sleep. What came back meanwhile is taken at once, here, as soon as
 * the stack lets soft interrupts run: that costs no switch. Else the end of a short nap is soon enough. */
static inline void net_sent(struct cordon_net *n)
{
	if (!READ_ONCE(n->poller.dozing))
		return;
	if (cordon_stream_rx_ready(&n->party->chan.rx))
		napi_schedule(&n->napi);
	else
		cordon_poller_rouse(&n->poller);
}

/* front.c: the data plane ends, with plane held; frames at the driver go to n->past. */
void net_plane_down(struct cordon_net *n);
void net_tell(struct work_struct *work);

#endif
