/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A channel: one end of the shared memory between exactly two parties. Side A makes calls and side
 * B serves them; each has a stream to the other where the dimensions say so.
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
	return c->tx.sent + c->rx.told + (c->b ? c->server.served : c->client.calls);
}

#endif
