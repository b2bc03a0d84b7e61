/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Some kernels have no way in for 32-bit code: int 0x80 is SIGSEGV there, with or without a filter. */
#ifndef CORDON_TESTS_ATTACK_ENTRY_H
#define CORDON_TESTS_ATTACK_ENTRY_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/attack/hostile.h"

/* Whether this one takes system calls by int 0x80, as a child finds out. */
static inline bool has_int80(void)
{
	const struct rlimit none = { 0, 0 };
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGSEGV, SIG_DFL);
		_exit(int80(20 /* getpid */, 0, 0, 0) != getpid());
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

#endif
