/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* All the tables of rungs that are no peer's (peers/peers.h). */
#ifndef CORDON_BENCH_LADDER_RUNGS_H
#define CORDON_BENCH_LADDER_RUNGS_H

#include "bench/ladder/rung.h"

extern const struct rung rungs_floor[]; /* the first is the two-line ping-pong */
extern const struct rung rungs_lines[];
extern const struct rung rungs_local[];
extern const struct rung rungs_cached[];
extern const struct rung rungs_call[];
extern const struct rung rungs_bare[];
extern const struct rung rungs_stream[];
extern const struct rung rungs_fiber[];
extern const struct rung rungs_wake[];
extern const struct rung rungs_pool[];
extern const struct rung rungs_sharing[];
extern const struct rung rungs_power[];
extern const struct rung rungs_kernel[];
extern const struct rung rungs_stub[];

#endif
