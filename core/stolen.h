/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether a silent domain had its core: time that the hypervisor gave to others (steal), and time that
 * the domain was ready to run and others ran instead. What the hypervisor takes in gaps below its
 * own accounting is not seen. Linux counts a wait when it has ended (sched_info_arrive()), so that of
 * one that still goes on is told by what is missing: a process that is ready, and has not gone to sleep
 * since, has waited for all the time that it did not run. On a core without ticks (nohz_full) Linux
 * counts running time each second only: a hang may be taken for a wait for so long.
 */
#ifndef CORDON_CORE_STOLEN_H
#define CORDON_CORE_STOLEN_H

#include <stdint.h>
#include <sys/types.h>

struct cordon_stolen {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	uint64_t ran_ns; /* the process, since its start */
	uint64_t waited_ns; /* ready, and others ran; the waits that have ended */
	uint64_t sleeps; /* times that it gave up the CPU of itself */
	uint64_t steal_ns; /* of the CPU, since boot */
	int ready; /* it runs, or would */
};

/* How it stands now, for process @pid (0: none) and CPU @core. What can't be read counts as 0. Reads
 * three files of /proc. */
void cordon_stolen_read(struct cordon_stolen *s, pid_t pid, int core);

/* Nanoseconds taken between @before and @after, at most those that lie between. */
uint64_t cordon_stolen_between(const struct cordon_stolen *before,
			       const struct cordon_stolen *after);

/* What they are read from: texts like /proc/PID/schedstat, /proc/PID/status and /proc/stat. 0 for what
 * isn't there. */
void cordon_stolen_times(struct cordon_stolen *s, const char *schedstat);
void cordon_stolen_state(struct cordon_stolen *s, const char *status);
uint64_t cordon_stolen_steal(const char *stat, int core, long ticks_per_s);

#endif
