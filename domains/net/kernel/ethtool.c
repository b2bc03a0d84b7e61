// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What people ask a network device. */
#include <linux/ethtool.h>
#include "domains/net/kernel/net.h"

static const char names[][ETH_GSTRING_LEN] = {
#define X(member, name) name,
	NET_FRONT_COUNTERS(X)
#undef X
#define X(id, name, why) "refused_" name,
		CORDON_VNET_VERDICTS(X)
#undef X
};

static_assert(ARRAY_SIZE(names) == sizeof(struct net_front_counters) / sizeof(u64));
static_assert(ARRAY_SIZE(names) <= CORDON_K_VALUES);

unsigned int net_count(const struct cordon_net *n, u64 *values, unsigned int max)
{
	unsigned int some = min_t(unsigned int, max, ARRAY_SIZE(names));
	struct net_front_counters c = n->count;
	const struct net_queue *q;

	net_for_each_queue(n, q)
	{
		c.tx_frames += q->frames;
		c.tx_bytes += q->bytes;
		c.tx_stalls += q->stalls;
	}
	memcpy(values, &c, some * sizeof(*values));
	return some;
}

static void info(struct net_device *dev, struct ethtool_drvinfo *i)
{
	const struct cordon_net *n = netdev_priv(dev);

	strscpy(i->driver, "cordon", sizeof(i->driver));
	strscpy(i->version, CORDON_VERSION, sizeof(i->version));
	strscpy(i->bus_info, n->domain, sizeof(i->bus_info));
}

static int count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? (int)ARRAY_SIZE(names) : -EOPNOTSUPP;
}

static void strings(struct net_device *dev, u32 set, u8 *to)
{
	if (set == ETH_SS_STATS)
		memcpy(to, names, sizeof(names));
}

static void stats(struct net_device *dev, struct ethtool_stats *s, u64 *values)
{
	net_count(netdev_priv(dev), values, s->n_stats);
}

const struct ethtool_ops net_ethtool = {
	.get_drvinfo = info,
	.get_link = ethtool_op_get_link,
	.get_sset_count = count,
	.get_strings = strings,
	.get_ethtool_stats = stats,
	.get_ts_info = ethtool_op_get_ts_info,
};
