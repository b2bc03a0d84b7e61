// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The device. Under RTNL it only records what is wanted: a work item tells the driver MTU and address, and
 * frames that come from it are held against what is recorded now.
 *
 * "ip link add NAME type cordon" makes one without a driver, and so without a carrier. The memory lives
 * as long as the device and the domain that owns it; each may go first.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched/isolation.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include "core/kernel/compat.h"
#include "core/kernel/cores.h"
#include "core/kernel/why.h"
#include "domains/net/kernel/net.h"

#define KNOWN_FEATURES                                                                  \
	(CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN | \
	 CORDON_NET_F_USO4 | CORDON_NET_F_USO6)

/* All is copied, so that frames in pieces and in high memory are fine with any driver. */
#define OF_OURS (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA)
#define OF_DRIVERS \
	(NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN | NETIF_F_GSO_UDP_L4)

static netdev_features_t fix_features(struct net_device *dev, netdev_features_t features)
{
	const struct cordon_net *n = netdev_priv(dev);
	u32 f = READ_ONCE(n->features);
	const u32 uso = CORDON_NET_F_USO4 | CORDON_NET_F_USO6;

	if (!(f & CORDON_NET_F_CSUM))
		features &= ~OF_DRIVERS;
	if (!(f & CORDON_NET_F_TSO4))
		features &= ~NETIF_F_TSO;
	if (!(f & CORDON_NET_F_TSO6))
		features &= ~NETIF_F_TSO6;
	if (!(f & CORDON_NET_F_ECN))
		features &= ~NETIF_F_TSO_ECN;
	if ((f & uso) != uso)
		features &= ~NETIF_F_GSO_UDP_L4;
	return features;
}

int net_netdev_features(struct cordon_net *n)
{
	if (rtnl_lock_killable() < 0)
		return -EINTR;
	/* Unless it was deleted. */
	if (n->dev->reg_state == NETREG_REGISTERED)
		netdev_update_features(n->dev);
	rtnl_unlock();
	return 0;
}

static void get_stats(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	const struct cordon_net *n = netdev_priv(dev);
	const struct net_front_counters *c = &n->count;
	const struct net_queue *q;
	unsigned int i;

	net_for_each_queue(n, q)
	{
		s->tx_packets += q->frames;
		s->tx_bytes += q->bytes;
		s->tx_dropped += q->dropped;
	}
	s->tx_dropped += c->tx_lost;
	s->rx_packets = c->rx_frames;
	s->rx_bytes = c->rx_bytes;
	s->rx_dropped = n->rx_dropped + c->rx_tap_errors;
	s->rx_errors = c->bad_buffers + c->bad_kinds + c->bad_lengths;
	for (i = 0; i < CORDON_VNET_VERDICT_COUNT; i++)
		s->rx_errors += c->verdict[i];
}

static int net_up(struct net_device *dev)
{
	return 0; /* the queue follows the driver: front.c */
}

static int net_down(struct net_device *dev)
{
	return 0; /* frames from the driver are dropped: rx.c */
}

static int change_mtu(struct net_device *dev, int mtu)
{
	struct cordon_net *n = netdev_priv(dev);

	WRITE_ONCE(dev->mtu, (unsigned int)mtu);
	schedule_work(&n->tell);
	return 0;
}

static int change_mac(struct net_device *dev, void *address)
{
	struct cordon_net *n = netdev_priv(dev);
	int ret = eth_mac_addr(dev, address);

	if (ret == 0)
		schedule_work(&n->tell);
	return ret;
}

/* Deleted while a domain owns it, or not. */
static void uninit(struct net_device *dev)
{
	struct cordon_net *n = netdev_priv(dev);

	mutex_lock(&n->plane);
	WRITE_ONCE(n->gone, true);
	net_plane_down(n);
	n->count.tx_lost += skb_queue_len(&n->past);
	__skb_queue_purge(&n->past);
	mutex_unlock(&n->plane);
}

void net_free(struct kref *ref)
{
	struct cordon_net *n = container_of(ref, struct cordon_net, ref);

	/* It has nobody to tell any more. */
	cancel_work_sync(&n->tell);
	free_netdev(n->dev);
}

static void destructor(struct net_device *dev)
{
	struct cordon_net *n = netdev_priv(dev);

	/* What was never registered is freed by who made it. */
	if (n->registered)
		kref_put(&n->ref, net_free);
}

/* No ndo_tx_timeout, and so no watchdog: the supervisor's deadlines are shorter, and it can do something. */
static const struct net_device_ops netdev_ops = {
	.ndo_uninit = uninit,
	.ndo_open = net_up,
	.ndo_stop = net_down,
	.ndo_start_xmit = net_xmit,
	.ndo_get_stats64 = get_stats,
	.ndo_fix_features = fix_features,
	.ndo_change_mtu = change_mtu,
	.ndo_set_mac_address = change_mac,
	.ndo_validate_addr = eth_validate_addr,
};

static void setup(struct net_device *dev)
{
	struct cordon_net *n = netdev_priv(dev);

	ether_setup(dev);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &net_ethtool;
	dev->priv_destructor = destructor;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->min_mtu = NET_MTU_MIN;
	dev->max_mtu = NET_MTU_MAX;
	dev->hw_features = OF_OURS | OF_DRIVERS;
#if !CORDON_KERNEL_HAS_USO
	dev->hw_features &= ~NETIF_F_GSO_UDP_L4;
#endif
	dev->features = dev->hw_features;
	dev->vlan_features = dev->hw_features;
	eth_hw_addr_random(dev);
	netif_set_tso_max_segs(dev, CORDON_VNET_MAX_TCP_SEGS);
	n->dev = dev;
	kref_init(&n->ref);
	mutex_init(&n->plane);
	mutex_init(&n->call);
	INIT_WORK(&n->tell, net_tell);
	__skb_queue_head_init(&n->past);
	init_irq_work(&n->rung, net_rung);
	INIT_DELAYED_WORK(&n->backstop, net_backstop);
	netif_napi_add(dev, &n->napi, net_poll);
}

unsigned int net_queues(void)
{
	return cordon_cores_queues(NET_QUEUES_MAX);
}

/* To each of Linux's cores its queue. Where that fails, the stack spreads flows by itself. */
static void spread(struct cordon_net *n)
{
	const struct cpumask *ours = housekeeping_cpumask(HK_TYPE_DOMAIN);
	unsigned int cpu, i = 0;

	for_each_present_cpu(cpu) if (cpumask_test_cpu(cpu, ours))
		netif_set_xps_queue(n->dev, cpumask_of(cpu), (u16)(i++ % n->nqueues));
}

static int enter(struct net_device *dev)
{
	struct cordon_net *n = netdev_priv(dev);
	unsigned int i;
	int ret;

	n->nqueues = net_queues();
	for (i = 0; i < n->nqueues; i++)
		n->queue[i].queue = netdev_get_tx_queue(dev, i);
	ret = netif_set_real_num_tx_queues(dev, n->nqueues);
	if (ret < 0)
		return ret;
	netif_carrier_off(dev);
	ret = register_netdevice(dev);
	if (ret < 0)
		return ret;
	netif_tx_stop_all_queues(dev);
	spread(n);
	n->registered = true;
	return 0;
}

static int newlink(struct net *from, struct net_device *dev, struct nlattr *tb[],
		   struct nlattr *data[], struct netlink_ext_ack *ack)
{
	if (dev->num_tx_queues < net_queues()) {
		NL_SET_ERR_MSG(ack, "a device of kind cordon has a queue for each core of Linux's");
		return -EINVAL;
	}
	return enter(dev);
}

static int validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *ack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;
	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN)
		return -EINVAL;
	return is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])) ? 0 : -EADDRNOTAVAIL;
}

static unsigned int one_queue(void)
{
	return 1;
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = "cordon",
	.priv_size = sizeof(struct cordon_net),
	.setup = setup,
	.validate = validate,
	.newlink = newlink,
	.get_num_tx_queues = net_queues,
	.get_num_rx_queues = one_queue,
};

/* Under RTNL. */
static struct cordon_net *make(struct net *space, const struct cordon_k_net *k, char *why)
{
	struct net_device *dev;
	int ret;

	dev = alloc_netdev_mqs(sizeof(struct cordon_net), k->name, NET_NAME_USER, setup,
			       net_queues(), 1);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev_net_set(dev, space);
	dev->rtnl_link_ops = &link_ops;
	/* So that who listens hears of it at once. */
	dev->rtnl_link_state = RTNL_LINK_INITIALIZED;
	dev->mtu = k->mtu;
	if (!is_zero_ether_addr(k->mac))
		eth_hw_addr_set(dev, k->mac);
	ret = enter(dev);
	if (ret < 0) {
		free_netdev(dev);
		return ERR_PTR(cordon_why(why, ret, "%s: can't make it (%d)", k->name, ret));
	}
	return netdev_priv(dev);
}

/* Under RTNL. A device that is there already. */
static struct cordon_net *find(struct net_device *dev, const struct cordon_k_net *k, char *why)
{
	struct cordon_net *n = netdev_priv(dev);
	struct sockaddr mac = { .sa_family = dev->type };
	int ret;

	if (dev->rtnl_link_ops != &link_ops)
		return ERR_PTR(
			cordon_why(why, -EEXIST, "%s is there, and of another kind", k->name));
	if (n->owned)
		return ERR_PTR(
			cordon_why(why, -EBUSY, "%s is the domain %s's", k->name, n->domain));
	ret = dev_set_mtu(dev, k->mtu);
	if (ret == 0 && !is_zero_ether_addr(k->mac)) {
		memcpy(mac.sa_data, k->mac, ETH_ALEN);
		ret = dev_set_mac_address(dev, &mac, NULL);
	}
	if (ret < 0)
		return ERR_PTR(cordon_why(why, ret, "%s: can't set MTU and address", k->name));
	return n;
}

static int check(const struct cordon_k_net *k, char *why)
{
	if (strnlen(k->name, sizeof(k->name)) == sizeof(k->name) || !dev_valid_name(k->name) ||
	    strchr(k->name, '%'))
		return cordon_why(why, -EINVAL, "a device can't have this name");
	if (k->mtu < NET_MTU_MIN || k->mtu > NET_MTU_MAX)
		return cordon_why(why, -EINVAL, "MTU: not from %u to %u", NET_MTU_MIN, NET_MTU_MAX);
	if (!is_zero_ether_addr(k->mac) && !is_valid_ether_addr(k->mac))
		return cordon_why(why, -EINVAL, "no address for a device");
	if (k->features & ~KNOWN_FEATURES)
		return cordon_why(why, -EINVAL, "unknown features");
	if (k->receive > CORDON_K_RECEIVE_DOORBELL)
		return cordon_why(why, -EINVAL, "no such way to receive");
	return 0;
}

struct cordon_net *net_netdev_get(const struct cordon_k_net *k, const char *domain, char *why)
{
	struct net *space = current->nsproxy->net_ns;
	struct net_device *dev;
	struct cordon_net *n;
	int ret = check(k, why);

	if (ret < 0)
		return ERR_PTR(ret);
	if (rtnl_lock_killable() < 0)
		return ERR_PTR(-EINTR);
	dev = __dev_get_by_name(space, k->name);
	n = dev ? find(dev, k, why) : make(space, k, why);
	if (!IS_ERR(n)) {
		kref_get(&n->ref);
		n->owned = true;
		n->made = !dev;
		n->receive = k->receive;
		n->may = k->features;
		if (!CORDON_KERNEL_HAS_USO)
			n->may &= ~(CORDON_NET_F_USO4 | CORDON_NET_F_USO6);
		strscpy(n->domain, domain, sizeof(n->domain));
	}
	rtnl_unlock();
	return n;
}

void net_netdev_put(struct cordon_net *n)
{
	rtnl_lock();
	n->owned = false;
	n->domain[0] = 0;
	if (n->made && n->dev->reg_state == NETREG_REGISTERED)
		unregister_netdevice(n->dev);
	rtnl_unlock();
	kref_put(&n->ref, net_free);
}

int net_netdev_init(void)
{
	return rtnl_link_register(&link_ops);
}

void net_netdev_exit(void)
{
	rtnl_link_unregister(&link_ops);
}

MODULE_ALIAS_RTNL_LINK("cordon");
