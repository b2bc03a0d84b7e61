// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Real traffic through real domains: this program makes three network namespaces without names (A,
 * the host of the front-end's TAP; B, the far end of the wire; C, where cordon runs), starts
 * build/V/cordon, and talks from A to B. All goes away with the processes. Root.
 *
 * After each run, it looks for what cordon may have left: devices, files, cgroups, processes (this
 * program inherits orphans).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/host.h"
#include "core/page.h"
#include "domains/net/class.h"

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
#if defined(SANITIZER)
#define VOLUME (4 * MB)
#define FLOOD_MS 300
#else
#define VOLUME (64 * MB)
#define FLOOD_MS 2000
#endif
#define PATIENCE_NS ((uint64_t)30000000000)
#define FLOWS 16
#define PORT 5300
#define DATAGRAM 1000

enum { A, B, C, HOME };

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

static int ns[4] = { -1, -1, -1, -1 };
static char program[4096];
static char name[32], front[IFNAMSIZ], wire[IFNAMSIZ], far[IFNAMSIZ];
static uint8_t pattern[MB - 3];

/* ---- namespaces and commands --------------------------------------------------------------- */

static void enter(int which)
{
	assert_int_equal(setns(ns[which], CLONE_NEWNET), 0);
}

/* Run a shell command in a namespace. */
static int __attribute__((format(printf, 2, 3))) try(int which, const char *fmt, ...)
{
	char cmd[512];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	enter(which);
	ret = system(cmd);
	enter(HOME);
	return ret;
}

#define do_in(which, ...) assert_int_equal(try(which, __VA_ARGS__), 0)

/* Fresh ones for each run: no connection of an earlier one sends anything. */
static void make_namespaces(void)
{
	for (int i = A; i <= C; i++) {
		assert_int_equal(unshare(CLONE_NEWNET), 0);
		ns[i] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		assert_true(ns[i] >= 0);
		do_in(i, "for f in all default; do p=/proc/sys/net/ipv6/conf/$f/disable_ipv6; "
			 "[ ! -e $p ] || echo 1 >$p; done");
	}
}

static void allow_ipv6(void)
{
	for (int i = A; i <= B; i++)
		do_in(i, "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6");
}

static void drop_namespaces(void)
{
	for (int i = A; i <= C; i++) {
		if (ns[i] >= 0)
			close(ns[i]);
		ns[i] = -1;
	}
}

/* A number of /proc/net/snmp or netstat, as in "Udp" "InDatagrams". */
static uint64_t stat_of(int which, const char *file, const char *proto, const char *field)
{
	static char names[8192], values[8192];
	char *n, *v, *sn, *sv;
	uint64_t value = UINT64_MAX;
	FILE *f;

	enter(which);
	f = fopen(file, "re");
	enter(HOME);
	assert_non_null(f);
	while (value == UINT64_MAX && fgets(names, sizeof(names), f) &&
	       fgets(values, sizeof(values), f)) {
		n = strtok_r(names, " :\n", &sn);
		(void)strtok_r(values, " :\n", &sv);
		if (strcmp(n, proto) != 0)
			continue;
		while ((n = strtok_r(NULL, " \n", &sn)) && (v = strtok_r(NULL, " \n", &sv)))
			if (strcmp(n, field) == 0)
				value = strtoull(v, NULL, 10);
	}
	fclose(f);
	assert_true(value != UINT64_MAX);
	return value;
}

static uint64_t snmp(int which, const char *proto, const char *field)
{
	return stat_of(which, "/proc/net/snmp", proto, field);
}

struct dev {
	uint64_t rx_packets, rx_dropped, tx_packets, tx_dropped;
};

/* The counters of a network device, from /proc/net/dev. */
static struct dev dev(int which, const char *ifname)
{
	char line[512];
	uint64_t v[16];
	struct dev d = { 0 };
	int found = 0;
	FILE *f;

	enter(which);
	f = fopen("/proc/net/dev", "re");
	enter(HOME);
	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f)) {
		char *p = line + strspn(line, " "), *end;

		if (strncmp(p, ifname, strlen(ifname)) != 0 || p[strlen(ifname)] != ':')
			continue;
		p += strlen(ifname) + 1;
		for (unsigned i = 0; i < 16; i++, p = end)
			v[i] = strtoull(p, &end, 10);
		d = (struct dev){ v[1], v[3], v[9], v[11] };
		found = 1;
	}
	fclose(f);
	assert_true(found);
	return d;
}

/* ---- cordon -------------------------------------------------------------------------------- */

/* Read what cordon says until it says @what; with NULL to the end. */
static void hear(struct run *r, const char *what)
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

static void start_cordon(struct run *r)
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

static void move(const char *ifname, int to)
{
	do_in(C, "ip link set dev %s netns /proc/%d/fd/%d", ifname, getpid(), ns[to]);
}

static int set_up(void **state)
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
static uint64_t counter(const struct run *r, const char *what)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), ": %s ", what);
	at = strstr(r->text, key);
	if (!at)
		fail_msg("no counter %s in: %s", what, r->text);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* The same counter as the page of statistics shows it now. */
static uint64_t shown(const char *what)
{
	const char *const *names = cordon_class_net.counters;
	struct cordon_page page;
	char path[64];
	unsigned i = 0;
	int fd;

	while (strcmp(names[i], what) != 0)
		i++;
	snprintf(path, sizeof(path), "%s/%s/stats", CORDON_RUN_DIR, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &page, sizeof(page)), sizeof(page));
	close(fd);
	return page.value[i];
}

static int is_there(int which, const char *ifname)
{
	unsigned index;

	enter(which);
	index = if_nametoindex(ifname);
	enter(HOME);
	return index != 0;
}

/* A file of cordon's that should be gone. */
static void check_gone(const char *dir, const char *prefix)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s%s", dir, prefix, name);
	if (stat(path, &st) == 0)
		fail_msg("%s is left", path);
}

/* The devices may outlive cordon for a moment: the kernel frees a ring, and what it holds, late. */
static void check_nothing_is_left(const struct run *r)
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
static void stop_cordon(struct run *r)
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

static int tear_down(void **state)
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

static struct run *run_of(void **state)
{
	struct run *r = *state;

	if (r->out < 0) {
		printf("# needs root and /dev/net/tun\n");
		skip();
	}
	return r;
}

/* What no traffic may cause, and no driver of ours does. */
static void check_clean(struct run *r)
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

/* Nor does the kernel drop between TAP and driver, where a TAP is the wire. */
static void check_no_drops(struct run *r)
{
	assert_int_equal(counter(r, "driver_tx_dropped"), 0);
	assert_int_equal(counter(r, "driver_rx_dropped"), 0);
}

/* ---- streams ------------------------------------------------------------------------------- */

struct flow {
	int tx, rx; /* -1: done */
	uint64_t sent, received;
	uint32_t skew; /* where in the pattern it begins */
};

static socklen_t address(struct sockaddr_storage *a, int v6, int host, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)a;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)a;

	memset(a, 0, sizeof(*a));
	if (v6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, host == A ? "fd09::1" : "fd09::2", &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	inet_pton(AF_INET, host == A ? "10.9.0.1" : "10.9.0.2", &in->sin_addr);
	return sizeof(*in);
}

static int bound_socket(int host, int v6, int type)
{
	struct sockaddr_storage a;
	socklen_t len = address(&a, v6, host, PORT);
	int one = 1;
	int s;

	enter(host);
	s = socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
	enter(HOME);
	assert_true(s >= 0);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(s, (struct sockaddr *)&a, len), 0);
	return s;
}

/* One connection from host @from to the other. */
static void open_flow(struct flow *f, int from, int v6, uint32_t skew)
{
	struct sockaddr_storage a;
	int to = from == A ? B : A;
	int listener = bound_socket(to, v6, SOCK_STREAM);
	socklen_t len = address(&a, v6, to, PORT);
	struct timeval patience = { .tv_sec = 10 };

	assert_int_equal(listen(listener, 1), 0);
	enter(from);
	f->tx = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enter(HOME);
	setsockopt(f->tx, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(f->tx, (struct sockaddr *)&a, len) < 0)
		fail_msg("connect from %c: %s", "AB"[from], strerror(errno));
	f->rx = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(f->rx >= 0);
	fcntl(f->tx, F_SETFL, O_NONBLOCK);
	close(listener);
	f->sent = f->received = 0;
	f->skew = skew;
}

static uint64_t flow_send(struct flow *f, uint64_t bytes)
{
	size_t at = (f->sent + f->skew) % sizeof(pattern);
	size_t n = sizeof(pattern) - at;
	ssize_t ret;

	if (n > bytes - f->sent)
		n = bytes - f->sent;
	if (n > 256 * 1024)
		n = 256 * 1024;
	ret = send(f->tx, pattern + at, n, MSG_NOSIGNAL);
	if (ret < 0) {
		assert_int_equal(errno, EAGAIN);
		return 0;
	}
	f->sent += (uint64_t)ret;
	if (f->sent == bytes) {
		shutdown(f->tx, SHUT_WR);
		close(f->tx);
		f->tx = -1;
	}
	return (uint64_t)ret;
}

/* Every byte is compared. */
static uint64_t flow_receive(struct flow *f, uint64_t bytes)
{
	static uint8_t buf[256 * 1024];
	size_t at = (f->received + f->skew) % sizeof(pattern);
	size_t n = sizeof(pattern) - at < sizeof(buf) ? sizeof(pattern) - at : sizeof(buf);
	ssize_t ret = recv(f->rx, buf, n, 0);

	if (ret < 0) {
		assert_int_equal(errno, EAGAIN);
		return 0;
	}
	if (ret == 0) {
		assert_int_equal(f->received, bytes);
		close(f->rx);
		f->rx = -1;
		return 0;
	}
	assert_memory_equal(buf, pattern + at, (size_t)ret);
	f->received += (uint64_t)ret;
	return (uint64_t)ret;
}

/* Transfer @bytes on each of @n flows at once. */
static void transfer(struct flow *f, unsigned n, uint64_t bytes)
{
	uint64_t begin = cordon_clock_monotonic(), last = begin;
	unsigned open = n;

	while (open > 0) {
		struct pollfd p[2 * FLOWS];
		uint64_t moved = 0;

		open = 0;
		for (unsigned i = 0; i < n; i++) {
			p[2 * i] = (struct pollfd){ .fd = f[i].tx, .events = POLLOUT };
			p[2 * i + 1] = (struct pollfd){ .fd = f[i].rx, .events = POLLIN };
		}
		(void)poll(p, 2 * n, 100);
		for (unsigned i = 0; i < n; i++) {
			if (f[i].tx >= 0 && p[2 * i].revents)
				moved += flow_send(&f[i], bytes);
			if (f[i].rx >= 0 && p[2 * i + 1].revents)
				moved += flow_receive(&f[i], bytes);
			open += f[i].rx >= 0;
		}
		if (moved)
			last = cordon_clock_monotonic();
		assert_true(cordon_clock_monotonic() - last < PATIENCE_NS);
	}
	printf("# %u x %.1f MB: %.2f Gbit/s\n", n, (double)bytes / (double)MB,
	       (double)(bytes * n) * 8 / (double)(last - begin));
}

static void streams(struct run *r, uint64_t volume)
{
	int v6 = r->plan->v6;
	struct flow f[FLOWS];

	open_flow(&f[0], A, v6, 1);
	transfer(f, 1, volume);
	/* No loss is needed for these: a probe goes out when an answer takes its time. */
	printf("# segments sent again by A: %" PRIu64 ", loss probes: %" PRIu64 "\n",
	       snmp(A, "Tcp", "RetransSegs"),
	       stat_of(A, "/proc/net/netstat", "TcpExt", "TCPLossProbes"));
	open_flow(&f[0], B, v6, 2);
	transfer(f, 1, volume);
	for (unsigned i = 0; i < 8; i++)
		open_flow(&f[i], i % 2 ? A : B, v6, 1000 * i);
	transfer(f, 8, volume / 8);
}

static void ping(int v6, const char *how, unsigned size)
{
	static const char *const peer[2][2] = { { "10.9.0.2", "10.9.0.1" },
						{ "fd09::2", "fd09::1" } };

	for (int from = A; from <= B; from++)
		do_in(from, "ping -%c -q -M %s -c 5 -i 0.01 -W 10 -s %u %s >/dev/null",
		      v6 ? '6' : '4', how, size, peer[v6][from]);
}

static void pings_and_streams_arrive_whole(void **state)
{
	struct run *r = run_of(state);
	unsigned mtu = r->plan->mtu ? (unsigned)atoi(r->plan->mtu) : 1500;

	/* As long as the MTU, and longer: in fragments. */
	ping(r->plan->v6, "do", r->plan->v6 ? mtu - 48 : mtu - 28);
	ping(r->plan->v6, "dont", mtu < 500 ? 500 : 4000);
	/* Linux' TCP has no segments that fit the smallest MTU. */
	if (mtu > 100)
		streams(r, VOLUME);
	if (strcmp(r->plan->driver, "packet") != 0) {
		assert_int_equal(dev(A, front).tx_dropped, 0);
		assert_int_equal(dev(B, far).tx_dropped, 0);
	}
	stop_cordon(r);
	check_clean(r);
	if (strcmp(r->plan->driver, "packet") != 0)
		check_no_drops(r);
}

/* ---- datagrams ----------------------------------------------------------------------------- */

/* In a process of its own: numbered datagrams, as many as go. Tells how many. */
static uint64_t flood(int s, int to_parent, int stop)
{
	uint64_t data[DATAGRAM / 8] = { 0 };
	struct pollfd p = { .fd = stop, .events = POLLIN };
	uint64_t n = 0;

	while (n % 64 != 0 || poll(&p, 1, 0) == 0) {
		data[0] = n;
		if (send(s, data, sizeof(data), 0) == (ssize_t)sizeof(data))
			n++;
		else if (errno != ENOBUFS)
			break;
	}
	(void)!write(to_parent, &n, sizeof(n));
	_exit(0);
}

struct arrivals {
	uint64_t n, late; /* late: behind one that was sent later */
	uint64_t next;
};

static void receive_datagrams(int s, struct arrivals *a)
{
	uint64_t data[DATAGRAM / 8];

	while (recv(s, data, sizeof(data), MSG_DONTWAIT) == (ssize_t)sizeof(data)) {
		a->n++;
		a->late += data[0] < a->next;
		if (data[0] >= a->next)
			a->next = data[0] + 1;
	}
}

/* The balance of what A sent: S = all that was counted somewhere on the way. */
struct balance {
	uint64_t sent;
	uint64_t received; /* by the socket in B */
	uint64_t socket_full; /* B: Udp RcvbufErrors */
	uint64_t queue_full; /* A: Udp SndbufErrors: the queueing discipline dropped it */
	uint64_t tap_full; /* A: tx_dropped of the front-end's TAP */
	uint64_t far_dropped; /* B: rx_dropped of the far end */
	uint64_t veth_dropped; /* C: tx_dropped of the veth (packet) */
	uint64_t driver_dropped; /* as the driver counts */
	uint64_t tap_packets; /* A: what the front-end read */
	uint64_t driver; /* what the driver has heard of it */
};

static uint64_t counted(const struct balance *b)
{
	return b->received + b->socket_full + b->queue_full + b->tap_full + b->far_dropped +
	       b->veth_dropped + b->driver_dropped;
}

static void read_balance(struct run *r, struct balance *b)
{
	const struct dev tap = dev(A, front);

	b->tap_packets = tap.tx_packets;
	b->tap_full = tap.tx_dropped;
	b->queue_full = snmp(A, "Udp", "SndbufErrors");
	b->driver_dropped = shown("driver_tx_dropped");
	b->driver = shown("driver_tx_frames") + b->driver_dropped;
	if (strcmp(r->plan->driver, "null") == 0)
		return;
	b->socket_full = snmp(B, "Udp", "RcvbufErrors");
	b->far_dropped = dev(B, far).rx_dropped;
	if (strcmp(r->plan->driver, "packet") == 0)
		b->veth_dropped = dev(C, wire).tx_dropped;
}

/* Returns how many came out of order. */
static uint64_t flood_b(struct run *r, struct balance *b)
{
	struct sockaddr_storage to;
	socklen_t len = address(&to, 0, B, PORT);
	int null = strcmp(r->plan->driver, "null") == 0;
	int tx = bound_socket(A, 0, SOCK_DGRAM);
	int rx = null ? -1 : bound_socket(B, 0, SOCK_DGRAM);
	struct arrivals a = { 0 };
	struct pollfd p[2];
	int up[2] = { -1, -1 }, down[2] = { -1, -1 };
	uint64_t end;
	pid_t pid;

	/* No ARP, no other frame: what is counted is what was sent. */
	do_in(A, "ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:0b dev %s", front);
	if (!null)
		do_in(B, "ip neigh add 10.9.0.1 lladdr 02:00:00:00:00:0a dev %s", far);
	assert_int_equal(connect(tx, (struct sockaddr *)&to, len), 0);
	assert_true(pipe2(up, O_CLOEXEC) == 0 && pipe2(down, O_CLOEXEC) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(down[1]);
		flood(tx, up[1], down[0]);
	}
	assert_true(pid > 0);
	close(up[1]);
	close(down[0]);
	end = cordon_clock_monotonic() + (uint64_t)FLOOD_MS * (null ? 250000 : 1000000);
	p[0] = (struct pollfd){ .fd = up[0], .events = POLLIN };
	p[1] = (struct pollfd){ .fd = rx, .events = POLLIN };
	while (poll(p, 2, 10) >= 0 && !p[0].revents) {
		if (p[1].revents)
			receive_datagrams(rx, &a);
		if (down[1] >= 0 && cordon_clock_monotonic() > end) {
			close(down[1]);
			down[1] = -1;
		}
	}
	assert_int_equal(read(up[0], &b->sent, sizeof(b->sent)), sizeof(b->sent));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(up[0]);
	/* Until all is somewhere. */
	end = cordon_clock_monotonic() + PATIENCE_NS / 10;
	do {
		if (rx >= 0)
			receive_datagrams(rx, &a);
		read_balance(r, b);
		b->received = a.n;
		sched_yield();
	} while ((b->driver != b->tap_packets || (!null && counted(b) != b->sent)) &&
		 cordon_clock_monotonic() < end);
	close(tx);
	if (rx >= 0)
		close(rx);
	printf("# sent %" PRIu64 " = received %" PRIu64 " + socket full %" PRIu64
	       " + queue full %" PRIu64 " + TAP full %" PRIu64 " + driver %" PRIu64,
	       b->sent, b->received, b->socket_full, b->queue_full, b->tap_full, b->driver_dropped);
	printf(" + far end %" PRIu64 " + veth %" PRIu64 "; out of order %" PRIu64 "\n",
	       b->far_dropped, b->veth_dropped, a.late);
	assert_true(b->sent > 1000);
	return a.late;
}

static void every_datagram_is_received_or_counted(void **state)
{
	struct run *r = run_of(state);
	struct balance b = { 0 };

	assert_int_equal(flood_b(r, &b), 0);
	stop_cordon(r);
	check_clean(r);
	b.driver_dropped = counter(r, "driver_tx_dropped");
	assert_int_equal(counted(&b), b.sent);
	/* And hop by hop. */
	assert_int_equal(b.tap_packets + b.tap_full + b.queue_full, b.sent);
	assert_int_equal(counter(r, "tx_frames"), b.tap_packets);
	assert_int_equal(counter(r, "driver_tx_frames") + b.driver_dropped, b.tap_packets);
	assert_int_equal(counter(r, "driver_rx_dropped"), 0);
}

static void null_drops_and_counts_every_frame(void **state)
{
	struct run *r = run_of(state);
	struct balance b = { 0 };

	(void)flood_b(r, &b);
	stop_cordon(r);
	check_clean(r);
	assert_int_equal(b.tap_packets + b.tap_full + b.queue_full, b.sent);
	assert_int_equal(counter(r, "tx_frames"), b.tap_packets);
	assert_int_equal(counter(r, "driver_tx_frames"), b.tap_packets);
	assert_int_equal(counter(r, "rx_frames"), 0);
}

/* ---- echo ---------------------------------------------------------------------------------- */

static int packet_socket(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_LOOPBACK) };
	int one = 1;
	int s;

	enter(A);
	s = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	a.sll_ifindex = (int)if_nametoindex(front);
	enter(HOME);
	assert_true(s >= 0);
	setsockopt(s, SOL_PACKET, 23 /* PACKET_IGNORE_OUTGOING */, &one, sizeof(one));
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	return s;
}

static void null_echoes_every_frame(void **state)
{
	static const uint8_t eth[14] = { 2, 0, 0, 0, 0, 0xb, 2, 0, 0, 0, 0, 0xa, 0x90, 0 };
	struct run *r = run_of(state);
	uint8_t frame[1514], back[2048];
	unsigned sent = 0, received = 0;
	int s = packet_socket();

	while (received < 2000) {
		struct pollfd p = { .fd = s, .events = POLLIN };

		/* Few at a time: none may be lost in queues. */
		while (sent < 2000 && sent - received < 32) {
			memcpy(frame, eth, sizeof(eth));
			memcpy(frame + 14, pattern + sent, sizeof(frame) - 14);
			assert_true(send(s, frame, 60 + sent % 1455, 0) > 0);
			sent++;
		}
		assert_int_equal(poll(&p, 1, 30000), 1);
		assert_int_equal(recv(s, back, sizeof(back), 0), 60 + received % 1455);
		assert_memory_equal(back, eth + 6, 6);
		assert_memory_equal(back + 6, eth, 6);
		assert_memory_equal(back + 14, pattern + received, 46 + received % 1455);
		received++;
	}
	close(s);
	stop_cordon(r);
	check_clean(r);
	assert_int_equal(counter(r, "tx_frames"), 2000);
	assert_int_equal(counter(r, "rx_frames"), 2000);
	assert_int_equal(counter(r, "driver_tx_frames"), 2000);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static int prepare(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
#if !defined(TSAN)
		RUN(pings_and_streams_arrive_whole, "tap_inline", "inline", "tap"),
		RUN(pings_and_streams_arrive_whole, "packet_inline", "inline", "packet"),
		RUN(pings_and_streams_arrive_whole, "tap_thread", "thread", "tap"),
		RUN(pings_and_streams_arrive_whole, "packet_thread", "thread", "packet"),
#endif
		RUN(pings_and_streams_arrive_whole, "tap_thread_by_hand", "thread", "tap",
		    .by_hand = 1),
		RUN(pings_and_streams_arrive_whole, "tap_inline_by_hand", "inline", "tap",
		    .by_hand = 1),
		RUN(every_datagram_is_received_or_counted, "tap_thread_by_hand", "thread", "tap",
		    .by_hand = 1),
		RUN(null_drops_and_counts_every_frame, "inline", "inline", "null"),
		RUN(null_drops_and_counts_every_frame, "thread", "thread", "null"),
		RUN(null_echoes_every_frame, "inline", "inline", "null", .echo = 1),
		RUN(null_echoes_every_frame, "thread", "thread", "null", .echo = 1),
#if !defined(SANITIZER)
		RUN(pings_and_streams_arrive_whole, "tap_process", "process", "tap"),
		RUN(pings_and_streams_arrive_whole, "tap_process_by_hand", "process", "tap",
		    .by_hand = 1),
		RUN(pings_and_streams_arrive_whole, "tap_process_ipv6", "process", "tap", .v6 = 1),
		RUN(pings_and_streams_arrive_whole, "tap_process_mtu_68", "process", "tap",
		    .mtu = "68"),
		RUN(pings_and_streams_arrive_whole, "tap_process_mtu_576", "process", "tap",
		    .mtu = "576"),
		RUN(pings_and_streams_arrive_whole, "tap_process_mtu_9000", "process", "tap",
		    .mtu = "9000"),
		RUN(pings_and_streams_arrive_whole, "tap_process_mtu_65521", "process", "tap",
		    .mtu = "65521"),
		RUN(pings_and_streams_arrive_whole, "packet_process", "process", "packet"),
		RUN(pings_and_streams_arrive_whole, "packet_process_by_hand", "process", "packet",
		    .by_hand = 1),
		RUN(every_datagram_is_received_or_counted, "tap_process", "process", "tap"),
		RUN(every_datagram_is_received_or_counted, "tap_process_by_hand", "process", "tap",
		    .by_hand = 1),
		RUN(every_datagram_is_received_or_counted, "packet_process", "process", "packet"),
		RUN(null_drops_and_counts_every_frame, "process", "process", "null"),
		RUN(null_echoes_every_frame, "process", "process", "null", .echo = 1),
#endif
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
