// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/call.h"

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

static int call_until(struct cordon_caller *c, uint16_t op, const void *req, size_t len,
		      void *reply, size_t size, uint64_t deadline)
{
	int line, ret;

	while ((line = cordon_call_start(c->client, op, req, len, deadline)) == -EAGAIN) {
		if (c->now() > deadline)
			return -ETIMEDOUT;
		if (cancelled(c))
			return -ECANCELED;
		wait_turn(c);
	}
	if (line < 0)
		return line;
	while ((ret = cordon_call_poll(c->client, line, c->now(), reply, size)) == -EAGAIN) {
		if (cancelled(c)) {
			cordon_call_abandon(c->client, line);
			return -ECANCELED;
		}
		wait_turn(c);
	}
	return ret;
}

int cordon_call(struct cordon_caller *c, uint16_t op, const void *req, size_t len, void *reply,
		size_t size, uint64_t timeout_ns)
{
	uint64_t start = c->now();
	int ret;

	c->last_op = op;
	c->waiting = 1;
	ret = call_until(c, op, req, len, reply, size, start + timeout_ns);
	c->waiting = 0;
	if (ret < 0) {
		c->failed++;
	} else {
		c->answered++;
		c->answer_ns += c->now() - start;
	}
	return ret;
}
