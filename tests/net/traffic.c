// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Real traffic: pings and TCP streams, of which every byte is compared. See traffic.h. */
#include "tests/net/traffic.h"

#if defined(SANITIZER)
#define VOLUME (4 * MB)
#else
#define VOLUME (16 * MB)
#endif
#define FLOWS 16

struct flow {
	int tx, rx; /* -1: done */
	uint64_t sent, received;
	uint32_t skew; /* where in the pattern it begins */
};

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

/* Nor does the kernel drop between TAP and driver, where a TAP is the wire. */
static void check_no_drops(struct run *r)
{
	assert_int_equal(counter(r, "driver_tx_dropped"), 0);
	assert_int_equal(counter(r, "driver_rx_dropped"), 0);
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
#endif
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
