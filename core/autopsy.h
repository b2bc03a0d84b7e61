/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What ended a domain: the supervisor traces its domains (ptrace(2), PTRACE_SEIZE) from before their
 * first instruction, so that the kernel tells it the faulting address and the refused system call,
 * which a wait status doesn't hold. A traced domain runs as fast as any, and nothing in it can
 * tell; it dies with its tracer. All functions are for one thread, the one that seized.
 */
#ifndef CORDON_CORE_AUTOPSY_H
#define CORDON_CORE_AUTOPSY_H

#include <stdint.h>
#include <sys/types.h>

struct cordon_autopsy {
	int traced; /* 0: the host doesn't let us; the rest then stays empty */
	int stopped; /* the signal that stopped it for now (SIGSTOP); 0: it runs */
	int signal; /* the fault that ended it, whatever its wait status says; 0: none */
	int has_address;
	int mapped; /* it has that memory, but may not use it so */
	uint64_t address; /* that could not be accessed */
	uint64_t ip; /* of the last fault or of its end; 0: not known */
	int exited; /* it ended by itself */
	int64_t syscall; /* number, if a refused one ended it; else -1 */
	/* Optional. Called when it is about to end, and can execute nothing more, but still has all
	 * that it had. */
	void (*dying)(void *arg);
	void *dying_arg;
};

/* Trace @pid, a child. 0 or -errno. */
int cordon_autopsy_seize(struct cordon_autopsy *a, pid_t pid);

/* Attend to every stop of @pid that waits to be heard of, and let it go on: what is fatal ends it,
 * what is a SIGSTOP stops it. Never blocks; leaves the wait status of one that has ended. To be
 * called after SIGCHLD. */
void cordon_autopsy_attend(struct cordon_autopsy *a, pid_t pid);

/* Stop @pid for a moment; it is then as ptrace(2) wants it. 0; -ESRCH: it is not traced, or ends;
 * -EAGAIN: it did not stop in time. A tenth of a second at most. */
int cordon_autopsy_hold(struct cordon_autopsy *a, pid_t pid);

/* Let it go on, or stay stopped if it was. */
void cordon_autopsy_let_go(struct cordon_autopsy *a, pid_t pid);

#endif
