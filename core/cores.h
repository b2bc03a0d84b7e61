/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which CPU a domain takes for itself and which its front-end runs on, with the reason in words.
 *
 * The cpuset is the limit; the inherited affinity is only a preference, because under isolcpus
 * everything starts outside the isolated CPUs. A pair (core, peer) is preferred for, in this order:
 *
 *   0. the core is one of those that the front-end can take, if it says which
 *   1. the core is isolated, the peer is not
 *   2. they are not SMT siblings (required, unless share_smt)
 *   3. the core's SMT siblings are all isolated, or it has none: nothing else runs there
 *   4. the core is not CPU 0, the boot CPU, which takes most interrupts (unless isolated)
 *   5. peer, then core (unless isolated), lie within the inherited affinity
 *   6. same L3, then same NUMA node
 *   7. the core, then the peer, is not CPU 0
 *   8. the highest core number, then the highest peer number
 *
 * Core and peer are the same CPU only where a single one is left, and with a warning.
 */
#ifndef CORDON_CORE_CORES_H
#define CORDON_CORE_CORES_H

#include <hwloc.h>
#include <stdbool.h>

/* CPU numbers are below this (the kernel's own upper bound for NR_CPUS). */
#define CORDON_CPU_MAX 8192

/*
 * What is asked for. Strings and topology are borrowed for the call. core, peer: a CPU number as
 * the user typed it, or NULL or "auto". The rest are lists as the kernel prints them ("0-3,8").
 */
struct cordon_cores_ask {
	const char *core;
	const char *peer;
	bool share_smt; /* the core may be an SMT sibling of the peer, or of another domain's */
	const char *taken; /* cores of other domains; NULL: none */
	const char *wanted; /* cores that the front-end can take; NULL: any */

	/*
	 * NULL: this machine. Given (loaded, by tests): the lists below then describe it, and a
	 * NULL there means no limit, no isolated CPU, no preference.
	 */
	hwloc_topology_t topology;
	const char *cpuset; /* the limit; NULL: ask the kernel (cordon_host_cpus()) */
	const char *isolated; /* NULL: /sys/devices/system/cpu/isolated */
	const char *affinity; /* NULL: the calling thread's */
};

/* The answer. Texts are one line without a newline, cut if need be, and empty if there is none. */
struct cordon_cores {
	int core; /* CPU number, -1 on failure */
	int peer; /* CPU number, -1 on failure */
	int node; /* NUMA node of the core, for mbind; -1: unknown, or not allowed to us */
	char reason[256]; /* success: why this core; failure: what is wrong */
	char warning[256]; /* what the user should know */
};

/*
 * Choose. *@out is filled in every case. Reads sysfs and forks a short-lived child unless @ask
 * names a topology; changes no affinity; waits for nothing but that child.
 *
 * 0
 * -EINVAL  a CPU that the user typed can't be used, or a list is malformed; see reason
 * -ENODEV  no CPU, or no pair of CPUs, fits; see reason
 * -ENOMEM, or what reading the topology of this machine gave
 */
int cordon_cores_pick(const struct cordon_cores_ask *ask, struct cordon_cores *out);

/*
 * Parse a list of CPUs as the kernel prints it: numbers and ascending ranges, separated by single
 * commas, and at most one newline at the end; "" is the empty set. *@set, the caller's, is
 * replaced, and empty on failure. Doesn't block.
 *
 * -EINVAL  malformed
 * -ERANGE  a number is CORDON_CPU_MAX or more
 * -ENOMEM
 */
int cordon_cpulist_parse(const char *list, hwloc_bitmap_t set);

#endif
