// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/net/front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "domains/net/vnet.h"

#define BATCH 32u
/* Empty small buffers that a driver has at hand, for what comes in a burst of small frames. */
#define SMALL_EMPTIES 512u

void net_front_init(struct net_front *f, int tap, uint32_t mtu, const uint8_t mac[6])
{
	memset(f, 0, sizeof(*f));
	f->tap = tap;
	f->mtu = mtu;
	f->big = -1;
	f->deadline_ns = 1000000000;
	memcpy(f->mac, mac, sizeof(f->mac));
}

static int is_big(const struct net_front *f, uint32_t buf)
{
	return buf < f->pool->dims.big;
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

			(void)cordon_pool_lend(f->pool, buf);
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
		f->empties[is_big(f, buf)] -= f->lent_empty[buf];
		f->lent_empty[buf] = 0;
		if (cordon_desc_kind(d[i]) == NET_FRAME)
			deliver(f, buf, cordon_desc_len(d[i]));
		else if (cordon_desc_kind(d[i]) != NET_EMPTY)
			f->count.bad_kinds++;
		(void)cordon_pool_put(f->pool, buf);
	}
	return n;
}

/* The frame of @len bytes in the big buffer goes to the driver; a small one in a small buffer. */
static struct cordon_desc send_off(struct net_front *f, uint32_t len)
{
	int buf = len <= CORDON_BUF_SMALL ? cordon_pool_get(f->pool, len) : -ENOBUFS;

	if (buf >= 0) {
		memcpy(cordon_pool_data(f->pool, (uint32_t)buf),
		       cordon_pool_data(f->pool, (uint32_t)f->big), len);
	} else {
		buf = f->big;
		f->big = -1;
	}
	(void)cordon_pool_lend(f->pool, (uint32_t)buf);
	f->count.tx_frames++;
	f->count.tx_bytes += len - NET_HDR_SIZE;
	return cordon_desc((uint32_t)buf, len, NET_FRAME);
}

static unsigned from_tap(struct net_front *f, unsigned budget)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE];
	unsigned n = 0;

	if (budget > CORDON_DESCS_PER_LINE)
		budget = CORDON_DESCS_PER_LINE;
	/* Room first: what was read from the TAP must go somewhere. */
	if (!cordon_stream_tx_ready(&f->chan->tx)) {
		f->count.tx_stalls++;
		return 0;
	}
	while (n < budget) {
		ssize_t len;

		if (f->big < 0)
			f->big = cordon_pool_get(f->pool, CORDON_BUF_BIG);
		if (f->big < 0) {
			f->count.tx_stalls++;
			break;
		}
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

static int call(struct net_front *f, enum net_op op, const void *req, size_t len, void *reply,
		size_t size)
{
	int ret = cordon_call(f->caller, op, req, len, reply, size, f->deadline_ns);

	/* A reply of another length than the interface's is a lie too. */
	if (ret == -EMSGSIZE || (ret >= 0 && (size_t)ret != size)) {
		f->bad_replies++;
		ret = -EPROTO;
	}
	f->count.calls = f->chan->client.calls;
	f->count.call_timeouts = f->chan->client.timeouts;
	f->count.call_faults = f->chan->client.faults + f->bad_replies;
	f->count.stream_faults = f->chan->tx.faults + f->chan->rx.faults;
	return ret;
}

int net_front_start(struct net_front *f, struct cordon_chan *chan, struct cordon_pool *pool,
		    struct cordon_caller *caller, uint32_t features, struct cordon_err *e)
{
	struct net_config config = { .mtu = f->mtu };
	struct net_info info;
	uint32_t big = pool->dims.big / 2;
	int ret;

	f->lent_empty = calloc(cordon_pool_count(pool), 1);
	if (!f->lent_empty)
		return cordon_fail(e, -ENOMEM, "front-end: no memory");
	f->pool = pool;
	f->caller = caller;
	f->chan = chan;
	ret = call(f, NET_OP_INFO, NULL, 0, &info, sizeof(info));
	if (ret < 0)
		return cordon_fail(e, ret, "the driver did not say what it is: %s", strerror(-ret));
	f->features = info.features & features;
	config.features = f->features;
	memcpy(config.mac, f->mac, sizeof(config.mac));
	ret = call(f, NET_OP_CONFIG, &config, sizeof(config), NULL, 0);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver refused its configuration: %s",
				   strerror(-ret));
	ret = call(f, NET_OP_START, NULL, 0, NULL, 0);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver did not start: %s", strerror(-ret));
	/* At most half of the buffers: the other half is for frames from the TAP. */
	f->want[1] = info.buffers < big ? info.buffers : big;
	f->want[0] = info.buffers ? SMALL_EMPTIES : 0;
	if (f->want[0] > pool->dims.small / 2)
		f->want[0] = pool->dims.small / 2;
	f->running = 1;
	return 0;
}

int net_front_ping(struct net_front *f)
{
	struct net_stats s;
	int ret = call(f, NET_OP_STATS, NULL, 0, &s, sizeof(s));

	if (ret < 0)
		return ret;
	f->count.driver_tx = s.tx_frames;
	f->count.driver_rx = s.rx_frames;
	f->count.driver_tx_dropped = s.tx_dropped;
	f->count.driver_rx_dropped = s.rx_dropped;
	f->count.driver_enters = s.enters;
	return 0;
}

int net_front_stop(struct net_front *f)
{
	int ret;

	f->running = 0;
	ret = call(f, NET_OP_STOP, NULL, 0, NULL, 0);
	return ret < 0 ? ret : net_front_ping(f);
}

void net_front_close(struct net_front *f)
{
	free(f->lent_empty);
	f->lent_empty = NULL;
	f->chan = NULL;
}
