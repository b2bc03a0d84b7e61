/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fibers: cooperative threads of one core. A fiber runs until it yields, blocks or ends; nothing
 * here is preempted, locked or shared between threads. Needs no libc and allocates nothing: the
 * caller brings the scheduler and the stacks, and both must outlive every fiber.
 *
 * "Plain code" is code that runs on no fiber of the scheduler: the thread's own stack.
 *
 * Unless a function says otherwise it must be called on the thread that owns the scheduler, does
 * not block and cannot fail.
 *
 * The floating-point environment (MXCSR, x87 control word) is shared by all fibers and plain code
 * unless cordon_sched_keep_fp() was called: a fiber that changes it must restore it before it
 * yields. Vector registers need no care: the calling convention makes them the caller's.
 */
#ifndef CORDON_CORE_FIBER_H
#define CORDON_CORE_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The smallest stack, in bytes, that cordon_sched_init() takes. What a fiber needs is the caller's
 * to know: hosted code that takes signals wants 64 KiB. */
#define CORDON_STACK_MIN 4096

struct cordon_sched;
struct cordon_scope;

enum cordon_fiber_state {
	CORDON_FIBER_FREE,
	CORDON_FIBER_READY,
	CORDON_FIBER_RUNNING,
	CORDON_FIBER_BLOCKED,
	CORDON_FIBER_ENDED,
};

/*
 * One fiber. Lies at the top of its own stack, or up to a KB below, and belongs to the scheduler: callers
 * hold pointers only, valid from the start of the fiber until its function returns. All members are private.
 */
struct cordon_fiber {
	void *sp; /* while it does not run */
	struct cordon_fiber *next; /* in the ready queue or the list of free ones */
	struct cordon_sched *sched;
	void (*fn)(void *);
	void *arg;
	struct cordon_scope *scope;
	unsigned state;
	bool woken; /* a wake that found it not blocked */
	void *stack; /* lowest usable byte, and how many: what the sanitizers are told */
	size_t stack_size;
	void *tool; /* the sanitizer's own handle */
};

/* Stacks begin on pages: were all fibers at the same place of theirs, they would share a few sets of the
 * first cache, and eight could not lie there together. So each is a line below the one before it, with
 * which its stack begins, too; and after so many again at the top. */
#define CORDON_FIBER_COLOURS 16

/* Where the fiber lies whose stack, the @i-th, ends at @top. For who looks at stacks from outside
 * (trace_walk.c), as is what follows: where on the stack of a fiber that does not run, counted in bytes
 * from @sp, a switch (switch_ARCH.S) left its frame pointer, and the address at which it goes on. */
static inline uintptr_t cordon_fiber_place(uintptr_t top, unsigned i)
{
	return (top - sizeof(struct cordon_fiber) - i % CORDON_FIBER_COLOURS * 64) & ~(uintptr_t)63;
}

#if defined(__x86_64__)
#define CORDON_SWITCH_FRAME 8
#define CORDON_SWITCH_PC 0
#elif defined(__aarch64__)
#define CORDON_SWITCH_FRAME 0
#define CORDON_SWITCH_PC 8
#endif

/*
 * The scheduler of one core (thread). The caller may read @ready and @live; the rest is private.
 */
struct cordon_sched {
	unsigned ready; /* fibers in the ready queue */
	unsigned live; /* fibers started and not ended */
	bool keep_fp;
	struct cordon_fiber *running; /* &plain in plain code */
	struct cordon_fiber *runner; /* who gets the core when @left is used up */
	unsigned left; /* of the budget of the innermost cordon_sched_run() */
	/* The ready queue. Not side by side: the compiler would store both as one vector, which takes longer
	 * to make than the rest of a switch. */
	struct cordon_fiber *head;
	struct cordon_fiber *free;
	struct cordon_fiber *tail;
	struct cordon_fiber *previous; /* who ran before @running */
	struct cordon_fiber *poller; /* the loop's: see loop.h */
	struct cordon_fiber plain;
};

/*
 * Make a scheduler with @n stacks: stack i is the upper @stack_size bytes of the @stride bytes at
 * @stacks + i * @stride. What lies below it in its stride is a guard, which whoever mapped it
 * protected and nobody here touches (cordon_stacks_map() makes such an area). The scheduler borrows
 * the stacks until all fibers have ended and it is not used any more; there is nothing to release.
 * @n may be 0, then @stacks may be NULL and no fiber can be started.
 *
 * Returns 0, or -EINVAL: a stack is smaller than CORDON_STACK_MIN or larger than the stride, or the
 * area would exceed the address space.
 */
int cordon_sched_init(struct cordon_sched *sched, void *stacks, size_t stride, size_t stack_size,
		      unsigned n);

/*
 * From now on give each fiber, and plain code, an own MXCSR and x87 control word; a new fiber gets
 * those of the code that starts it. Costs some ten cycles a switch. To be called before the first
 * fiber is started.
 */
void cordon_sched_keep_fp(struct cordon_sched *sched);

/*
 * Start @fn(@arg) on a fiber of its own, at the tail of the ready queue (FIFO). It does not run
 * before the caller yields, blocks, or, in plain code, calls cordon_sched_run(). The fiber ends
 * when @fn returns, and its stack goes back to the pool. @arg is only handed on.
 *
 * Returns 0, or -EAGAIN: no stack is free.
 */
int cordon_fiber_start(struct cordon_sched *sched, void (*fn)(void *), void *arg);

/*
 * From plain code: run @fn(@arg) on a fiber of its own at once, ahead of the ready queue, and return
 * when it has yielded, blocked or ended. Other fibers do not run meanwhile.
 *
 * Returns 0, -EAGAIN: no stack is free, or -EINVAL: called from a fiber.
 */
int cordon_fiber_run(struct cordon_sched *sched, void (*fn)(void *), void *arg);

/* The fiber that runs, NULL in plain code. */
static inline struct cordon_fiber *cordon_fiber_current(const struct cordon_sched *sched)
{
	return sched->running == &sched->plain ? NULL : sched->running;
}

/*
 * From a fiber: go to the tail of the ready queue and let the others run; returns when it is this
 * fiber's turn again. From plain code: returns at once, and runs nobody.
 */
void cordon_fiber_yield(struct cordon_sched *sched);

/*
 * From a fiber: sleep until cordon_fiber_wake(). A wake is never lost: one that came while the
 * fiber was running or had yielded is remembered (one, however many came), and the next block
 * consumes it and returns at once, without a switch. So a block may also return for a wake that was
 * meant for an earlier wait: callers re-check what they wait for, in a loop.
 *
 * Returns 0, or -EINVAL at once in plain code, which can't sleep.
 */
int cordon_fiber_block(struct cordon_sched *sched);

/*
 * Wake @fiber of the caller's scheduler: if it is blocked it goes to the tail of the ready queue,
 * otherwise its next cordon_fiber_block() returns at once. Never switches. @fiber must not have
 * ended; one whose stack has been given to another fiber since causes one spurious wake there.
 */
void cordon_fiber_wake(struct cordon_fiber *fiber);

/*
 * From plain code, or from the fiber that is the poller of a loop: run ready fibers until @budget
 * of them ran or none is ready, then return. A fiber that yields and comes up again counts again:
 * @budget = @sched->ready runs each that is ready now once. From any other fiber: does nothing (a
 * poller that ran beneath would never give the core back).
 *
 * Returns how many ran.
 */
unsigned cordon_sched_run(struct cordon_sched *sched, unsigned budget);

/*
 * Scoped fan-out. A scope belongs to the code that made it (normally on its stack), which must join
 * it before the scope goes away. Members are private.
 */
struct cordon_scope {
	struct cordon_sched *sched;
	struct cordon_fiber *waiter;
	unsigned live;
};

/* Make an empty scope. Borrows @sched until it is joined. */
void cordon_scope_init(struct cordon_scope *scope, struct cordon_sched *sched);

/*
 * Run @fn(@arg) as a part of @scope: on a fiber of its own, started like cordon_fiber_start(), or,
 * when no stack is free, directly, before this returns. Never fails for want of a stack: every
 * caller would write this same fall-back, and nested scopes that waited for stacks would wait for
 * each other. Hence the parts of a scope must not wait for one another's later parts, nor rely on
 * being able to cordon_fiber_block() where the scope was made in plain code. Blocks only when @fn
 * runs directly and does.
 *
 * Returns 0: it was started, 1: it has run and ended.
 */
int cordon_scope_start(struct cordon_scope *scope, void (*fn)(void *), void *arg);

/*
 * Wait until all parts of @scope have ended. In a fiber it blocks that fiber only; in plain code it
 * runs the scheduler meanwhile (for ever, if a part waits for something that only the caller could
 * do). At most one joins at a time. Afterwards the scope is empty and may be used again.
 */
void cordon_scope_join(struct cordon_scope *scope);

#endif
