// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/call.h"

static void wait_turn(struct cordon_caller *c)
{
	if (c->sched && cordon_fiber_current(c->sched))
		cordon_fiber_yield(c->sched);
	else
		cordon_relax();
}

static bool cancelled(const struct cordon_caller *c)
{
	return c->cancel && atomic_load_explicit(c->cancel, memory_order_acquire);
}

int cordon_call(struct cordon_caller *c, uint16_t op, const void *req, size_t len, void *reply,
		size_t size, uint64_t timeout_ns)
{
	uint64_t deadline = c->now() + timeout_ns;
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
