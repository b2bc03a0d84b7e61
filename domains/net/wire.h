/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The data plane of a net driver whose wire is port 0: frames from the front-end are written to the
 * port, frames read from the port go to the front-end. A driver embeds struct wire in its state and
 * says what its port can do; drv_tap.c and drv_packet.c are two such drivers.
 */
#ifndef CORDON_DOMAINS_NET_WIRE_H
#define CORDON_DOMAINS_NET_WIRE_H

#include "core/driver.h"
#include "domains/net/net.cdl_server.h"
#include "domains/net/net.h"

struct wire {
	struct net_server server; /* first: net_ops takes it for the state */
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	struct cordon_io *io;
	uint32_t features; /* CORDON_NET_F_* that the port can do */
	int running;
	unsigned reads; /* posted */
	unsigned want; /* reads to keep posted: 1 while idle, more in a burst */
	/* Private stacks of buffer indices, room for all buffers in each. */
	uint32_t *big, *small; /* empty, ours */
	struct cordon_desc *out; /* to be sent to the front-end */
	unsigned nbig, nsmall, nout;
	struct net_stats stats;
};

/* Take port 0 of @d, and answer net_ops: @w is where the driver's state begins. 0; -ENODEV without a port;
 * -ENOMEM. */
int wire_open(struct wire *w, struct cordon_domain *d, uint32_t features);

/* As struct cordon_driver has it. */
int wire_poll(struct wire *w, unsigned budget);

#endif
