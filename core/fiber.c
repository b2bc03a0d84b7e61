// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/fiber.h"

#include <errno.h>
#include <stdint.h>

#include "channels/prim.h"
#include "core/switch.h"

/* ---- what the sanitizers must be told -------------------------------------------------------- */

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOOL_ASAN
#elif __has_feature(thread_sanitizer)
#define TOOL_TSAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TOOL_ASAN
#elif defined(__SANITIZE_THREAD__)
#define TOOL_TSAN
#endif

#if defined(TOOL_ASAN)
#include <sanitizer/asan_interface.h>
#elif defined(TOOL_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

/* @fiber is about to start. */
static inline void tool_start(struct cordon_fiber *fiber)
{
#if defined(TOOL_TSAN)
	fiber->tool = __tsan_create_fiber(0);
#else
	fiber->tool = NULL;
#endif
}

/* @fiber has ended, and another one runs. The frames that it never returned from stay poisoned. */
static inline void tool_end(struct cordon_fiber *fiber)
{
#if defined(TOOL_ASAN)
	__asan_unpoison_memory_region(fiber->stack, fiber->stack_size);
#elif defined(TOOL_TSAN)
	__tsan_destroy_fiber(fiber->tool);
#else
	(void)fiber;
#endif
}

/* Right before the switch. A fiber that ended gets no handle: ASan then frees its fake stack. */
static inline void tool_leave(struct cordon_fiber *from, struct cordon_fiber *to)
{
#if defined(TOOL_ASAN)
	__sanitizer_start_switch_fiber(from->state == CORDON_FIBER_ENDED ? NULL : &from->tool,
				       to->stack, to->stack_size);
#elif defined(TOOL_TSAN)
	if (from == &from->sched->plain)
		from->tool = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->tool, 0);
#else
	(void)from, (void)to;
#endif
}

/* Right after it, on the stack of @self. Only here does one learn where plain code's stack is. */
static inline void tool_arrive(struct cordon_fiber *self)
{
#if defined(TOOL_ASAN)
	struct cordon_fiber *from = self->sched->previous;
	const void *stack;
	size_t size;

	__sanitizer_finish_switch_fiber(self->tool, &stack, &size);
	if (from == &from->sched->plain) {
		from->stack = (void *)(uintptr_t)stack;
		from->stack_size = size;
	}
#else
	(void)self;
#endif
}

/* ---- queue and switch ------------------------------------------------------------------------ */

static void push(struct cordon_sched *sched, struct cordon_fiber *fiber)
{
	fiber->state = CORDON_FIBER_READY;
	fiber->next = NULL;
	if (sched->head)
		sched->tail->next = fiber;
	else
		sched->head = fiber;
	sched->tail = fiber;
	sched->ready++;
}

static struct cordon_fiber *pop(struct cordon_sched *sched)
{
	struct cordon_fiber *fiber = sched->head;

	sched->head = fiber->next;
	sched->ready--;
	return fiber;
}

/* First thing on the stack that was switched to. */
static void arrive(struct cordon_fiber *self)
{
	/* Whoever arrives was running. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	struct cordon_sched *sched = self->sched;
	struct cordon_fiber *from = sched->previous;

	tool_arrive(self);
	if (from->state == CORDON_FIBER_ENDED) {
		/* Not by itself: it was still on that stack. */
		tool_end(from);
		from->state = CORDON_FIBER_FREE;
		from->next = sched->free;
		sched->free = from;
	}
}

/* Never inlined, so that there is one place in which a switch ends: see switch.h. */
static __attribute__((noinline)) void switch_to(struct cordon_sched *sched, struct cordon_fiber *to)
{
	struct cordon_fiber *self = sched->running;

	/* The ready queue is not empty here. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	to->state = CORDON_FIBER_RUNNING;
	if (to == self)
		return;
	sched->running = to;
	sched->previous = self;
	tool_leave(self, to);
	if (sched->keep_fp)
		cordon_switch_fp(&self->sp, to->sp);
	else
		cordon_switch(&self->sp, to->sp);
	arrive(sched->running);
}

/* The running fiber gives the core away: to the next ready one while the budget lasts. */
static void leave(struct cordon_sched *sched)
{
	struct cordon_fiber *to = sched->runner;

	if (sched->left && sched->head) {
		sched->left--;
		to = pop(sched);
	}
	switch_to(sched, to);
}

/* Give the core to @first, or to the ready queue, and get it back after @budget more. */
static unsigned lend(struct cordon_sched *sched, struct cordon_fiber *first, unsigned budget)
{
	struct cordon_fiber *runner = sched->runner;
	unsigned left = sched->left, ran;

	sched->runner = sched->running;
	sched->left = budget;
	if (first)
		switch_to(sched, first);
	else
		leave(sched);
	ran = budget - sched->left;
	sched->runner = runner;
	sched->left = left;
	return ran;
}

/* ---- fibers ---------------------------------------------------------------------------------- */

static void scope_leave(struct cordon_scope *scope)
{
	if (--scope->live == 0 && scope->waiter)
		cordon_fiber_wake(scope->waiter);
}

static void fiber_main(void *arg)
{
	struct cordon_fiber *self = arg;

	arrive(self);
	self->fn(self->arg);
	if (self->scope)
		scope_leave(self->scope);
	self->sched->live--;
	self->state = CORDON_FIBER_ENDED;
	leave(self->sched);
	__builtin_trap();
}

static struct cordon_fiber *take(struct cordon_sched *sched, void (*fn)(void *), void *arg)
{
	struct cordon_fiber *fiber = sched->free;

	if (!fiber)
		return NULL;
	sched->free = fiber->next;
	sched->live++;
	fiber->fn = fn;
	fiber->arg = arg;
	fiber->scope = NULL;
	fiber->woken = false;
	fiber->sp = cordon_switch_make(fiber, fiber_main, fiber, sched->keep_fp);
	tool_start(fiber);
	return fiber;
}

int cordon_sched_init(struct cordon_sched *sched, void *stacks, size_t stride, size_t stack_size,
		      unsigned n)
{
	uintptr_t base = (uintptr_t)stacks, bytes;

	*sched =
		(struct cordon_sched){ .plain = { .sched = sched, .state = CORDON_FIBER_RUNNING } };
	sched->running = sched->runner = &sched->plain;
	if (!n)
		return 0;
	if (!stacks || stack_size < CORDON_STACK_MIN || stack_size > stride ||
	    __builtin_mul_overflow(stride, (uintptr_t)n, &bytes) || bytes > UINTPTR_MAX - base)
		return -EINVAL;
	/* The first stack ends up first in the list. */
	for (unsigned i = n; i--;) {
		uintptr_t top = base + (i + 1) * stride;
		uintptr_t low = top - stack_size;
		struct cordon_fiber *fiber = (void *)cordon_fiber_place(top, i);

		*fiber = (struct cordon_fiber){ .next = sched->free,
						.sched = sched,
						.state = CORDON_FIBER_FREE,
						.stack = (void *)low,
						.stack_size = (uintptr_t)fiber - low };
		sched->free = fiber;
	}
	return 0;
}

void cordon_sched_keep_fp(struct cordon_sched *sched)
{
	sched->keep_fp = true;
}

int cordon_fiber_start(struct cordon_sched *sched, void (*fn)(void *), void *arg)
{
	struct cordon_fiber *fiber = take(sched, fn, arg);

	if (!fiber)
		return -EAGAIN;
	push(sched, fiber);
	return 0;
}

int cordon_fiber_run(struct cordon_sched *sched, void (*fn)(void *), void *arg)
{
	struct cordon_fiber *fiber;

	if (cordon_fiber_current(sched))
		return -EINVAL;
	fiber = take(sched, fn, arg);
	if (!fiber)
		return -EAGAIN;
	lend(sched, fiber, 0);
	return 0;
}

void cordon_fiber_yield(struct cordon_sched *sched)
{
	struct cordon_fiber *self = cordon_fiber_current(sched);
	struct cordon_fiber *to = sched->head;

	if (!self)
		return;
	if (!to || !sched->left) {
		push(sched, self);
		leave(sched);
		return;
	}
	/* The same in one: to the tail, and off with the head. */
	sched->left--;
	self->state = CORDON_FIBER_READY;
	self->next = NULL;
	sched->tail->next = self;
	sched->tail = self;
	sched->head = to->next;
	switch_to(sched, to);
}

int cordon_fiber_block(struct cordon_sched *sched)
{
	struct cordon_fiber *self = cordon_fiber_current(sched);

	if (!self)
		return -EINVAL;
	if (!self->woken) {
		self->state = CORDON_FIBER_BLOCKED;
		leave(sched);
	}
	self->woken = false;
	return 0;
}

void cordon_fiber_wake(struct cordon_fiber *fiber)
{
	if (fiber->state == CORDON_FIBER_BLOCKED)
		push(fiber->sched, fiber);
	else
		fiber->woken = true;
}

unsigned cordon_sched_run(struct cordon_sched *sched, unsigned budget)
{
	if (cordon_fiber_current(sched) && sched->running != sched->poller)
		return 0;
	return lend(sched, NULL, budget);
}

/* ---- scopes ---------------------------------------------------------------------------------- */

void cordon_scope_init(struct cordon_scope *scope, struct cordon_sched *sched)
{
	*scope = (struct cordon_scope){ .sched = sched };
}

int cordon_scope_start(struct cordon_scope *scope, void (*fn)(void *), void *arg)
{
	struct cordon_fiber *fiber = take(scope->sched, fn, arg);

	if (!fiber) {
		fn(arg);
		return 1;
	}
	fiber->scope = scope;
	scope->live++;
	push(scope->sched, fiber);
	return 0;
}

void cordon_scope_join(struct cordon_scope *scope)
{
	struct cordon_sched *sched = scope->sched;

	scope->waiter = cordon_fiber_current(sched);
	while (scope->live) {
		if (scope->waiter)
			cordon_fiber_block(sched);
		else if (!cordon_sched_run(sched, sched->ready))
			cordon_relax();
	}
	scope->waiter = NULL;
}
