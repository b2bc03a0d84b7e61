// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/call.h"

#include <string.h>

static void wait_turn(struct cordon_caller *c)
{
	if (c->sched && cordon_fiber_current(c->sched))
		cordon_fiber_yield(c->sched);
	else
		cordon_relax();
}

/* Pairs with the release of who set it (front.c). */
static bool cancelled(const struct cordon_caller *c)
{
	return c->cancel && atomic_load_explicit(c->cancel, memory_order_acquire);
}

void cordon_caller_wait(struct cordon_caller *c)
{
	wait_turn(c);
}

/* In plain code the clock is read after so many looks: one reading takes as long as a look. */
#define LOOKS_A_READING 8u

/* How long a call may take. The clock is read when there is nothing else to do: a call that is answered
 * at once costs no reading. */
struct patience {
	uint64_t timeout_ns;
	uint64_t now, deadline; /* 0: not read yet */
	unsigned looks; /* since the clock was read */
};

/* 0, or why not to wait any longer. */
static int wait_longer(struct cordon_caller *c, struct patience *p)
{
	bool fiber = c->sched && cordon_fiber_current(c->sched);

	/* Between two looks of a fiber anything may have happened. */
	if (fiber || !p->deadline || ++p->looks == LOOKS_A_READING) {
		p->now = c->now();
		p->looks = 0;
	}
	if (!p->deadline)
		p->deadline = p->timeout_ns < UINT64_MAX - p->now ? p->now + p->timeout_ns :
								    UINT64_MAX;
	if (cancelled(c))
		return -ECANCELED;
	wait_turn(c);
	return 0;
}

static int call(struct cordon_caller *c, uint16_t op, const void *req, size_t len, void *reply,
		size_t size, struct patience *p, int *where)
{
	int line, ret;

	while ((line = cordon_call_start(c->client, op, req, len, UINT64_MAX)) == -EAGAIN) {
		if (p->now > p->deadline)
			return -ETIMEDOUT;
		ret = wait_longer(c, p);
		if (ret < 0)
			return ret;
	}
	if (line < 0)
		return line;
	*where = line;
	/* No answer is there yet, and others can use the time. */
	if (c->sched && cordon_fiber_current(c->sched))
		cordon_fiber_yield(c->sched);
	if (p->deadline)
		cordon_call_until(c->client, line, p->deadline);
	while ((ret = cordon_call_poll(c->client, line, p->now, reply, size)) == -EAGAIN) {
		ret = wait_longer(c, p);
		if (ret < 0) {
			cordon_call_abandon(c->client, line);
			return ret;
		}
		cordon_call_until(c->client, line, p->deadline);
	}
	return ret;
}

int cordon_call(struct cordon_caller *c, uint16_t op, const void *req, size_t len, void *reply,
		size_t size, uint64_t timeout_ns)
{
	struct patience p = { .timeout_ns = timeout_ns };
	uint64_t start = 0;
	int line = -1;
	int ret;

	if (c->timed)
		start = c->now();
	c->last_op = op;
	if (c->last) {
		c->last_len = len <= CORDON_PAYLOAD_SIZE ? (uint16_t)len : 0;
		if (c->last_len)
			memcpy(c->last, req, len);
	}
	c->waiting = 1;
	ret = call(c, op, req, len, reply, size, &p, &line);
	c->line = line;
	/* One that was given up is awaited still, in vain. */
	c->waiting = line < 0 || (c->client->quarantined >> line & 1);
	if (ret < 0) {
		c->failed++;
	} else {
		c->answered++;
		c->by_op[op < CORDON_CALLER_OPS ? op : CORDON_CALLER_OPS - 1]++;
		if (c->timed)
			c->answer_ns += c->now() - start;
	}
	return ret;
}
