/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The CPU's own counters, of the calling thread, in user mode only. Many virtual machines have none,
 * and many hosts don't let everybody have them: then a text says why, and time is all there is.
 */
#ifndef CORDON_BENCH_LADDER_COUNTERS_H
#define CORDON_BENCH_LADDER_COUNTERS_H

#include <stdint.h>

struct counters {
	int cycles, instructions; /* descriptors; -1: none */
	char text[192]; /* for people: what is counted, or why nothing is */
};

/* Up to now. Differences of two readings mean something. */
struct counts {
	uint64_t cycles, instructions;
};

/* Begin to count. 0, or -errno and there are none. @c is filled in either way, for the functions below
 * and for its text. Only the thread that opened them is counted. */
int counters_open(struct counters *c);

/*
 * Read both, as of one moment. A system call: not to be called in what is counted.
 *
 * 0
 * -ENODEV  there are none: counters_open() failed
 * -EBUSY   others have taken the CPU's counters; what was counted up to now is void
 * or what read() gave
 */
int counters_read(const struct counters *c, struct counts *now);

/* Close what was opened, if anything was. */
void counters_close(struct counters *c);

#endif
