// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/domain.h"

#include <linux/eventpoll.h>
#include "core/clock.h"
#include "core/sys.h"

/* Control calls answered in one round: few, so that the data plane never waits long. */
#define SERVE_BUDGET 32u
#define POLL_BUDGET 64u

void *cordon_alloc(struct cordon_domain *d, size_t size)
{
	uint8_t *p = (uint8_t *)(uintptr_t)d->boot.heap + d->heap_used;

	if (size > d->boot.heap_size - d->heap_used)
		return NULL;
	size = (size + 63) & ~(size_t)63;
	if (size > d->boot.heap_size - d->heap_used)
		size = d->boot.heap_size - d->heap_used;
	d->heap_used += size;
	return p;
}

struct cordon_chan *cordon_domain_chan(struct cordon_domain *d)
{
	return &d->chan;
}

struct cordon_pool *cordon_domain_pool(struct cordon_domain *d)
{
	return &d->pool;
}

struct cordon_io *cordon_domain_io(struct cordon_domain *d)
{
	return &d->io;
}

unsigned cordon_domain_ports(const struct cordon_domain *d)
{
	return d->boot.nports;
}

void *cordon_domain_grant(const struct cordon_domain *d, uint64_t *size)
{
	*size = d->boot.grant_size;
	return (void *)(uintptr_t)d->boot.grant;
}

uint64_t cordon_domain_arg(const struct cordon_domain *d)
{
	return d->boot.arg;
}

uint64_t cordon_now(const struct cordon_domain *d)
{
	return cordon_clock_read(&d->boot.clock);
}

static int serve(void *arg, unsigned budget)
{
	struct cordon_domain *d = arg;

	(void)budget;
	return (int)cordon_serve(&d->chan.server, d->driver->control, d->state, SERVE_BUDGET);
}

static int drive(void *arg, unsigned budget)
{
	struct cordon_domain *d = arg;
	int n = d->driver->poll(d->state, budget);

	if (n < 0) {
		d->error = n;
		cordon_loop_stop(&d->loop);
		return 0;
	}
	return n;
}

static int look(void *arg, unsigned budget)
{
	struct cordon_domain *d = arg;

	(void)budget;
	return cordon_sleeper_look(&d->sleeper);
}

static void idle(void *arg)
{
	struct cordon_domain *d = arg;
	struct epoll_event event;

	switch (cordon_sleeper_idle(&d->sleeper, d->loop.busy, cordon_now(d))) {
	case CORDON_DOZE_POLL:
		cordon_relax();
		break;
	case CORDON_DOZE_CHECK:
		cordon_serve_all(&d->chan.server);
		break;
	case CORDON_DOZE_SLEEP:
		/* What the kernel did not take of the I/O is tried again. */
		if (!cordon_io_queued(&d->io))
			(void)cordon_sys6(__NR_epoll_pwait, d->boot.bells.wake, (long)&event, 1,
					  d->boot.backstop_ms, 0, 0);
		cordon_sleeper_woke(&d->sleeper, cordon_now(d));
		break;
	}
}

/* Nothing of it where nobody sleeps: the loop is what it is without. */
static int set_up_sleep(struct cordon_domain *d)
{
	cordon_sleeper_init(&d->sleeper, &d->chan, d->boot.wait, d->boot.bells.peer);
	if (d->boot.wait != CORDON_WAIT_SPIN)
		cordon_loop_set_idle(&d->loop, idle, d);
	return d->boot.bells.peer >= 0 ? cordon_loop_add(&d->loop, look, d) : 0;
}

int cordon_domain_init(struct cordon_domain *d, const struct cordon_driver *driver,
		       const struct cordon_boot *boot)
{
	void *tables;
	int ret;

	memset(d, 0, sizeof(*d));
	d->driver = driver;
	d->boot = *boot;
	if (boot->size != sizeof(*boot) || cordon_pool_dims_check(&boot->pool_dims) < 0)
		return -EINVAL;
	ret = cordon_chan_init_b(&d->chan, (void *)(uintptr_t)boot->chan, &boot->chan_dims);
	if (ret < 0)
		return ret;
	tables = cordon_alloc(d, cordon_pool_private_size(&boot->pool_dims));
	d->state = cordon_alloc(d, driver->state_size);
	if (!tables || !d->state)
		return -ENOMEM;
	cordon_pool_init(&d->pool, (void *)(uintptr_t)boot->pool, (void *)(uintptr_t)boot->pool_ro,
			 &boot->pool_dims, tables, 0);
	ret = cordon_io_init(&d->io, boot, &d->pool);
	if (ret < 0)
		return ret;
	ret = cordon_sched_init(&d->sched, (void *)(uintptr_t)boot->stacks, boot->stack_stride,
				boot->stack_size, boot->nstacks);
	if (ret < 0)
		return ret;
	cordon_loop_init(&d->loop, &d->sched);
	ret = cordon_loop_add(&d->loop, serve, d);
	if (ret == 0)
		ret = cordon_loop_add(&d->loop, drive, d);
	if (ret == 0)
		ret = set_up_sleep(d);
	return ret < 0 ? ret : driver->open(d, d->state);
}

struct stopper {
	struct cordon_domain *domain;
	const atomic_bool *flag;
};

static int stop_when_told(void *arg, unsigned budget)
{
	struct stopper *s = arg;

	(void)budget;
	/* Pairs with the store in thread_end() (fence_local.c). */
	if (atomic_load_explicit(s->flag, memory_order_acquire))
		cordon_loop_stop(&s->domain->loop);
	return 0;
}

int cordon_domain_run(struct cordon_domain *d, const atomic_bool *stop)
{
	struct stopper s = { d, stop };
	int ret = stop ? cordon_loop_add(&d->loop, stop_when_told, &s) : 0;

	if (ret == 0)
		cordon_loop_run(&d->loop);
	return ret < 0 ? ret : d->error;
}

int cordon_domain_poll(struct cordon_domain *d, unsigned budget)
{
	int n = serve(d, budget) + drive(d, budget < POLL_BUDGET ? budget : POLL_BUDGET);

	return d->error ? d->error : n;
}

void cordon_domain_close(struct cordon_domain *d)
{
	if (d->driver->close)
		d->driver->close(d->state);
}
