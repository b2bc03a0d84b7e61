// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A driver whose fibers wait in functions with names to be found: see trace.c. */
#include "core/domain.h"
#include "core/sys.h"
#include "tests/core/traced.h"

/* Calls with something to do after them: a frame each. */
#define FRAME __attribute__((noinline))

struct traced {
	struct cordon_domain *domain;
	unsigned there; /* fibers that have reached their place */
	enum traced_order order;
	volatile unsigned after;
};

static FRAME void wait_for_ever(struct traced *t)
{
	t->there++;
	for (;;)
		cordon_fiber_block(&t->domain->sched);
}

static FRAME void wait_in_here(struct traced *t)
{
	wait_for_ever(t);
	t->after++;
}

static void sleeper(void *arg)
{
	struct traced *t = arg;

	wait_in_here(t);
	t->after++;
}

static FRAME void take_turns(struct traced *t)
{
	t->there++;
	for (;;)
		cordon_fiber_yield(&t->domain->sched);
}

static void yielder(void *arg)
{
	struct traced *t = arg;

	take_turns(t);
	t->after++;
}

/* Tells once that it is there. */
static FRAME void spin_in_here(struct traced *t)
{
	(void)cordon_stream_send(&t->domain->chan.tx, 1, NULL, 0);
	for (;;)
		t->after++;
}

static FRAME void fall_down(struct traced *t)
{
	volatile unsigned *volatile nowhere = NULL;

	*nowhere = t->there;
	t->after++;
}

static FRAME void call_the_kernel(struct traced *t)
{
	t->after += (unsigned)cordon_sys3(__NR_getpid, 0, 0, 0);
}

/* Its own stack, overwritten: a circle of frames, a state that isn't, a name that isn't a function. */
static FRAME void lie(struct traced *t)
{
	struct cordon_domain *d = t->domain;
	uintptr_t stacks = (uintptr_t)d->boot.stacks;

	for (unsigned i = 0; i < d->boot.nstacks; i++) {
		uintptr_t top = stacks + (i + 1) * d->boot.stack_stride;
		struct cordon_fiber *f = (struct cordon_fiber *)cordon_fiber_place(top, i);
		uintptr_t *frame = (uintptr_t *)(top - 16384);

		if (f == cordon_fiber_current(&d->sched))
			continue;
		f->sp = (char *)frame - CORDON_SWITCH_FRAME;
		frame[0] = (uintptr_t)frame;
		frame[1] = (uintptr_t)lie;
		*(uintptr_t *)((char *)f->sp + CORDON_SWITCH_PC) = (uintptr_t)lie;
		f->state = i % 2 ? 77 : CORDON_FIBER_BLOCKED;
		f->fn = (void (*)(void *))(uintptr_t)0x4141414141414141;
	}
	spin_in_here(t);
	t->after++;
}

static int traced_open(struct cordon_domain *d, void *state)
{
	struct traced *t = state;
	int ret;

	t->domain = d;
	ret = cordon_fiber_start(&d->sched, sleeper, t);
	return ret == 0 ? cordon_fiber_start(&d->sched, yielder, t) : ret;
}

static int traced_poll(void *state, unsigned budget)
{
	struct traced *t = state;

	(void)budget;
	switch (t->order) {
	case TRACED_SPIN:
		spin_in_here(t);
		break;
	case TRACED_FALL:
		fall_down(t);
		break;
	case TRACED_SYSCALL:
		call_the_kernel(t);
		break;
	case TRACED_LIE:
		lie(t);
		break;
	default:
		break;
	}
	return 0;
}

static int there(void *state, const void *req, unsigned len, void *reply)
{
	const struct traced *t = state;

	(void)req, (void)len;
	memcpy(reply, &t->there, sizeof(t->there));
	return sizeof(t->there);
}

static int order(void *state, const void *req, unsigned len, void *reply)
{
	struct traced *t = state;

	(void)len, (void)reply;
	memcpy(&t->order, req, sizeof(t->order));
	return 0;
}

static const struct cordon_op ops[] = {
	[TRACED_OP_THERE] = { "there", there, 0, 0 },
	[TRACED_OP_ORDER] = { "order", order, 4, 4 },
};

static const struct cordon_ops traced_control = { 2, ops };

CORDON_DRIVER(traced) = {
	.state_size = sizeof(struct traced),
	.control = &traced_control,
	.open = traced_open,
	.poll = traced_poll,
};
