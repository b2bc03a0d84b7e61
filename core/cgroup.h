/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A memory cgroup for one domain, of either version. It bounds what the kernel allocates on the
 * domain's behalf too: a ring of 256 entries takes any number of pending requests. */
#ifndef CORDON_CORE_CGROUP_H
#define CORDON_CORE_CGROUP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/err.h"

/* Make the group cordon-NAME with a limit of @limit bytes, no swap, and put process @pid into it.
 * A stale group of that name, without processes, is used; one with another incarnation in it is left,
 * and ours gets a number behind the name. The group's directory is written to @dir. 0 or -errno; then nothing is left. */
int cordon_cgroup_make(const char *name, uint64_t limit, pid_t pid, char *dir, size_t size,
		       struct cordon_err *e);

/* How many processes of the group in @dir the kernel killed because the limit was reached; 0 if it
 * doesn't say. */
unsigned cordon_cgroup_oom_kills(const char *dir);

/* Remove the group in @dir (empty: none), whose processes have been reaped. Tries again for up to
 * a second, as the kernel empties it late. */
void cordon_cgroup_drop(char *dir);

#endif
