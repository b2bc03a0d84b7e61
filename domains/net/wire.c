// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/net/wire.h"

#define BATCH 32u
/* Reads posted in a burst. More are no gain, and idle ones are all woken by each frame. */
#define READS_MAX 16u
/* Big buffers that keep the port read while as many wait at the front-end. */
#define BUFFERS 32u

/* Each lent buffer is in one place only, so that @out never holds more than all. */
static void give_back(struct wire *w, uint32_t buf, uint32_t len, uint8_t kind)
{
	(void)cordon_pool_lend(w->pool, buf);
	w->out[w->nout++] = cordon_desc(buf, len, kind);
}

/* For a frame from the port; after the stop there is none to come. */
static void keep_empty(struct wire *w, uint32_t buf)
{
	if (!w->running)
		give_back(w, buf, 0, NET_EMPTY);
	else if (buf < w->pool->dims.big)
		w->big[w->nbig++] = buf;
	else
		w->small[w->nsmall++] = buf;
}

static void read_done(struct wire *w, const struct cordon_io_done *done)
{
	uint32_t buf = done->buf;
	uint32_t len = (uint32_t)done->res;

	w->reads--;
	if (done->res <= 0 || len < NET_FRAME_MIN) {
		w->stats.rx_dropped += done->res != -ECANCELED;
		*cordon_pool_data(w->pool, buf) = NET_UNREAD;
		keep_empty(w, buf);
		return;
	}
	if (len <= CORDON_BUF_SMALL && w->nsmall > 0) {
		uint32_t to = w->small[--w->nsmall];

		memcpy(cordon_pool_data(w->pool, to), cordon_pool_data(w->pool, buf), len);
		*cordon_pool_data(w->pool, buf) = NET_UNREAD;
		keep_empty(w, buf);
		buf = to;
	}
	w->stats.rx_frames++;
	give_back(w, buf, len, NET_FRAME);
}

static unsigned finish_io(struct wire *w)
{
	struct cordon_io_done done[BATCH + READS_MAX];
	unsigned n = cordon_io_reap(w->io, done, BATCH + READS_MAX);
	unsigned reads = w->reads;
	unsigned got = 0, failed = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!done[i].write) {
			read_done(w, &done[i]);
			failed += done[i].res <= 0;
			got++;
			continue;
		}
		if (done[i].res >= 0)
			w->stats.tx_frames++;
		else
			w->stats.tx_dropped++;
		give_back(w, done[i].buf, 0, NET_EMPTY);
	}
	/* All that were posted came back: there may be more to read. None: the wire is slow. */
	if (got && got == reads && !failed)
		w->want = w->want * 2 < READS_MAX ? w->want * 2 : READS_MAX;
	else if (got)
		w->want = 1;
	return n;
}

static void from_front(struct wire *w, struct cordon_desc d)
{
	uint32_t len = cordon_desc_len(d);

	if (cordon_pool_take(w->pool, d.buf) < 0)
		return;
	if (cordon_desc_kind(d) == NET_EMPTY) {
		keep_empty(w, d.buf);
		return;
	}
	if (len < NET_FRAME_MIN || cordon_io_write(w->io, 0, d.buf, len) < 0) {
		w->stats.tx_dropped++;
		give_back(w, d.buf, 0, NET_EMPTY);
	}
}

int wire_poll(struct wire *w, unsigned budget)
{
	struct cordon_desc d[BATCH];
	unsigned n, done, sent;

	done = finish_io(w);
	if (budget > BATCH)
		budget = BATCH;
	/* Writes that are not done at once wait for a full port, and of those that wait there the
	 * kernel wakes the last one first: no frame is to overtake more than its batch. */
	if (w->io->inflight > w->reads)
		budget = 0;
	n = cordon_chan_get(w->chan, d, budget);
	for (unsigned i = 0; i < n; i++)
		from_front(w, d[i]);
	while (w->running && w->reads < w->want && w->nbig > 0) {
		if (cordon_io_read(w->io, 0, w->big[w->nbig - 1]) < 0)
			break;
		w->nbig--;
		w->reads++;
	}
	(void)cordon_io_submit(w->io);
	if (w->nout > 0) {
		sent = cordon_stream_put(&w->chan->tx, w->out, w->nout);
		memmove(w->out, w->out + sent, (w->nout - sent) * sizeof(*w->out));
		w->nout -= sent;
	}
	return (int)(done + n);
}

/* ---- control ---------------------------------------------------------------------------------- */

static int info(void *state, struct net_info *is)
{
	const struct wire *w = state;

	*is = (struct net_info){ .features = w->features, .ports = 1, .buffers = BUFFERS };
	return 0;
}

static int config(void *state, const struct net_config *c)
{
	const struct wire *w = state;

	return c->features & ~w->features ? -EINVAL : 0;
}

static int start(void *state)
{
	struct wire *w = state;

	w->running = 1;
	return 0;
}

static int stop(void *state)
{
	struct wire *w = state;

	w->running = 0;
	cordon_io_cancel(w->io);
	while (w->nbig > 0)
		give_back(w, w->big[--w->nbig], 0, NET_EMPTY);
	while (w->nsmall > 0)
		give_back(w, w->small[--w->nsmall], 0, NET_EMPTY);
	return 0;
}

static int stats(void *state, struct net_stats *s)
{
	struct wire *w = state;

	w->stats.enters = w->io->enters;
	*s = w->stats;
	return 0;
}

static const struct net_server_ops control = {
	.info = info,
	.config = config,
	.start = start,
	.stop = stop,
	.stats = stats,
};

int wire_open(struct wire *w, struct cordon_domain *d, uint32_t features)
{
	uint32_t n;

	net_server_init(&w->server, &control, w);
	w->chan = cordon_domain_chan(d);
	w->pool = cordon_domain_pool(d);
	w->io = cordon_domain_io(d);
	w->features = features;
	w->want = 1;
	if (cordon_domain_ports(d) < 1)
		return -ENODEV;
	n = cordon_pool_count(w->pool);
	w->big = cordon_alloc(d, n * sizeof(*w->big));
	w->small = cordon_alloc(d, n * sizeof(*w->small));
	w->out = cordon_alloc(d, n * sizeof(*w->out));
	return w->big && w->small && w->out ? 0 : -ENOMEM;
}
