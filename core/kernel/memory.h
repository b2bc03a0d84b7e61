/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Memory of the calling process, for the kernel to use as long as it likes. */
#ifndef CORDON_KERNEL_MEMORY_H
#define CORDON_KERNEL_MEMORY_H

#include <linux/types.h>

struct cordon_memory {
	void *at; /* here */
	struct page **pages;
	unsigned long n; /* pages; 0: there are none */
	struct mm_struct *mm; /* whose locked memory they count as */
};

/*
 * Pin the @size bytes (rounded up to pages) at @address of the caller's, which it maps writable, and map
 * them here. What the pages hold is as much in others' hands as before; that they stay is not. 0, or
 * -EINVAL (address, size), -EFAULT (not mapped so), -ENOMEM (also: more locked memory than the process
 * may have), -EINTR (killed). May sleep.
 */
int cordon_memory_pin(struct cordon_memory *m, u64 address, u64 size);

/* Undo it, in any process. Nothing for zeroed memory. May sleep. */
void cordon_memory_unpin(struct cordon_memory *m);

#endif
