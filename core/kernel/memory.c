// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/kernel/memory.h"

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>

static int pin(struct cordon_memory *m, unsigned long address, unsigned long want)
{
	while (m->n < want) {
		int got = pin_user_pages_fast(address + m->n * PAGE_SIZE, (int)(want - m->n),
					      FOLL_WRITE | FOLL_LONGTERM, m->pages + m->n);

		if (got <= 0)
			return got < 0 ? got : -EFAULT;
		m->n += (unsigned int)got;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int cordon_memory_pin(struct cordon_memory *m, u64 address, u64 size)
{
	unsigned long n;
	int ret;

	memset(m, 0, sizeof(*m));
	if (!size || size > (u64)INT_MAX * PAGE_SIZE || !PAGE_ALIGNED(address) ||
	    address > ULONG_MAX - PAGE_ALIGN(size))
		return -EINVAL;
	n = PAGE_ALIGN(size) / PAGE_SIZE;
	ret = account_locked_vm(current->mm, n, true);
	if (ret < 0)
		return ret;
	ret = -ENOMEM;
	m->pages = kvcalloc(n, sizeof(*m->pages), GFP_KERNEL);
	if (!m->pages)
		goto unaccount;
	ret = pin(m, address, n);
	if (ret < 0)
		goto unpin;
	ret = -ENOMEM;
	m->at = vmap(m->pages, n, VM_MAP, PAGE_KERNEL);
	if (!m->at)
		goto unpin;
	m->mm = current->mm;
	mmgrab(m->mm);
	return 0;
unpin:
	unpin_user_pages(m->pages, m->n);
	kvfree(m->pages);
unaccount:
	account_locked_vm(current->mm, n, false);
	memset(m, 0, sizeof(*m));
	return ret;
}

void cordon_memory_unpin(struct cordon_memory *m)
{
	if (!m->n)
		return;
	vunmap(m->at);
	unpin_user_pages_dirty_lock(m->pages, m->n, true);
	kvfree(m->pages);
	account_locked_vm(m->mm, m->n, false);
	mmdrop(m->mm);
	memset(m, 0, sizeof(*m));
}
