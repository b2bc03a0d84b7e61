// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/autopsy.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

/* From linux/ptrace.h, which can't be included along with sys/ptrace.h. */
#define EVENT_STOP 128

int cordon_autopsy_seize(struct cordon_autopsy *a, pid_t pid)
{
	memset(a, 0, sizeof(*a));
	a->syscall = -1;
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT) < 0)
		return -errno;
	a->traced = 1;
	return 0;
}

/* The instruction pointer, and the number of the system call that it may be in. */
static void registers(pid_t pid, uint64_t *ip, int64_t *nr)
{
	struct user_regs_struct r = { 0 };
	struct iovec iov = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)(uintptr_t)NT_PRSTATUS, &iov) < 0)
		return;
#if defined(__x86_64__)
	*ip = r.rip;
	*nr = (int64_t)r.orig_rax;
#elif defined(__aarch64__)
	*ip = r.pc;
	*nr = (int64_t)r.regs[8];
#endif
}

static void at_exit(struct cordon_autopsy *a, pid_t pid)
{
	unsigned long status = 0;
	uint64_t ip = 0;
	int64_t nr = -1;

	(void)ptrace(PTRACE_GETEVENTMSG, pid, NULL, &status);
	registers(pid, &ip, &nr);
	a->exited = WIFEXITED((int)status);
	if (!WIFSIGNALED((int)status))
		return;
	if (WTERMSIG((int)status) == SIGSYS) {
		a->signal = SIGSYS;
		a->syscall = nr;
		a->has_address = 0;
	}
	if (a->ip == 0 || a->signal == SIGSYS)
		a->ip = ip;
}

static void at_signal(struct cordon_autopsy *a, pid_t pid)
{
	siginfo_t info = { .si_signo = 0 };
	int64_t nr = -1;

	if (ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) < 0)
		return;
	if (info.si_signo != SIGSEGV && info.si_signo != SIGBUS && info.si_signo != SIGILL &&
	    info.si_signo != SIGFPE && info.si_signo != SIGTRAP)
		return;
	a->signal = info.si_signo;
	/* A fault that the processor can't place (a non-canonical address) has none. */
	a->has_address = info.si_code > 0 && info.si_code != SI_KERNEL;
	a->mapped = info.si_signo == SIGSEGV && info.si_code == SEGV_ACCERR;
	a->address = (uint64_t)(uintptr_t)info.si_addr;
	registers(pid, &a->ip, &nr);
	/* A domain is the first process of its namespace, which no signal ends as long as it is
	 * traced: it would fault for ever. */
	(void)kill(pid, SIGKILL);
}

void cordon_autopsy_attend(struct cordon_autopsy *a, pid_t pid)
{
	siginfo_t info;

	if (!a->traced)
		return;
	for (;;) {
		int sig, event;

		info.si_pid = 0;
		if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | __WALL) < 0 ||
		    info.si_pid == 0)
			return;
		sig = info.si_status & 0xff;
		event = info.si_status >> 8;
		a->stopped = 0;
		if (event == PTRACE_EVENT_EXIT) {
			at_exit(a, pid);
			if (a->dying)
				a->dying(a->dying_arg);
			sig = 0;
		} else if (event == EVENT_STOP) {
			if (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU) {
				a->stopped = sig;
				(void)ptrace(PTRACE_LISTEN, pid, NULL, NULL);
				continue;
			}
			sig = 0;
		} else {
			at_signal(a, pid);
		}
		(void)ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)sig);
	}
}

int cordon_autopsy_hold(struct cordon_autopsy *a, pid_t pid)
{
	const struct timespec nap = { 0, 100000 };
	siginfo_t info;

	if (!a->traced || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		return -ESRCH;
	for (int i = 0; i < 1000; i++) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT | __WALL) < 0)
			return -ESRCH;
		/* What else stops it is somebody else's to hear of. */
		if (info.si_pid != 0 && info.si_status >> 8 != EVENT_STOP)
			return -ESRCH;
		if (info.si_pid != 0)
			return waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | __WALL) < 0 ?
				       -ESRCH :
				       0;
		nanosleep(&nap, NULL);
	}
	return -EAGAIN;
}

void cordon_autopsy_let_go(struct cordon_autopsy *a, pid_t pid)
{
	(void)ptrace(a->stopped ? PTRACE_LISTEN : PTRACE_CONT, pid, NULL, NULL);
}
