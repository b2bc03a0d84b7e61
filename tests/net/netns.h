/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Three network namespaces without names: A, the host of the front-end's TAP; B, the far end of the
 * wire; C, where cordon runs. What happens there, the kernel's counters, sockets. All goes away with
 * the process. For traffic*.c.
 */
#ifndef CORDON_TESTS_NET_NETNS_H
#define CORDON_TESTS_NET_NETNS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 5300

enum { A, B, C, HOME };

static int ns[4] = { -1, -1, -1, -1 };

/* ---- namespaces and commands --------------------------------------------------------------- */

static inline void enter(int which)
{
	assert_int_equal(setns(ns[which], CLONE_NEWNET), 0);
}

/* Run a shell command in a namespace. */
static inline int __attribute__((format(printf, 2, 3))) try(int which, const char *fmt, ...)
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
static inline void make_namespaces(void)
{
	for (int i = A; i <= C; i++) {
		assert_int_equal(unshare(CLONE_NEWNET), 0);
		ns[i] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		assert_true(ns[i] >= 0);
		do_in(i, "for f in all default; do p=/proc/sys/net/ipv6/conf/$f/disable_ipv6; "
			 "[ ! -e $p ] || echo 1 >$p; done");
	}
}

static inline void allow_ipv6(void)
{
	for (int i = A; i <= B; i++)
		do_in(i, "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6");
}

static inline void drop_namespaces(void)
{
	for (int i = A; i <= C; i++) {
		if (ns[i] >= 0)
			close(ns[i]);
		ns[i] = -1;
	}
}

/* A number of /proc/net/snmp or netstat, as in "Udp" "InDatagrams". */
static inline uint64_t stat_of(int which, const char *file, const char *proto, const char *field)
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

static inline uint64_t snmp(int which, const char *proto, const char *field)
{
	return stat_of(which, "/proc/net/snmp", proto, field);
}

struct dev {
	uint64_t rx_packets, rx_dropped, tx_packets, tx_dropped;
};

/* The counters of a network device, from /proc/net/dev. */
static inline struct dev dev(int which, const char *ifname)
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

/* ---- sockets ------------------------------------------------------------------------------- */

static inline socklen_t address(struct sockaddr_storage *a, int v6, int host, uint16_t port)
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

static inline int bound_socket(int host, int v6, int type)
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

#endif
