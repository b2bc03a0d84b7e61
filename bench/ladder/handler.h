/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What is called: it works for so many cycles of the time-stamp counter, and hands the message back.
 * The same for everybody, compiled into each.
 */
#ifndef CORDON_BENCH_LADDER_HANDLER_H
#define CORDON_BENCH_LADDER_HANDLER_H

#include <stdint.h>
#if !defined(__cplusplus)
#include "channels/prim.h"
#include "core/clock.h"
#else
/* For the one peer that is C++, which these headers are not. */
static inline uint64_t cordon_cycles(void)
{
	return __builtin_ia32_rdtsc();
}

static inline void cordon_relax(void)
{
	__builtin_ia32_pause();
}

extern "C" {
#endif

/* A message of 56 bytes: how long to work, which call it is, and ballast. */
struct message {
	uint64_t cycles;
	uint64_t seq;
	uint64_t ballast[5];
};

static inline void handle(uint64_t cycles)
{
	uint64_t start;

	if (!cycles)
		return;
	start = cordon_cycles();
	while (cordon_cycles() - start < cycles)
		;
}

/* @ns in cycles. */
uint64_t handler_cycles(unsigned ns);

#if defined(__cplusplus)
}
#endif

#endif
