/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The loop of one core: rounds of pollers and ready fibers.
 *
 * A poller looks for work and calls handlers. A handler runs directly on the fiber that polls, so
 * one that does not wait costs no switch. When it waits (cordon_fiber_yield(), cordon_fiber_block(),
 * cordon_scope_join() or what is built on them), the loop moves on, on another fiber of the pool,
 * with the poller after the one that waits. When the handler goes on and returns into the poll
 * function and that returns, its fiber finds that it polls no longer, and goes back to the pool.
 *
 * One fiber at a time polls. But a poll function may be entered again, on another fiber, while an
 * earlier call of it waits in a handler. So it takes its work (advances its cursors) before it
 * calls a handler, and reads its state anew after it.
 *
 * Stacks. Each waiting handler keeps one, and the one that polls needs one. When none is left, no
 * poller is called: the loop runs ready fibers only, until one ends, and then polls again. That
 * bounds what is in progress and loses nothing, but it wakes nobody: a handler that blocks must be
 * woken by something other than a poller of this loop, or there must be a stack to spare. Waiting
 * by yield, as cordon_call() does, is always safe. With a scheduler of no stacks at all the loop
 * polls in plain code, where a handler can't block and a yield returns at once.
 *
 * Fibers that wait by yield poll for themselves: while there are some, no round is idle.
 *
 * Needs no libc and allocates nothing. Unless said otherwise, functions are for the thread that owns
 * the scheduler, do not block and cannot fail.
 */
#ifndef CORDON_CORE_LOOP_H
#define CORDON_CORE_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/fiber.h"

#define CORDON_LOOP_POLLERS 16 /* the most that a loop takes */
#define CORDON_LOOP_BUDGET 32 /* what a poller is given a round */

/* Do at most @budget pieces of work, and return how many were done. 0 or negative: none; the loop
 * does nothing about errors. Must return, or wait as a handler may; must not spin. */
typedef int cordon_poll_fn(void *arg, unsigned budget);

/* One loop; the scheduler has at most one at a time. All members are private, but for
 * busy, which may be read in the idle function. */
struct cordon_loop {
	struct cordon_sched *sched;
	struct {
		cordon_poll_fn *poll;
		void *arg;
	} poller[CORDON_LOOP_POLLERS];
	unsigned n;
	unsigned next; /* poller to call next: outlives the fiber that polls */
	unsigned work; /* done since cordon_loop_once() was called */
	uint64_t busy; /* rounds that were not idle */
	bool active, once;
	atomic_bool stop; /* stores pair with cordon_loop_stopping(): what came before is seen */
	void (*idle)(void *arg);
	void *idle_arg;
};

/* Make a loop without pollers. Borrows @sched as long as the loop is used. */
void cordon_loop_init(struct cordon_loop *loop, struct cordon_sched *sched);

/*
 * Have every round call @poll(@arg, CORDON_LOOP_BUDGET), after the pollers added before. Borrows
 * @arg as long as the loop is used. May be called while the loop runs.
 *
 * Returns 0, or -ENOSPC: there are CORDON_LOOP_POLLERS already.
 */
int cordon_loop_add(struct cordon_loop *loop, cordon_poll_fn *poll, void *arg);

/*
 * Call @idle(@arg) after every round of cordon_loop_run() in which no poller did anything and no
 * fiber ran. NULL, and the default: cordon_relax(). It may sleep the thread (a doorbell), which is
 * the only place where the loop does. Borrows @arg like cordon_loop_add().
 */
void cordon_loop_set_idle(struct cordon_loop *loop, void (*idle)(void *arg), void *arg);

/*
 * Run rounds until the loop is stopped and all fibers of the scheduler have ended. For plain code;
 * blocks until then. Pollers are called after the stop too, as waiting fibers may need them: one
 * that starts work asks cordon_loop_stopping() and starts no more. The stop is used up on return,
 * and the loop may be run again.
 *
 * Returns 0, -EINVAL: called from a fiber of the scheduler, or -EBUSY: the loop runs already (it
 * was called from a handler, in plain code).
 */
int cordon_loop_run(struct cordon_loop *loop);

/*
 * Run one round: every poller once, then each ready fiber once; the round ends early when a handler
 * waits, and the next one goes on behind it. For plain code that polls a domain inline. Does not
 * block, and never calls idle.
 *
 * Returns how much was done (pieces of work and fibers run, at least 1 if a handler waits now; 0:
 * nothing), or -EINVAL, -EBUSY as above.
 */
int cordon_loop_once(struct cordon_loop *loop);

/* Stop the loop. From anywhere, other threads and signal handlers included; one that sleeps in its
 * idle function is not woken. Before cordon_loop_run(): that one will do no more than wait for
 * fibers. */
static inline void cordon_loop_stop(struct cordon_loop *loop)
{
	atomic_store_explicit(&loop->stop, true, memory_order_release);
}

/* Whether the loop was stopped and has not ended yet. From anywhere. */
static inline bool cordon_loop_stopping(const struct cordon_loop *loop)
{
	return atomic_load_explicit(&loop->stop, memory_order_acquire);
}

#endif
