/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * TCP traffic whose content is compared: a few connections at once, from one network namespace to
 * another and back, each followed by the next. Content is pseudo-random; each end takes the checksum
 * (XXH3, 64 bits) of what passes there.
 */
#ifndef CORDON_BENCH_CAMPAIGN_TRAFFIC_H
#define CORDON_BENCH_CAMPAIGN_TRAFFIC_H

#include <stdint.h>
#include "core/err.h"

struct traffic;

/* One end of the way: a descriptor of its network namespace, and its IPv4 address. Borrowed. */
struct place {
	int ns;
	const char *address;
};

struct traffic_sum {
	uint64_t connections, bytes; /* that arrived whole */
	uint64_t broken; /* cut short, or other than it was sent, or reset */
	char why[160]; /* of the first broken one */
};

/* Start a thread that does it, on the CPU of the caller. Connections have at most @most bytes (0: 128 MB).
 * NULL with the line. */
struct traffic *traffic_start(const struct place place[2], uint64_t seed, uint64_t most,
			      struct cordon_err *e);

/* What has arrived so far. Never blocks. */
void traffic_read(struct traffic *t, struct traffic_sum *sum);

/* Begin no new connections, wait for the end of those that are open (one that doesn't move for a
 * minute is broken), free all, and say how it went. */
void traffic_stop(struct traffic *t, struct traffic_sum *sum);

#endif
