// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/net/netdev.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "domains/net/front.h"

#define FEATURES                                                                        \
	(CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN | \
	 CORDON_NET_F_USO4 | CORDON_NET_F_USO6)

_Static_assert(sizeof(struct net_front_counters) / sizeof(uint64_t) <= CORDON_K_VALUES,
	       "all counters have room");

static int read_args(struct net_netdev *n, const struct cordon_args *a, struct cordon_err *e)
{
	int ret;

	if (a->value[NET_OPT_IN_FLIGHT])
		return cordon_fail(e, -EINVAL,
				   "--in-flight %.20s makes no sense with --frontend netdev: the "
				   "kernel keeps its frames",
				   a->value[NET_OPT_IN_FLIGHT]);
	ret = cordon_kdomain_way(&n->receive, "receive", a->value[NET_OPT_RECEIVE], e);
	return ret < 0 ? ret : cordon_kdomain_args(&n->k, a, e);
}

static int netdev_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
		       struct cordon_err *e)
{
	struct net_netdev *n = state;
	struct cordon_k_info info;
	struct net_setup s;
	int ret;

	n->k = (struct cordon_kdomain){ .frontend = "netdev",
					.start = NET_OP_START,
					.stats = NET_OP_STATS,
					.stop = NET_OP_STOP };
	ret = net_setup_read(&s, a, e);
	if (ret == 0)
		ret = net_device_name(s.front, e);
	if (ret == 0)
		ret = read_args(n, a, e);
	if (ret < 0)
		return ret;
	memcpy(n->name, s.front, strlen(s.front) + 1);
	n->mtu = s.mtu;
	ret = cordon_kdomain_open(&n->k, "tap", &info, e);
	if (ret < 0)
		return ret;
	ret = net_wire_open(&n->wire, &s, ports, e);
	if (ret < 0) {
		close(n->k.fd);
		return ret;
	}
	ports->more = info.queues;
	ports->alone = n->receive == CORDON_K_RECEIVE_POLL && !n->k.any_core;
	return 0;
}

static int netdev_place(void *state, const struct cordon_page *page, struct cordon_err *e)
{
	struct net_netdev *n = state;
	struct cordon_k_net k = { .size = sizeof(k),
				  .mtu = n->mtu,
				  .receive = n->receive,
				  .deadline_ms = n->k.deadline_ms,
				  .features = FEATURES };
	int ret = cordon_kdomain_place(&n->k, page, e);

	if (ret < 0)
		return ret;
	memcpy(k.name, n->name, sizeof(k.name));
	ret = cordon_kdomain_order(&n->k, CORDON_K_NET, &k);
	return ret < 0 ? cordon_kdomain_refused(e, ret, n->name, k.why) : 0;
}

static int netdev_attach(void *state, const struct cordon_incarnation *inc,
			 struct cordon_caller *caller, struct cordon_err *e)
{
	return cordon_kdomain_attach(&((struct net_netdev *)state)->k, inc, caller, e);
}

static void netdev_abort(void *state)
{
	(void)cordon_kdomain_order(&((struct net_netdev *)state)->k, CORDON_K_ABORT, NULL);
}

static int netdev_ping(void *state)
{
	return cordon_kdomain_ping(&((struct net_netdev *)state)->k);
}

static int netdev_stop(void *state)
{
	return cordon_kdomain_stop(&((struct net_netdev *)state)->k);
}

static int netdev_drain(void *state)
{
	return cordon_kdomain_drain(&((struct net_netdev *)state)->k);
}

static void netdev_detach(void *state)
{
	cordon_kdomain_detach(&((struct net_netdev *)state)->k);
}

static void netdev_gauge(const void *state, struct cordon_gauge *g)
{
	cordon_kdomain_gauge(&((const struct net_netdev *)state)->k, g);
}

static unsigned netdev_count(const void *state, uint64_t *values, unsigned n)
{
	unsigned have = sizeof(struct net_front_counters) / sizeof(uint64_t);

	return cordon_kdomain_count(&((const struct net_netdev *)state)->k, values,
				    have < n ? have : n);
}

static void netdev_devices(const void *state, const char **host_side, const char **wire_side)
{
	const struct net_netdev *n = state;

	*host_side = n->name;
	*wire_side = n->wire.name;
}

static void netdev_close(void *state)
{
	struct net_netdev *n = state;

	close(n->k.fd);
	net_device_restore(&n->wire);
}

static const struct cordon_elsewhere in_the_kernel = {
	.cores = cordon_kdomain_cores,
	.place = netdev_place,
	.attach = netdev_attach,
	.abort = netdev_abort,
};

const struct cordon_class cordon_class_netdev = {
	NET_CLASS_COMMON,
	.frontend = "netdev",
	.frontend_help =
		"a network device of the kernel module's, and the kernel talks to the driver",
	.elsewhere = &in_the_kernel,
	.front_size = sizeof(struct net_netdev),
	.open = netdev_open,
	.ping = netdev_ping,
	.stop = netdev_stop,
	.drain = netdev_drain,
	.detach = netdev_detach,
	.gauge = netdev_gauge,
	.devices = netdev_devices,
	.count = netdev_count,
	.close = netdev_close,
};
