// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/net/netdev.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "core/fence.h"
#include "core/module.h"
#include "core/page.h"
#include "domains/net/front.h"

#define FEATURES                                                                        \
	(CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN | \
	 CORDON_NET_F_USO4 | CORDON_NET_F_USO6)
#define DEADLINE_MS 1000u
#define DEADLINE_MAX_MS 60000u /* that the module takes */

_Static_assert(sizeof(struct net_front_counters) / sizeof(uint64_t) <= CORDON_K_VALUES,
	       "all counters have room");

static int order(const struct net_netdev *n, unsigned long what, void *arg)
{
	return ioctl(n->fd, what, arg) < 0 ? -errno : 0;
}

/* One that the driver has a part in: the log says which when it dies meanwhile. */
static int order_driver(struct net_netdev *n, unsigned long what, void *arg, enum net_op op)
{
	int ret;

	n->caller->last_op = op;
	n->caller->waiting = 1;
	ret = order(n, what, arg);
	n->caller->waiting = 0;
	return ret;
}

/* The module's words, which are its own business; else the error's. */
static int refused(struct cordon_err *e, int ret, const char *what, char why[CORDON_K_WHY])
{
	why[CORDON_K_WHY - 1] = '\0';
	return cordon_fail(e, ret, "%s: %s", what, why[0] ? why : strerror(-ret));
}

/* ---- before an incarnation ------------------------------------------------------------------------ */

static int read_args(struct net_netdev *n, const struct cordon_args *a, struct cordon_err *e)
{
	const char *receive = a->value[NET_OPT_RECEIVE];

	if (a->value[NET_OPT_IN_FLIGHT])
		return cordon_fail(e, -EINVAL,
				   "--in-flight %.20s makes no sense with --frontend netdev: the "
				   "kernel keeps its frames",
				   a->value[NET_OPT_IN_FLIGHT]);
	if (!receive)
		n->receive = CORDON_K_RECEIVE_DEFAULT;
	else if (strcmp(receive, "poll") == 0)
		n->receive = CORDON_K_RECEIVE_POLL;
	else if (strcmp(receive, "doorbell") == 0)
		n->receive = CORDON_K_RECEIVE_DOORBELL;
	else
		return cordon_fail(e, -EINVAL, "--receive %.20s: not poll or doorbell", receive);
	n->deadline_ms = a->deadline_ns ? (uint32_t)(a->deadline_ns / 1000000) : DEADLINE_MS;
	if (n->deadline_ms > DEADLINE_MAX_MS)
		return cordon_fail(e, -EINVAL, "--deadline %u: with --frontend netdev at most %u",
				   n->deadline_ms, DEADLINE_MAX_MS);
	n->any_core = (a->without & CORDON_PART_BIT(CORDON_PART_RESERVED)) != 0;
	return 0;
}

/* The module counts what it pins as memory that we lock; and the loop's thread, which gives the order, has
 * no capability. Where the limit can't be raised it may do, or the module says that it doesn't. */
static void allow_pinning(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)setrlimit(RLIMIT_MEMLOCK, &all);
}

static int netdev_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
		       struct cordon_err *e)
{
	struct net_netdev *n = state;
	struct cordon_err why = { "" };
	struct cordon_k_info info;
	struct net_setup s;
	int ret = net_setup_read(&s, a, e);

	if (ret == 0)
		ret = net_device_name(s.front, e);
	if (ret == 0)
		ret = read_args(n, a, e);
	if (ret < 0)
		return ret;
	memcpy(n->name, s.front, strlen(s.front) + 1);
	n->mtu = s.mtu;
	n->fd = cordon_module_open(cordon_module_path, &info, &why);
	if (n->fd < 0)
		return cordon_fail(e, n->fd, "%s; or take --frontend tap", why.text);
	allow_pinning();
	ret = net_wire_open(&n->wire, &s, ports, e);
	if (ret < 0) {
		close(n->fd);
		return ret;
	}
	ports->more = info.queues;
	ports->alone = n->receive == CORDON_K_RECEIVE_POLL && !n->any_core;
	return 0;
}

static int take_core(struct net_netdev *n, const struct cordon_page *page, struct cordon_err *e)
{
	struct cordon_k_domain d = { .size = sizeof(d), .core = (uint32_t)page->core };
	int ret;

	d.flags = n->any_core ? CORDON_K_UNRESERVED : 0;
	memcpy(d.name, page->name, strnlen(page->name, sizeof(d.name) - 1));
	ret = order(n, CORDON_K_DOMAIN, &d);
	if (ret != -EPERM)
		return ret < 0 ? refused(e, ret, "kernel module", d.why) : 0;
	d.why[CORDON_K_WHY - 1] = '\0';
	return cordon_fail(e, ret, "core %d: %s (--core takes another one, --without reserved any)",
			   page->core, d.why[0] ? d.why : "it is not reserved");
}

static int make_device(struct net_netdev *n, struct cordon_err *e)
{
	struct cordon_k_net k = { .size = sizeof(k),
				  .mtu = n->mtu,
				  .receive = n->receive,
				  .deadline_ms = n->deadline_ms,
				  .features = FEATURES };
	int ret;

	memcpy(k.name, n->name, sizeof(k.name));
	ret = order(n, CORDON_K_NET, &k);
	return ret < 0 ? refused(e, ret, n->name, k.why) : 0;
}

static int netdev_place(void *state, const struct cordon_page *page, struct cordon_err *e)
{
	struct net_netdev *n = state;
	int ret;

	if (strcmp(page->fence, cordon_fence_inline.name) == 0)
		return cordon_fail(e, -EINVAL,
				   "--fence inline makes no sense with --frontend netdev: there is "
				   "no loop of the front-end's for the driver to run in");
	ret = take_core(n, page, e);
	return ret < 0 ? ret : make_device(n, e);
}

/* ---- orders --------------------------------------------------------------------------------------- */

static int netdev_attach(void *state, const struct cordon_incarnation *inc,
			 struct cordon_caller *caller, struct cordon_err *e)
{
	struct net_netdev *n = state;
	const struct cordon_boot *b = &inc->boot;
	struct cordon_k_attach k = { .size = sizeof(k),
				     .calls = b->chan_dims.calls,
				     .ab = b->chan_dims.ab,
				     .ba = b->chan_dims.ba,
				     .more = b->chan_dims.more,
				     .small = b->pool_dims.small,
				     .big = b->pool_dims.big,
				     .ro_small = b->pool_dims.ro_small,
				     .ro_big = b->pool_dims.ro_big,
				     .chan = (uintptr_t)inc->chan.addr,
				     .pool = (uintptr_t)inc->pool.addr,
				     .pool_ro = (uintptr_t)inc->pool_ro.addr,
				     .bell = b->bells.own,
				     .ears = b->bells.peer,
				     .wait = b->wait };
	int ret;

	n->caller = caller;
	ret = order_driver(n, CORDON_K_ATTACH, &k, NET_OP_START);
	n->attached = ret == 0;
	return ret < 0 ? refused(e, ret, "the driver did not start", k.why) : 0;
}

static void netdev_abort(void *state)
{
	(void)order(state, CORDON_K_ABORT, NULL);
}

static int netdev_ping(void *state)
{
	return order_driver(state, CORDON_K_PING, NULL, NET_OP_STATS);
}

static int netdev_stop(void *state)
{
	struct net_netdev *n = state;

	return n->attached ? order_driver(n, CORDON_K_STOP, NULL, NET_OP_STOP) : 0;
}

static int netdev_drain(void *state)
{
	struct net_netdev *n = state;

	return n->attached ? order(n, CORDON_K_DRAIN, NULL) : 0;
}

/* Also of one that didn't attach: then there may be nothing to let go of. */
static void netdev_detach(void *state)
{
	struct net_netdev *n = state;

	(void)order(n, CORDON_K_DETACH, NULL);
	n->attached = 0;
}

/* ---- what it counts ------------------------------------------------------------------------------- */

static void read_stats(const struct net_netdev *n, struct cordon_k_stats *s)
{
	*s = (struct cordon_k_stats){ .size = sizeof(*s) };
	if (order(n, CORDON_K_STATS, s) < 0)
		s->n = 0;
	if (s->n > CORDON_K_VALUES)
		s->n = CORDON_K_VALUES;
}

static void netdev_gauge(const void *state, struct cordon_gauge *g)
{
	struct cordon_k_stats s;

	read_stats(state, &s);
	*g = (struct cordon_gauge){ .depth = s.depth,
				    .depth_peak = s.depth_peak,
				    .errors = s.errors,
				    .calls = s.calls,
				    .call_ns = s.call_ns,
				    .call_errors = s.call_errors };
}

static unsigned netdev_count(const void *state, uint64_t *values, unsigned n)
{
	unsigned have = sizeof(struct net_front_counters) / sizeof(uint64_t);
	struct cordon_k_stats s;

	read_stats(state, &s);
	if (have > s.n)
		have = s.n;
	if (have > n)
		have = n;
	memcpy(values, s.value, have * sizeof(uint64_t));
	return have;
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

	close(n->fd);
	net_device_restore(&n->wire);
}

/* Of a module that can't be asked, open() will tell. */
static void netdev_cores(char *list, size_t size)
{
	struct cordon_k_info info;
	int fd = cordon_module_open(cordon_module_path, &info, NULL);

	list[0] = '\0';
	if (fd < 0)
		return;
	(void)cordon_module_cores(&info, list, size);
	close(fd);
}

static const struct cordon_elsewhere in_the_kernel = {
	.cores = netdev_cores,
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
