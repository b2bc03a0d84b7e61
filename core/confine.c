// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/sys.h"

#define PATIENCE_NS UINT64_C(10000000000)
#define SAY_MAX 65536u

static void limit(int what, rlim_t to)
{
	struct rlimit r = { to, to };

	(void)setrlimit((__rlimit_resource_t)what, &r);
}

/* The order matters: the last step is what holds, and needs the ones before it to have been made. */
static void give_up_rights(int out)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_CPU, 1);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    dup2(out, 1) != 1 || cordon_sys3(__NR_close_range, 0, 0, 0) < 0 ||
	    cordon_sys3(__NR_close_range, 2, ~0u, 0) < 0)
		_exit(1);
	limit(RLIMIT_NOFILE, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
		_exit(1);
}

static void __attribute__((noreturn))
child(int out, size_t (*fn)(void *arg, char *text, size_t room), void *arg, size_t room)
{
	char text[SAY_MAX];
	size_t n, done = 0;

	give_up_rights(out);
	n = fn(arg, text, room);
	while (done < n) {
		long ret = cordon_sys3(__NR_write, 1, (long)(text + done), (long)(n - done));

		if (ret <= 0)
			break;
		done += (size_t)ret;
	}
	/* Strict mode knows exit, not exit_group. */
	for (;;)
		cordon_sys3(__NR_exit, done == n ? 0 : 1, 0, 0);
}

/* Up to @room bytes until the pipe breaks: what the child says. Negative: it takes too long. */
static long listen_to(int in, char *text, size_t room)
{
	uint64_t until = cordon_clock_monotonic() + PATIENCE_NS;
	size_t used = 0;
	char rest[256];

	for (;;) {
		struct pollfd p = { .fd = in, .events = POLLIN };
		uint64_t now = cordon_clock_monotonic();
		ssize_t n;

		if (now >= until)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)((until - now) / 1000000 + 1)) <= 0)
			continue;
		/* More than was asked for is a lie, and dropped. */
		n = used < room ? read(in, text + used, room - used) : read(in, rest, sizeof(rest));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (long)used;
		used += used < room ? (size_t)n : 0;
	}
}

static void make_printable(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			text[i] = '?';
	text[n] = '\0';
}

int cordon_confine(size_t (*fn)(void *arg, char *text, size_t room), void *arg, char *text,
		   size_t size, struct cordon_err *e)
{
	size_t room = size - 1 < SAY_MAX ? size - 1 : SAY_MAX;
	int p[2], status = 0;
	pid_t pid;
	long n;

	text[0] = '\0';
	if (pipe2(p, O_CLOEXEC) < 0)
		return cordon_fail(e, -errno, "pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		child(p[1], fn, arg, room);
	n = -errno;
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		return cordon_fail(e, (int)n, "fork: %s", strerror((int)-n));
	}
	n = listen_to(p[0], text, room);
	close(p[0]);
	if (n < 0)
		kill(pid, SIGKILL);
	make_printable(text, n < 0 ? 0 : (size_t)n);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n < 0)
		return cordon_fail(e, -ETIMEDOUT, "the process without rights took over 10 s");
	if (WIFSIGNALED(status))
		return cordon_fail(e, -EPROTO, "the process without rights was killed by SIG%s",
				   sigabbrev_np(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return cordon_fail(e, -EPROTO, "the process without rights broke off");
	return (int)n;
}
