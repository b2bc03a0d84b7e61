// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The process fence: the domain is a process with next to no rights. Its start is numbered; steps 1
 * to 7 are here, 8 to 19 in core/loader/loader.c. The fence is complete before the driver's first
 * instruction.
 *
 *  1  freeze plan, image and loader in sealed memfds
 *  2  leave the network namespace for an empty one (once per domain: it costs a millisecond)
 *  3  clone into user, mount, pid, ipc and uts namespaces
 *  4  cgroup with a memory limit
 *  5  map root of the domain to nobody outside
 *  6  keep off the core: an incarnation may be at work there. When it is told to begin, it is its own
 *  7  become that root, keep the granted descriptors only, execute the loader
 *
 * The loader waits before its last filter, with all else done, until it is told to go on: so a spare
 * incarnation is milliseconds of work nearer to its first instruction, and is still trusted code.
 */
#include "core/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/bell.h"
#include "core/cgroup.h"
#include "core/clock.h"
#include "core/death.h"
#include "core/filter.h"
#include "core/plan.h"
#include "core/ring.h"
#include "core/runtime/runtime.h"
#include "core/sys.h"
#include "core/trace.h"
#include "core/waiting.h"

#define START_TIMEOUT_MS 5000
/* User numbers from here on are given to nobody (systemd's list of ranges ends below). */
#define NOBODY_FIRST 1879048192u

struct launch {
	struct cordon_incarnation *inc;
	struct cordon_plan *plan;
	int loader_fd;
	int go[2]; /* a pipe: steps 4 to 6 are done */
	int status[2]; /* a socket pair: the loader's words, and ours: the gate */
	int source[CORDON_FD_END]; /* which descriptor becomes number i; -1: none */
	int staging; /* where they are moved first, above all of them: none is overwritten */
	unsigned uid;
};

static int has(const struct launch *l, enum cordon_part part)
{
	return (l->inc->spec->parts & CORDON_PART_BIT(part)) != 0;
}

/* Step 7, in the child: a copy of one thread of the supervisor, so no libc. */
static void __attribute__((noreturn, no_sanitize("address", "thread"))) child(struct launch *l)
{
	char name[] = "cordon-domain";
	char *const argv[] = { name, NULL };
	char *const envp[] = { NULL };
	char byte;

	/* Wait for steps 4 to 6; if the supervisor dies meanwhile, so do we: not while we hold the
	 * other end ourselves. */
	(void)cordon_sys3(__NR_close, l->go[1], 0, 0);
	if (cordon_sys3(__NR_read, l->go[0], (long)&byte, 1) != 1)
		goto out;
	if (has(l, CORDON_PART_USERNS)) {
		(void)cordon_sys3(__NR_setgroups, 0, 0, 0);
		if (cordon_sys3(__NR_setresgid, 0, 0, 0) < 0 ||
		    cordon_sys3(__NR_setresuid, 0, 0, 0) < 0)
			goto out;
	}
	for (int i = 0; i < CORDON_FD_END; i++)
		if (l->source[i] >= 0 &&
		    cordon_sys3(__NR_dup3, l->source[i], l->staging + i, 0) < 0)
			goto out;
	if (cordon_sys3(__NR_dup3, l->loader_fd, l->staging + CORDON_FD_END, 0) < 0)
		goto out;
	if (cordon_sys3(__NR_close_range, 0, l->staging - 1, 0) < 0 ||
	    cordon_sys3(__NR_close_range, l->staging + CORDON_FD_END + 1, ~0u, 0) < 0)
		goto out;
	for (int i = 0; i < CORDON_FD_END; i++)
		if (l->source[i] >= 0 && cordon_sys3(__NR_dup3, l->staging + i, i, 0) < 0)
			goto out;
	(void)cordon_sys3(__NR_dup3, l->staging + CORDON_FD_END, CORDON_FD_END,
			  02000000 /* cloexec */);
	(void)cordon_sys3(__NR_close_range, CORDON_FD_END + 1, ~0u, 0);
	(void)cordon_sys6(__NR_execveat, CORDON_FD_END, (long)"", (long)argv, (long)envp,
			  AT_EMPTY_PATH, 0);
out:
	for (;;)
		cordon_sys3(__NR_exit_group, CORDON_EXIT_LOADER, 0, 0);
}

/* Step 1. */
static int freeze(struct launch *l, struct cordon_err *e)
{
	struct cordon_incarnation *inc = l->inc;
	struct cordon_plan *p = l->plan;
	int ret;

	p->magic = CORDON_PLAN_MAGIC;
	p->parts = inc->spec->parts;
	p->uid = l->uid;
	p->chan_size = inc->chan.size;
	p->pool_size = inc->pool.size;
	p->pool_ro_size = inc->pool_ro.size;
	p->boot = inc->boot;
	p->boot.ring.fd = CORDON_FD_RING;
	p->boot.ring_ro.fd = inc->boot.ring_ro.fd >= 0 ? CORDON_FD_RING_RO : -1;
	p->boot.ring.witness = p->boot.ring_ro.witness = -1;
	for (unsigned i = 0; i < p->boot.nports; i++)
		p->boot.port_fd[i] = (int)(CORDON_FD_PORT + i);
	p->boot.bells = CORDON_BELLS_NONE;
	if (inc->boot.bells.wake >= 0)
		p->boot.bells.wake = CORDON_FD_WAKE;
	if (inc->boot.bells.peer >= 0)
		p->boot.bells.peer = CORDON_FD_PEER;
	ret = cordon_filter_make(p, e);
	if (ret < 0)
		return ret;
	ret = cordon_memory_frozen("cordon-plan", p, sizeof(*p), 0, e);
	if (ret < 0)
		return ret;
	l->source[CORDON_FD_PLAN] = ret;
	ret = cordon_memory_frozen_file(inc->spec->image, 0, e);
	if (ret < 0)
		return ret;
	l->source[CORDON_FD_IMAGE] = ret;
	ret = cordon_memory_frozen_file(inc->spec->loader, 1, e);
	if (ret < 0)
		return ret;
	l->loader_fd = ret;
	l->source[CORDON_FD_STATUS] = l->status[1];
	l->source[CORDON_FD_CHAN] = inc->chan.fd;
	l->source[CORDON_FD_POOL] = inc->pool.fd;
	if (inc->pool_ro.fd >= 0) {
		ret = cordon_memory_reader(&inc->pool_ro, e);
		if (ret < 0)
			return ret;
		l->source[CORDON_FD_POOL_RO] = ret;
	}
	if (inc->boot.io_mode == CORDON_IO_URING) {
		l->source[CORDON_FD_RING] = inc->boot.ring.fd;
		l->source[CORDON_FD_RING_RO] = inc->boot.ring_ro.fd;
	}
	for (unsigned i = 0; i < inc->boot.nports; i++)
		if (inc->boot.io_mode == CORDON_IO_RW || cordon_boot_is_file(&inc->boot, i))
			l->source[CORDON_FD_PORT + i] = inc->boot.port_fd[i];
	l->source[CORDON_FD_GRANT] = inc->grant ? inc->grant->fd : -1;
	l->source[CORDON_FD_WAKE] = inc->boot.bells.wake;
	l->source[CORDON_FD_PEER] = inc->boot.bells.peer;
	return 0;
}

/* Step 2. The control thread alone moves; children inherit its namespace. */
static int leave_network(const struct launch *l, struct cordon_err *e)
{
	static _Thread_local int left;

	if (!has(l, CORDON_PART_NETNS) || left)
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return cordon_fail(e, -errno,
				   "network namespace: %s (--without netns does without)",
				   strerror(errno));
	left = 1;
	return 0;
}

/* Step 3. */
static int clone_child(struct launch *l, struct cordon_err *e)
{
	static const struct {
		enum cordon_part part;
		uint64_t flag;
	} namespaces[] = {
		{ CORDON_PART_USERNS, CLONE_NEWUSER }, { CORDON_PART_MOUNTNS, CLONE_NEWNS },
		{ CORDON_PART_PIDNS, CLONE_NEWPID },   { CORDON_PART_IPCNS, CLONE_NEWIPC },
		{ CORDON_PART_UTSNS, CLONE_NEWUTS },
	};
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	long pid;

	for (unsigned i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		if (has(l, namespaces[i].part))
			args.flags |= namespaces[i].flag;
	pid = cordon_sys3(__NR_clone3, (long)&args, sizeof(args), 0);
	if (pid == 0)
		child(l);
	if (pid < 0)
		return cordon_fail(e, (int)pid, "domain %s: clone3 into namespaces: %s",
				   l->inc->spec->name, strerror((int)-pid));
	l->inc->pid = (pid_t)pid;
	l->inc->death_fd = pidfd;
	return 0;
}

static int write_proc(pid_t pid, const char *file, const char *text)
{
	char path[64];
	int ret = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Step 5. */
static int map_user(const struct launch *l, struct cordon_err *e)
{
	char line[64];
	int ret = 0;

	if (!has(l, CORDON_PART_USERNS))
		return 0;
	snprintf(line, sizeof(line), "0 %u 1", l->uid);
	if (geteuid() != 0)
		ret = write_proc(l->inc->pid, "setgroups", "deny");
	if (ret == 0)
		ret = write_proc(l->inc->pid, "gid_map", line);
	if (ret == 0)
		ret = write_proc(l->inc->pid, "uid_map", line);
	return ret < 0 ? cordon_fail(e, ret, "domain %s: mapping user %u: %s", l->inc->spec->name,
				     l->uid, strerror(-ret)) :
			 0;
}

/* Step 6. Anywhere but on the core: an incarnation may be at work there, from which the making of its
 * spare is to take nothing. Where there is no other CPU, there. */
static void keep_off(const struct launch *l)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return;
	CPU_CLR((size_t)l->inc->spec->core, &set);
	(void)sched_setaffinity(l->inc->pid, sizeof(set), &set);
}

/* The core becomes the domain's own. 0 or -errno. */
static int pin(const struct cordon_incarnation *inc)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)inc->spec->core, &set);
	return sched_setaffinity(inc->pid, sizeof(set), &set) < 0 ? -errno : 0;
}

static const char *step_name(uint32_t step)
{
	switch (step) {
#define X(id, number, what) \
	case number:        \
		return what;
		CORDON_STEPS(X)
#undef X
	default:
		return "an unknown step";
	}
}

static void process_attend(struct cordon_incarnation *inc)
{
	cordon_autopsy_attend(&inc->autopsy, inc->pid);
}

/* A traced process stops once more on its way out, and we are who lets it go on. */
static void reap(struct cordon_incarnation *inc, int *status)
{
	siginfo_t info = { .si_code = CLD_STOPPED };

	while (inc->autopsy.traced && info.si_code != CLD_EXITED && info.si_code != CLD_KILLED &&
	       info.si_code != CLD_DUMPED) {
		process_attend(inc);
		if (waitid(P_PID, (id_t)inc->pid, &info, WSTOPPED | WEXITED | WNOWAIT | __WALL) <
			    0 &&
		    errno != EINTR)
			break;
	}
	while (waitpid(inc->pid, status, __WALL) < 0 && errno == EINTR)
		;
}

static void process_end(struct cordon_incarnation *inc, struct cordon_death *death)
{
	int status = 0;

	memset(death, 0, sizeof(*death));
	if (inc->pid > 0) {
		/* By pidfd: never somebody else's process. One that has ended keeps its status. */
		(void)cordon_sys6(__NR_pidfd_send_signal, inc->death_fd, SIGKILL, 0, 0, 0, 0);
		reap(inc, &status);
		cordon_death_describe(inc, status, death);
	}
	inc->pid = 0;
	if (inc->death_fd >= 0)
		close(inc->death_fd);
	if (inc->gate_fd >= 0)
		close(inc->gate_fd);
	inc->death_fd = inc->gate_fd = -1;
}

/*
 * It executes nothing of its own any more, but dies on its core, where others may be waiting for their
 * turn: then it, and the restart, would take many times the millisecond that the kernel needs to free
 * its memory. Not one whose requests the kernel has still to cancel: that can take seconds. Best
 * effort, as the right may be missing.
 */
static void hurry(const struct cordon_incarnation *inc)
{
	struct sched_param p = { .sched_priority = 1 };

	(void)sched_setscheduler(inc->pid, SCHED_FIFO, &p);
}

/* Requests that are cancelled while their process is there end with it; later, only the kernel knows
 * when: it took them a twentieth of a second and more. */
static void dying(void *arg)
{
	struct cordon_incarnation *inc = arg;
	const struct cordon_autopsy *a = &inc->autopsy;

	int cancelled = cordon_ring_cancel(&inc->boot.ring) &&
			cordon_ring_cancel(&inc->boot.ring_ro);

	if (cancelled)
		hurry(inc);
	/* Whom a stranger killed, for that one we know where he was not at fault. */
	if (inc->trace_fd < 0 && (a->signal || a->exited || inc->trace_wanted))
		inc->trace_fd = cordon_trace_capture(inc->pid, &inc->layout, NULL);
}

/*
 * Since 6.12 Linux keeps a timer on each core that runs an ordinary task, once a second, so that real-time
 * ones don't starve these (the fair server). A real-time task alone on its core has none; and should
 * anything of the kernel's have to run there, it gets its part by the same server. Before 6.12 it would
 * not, nor is there a timer.
 */
static void leave_alone(pid_t pid)
{
	const struct sched_param p = { .sched_priority = 1 };
	struct utsname uts;
	int major = 0, minor = 0;

	if (uname(&uts) == 0 && sscanf(uts.release, "%d.%d", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor >= 12)))
		(void)sched_setscheduler(pid, SCHED_FIFO | SCHED_RESET_ON_FORK, &p);
}

static int process_go(struct cordon_incarnation *inc)
{
	int ret;

	/* While it waits for our word, before its first instruction. Where the host forbids it, less
	 * will be known of its end. */
	(void)cordon_autopsy_seize(&inc->autopsy, inc->pid);
	inc->autopsy.dying = dying;
	inc->autopsy.dying_arg = inc;
	ret = pin(inc);
	if (ret == 0 && inc->alone)
		leave_alone(inc->pid);
	if (ret == 0 && send(inc->gate_fd, "", 1, MSG_NOSIGNAL) != 1)
		ret = -EPIPE;
	close(inc->gate_fd);
	inc->gate_fd = -1;
	return ret;
}

/* The loader's word: READY, or the step that failed. */
static int await_ready(struct launch *l, struct cordon_err *e)
{
	struct cordon_plan_status s = { .step = 0 };
	struct pollfd p = { .fd = l->status[0], .events = POLLIN };
	const char *name = l->inc->spec->name;
	struct cordon_death death = { 0 };
	int n;

	do {
		n = poll(&p, 1, START_TIMEOUT_MS);
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return cordon_fail(e, -ETIMEDOUT, "domain %s: the loader said nothing for 5 s",
				   name);
	if (read(l->status[0], &s, sizeof(s)) != sizeof(s)) {
		process_end(l->inc, &death);
		return cordon_fail(e, -ECHILD, "domain %s: the loader (%s) did not begin: %s", name,
				   l->inc->spec->loader, death.text);
	}
	l->inc->layout = s.layout;
	if (s.step == CORDON_STEP_READY)
		return 0;
	if (s.step == CORDON_STEP_IMAGE && s.error == -ENOEXEC)
		return cordon_fail(e, s.error, "%s: not the image of a driver for this machine",
				   l->inc->spec->image);
	return cordon_fail(e, s.error < 0 ? s.error : -EPROTO, "domain %s: step %u, %s: %s", name,
			   s.step, step_name(s.step), strerror(-s.error));
}

static void close_all(struct launch *l)
{
	int fds[] = { l->go[0],
		      l->go[1],
		      l->status[0],
		      l->status[1],
		      l->loader_fd,
		      l->source[CORDON_FD_PLAN],
		      l->source[CORDON_FD_IMAGE],
		      l->source[CORDON_FD_POOL_RO] };

	for (unsigned i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(l->plan);
}

static int process_start(struct cordon_incarnation *inc, struct cordon_err *e)
{
	struct launch l = { .inc = inc, .loader_fd = -1, .go = { -1, -1 }, .status = { -1, -1 } };
	struct cordon_death death;
	int ret = -ENOMEM;

	for (int i = 0; i < CORDON_FD_END; i++)
		l.source[i] = -1;
	inc->pid = 0;
	inc->cgroup[0] = '\0';
	inc->death_fd = inc->gate_fd = -1;
	l.uid = geteuid() == 0 ? NOBODY_FIRST + (unsigned)getpid() : geteuid();
	l.plan = calloc(1, sizeof(*l.plan));
	if (!l.plan)
		goto out;
	if (pipe2(l.go, O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, l.status) < 0) {
		ret = cordon_fail(e, -errno, "domain %s: pipe: %s", inc->spec->name,
				  strerror(errno));
		goto out;
	}
	ret = freeze(&l, e);
	if (ret == 0)
		ret = leave_network(&l, e);
	if (ret < 0)
		goto out;
	l.staging = l.loader_fd;
	for (int i = 0; i < CORDON_FD_END; i++)
		l.staging = l.source[i] > l.staging ? l.source[i] : l.staging;
	l.staging = l.staging < CORDON_FD_END ? CORDON_FD_END + 1 : l.staging + 1;
	ret = clone_child(&l, e);
	if (ret < 0)
		goto out;
	if (has(&l, CORDON_PART_CGROUP))
		ret = cordon_cgroup_make(inc->spec->name, inc->spec->memory_limit, inc->pid,
					 inc->cgroup, sizeof(inc->cgroup), e);
	if (ret == 0)
		ret = map_user(&l, e);
	keep_off(&l);
	if (ret == 0 && write(l.go[1], "", 1) != 1)
		ret = cordon_fail(e, -EPIPE, "domain %s: it died at its start", inc->spec->name);
	/* Our copy of the loader's end must go, or its breaking would go unseen. */
	close(l.status[1]);
	l.status[1] = -1;
	if (ret == 0)
		ret = await_ready(&l, e);
	if (ret < 0) {
		process_end(inc, &death);
		cordon_cgroup_drop(inc->cgroup);
	} else {
		inc->gate_fd = l.status[0];
		l.status[0] = -1;
	}
out:
	close_all(&l);
	return ret < 0 ? cordon_fail(e, ret, "domain %s: %s", inc->spec->name, strerror(-ret)) : 0;
}

const struct cordon_fence cordon_fence_process = {
	.name = "process",
	.help = "a process without rights on the domain's core (the default)",
	.own_core = 1,
	.can_wait = 1,
	.start = process_start,
	.go = process_go,
	.attend = process_attend,
	.end = process_end,
};
