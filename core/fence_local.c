// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The fences that are none: the driver runs in the supervisor's own address space. Baselines. */
#include "core/fence.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "core/domain.h"
#include "core/plan.h"
#include "core/rights.h"

/* Two lines: adjacent ones are fetched in pairs. */
#define APART 128

/* Zeroed memory on lines that nothing else is on, as what lies beside it in the heap may be written with
 * every call. */
static void *alone(size_t size)
{
	void *p;

	size = (size + APART - 1) / APART * APART;
	p = aligned_alloc(APART, size);
	return p ? memset(p, 0, size) : NULL;
}

static void drop(struct cordon_incarnation *inc)
{
	cordon_stacks_unmap(&inc->stacks);
	free(inc->heap);
	inc->heap = NULL;
	free(inc->domain);
	inc->domain = NULL;
	free(inc->stop);
	inc->stop = NULL;
	if (inc->death_fd >= 0)
		close(inc->death_fd);
	inc->death_fd = -1;
}

/* Memory and runtime of the domain; the driver is open afterwards. */
static int set_up(struct cordon_incarnation *inc, struct cordon_err *e)
{
	struct cordon_boot b = inc->boot;
	int ret;

	inc->death_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (inc->death_fd < 0)
		return cordon_fail(e, -errno, "domain %s: eventfd: %s", inc->spec->name,
				   strerror(errno));
	ret = cordon_stacks_map(CORDON_STACKS, CORDON_STACK_BYTES, &inc->stacks);
	if (ret < 0)
		goto fail;
	ret = -ENOMEM;
	inc->domain = alone(sizeof(*inc->domain));
	inc->heap = alone(CORDON_HEAP_BYTES);
	inc->stop = alone(sizeof(*inc->stop));
	if (!inc->domain || !inc->heap || !inc->stop)
		goto fail;
	b.chan = (uint64_t)(uintptr_t)inc->chan.addr;
	b.pool = (uint64_t)(uintptr_t)inc->pool.addr;
	b.pool_ro = (uint64_t)(uintptr_t)inc->pool_ro.addr;
	b.grant = inc->grant ? (uint64_t)(uintptr_t)inc->grant->addr : 0;
	b.heap = (uint64_t)(uintptr_t)inc->heap;
	b.heap_size = CORDON_HEAP_BYTES;
	b.stacks = (uint64_t)(uintptr_t)inc->stacks.base;
	b.stack_stride = inc->stacks.stride;
	b.stack_size = inc->stacks.stack_size;
	b.nstacks = inc->stacks.n;
	ret = cordon_domain_init(inc->domain, inc->spec->driver, &b);
	if (ret < 0)
		goto fail;
	return 0;
fail:
	drop(inc);
	return cordon_fail(e, ret, "domain %s: starting the driver: %s", inc->spec->name,
			   strerror(-ret));
}

static void tell_death(struct cordon_incarnation *inc)
{
	uint64_t one = 1;

	if (write(inc->death_fd, &one, sizeof(one)) < 0)
		return; /* full: it is readable already */
}

static void epitaph(const struct cordon_incarnation *inc, struct cordon_death *death)
{
	death->status = death->signal = 0;
	death->error = inc->domain->error;
	snprintf(death->text, sizeof(death->text), "%s%s",
		 death->error ? "the driver failed: " : "ended in order",
		 death->error ? strerror(-death->error) : "");
}

static int inline_poll(struct cordon_incarnation *inc, unsigned budget)
{
	int before = inc->domain->error;
	int n;

	if (before)
		return 0;
	n = cordon_domain_poll(inc->domain, budget);
	if (n < 0)
		tell_death(inc);
	return n < 0 ? 0 : n;
}

static void inline_end(struct cordon_incarnation *inc, struct cordon_death *death)
{
	cordon_domain_close(inc->domain);
	epitaph(inc, death);
	drop(inc);
}

static void *thread_main(void *arg)
{
	struct cordon_incarnation *inc = arg;

	(void)cordon_rights_keep(0, NULL);
	(void)cordon_domain_run(inc->domain, inc->stop);
	cordon_domain_close(inc->domain);
	tell_death(inc);
	return NULL;
}

static int thread_go(struct cordon_incarnation *inc)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int ret;

	/* Before the thread begins. */
	atomic_store(inc->stop, false);
	CPU_ZERO(&set);
	CPU_SET((size_t)inc->spec->core, &set);
	pthread_attr_init(&attr);
	ret = -pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (ret == 0)
		ret = -pthread_create(&inc->thread, &attr, thread_main, inc);
	pthread_attr_destroy(&attr);
	inc->thread_runs = ret == 0;
	return ret;
}

static int inline_go(struct cordon_incarnation *inc)
{
	(void)inc;
	return 0;
}

/* A thread that hangs can't be ended: that is what the process fence is for. */
static void thread_end(struct cordon_incarnation *inc, struct cordon_death *death)
{
	/* Pairs with stop_when_told() (domain.c). */
	atomic_store(inc->stop, true);
	if (inc->boot.bells.own >= 0)
		cordon_bell_ring(inc->boot.bells.own);
	if (inc->thread_runs)
		pthread_join(inc->thread, NULL);
	inc->thread_runs = 0;
	epitaph(inc, death);
	drop(inc);
}

const struct cordon_fence cordon_fence_inline = {
	.name = "inline",
	.help = "no fence: polled by the front-end's loop (a baseline)",
	.start = set_up,
	.go = inline_go,
	.poll = inline_poll,
	.end = inline_end,
};

const struct cordon_fence cordon_fence_thread = {
	.name = "thread",
	.help = "no fence: a thread of the supervisor on the domain's core (a baseline)",
	.own_core = 1,
	.start = set_up,
	.go = thread_go,
	.end = thread_end,
};
