// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Real traffic: a flood of datagrams, of which each is received or counted. See traffic.h. */
#include "tests/net/traffic.h"

#include "domains/net/class.h"

#define FLOOD_MS 300
#define DATAGRAM 1000

/* What counter() gives in the end, as the page of statistics shows it now. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_datagram_is_received_or_counted, "tap_thread_by_hand", "thread", "tap",
		    .by_hand = 1),
		RUN(null_drops_and_counts_every_frame, "inline", "inline", "null"),
		RUN(null_drops_and_counts_every_frame, "thread", "thread", "null"),
#if !defined(SANITIZER)
		RUN(every_datagram_is_received_or_counted, "tap_process", "process", "tap"),
		RUN(every_datagram_is_received_or_counted, "tap_process_by_hand", "process", "tap",
		    .by_hand = 1),
		RUN(every_datagram_is_received_or_counted, "packet_process", "process", "packet"),
		RUN(null_drops_and_counts_every_frame, "process", "process", "null"),
#endif
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
