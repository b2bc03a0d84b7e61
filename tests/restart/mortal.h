/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * When the driver img_mortal dies: at moments that look random, and that who knows the seed knows to
 * the cycle, without being told.
 */
#ifndef CORDON_TESTS_RESTART_MORTAL_H
#define CORDON_TESTS_RESTART_MORTAL_H

#include <stdint.h>
#include "bench/campaign/chance.h"

/* Once in each 2^31 cycles (0.9 s at 2.3 GHz), in the first three quarters of them: one who lives
 * shorter than a tenth of a second would be restarted with a delay. */
#define MORTAL_SLOT 31

/* The next moment after @now of those that @seed gives; both in cordon_cycles(). */
static inline uint64_t mortal_next(uint64_t seed, uint64_t now)
{
	const uint64_t part = (UINT64_C(1) << MORTAL_SLOT) / 4 * 3;

	for (uint64_t slot = now >> MORTAL_SLOT;; slot++) {
		uint64_t state = seed ^ slot << 32;
		uint64_t at = (slot << MORTAL_SLOT) + chance(&state) % part;

		if (at > now)
			return at;
	}
}

#endif
