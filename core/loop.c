// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/loop.h"

#include <errno.h>
#include <limits.h>

#include "channels/prim.h"

static void relax(void *arg)
{
	(void)arg;
	cordon_relax();
}

void cordon_loop_init(struct cordon_loop *loop, struct cordon_sched *sched)
{
	*loop = (struct cordon_loop){ .sched = sched, .idle = relax };
}

int cordon_loop_add(struct cordon_loop *loop, cordon_poll_fn *poll, void *arg)
{
	if (loop->n == CORDON_LOOP_POLLERS)
		return -ENOSPC;
	loop->poller[loop->n].poll = poll;
	loop->poller[loop->n].arg = arg;
	loop->n++;
	return 0;
}

void cordon_loop_set_idle(struct cordon_loop *loop, void (*idle)(void *arg), void *arg)
{
	loop->idle = idle ? idle : relax;
	loop->idle_arg = arg;
}

/* One round on @self, NULL in plain code; cut short when a handler waited and another polls now. */
static void round_on(struct cordon_loop *loop, struct cordon_fiber *self)
{
	struct cordon_sched *sched = loop->sched;
	unsigned done = 0;

	for (unsigned i = loop->n; i--;) {
		unsigned now = loop->next;
		int did;

		/* Moved on before the call: if it waits, the next fiber goes on behind it. */
		loop->next = now + 1 < loop->n ? now + 1 : 0;
		did = loop->poller[now].poll(loop->poller[now].arg, CORDON_LOOP_BUDGET);
		if (did > 0)
			done += (unsigned)did;
		if (sched->poller != self) {
			loop->busy++;
			return;
		}
	}
	if (sched->ready)
		done += cordon_sched_run(sched, sched->ready);
	loop->work += done;
	loop->busy += done > 0;
	if (!done && !loop->once)
		loop->idle(loop->idle_arg);
}

/* Stopped, and no fibers but @polling of the loop's own. */
static bool finished(const struct cordon_loop *loop, unsigned polling)
{
	return loop->sched->live == polling && cordon_loop_stopping(loop);
}

static void poller_main(void *arg)
{
	struct cordon_loop *loop = arg;
	struct cordon_sched *sched = loop->sched;
	struct cordon_fiber *self = cordon_fiber_current(sched);

	sched->poller = self;
	while (sched->poller == self) {
		round_on(loop, self);
		if (sched->poller == self && (loop->once || finished(loop, 1)))
			sched->poller = NULL;
	}
}

/* Plain code has a fiber poll, and gets the core back when that fiber waits or has ended. */
static void poll_on_fiber(struct cordon_loop *loop)
{
	struct cordon_sched *sched = loop->sched;

	if (cordon_fiber_run(sched, poller_main, loop) == 0) {
		if (sched->poller)
			loop->work++;
		sched->poller = NULL;
	} else if (!sched->live) {
		round_on(loop, NULL);
	} else {
		/* No stack left. Not idle: the pollers may well have work. */
		unsigned ran = cordon_sched_run(sched, sched->ready);

		loop->work += ran;
		if (!ran)
			cordon_relax();
	}
}

static int enter(struct cordon_loop *loop, bool once)
{
	if (cordon_fiber_current(loop->sched))
		return -EINVAL;
	if (loop->active)
		return -EBUSY;
	loop->active = true;
	loop->once = once;
	loop->work = 0;
	return 0;
}

int cordon_loop_run(struct cordon_loop *loop)
{
	int rc = enter(loop, false);

	if (rc)
		return rc;
	while (!finished(loop, 0))
		poll_on_fiber(loop);
	/* Relaxed: publishes nothing. */
	atomic_store_explicit(&loop->stop, false, memory_order_relaxed);
	loop->active = false;
	return 0;
}

int cordon_loop_once(struct cordon_loop *loop)
{
	int rc = enter(loop, true);

	if (rc)
		return rc;
	poll_on_fiber(loop);
	loop->active = false;
	return loop->work > INT_MAX ? INT_MAX : (int)loop->work;
}
