/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Guarded stacks for cordon_sched_init(), in hosted programs.
 */
#ifndef CORDON_CORE_STACKS_H
#define CORDON_CORE_STACKS_H

#include <stddef.h>

/* Bytes of address space below each stack that fault when touched. More than one page, as a frame
 * larger than the guard would step over it. */
#define CORDON_STACK_GUARD 65536

/* An area of stacks: base, stride, size and n are what cordon_sched_init() takes. */
struct cordon_stacks {
	void *base; /* NULL: none are mapped */
	size_t stride; /* bytes, guard included */
	size_t stack_size; /* bytes, rounded up to pages */
	unsigned n;
};

/*
 * Map @n stacks of at least @stack_size bytes each, with a guard below each one, and describe them
 * in @stacks. Memory is used as it is touched; touching a guard is a SIGSEGV. With @n = 0 nothing is
 * mapped. The caller owns the area until cordon_stacks_unmap(). May sleep in the kernel.
 *
 * Returns 0, -EINVAL: @stack_size is 0 or the area would exceed the address space, or the error of
 * mmap or mprotect (-ENOMEM: also when the process has too many mappings; each stack takes two).
 * On error @stacks describes none.
 */
int cordon_stacks_map(unsigned n, size_t stack_size, struct cordon_stacks *stacks);

/* Unmap @stacks, if there are any; it then describes none. No fiber may be alive on them, and the
 * scheduler that borrowed them may not be used any more. */
void cordon_stacks_unmap(struct cordon_stacks *stacks);

#endif
