// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/front.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "core/clock.h"

#define FIBERS 8u
#define FIBER_STACK 65536u
#define QUEUE 16u
/* Rounds after which the counters are copied to the page that others see. */
#define SHOW_ROUNDS 1024u
/* Idle rounds after which the core is offered to others: a housekeeping core has other work. */
#define SPIN_ROUNDS 1u

static void show_counters(struct cordon_front *f)
{
	uint64_t v[CORDON_PAGE_VALUES];
	unsigned n = f->class->count(f->state, v, CORDON_PAGE_VALUES);

	f->rounds = 0;
	for (unsigned i = 0; i < n; i++)
		atomic_store_explicit(&f->page->value[i], v[i], memory_order_relaxed);
	f->page->count = n;
}

static int poll_class(void *arg, unsigned budget)
{
	struct cordon_front *f = arg;
	unsigned n = f->class->poll(f->state, budget);

	if (n)
		f->idle = 0;
	if (++f->rounds >= SHOW_ROUNDS)
		show_counters(f);
	return (int)n;
}

static int poll_domain(void *arg, unsigned budget)
{
	struct cordon_front *f = arg;

	return f->inc->fence->poll(f->inc, budget);
}

static void run_task(void *arg)
{
	struct cordon_task *t = arg;
	struct cordon_front *f = t->front;
	uint64_t one = 1;

	switch (t->order) {
	case CORDON_ORDER_START:
		t->result = f->class->start(f->state, &f->chan, &f->pool, &f->caller, &t->err);
		break;
	case CORDON_ORDER_PING:
		t->result = f->class->ping(f->state);
		break;
	case CORDON_ORDER_STOP:
		t->result = f->class->stop(f->state);
		show_counters(f);
		break;
	}
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

static void *front_main(void *arg)
{
	struct cordon_front *f = arg;

	cordon_loop_run(&f->loop);
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

int cordon_front_start(struct cordon_front *f, const struct cordon_class *class, void *state,
		       struct cordon_incarnation *inc, struct cordon_page *page, int cpu,
		       struct cordon_err *e)
{
	int ret;

	memset(f, 0, sizeof(*f));
	f->class = class;
	f->state = state;
	f->inc = inc;
	f->page = page;
	f->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->queue = cordon_workq_make(QUEUE);
	f->tables = calloc(1, cordon_pool_private_size(&class->pool));
	ret = f->done_fd < 0 || !f->queue || !f->tables ? -ENOMEM : 0;
	if (ret == 0)
		ret = cordon_chan_init_a(&f->chan, inc->chan.addr, &class->chan);
	if (ret == 0)
		ret = cordon_stacks_map(FIBERS, FIBER_STACK, &f->stacks);
	if (ret == 0)
		ret = cordon_sched_init(&f->sched, f->stacks.base, f->stacks.stride,
					f->stacks.stack_size, f->stacks.n);
	if (ret < 0)
		goto fail;
	cordon_pool_init(&f->pool, inc->pool.addr, &class->pool, f->tables, 1);
	f->caller = (struct cordon_caller){ .client = &f->chan.client,
					    .sched = &f->sched,
					    .now = cordon_clock_monotonic,
					    .cancel = &f->ending };
	cordon_loop_init(&f->loop, &f->sched);
	cordon_loop_set_idle(&f->loop, idle, f);
	ret = cordon_loop_add(&f->loop, poll_class, f);
	if (ret == 0 && inc->fence->poll)
		ret = cordon_loop_add(&f->loop, poll_domain, f);
	if (ret == 0)
		ret = cordon_loop_add(&f->loop, poll_work, f);
	if (ret == 0)
		ret = start_thread(f, cpu);
	if (ret == 0)
		return 0;
fail:
	cordon_front_end(f);
	return cordon_fail(e, ret, "front-end on CPU %d: %s", cpu, strerror(-ret));
}

int cordon_front_order(struct cordon_front *f, enum cordon_order order)
{
	struct cordon_task *t = &f->task;

	if (t->front && !atomic_load_explicit(&t->done, memory_order_acquire))
		return -EBUSY;
	memset(t, 0, sizeof(*t));
	t->work.fn = run_work;
	t->front = f;
	t->order = order;
	return cordon_workq_put(f->queue, &t->work);
}

int cordon_front_done(struct cordon_front *f)
{
	uint64_t n;

	if (read(f->done_fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		return 0;
	return atomic_load_explicit(&f->task.done, memory_order_acquire);
}

void cordon_front_end(struct cordon_front *f)
{
	if (f->runs) {
		atomic_store_explicit(&f->ending, true, memory_order_release);
		cordon_loop_stop(&f->loop);
		pthread_join(f->thread, NULL);
	}
	cordon_stacks_unmap(&f->stacks);
	free(f->tables);
	cordon_workq_free(f->queue);
	if (f->done_fd >= 0)
		close(f->done_fd);
	memset(f, 0, sizeof(*f));
	f->done_fd = -1;
}
