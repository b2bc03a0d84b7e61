// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* null: no wire. Drops frames and counts them; with --echo, sends each back where it came from. */
#include "core/driver.h"
#include "domains/net/net.cdl_server.h"
#include "domains/net/net.h"

#define BATCH 32u
/* Big buffers to echo in; small ones come along with them. */
#define BUFFERS 32u

struct null {
	struct net_server server; /* first: net_ops takes it for the state */
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	int echo, running;
	/* Each buffer that we have is in one of these, which have room for all. */
	uint32_t *empty[2]; /* to echo in: [0] small, [1] big */
	struct cordon_desc *out; /* to be given back */
	unsigned nempty[2], nout;
	struct net_stats stats;
};

static void give_back(struct null *n, uint32_t buf, uint32_t len, uint8_t kind)
{
	n->out[n->nout++] = cordon_desc(buf, len, kind);
}

/* Back to the sender: its address becomes the destination. */
static void turn_round(uint8_t *to, const uint8_t *frame, uint32_t len)
{
	memcpy(to, frame, len);
	memcpy(to + NET_HDR_SIZE, frame + NET_HDR_SIZE + 6, 6);
	memcpy(to + NET_HDR_SIZE + 6, frame + NET_HDR_SIZE, 6);
}

static void echo(struct null *n, uint32_t buf, uint32_t len)
{
	int big = len > CORDON_BUF_SMALL;
	uint32_t to;

	if (len < NET_FRAME_MIN || n->nempty[big] == 0) {
		n->stats.rx_dropped++;
		return;
	}
	to = n->empty[big][--n->nempty[big]];
	turn_round(cordon_pool_data(n->pool, to), cordon_pool_data(n->pool, buf), len);
	n->stats.rx_frames++;
	give_back(n, to, len, NET_FRAME);
}

static void from_front(struct null *n, struct cordon_desc d)
{
	int big = cordon_pool_is_big(n->pool, d.buf);

	if (cordon_desc_kind(d) == NET_EMPTY && n->running) {
		n->empty[big][n->nempty[big]++] = d.buf;
		return;
	}
	if (cordon_desc_kind(d) == NET_FRAME) {
		n->stats.tx_frames++;
		if (n->echo)
			echo(n, d.buf, cordon_desc_len(d));
	}
	give_back(n, d.buf, 0, NET_EMPTY);
}

static int null_poll(void *state, unsigned budget)
{
	struct null *n = state;
	struct cordon_desc d[BATCH];
	unsigned got, sent;

	got = cordon_chan_get(n->chan, d, budget < BATCH ? budget : BATCH);
	for (unsigned i = 0; i < got; i++)
		from_front(n, d[i]);
	sent = cordon_stream_put(&n->chan->tx, n->out, n->nout);
	memmove(n->out, n->out + sent, (n->nout - sent) * sizeof(n->out[0]));
	n->nout -= sent;
	return (int)got;
}

static int info(void *state, struct net_info *is)
{
	const struct null *n = state;

	is->features = NET_F_CSUM | NET_F_TSO4 | NET_F_TSO6 | NET_F_ECN;
	is->buffers = n->echo ? BUFFERS : 0;
	return 0;
}

static int config(void *state, const struct net_config *c)
{
	(void)state;
	(void)c;
	return 0;
}

static int start(void *state)
{
	struct null *n = state;

	n->running = 1;
	return 0;
}

static int stop(void *state)
{
	struct null *n = state;

	n->running = 0;
	for (unsigned big = 0; big < 2; big++)
		while (n->nempty[big] > 0)
			give_back(n, n->empty[big][--n->nempty[big]], 0, NET_EMPTY);
	return 0;
}

static int stats(void *state, struct net_stats *s)
{
	const struct null *n = state;

	*s = n->stats;
	return 0;
}

static const struct net_server_ops control = {
	.info = info,
	.config = config,
	.start = start,
	.stop = stop,
	.stats = stats,
};

static int null_open(struct cordon_domain *d, void *state)
{
	struct null *n = state;
	uint32_t all;

	net_server_init(&n->server, &control, n);
	n->chan = cordon_domain_chan(d);
	n->pool = cordon_domain_pool(d);
	n->echo = cordon_domain_arg(d) != 0;
	all = cordon_pool_count(n->pool);
	n->empty[0] = cordon_alloc(d, all * sizeof(*n->empty[0]));
	n->empty[1] = cordon_alloc(d, all * sizeof(*n->empty[1]));
	n->out = cordon_alloc(d, all * sizeof(*n->out));
	return n->empty[0] && n->empty[1] && n->out ? 0 : -ENOMEM;
}

CORDON_DRIVER(null) = {
	.state_size = sizeof(struct null),
	.control = &net_ops,
	.open = null_open,
	.poll = null_poll,
};
