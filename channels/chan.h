/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A channel: one end of the shared memory between exactly two parties. Side A makes calls and side
 * B serves them; each has a stream to the other where the dimensions say so, and A may have more, one
 * for each of its threads that send.
 */
#ifndef CORDON_CHANNELS_CHAN_H
#define CORDON_CHANNELS_CHAN_H

#include "channels/call.h"
#include "channels/stream.h"
#include "channels/wait.h"

struct cordon_chan {
	struct cordon_chan_dims dims;
	union {
		struct cordon_client client; /* side A */
		struct cordon_server server; /* side B */
	};
	struct cordon_stream_tx tx; /* to the peer */
	struct cordon_stream_rx rx; /* from the peer */
	union {
		struct cordon_stream_tx more_tx[CORDON_MORE_MAX]; /* side A */
		struct cordon_stream_rx more_rx[CORDON_MORE_MAX]; /* side B */
	};
	unsigned turn; /* side B: which of its streams cordon_chan_get() reads next */
	struct cordon_waiter waiter;
	bool b; /* which side */
};

/*
 * Take side A or B of the channel in @mem: 64-byte aligned, zeroed before either side is taken, of
 * cordon_chan_size(@dims) bytes, and kept mapped as long as the channel is used. @dims come from
 * the supervisor, in private memory. 0, or -EINVAL for dimensions or an alignment that can't be.
 */
int cordon_chan_init_a(struct cordon_chan *c, void *mem, const struct cordon_chan_dims *dims);
int cordon_chan_init_b(struct cordon_chan *c, void *mem, const struct cordon_chan_dims *dims);

/* Grows with whatever this side publishes: lines, credits, requests, replies. Private; never read
 * from shared memory. */
static inline uint64_t cordon_chan_published(const struct cordon_chan *c)
{
	uint64_t n = c->tx.sent + c->rx.told + (c->b ? c->server.served : c->client.calls);

	for (unsigned i = 0; i < c->dims.more; i++)
		n += c->b ? c->more_rx[i].told : c->more_tx[i].sent;
	return n;
}

/* Side B: up to @n descriptors from all streams of the peer, as cordon_stream_get() has it of one. In
 * turn: none waits for another's end. */
static inline unsigned cordon_chan_get(struct cordon_chan *c, struct cordon_desc *d, unsigned n)
{
	unsigned done = 0;

	for (unsigned i = 0; i <= c->dims.more && done < n; i++) {
		struct cordon_stream_rx *rx = c->turn ? &c->more_rx[c->turn - 1] : &c->rx;

		done += cordon_stream_get(rx, d + done, n - done);
		c->turn = c->turn < c->dims.more ? c->turn + 1 : 0;
	}
	return done;
}

/* Side B: one message from all streams of the peer, as cordon_stream_recv() has it of one. In turn, a
 * message each. */
static inline int cordon_chan_recv(struct cordon_chan *c, uint16_t *op, void *msg)
{
	int len = -EAGAIN;

	for (unsigned i = 0; i <= c->dims.more && len == -EAGAIN; i++) {
		struct cordon_stream_rx *rx = c->turn ? &c->more_rx[c->turn - 1] : &c->rx;

		len = cordon_stream_recv(rx, op, msg);
		c->turn = c->turn < c->dims.more ? c->turn + 1 : 0;
	}
	return len;
}

#endif
