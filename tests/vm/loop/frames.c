// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Frames there and back, of all sizes, in bursts, with offloads, and again after a driver's death. */
#include "tests/vm/loop/device.h"
#include "tests/vm/loop/tests.h"

#include <linux/virtio_net.h>
#include <sched.h>
#include <sys/socket.h>

void frames(void)
{
	struct driver *d = honest_device();
	/* By doorbell each of them wakes somebody. */
	unsigned n = device_receive == CORDON_K_RECEIVE_DOORBELL ? 500 : 2000;
	struct net_front_counters c;

	there_and_back(n);
	ask(order(CORDON_K_PING), 0, "ping");
	ask(order(CORDON_K_STOP), 0, "stop");
	ask(order(CORDON_K_DRAIN), 0, "drain");
	c = k_count(dev_fd);
	k_check(c.tx_frames >= n && c.rx_frames == c.driver_rx && c.rx_frames <= c.tx_frames,
		"counters", (long)c.rx_frames);
	k_check(c.bad_buffers + c.bad_kinds + c.bad_lengths + c.tx_lost + c.rx_lost +
				c.stream_faults + c.call_faults ==
			0,
		"no faults", (long)c.bad_buffers);
	for (unsigned i = 0; i < CORDON_VNET_VERDICT_COUNT; i++)
		k_check(c.verdict[i] == 0, cordon_vnet_reason((int)i), (long)c.verdict[i]);
	ask(order(CORDON_K_DETACH), 0, "detach");
	await_link("down");
	end();
	driver_end(d);
}

/* The stack has frames still, or the driver has. */
static int under_way(void *sent)
{
	return k_count(dev_fd).tx_frames < *(unsigned *)sent || depth(NULL);
}

/* A burst of more frames than there are buffers: the queue stops and goes on. */
void bursts(void)
{
	struct driver *d = honest_device();
	uint8_t frame[2048];
	int s = packets(0);
	unsigned sent = 0;

	/* One that drops nothing for being late. */
	ask(system("tc qdisc replace dev " DEV " root pfifo limit 100000"), 0, "queue");
	for (unsigned i = 0; i < 50000; i++) {
		fill(frame, i, 64);
		sent += send(s, frame, 64, 0) == 64;
	}
	k_check(soon(under_way, &sent), "all are sent and come back", (long)sent);
	/* The system's own frames may come at any time. */
	ask(order(CORDON_K_PING), 0, "ping");
	k_check(k_count(dev_fd).driver_tx >= sent, "none is lost", (long)k_count(dev_fd).driver_tx);
	close(s);
	end();
	driver_end(d);
}

void big_frames(void)
{
	static const unsigned payloads[][2] = { { 100, 0 },	 { 1460, 0 },	  { 4000, 1460 },
						{ 20000, 1000 }, { 65000, 1460 }, { 65000, 8948 } };
	static uint8_t want[70000], got[70000];
	struct driver *d = honest_device();
	int s = packets(1);

	patience(s, 10000);
	for (unsigned i = 0; i < 6 * 20; i++) {
		unsigned len = tcp(want, payloads[i % 6][0], payloads[i % 6][1]);
		struct virtio_net_hdr h;
		ssize_t n = send(s, want, len, 0);

		k_check(n == (ssize_t)len, "send", errno);
		n = recv(s, got, sizeof(got), 0);
		memcpy(&h, got, sizeof(h));
		k_check(n == (ssize_t)len && memcmp(got + 10, want + 10, len - 10) == 0,
			"a big frame comes back as it was", n);
		k_check(h.gso_size == payloads[i % 6][1] && h.csum_start == 34 &&
				h.csum_offset == 16 && h.flags == VIRTIO_NET_HDR_F_NEEDS_CSUM,
			"with its header", h.gso_size);
		if (k_bad)
			break;
	}
	/* Whole: pieces would be merged on their way back. */
	k_check(k_count(dev_fd).tx_frames < 6 * 20 + 50, "not in pieces",
		(long)k_count(dev_fd).tx_frames);
	close(s);
	end();
	driver_end(d);
}

/* Drivers that keep what they get and die: sent again, once, in order. */
void again(void)
{
	struct driver *d = driver_begin(HONEST), *e = driver_begin(KEEPER),
		      *f = driver_begin(HONEST);
	struct net_front_counters c;
	uint8_t frame[128];
	uint64_t before, had;
	int s;

	begin(2000);
	set_up(1);
	ask(attach(d), 0, "attach");
	await_link("up");
	/* The queue lets bytes through as it has seen them come back: one frame to begin with. */
	ask(system("echo 1000000 >/sys/class/net/" DEV "/queues/tx-0/byte_queue_limits/limit_min"),
	    0, "limit");
	there_and_back(20);
	k_check(soon(depth, NULL), "all come back", 1);
	before = k_count(dev_fd).tx_frames;
	atomic_store(&d->mode, KEEPER);
	s = packets(0);
	for (unsigned i = 0; i < 10; i++) {
		fill(frame, i, 128);
		ask((int)send(s, frame, 128, 0), 128, "send");
	}
	ask(order(CORDON_K_DETACH), 0, "detach");
	c = k_count(dev_fd);
	had = c.tx_frames - before;
	k_check(c.tx_resent == 0 && c.tx_lost == 0, "kept", (long)c.tx_lost);
	ask(attach(e), 0, "attach again");
	c = k_count(dev_fd);
	k_check(c.tx_resent == had && c.tx_lost == 0, "sent again", (long)c.tx_resent);
	while (atomic_load(&e->got) < had)
		sched_yield();
	ask(order(CORDON_K_DETACH), 0, "detach");
	c = k_count(dev_fd);
	k_check(c.tx_lost == had, "not a third time", (long)c.tx_lost);
	ask(attach(f), 0, "a third driver");
	await_link("up");
	k_check(k_count(dev_fd).tx_resent == had, "nothing is sent again", 0);
	there_and_back(100);
	close(s);
	end();
	driver_end(d);
	/* The frames that we sent, in their order. */
	driver_stop(e);
	for (unsigned i = 0, ours = 0; i < e->nkept; i++) {
		const uint8_t *p = cordon_pool_data(&e->pool, e->kept[i].buf) + NET_HDR_SIZE;
		unsigned number;

		memcpy(&number, p + 14, sizeof(number));
		if (p[12] == 0x88 && p[13] == 0xb5)
			k_check(number == ours++, "order", number);
		if (i + 1 == e->nkept)
			k_check(ours == 10, "all ten", ours);
	}
	driver_end(e);
	driver_end(f);
}
