// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/vm/loop/driver.h"
#include "core/waiting.h"

#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>

enum manner driver_manner;
unsigned loop_seed;
struct lie driver_lie = { .op = NET_OP_COUNT };

static int info(void *state, struct net_info *is)
{
	const struct driver *d = state;

	is->features = d->features;
	is->buffers = 16;
	return 0;
}

static int config(void *state, const struct net_config *c)
{
	struct driver *d = state;

	d->config = *c;
	atomic_fetch_add(&d->configs, 1);
	return 0;
}

static int change(void *state, uint32_t mtu, const uint8_t mac[6])
{
	struct driver *d = state;

	d->config.mtu = mtu;
	memcpy(d->config.mac, mac, sizeof(d->config.mac));
	atomic_fetch_add(&d->configs, 1);
	return 0;
}

static int start(void *state)
{
	((struct driver *)state)->running = 1;
	return 0;
}

static void give(struct driver *d, uint32_t buf, uint32_t len, uint8_t kind)
{
	if (d->nout < 2048)
		d->out[d->nout++] = cordon_desc(buf, len, kind);
}

static int stop(void *state)
{
	struct driver *d = state;

	d->running = 0;
	for (int big = 0; big < 2; big++)
		while (d->nempty[big] > 0)
			give(d, d->empty[big][--d->nempty[big]], 0, NET_EMPTY);
	return 0;
}

static int stats(void *state, struct net_stats *s)
{
	*s = ((const struct driver *)state)->stats;
	return 0;
}

static const struct net_server_ops control = {
	.info = info,
	.config = config,
	.start = start,
	.change = change,
	.stop = stop,
	.stats = stats,
};

/* net_ops, but for a lie. */
static struct cordon_op answer[NET_OP_COUNT];
static const struct cordon_ops answers = { NET_OP_COUNT, answer };

static int false_answer(void *state, const void *req, unsigned len, void *reply)
{
	int ret = net_ops.op[driver_lie.op].fn(state, req, len, reply);

	((uint8_t *)reply)[driver_lie.at] ^= driver_lie.flip;
	return driver_lie.result ? driver_lie.result : ret;
}

static uint32_t any(struct driver *d)
{
	return (uint32_t)rand_r(&d->seed) << 16 ^ (uint32_t)rand_r(&d->seed);
}
/* Up to 20 us or so. */
static void dawdle(struct driver *d)
{
	for (unsigned n = any(d) % 2000; n > 0; n--)
		__asm__ volatile("" ::: "memory");
}

static void echo(struct driver *d, struct cordon_desc f)
{
	uint32_t len = cordon_desc_len(f);
	int big = len > CORDON_BUF_SMALL;
	int mode = atomic_load(&d->mode);
	int forge = mode == FORGER, twice = mode == DOUBLER, stretch = mode == STRETCHER;
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
		/* By a byte, or by much. */
		if (stretch && any(d) % 2)
			len = cordon_pool_bufsize(&d->pool, buf) + 1 +
			      any(d) % (any(d) % 2 ? 2 : 1u << 31);
		give(d, buf, len, NET_FRAME);
		if (twice)
			give(d, buf, len, NET_FRAME);
	}
	give(d, f.buf, 0, NET_EMPTY);
	if (twice) /* both of them */
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

static void handle(struct driver *d, int mode, struct cordon_desc f)
{
	int big = cordon_pool_is_big(&d->pool, f.buf);

	/* Its own scribbling. */
	if (f.buf >= cordon_pool_count(&d->pool))
		return;
	if (cordon_desc_kind(f) == NET_EMPTY) {
		if (!d->running)
			give(d, f.buf, 0, NET_EMPTY);
		else if (d->nempty[big] < 512)
			d->empty[big][d->nempty[big]++] = f.buf;
	} else if (mode == KEEPER) {
		if (d->nkept < 1024)
			d->kept[d->nkept++] = f;
		atomic_fetch_add(&d->got, 1);
	} else if (cordon_desc_len(f) <= cordon_pool_bufsize(&d->pool, f.buf)) {
		echo(d, f);
	}
}

/* Empty ones have a stream of their own, and a frame that finds none is dropped: those that were lent
 * before a frame was sent are taken before it is sent back. */
static void handle_all(struct driver *d, int mode, const struct cordon_desc *got, unsigned n)
{
	struct cordon_desc lent[32];

	for (unsigned i = 0; i < n; i++)
		if (cordon_desc_kind(got[i]) == NET_EMPTY)
			handle(d, mode, got[i]);
	for (unsigned rounds = 0; n > 0 && rounds < 16 && cordon_stream_rx_ready(&d->chan.rx);
	     rounds++) {
		unsigned some = cordon_stream_get(&d->chan.rx, lent, 32);

		for (unsigned i = 0; i < some; i++)
			handle(d, mode, lent[i]);
	}
	for (unsigned i = 0; i < n; i++)
		if (cordon_desc_kind(got[i]) != NET_EMPTY)
			handle(d, mode, got[i]);
}

/* One look at everything: how much was done. */
static unsigned turn(struct driver *d, int mode)
{
	struct cordon_desc got[32];
	unsigned n, sent, done;

	done = cordon_serve(&d->chan.server, &answers, &d->server, 4);
	for (; mode != KEEPER && d->nkept > 0; d->nkept--)
		echo(d, d->kept[d->nkept - 1]);
	n = d->nout < 1024 ? cordon_chan_get(&d->chan, got, 32) : 0;
	handle_all(d, mode, got, n);
	if (mode == LIAR)
		lie(d);
	if (mode == LATE && n > 0)
		dawdle(d);
	sent = cordon_stream_put(&d->chan.tx, d->out, d->nout);
	memmove(d->out, d->out + sent, (d->nout - sent) * sizeof(d->out[0]));
	d->nout -= sent;
	if (d->nout > 1500)
		d->nout = 0; /* nobody listens: a liar forgets */
	return done + n + sent;
}
void driver_ring(int fd)
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
			driver_ring(d->ears);
		if (!d->naps)
			continue;
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

struct driver *driver_begin(enum mode mode)
{
	struct driver *d = calloc(1, sizeof(*d));

	k_memory_make(&d->mem);
	net_server_init(&d->server, &control, d);
	memcpy(answer, net_ops.op, sizeof(answer));
	if (driver_lie.op < NET_OP_COUNT)
		answer[driver_lie.op].fn = false_answer;
	d->tables = malloc(cordon_pool_private_size(&k_pool_dims));
	if (cordon_chan_init_b(&d->chan, d->mem.chan, &k_chan_dims) < 0)
		abort();
	cordon_pool_init(&d->pool, d->mem.pool, d->mem.ro, &k_pool_dims, d->tables, 0);
	d->features = CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN;
	d->naps = driver_manner == SLEEPS;
	d->bell = driver_manner != SPINS ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
	d->ears = driver_manner != SPINS ? eventfd(0, EFD_CLOEXEC) : -1;
	d->chan.waiter.peer_may = driver_manner != SPINS;
	d->seed = ++loop_seed;
	atomic_store(&d->mode, mode);
	pthread_create(&d->thread, NULL, drive, d);
	d->runs = true;
	return d;
}

void driver_stop(struct driver *d)
{
	atomic_store(&d->end, true);
	if (d->runs)
		pthread_join(d->thread, NULL);
	d->runs = false;
}

void driver_end(struct driver *d)
{
	driver_stop(d);
	k_memory_free(&d->mem);
	if (d->bell >= 0) {
		close(d->bell);
		close(d->ears);
	}
	free(d->tables);
	free(d);
}
