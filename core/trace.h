/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Backtraces of a domain's fibers, live or dead. The supervisor takes a snapshot of a domain that it
 * has stopped: registers, and a copy of its stacks. A process without rights (confine.h) reads it,
 * since the driver wrote the stacks and its image holds the names of the functions.
 *
 * Fibers are found by where the loader put the stacks, never by a pointer of the driver's, and
 * frames by frame pointers (images are built with them). A driver can lie about itself: what comes
 * out is a hint for people, bounded and printable, not evidence.
 */
#ifndef CORDON_CORE_TRACE_H
#define CORDON_CORE_TRACE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "core/err.h"
#include "core/plan.h"

/*
 * Take a snapshot of @pid, laid out as the loader said in @where. The calling thread is its tracer
 * and it is stopped (PTRACE_INTERRUPT, a signal, PTRACE_EVENT_EXIT), and stays stopped. Blocks for as
 * long as half a megabyte takes to be copied.
 *
 * Returns a sealed memfd, which is the caller's to close; or -errno with the line: -ESRCH if @pid is
 * gone or not stopped, -EINVAL for a layout that can't be, or what process_vm_readv said.
 */
int cordon_trace_capture(pid_t pid, const struct cordon_layout *where, struct cordon_err *e);

/*
 * Print what the fibers in @snapshot were doing to @out, at most 32 KB of ASCII. @image: a descriptor
 * of the driver's image, for names; -1: addresses only. Borrows both. Blocks while a child process
 * reads them, some milliseconds; see cordon_confine() for what that asks of the caller.
 *
 * One line a fiber, then one a frame, innermost first: function+offset, and in brackets the address
 * in the image, as addr2line takes it.
 *
 * Returns 0; -EINVAL: not a snapshot, or not an image's size; or what cordon_confine() returned.
 */
int cordon_trace_print(int snapshot, int image, FILE *out, struct cordon_err *e);

#endif
