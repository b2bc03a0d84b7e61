// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A network device of cordon.ko whose driver is a thread of this program: honest, lazy, silent, lying,
 * scribbling. Run in a guest by tests/vm/module.sh. Frames go in and out by packet sockets.
 */
#include "tests/vm/kdomain.h"
#include "core/waiting.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define DEV "loop0"

enum mode {
	HONEST, /* sends back what it gets */
	KEEPER, /* gives nothing back until it is another mode's turn */
	MUTE, /* not even an answer */
	LIAR,
	SCRIBBLER,
	FORGER, /* frames with random headers */
	DOUBLER, /* gives each frame's buffer back twice */
};

struct driver {
	struct k_memory mem;
	struct cordon_chan chan;
	struct cordon_pool pool;
	void *tables;
	pthread_t thread;
	atomic_int mode;
	atomic_bool end;
	atomic_uint got; /* frames that were kept */
	uint32_t empty[2][512], nempty[2];
	struct cordon_desc kept[1024], out[2048];
	unsigned nkept, nout;
	unsigned seed;
	struct net_stats stats;
	uint32_t features;
	int running;
	int bell, ears; /* -1: it never sleeps */
	unsigned slept, overslept; /* the backstop woke it, and there was work */
};

static int info(void *state, const void *req, unsigned len, void *reply)
{
	const struct driver *d = state;
	struct net_info i = { .features = d->features, .buffers = 16 };

	(void)req;
	(void)len;
	memcpy(reply, &i, sizeof(i));
	return sizeof(i);
}

static int yes(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	(void)req;
	(void)len;
	(void)reply;
	return 0;
}

static int start(void *state, const void *req, unsigned len, void *reply)
{
	((struct driver *)state)->running = 1;
	return yes(state, req, len, reply);
}

static void give(struct driver *d, uint32_t buf, uint32_t len, uint8_t kind)
{
	if (d->nout < 2048)
		d->out[d->nout++] = cordon_desc(buf, len, kind);
}

static int stop(void *state, const void *req, unsigned len, void *reply)
{
	struct driver *d = state;

	d->running = 0;
	for (int big = 0; big < 2; big++)
		while (d->nempty[big] > 0)
			give(d, d->empty[big][--d->nempty[big]], 0, NET_EMPTY);
	return yes(state, req, len, reply);
}

static int stats(void *state, const void *req, unsigned len, void *reply)
{
	const struct driver *d = state;

	(void)req;
	(void)len;
	memcpy(reply, &d->stats, sizeof(d->stats));
	return sizeof(d->stats);
}

static const struct cordon_op op[NET_OP_COUNT] = {
	[NET_OP_INFO] = { "info", info, 0, 0 },
	[NET_OP_CONFIG] = { "config", yes, sizeof(struct net_config), sizeof(struct net_config) },
	[NET_OP_START] = { "start", start, 0, 0 },
	[NET_OP_STOP] = { "stop", stop, 0, 0 },
	[NET_OP_STATS] = { "stats", stats, 0, 0 },
};
static const struct cordon_ops ops = { NET_OP_COUNT, op };

static uint32_t any(struct driver *d)
{
	return (uint32_t)rand_r(&d->seed) << 16 ^ (uint32_t)rand_r(&d->seed);
}

static void echo(struct driver *d, struct cordon_desc f)
{
	uint32_t len = cordon_desc_len(f);
	int big = len > CORDON_BUF_SMALL;
	int forge = atomic_load(&d->mode) == FORGER;
	uint8_t *to;

	d->stats.tx_frames++;
	if (d->nempty[big] > 0) {
		uint32_t buf = d->empty[big][--d->nempty[big]];

		to = cordon_pool_data(&d->pool, buf);
		memcpy(to, cordon_pool_data(&d->pool, f.buf), len);
		/* Every type, and now and then the headers behind. */
		for (unsigned i = 0; forge && i < 3; i++)
			to[any(d) % (any(d) % 4 ? 10 : 64)] = (uint8_t)any(d);
		d->stats.rx_frames++;
		give(d, buf, len, NET_FRAME);
	}
	give(d, f.buf, 0, NET_EMPTY);
	if (atomic_load(&d->mode) == DOUBLER)
		give(d, f.buf, 0, NET_EMPTY);
}

static void lie(struct driver *d)
{
	uint32_t all = cordon_pool_count(&d->pool);

	switch (any(d) % 4) {
	case 0: /* what was never its to give, or no longer is */
		give(d, any(d) % 2 ? any(d) : any(d) % (all + 2), any(d), (uint8_t)(any(d) % 4));
		break;
	case 1: /* twice */
		if (d->nout > 0)
			give(d, d->out[d->nout - 1].buf, 0, NET_EMPTY);
		break;
	case 2: /* longer than it is */
		if (d->nempty[0] > 0)
			give(d, d->empty[0][--d->nempty[0]], CORDON_BUF_SMALL + 1 + any(d) % 100000,
			     NET_FRAME);
		break;
	case 3: /* of no kind, or shorter than a header */
		if (d->nempty[0] > 0)
			give(d, d->empty[0][--d->nempty[0]], any(d) % 24,
			     any(d) % 2 ? NET_FRAME : 77);
		break;
	}
}

static void scribble(struct driver *d)
{
	struct k_memory *m = &d->mem;
	uint8_t *area = any(d) % 2 ? m->chan : m->pool;
	size_t size = area == m->chan ? m->nchan : m->npool;

	for (int i = 0; i < 64; i++) {
		volatile uint64_t *word = (volatile uint64_t *)(area + any(d) % (size / 8) * 8);

		/* Plausible ones too: a turn that is due, a count that could be. */
		*word = any(d) % 2 ? (uint64_t)any(d) << 32 | any(d) : any(d) % 512;
	}
}

/* One look at everything: how much was done. */
static unsigned turn(struct driver *d, int mode)
{
	struct cordon_desc got[32];
	unsigned n, sent, done;

	done = cordon_serve(&d->chan.server, &ops, d, 4);
	for (; mode != KEEPER && d->nkept > 0; d->nkept--)
		echo(d, d->kept[d->nkept - 1]);
	n = d->nout < 1024 ? cordon_chan_get(&d->chan, got, 32) : 0;
	for (unsigned i = 0; i < n; i++) {
		int big = cordon_pool_is_big(&d->pool, got[i].buf);

		/* Its own scribbling. */
		if (got[i].buf >= cordon_pool_count(&d->pool))
			continue;
		if (cordon_desc_kind(got[i]) == NET_EMPTY) {
			if (!d->running)
				give(d, got[i].buf, 0, NET_EMPTY);
			else if (d->nempty[big] < 512)
				d->empty[big][d->nempty[big]++] = got[i].buf;
		} else if (mode == KEEPER) {
			if (d->nkept < 1024)
				d->kept[d->nkept++] = got[i];
			atomic_fetch_add(&d->got, 1);
		} else if (cordon_desc_len(got[i]) <= cordon_pool_bufsize(&d->pool, got[i].buf)) {
			echo(d, got[i]);
		}
	}
	if (mode == LIAR)
		lie(d);
	sent = cordon_stream_put(&d->chan.tx, d->out, d->nout);
	memmove(d->out, d->out + sent, (d->nout - sent) * sizeof(d->out[0]));
	d->nout -= sent;
	if (d->nout > 1500)
		d->nout = 0; /* nobody listens: a liar forgets */
	return done + n + sent;
}

static void ring(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		abort();
}

/* Announced; now it was looked once more, and there is nothing. Whether the bell rang. */
static int sleep_on(struct driver *d)
{
	struct pollfd p = { .fd = d->bell, .events = POLLIN };
	uint64_t n;

	d->slept++;
	if (poll(&p, 1, 1000) == 0)
		return 0;
	(void)!read(d->bell, &n, sizeof(n));
	return 1;
}

static void *drive(void *arg)
{
	struct driver *d = arg;
	cpu_set_t one;
	int announced = 0;

	CPU_ZERO(&one);
	CPU_SET(1, &one);
	(void)pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
	while (!atomic_load(&d->end)) {
		int mode = atomic_load(&d->mode), rang = 1;
		unsigned done;

		if (mode == MUTE) {
			cordon_relax();
			continue;
		}
		if (mode == SCRIBBLER)
			scribble(d);
		done = turn(d, mode);
		if (d->bell < 0)
			continue;
		if (done && cordon_wait_peer_sleeps(&d->chan.waiter))
			ring(d->ears);
		if (!done && !announced) {
			cordon_wait_begin(&d->chan.waiter);
			announced = 1;
			continue;
		}
		if (!done)
			rang = sleep_on(d);
		if (announced)
			cordon_wait_end(&d->chan.waiter);
		announced = 0;
		if (!rang && turn(d, mode))
			d->overslept++;
	}
	return NULL;
}

/* How the next drivers wait, and the next devices receive. */
static bool sleeps;
static uint32_t receive = CORDON_K_RECEIVE_POLL;

static struct driver *driver_begin(enum mode mode)
{
	struct driver *d = calloc(1, sizeof(*d));

	k_memory_make(&d->mem);
	d->tables = malloc(cordon_pool_private_size(&k_pool_dims));
	if (cordon_chan_init_b(&d->chan, d->mem.chan, &k_chan_dims) < 0)
		abort();
	cordon_pool_init(&d->pool, d->mem.pool, d->mem.ro, &k_pool_dims, d->tables, 0);
	d->features = CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN;
	d->bell = sleeps ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
	d->ears = sleeps ? eventfd(0, EFD_CLOEXEC) : -1;
	d->chan.waiter.peer_may = sleeps;
	d->seed = (unsigned)time(NULL) ^ (unsigned)mode;
	atomic_store(&d->mode, mode);
	pthread_create(&d->thread, NULL, drive, d);
	return d;
}

static void driver_end(struct driver *d)
{
	atomic_store(&d->end, true);
	pthread_join(d->thread, NULL);
	k_memory_free(&d->mem);
	if (d->bell >= 0) {
		close(d->bell);
		close(d->ears);
	}
	free(d->tables);
	free(d);
}

/* ---- the device */

static int dev_fd = -1;

static void ask(int got, int want, const char *what)
{
	k_check(got == want, what, got);
}

static void begin(unsigned deadline_ms)
{
	struct cordon_k_domain k = k_domain("loopdev");
	struct cordon_k_net net = k_net(DEV);

	net.deadline_ms = deadline_ms;
	net.receive = receive;
	dev_fd = open("/dev/cordon", O_RDWR | O_CLOEXEC);
	ask(k_ioctl(dev_fd, CORDON_K_DOMAIN, &k), 0, "domain");
	ask(k_ioctl(dev_fd, CORDON_K_NET, &net), 0, "net");
}

static void end(void)
{
	close(dev_fd);
	dev_fd = -1;
	k_check(if_nametoindex(DEV) == 0, "the device goes with its domain", 1);
}

static int attach(const struct driver *d)
{
	struct cordon_k_attach a = k_attach(&d->mem);

	a.bell = d->bell;
	a.ears = d->ears;
	a.wait = d->bell < 0 ? CORDON_WAIT_SPIN : CORDON_WAIT_SLEEP;
	return k_ioctl(dev_fd, CORDON_K_ATTACH, &a);
}

static int order(unsigned long cmd)
{
	return k_ioctl(dev_fd, cmd, NULL);
}

static void set_up(int up)
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

/* Wait until @left is 0: 10 s at most. */
static int soon(int (*left)(void *), void *arg)
{
	for (int i = 0; i < 10000; i++) {
		if (!left(arg))
			return 1;
		usleep(1000);
	}
	return 0;
}

/* A raw socket at the device, without what others have it send. */
static int packets(int vnet)
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

/* Frame number @i, of @len bytes, of a local experiment. */
static void fill(uint8_t *frame, unsigned i, unsigned len)
{
	memset(frame, 0xff, 6);
	memset(frame + 6, 2, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (unsigned b = 14; b < len; b++)
		frame[b] = (uint8_t)(i * 7 + b);
	memcpy(frame + 14, &i, sizeof(i));
}

static unsigned size_of(unsigned i)
{
	static const unsigned sizes[] = { 60, 61, 1514, 2038, 2039, 9014, 182, 183, 2048, 2049 };

	return sizes[i % 10];
}

static int link_is_not(void *state)
{
	return strcmp(state_of_link(), state) != 0;
}

static void await_link(const char *state)
{
	union {
		const char *in;
		void *out;
	} u = { state };

	k_check(soon(link_is_not, u.out), state_of_link(), 0);
	/* The rest of the work item is done with a lock that this takes. */
	set_up(1);
}

static int depth(void *arg)
{
	struct cordon_k_stats s = { .size = sizeof(s) };

	(void)arg;
	(void)k_ioctl(dev_fd, CORDON_K_STATS, &s);
	return s.depth != 0;
}

/* @n frames there and back. */
static void there_and_back(unsigned n)
{
	static uint8_t frame[16384], want[16384];
	int s = packets(0);
	struct timeval limit = { .tv_sec = 10 };

	(void)setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	for (unsigned i = 0; i < n; i++) {
		unsigned len = size_of(i);
		ssize_t got;

		fill(want, i, len);
		got = send(s, want, len, 0);
		if (got != (ssize_t)len) {
			k_check(0, "send", errno);
			break;
		}
		got = recv(s, frame, sizeof(frame), 0);
		if (got != (ssize_t)len || memcmp(frame, want, len) != 0) {
			k_check(0, "a frame comes back as it was", got);
			break;
		}
	}
	close(s);
}

static struct driver *honest_device(void)
{
	struct driver *d = driver_begin(HONEST);

	begin(2000);
	set_up(1);
	ask(attach(d), 0, "attach");
	await_link("up");
	return d;
}

static void frames(void)
{
	struct driver *d = honest_device();
	struct net_front_counters c;

	there_and_back(2000);
	ask(order(CORDON_K_PING), 0, "ping");
	ask(order(CORDON_K_STOP), 0, "stop");
	ask(order(CORDON_K_DRAIN), 0, "drain");
	c = k_count(dev_fd);
	k_check(c.tx_frames >= 2000 && c.rx_frames == c.driver_rx && c.rx_frames <= c.tx_frames,
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
static void bursts(void)
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

/* A TCP segment of @payload bytes in pieces of @mss, with the header that says so. */
static unsigned tcp(uint8_t *to, unsigned payload, unsigned mss)
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

static void big_frames(void)
{
	static const unsigned payloads[][2] = { { 100, 0 },	 { 1460, 0 },	  { 4000, 1460 },
						{ 20000, 1000 }, { 65000, 1460 }, { 65000, 8948 } };
	static uint8_t want[70000], got[70000];
	struct driver *d = honest_device();
	struct timeval limit = { .tv_sec = 10 };
	int s = packets(1);

	(void)setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
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
static void again(void)
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
	atomic_store(&e->end, true);
	pthread_join(e->thread, NULL);
	for (unsigned i = 0, ours = 0; i < e->nkept; i++) {
		const uint8_t *p = cordon_pool_data(&e->pool, e->kept[i].buf) + NET_HDR_SIZE;
		unsigned number;

		memcpy(&number, p + 14, sizeof(number));
		if (p[12] == 0x88 && p[13] == 0xb5)
			k_check(number == ours++, "order", number);
		if (i + 1 == e->nkept)
			k_check(ours == 10, "all ten", ours);
	}
	pthread_create(&e->thread, NULL, drive, e);
	driver_end(e);
	driver_end(f);
}

static void *pinger(void *arg)
{
	*(int *)arg = order(CORDON_K_PING);
	return NULL;
}

/* Nothing waits for it but who wants to. */
static void silent(void)
{
	struct driver *d = honest_device(), *e;
	struct ifreq r = { .ifr_name = DEV, .ifr_mtu = 1500 };
	uint8_t frame[64];
	int s = packets(0), i = socket(AF_INET, SOCK_DGRAM, 0), result = 0;
	pthread_t t;

	atomic_store(&d->mode, MUTE);
	fill(frame, 1, 64);
	for (int n = 0; n < 2000; n++)
		(void)send(s, frame, 64, MSG_DONTWAIT);
	ask(ioctl(i, SIOCSIFMTU, &r), 0, "MTU");
	set_up(0);
	set_up(1);
	ask(system("ip link show " DEV " >/dev/null && ethtool -S " DEV " >/dev/null && "
		   "ethtool -K " DEV " tso off >/dev/null"),
	    0, "tools");
	pthread_create(&t, NULL, pinger, &result);
	while (pthread_tryjoin_np(t, NULL) != 0) {
		ask(order(CORDON_K_ABORT), 0, "abort");
		usleep(1000);
	}
	ask(result, -ECANCELED, "a ping that is aborted");
	ask(order(CORDON_K_PING), -ETIMEDOUT, "a ping that is not");
	ask(order(CORDON_K_DRAIN), -ETIMEDOUT, "drain");
	ask(order(CORDON_K_DETACH), 0, "detach");
	/* And the next one takes over. */
	e = driver_begin(HONEST);
	ask(attach(e), 0, "attach");
	await_link("up");
	k_check(soon(depth, NULL), "what was in flight is sent again", 1);
	close(i);
	close(s);
	end();
	driver_end(d);
	driver_end(e);
}

/* A driver that sleeps on a bell and rings, and one that rings all the time. */
static atomic_bool quiet;

static void *storm(void *arg)
{
	while (!atomic_load(&quiet))
		ring(*(int *)arg);
	return NULL;
}

static void bells(void)
{
	struct driver *d;
	pthread_t t;

	sleeps = true;
	d = honest_device();
	for (int i = 0; i < 50; i++) {
		there_and_back(10);
		usleep(5000); /* both may fall asleep */
	}
	ask(order(CORDON_K_PING), 0, "ping");
	k_check(d->slept > 0 && d->overslept == 0, "it is always rung for", d->overslept);
	atomic_store(&quiet, false);
	pthread_create(&t, NULL, storm, &d->ears);
	there_and_back(200);
	usleep(300000); /* the kernel sleeps, and is woken */
	there_and_back(200);
	ask(order(CORDON_K_STOP), 0, "stop in a storm");
	ask(order(CORDON_K_DRAIN), 0, "drain in a storm");
	ask(order(CORDON_K_DETACH), 0, "detach in a storm");
	atomic_store(&quiet, true);
	pthread_join(t, NULL);
	end();
	driver_end(d);
	sleeps = false;
}

/* Of two that say the same, the second is a lie. */
static void doubles(void)
{
	struct driver *d = honest_device();

	atomic_store(&d->mode, DOUBLER);
	there_and_back(500);
	k_check(k_count(dev_fd).bad_buffers > 0, "the second is refused", 0);
	atomic_store(&d->mode, HONEST);
	there_and_back(100);
	ask(order(CORDON_K_STOP), 0, "stop");
	ask(order(CORDON_K_DRAIN), 0, "drain");
	end();
	driver_end(d);
}

static unsigned seconds = 5;

/* Frames all the time, of all sizes, while the driver is @mode. */
static void under(enum mode mode, struct net_front_counters *c)
{
	static uint8_t frame[70000];
	struct driver *d = honest_device(), *e;
	int s = packets(0), v = packets(1);
	time_t until = time(NULL) + seconds;

	atomic_store(&d->mode, mode);
	for (unsigned i = 0; time(NULL) < until; i++) {
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
	}
	*c = k_count(dev_fd);
	ask(order(CORDON_K_DETACH), 0, "detach");
	e = driver_begin(HONEST);
	ask(attach(e), 0, "a next driver");
	await_link("up");
	k_check(soon(depth, NULL), "what was in flight is sent again", 1);
	there_and_back(100);
	close(s);
	close(v);
	end();
	driver_end(d);
	driver_end(e);
}

static void lies(void)
{
	struct net_front_counters c;

	under(LIAR, &c);
	printf("# bad: buffers %lu kinds %lu lengths %lu short %lu of %lu\n",
	       (unsigned long)c.bad_buffers, (unsigned long)c.bad_kinds,
	       (unsigned long)c.bad_lengths, (unsigned long)c.verdict[CORDON_VNET_SHORT],
	       (unsigned long)c.rx_frames);
	k_check(c.bad_buffers > 0, "buffers given twice", 0);
	k_check(c.bad_kinds > 0, "kinds", 0);
	k_check(c.bad_lengths > 0, "lengths", 0);
	k_check(c.verdict[CORDON_VNET_SHORT] > 0, "short ones", 0);
}

static void scribbles(void)
{
	struct net_front_counters c;

	under(SCRIBBLER, &c);
	printf("# stream faults %lu call faults %lu bad buffers %lu\n",
	       (unsigned long)c.stream_faults, (unsigned long)c.call_faults,
	       (unsigned long)c.bad_buffers);
}

static void forgeries(void)
{
	struct net_front_counters c;
	unsigned long sorts = 0;

	under(FORGER, &c);
	for (unsigned i = 1; i < CORDON_VNET_VERDICT_COUNT; i++)
		sorts += c.verdict[i] > 0;
	printf("# %lu frames passed, %lu sorts of forgery were refused\n",
	       (unsigned long)c.rx_frames, sorts);
	k_check(sorts >= 8, "sorts of forgery", (long)sorts);
}

/* In the middle of everything. */
static void closed(void)
{
	for (int i = 0; i < 6; i++) {
		struct driver *d = honest_device();
		uint8_t frame[64];
		int s = packets(0);

		atomic_store(&d->mode, i % 2 ? KEEPER : HONEST);
		fill(frame, 1, 64);
		for (int n = 0; n < 300; n++)
			(void)send(s, frame, 64, MSG_DONTWAIT);
		if (i % 3 == 0)
			ask(order(CORDON_K_DETACH), 0, "detach");
		end();
		close(s);
		driver_end(d);
	}
}

/* The same by doorbell. */
static void doorbell(void)
{
	struct driver *d = driver_begin(HONEST);

	receive = CORDON_K_RECEIVE_DOORBELL;
	begin(2000);
	ask(attach(d), -EINVAL, "a driver that never rings");
	end();
	driver_end(d);
	sleeps = true;
	frames();
	bursts();
	big_frames();
	bells();
	sleeps = true;
	closed();
	receive = CORDON_K_RECEIVE_POLL;
	sleeps = false;
}

static void deleted(void)
{
	struct driver *d = honest_device();

	ask(system("rmmod cordon 2>/dev/null") != 0, 1, "the module stays while it is open");
	ask(system("ip link del " DEV), 0, "delete");
	ask(order(CORDON_K_PING), -ENODEV, "ping");
	ask(order(CORDON_K_STOP), -ENODEV, "stop");
	ask(order(CORDON_K_DETACH), 0, "detach");
	ask(attach(d), -ENODEV, "attach");
	end();
	driver_end(d);
}

/* A device that was there stays. */
static void taken(void)
{
	struct driver *d = driver_begin(HONEST);

	ask(system("ip link add " DEV " type cordon"), 0, "add");
	begin(2000);
	ask(attach(d), 0, "attach");
	set_up(1);
	await_link("up");
	there_and_back(10);
	close(dev_fd);
	driver_end(d);
	k_check(if_nametoindex(DEV) != 0, "it stays", 0);
	await_link("down");
	ask(system("ip link del " DEV), 0, "delete");
}

/* Killed while it attaches, with the driver in another process's hands: here, none. */
static void killed(void)
{
	struct driver *d = driver_begin(MUTE);
	pid_t pid;

	begin(60000);
	pid = fork();
	if (pid == 0) {
		(void)attach(d);
		_exit(0);
	}
	usleep(100000);
	kill(pid, SIGKILL);
	ask(waitpid(pid, NULL, 0) == pid, 1, "dies in spite of a minute's deadline");
	driver_end(d);
	end();
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "frames_there_and_back", frames },
	{ "bursts", bursts },
	{ "offload_both_ways", big_frames },
	{ "a_dead_driver's_frames_are_sent_again_once", again },
	{ "a_silent_driver_holds_nobody_up", silent },
	{ "a_driver_that_lies", lies },
	{ "a_driver_that_forges_headers", forgeries },
	{ "a_driver_that_scribbles", scribbles },
	{ "a_domain_that_closes_in_the_middle", closed },
	{ "bells_and_a_storm_of_them", bells },
	{ "buffers_that_come_back_twice", doubles },
	{ "all_by_doorbell", doorbell },
	{ "a_device_that_is_deleted", deleted },
	{ "a_device_that_was_there", taken },
	{ "a_supervisor_that_is_killed", killed },
};

int main(int argc, char **argv)
{
	cpu_set_t zero;

	if (argc > 1)
		seconds = (unsigned)atoi(argv[1]);
	/* No frames but ours. */
	(void)!system("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	CPU_ZERO(&zero);
	CPU_SET(0, &zero);
	(void)sched_setaffinity(0, sizeof(zero), &zero);
	for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc < 3 || strstr(tests[i].name, argv[2])) {
			k_test(tests[i].name, tests[i].run);
		}
	return k_failed;
}
