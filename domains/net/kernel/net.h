/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net front-end in the kernel: a network device whose driver is in a domain. front.c of the folder
 * above is its twin in user space.
 *
 * Who does what: the stack calls xmit (tx.c) with the queue's lock; the thread, or the driver's bell
 * (poll.c), runs NAPI, which takes what the driver sent (rx.c); orders (front.c) start and end both. Whatever
 * both xmit and NAPI touch, the queue's lock guards, so there is none of ours on the way of a frame.
 */
#ifndef CORDON_NET_KERNEL_NET_H
#define CORDON_NET_KERNEL_NET_H

#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include "core/kernel/party.h"
#include "domains/net/counters.h"
#include "domains/net/net.h"

/* What we know of a buffer: the truth, whatever the driver says. */
struct net_slot {
	struct sk_buff *skb; /* the frame for the wire in it */
	bool empty; /* it was lent for a frame from the wire */
};

/* Of a frame that the driver has, or had. */
struct net_cb {
	bool again; /* sent for the second time */
};

#define NET_CB(skb) ((struct net_cb *)(skb)->cb)

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
	struct task_struct *thread;
	struct napi_struct napi;
	u32 features; /* negotiated: CORDON_NET_F_* */

	/* Under the queue's lock. */
	bool running; /* new frames are taken, and empties lent */
	bool owed; /* empties could not be lent: there was no line */
	struct sk_buff_head flight; /* at the driver, first sent first */
	u32 flight_peak;
	u32 lent, empties[2], want[2]; /* buffers at the driver; empty ones, [0] small, [1] big */
	struct cordon_desc
		batch[CORDON_DESCS_PER_LINE]; /* not yet published: a line is free for them */
	unsigned int nbatch;
	u64 tx_dropped;

	struct sk_buff_head past; /* what the last driver had not given back; under plane */

	/* poll.c */
	bool doorbell; /* the driver's bell runs NAPI, on its core; the thread is the backstop */
	struct irq_work rung;
	bool dozing; /* the thread sleeps, */
	bool deep; /* for long: any frame to send wakes it, or else the first one at the driver */
	bool listening; /* the driver does */
	bool heard;
	unsigned int vain; /* times in a row that it rang for nothing */
	u64 deaf_until;

	struct net_front_counters count;
	u64 rx_dropped;
	struct cordon_kcalls calls;
	u64 bad_replies;
	struct {
		u64 calls, timeouts, faults, stream_faults;
	} before; /* of channels that are gone */
};

static inline struct netdev_queue *net_queue(const struct cordon_net *n)
{
	return netdev_get_tx_queue(n->dev, 0);
}

static inline void net_lock(struct cordon_net *n)
{
	local_bh_disable();
	__netif_tx_lock(net_queue(n), smp_processor_id());
}

static inline void net_unlock(struct cordon_net *n)
{
	__netif_tx_unlock(net_queue(n));
	local_bh_enable();
}

/* netdev.c: the device. */
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

/* tx.c. All but xmit are called with the queue's lock. */
netdev_tx_t net_xmit(struct sk_buff *skb, struct net_device *dev);
/* Put a frame into a buffer that becomes the driver's, with the next net_flush(). The frame is kept. 0,
 * or -ENOBUFS, -EMSGSIZE, -EINVAL (no header says what it asks for): then it is the caller's still. */
int net_send(struct cordon_net *n, struct sk_buff *skb);
void net_flush(struct cordon_net *n);
bool net_room(struct cordon_net *n); /* any frame could be sent */
void net_lend_empties(struct cordon_net *n);

/* rx.c */
int net_poll(struct napi_struct *napi, int budget);
/* The same once the flow has ended: all that the driver had published, a ring full at most. */
void net_take_rest(struct cordon_net *n);

/* poll.c: the thread, and the bell. */
int net_thread_start(struct cordon_net *n);
void net_thread_stop(struct cordon_net *n);
bool net_is_work(const struct cordon_net *n);
void net_rung(struct irq_work *work);

/* A frame was sent; @first: the driver had none. In a flow of frames the next nap's end is soon enough,
 * and a wake-up for each would cost more. */
static inline void net_thread_wake(struct cordon_net *n, bool first)
{
	if (READ_ONCE(n->dozing) && (first || READ_ONCE(n->deep)))
		wake_up_process(n->thread);
}

/* front.c: the data plane ends, with plane held; frames at the driver go to n->past. */
void net_plane_down(struct cordon_net *n);

#endif
