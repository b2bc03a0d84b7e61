/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A numbered UDP datagram each millisecond from one network namespace to another: what of them
 * arrives tells when the way between them was closed. All times are CLOCK_REALTIME, in nanoseconds;
 * the time of an arrival is the receiving kernel's (SO_TIMESTAMPNS), so that it doesn't matter when
 * somebody reads it.
 */
#ifndef CORDON_BENCH_CAMPAIGN_PROBE_H
#define CORDON_BENCH_CAMPAIGN_PROBE_H

#include <stdint.h>
#include "bench/campaign/traffic.h"

struct probe;

struct probe_sum {
	uint64_t sent, lost, doubled;
	uint64_t late; /* intervals between two of over 2 ms: the sender was kept from its CPU */
};

int64_t probe_now(void);

/* Start two threads: the sender, with real-time priority (the probe is not to wait for a CPU; it takes
 * about a hundredth of one), and the receiver. From @place[0] to @place[1]. NULL with the line. */
struct probe *probe_start(const struct place place[2], struct cordon_err *e);

/* When the first one that was sent after @t arrived. Waits for it; -ETIMEDOUT after a minute. */
int64_t probe_first_after(struct probe *p, int64_t t);

/* End both, free all, and say how it went. */
void probe_stop(struct probe *p, struct probe_sum *sum);

#endif
