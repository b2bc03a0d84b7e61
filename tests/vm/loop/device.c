// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/vm/loop/device.h"
#include "core/waiting.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

uint32_t device_receive = CORDON_K_RECEIVE_POLL;
int dev_fd = -1;

void ask(int got, int want, const char *what)
{
	k_check(got == want, what, got);
}

void begin(unsigned deadline_ms)
{
	struct cordon_k_domain k = k_domain("loopdev");
	struct cordon_k_net net = k_net(DEV);

	net.deadline_ms = deadline_ms;
	net.receive = device_receive;
	dev_fd = open("/dev/cordon", O_RDWR | O_CLOEXEC);
	ask(k_ioctl(dev_fd, CORDON_K_DOMAIN, &k), 0, "domain");
	ask(k_ioctl(dev_fd, CORDON_K_NET, &net), 0, "net");
}

void end(void)
{
	close(dev_fd);
	dev_fd = -1;
	k_check(if_nametoindex(DEV) == 0, "the device goes with its domain", 1);
}

int attach(const struct driver *d)
{
	struct cordon_k_attach a = k_attach(&d->mem);

	a.bell = d->bell;
	a.ears = d->ears;
	a.wait = d->bell < 0 ? CORDON_WAIT_SPIN : CORDON_WAIT_SLEEP;
	return k_ioctl(dev_fd, CORDON_K_ATTACH, &a);
}

int order(unsigned long cmd)
{
	return k_ioctl(dev_fd, cmd, NULL);
}

void set_up(int up)
{
	struct ifreq r = { .ifr_name = DEV };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	ask(ioctl(s, SIOCGIFFLAGS, &r), 0, "flags");
	r.ifr_flags = (short)(up ? r.ifr_flags | IFF_UP : r.ifr_flags & ~IFF_UP);
	ask(ioctl(s, SIOCSIFFLAGS, &r), 0, "up");
	close(s);
}

/* As a work item has told the stack: "up", "down", "" if there is none. */
static const char *state_of_link(void)
{
	static char state[32];
	FILE *f = fopen("/sys/class/net/" DEV "/operstate", "r");

	state[0] = 0;
	if (f && fgets(state, sizeof(state), f))
		state[strcspn(state, "\n")] = 0;
	if (f)
		fclose(f);
	return state;
}

int soon(int (*left)(void *), void *arg)
{
	for (int i = 0; i < 10000; i++) {
		if (!left(arg))
			return 1;
		usleep(1000);
	}
	return 0;
}

int packets(int vnet)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET,
				 .sll_protocol = htons(0x88b5),
				 .sll_ifindex = (int)if_nametoindex(DEV) };
	int on = 1, size = 1 << 22;
	int s = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (vnet) {
		a.sll_protocol = htons(ETH_P_IP);
		ask(setsockopt(s, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0, "vnet");
	}
	ask(setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0, "outgoing");
	(void)setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	ask(bind(s, (void *)&a, sizeof(a)), 0, "bind");
	return s;
}

void fill(uint8_t *frame, unsigned i, unsigned len)
{
	memset(frame, 0xff, 6);
	memset(frame + 6, 2, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (unsigned b = 14; b < len; b++)
		frame[b] = (uint8_t)(i * 7 + b);
	memcpy(frame + 14, &i, sizeof(i));
}

unsigned size_of(unsigned i)
{
	static const unsigned sizes[] = { 60, 61, 1514, 2038, 2039, 9014, 182, 183, 2048, 2049 };

	return sizes[i % 10];
}

static int link_is_not(void *state)
{
	return strcmp(state_of_link(), state) != 0;
}

void await_link(const char *state)
{
	union {
		const char *in;
		void *out;
	} u = { state };

	k_check(soon(link_is_not, u.out), state_of_link(), 0);
	/* The rest of the work item is done with a lock that this takes. */
	set_up(1);
}

int depth(void *arg)
{
	struct cordon_k_stats s = { .size = sizeof(s) };

	(void)arg;
	(void)k_ioctl(dev_fd, CORDON_K_STATS, &s);
	return s.depth != 0;
}

void patience(int s, unsigned ms)
{
	struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	(void)setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

void there_and_back(unsigned n)
{
	static uint8_t frame[16384], want[16384];
	int s = packets(0);

	patience(s, 10000);
	for (unsigned i = 0; i < n; i++) {
		unsigned len = size_of(i);
		ssize_t got;

		fill(want, i, len);
		got = send(s, want, len, 0);
		if (got != (ssize_t)len) {
			k_check(0, "send", errno);
			break;
		}
		/* What the stack kept while there was no driver may come first. */
		do
			got = recv(s, frame, sizeof(frame), 0);
		while (got >= 0 && (got != (ssize_t)len || memcmp(frame, want, len) != 0));
		if (got < 0) {
			k_check(0, "a frame comes back as it was", errno);
			break;
		}
	}
	close(s);
}

struct driver *honest_device(void)
{
	struct driver *d = driver_begin(HONEST);

	begin(2000);
	set_up(1);
	ask(attach(d), 0, "attach");
	await_link("up");
	return d;
}

unsigned tcp(uint8_t *to, unsigned payload, unsigned mss)
{
	struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				    .gso_type = mss ? VIRTIO_NET_HDR_GSO_TCPV4 :
						      VIRTIO_NET_HDR_GSO_NONE,
				    .hdr_len = 54,
				    .gso_size = (uint16_t)mss,
				    .csum_start = 34,
				    .csum_offset = 16 };
	struct iphdr ip = { .version = 4,
			    .ihl = 5,
			    .ttl = 64,
			    .protocol = IPPROTO_TCP,
			    .tot_len = htons((uint16_t)(40 + payload)),
			    .saddr = htonl(0x0a000001),
			    .daddr = htonl(0x0a000002) };
	struct tcphdr t = { .doff = 5, .ack = 1, .source = htons(9), .dest = htons(9) };
	uint8_t *eth = to + sizeof(h);

	memcpy(to, &h, sizeof(h));
	fill(eth, payload, 54 + payload);
	eth[12] = 8;
	eth[13] = 0;
	memcpy(eth + 14, &ip, sizeof(ip));
	memcpy(eth + 34, &t, sizeof(t));
	return (unsigned)sizeof(h) + 54 + payload;
}
