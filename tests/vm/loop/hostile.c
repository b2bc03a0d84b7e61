// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Drivers that do what they must not, under load, for as long as was asked for; then an honest one. */
#include "tests/vm/loop/device.h"
#include "tests/vm/loop/tests.h"

#include <sys/socket.h>
#include <time.h>

/* Frames of all sizes for @ms milliseconds. */
static void flood(unsigned ms)
{
	static uint8_t frame[70000];
	int s = packets(0), v = packets(1);
	struct timespec t;
	int64_t until;

	clock_gettime(CLOCK_MONOTONIC, &t);
	until = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
	for (unsigned i = 0; (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 < until; i++) {
		unsigned len = size_of(i);

		fill(frame, i, len);
		(void)send(s, frame, len, MSG_DONTWAIT);
		if (i % 8 == 0)
			(void)send(v, frame, tcp(frame, 30000, 1460), MSG_DONTWAIT);
		while (recv(s, frame, sizeof(frame), MSG_DONTWAIT) > 0)
			;
		while (recv(v, frame, sizeof(frame), MSG_DONTWAIT) > 0)
			;
		if (i % 1024 == 0)
			(void)order(CORDON_K_PING);
		clock_gettime(CLOCK_MONOTONIC, &t);
	}
	close(s);
	close(v);
}

/* A next driver, which is honest, takes over from @d, and all is well. */
/* What the stack kept while there was no driver comes all at once, and an honest one may drop some of it. */
static int flows(void *arg)
{
	uint64_t before = k_count(dev_fd).tx_frames;

	usleep(20000);
	return k_count(dev_fd).tx_frames != before || depth(arg);
}

static struct driver *mended(struct driver *d)
{
	struct driver *e = driver_begin(HONEST);

	ask(order(CORDON_K_DETACH), 0, "detach");
	ask(attach(e), 0, "a next driver");
	await_link("up");
	k_check(soon(depth, NULL), "what was in flight is sent again", 1);
	k_check(soon(flows, NULL), "what the stack had kept is gone", 1);
	there_and_back(100);
	driver_end(d);
	return e;
}

/* @lives drivers, one after the other. */
static void under(enum mode mode, unsigned lives, struct net_front_counters *c)
{
	struct driver *d = honest_device();

	for (unsigned i = 0; i < lives && !k_bad; i++) {
		atomic_store(&d->mode, mode);
		flood(loop_seconds * 1000 / lives);
		*c = k_count(dev_fd);
		d = mended(d);
	}
	end();
	driver_end(d);
}

#define UL(x) ((unsigned long)(x))

void lies(void)
{
	struct net_front_counters c = { 0 };

	under(LIAR, 1, &c);
	printf("# bad: buffers %lu kinds %lu lengths %lu short %lu of %lu\n", UL(c.bad_buffers),
	       UL(c.bad_kinds), UL(c.bad_lengths), UL(c.verdict[CORDON_VNET_SHORT]),
	       UL(c.rx_frames));
	k_check(c.bad_buffers > 0, "buffers given twice", 0);
	k_check(c.bad_kinds > 0, "kinds", 0);
	k_check(c.bad_lengths > 0, "lengths", 0);
	k_check(c.verdict[CORDON_VNET_SHORT] > 0, "short ones", 0);
}

/* Of two that say the same, the second is a lie. */
void doubles(void)
{
	struct net_front_counters c = { 0 };

	under(DOUBLER, 1, &c);
	printf("# buffers given twice: %lu, for %lu frames\n", UL(c.bad_buffers), UL(c.tx_frames));
	k_check(c.bad_buffers > 0, "the second is refused", 0);
	k_check(c.rx_frames <= c.tx_frames, "none is accepted twice", (long)c.rx_frames);
}

void lengths(void)
{
	struct net_front_counters c = { 0 };

	under(STRETCHER, 1, &c);
	printf("# past the end: %lu, short: %lu\n", UL(c.bad_lengths),
	       UL(c.verdict[CORDON_VNET_SHORT]));
	k_check(c.bad_lengths > 0, "lengths past the end", 0);
}

/* A ring that is broken stays so: each of these has a few moments. */
void scribbles(void)
{
	struct net_front_counters c = { 0 };

	/* Where it is slow it may not hit what matters at once. */
	for (int i = 0; i < 5 && (i == 0 || net_front_errors(&c) == 0) && !k_bad; i++)
		under(SCRIBBLER, 4 * loop_seconds, &c);
	printf("# stream faults %lu call faults %lu bad buffers %lu\n", UL(c.stream_faults),
	       UL(c.call_faults), UL(c.bad_buffers));
	k_check(net_front_errors(&c) > 0, "it is counted", 0);
}

void forgeries(void)
{
	struct net_front_counters c = { 0 };
	unsigned long sorts = 0;

	under(FORGER, 1, &c);
	for (unsigned i = 1; i < CORDON_VNET_VERDICT_COUNT; i++)
		sorts += c.verdict[i] > 0;
	printf("# %lu frames passed, %lu sorts of forgery were refused\n", UL(c.rx_frames), sorts);
	k_check(sorts >= 8, "sorts of forgery", (long)sorts);
}

/* Answers that can't be, of the right length and of others, and errors that the interface doesn't list. */
void replies(void)
{
	static const struct lie start[] = {
		{ NET_OP_HELLO, offsetof(struct cordon_hello_reply, version), 8, 0 },
		{ NET_OP_HELLO, offsetof(struct cordon_hello_reply, zero), 1, 0 },
		{ NET_OP_INFO, 0, 0x10, 0 }, /* features that there are not */
		{ NET_OP_INFO, 3, 0x80, 0 },
		{ NET_OP_INFO, 0, 0, sizeof(struct net_info_rep) - 1 },
		{ NET_OP_INFO, 0, 0, CORDON_PAYLOAD_SIZE },
		{ NET_OP_CONFIG, 0, 0, 1 },
		{ NET_OP_CONFIG, 0, 0, -EXDEV },
		{ NET_OP_START, 0, 0, CORDON_PAYLOAD_SIZE },
	};
	unsigned n = sizeof(start) / sizeof(start[0]);
	struct driver *d;

	begin(1000);
	for (unsigned i = 0; i < n && !k_bad; i++) {
		driver_lie = start[i];
		d = driver_begin(HONEST);
		ask(attach(d), -EPROTO, "one that lies at its start");
		k_check(k_count(dev_fd).call_faults == i + 1, "it is counted", (long)i);
		(void)order(CORDON_K_DETACH);
		driver_end(d);
	}
	/* Built of another interface: no lie. */
	driver_lie = (struct lie){ NET_OP_HELLO, offsetof(struct cordon_hello_reply, print), 1, 0 };
	d = driver_begin(HONEST);
	ask(attach(d), -EPROTO, "another build");
	k_check(k_count(dev_fd).call_faults == n, "it is no fault", 0);
	(void)order(CORDON_K_DETACH);
	driver_end(d);
	/* It serves, and then its sign of life is of another length. */
	driver_lie = (struct lie){ NET_OP_STATS, 0, 0, 8 };
	d = driver_begin(HONEST);
	ask(attach(d), 0, "attach");
	set_up(1);
	ask(order(CORDON_K_PING), -EPROTO, "a false sign of life");
	k_check(k_count(dev_fd).call_faults == n + 1, "it is counted", 0);
	driver_lie.op = NET_OP_COUNT;
	d = mended(d);
	end();
	driver_end(d);
}
