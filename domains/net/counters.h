/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a net front-end counts, in user space and in the kernel alike. */
#ifndef CORDON_DOMAINS_NET_COUNTERS_H
#define CORDON_DOMAINS_NET_COUNTERS_H

#include <stdint.h>
#include "domains/net/net.h"

/* X(member, name). The host is the TAP, or the kernel's own network stack. */
#define NET_FRONT_COUNTERS(X)                                         \
	X(tx_frames, "tx_frames") /* from the host to the driver */   \
	X(tx_bytes, "tx_bytes")                                       \
	X(tx_stalls, "tx_stalls") /* no buffer or line: host waits */ \
	X(rx_frames, "rx_frames") /* from the driver to the host */   \
	X(rx_bytes, "rx_bytes")                                       \
	X(rx_tap_errors, "rx_tap_errors") /* the host refused one */  \
	X(tx_resent, "tx_resent") /* a dead driver's, sent again */   \
	X(tx_lost, "tx_lost") /* a dead driver's, dropped */          \
	X(rx_lost, "rx_lost") /* it had read, and not passed on */    \
	X(bad_buffers, "bad_buffers") /* not the driver's to give */  \
	X(bad_kinds, "bad_kinds")                                     \
	X(bad_lengths, "bad_lengths")                                 \
	X(calls, "calls")                                             \
	X(call_timeouts, "call_timeouts")                             \
	X(call_faults, "call_faults")                                 \
	X(stream_faults, "stream_faults")                             \
	X(driver_tx, "driver_tx_frames") /* as the driver says */     \
	X(driver_rx, "driver_rx_frames")                              \
	X(driver_tx_dropped, "driver_tx_dropped")                     \
	X(driver_rx_dropped, "driver_rx_dropped")                     \
	X(driver_enters, "driver_enters")

struct net_front_counters {
#define X(member, name) uint64_t member;
	NET_FRONT_COUNTERS(X)
#undef X
	uint64_t verdict[CORDON_VNET_VERDICT_COUNT]; /* frames refused, by reason */
};

/* Take over what the driver says of itself, from a private copy. */
static inline void net_front_told(struct net_front_counters *c, const struct net_stats *s)
{
	c->driver_tx = s->tx_frames;
	c->driver_rx = s->rx_frames;
	c->driver_tx_dropped = s->tx_dropped;
	c->driver_rx_dropped = s->rx_dropped;
	c->driver_enters = s->enters;
}

/* What the driver did wrong, all kinds. */
static inline uint64_t net_front_errors(const struct net_front_counters *c)
{
	uint64_t n = c->bad_buffers + c->bad_kinds + c->bad_lengths + c->call_timeouts +
		     c->call_faults + c->stream_faults;

	for (unsigned int i = 0; i < CORDON_VNET_VERDICT_COUNT; i++)
		n += c->verdict[i];
	return n;
}

#endif
