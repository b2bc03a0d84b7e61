/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether a silent domain had its core: time that the hypervisor gave to others (steal), and time that
 * the domain was ready to run and others ran instead. What the hypervisor takes in gaps below its
 * own accounting is not seen, nor is a wait that still goes on: Linux counts one when it has ended.
 */
#ifndef CORDON_CORE_STOLEN_H
#define CORDON_CORE_STOLEN_H

#include <stdint.h>
#include <sys/types.h>

struct cordon_stolen {
	uint64_t waited_ns; /* of the process, since its start */
	uint64_t steal_ns; /* of the CPU, since boot */
};

/* How it stands now, for process @pid (0: none) and CPU @core. What can't be read counts as 0. Reads
 * two files of /proc. */
void cordon_stolen_read(struct cordon_stolen *s, pid_t pid, int core);

/* Nanoseconds taken between @before and @after. */
uint64_t cordon_stolen_between(const struct cordon_stolen *before,
			       const struct cordon_stolen *after);

/* The two numbers, from texts like /proc/PID/schedstat and /proc/stat. 0 if they aren't there. */
uint64_t cordon_stolen_waited(const char *schedstat);
uint64_t cordon_stolen_steal(const char *stat, int core, long ticks_per_s);

#endif
