// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A driver that fails in the way that its argument (--arg N) names: see lifecycle.sh. */
#include "core/driver.h"
#include "core/sys.h"
#include "domains/net/net.cdl_server.h"
#include "domains/net/net.h"

/* In the order of lifecycle.sh. */
enum way {
	WELL = 1, /* not at all */
	EXIT_IN_OPEN,
	ERROR_IN_OPEN,
	CRASH_IN_OPEN,
	HANG_IN_OPEN,
	ERROR_IN_POLL, /* once it serves */
	EXIT_IN_POLL,
	HANG_IN_POLL,
	HANG_IN_INFO,
	HANG_IN_STATS, /* the sign of life */
	NEVER_ANSWER,
	REFUSE_CONFIG,
	SHORT_INFO,
	ERROR_IN_STATS,
	CALL_THE_KERNEL,
	HANG_IN_STOP,
	WRITE_TO_READ_ONLY,
	HANG_IN_CONFIG,
};

struct fails {
	struct net_server server; /* first: net_ops takes it for the state */
	uint64_t way;
	struct cordon_chan *chan;
};

static void __attribute__((noreturn)) hang(void)
{
	for (;;)
		cordon_relax();
}

static void leave(int status)
{
	cordon_sys3(__NR_exit_group, status, 0, 0);
}

static void write_to_read_only(const struct cordon_pool *pool)
{
	volatile uint8_t *p = cordon_pool_data(pool, pool->dims.big + pool->dims.small);

	*p = 1;
}

static int in_poll(const struct fails *f)
{
	return f->way == ERROR_IN_POLL || f->way == EXIT_IN_POLL || f->way == HANG_IN_POLL;
}

/* Only once it serves, as the start has its own cases: when the front-end lends the empty buffer that
 * was asked for, it does. */
static int fails_poll(void *state, unsigned budget)
{
	struct fails *f = state;
	struct cordon_desc d;

	(void)budget;
	if (!in_poll(f) || cordon_chan_get(f->chan, &d, 1) == 0)
		return 0;
	if (f->way == ERROR_IN_POLL)
		return -EIO;
	if (f->way == EXIT_IN_POLL)
		leave(0);
	if (f->way == HANG_IN_POLL)
		hang();
	return 0;
}

static int info(void *state, struct net_info *is)
{
	const struct fails *f = state;

	if (f->way == HANG_IN_INFO)
		hang();
	is->buffers = in_poll(f);
	return 0;
}

static int config(void *state, const struct net_config *c)
{
	const struct fails *f = state;

	(void)c;
	if (f->way == HANG_IN_CONFIG)
		hang();
	return f->way == REFUSE_CONFIG ? -ENXIO : 0;
}

static int start(void *state)
{
	(void)state;
	return 0;
}

static int stop(void *state)
{
	const struct fails *f = state;

	if (f->way == HANG_IN_STOP)
		hang();
	return 0;
}

static int stats(void *state, struct net_stats *s)
{
	const struct fails *f = state;

	(void)s;
	if (f->way == HANG_IN_STATS)
		hang();
	return f->way == ERROR_IN_STATS ? -EIO : 0;
}

static const struct net_server_ops control = {
	.info = info,
	.config = config,
	.start = start,
	.stop = stop,
	.stats = stats,
};

/* net_ops, but for a lie. */
static int short_info(void *state, const void *req, unsigned len, void *reply)
{
	const struct fails *f = state;
	int ret = net_ops.op[NET_OP_INFO].fn(state, req, len, reply);

	return f->way == SHORT_INFO ? 1 : ret;
}

static struct cordon_op ops[NET_OP_COUNT];

static int fails_open(struct cordon_domain *d, void *state)
{
	struct fails *f = state;
	void (*volatile nowhere)(void) = NULL;

	net_server_init(&f->server, &control, f);
	memcpy(ops, net_ops.op, sizeof(ops));
	ops[NET_OP_INFO].fn = short_info;
	f->way = cordon_domain_arg(d);
	f->chan = cordon_domain_chan(d);
	switch (f->way) {
	case EXIT_IN_OPEN:
		leave(7);
		break;
	case ERROR_IN_OPEN:
		return -ENODEV;
	case CRASH_IN_OPEN:
		nowhere();
		break;
	case HANG_IN_OPEN:
		hang();
	case WRITE_TO_READ_ONLY:
		write_to_read_only(cordon_domain_pool(d));
		break;
	case NEVER_ANSWER:
		/* As if a handler were at each line. */
		for (unsigned i = 0; i < f->chan->server.n; i++)
			f->chan->server.turn[i] = 1;
		break;
	case CALL_THE_KERNEL:
		cordon_sys3(__NR_getpid, 0, 0, 0);
		break;
	default:
		break;
	}
	return 0;
}

static const struct cordon_ops fails_control = { NET_OP_COUNT, ops };

CORDON_DRIVER(fails) = {
	.state_size = sizeof(struct fails),
	.control = &fails_control,
	.open = fails_open,
	.poll = fails_poll,
};
