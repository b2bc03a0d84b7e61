// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The class net: what its front-ends have in common, and the one in user space (front.c). */
#include "domains/net/class.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/rights.h"
#include "domains/net/device.h"
#include "domains/net/front.h"

extern CORDON_DRIVER(null);
extern CORDON_DRIVER(tap);
extern CORDON_DRIVER(packet);

const struct cordon_option net_options[] = {
	[NET_OPT_FRONT] = { "front", "IF",
			    "the device that the host uses (made if it isn't there)" },
	[NET_OPT_WIRE] = { "wire", "IF",
			   "the driver's side: a TAP device (tap), any interface (packet)" },
	[NET_OPT_WIRE_TYPE] = { "wire-type", "TYPE",
				"of the wire of a driver of your own: packet (default), tap" },
	[NET_OPT_MTU] = { "mtu", "BYTES", "of the TAP devices, or the netdev (default 1500)" },
	[NET_OPT_ECHO] = { "echo", NULL, "null sends frames back instead of dropping them" },
	[NET_OPT_IN_FLIGHT] = { "in-flight", "WHAT",
				"tap: of a dead driver's frames: resend (default; some may be sent twice), "
				"drop" },
	[NET_OPT_RECEIVE] = { "receive", "WHEN",
			      "netdev: poll, doorbell (default: the kernel module's choice)" },
	[NET_OPT_COUNT] = { NULL, NULL, NULL },
};

const struct cordon_driver_entry net_drivers[] = {
	{ "null", &cordon_driver_null, "no wire: drops frames and counts them, or echoes" },
	{ "tap", &cordon_driver_tap, "a second TAP device is the wire" },
	{ "packet", &cordon_driver_packet, "any network interface is the wire (AF_PACKET)" },
	{ NULL, NULL, NULL },
};

const char *const net_counters[] = {
#define X(member, name) name,
	NET_FRONT_COUNTERS(X)
#undef X
#define X(id, name, why) "refused_" name,
		CORDON_VNET_VERDICTS(X)
#undef X
			NULL
};

static int mtu_of(const char *text, uint32_t *mtu, struct cordon_err *e)
{
	char *end = NULL;
	unsigned long v = 1500;

	if (text) {
		errno = 0;
		v = strtoul(text, &end, 10);
		if (text[0] < '0' || text[0] > '9' || *end || errno || v < NET_MTU_MIN ||
		    v > NET_MTU_MAX)
			return cordon_fail(e, -EINVAL, "--mtu %.20s: not a number from %u to %u",
					   text, NET_MTU_MIN, NET_MTU_MAX);
	}
	*mtu = (uint32_t)v;
	return 0;
}

/* What the driver wants of us: those of the table say by their name, others get what the user says. */
static int wire_of(const struct cordon_args *a, enum net_wire *wire, struct cordon_err *e)
{
	const char *d = a->driver, *type = a->value[NET_OPT_WIRE_TYPE];
	int own = 0;

	if (strcmp(d, "null") == 0)
		*wire = NET_WIRE_NONE;
	else if (strcmp(d, "tap") == 0)
		*wire = NET_WIRE_TAP;
	else if (strcmp(d, "packet") == 0)
		*wire = NET_WIRE_PACKET;
	else
		own = 1;
	if (type && (!own || !a->value[NET_OPT_WIRE]))
		return cordon_fail(e, -EINVAL, "driver %s: --wire-type %.20s makes no sense %s", d,
				   type, own ? "without --wire IF" : "(its wire is of one type)");
	if (!own)
		return 0;
	*wire = a->value[NET_OPT_WIRE] ? NET_WIRE_PACKET : NET_WIRE_NONE;
	if (type && strcmp(type, "tap") == 0)
		*wire = NET_WIRE_TAP;
	else if (type && strcmp(type, "packet") != 0)
		return cordon_fail(e, -EINVAL, "--wire-type %.20s: not packet or tap", type);
	return 0;
}

int net_setup_read(struct net_setup *s, const struct cordon_args *a, struct cordon_err *e)
{
	const char *d = a->driver;
	int ret;

	memset(s, 0, sizeof(*s));
	s->front = a->value[NET_OPT_FRONT];
	s->wire_name = a->value[NET_OPT_WIRE];
	s->echo = a->value[NET_OPT_ECHO] != NULL;
	ret = wire_of(a, &s->wire, e);
	if (ret < 0)
		return ret;
	if (!s->front)
		return cordon_fail(e, -EINVAL, "driver %s: --front IF is missing", d);
	if (s->wire != NET_WIRE_NONE && !s->wire_name)
		return cordon_fail(e, -EINVAL, "driver %s: --wire IF is missing", d);
	if (s->wire == NET_WIRE_NONE && s->wire_name)
		return cordon_fail(e, -EINVAL,
				   "driver null has no wire: --wire %.20s makes no sense",
				   s->wire_name);
	if (s->echo && strcmp(d, "null") != 0)
		return cordon_fail(e, -EINVAL, "driver %s can't --echo; null can", d);
	if (s->wire != NET_WIRE_NONE && strcmp(s->front, s->wire_name) == 0)
		return cordon_fail(e, -EINVAL, "%.20s can't be both --front and --wire", s->front);
	return mtu_of(a->value[NET_OPT_MTU], &s->mtu, e);
}

int net_wire_open(struct net_device *wire, const struct net_setup *s, struct cordon_ports *ports,
		  struct cordon_err *e)
{
	int ret = 0;

	*wire = (struct net_device){ .fd = -1, .control = -1 };
	ports->n = ports->more = 0;
	ports->alone = ports->waits = 0;
	ports->arg = s->echo;
	if (s->wire == NET_WIRE_TAP)
		ret = net_device_tap(wire, s->wire_name, s->mtu, 0, e);
	else if (s->wire == NET_WIRE_PACKET)
		ret = net_device_packet(wire, s->wire_name, s->mtu, e);
	if (ret == 0 && s->wire == NET_WIRE_TAP)
		ports->waits = !net_device_tries(wire);
	if (ret == 0 && s->wire != NET_WIRE_NONE)
		ports->fd[ports->n++] = wire->fd;
	return ret;
}

/* ---- the front-end in user space ------------------------------------------------------------------ */

struct net {
	struct net_front front;
	struct net_device tap, wire;
};

static int tap_args(const struct cordon_args *a, int *resend, struct cordon_err *e)
{
	const char *what = a->value[NET_OPT_IN_FLIGHT];

	*resend = !what || strcmp(what, "drop") != 0;
	if (what && *resend && strcmp(what, "resend") != 0)
		return cordon_fail(e, -EINVAL, "--in-flight %.20s: not resend or drop", what);
	if (a->value[NET_OPT_RECEIVE])
		return cordon_fail(e, -EINVAL,
				   "--receive %.20s makes no sense without --frontend netdev",
				   a->value[NET_OPT_RECEIVE]);
	return 0;
}

static int tap_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
		    struct cordon_err *e)
{
	struct net *n = state;
	struct net_setup s;
	int resend = 1;
	int ret = net_setup_read(&s, a, e);

	if (ret == 0)
		ret = tap_args(a, &resend, e);
	if (ret == 0)
		ret = net_device_tap(&n->tap, s.front, s.mtu, 1, e);
	if (ret < 0)
		return ret;
	ret = net_wire_open(&n->wire, &s, ports, e);
	if (ret < 0)
		goto fail;
	net_front_init(&n->front, n->tap.fd, s.mtu, n->tap.mac);
	n->front.resend = resend;
	if (a->deadline_ns)
		n->front.deadline_ns = a->deadline_ns;
	return 0;
fail:
	close(n->tap.fd);
	net_device_restore(&n->tap);
	return ret;
}

static int tap_start(void *state, struct cordon_chan *chan, struct cordon_pool *pool,
		     struct cordon_caller *caller, struct cordon_err *e)
{
	struct net *n = state;
	int ret = net_front_start(&n->front, chan, pool, caller, n->tap.features, e);

	if (ret == 0)
		ret = net_device_offload(&n->tap, n->front.features, e);
	return ret;
}

static unsigned tap_poll(void *state, unsigned budget)
{
	return net_front_poll(&((struct net *)state)->front, budget);
}

static int tap_device(const void *state)
{
	return net_front_device(&((const struct net *)state)->front);
}

static int tap_ping(void *state)
{
	return net_front_ping(&((struct net *)state)->front);
}

static int tap_stop(void *state)
{
	struct net *n = state;

	return n->front.chan ? net_front_stop(&n->front) : 0;
}

static int tap_drain(void *state)
{
	struct net *n = state;

	return n->front.chan ? net_front_drain(&n->front) : 0;
}

static void tap_detach(void *state)
{
	net_front_detach(&((struct net *)state)->front);
}

static void tap_gauge(const void *state, struct cordon_gauge *g)
{
	net_front_gauge(&((const struct net *)state)->front, g);
}

static void tap_devices(const void *state, const char **host_side, const char **wire_side)
{
	const struct net *n = state;

	*host_side = n->tap.name;
	*wire_side = n->wire.name;
}

static unsigned tap_count(const void *state, uint64_t *values, unsigned n)
{
	const struct net_front_counters *c = &((const struct net *)state)->front.count;
	unsigned have = sizeof(*c) / sizeof(uint64_t);

	if (have > n)
		have = n;
	memcpy(values, c, have * sizeof(uint64_t));
	return have;
}

/* An MTU that is to be put back. */
static uint64_t tap_rights(const void *state)
{
	const struct net *n = state;

	return n->tap.control >= 0 || n->wire.control >= 0 ? CORDON_RIGHT(CAP_NET_ADMIN) : 0;
}

static void tap_close(void *state)
{
	struct net *n = state;

	net_front_close(&n->front);
	close(n->tap.fd);
	net_device_restore(&n->tap);
	net_device_restore(&n->wire);
}

_Static_assert(sizeof(net_counters) / sizeof(net_counters[0]) - 1 ==
		       sizeof(struct net_front_counters) / sizeof(uint64_t),
	       "each counter has a name");

const struct cordon_class cordon_class_net = {
	NET_CLASS_COMMON,
	.frontend = "tap",
	.frontend_help = "a TAP device, and the supervisor reads and writes it (default)",
	.front_size = sizeof(struct net),
	.open = tap_open,
	.start = tap_start,
	.poll = tap_poll,
	.device = tap_device,
	.ping = tap_ping,
	.stop = tap_stop,
	.drain = tap_drain,
	.detach = tap_detach,
	.gauge = tap_gauge,
	.devices = tap_devices,
	.count = tap_count,
	.rights = tap_rights,
	.close = tap_close,
};
