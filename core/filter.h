/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The final system call filter of a domain: what a running driver needs, and no more. Anything else
 * kills the process, including other architectures' calls (int 0x80, x32).
 *
 *   exit_group         always
 *   io_uring_enter     on the granted rings alone; GETEVENTS is the only flag; no signal mask
 *   read, write        on the granted ports alone, where there is no ring
 *   pread64, pwrite64, fdatasync   } instead, on a port that is a file or block device
 *   fallocate          on such a port, ring or not: KEEP_SIZE with PUNCH_HOLE or ZERO_RANGE, from
 *                      offsets below its size and of no more bytes, so that it takes no more of the
 *                      disk than it may. (A ring can't look at that: it has no FALLOCATE.)
 *   epoll_pwait        on what the domain sleeps on, without a signal mask } under a wait policy
 *   write              of eight bytes to the front-end's doorbell          } that sleeps
 */
#ifndef CORDON_CORE_FILTER_H
#define CORDON_CORE_FILTER_H

#include "core/err.h"
#include "core/plan.h"

/* Compile (libseccomp) the filter for the ports and the wait policy of @plan->boot into @plan->filter. 0 or -errno. */
int cordon_filter_make(struct cordon_plan *plan, struct cordon_err *e);

#endif
