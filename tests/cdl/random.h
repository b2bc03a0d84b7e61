/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Random numbers that are the same in every run. */
#ifndef CORDON_TESTS_CDL_RANDOM_H
#define CORDON_TESTS_CDL_RANDOM_H

#include <stdint.h>

static uint64_t seed = 1;

static inline uint32_t rnd(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33);
}

#endif
