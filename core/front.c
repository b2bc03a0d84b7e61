// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/front.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/rights.h"

#define FIBERS 8u
#define FIBER_STACK 65536u
#define QUEUE 16u
/* Rounds after which the counters are copied to the page that others see. */
#define SHOW_ROUNDS 1024u
/* Idle rounds after which the core is offered to others: a housekeeping core has other work. */
#define SPIN_ROUNDS 1u
/* How often the counters of a front-end that runs elsewhere are shown. */
#define SHOW_MS 250u
/* An order that is to be given up is told so again after that: it may not have begun when it was. */
#define ABORT_MS 10

/* Relaxed: each counter stands for itself. */
_Static_assert(CORDON_PAGE_CALLS == CORDON_CALLER_OPS, "each has its place");

#define SHOW(member, v) atomic_store_explicit(&f->page->common.member, (v), memory_order_relaxed)

static void show_counters(struct cordon_front *f)
{
	uint64_t v[CORDON_PAGE_VALUES];
	struct cordon_gauge g = { 0 };
	unsigned n = f->class->count(f->state, v, CORDON_PAGE_VALUES);

	f->rounds = 0;
	/* Relaxed: each counter stands for itself. */
	for (unsigned i = 0; i < n; i++)
		atomic_store_explicit(&f->page->value[i], v[i], memory_order_relaxed);
	f->class->gauge(f->state, &g);
	SHOW(depth, g.depth);
	SHOW(depth_peak, g.depth_peak);
	SHOW(errors, g.errors);
	SHOW(polls, f->polls);
	SHOW(useful_polls, f->useful);
	SHOW(work, f->work);
	SHOW(calls, f->caller.answered + g.calls);
	SHOW(call_ns, f->caller.answer_ns + g.call_ns);
	SHOW(call_errors, f->caller.failed + g.call_errors);
	for (unsigned i = 0; i < CORDON_CALLER_OPS; i++)
		atomic_store_explicit(&f->page->call[i], f->caller.by_op[i] + g.by_op[i],
				      memory_order_relaxed);
	SHOW(sleeps, f->sleeps + f->sleeper.sleeps);
	SHOW(rings, f->rings + f->sleeper.rings);
	SHOW(vain_rings, f->ears.spurious);
}

static int poll_class(void *arg, unsigned budget)
{
	struct cordon_front *f = arg;
	unsigned n = f->class->poll(f->state, budget);

	f->polls++;
	if (n) {
		f->idle = 0;
		f->useful++;
		f->work += n;
	}
	if (++f->rounds >= SHOW_ROUNDS)
		show_counters(f);
	return (int)n;
}

/* Of the inline fence. */
static int poll_domain(void *arg, unsigned budget)
{
	struct cordon_front *f = arg;

	return f->inc && f->inc->fence->poll ? f->inc->fence->poll(f->inc, budget) : 0;
}

/* How the loop waits from now on: with the bells of @boot. */
static void take_bells(struct cordon_front *f, const struct cordon_boot *boot)
{
	f->wait = boot->wait;
	cordon_sleeper_init(&f->sleeper, &f->chan, f->wait, boot->bells.own);
	f->ears.bell = (struct cordon_ear){ .fd = boot->bells.peer };
}

/* Nobody rings any more, and the wait lines are gone. */
static void leave_bells(struct cordon_front *f)
{
	f->sleeps += f->sleeper.sleeps;
	f->rings += f->sleeper.rings;
	memset(&f->sleeper, 0, sizeof(f->sleeper));
	f->ears.bell = f->ears.device = (struct cordon_ear){ .fd = -1 };
}

static int attach(struct cordon_front *f, struct cordon_task *t)
{
	const struct cordon_incarnation *inc = t->inc;
	int ret;

	if (f->class->elsewhere) {
		f->inc = t->inc;
		return f->class->elsewhere->attach(f->state, inc, &f->caller, &t->err);
	}
	f->tables = calloc(1, cordon_pool_private_size(&f->class->pool));
	ret = f->tables ? cordon_chan_init_a(&f->chan, inc->chan.addr, &inc->boot.chan_dims) :
			  -ENOMEM;
	if (ret < 0)
		return cordon_fail(&t->err, ret, "front-end: channel: %s", strerror(-ret));
	cordon_pool_init(&f->pool, inc->pool.addr, inc->pool_ro.addr, &f->class->pool, f->tables,
			 1);
	take_bells(f, &inc->boot);
	f->inc = t->inc;
	return f->class->start(f->state, &f->chan, &f->pool, &f->caller, &t->err);
}

static void detach(struct cordon_front *f)
{
	if (f->inc)
		f->class->detach(f->state);
	f->inc = NULL;
	leave_bells(f);
	free(f->tables);
	f->tables = NULL;
	show_counters(f);
}

static int carry_out(struct cordon_front *f, struct cordon_task *t)
{
	int ret = 0;

	/* Here a call sees that by itself. Pairs with who set it. */
	if (f->class->elsewhere && t->order != CORDON_ORDER_DETACH &&
	    atomic_load_explicit(&f->cancel, memory_order_acquire))
		return -ECANCELED;
	switch (t->order) {
	case CORDON_ORDER_ATTACH:
		ret = attach(f, t);
		break;
	case CORDON_ORDER_PING:
		ret = f->class->ping(f->state);
		break;
	case CORDON_ORDER_STOP:
		ret = f->class->stop(f->state);
		show_counters(f);
		break;
	case CORDON_ORDER_DRAIN:
		ret = f->class->drain(f->state);
		break;
	case CORDON_ORDER_DETACH:
		detach(f);
		break;
	}
	return ret;
}

static void run_task(void *arg)
{
	struct cordon_task *t = arg;
	struct cordon_front *f = t->front;
	uint64_t one = 1;

	t->result = carry_out(f, t);
	/* Pairs with under_way() and cordon_front_done(). */
	atomic_store_explicit(&t->done, true, memory_order_release);
	if (write(f->done_fd, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}

static void run_work(struct cordon_work *w)
{
	struct cordon_task *t = (struct cordon_task *)w;

	if (cordon_fiber_start(&t->front->sched, run_task, t) < 0)
		run_task(t);
}

static int poll_work(void *arg, unsigned budget)
{
	struct cordon_front *f = arg;
	struct cordon_work *w;
	unsigned n = 0;

	while (n < budget && (w = cordon_workq_get(f->queue))) {
		w->fn(w);
		n++;
	}
	return (int)n;
}

static void idle(void *arg)
{
	struct cordon_front *f = arg;

	if (++f->idle < SPIN_ROUNDS)
		cordon_relax();
	else
		sched_yield();
}

static int look(void *arg, unsigned budget)
{
	struct cordon_front *f = arg;

	(void)budget;
	return f->inc && f->wait != CORDON_WAIT_SPIN ? cordon_sleeper_look(&f->sleeper) : 0;
}

static void sleep_now(struct cordon_front *f, uint64_t now)
{
	show_counters(f);
	f->ears.device.fd = f->inc && f->class->device ? f->class->device(f->state) : -1;
	cordon_ears_sleep(&f->ears, f->loop.busy, now,
			  f->class->elsewhere ? SHOW_MS : CORDON_BACKSTOP_MS);
}

static void idle_or_sleep(void *arg)
{
	struct cordon_front *f = arg;
	uint64_t now;

	if (f->wait == CORDON_WAIT_SPIN && !f->class->elsewhere) {
		idle(f);
		return;
	}
	now = cordon_clock_monotonic();
	if (!f->inc || f->class->elsewhere) {
		sleep_now(f, now);
		return;
	}
	switch (cordon_sleeper_idle(&f->sleeper, f->loop.busy, now)) {
	case CORDON_DOZE_POLL:
		idle(f);
		break;
	case CORDON_DOZE_CHECK: /* every round looks at everything here */
		break;
	case CORDON_DOZE_SLEEP:
		sleep_now(f, now);
		cordon_sleeper_woke(&f->sleeper, cordon_clock_monotonic());
		break;
	}
}

static void *front_main(void *arg)
{
	struct cordon_front *f = arg;

	/* It works on descriptors that are open. */
	(void)cordon_rights_keep(0, NULL);
	cordon_loop_run(&f->loop);
	if (f->class->leave)
		f->class->leave(f->state);
	show_counters(f);
	return NULL;
}

static int start_thread(struct cordon_front *f, int cpu)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int ret;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	pthread_attr_init(&attr);
	ret = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (ret == 0)
		ret = pthread_create(&f->thread, &attr, front_main, f);
	pthread_attr_destroy(&attr);
	f->runs = ret == 0;
	return -ret;
}

static int add_pollers(struct cordon_front *f)
{
	int ret;

	if (f->class->elsewhere)
		return cordon_loop_add(&f->loop, poll_work, f);
	ret = cordon_loop_add(&f->loop, poll_class, f);
	if (ret == 0)
		ret = cordon_loop_add(&f->loop, poll_domain, f);
	if (ret == 0)
		ret = cordon_loop_add(&f->loop, poll_work, f);
	if (ret == 0)
		ret = cordon_loop_add(&f->loop, look, f);
	return ret;
}

int cordon_front_start(struct cordon_front *f, const struct cordon_class *class, void *state,
		       struct cordon_page *page, int cpu, struct cordon_err *e)
{
	int ret;

	memset(f, 0, sizeof(*f));
	f->class = class;
	f->state = state;
	f->page = page;
	cordon_page_begin(page);
	snprintf(page->frontend, sizeof(page->frontend), "%s",
		 class->frontend ? class->frontend : "");
	cordon_page_end(page);
	f->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->ears.work = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->ears.bell.fd = f->ears.device.fd = -1;
	f->queue = cordon_workq_make(QUEUE);
	ret = f->done_fd < 0 || f->ears.work < 0 || !f->queue ? -ENOMEM : 0;
	if (ret == 0)
		ret = cordon_stacks_map(FIBERS, FIBER_STACK, &f->stacks);
	if (ret == 0)
		ret = cordon_sched_init(&f->sched, f->stacks.base, f->stacks.stride,
					f->stacks.stack_size, f->stacks.n);
	if (ret < 0)
		goto fail;
	f->caller = (struct cordon_caller){ .client = &f->chan.client,
					    .sched = &f->sched,
					    .now = cordon_clock_monotonic,
					    .cancel = &f->cancel,
					    .last = f->last,
					    .timed = true };
	cordon_loop_init(&f->loop, &f->sched);
	cordon_loop_set_idle(&f->loop, idle_or_sleep, f);
	ret = add_pollers(f);
	if (ret == 0 && class->elsewhere)
		ret = class->elsewhere->place(state, page, e);
	if (ret == 0)
		ret = start_thread(f, cpu);
	if (ret == 0)
		return 0;
fail:
	cordon_front_end(f);
	return cordon_fail(e, ret, "front-end on CPU %d: %s", cpu, strerror(-ret));
}

/* Pairs with the release in run_task(), which no longer touches the task then. */
static int under_way(const struct cordon_front *f)
{
	return f->task.front && !atomic_load_explicit(&f->task.done, memory_order_acquire);
}

int cordon_front_order(struct cordon_front *f, enum cordon_order order,
		       struct cordon_incarnation *inc)
{
	struct cordon_task *t = &f->task;
	int ret;

	if (under_way(f))
		return -EBUSY;
	memset(t, 0, sizeof(*t));
	t->work.fn = run_work;
	t->front = f;
	t->order = order;
	t->inc = inc;
	ret = cordon_workq_put(f->queue, &t->work);
	cordon_bell_ring(f->ears.work);
	return ret;
}

int cordon_front_done(struct cordon_front *f)
{
	uint64_t n;

	if (read(f->done_fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		return 0;
	/* Pairs with run_task(): the result is there. */
	return atomic_load_explicit(&f->task.done, memory_order_acquire);
}

/* Have the order that is under way fail, and wait for its end until @until. */
static void call_off(struct cordon_front *f, uint64_t until)
{
	struct pollfd p = { .fd = f->done_fd, .events = POLLIN };

	/* Pairs with cancelled() (call.c) and carry_out(). */
	atomic_store_explicit(&f->cancel, true, memory_order_release);
	/* Emptied each time: who waits here goes before the loop that is waited for. */
	while (under_way(f) && cordon_clock_monotonic() < until) {
		if (f->class->elsewhere)
			f->class->elsewhere->abort(f->state);
		(void)poll(&p, 1, ABORT_MS);
		(void)cordon_front_done(f);
	}
}

int cordon_front_abort(struct cordon_front *f, int timeout_ms)
{
	call_off(f, cordon_clock_monotonic() + (uint64_t)timeout_ms * 1000000u);
	if (under_way(f))
		return -EDEADLK;
	(void)cordon_front_done(f);
	/* Nobody calls; the next order's way through the queue brings it. */
	atomic_store_explicit(&f->cancel, false, memory_order_release);
	return 0;
}

void cordon_front_end(struct cordon_front *f)
{
	if (f->runs) {
		/* In a call of ours the loop sees it by itself. */
		call_off(f, f->class->elsewhere ? UINT64_MAX : 0);
		cordon_loop_stop(&f->loop);
		cordon_bell_ring(f->ears.work);
		pthread_join(f->thread, NULL);
	}
	cordon_stacks_unmap(&f->stacks);
	free(f->tables);
	cordon_workq_free(f->queue);
	if (f->done_fd >= 0)
		close(f->done_fd);
	if (f->ears.work >= 0)
		close(f->ears.work);
	memset(f, 0, sizeof(*f));
	f->done_fd = f->ears.work = -1;
}
