/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The host, as files of results describe it: a number says little without. */
#ifndef CORDON_BENCH_LADDER_HOST_H
#define CORDON_BENCH_LADDER_HOST_H

#include <json-c/json.h>
#include <stdbool.h>

#include "bench/ladder/rung.h"

/*
 * An object with these members, the first six as those of the scripts that measure have them
 * (scripts/netlib.sh):
 *
 *   cpu          model, "" if the kernel doesn't say
 *   cpus         how many are online
 *   kernel       release
 *   isolated     list of CPUs, "" if there is none
 *   virtual      whether a hypervisor says that it is there
 *   date         UTC, ISO 8601
 *   tsc_mhz      of the time-stamp counter, measured
 *   core_mhz     of the CPU that this is called on, measured: see host_core_mhz()
 *   mitigations  object: vulnerability: what the kernel does about it
 *   placement    object: cpu, core, and their SMT siblings (lists that contain them)
 *   counters     @counters
 *
 * The caller's to json_object_put(); NULL: no memory. Takes some 20 ms, and blocks.
 */
struct json_object *host_describe(const struct place *at, const char *counters);

/* MHz of the CPU that this is called on, while it works: by a chain of additions, each of which needs
 * the one before it and takes one cycle, against the time-stamp counter; the best of several. */
double host_core_mhz(void);

/* Whether two CPUs are of one core. No, if the kernel doesn't say. */
bool host_siblings(int a, int b);

#endif
