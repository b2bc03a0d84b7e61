/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Time without system calls. The supervisor measures the cycle counter against CLOCK_MONOTONIC once
 * and hands the result to its domains; both then speak of the same nanoseconds.
 */
#ifndef CORDON_CORE_CLOCK_H
#define CORDON_CORE_CLOCK_H

#include "core/boot.h"

static inline uint64_t cordon_cycles(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t v;

	/* Without the isb it may be read early, even before an earlier reading. */
	__asm__ __volatile__("isb\n\tmrs %0, cntvct_el0" : "=r"(v)::"memory");
	return v;
#else
#error "cordon: no cycle counter for this architecture"
#endif
}

/* Nanoseconds of CLOCK_MONOTONIC by clock @c. */
static inline uint64_t cordon_clock_read(const struct cordon_clock *c)
{
	return c->base +
	       (uint64_t)((unsigned __int128)(cordon_cycles() - c->start) * c->mult >> 32);
}

#if !defined(CORDON_IMAGE)
/* CLOCK_MONOTONIC, in nanoseconds. */
uint64_t cordon_clock_monotonic(void);

/* Measure the cycle counter; takes 10 ms the first time, nothing later. */
void cordon_clock_calibrate(struct cordon_clock *c);
#endif

#endif
