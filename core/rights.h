/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What capabilities a supervisor keeps. The control thread starts with those of whoever called it, makes
 * devices and namespaces, and drops all but these when its domain serves for the first time; the
 * front-end's loop, and a driver that is a thread, have none from their beginning.
 *
 *   always
 * CAP_SYS_NICE         SCHED_FIFO while a domain dies and is restarted; the core of another user's process
 *   behind the process fence
 * CAP_SETUID, _SETGID  each incarnation's user namespace maps its root to a user of nobody's
 * CAP_DAC_READ_SEARCH  an image that only its owner may read (who lacks it: CAP_DAC_OVERRIDE)
 *   where the group that ours lie in is closed to its owner (cgroup v2's root, where no systemd opened it)
 * CAP_DAC_OVERRIDE     each incarnation gets a group there
 *   with ports that go through a ring
 * CAP_IPC_LOCK         the pool is pinned, beyond RLIMIT_MEMLOCK
 *   if the class says so (net: the MTU of a TAP device that was there before is put back)
 * CAP_NET_ADMIN
 *   without a user namespace (--without userns)
 * CAP_SYS_ADMIN        the other namespaces, and the empty root in them
 * CAP_SETPCAP          the loader empties its bounding set
 * CAP_KILL, _SYS_PTRACE  a process of another user is ended, traced and read
 *   where the host lets nobody else make user namespaces or rings, which is tried
 * CAP_SYS_ADMIN
 *
 * Nothing else needs one: a user namespace is owned by who made it, who may trace, read, move and end all
 * in it; other groups and /run belong to root; limits only go down; a TAP's offloads are set by who holds it;
 * a ublk device is started and removed by a ring that was made before.
 */
#ifndef CORDON_CORE_RIGHTS_H
#define CORDON_CORE_RIGHTS_H

#include <linux/capability.h>
#include <stdint.h>
#include "core/err.h"
#include "core/fence.h"

#define CORDON_RIGHT(cap) (UINT64_C(1) << (cap))

/* What incarnations of @spec behind @fence will need, with @nports ports. */
uint64_t cordon_rights_needed(const struct cordon_fence *fence, const struct cordon_spec *spec,
			      unsigned nports);

/*
 * The calling thread, and what it will start, keeps at most @keep, in no set more, and can gain none by
 * executing a program. The bounding set stays where CAP_SETPCAP is missing. 0 or -errno with the line.
 */
int cordon_rights_keep(uint64_t keep, struct cordon_err *e);

#endif
