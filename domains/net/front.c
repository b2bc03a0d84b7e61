// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/net/front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "domains/net/vnet.h"

#define BATCH 32u

void net_front_init(struct net_front *f, int tap, uint32_t mtu, const uint8_t mac[6])
{
	memset(f, 0, sizeof(*f));
	f->tap = tap;
	f->mtu = mtu;
	f->big = -1;
	f->resend = 1;
	f->deadline_ns = 1000000000;
	memcpy(f->mac, mac, sizeof(f->mac));
}

/* Keep the driver supplied with empty buffers, a line's worth at a time. */
static void lend_empties(struct net_front *f, int big)
{
	uint32_t len = big ? CORDON_BUF_BIG : CORDON_BUF_SMALL;
	uint32_t some = f->want[big] < CORDON_DESCS_PER_LINE ? f->want[big] : CORDON_DESCS_PER_LINE;

	while (some && f->empties[big] + some <= f->want[big]) {
		struct cordon_desc d[CORDON_DESCS_PER_LINE];
		unsigned n = 0;

		if (f->pool->nfree[big] < some || !cordon_stream_tx_ready(&f->chan->tx))
			return;
		while (n < some) {
			uint32_t buf = (uint32_t)cordon_pool_get(f->pool, len);

			*cordon_pool_data(f->pool, buf) = NET_UNREAD;
			(void)cordon_pool_lend(f->pool, buf);
			f->lent++;
			f->lent_empty[buf] = 1;
			d[n++] = cordon_desc(buf, 0, NET_EMPTY);
		}
		f->empties[big] += n;
		(void)cordon_stream_put(&f->chan->tx, d, n);
	}
}

/* A frame from the driver, in @buf, which is ours again, but which the driver can still write to. */
static void deliver(struct net_front *f, uint32_t buf, uint32_t len)
{
	uint8_t *data = cordon_pool_data(f->pool, buf);
	uint8_t copy[CORDON_VNET_PEEK];
	uint8_t *head = copy;
	size_t n = len < sizeof(copy) ? len : sizeof(copy);
	struct iovec iov[2];
	int verdict;

	if (len > cordon_pool_bufsize(f->pool, buf)) {
		f->count.bad_lengths++;
		return;
	}
#if defined(CORDON_PLANT_NO_COPY_ONCE)
	head = data;
#else
	memcpy(copy, data, n);
#endif
	verdict = cordon_vnet_check(head, n, len, f->features, f->mtu);
	if (verdict != CORDON_VNET_OK) {
		f->count.verdict[verdict]++;
		return;
	}
	iov[0] = (struct iovec){ head, n };
	iov[1] = (struct iovec){ data + n, len - n };
	if (writev(f->tap, iov, len > n ? 2 : 1) < 0) {
		f->count.rx_tap_errors++;
		return;
	}
	f->count.rx_frames++;
	f->count.rx_bytes += len - NET_HDR_SIZE;
}

/* @buf is ours again. */
static void taken_back(struct net_front *f, uint32_t buf)
{
	f->lent--;
	f->empties[cordon_pool_is_big(f->pool, buf)] -= f->lent_empty[buf];
	f->lent_empty[buf] = 0;
	f->frames -= f->order[buf] != 0;
	f->order[buf] = 0;
	f->again[buf] = 0;
}

static unsigned from_driver(struct net_front *f, unsigned budget)
{
	struct cordon_desc d[BATCH];
	unsigned n = cordon_stream_get(&f->chan->rx, d, budget < BATCH ? budget : BATCH);

	for (unsigned i = 0; i < n; i++) {
		uint32_t buf = d[i].buf;

		if (cordon_pool_take(f->pool, buf) < 0) {
			f->count.bad_buffers++;
			continue;
		}
		taken_back(f, buf);
		if (cordon_desc_kind(d[i]) == NET_FRAME)
			deliver(f, buf, cordon_desc_len(d[i]));
		else if (cordon_desc_kind(d[i]) != NET_EMPTY)
			f->count.bad_kinds++;
		(void)cordon_pool_put(f->pool, buf);
	}
	return n;
}

/* The frame of @len bytes in @buf, which is ours, becomes the driver's. */
static struct cordon_desc hand_over(struct net_front *f, uint32_t buf, uint32_t len)
{
	(void)cordon_pool_lend(f->pool, buf);
	f->lent++;
	f->order[buf] = ++f->sent;
	f->sent_len[buf] = len;
	if (++f->frames > f->frames_peak)
		f->frames_peak = f->frames;
	return cordon_desc(buf, len, NET_FRAME);
}

/* The frame of @len bytes that was read goes to the driver, in a small buffer if it is small. */
static struct cordon_desc send_off(struct net_front *f, uint32_t len)
{
	int small = len <= CORDON_BUF_SMALL ? cordon_pool_get_ro(f->pool, len) : -ENOBUFS;
	uint32_t buf = (uint32_t)f->big;

	if (small >= 0) {
		memcpy(cordon_pool_data(f->pool, (uint32_t)small), cordon_pool_data(f->pool, buf),
		       len);
		buf = (uint32_t)small;
	} else {
		f->big = -1;
	}
	f->count.tx_frames++;
	f->count.tx_bytes += len - NET_HDR_SIZE;
	return hand_over(f, buf, len);
}

static unsigned from_tap(struct net_front *f, unsigned budget)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE];
	unsigned n = 0;

	if (budget > CORDON_DESCS_PER_LINE)
		budget = CORDON_DESCS_PER_LINE;
	f->stalled = 1;
	/* Room first: what was read from the TAP must go somewhere. */
	if (!cordon_stream_tx_ready(&f->chan->tx)) {
		f->count.tx_stalls++;
		return 0;
	}
	while (n < budget) {
		ssize_t len;

		if (f->big < 0)
			f->big = cordon_pool_get_ro(f->pool, CORDON_BUF_BIG);
		if (f->big < 0) {
			f->count.tx_stalls++;
			break;
		}
		f->stalled = 0;
		len = read(f->tap, cordon_pool_data(f->pool, (uint32_t)f->big), CORDON_BUF_BIG);
		if (len < (ssize_t)NET_FRAME_MIN)
			break;
		d[n++] = send_off(f, (uint32_t)len);
		/* A long one is worth a line of its own: the driver can begin. */
		if (len > CORDON_BUF_SMALL)
			break;
	}
	(void)cordon_stream_put(&f->chan->tx, d, n);
	return n;
}

unsigned net_front_poll(struct net_front *f, unsigned budget)
{
	unsigned done;

	if (!f->chan)
		return 0;
	done = from_driver(f, budget);
	if (!f->running)
		return done;
	lend_empties(f, 0);
	lend_empties(f, 1);
	return done + from_tap(f, budget);
}

int net_front_device(const struct net_front *f)
{
	return f->running && !f->stalled ? f->tap : -1;
}

static void count_calls(struct net_front *f)
{
	const struct cordon_chan *c = f->chan;

	f->count.calls = f->before.calls + c->client.calls;
	f->count.call_timeouts = f->before.timeouts + c->client.timeouts;
	f->count.call_faults = f->before.faults + c->client.faults + f->client.stub.faults;
	f->count.stream_faults = f->before.stream_faults + c->tx.faults + c->rx.faults;
}

static void forget_past(struct net_front *f)
{
	free(f->past.order);
	free(f->past.len);
	free(f->past.again);
	memset(&f->past, 0, sizeof(f->past));
}

static void forget_names(struct net_front *f)
{
	f->lent_empty = f->again = NULL;
	f->order = NULL;
	f->sent_len = NULL;
}

static void forget_tables(struct net_front *f)
{
	free(f->lent_empty);
	free(f->order);
	free(f->sent_len);
	free(f->again);
	forget_names(f);
}

static int make_tables(struct net_front *f, struct cordon_pool *pool)
{
	uint32_t n = cordon_pool_count(pool);

	f->lent_empty = calloc(n, sizeof(*f->lent_empty));
	f->order = calloc(n, sizeof(*f->order));
	f->sent_len = calloc(n, sizeof(*f->sent_len));
	f->again = calloc(n, sizeof(*f->again));
	f->lent = f->frames = 0;
	f->empties[0] = f->empties[1] = 0;
	if (f->lent_empty && f->order && f->sent_len && f->again)
		return 0;
	forget_tables(f);
	return -ENOMEM;
}

struct sent {
	uint64_t order;
	uint32_t buf;
};

static int by_order(const void *a, const void *b)
{
	const struct sent *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

/* The frames that the last driver had not given back, first sent first; returns how many. */
static uint32_t in_flight(const struct net_front_past *past, struct sent *list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < cordon_pool_count(&past->pool); i++)
		if (past->order[i])
			list[n++] = (struct sent){ past->order[i], i };
	qsort(list, n, sizeof(*list), by_order);
	return n;
}

/*
 * Send again what the last driver had not given back, in the order in which it got it. Whether it
 * had sent some of them on can't be known, so that the wire may see those twice: they are counted.
 * They are as we had read them: no driver can write to where they lie.
 * A fresh stream and a fresh pool have room for all that the last pool could hold.
 */
static void resend(struct net_front *f)
{
	struct net_front_past *past = &f->past;
	uint32_t all = past->order ? cordon_pool_count(&past->pool) : 0;
	struct sent *list = calloc(all + 1, sizeof(*list));
	struct cordon_desc *d = calloc(all + 1, sizeof(*d));
	/* What the new driver can't take, because it offloads less, is dropped. */
	int able = f->resend && list && d && !(past->features & ~f->features);
	uint32_t n = list && past->order ? in_flight(past, list) : 0;
	unsigned ready = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = past->len[list[i].buf];
		/* Once only: it may be what the driver died of. */
		int first = !past->again[list[i].buf];
		int buf = able && first ? cordon_pool_get_ro(f->pool, len) : -ENOBUFS;

		/* As it was in the last pool, when the small ones were used up. */
		if (able && first && buf < 0)
			buf = cordon_pool_get_ro(f->pool, CORDON_BUF_BIG);
		if (buf < 0) {
			f->count.tx_lost++;
			continue;
		}
		memcpy(cordon_pool_data(f->pool, (uint32_t)buf),
		       cordon_pool_data(&past->pool, list[i].buf), len);
		f->again[buf] = 1;
		d[ready++] = hand_over(f, (uint32_t)buf, len);
	}
	f->count.tx_resent += cordon_stream_put(&f->chan->tx, d, ready);
	free(list);
	free(d);
	forget_past(f);
}

/* What it is, what is agreed on, and that it begins. */
static int begin(struct net_front *f, uint32_t features, struct cordon_err *e)
{
	struct net_config config = { .mtu = f->mtu };
	struct net_info info;
	int ret;

	ret = net_connect(&f->client);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver does not speak our interface: %s",
				   strerror(-ret));
	ret = net_info(&f->client, &info);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver did not say what it is: %s", strerror(-ret));
	f->features = info.features & features;
	config.features = f->features;
	memcpy(config.mac, f->mac, sizeof(config.mac));
	ret = net_config(&f->client, &config);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver refused its configuration: %s",
				   strerror(-ret));
	ret = net_start(&f->client);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver did not start: %s", strerror(-ret));
	f->want[1] = info.buffers < f->pool->dims.big ? info.buffers : f->pool->dims.big;
	f->want[0] = info.buffers ? f->pool->dims.small : 0;
	return 0;
}

int net_front_start(struct net_front *f, struct cordon_chan *chan, struct cordon_pool *pool,
		    struct cordon_caller *caller, uint32_t features, struct cordon_err *e)
{
	int ret;

	if (make_tables(f, pool) < 0)
		return cordon_fail(e, -ENOMEM, "front-end: no memory");
	f->pool = pool;
	f->caller = caller;
	f->chan = chan;
	f->before = (struct net_front_before){
		.calls = f->count.calls - chan->client.calls,
		.timeouts = f->count.call_timeouts - chan->client.timeouts,
		.faults = f->count.call_faults - chan->client.faults,
		.stream_faults = f->count.stream_faults - chan->tx.faults - chan->rx.faults,
	};
	net_client_init(&f->client, &chan->client);
	cordon_stub_by(&f->client.stub, caller, f->deadline_ns);
	ret = begin(f, features, e);
	count_calls(f);
	if (ret < 0)
		return ret;
	resend(f);
	f->running = 1;
	return 0;
}

int net_front_ping(struct net_front *f)
{
	struct net_stats s;
	int ret = net_stats(&f->client, &s);

	if (ret == 0)
		net_front_told(&f->count, &s);
	count_calls(f);
	return ret;
}

/* Wait until none of *@left is left. Half a deadline without one coming back, and none will. */
static int await_none(struct net_front *f, const uint32_t *left)
{
	uint64_t since = f->caller->now();
	uint32_t last = *left;

	while (*left > 0) {
		uint64_t now = f->caller->now();

		if (*left != last) {
			last = *left;
			since = now;
		}
		if (now - since > f->deadline_ns / 2)
			return -ETIMEDOUT;
		cordon_caller_wait(f->caller);
	}
	return 0;
}

/* Frames for the wire first: when the port's requests are cancelled, there are only reads. */
int net_front_stop(struct net_front *f)
{
	int ret;

	f->running = 0;
	ret = net_stop(&f->client);
	count_calls(f);
	if (ret < 0)
		return ret;
	(void)await_none(f, &f->frames);
	return net_front_ping(f);
}

int net_front_drain(struct net_front *f)
{
	return await_none(f, &f->lent);
}

/* Of empty buffers that did not come back, those with a frame in them. As the driver left them: for a
 * counter that is good enough. */
static void count_lost(struct net_front *f)
{
	for (uint32_t i = 0; i < cordon_pool_count(f->pool); i++)
		f->count.rx_lost += f->lent_empty[i] && *cordon_pool_data(f->pool, i) != NET_UNREAD;
}

void net_front_detach(struct net_front *f)
{
	uint32_t left;

	if (!f->chan)
		return;
	/* All that it had published: a ring full at most. */
	left = f->chan->dims.ba * CORDON_DESCS_PER_LINE;
	while (left >= BATCH && from_driver(f, BATCH) > 0)
		left -= BATCH;
	count_lost(f);
	count_calls(f);
	if (f->past.order) {
		/* An incarnation that never began has nothing of ours. */
		forget_tables(f);
	} else {
		f->past = (struct net_front_past){ .pool = *f->pool,
						   .order = f->order,
						   .len = f->sent_len,
						   .again = f->again,
						   .features = f->features };
		free(f->lent_empty);
		forget_names(f);
	}
	f->running = 0;
	f->big = -1;
	f->frames = f->lent = 0;
	f->chan = NULL;
	f->pool = NULL;
}

void net_front_gauge(const struct net_front *f, struct cordon_gauge *g)
{
	g->depth = f->frames;
	g->depth_peak = f->frames_peak;
	g->errors = net_front_errors(&f->count);
}

void net_front_close(struct net_front *f)
{
	net_front_detach(f);
	forget_past(f);
}
