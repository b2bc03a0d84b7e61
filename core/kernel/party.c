// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/kernel/party.h"

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "core/kernel/why.h"
#include "core/waiting.h"

/* A call is answered at once by a driver that polls; by one that doesn't, after a wake-up. */
#define PAUSE_SPIN_NS 20000ull
#define PAUSE_MIN_NS 30000ull
#define PAUSE_MAX_NS 500000ull

static int pin(struct cordon_memory *m, u64 address, u64 size, const char *what, char *why)
{
	int ret;

	if (!size)
		return 0;
	ret = cordon_memory_pin(m, address, size);
	if (ret < 0)
		return cordon_why(
			why, ret, "%s: can't pin %llu bytes at %#llx (%d)%s", what, size, address,
			ret, ret == -ENOMEM ? ": memory, or the limit of what may be locked" : "");
	return 0;
}

int cordon_party_make(struct cordon_party *p, const struct cordon_k_attach *a, char *why)
{
	const struct cordon_chan_dims chan = { a->calls, a->ab, a->ba, a->more };
	const struct cordon_pool_dims pool = {
		.small = a->small, .big = a->big, .ro_small = a->ro_small, .ro_big = a->ro_big
	};
	int ret;

	memset(p, 0, sizeof(*p));
	if (cordon_chan_dims_check(&chan) < 0 || !chan.ab || !chan.ba)
		return cordon_why(why, -EINVAL, "a channel can't have these dimensions");
	if (cordon_pool_dims_check(&pool) < 0)
		return cordon_why(why, -EINVAL, "a pool can't have these dimensions");
	ret = pin(&p->mem_chan, a->chan, cordon_chan_size(&chan), "channel", why);
	if (ret == 0)
		ret = pin(&p->mem_pool, a->pool, cordon_pool_size(&pool), "pool", why);
	if (ret == 0)
		ret = pin(&p->mem_ro, a->pool_ro, cordon_pool_ro_size(&pool), "pool_ro", why);
	if (ret < 0)
		goto fail;
	ret = cordon_bell_take(&p->bell, a->bell);
	if (ret == 0)
		ret = cordon_ears_take(&p->ears, a->ears);
	if (ret < 0) {
		cordon_why(why, ret, "bell or ears are no eventfd");
		goto fail;
	}
	ret = -ENOMEM;
	p->tables = kvzalloc(cordon_pool_private_size(&pool), GFP_KERNEL);
	if (!p->tables)
		goto fail;
	ret = cordon_chan_init_a(&p->chan, p->mem_chan.at, &chan);
	if (ret < 0)
		goto fail;
	cordon_pool_init(&p->pool, p->mem_pool.at, p->mem_ro.at, &pool, p->tables, 1);
	p->chan.waiter.peer_may = a->wait != CORDON_WAIT_SPIN && p->bell.ctx;
	p->caller = p->chan.waiter;
	p->rings = p->ears.file;
	return 0;
fail:
	cordon_party_free(p);
	return ret;
}

void cordon_party_free(struct cordon_party *p)
{
	kvfree(p->tables);
	cordon_ears_put(&p->ears);
	cordon_bell_put(&p->bell);
	cordon_memory_unpin(&p->mem_ro);
	cordon_memory_unpin(&p->mem_pool);
	cordon_memory_unpin(&p->mem_chan);
	memset(p, 0, sizeof(*p));
}

int cordon_party_wait(struct cordon_party *p, u64 *pause)
{
	ktime_t t;

	if (cordon_orders_aborted(p->orders) || READ_ONCE(p->over))
		return -ECANCELED;
	if (fatal_signal_pending(current))
		return -EINTR;
	if (*pause < PAUSE_SPIN_NS) {
		u64 start = ktime_get_ns();

		cordon_relax();
		cond_resched();
		*pause += ktime_get_ns() - start;
		return 0;
	}
	*pause = clamp(*pause * 2, PAUSE_MIN_NS, PAUSE_MAX_NS);
	t = ns_to_ktime(*pause);
	set_current_state(TASK_KILLABLE);
	schedule_hrtimeout_range(&t, *pause / 4, HRTIMER_MODE_REL);
	return 0;
}

static int call_until(struct cordon_party *p, u16 op, const void *req, size_t len, void *reply,
		      size_t size, u64 deadline)
{
	struct cordon_client *client = &p->chan.client;
	u64 pause = 0;
	int line, ret;

	p->line = -1;
	while ((line = cordon_call_start(client, op, req, len, deadline)) == -EAGAIN) {
		if (ktime_get_ns() > deadline)
			return -ETIMEDOUT;
		ret = cordon_party_wait(p, &pause);
		if (ret < 0)
			return ret;
	}
	if (line < 0)
		return line;
	p->line = line;
	cordon_party_ring(p, &p->caller);
	while ((ret = cordon_call_poll(client, line, ktime_get_ns(), reply, size)) == -EAGAIN) {
		ret = cordon_party_wait(p, &pause);
		if (ret < 0) {
			cordon_call_abandon(client, line);
			break;
		}
	}
	return ret;
}

int cordon_kcall(struct cordon_party *p, u16 op, const void *req, size_t len, void *reply,
		 size_t size)
{
	u64 start = ktime_get_ns();
	int ret = call_until(p, op, req, len, reply, size, start + p->deadline_ns);

	if (!p->calls)
		return ret;
	if (ret < 0) {
		p->calls->failed++;
	} else {
		p->calls->answered++;
		p->calls->by_op[min_t(u16, op, CORDON_K_OPS - 1)]++;
		p->calls->answer_ns += ktime_get_ns() - start;
	}
	return ret;
}
