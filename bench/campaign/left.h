/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a supervisor has at a moment when its domain serves and a spare waits: to be the same after
 * many crashes as after one. */
#ifndef CORDON_BENCH_CAMPAIGN_LEFT_H
#define CORDON_BENCH_CAMPAIGN_LEFT_H

#include <stdint.h>
#include "core/err.h"

/* X(member, what, unit, noise): @noise is by how much more there may be without a leak. Shared memory
 * that has been touched counts as the supervisor's, and that is a matter of chance; the slab is the
 * whole machine's: closed connections alone stay there for a minute. */
#define LEFT(X)                                                         \
	X(fds, "descriptors", "descriptors", 0)                         \
	X(memfds, "memfds", "descriptors", 0)                           \
	X(threads, "threads", "threads", 0)                             \
	X(children, "children", "processes", 0)                         \
	X(groups, "cgroups", "cgroups", 0)                              \
	X(anon, "supervisor's own memory", "kB", 8192)                  \
	X(rss, "supervisor's resident memory, with shared", "kB", 8192) \
	X(slab, "unreclaimable slab, whole machine", "kB", 8192)

struct left {
#define X(member, what, unit, noise) uint64_t member;
	LEFT(X)
#undef X
};

/* Count for the domain @name, once it serves, has its spare, and two looks a tenth of a second apart
 * count the same of all that can be counted exactly. May wait for ten seconds. 0 or -errno with the
 * line. */
int left_count(const char *name, struct left *left, struct cordon_err *e);

#endif
