// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/partner.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>

int pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

static void *partner_main(void *arg)
{
	struct partner *p = arg;

	p->fn(p->arg);
	return NULL;
}

int partner_start(struct partner *p, int cpu, void (*fn)(void *arg), void *arg)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int ret;

	__atomic_store_n(&p->stop, false, __ATOMIC_RELAXED);
	p->fn = fn;
	p->arg = arg;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	pthread_attr_init(&attr);
	ret = -pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (ret == 0)
		ret = -pthread_create(&p->thread, &attr, partner_main, p);
	pthread_attr_destroy(&attr);
	return ret;
}

void partner_end(struct partner *p, void (*wake)(void *arg))
{
	__atomic_store_n(&p->stop, true, __ATOMIC_RELEASE);
	if (wake)
		wake(p->arg);
	pthread_join(p->thread, NULL);
}
