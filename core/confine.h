/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Work on bytes that somebody hostile wrote, in a process without rights: it can read the memory that
 * it began with, compute, and say something, and that is all. For parsers whose result is text.
 */
#ifndef CORDON_CORE_CONFINE_H
#define CORDON_CORE_CONFINE_H

#include <stddef.h>
#include "core/err.h"

/*
 * Run @fn(@arg, text, room) in a child process that has one descriptor, the pipe for what it says,
 * and seccomp's strict mode: read, write, exit. @fn writes at most @room bytes of text and returns
 * how many; it calls no libc function that could enter the kernel, and no malloc. The child is a
 * copy of the caller, so its text is for the caller's own eyes; whatever is not printable ASCII or a
 * newline becomes a question mark on the caller's side. It has one second of CPU time.
 *
 * Blocks until the child has ended, at most ten seconds; then it is killed. Nobody
 * else may wait for just any child (waitpid(-1)) meanwhile.
 *
 * Returns the length of the text, which is in @text (@size bytes of the caller's, at least 1), ended
 * by a zero; or -errno with the line in @e: -EPROTO if the child was killed or broke off (what it had
 * said is in @text, and so is the zero), -ETIMEDOUT, or what pipe2 or fork said.
 */
int cordon_confine(size_t (*fn)(void *arg, char *text, size_t room), void *arg, char *text,
		   size_t size, struct cordon_err *e);

#endif
