/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Any order: all of 0 to n - 1, each once in n steps, as no prefetcher foresees it. */
#ifndef CORDON_BENCH_LADDER_ORDER_H
#define CORDON_BENCH_LADDER_ORDER_H

#include <stdint.h>

/* Who comes after @i of @n, a power of two. (Of full period: the factor is 1 modulo 4, the sum odd.) */
static inline uint32_t order_next(uint32_t i, uint32_t n)
{
	return (i * 1664525u + 1013904223u) & (n - 1);
}

#endif
