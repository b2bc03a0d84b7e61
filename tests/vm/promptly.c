// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * promptly DEVICE SECONDS: system calls that people's tools make, at DEVICE, whose driver is silent, and
 * at a dummy device, in alternation: what "ip link", "ip link set" with MTU, address and more, and ethtool
 * ask the kernel. Each is to return within 10 ms.
 *
 * The machine may stand still for longer than that, and the guest can't tell. So a call that took longer
 * is made again, four times at once: who waits for the driver, or for a lock whose owner does, waits then too.
 * Five in a row that took longer are a failure: what waits for a driver does so every time, while of a host
 * that gives four CPUs of two guests two of its own, two minutes see three in a row by chance. All that took
 * longer are counted and shown.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BOUND_NS 10000000
#define TRIES 5
#define OTHER "promptly0"

static int sock, link_sock;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- calls: 0 or -errno; @n is another one each time */

static struct ifreq request(const char *dev)
{
	struct ifreq r = { .ifr_ifindex = 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", dev);
	return r;
}

static int set(unsigned long cmd, struct ifreq *r)
{
	return ioctl(sock, cmd, r) < 0 ? -errno : 0;
}

static int ethtool(const char *dev, void *cmd)
{
	struct ifreq r = request(dev);

	r.ifr_data = cmd;
	return set(SIOCETHTOOL, &r);
}

/* The dummy has less to say. */
static int or_none(int ret)
{
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static int up_and_down(const char *dev, unsigned n)
{
	struct ifreq r = request(dev);

	r.ifr_flags = n % 2 ? IFF_UP : 0;
	return set(SIOCSIFFLAGS, &r);
}

static int queue_length(const char *dev, unsigned n)
{
	struct ifreq r = request(dev);

	r.ifr_qlen = n % 2 ? 1000 : 500;
	return set(SIOCSIFTXQLEN, &r);
}

static int driver_info(const char *dev, unsigned n)
{
	struct ethtool_drvinfo i = { .cmd = ETHTOOL_GDRVINFO };

	(void)n;
	return ethtool(dev, &i);
}

static int link_state(const char *dev, unsigned n)
{
	struct ethtool_value v = { .cmd = ETHTOOL_GLINK };

	(void)n;
	return or_none(ethtool(dev, &v));
}

static int offloads(const char *dev, unsigned n)
{
	struct ethtool_value v = { .cmd = ETHTOOL_STSO, .data = n % 2 };

	return ethtool(dev, &v);
}

static int statistics(const char *dev, unsigned n)
{
	union {
		struct ethtool_stats head;
		uint8_t room[sizeof(struct ethtool_stats) + 1024 * sizeof(uint64_t)];
	} u = { .head = { .cmd = ETHTOOL_GSTATS, .n_stats = 1024 } };

	(void)n;
	return or_none(ethtool(dev, &u));
}

/* One message to rtnetlink, and all of the answer. */
static int ask(uint16_t type, uint16_t flags, const char *dev, uint16_t attr, const void *value,
	       uint16_t len)
{
	static uint8_t answer[1 << 16];
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
		struct rtattr a;
		uint8_t value[16];
	} m = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
		       .nlmsg_type = type,
		       .nlmsg_flags = NLM_F_REQUEST | flags },
		.i = { .ifi_index = dev ? (int)if_nametoindex(dev) : 0 } };

	if (value) {
		m.a = (struct rtattr){ .rta_len = (uint16_t)RTA_LENGTH(len), .rta_type = attr };
		memcpy(m.value, value, len);
		m.h.nlmsg_len += RTA_SPACE(len);
	}
	if (send(link_sock, &m, m.h.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t got = recv(link_sock, answer, sizeof(answer), 0);
		const struct nlmsghdr *h = (void *)answer;

		if (got < (ssize_t)sizeof(*h))
			return -EIO;
		if (h->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
		if (!(h->nlmsg_flags & NLM_F_MULTI))
			return 0;
		for (int left = (int)got; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
	}
}

static int show(const char *dev, unsigned n)
{
	(void)n;
	return ask(RTM_GETLINK, 0, dev, 0, NULL, 0);
}

static int show_all(const char *dev, unsigned n)
{
	(void)dev;
	(void)n;
	return ask(RTM_GETLINK, NLM_F_DUMP, NULL, 0, NULL, 0);
}

static int set_mtu(const char *dev, unsigned n)
{
	uint32_t mtu = 1400 + n % 100;

	return ask(RTM_SETLINK, NLM_F_ACK, dev, IFLA_MTU, &mtu, sizeof(mtu));
}

static int set_address(const char *dev, unsigned n)
{
	uint8_t mac[6] = { 2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n };

	return ask(RTM_SETLINK, NLM_F_ACK, dev, IFLA_ADDRESS, mac, sizeof(mac));
}

static const struct {
	const char *name;
	int (*call)(const char *dev, unsigned n);
} calls[] = {
	{ "ip_link_show_DEVICE", show },
	{ "ip_link_show", show_all },
	{ "MTU", set_mtu },
	{ "address", set_address },
	{ "queue_length", queue_length },
	{ "ethtool_-i", driver_info },
	{ "ethtool", link_state },
	{ "ethtool_-S", statistics },
	{ "ethtool_-K", offloads },
	{ "up_and_down", up_and_down },
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* ---- the measuring */

struct seen {
	unsigned n, over, failed;
	int64_t longest;
	int error;
};
static struct seen seen[CALLS][2];

static void one(unsigned i, int which, const char *dev, unsigned n)
{
	struct seen *s = &seen[i][which];

	for (int tries = 0; tries < TRIES; tries++) {
		int64_t since = now();
		int ret = calls[i].call(dev, n + (unsigned)tries * 2);
		int64_t took = now() - since;

		s->n++;
		if (ret < 0)
			s->error = ret;
		if (took > s->longest)
			s->longest = took;
		if (took <= BOUND_NS)
			return;
		s->over++;
	}
	s->failed++;
}

static int report(unsigned i, int which, const char *dev)
{
	const struct seen *s = &seen[i][which];
	int bad = s->failed > 0 || s->error < 0;

	printf("# %-20s %-10s %6u calls, longest %7.3f ms, over 10 ms: %u, five in a row: %u%s%s\n",
	       calls[i].name, dev, s->n, (double)s->longest / 1e6, s->over, s->failed,
	       s->error ? ", " : "", s->error ? strerror(-s->error) : "");
	return bad;
}

int main(int argc, char **argv)
{
	int64_t until, longest[2] = { 0, 0 };
	const char *dev[2] = { argc > 1 ? argv[1] : "", OTHER };
	unsigned n = 0, total[2] = { 0, 0 }, over[2] = { 0, 0 };
	int bad = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: promptly DEVICE SECONDS\n");
		return 2;
	}
	if (system("ip link add " OTHER " type dummy") != 0)
		return 1;
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	link_sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	until = now() + (int64_t)atoi(argv[2]) * 1000000000;
	for (; now() < until; n++)
		for (unsigned i = 0; i < CALLS; i++)
			for (int which = 0; which < 2; which++)
				one(i, which, dev[which], n);
	for (unsigned i = 0; i < CALLS; i++)
		for (int which = 0; which < 2; which++) {
			const struct seen *s = &seen[i][which];

			bad |= report(i, which, dev[which]);
			total[which] += s->n;
			over[which] += s->over;
			if (s->longest > longest[which])
				longest[which] = s->longest;
		}
	for (int which = 0; which < 2; which++) {
		const char *of = which ? "a dummy device" : "a silent driver's device";

		printf("# row longest system call at %s|%.3f|ms|%s|%s|%u\n", of,
		       (double)longest[which] / 1e6, which ? "null" : "10",
		       which			  ? "null" :
		       longest[which] <= BOUND_NS ? "true" :
		       bad			  ? "false" :
						    "null",
		       total[which]);
		printf("# row system calls over 10 ms at %s|%u|calls|null|null|%u\n", of,
		       over[which], total[which]);
	}
	(void)!system("ip link del " OTHER);
	return bad;
}
