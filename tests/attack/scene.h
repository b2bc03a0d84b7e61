/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One attempt of one attack: a child plays the supervisor, with a decoy to be attacked; the runner
 * watches both and judges. */
#ifndef CORDON_TESTS_ATTACK_SCENE_H
#define CORDON_TESTS_ATTACK_SCENE_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <grp.h>

#include "core/domain.h"
#include "domains/net/device.h"
#include "tests/attack/attacks.h"
#include "tests/attack/hostile.h"
#include "tests/attack/stage.h"

#define HOST_NAME "attacked"
#define ATTEMPT_MS 20000
#define HANG_MS 1500
#define WATCHDOG_MS 30000
/* As fence_process.c has it; checked against the domain's user. */
#define NOBODY_FIRST 1879048192u

struct attack_info {
	enum attack id;
	const char *name;
	cordon_parts parts;
	int needs;
	int landlock_abi;
};

struct scene {
	int core, peer;
	int udp;
	uint16_t udp_port;
	int landlock_abi;
};

struct outcome {
	enum { REFUSED, WON, BROKEN } kind;
	int status;
	unsigned oom;
	char how[160];
};

/* What the child reports. */
struct report {
	struct ending end;
	int decoy_hit, renamed;
};

static char scene_secret[] = SECRET;

static inline int landlock_version(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	return v < 0 ? 0 : (int)v;
}

/* ---- the child: a supervisor --------------------------------------------------------------------- */

/* A process of the domain's user outside, that waits to be attacked. */
static inline pid_t start_decoy(void)
{
	unsigned uid = NOBODY_FIRST + (unsigned)getpid();
	char byte;
	int ready[2];
	pid_t pid;

	if (pipe(ready) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 ||
		    setresuid(uid, uid, uid) < 0 || prctl(PR_SET_DUMPABLE, 1) < 0 ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid > 0 && read(ready[0], &byte, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);
	return pid;
}

static inline int decoy_was_hit(pid_t pid)
{
	siginfo_t info = { 0 };

	for (int i = 0; i < 20 && info.si_pid == 0; i++) {
		usleep(5000);
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
			return 0;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return info.si_pid == pid && info.si_status == ATTACK_SIGNAL;
}

static inline int open_port(const struct attack_info *a)
{
	struct net_device tap;
	int pair[2];

	if (a->needs & NEEDS_TAP) {
		/* In a namespace of its own, the device doesn't show on the host. */
		if (unshare(CLONE_NEWNET) == 0 &&
		    net_device_tap(&tap, "attack0", 1500, 0, NULL) == 0)
			return tap.fd;
		printf("# no TAP device here: a socket in its place\n");
	}
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		return -1;
	if ((a->needs & NEEDS_PORT) && send(pair[1], DATAGRAM, sizeof(DATAGRAM), 0) < 0)
		return -1;
	return pair[0];
}

/* A segment that everybody may read, as long as this process lives. -1: none here. */
static inline int open_segment(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0644);
	char *at = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	if (id < 0)
		return -1;
	if (at != (char *)-1)
		memcpy(at, scene_secret, sizeof(scene_secret));
	/* It is gone when the last one detaches. */
	shmctl(id, IPC_RMID, NULL);
	return id;
}

/* The same attack, in the supervisor's own address space. */
static inline int attack_inside(struct cordon_domain *d, void *state)
{
	(void)state;
	_exit(d->boot.arg == ATTACK_WILD ? attack_wild(&d->boot) : attack_fds());
}

static inline int idle_poll(void *state, unsigned budget)
{
	(void)state;
	(void)budget;
	return 0;
}

static inline void play(const struct scene *sc, const struct attack_info *a, cordon_parts up,
			struct report *r)
{
	static const struct cordon_ops no_ops;
	static const struct cordon_driver inside = {
		.state_size = 64, .control = &no_ops, .open = attack_inside, .poll = idle_poll
	};
	static struct stage s;
	const struct rlimit no_core = { 0, 0 };
	int io = a->needs & (NEEDS_PORT | NEEDS_TAP);
	pid_t decoy = a->needs & NEEDS_DECOY ? start_decoy() : 0;
	int ms = a->id == ATTACK_HANG ? HANG_MS : ATTEMPT_MS;
	struct utsname uts;
	int secret;

	setrlimit(RLIMIT_CORE, &no_core);
	/* Ours, to be renamed. */
	if (unshare(CLONE_NEWUTS) < 0 || sethostname(HOST_NAME, sizeof(HOST_NAME) - 1) < 0 ||
	    decoy < 0) {
		r->end.started = -errno;
		snprintf(r->end.text, sizeof(r->end.text), "the scene: %s", strerror(errno));
		return;
	}
	/* Left open without close-on-exec: nothing but the fence keeps it from the domain. */
	secret = memfd_create("secret", 0);
	if (write(secret, scene_secret, sizeof(scene_secret)) < 0)
		return;
	r->end.started = stage_open(&s, up & ALL_PARTS, sc->core,
				    io ? CORDON_IO_URING : CORDON_IO_NONE, io ? open_port(a) : -1);
	if (r->end.started < 0) {
		snprintf(r->end.text, sizeof(r->end.text), "%.190s", s.err.text);
		return;
	}
	*(struct attack_facts *)s.inc.pool.addr = (struct attack_facts){
		.pid = (uint64_t)decoy,
		.addr = (uint64_t)(uintptr_t)scene_secret,
		.udp = sc->udp_port,
		.cpu = (uint32_t)sc->peer,
		.shm = open_segment(),
	};
	s.spec.driver = &inside;
	s.inc.fence = up & PART_PROCESS ? &cordon_fence_process : &cordon_fence_thread;
	stage_run(&s, a->id, ms, &r->end);
	if (decoy > 0) {
		r->decoy_hit = decoy_was_hit(decoy);
		if (r->end.started == 0 && r->end.uid != NOBODY_FIRST + (unsigned)getpid())
			r->end.started = -ESRCH;
	}
	uname(&uts);
	r->renamed = strcmp(uts.nodename, HOST_NAME) != 0;
	stage_close(&s);
}

/* ---- the runner ---------------------------------------------------------------------------------- */

static inline int got_datagram(const struct scene *sc, int wait_ms)
{
	struct pollfd p = { .fd = sc->udp, .events = POLLIN };
	char text[64];
	int hit = 0;

	while (poll(&p, 1, hit ? 0 : wait_ms) == 1) {
		ssize_t n = recv(sc->udp, text, sizeof(text), 0);

		hit |= n == sizeof(DATAGRAM) && memcmp(text, DATAGRAM, sizeof(DATAGRAM)) == 0;
	}
	return hit;
}

static inline struct outcome broken(const char *why)
{
	struct outcome o = { .kind = BROKEN };

	snprintf(o.how, sizeof(o.how), "could not be tried: %.130s", why);
	return o;
}

static inline int seen_outside(const struct scene *sc, const struct attack_info *a,
			       const struct report *r)
{
	if (a->needs & SEEN_UDP)
		return got_datagram(sc, 200);
	if (a->needs & SEEN_KILL)
		return r->decoy_hit;
	if (a->needs & SEEN_NAME)
		return r->renamed;
	return 1;
}

static inline struct outcome decode(const struct scene *sc, const struct attack_info *a,
				    const struct report *r)
{
	struct outcome o = { .kind = REFUSED, .status = r->end.status, .oom = r->end.oom };
	int exit = WIFEXITED(o.status) ? WEXITSTATUS(o.status) : -1;

	if (r->end.started < 0)
		return broken(r->end.text);
	if (r->end.late) {
		o.kind = a->id == ATTACK_HANG ? WON : BROKEN;
		snprintf(o.how, sizeof(o.how), "hangs on");
	} else if (exit < 0) {
		snprintf(o.how, sizeof(o.how), "%s", o.oom ? "OOM kill" : "SIG");
		if (!o.oom)
			strcat(o.how, sigabbrev_np(WTERMSIG(o.status)));
	} else if (exit == ATTACK_WON && seen_outside(sc, a, r)) {
		o.kind = WON;
		snprintf(o.how, sizeof(o.how), "succeeds");
	} else if (exit == ATTACK_WON) {
		snprintf(o.how, sizeof(o.how), "(has its own)");
	} else if (exit == ATTACK_LOST) {
		snprintf(o.how, sizeof(o.how), "(finds nothing)");
	} else if (exit > ATTACK_ERRNO) {
		snprintf(o.how, sizeof(o.how), "%s", strerrorname_np(exit - ATTACK_ERRNO));
	} else {
		return broken(r->end.text);
	}
	/* Nobody but the image may have done it. */
	if (o.kind == REFUSED && exit != ATTACK_WON &&
	    (r->decoy_hit || r->renamed || got_datagram(sc, 0)))
		return broken("it is said to be refused, and yet it is seen");
	return o;
}

/* Wait for @pid, kill it after @ms. 1 if it had to be killed. */
static inline int reap(pid_t pid, int ms, int *status)
{
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int late = poll(&p, 1, ms) != 1;

	if (late)
		kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	close(p.fd);
	return late;
}

static inline struct outcome scene_run(const struct scene *sc, const struct attack_info *a,
				       cordon_parts up)
{
	struct report r;
	int pipefd[2], status = 0, late;
	ssize_t n;
	pid_t pid;

	memset(&r, 0, sizeof(r));
	fflush(stdout);
	if (pipe2(pipefd, O_CLOEXEC) < 0)
		return broken("pipe");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		play(sc, a, up, &r);
		fflush(stdout);
		_exit(write(pipefd[1], &r, sizeof(r)) != sizeof(r));
	}
	close(pipefd[1]);
	late = reap(pid, WATCHDOG_MS, &status);
	n = read(pipefd[0], &r, sizeof(r));
	close(pipefd[0]);
	if (late)
		return broken("the watchdog barked");
	/* Behind no fence, the attack ends its supervisor. */
	if (n == 0 && !(up & PART_PROCESS))
		r.end.status = status;
	else if (n != sizeof(r))
		return broken("its supervisor died");
	return decode(sc, a, &r);
}

/* A driver that never answers, behind the command. */
static inline struct outcome scene_command(const struct scene *sc)
{
	struct outcome o = { .kind = REFUSED };
	char command[PATH_MAX], image[PATH_MAX], name[32], arg[8], core[8], peer[8];
	pid_t pid;

	snprintf(name, sizeof(name), "attack-%d", (int)getpid());
	snprintf(arg, sizeof(arg), "%d", ATTACK_HANG);
	snprintf(core, sizeof(core), "%d", sc->core);
	snprintf(peer, sizeof(peer), "%d", sc->peer);
	if (beside(command, sizeof(command), "../../cordon") < 0 ||
	    beside(image, sizeof(image), "img_attack") < 0)
		return broken("where is the command?");
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		/* Its TAP device doesn't show on the host. */
		if (unshare(CLONE_NEWNET) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(1);
		execl(command, "cordon", "domain", "run", name, "--driver", "null", "--front",
		      "attack0", "--image", image, "--arg", arg, "--core", core, "--peer", peer,
		      NULL);
		_exit(1);
	}
	if (reap(pid, WATCHDOG_MS, &o.status))
		return broken("the watchdog barked");
	if (!WIFEXITED(o.status) || WEXITSTATUS(o.status) != 4)
		return broken("the command did not exit with 4");
	snprintf(o.how, sizeof(o.how), "exit 4");
	return o;
}

#endif
