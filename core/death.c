// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/death.h"

#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "core/cgroup.h"
#include "core/runtime/runtime.h"

/* Where in the image @ip is, as addr2line takes it; or just where. */
static const char *place(const struct cordon_incarnation *inc, uint64_t ip, char *to, size_t size)
{
	const struct cordon_layout *w = &inc->layout;
	int within = ip >= w->image && ip - w->image < w->image_size;

	snprintf(to, size, "%s0x%llx", within ? "image+" : "",
		 (unsigned long long)(within ? ip - w->image : ip));
	return to;
}

/* What the kernel said of the fault, " (...)". */
static void describe_fault(const struct cordon_incarnation *inc, int sig, char *to, size_t size)
{
	const struct cordon_autopsy *a = &inc->autopsy;
	const char *name;
	char at[32];

	to[0] = '\0';
	if (sig == SIGKILL && cordon_cgroup_oom_kills(inc->cgroup))
		snprintf(to, size, " (memory limit)");
	if (sig == SIGSYS && a->syscall >= 0) {
		char *call = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)a->syscall);

		snprintf(to, size, " (system call %lld, %s, which its filter refuses; at %s)",
			 (long long)a->syscall, call ? call : "unknown",
			 place(inc, a->ip, at, sizeof(at)));
		free(call);
		return;
	}
	name = sig == SIGSYS		   ? "a system call that its filter refuses" :
	       sig == SIGSEGV && a->mapped ? "read-only memory, or a guard page" :
	       sig == SIGSEGV		   ? "an address that it was not granted" :
	       sig == SIGBUS		   ? "memory that is not there" :
					     NULL;
	if (name && a->signal == sig && a->has_address)
		snprintf(to, size, " (address 0x%llx, %s; at %s)", (unsigned long long)a->address,
			 name, place(inc, a->ip, at, sizeof(at)));
	else if (name)
		snprintf(to, size, " (%s)", name);
	else if (a->signal == sig)
		snprintf(to, size, " (at %s)", place(inc, a->ip, at, sizeof(at)));
}

static void describe_exit(int status, struct cordon_death *death)
{
	const char *why = "";

	if (status == CORDON_EXIT_DRIVER)
		why = " (the driver failed in poll)";
	else if (status == CORDON_EXIT_LOADER)
		why = " (the loader failed)";
	if (status > CORDON_EXIT_OPEN)
		snprintf(death->text, sizeof(death->text),
			 "exited with status %d (the driver failed in open: %s)", status,
			 strerror(status - CORDON_EXIT_OPEN));
	else
		snprintf(death->text, sizeof(death->text), "exited with status %d%s", status, why);
}

void cordon_death_describe(const struct cordon_incarnation *inc, int status,
			   struct cordon_death *death)
{
	char fault[160];
	int sig;

	/* After a fault we had to end it ourselves. */
	if (inc->autopsy.signal && WIFSIGNALED(status))
		status = inc->autopsy.signal;
	death->status = status;
	death->error = 0;
	if (WIFEXITED(status)) {
		describe_exit(WEXITSTATUS(status), death);
		return;
	}
	sig = WTERMSIG(status);
	death->signal = sig;
	describe_fault(inc, sig, fault, sizeof(fault));
	snprintf(death->text, sizeof(death->text), "killed by SIG%s%s", sigabbrev_np(sig), fault);
}
