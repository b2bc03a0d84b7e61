// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* null: no wire. Drops frames and counts them; with --echo, sends each back where it came from. */
#include "core/driver.h"
#include "domains/net/net.h"

#define BATCH 32u

struct null {
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	int echo;
	struct cordon_desc out[BATCH]; /* to be given back; nothing is taken while any is left */
	unsigned nout;
	struct net_stats stats;
};

static int null_open(struct cordon_domain *d, void *state)
{
	struct null *n = state;

	n->chan = cordon_domain_chan(d);
	n->pool = cordon_domain_pool(d);
	n->echo = cordon_domain_arg(d) != 0;
	return 0;
}

/* Back to the sender: its address becomes the destination. */
static void turn_round(uint8_t *frame)
{
	uint8_t mac[6];

	memcpy(mac, frame + NET_HDR_SIZE, 6);
	memcpy(frame + NET_HDR_SIZE, frame + NET_HDR_SIZE + 6, 6);
	memcpy(frame + NET_HDR_SIZE + 6, mac, 6);
}

static int null_poll(void *state, unsigned budget)
{
	struct null *n = state;
	unsigned got = 0, sent;

	if (n->nout == 0)
		n->nout = got =
			cordon_stream_get(&n->chan->rx, n->out, budget < BATCH ? budget : BATCH);
	for (unsigned i = 0; i < got; i++) {
		struct cordon_desc *d = &n->out[i];

		if (cordon_desc_kind(*d) == NET_FRAME && n->echo) {
			turn_round(cordon_pool_data(n->pool, d->buf));
			n->stats.tx_frames++;
			n->stats.rx_frames++;
			continue;
		}
		if (cordon_desc_kind(*d) == NET_FRAME)
			n->stats.tx_frames++;
		*d = cordon_desc(d->buf, 0, NET_EMPTY);
	}
	sent = cordon_stream_put(&n->chan->tx, n->out, n->nout);
	memmove(n->out, n->out + sent, (n->nout - sent) * sizeof(n->out[0]));
	n->nout -= sent;
	return (int)got;
}

static int info(void *state, const void *req, unsigned len, void *reply)
{
	struct net_info i = { .features = CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 |
					  CORDON_NET_F_TSO6 | CORDON_NET_F_ECN };

	(void)state;
	(void)req;
	(void)len;
	memcpy(reply, &i, sizeof(i));
	return sizeof(i);
}

static int accept(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	(void)req;
	(void)len;
	(void)reply;
	return 0;
}

static int stats(void *state, const void *req, unsigned len, void *reply)
{
	const struct null *n = state;

	(void)req;
	(void)len;
	memcpy(reply, &n->stats, sizeof(n->stats));
	return sizeof(n->stats);
}

static const struct cordon_op ops[NET_OP_COUNT] = {
	[NET_OP_INFO] = { "info", info, 0, 0 },
	[NET_OP_CONFIG] = { "config", accept, sizeof(struct net_config),
			    sizeof(struct net_config) },
	[NET_OP_START] = { "start", accept, 0, 0 },
	[NET_OP_STOP] = { "stop", accept, 0, 0 },
	[NET_OP_STATS] = { "stats", stats, 0, 0 },
};

static const struct cordon_ops null_control = { NET_OP_COUNT, ops };

CORDON_DRIVER(null) = {
	.state_size = sizeof(struct null),
	.control = &null_control,
	.open = null_open,
	.poll = null_poll,
};
