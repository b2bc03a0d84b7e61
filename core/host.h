/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What this host offers for the fence: a probe for each part, and what to do where one is missing.
 *
 * Probes try the real thing as this process could (its privileges, its seccomp profile), in a
 * child that is reaped before they return, and leave nothing behind: no group, namespace,
 * descriptor or child, no signal, whatever the caller does with SIGCHLD. They wait for that child
 * alone, for well under a millisecond of work. Any thread may call them.
 */
#ifndef CORDON_CORE_HOST_H
#define CORDON_CORE_HOST_H

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include "core/parts.h"

/*
 * Does the host have @part? 0: yes, and @why (@size bytes, the caller's) is "". Otherwise -errno,
 * as the host gave it (-ECANCELED: the probe was killed; -EINVAL: no such part), and @why is one
 * line without a newline that says what is missing and what to do. RING is missing, too, where
 * URING is.
 */
int cordon_host_probe(enum cordon_part part, char *why, size_t size);

/*
 * Probe every part that is not in @without, and print a line to @report (may be NULL) for each
 * that is missing: "NAME: missing: WHY". RING is not asked for where URING is given up or missing:
 * there is then no ring to restrict. *@missing (may be NULL) is the set of those printed.
 *
 * 0, or -ENOTSUP if a part is missing.
 */
int cordon_host_check(cordon_parts without, cordon_parts *missing, FILE *report);

/* Print a few lines, "key: value": CPU, CPUs online and isolated, memory, kernel. */
void cordon_host_describe(FILE *out);

/*
 * The directory under which this process may make groups with a memory limit: its own group in the
 * hierarchy of the memory controller, or else the nearest one above it, so that limits around us
 * hold for the domain. Makes none. @dir: @size bytes, the caller's; *@version: 1 (limit in
 * memory.limit_in_bytes) or 2 (memory.max).
 *
 * -ENOENT        no memory controller is mounted here
 * -EACCES, -EROFS, -EPERM  there is one, but we may not make groups in it
 * -EOPNOTSUPP    version 2, and no group that we may write passes the controller on
 * -ENAMETOOLONG, -ENOMEM
 */
int cordon_host_cgroup(char *dir, size_t size, int *version);

/*
 * The CPUs that this process may move to: the cpuset, not the inherited affinity, as the kernel
 * itself answers in a child that asks for all of them. Where affinity can't be changed at all, that
 * is the affinity. Bit i of @bits is CPU i. 0 or -errno.
 */
#define CORDON_HOST_CPU_LONGS (8192 / (8 * sizeof(unsigned long)))
int cordon_host_cpus(unsigned long bits[CORDON_HOST_CPU_LONGS]);

/* The two halves of cordon_host_cgroup(), for tests. Both may block on file reads only. */
struct cordon_cgroup {
	int version; /* 1 or 2 */
	char mount[PATH_MAX]; /* where the hierarchy is mounted */
	char own[PATH_MAX]; /* our group: @mount, or a path below it */
};

/*
 * Find the hierarchy of @controller ("memory") in texts like /proc/self/cgroup and
 * /proc/self/mountinfo, both borrowed and read from where they stand: version 1 if it is bound to
 * one, else version 2, whether or not that offers it. A group outside of what is mounted counts as
 * the mount.
 * 0, -ENOENT, -ENAMETOOLONG, -ENOMEM.
 */
int cordon_cgroup_find(FILE *cgroup, FILE *mountinfo, const char *controller,
		       struct cordon_cgroup *found);

/* Pick the directory as cordon_host_cgroup() does; on failure @why says what to do. */
int cordon_cgroup_pick(const struct cordon_cgroup *found, char *dir, size_t size, char *why,
		       size_t why_size);

#endif
