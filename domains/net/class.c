// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The class net, as the supervisor and the command line see it. */
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

enum option { OPT_FRONT, OPT_WIRE, OPT_WIRE_TYPE, OPT_MTU, OPT_ECHO, OPT_IN_FLIGHT, OPT_COUNT };

/* What port 0 is. */
enum wire { WIRE_NONE, WIRE_TAP, WIRE_PACKET };

static const struct cordon_option options[] = {
	[OPT_FRONT] = { "front", "IF",
			"the TAP device that the host uses (made if it isn't there)" },
	[OPT_WIRE] = { "wire", "IF",
		       "the driver's side: a TAP device (tap), any interface (packet)" },
	[OPT_WIRE_TYPE] = { "wire-type", "TYPE",
			    "of the wire of a driver of your own: packet (default), tap" },
	[OPT_MTU] = { "mtu", "BYTES", "of the TAP devices (default 1500)" },
	[OPT_ECHO] = { "echo", NULL, "null sends frames back instead of dropping them" },
	[OPT_IN_FLIGHT] = { "in-flight", "WHAT",
			    "of a dead driver's frames: resend (default; some may be sent twice), "
			    "drop" },
	[OPT_COUNT] = { NULL, NULL, NULL },
};

static const struct cordon_driver_entry drivers[] = {
	{ "null", &cordon_driver_null, "no wire: drops frames and counts them, or echoes" },
	{ "tap", &cordon_driver_tap, "a second TAP device is the wire" },
	{ "packet", &cordon_driver_packet, "any network interface is the wire (AF_PACKET)" },
	{ NULL, NULL, NULL },
};

static const char *const counters[] = {
#define X(member, name) name,
	NET_FRONT_COUNTERS(X)
#undef X
#define X(id, name, why) "refused_" name,
		CORDON_VNET_VERDICTS(X)
#undef X
			NULL
};

struct net {
	struct net_front front;
	struct net_device tap, wire;
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
static int wire_of(const struct cordon_args *a, enum wire *wire, struct cordon_err *e)
{
	const char *d = a->driver, *type = a->value[OPT_WIRE_TYPE];
	int own = 0;

	if (strcmp(d, "null") == 0)
		*wire = WIRE_NONE;
	else if (strcmp(d, "tap") == 0)
		*wire = WIRE_TAP;
	else if (strcmp(d, "packet") == 0)
		*wire = WIRE_PACKET;
	else
		own = 1;
	if (type && (!own || !a->value[OPT_WIRE]))
		return cordon_fail(e, -EINVAL, "driver %s: --wire-type %.20s makes no sense %s", d,
				   type, own ? "without --wire IF" : "(its wire is of one type)");
	if (!own)
		return 0;
	*wire = a->value[OPT_WIRE] ? WIRE_PACKET : WIRE_NONE;
	if (type && strcmp(type, "tap") == 0)
		*wire = WIRE_TAP;
	else if (type && strcmp(type, "packet") != 0)
		return cordon_fail(e, -EINVAL, "--wire-type %.20s: not packet or tap", type);
	return 0;
}

static int check_args(const struct cordon_args *a, enum wire *wire, struct cordon_err *e)
{
	const char *d = a->driver;
	int ret = wire_of(a, wire, e);

	if (ret < 0)
		return ret;
	if (!a->value[OPT_FRONT])
		return cordon_fail(e, -EINVAL, "driver %s: --front IF is missing", d);
	if (*wire != WIRE_NONE && !a->value[OPT_WIRE])
		return cordon_fail(e, -EINVAL, "driver %s: --wire IF is missing", d);
	if (*wire == WIRE_NONE && a->value[OPT_WIRE])
		return cordon_fail(e, -EINVAL,
				   "driver null has no wire: --wire %.20s makes no sense",
				   a->value[OPT_WIRE]);
	if (a->value[OPT_IN_FLIGHT] && strcmp(a->value[OPT_IN_FLIGHT], "resend") != 0 &&
	    strcmp(a->value[OPT_IN_FLIGHT], "drop") != 0)
		return cordon_fail(e, -EINVAL, "--in-flight %.20s: not resend or drop",
				   a->value[OPT_IN_FLIGHT]);
	if (a->value[OPT_ECHO] && strcmp(d, "null") != 0)
		return cordon_fail(e, -EINVAL, "driver %s can't --echo; null can", d);
	if (*wire != WIRE_NONE && strcmp(a->value[OPT_FRONT], a->value[OPT_WIRE]) == 0)
		return cordon_fail(e, -EINVAL, "%.20s can't be both --front and --wire",
				   a->value[OPT_FRONT]);
	return 0;
}

static int net_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
		    struct cordon_err *e)
{
	struct net *n = state;
	enum wire wire = WIRE_NONE;
	uint32_t mtu = 0;
	int ret = check_args(a, &wire, e);

	if (ret == 0)
		ret = mtu_of(a->value[OPT_MTU], &mtu, e);
	if (ret == 0)
		ret = net_device_tap(&n->tap, a->value[OPT_FRONT], mtu, 1, e);
	if (ret < 0)
		return ret;
	net_front_init(&n->front, n->tap.fd, mtu, n->tap.mac);
	n->front.resend = !a->value[OPT_IN_FLIGHT] || strcmp(a->value[OPT_IN_FLIGHT], "drop") != 0;
	if (a->deadline_ns)
		n->front.deadline_ns = a->deadline_ns;
	n->wire.control = -1;
	ports->n = 0;
	ports->arg = a->value[OPT_ECHO] != NULL;
	if (wire != WIRE_NONE) {
		if (wire == WIRE_TAP)
			ret = net_device_tap(&n->wire, a->value[OPT_WIRE], mtu, 0, e);
		else
			ret = net_device_packet(&n->wire, a->value[OPT_WIRE], mtu, e);
		if (ret < 0) {
			close(n->tap.fd);
			net_device_restore(&n->tap);
			return ret;
		}
		ports->fd[ports->n++] = n->wire.fd;
	}
	return 0;
}

static int net_start(void *state, struct cordon_chan *chan, struct cordon_pool *pool,
		     struct cordon_caller *caller, struct cordon_err *e)
{
	struct net *n = state;
	int ret = net_front_start(&n->front, chan, pool, caller, n->tap.features, e);

	if (ret == 0)
		ret = net_device_offload(&n->tap, n->front.features, e);
	return ret;
}

static unsigned net_poll(void *state, unsigned budget)
{
	return net_front_poll(&((struct net *)state)->front, budget);
}

static int net_device(const void *state)
{
	return net_front_device(&((const struct net *)state)->front);
}

static int net_ping(void *state)
{
	return net_front_ping(&((struct net *)state)->front);
}

static int net_stop(void *state)
{
	struct net *n = state;

	return n->front.chan ? net_front_stop(&n->front) : 0;
}

static int net_drain(void *state)
{
	struct net *n = state;

	return n->front.chan ? net_front_drain(&n->front) : 0;
}

static void net_detach(void *state)
{
	net_front_detach(&((struct net *)state)->front);
}

static void net_gauge(const void *state, struct cordon_gauge *g)
{
	net_front_gauge(&((const struct net *)state)->front, g);
}

static const char *net_op_name(unsigned op)
{
	static const char *const names[NET_OP_COUNT] = {
		[NET_OP_INFO] = "info", [NET_OP_CONFIG] = "config", [NET_OP_START] = "start",
		[NET_OP_STOP] = "stop", [NET_OP_STATS] = "stats",
	};

	return op < NET_OP_COUNT ? names[op] : NULL;
}

static void net_devices(const void *state, const char **host_side, const char **wire_side)
{
	const struct net *n = state;

	*host_side = n->tap.name;
	*wire_side = n->wire.name;
}

static unsigned net_count(const void *state, uint64_t *values, unsigned n)
{
	const struct net_front_counters *c = &((const struct net *)state)->front.count;
	unsigned have = sizeof(*c) / sizeof(uint64_t);

	if (have > n)
		have = n;
	memcpy(values, c, have * sizeof(uint64_t));
	return have;
}

/* An MTU that is to be put back. */
static uint64_t net_rights(const void *state)
{
	const struct net *n = state;

	return n->tap.control >= 0 || n->wire.control >= 0 ? CORDON_RIGHT(CAP_NET_ADMIN) : 0;
}

static void net_close(void *state)
{
	struct net *n = state;

	net_front_close(&n->front);
	close(n->tap.fd);
	net_device_restore(&n->tap);
	net_device_restore(&n->wire);
}

_Static_assert(sizeof(counters) / sizeof(counters[0]) - 1 ==
		       sizeof(struct net_front_counters) / sizeof(uint64_t),
	       "each counter has a name");

const struct cordon_class cordon_class_net = {
	.name = "net",
	.drivers = drivers,
	.options = options,
	.chan = { .calls = 8, .ab = 1024, .ba = 1024 },
	/* Empty ones for frames from the wire, small ones for bursts of small frames; those for the wire. */
	.pool = { .small = 512, .big = 32, .ro_small = 1536, .ro_big = 32 },
	.front_size = sizeof(struct net),
	.open = net_open,
	.start = net_start,
	.poll = net_poll,
	.device = net_device,
	.ping = net_ping,
	.stop = net_stop,
	.drain = net_drain,
	.detach = net_detach,
	.gauge = net_gauge,
	.op_name = net_op_name,
	.devices = net_devices,
	.count = net_count,
	.counters = counters,
	.rights = net_rights,
	.close = net_close,
};
