// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* lossy: port 0 is the wire; every Nth frame to it is dropped (--arg N). Written by docs/porting.md
 * alone, and built against the installed files: see outoftree.sh. */
#include "core/driver.h"
#include "domains/net/net.cdl_server.h"
#include "domains/net/net.h"

#define BATCH 32u
#define READS 8u

struct lossy {
	struct net_server server; /* first: net_ops takes it for the state */
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	struct cordon_io *io;
	uint64_t nth;
	uint64_t seen;
	uint32_t *empty; /* room for all buffers in both */
	struct cordon_desc *out;
	unsigned nempty, nout, reads;
	int running;
	struct net_stats stats;
};

static void give_back(struct lossy *l, uint32_t buf, uint32_t len, uint8_t kind)
{
	(void)cordon_pool_lend(l->pool, buf);
	l->out[l->nout++] = cordon_desc(buf, len, kind);
}

static void from_front(struct lossy *l, struct cordon_desc d)
{
	if (cordon_pool_take(l->pool, d.buf) < 0)
		return;
	if (cordon_desc_kind(d) == NET_EMPTY) {
		if (l->running)
			l->empty[l->nempty++] = d.buf;
		else
			give_back(l, d.buf, 0, NET_EMPTY);
		return;
	}
	if ((l->nth && ++l->seen % l->nth == 0) ||
	    cordon_io_write(l->io, 0, d.buf, cordon_desc_len(d)) < 0) {
		l->stats.tx_dropped++;
		give_back(l, d.buf, 0, NET_EMPTY);
	}
}

static void finished(struct lossy *l, const struct cordon_io_done *done)
{
	if (done->write) {
		if (done->res >= 0)
			l->stats.tx_frames++;
		else
			l->stats.tx_dropped++;
		give_back(l, done->buf, 0, NET_EMPTY);
		return;
	}
	l->reads--;
	if (done->res > 0) {
		l->stats.rx_frames++;
		give_back(l, done->buf, (uint32_t)done->res, NET_FRAME);
	} else {
		l->stats.rx_dropped += done->res != -ECANCELED;
		give_back(l, done->buf, 0, NET_EMPTY);
	}
}

static int lossy_poll(void *state, unsigned budget)
{
	struct lossy *l = state;
	struct cordon_io_done done[BATCH];
	struct cordon_desc d[BATCH];
	unsigned ndone, got, sent;

	ndone = cordon_io_reap(l->io, done, budget < BATCH ? budget : BATCH);
	for (unsigned i = 0; i < ndone; i++)
		finished(l, &done[i]);
	got = cordon_chan_get(l->chan, d, budget < BATCH ? budget : BATCH);
	for (unsigned i = 0; i < got; i++)
		from_front(l, d[i]);
	while (l->running && l->reads < READS && l->nempty > 0) {
		if (cordon_io_read(l->io, 0, l->empty[l->nempty - 1]) < 0)
			break;
		l->nempty--;
		l->reads++;
	}
	(void)cordon_io_submit(l->io);
	sent = cordon_stream_put(&l->chan->tx, l->out, l->nout);
	memmove(l->out, l->out + sent, (l->nout - sent) * sizeof(l->out[0]));
	l->nout -= sent;
	return (int)(ndone + got);
}

static int info(void *state, struct net_info *is)
{
	(void)state;
	is->ports = 1;
	is->buffers = READS;
	return 0;
}

static int config(void *state, const struct net_config *c)
{
	(void)state;
	/* Frames are read into whatever buffer is at hand. */
	return c->mtu + NET_FRAME_MIN > CORDON_BUF_SMALL ? -EINVAL : 0;
}

static int start(void *state)
{
	((struct lossy *)state)->running = 1;
	return 0;
}

static int stop(void *state)
{
	struct lossy *l = state;

	l->running = 0;
	cordon_io_cancel(l->io);
	while (l->nempty > 0)
		give_back(l, l->empty[--l->nempty], 0, NET_EMPTY);
	return 0;
}

static int stats(void *state, struct net_stats *s)
{
	*s = ((const struct lossy *)state)->stats;
	return 0;
}

static const struct net_server_ops control = {
	.info = info,
	.config = config,
	.start = start,
	.stop = stop,
	.stats = stats,
};

static int lossy_open(struct cordon_domain *d, void *state)
{
	struct lossy *l = state;
	uint32_t n;

	net_server_init(&l->server, &control, l);
	if (cordon_domain_ports(d) < 1)
		return -ENODEV;
	l->chan = cordon_domain_chan(d);
	l->pool = cordon_domain_pool(d);
	l->io = cordon_domain_io(d);
	l->nth = cordon_domain_arg(d);
	n = cordon_pool_count(l->pool);
	l->empty = cordon_alloc(d, n * sizeof(*l->empty));
	l->out = cordon_alloc(d, n * sizeof(*l->out));
	return l->empty && l->out ? 0 : -ENOMEM;
}

CORDON_DRIVER(lossy) = {
	.state_size = sizeof(struct lossy),
	.control = &net_ops,
	.open = lossy_open,
	.poll = lossy_poll,
};
