// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/front.h"

#include <errno.h>
#include <string.h>

/* The control thread does not wait longer for a stop, whatever the deadline. */
#define STOP_NS UINT64_C(1000000000)

void blk_front_init(struct blk_front *f, void (*answered)(void *user, uint32_t slot), void *user)
{
	memset(f, 0, sizeof(*f));
	f->answered = answered;
	f->user = user;
	f->deadline_ns = 1000000000;
	blk_table_init(&f->table, f->slots, BLK_FRONT_ALL, 0);
	f->kept = (struct blk_kept){ .ring = f->ring, .size = BLK_FRONT_KEPT };
	/* So that the first is taken first. */
	while (f->nfree < BLK_FRONT_SLOTS) {
		f->free[f->nfree] = BLK_FRONT_SLOTS - 1 - f->nfree;
		f->nfree++;
	}
}

static void count_all(struct blk_front *f)
{
	const struct cordon_chan *c = f->chan;

	f->count.calls = f->before.calls + c->client.calls;
	f->count.call_timeouts = f->before.timeouts + c->client.timeouts;
	f->count.call_faults = f->before.faults + c->client.faults + f->client.stub.faults;
	f->count.stream_faults = f->before.stream_faults + c->tx.faults + c->rx.faults;
#define X(member, name) f->count.member = f->table.member;
	BLK_TABLE_FAULTS(X)
#undef X
}

static int agree(struct blk_front *f, struct blk_limits *l, struct cordon_err *e)
{
	const struct blk_limits *was = f->limits.capacity ? &f->limits : NULL;
	struct blk_info info;
	struct blk_config config;
	enum blk_verdict v;
	int ret = blk_connect(&f->client);

	if (ret < 0)
		return cordon_fail(e, ret, "the driver does not speak our interface: %s",
				   strerror(-ret));
	ret = blk_info(&f->client, &info);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver did not say what it is: %s", strerror(-ret));
	v = blk_limits_agree(l, &info, BLK_FRONT_ALL, was);
	if (v != BLK_LIMITS_OK)
		return cordon_fail(e, -EPROTO, "the driver's disk can't be: %s", blk_limits_why(v));
	config = blk_limits_config(l);
	ret = blk_config(&f->client, &config);
	if (ret < 0)
		return cordon_fail(e, ret, "the driver refused its configuration: %s",
				   strerror(-ret));
	ret = blk_start(&f->client);
	return ret < 0 ? cordon_fail(e, ret, "the driver did not start: %s", strerror(-ret)) : 0;
}

int blk_front_start(struct blk_front *f, struct cordon_chan *chan, struct cordon_pool *pool,
		    struct cordon_caller *caller, struct cordon_err *e)
{
	struct blk_limits l;
	int ret;

	f->caller = caller;
	f->pool = pool;
	f->chan = chan;
	f->before = (struct blk_front_before){
		.calls = f->count.calls - chan->client.calls,
		.timeouts = f->count.call_timeouts - chan->client.timeouts,
		.faults = f->count.call_faults - chan->client.faults,
		.stream_faults = f->count.stream_faults - chan->tx.faults - chan->rx.faults,
	};
	blk_client_init(&f->client, &chan->client);
	cordon_stub_by(&f->client.stub, caller, f->deadline_ns);
	ret = agree(f, &l, e);
	count_all(f);
	if (ret < 0)
		return ret;
	f->limits = l;
	/* Nothing fails from here on: what the last one had is this one's. */
	if (f->past.mem)
		blk_flow_carry(f);
	f->running = 1;
	return 0;
}

/* Whether one and the same request is the oldest for too long: a client waits for it. */
static int is_stuck(struct blk_front *f)
{
	uint32_t tag = f->table.sent.n ? f->slots[f->table.sent.first].request.tag : 0;
	uint64_t now = f->caller->now();

	if (!tag || tag != f->oldest) {
		f->oldest = tag;
		f->oldest_since = now;
	}
	return now - f->oldest_since > BLK_FRONT_PATIENCE * f->deadline_ns;
}

int blk_front_ping(struct blk_front *f)
{
	struct blk_stats s;
	int ret = blk_stats(&f->client, &s);

	if (ret == 0)
		blk_front_told(&f->count, &s);
	count_all(f);
	return ret == 0 && is_stuck(f) ? -ETIME : ret;
}

/* Wait until nothing is at the driver, and nothing kept. Half a deadline in which nothing comes back, and
 * nothing will. */
static int await_all(struct blk_front *f)
{
	uint64_t begun = f->caller->now(), since = begun;
	uint64_t last = UINT64_MAX;

	for (;;) {
		uint64_t left = f->table.sent.n + blk_kept_count(&f->kept);
		uint64_t now = f->caller->now();

		if (!left)
			return 0;
		if (left != last) {
			last = left;
			since = now;
		}
		if (now - since > f->deadline_ns / 2 || now - begun > STOP_NS)
			return -ETIMEDOUT;
		if (blk_kept_count(&f->kept) && !f->table.sent.n && !blk_flow_flush(f))
			return -ETIMEDOUT;
		cordon_caller_wait(f->caller);
	}
}

/* What waits to be sent goes on waiting, for the next one. */
int blk_front_stop(struct blk_front *f)
{
	int ret;

	f->running = 0;
	/* Until all is repeated, a flush would cover nothing. */
	ret = f->repeating ? -EBUSY : await_all(f);
	if (ret == 0) {
		ret = blk_stop(&f->client);
		count_all(f);
	}
	return ret < 0 ? ret : blk_front_ping(f);
}

void blk_front_detach(struct blk_front *f)
{
	uint32_t left;

	if (!f->chan)
		return;
	/* All that it had published: a ring full at most. */
	left = f->chan->dims.ba * CORDON_DESCS_PER_LINE;
	while (left > 0) {
		unsigned n = blk_flow_answers(f, left);

		if (!n)
			break;
		left -= n;
	}
	count_all(f);
	/* One that never began has nothing of ours: that is still in the memory of the one before. */
	if (!f->past.mem) {
		blk_flow_past(f);
		f->past = *f->pool;
	}
	f->running = f->want_flush = 0;
	f->chan = NULL;
	f->pool = NULL;
}

void blk_front_gauge(const struct blk_front *f, struct cordon_gauge *g)
{
	g->depth = f->table.sent.n;
	g->depth_peak = f->peak;
	g->errors = blk_front_errors(&f->count);
}
