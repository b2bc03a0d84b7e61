/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The net front-end in user space: frames between a TAP device and a driver. All buffers are its
 * own; what the driver says of them is believed only as far as the private table bears it out, and
 * what it says of a frame only from a private copy of the headers (vnet.h).
 */
#ifndef CORDON_DOMAINS_NET_FRONT_H
#define CORDON_DOMAINS_NET_FRONT_H

#include <stdint.h>
#include "channels/chan.h"
#include "channels/pool.h"
#include "core/call.h"
#include "core/class.h"
#include "core/err.h"
#include "domains/net/counters.h"
#include "domains/net/net.cdl_client.h"
#include "domains/net/net.h"

/* What a driver that has ended had not given back: frames for the wire. */
struct net_front_past {
	struct cordon_pool pool; /* for its memory and dimensions */
	uint64_t *order; /* of each buffer; 0: no frame in it */
	uint32_t *len;
	uint8_t *again;
	uint32_t features; /* with which they were sent */
};

/* Counters of channels that are gone: what this one's are added to. */
struct net_front_before {
	uint64_t calls, timeouts, faults, stream_faults;
};

struct net_front {
	int tap; /* nonblocking; -1: none */
	uint32_t mtu;
	uint32_t features; /* negotiated */
	uint64_t deadline_ns; /* of control calls; a second unless changed */
	uint8_t mac[6];
	struct cordon_chan *chan; /* NULL before start */
	struct cordon_pool *pool;
	struct cordon_caller *caller;
	struct net_client client;
	int running;
	int resend; /* frames of a dead driver are sent again; 0: dropped. Both are counted */
	int stalled; /* frames may wait at the TAP, and there is no buffer or line for them */
	int big; /* the buffer into which the TAP is read; -1: none */
	uint8_t *lent_empty; /* private, of each buffer: lent for a frame from the wire */
	/* private, of each buffer: when a frame in it was sent to the driver (0: none is there), and
	 * its length */
	uint64_t *order;
	uint32_t *sent_len;
	uint8_t *again; /* private, of each buffer: the frame in it is sent for the second time */
	uint64_t sent; /* frames so far */
	uint32_t lent; /* buffers at the driver */
	uint32_t frames, frames_peak; /* of these, with a frame for the wire */
	struct net_front_past past; /* order is NULL: nothing */
	struct net_front_before before;
	uint32_t empties[2], want[2]; /* lent so, and to be lent so; [0] small, [1] big */
	struct net_front_counters count;
};

/* Take the nonblocking descriptor @tap, of an interface with @mtu and address @mac. */
void net_front_init(struct net_front *f, int tap, uint32_t mtu, const uint8_t mac[6]);

/* As struct cordon_class has them. @features: what the TAP can do (CORDON_NET_F_*). */
int net_front_start(struct net_front *f, struct cordon_chan *chan, struct cordon_pool *pool,
		    struct cordon_caller *caller, uint32_t features, struct cordon_err *e);
unsigned net_front_poll(struct net_front *f, unsigned budget);
int net_front_device(const struct net_front *f);
int net_front_ping(struct net_front *f);
int net_front_stop(struct net_front *f);
int net_front_drain(struct net_front *f);
void net_front_detach(struct net_front *f);
void net_front_gauge(const struct net_front *f, struct cordon_gauge *g);

/* Detach, and forget what was not given back. */
void net_front_close(struct net_front *f);

#endif
