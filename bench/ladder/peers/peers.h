/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The tables of what others made. Each ends with a rung without a name. */
#ifndef CORDON_BENCH_LADDER_PEERS_H
#define CORDON_BENCH_LADDER_PEERS_H

#include <stdint.h>
#include "bench/ladder/rung.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* A message in a cache line of its own: what queues of elements carry best. */
struct cell {
	uint64_t cycles;
	uint64_t seq;
	uint64_t ballast[6];
} __attribute__((aligned(64)));

extern const struct rung rungs_rte_ring[];
extern const struct rung rungs_ck_ring[];
extern const struct rung rungs_boost_spsc[];
extern const struct rung rungs_fastforward[];
extern const struct rung rungs_twoline[];
extern const struct rung rungs_fibers[];

#if defined(__cplusplus)
}
#endif

#endif
