/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pseudo-random numbers that a seed repeats. */
#ifndef CORDON_BENCH_CAMPAIGN_CHANCE_H
#define CORDON_BENCH_CAMPAIGN_CHANCE_H

#include <stdint.h>

/* The next number of the sequence whose state is *@s: splitmix64, by Sebastiano Vigna (public domain,
 * https://prng.di.unimi.it). Any state will do. */
static inline uint64_t chance(uint64_t *s)
{
	uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#endif
