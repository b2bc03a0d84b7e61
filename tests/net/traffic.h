/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Real traffic through real domains: a test makes three network namespaces (netns.h), starts
 * build/V/cordon, and talks from A to B. Root. For traffic*.c.
 *
 * After each run, it looks for what cordon may have left: devices, files, cgroups, processes (this
 * program inherits orphans).
 */
#ifndef CORDON_TESTS_NET_TRAFFIC_H
#define CORDON_TESTS_NET_TRAFFIC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/host.h"
#include "core/page.h"
#include "tests/net/netns.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER 1
#endif
#if defined(__SANITIZE_THREAD__)
#define TSAN 1
#endif

#define MB ((uint64_t)1 << 20)
#define PATIENCE_NS ((uint64_t)30000000000)

/* What a test runs. */
struct plan {
	const char *fence, *driver, *mtu;
	int by_hand; /* --without uring */
	int v6, echo;
};

static struct run {
	const struct plan *plan;
	pid_t pid;
	int out; /* of cordon */
	char text[16384];
	size_t len;
} run;

static char program[4096];
static char name[32], front[IFNAMSIZ], wire[IFNAMSIZ], far[IFNAMSIZ];
static uint8_t pattern[MB - 3];

/* ---- cordon -------------------------------------------------------------------------------- */

/* Read what cordon says until it says @what; with NULL to the end. */
static inline void hear(struct run *r, const char *what)
{
	uint64_t end = cordon_clock_monotonic() + PATIENCE_NS;

	for (;;) {
		struct pollfd p = { .fd = r->out, .events = POLLIN };
		ssize_t n;

		if (what && strstr(r->text, what))
			return;
		assert_true(cordon_clock_monotonic() < end && r->len < sizeof(r->text) - 1);
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(r->out, r->text + r->len, sizeof(r->text) - 1 - r->len);
		if (n <= 0 && !what)
			return;
		if (n <= 0)
			fail_msg("cordon ended: %s", r->text);
		r->len += (size_t)n;
		r->text[r->len] = '\0';
	}
}

static inline void start_cordon(struct run *r)
{
	const struct plan *p = r->plan;
	const char *argv[32] = { program,     "domain",	 "run",	    name,
				 "--driver",  p->driver, "--fence", p->fence,
				 "--front",   front,	 "--mtu",   p->mtu ? p->mtu : "1500",
				 "--counters" };
	unsigned n = 13;
	int fd[2];

	if (strcmp(p->driver, "null") != 0) {
		argv[n++] = "--wire";
		argv[n++] = wire;
	}
	if (p->by_hand) {
		argv[n++] = "--without";
		argv[n++] = "uring";
	}
	if (p->echo)
		argv[n++] = "--echo";
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	fflush(stdout);
	enter(C);
	r->pid = fork();
	if (r->pid == 0) {
		/* Stops in order, whatever happens to us. */
		prctl(PR_SET_PDEATHSIG, SIGINT);
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		execv(program, (char **)(uintptr_t)argv);
		_exit(127);
	}
	enter(HOME);
	close(fd[1]);
	r->out = fd[0];
	assert_true(r->pid > 0);
	hear(r, ": serving: ");
}

static inline void move(const char *ifname, int to)
{
	do_in(C, "ip link set dev %s netns /proc/%d/fd/%d", ifname, getpid(), ns[to]);
}

static inline int set_up(void **state)
{
	struct run *r = &run;
	const struct plan *p = *state;
	int packet = strcmp(p->driver, "packet") == 0;
	int null = strcmp(p->driver, "null") == 0;

	memset(r, 0, sizeof(*r));
	r->plan = p;
	r->out = -1;
	*state = r;
	if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) < 0)
		return 0;
	make_namespaces();
	snprintf(far, sizeof(far), packet ? "cdx%d" : "cdw%d", getpid());
	if (packet) {
		do_in(C, "ip link add %s mtu %s type veth peer name %s mtu %s", wire,
		      p->mtu ? p->mtu : "1500", far, p->mtu ? p->mtu : "1500");
		do_in(C, "ip link set %s up", wire);
	}
	start_cordon(r);
	move(front, A);
	do_in(A, "ip link set %s address 02:00:00:00:00:0a up", front);
	if (!null) {
		move(far, B);
		do_in(B, "ip link set %s address 02:00:00:00:00:0b up", far);
	}
	/* Nobody sends anything before both are up: it would be dropped, and counted. */
	if (p->v6)
		allow_ipv6();
	do_in(A, "ip addr add %s dev %s", p->v6 ? "fd09::1/64 nodad" : "10.9.0.1/24", front);
	if (!null)
		do_in(B, "ip addr add %s dev %s", p->v6 ? "fd09::2/64 nodad" : "10.9.0.2/24", far);
	return 0;
}

/* A counter as cordon printed it. */
static inline uint64_t counter(const struct run *r, const char *what)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), ": %s ", what);
	at = strstr(r->text, key);
	if (!at)
		fail_msg("no counter %s in: %s", what, r->text);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static inline int is_there(int which, const char *ifname)
{
	unsigned index;

	enter(which);
	index = if_nametoindex(ifname);
	enter(HOME);
	return index != 0;
}

/* A file of cordon's that should be gone. */
static inline void check_gone(const char *dir, const char *prefix)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s%s", dir, prefix, name);
	if (stat(path, &st) == 0)
		fail_msg("%s is left", path);
}

/* The devices may outlive cordon for a moment: the kernel frees a ring, and what it holds, late. */
static inline void check_nothing_is_left(const struct run *r)
{
	uint64_t begin = cordon_clock_monotonic(), late;
	int tap = strcmp(r->plan->driver, "tap") == 0;
	char parent[256];
	int version;

	for (int i = A; i <= HOME; i++)
		while (is_there(i, front) || (tap && is_there(i, wire)))
			if (cordon_clock_monotonic() - begin > PATIENCE_NS / 3)
				fail_msg("a device is left");
	late = (cordon_clock_monotonic() - begin) / 1000000;
	if (late > 10)
		printf("# devices gone %" PRIu64 " ms after cordon\n", late);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	check_gone(CORDON_RUN_DIR, "");
	if (cordon_host_cgroup(parent, sizeof(parent), &version) == 0)
		check_gone(parent, "cordon-");
}

/* SIGINT; all must have been in order. */
static inline void stop_cordon(struct run *r)
{
	int status = 0;

	assert_int_equal(kill(r->pid, SIGINT), 0);
	hear(r, NULL);
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	r->pid = 0;
	if (status != 0)
		fail_msg("cordon ended with status 0x%x: %s", status, r->text);
	check_nothing_is_left(r);
}

static inline int tear_down(void **state)
{
	struct run *r = *state;
	uint64_t end = cordon_clock_monotonic() + PATIENCE_NS / 3;

	enter(HOME);
	if (r->pid > 0)
		kill(r->pid, SIGINT);
	while (r->pid > 0 && waitpid(r->pid, NULL, WNOHANG) == 0) {
		struct pollfd p = { .fd = r->out, .events = POLLIN };

		/* It may want to say more than a pipe holds. */
		if (poll(&p, 1, 20) > 0)
			(void)!read(r->out, r->text, sizeof(r->text) - 1);
		if (cordon_clock_monotonic() > end)
			kill(r->pid, SIGKILL);
	}
	if (r->out >= 0)
		close(r->out);
	drop_namespaces();
	*state = (void *)(uintptr_t)r->plan;
	return 0;
}

static inline struct run *run_of(void **state)
{
	struct run *r = *state;

	if (r->out < 0) {
		printf("# needs root and /dev/net/tun\n");
		skip();
	}
	return r;
}

/* What no traffic may cause, and no driver of ours does. */
static inline void check_clean(struct run *r)
{
	static const char *const zero[] = { "rx_tap_errors", "bad_buffers",   "bad_kinds",
					    "bad_lengths",   "call_timeouts", "call_faults",
					    "stream_faults" };

	for (unsigned i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		if (counter(r, zero[i]) != 0)
			fail_msg("%s: %" PRIu64, zero[i], counter(r, zero[i]));
	for (const char *p = r->text; (p = strstr(p, ": refused_")); p++) {
		const char *end = strchr(p, '\n');

		if (strtoull(p + 2 + strcspn(p + 2, " "), NULL, 10) != 0)
			fail_msg("%.*s", (int)(end - p - 2), p + 2);
	}
}

static inline int prepare(void **state)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
	uint64_t random = 1;

	(void)state;
	if (n < 0)
		return -1;
	/* build/V/tests/net/traffic */
	for (int i = 0; i < 3; i++)
		while (n > 0 && program[--n] != '/')
			;
	snprintf(program + n, sizeof(program) - (size_t)n, "/cordon");
	for (size_t i = 0; i < sizeof(pattern); i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		pattern[i] = (uint8_t)(random >> 56);
	}
	snprintf(name, sizeof(name), "traffic-%d", getpid());
	snprintf(front, sizeof(front), "cdf%d", getpid());
	snprintf(wire, sizeof(wire), "cdw%d", getpid());
	ns[HOME] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

#define NAME(test, what) #test "_" what
#define RUN(test, what, f, d, ...)                                        \
	{                                                                 \
		NAME(test, what), test, set_up, tear_down, &(struct plan) \
		{                                                         \
			.fence = f, .driver = d, __VA_ARGS__              \
		}                                                         \
	}

#endif
