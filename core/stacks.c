// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/stacks.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int cordon_stacks_map(unsigned n, size_t stack_size, struct cordon_stacks *stacks)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size, stride, bytes;
	char *base;

	*stacks = (struct cordon_stacks){ .base = NULL };
	if (!stack_size || __builtin_add_overflow(stack_size, page - 1, &size))
		return -EINVAL;
	size &= ~(page - 1);
	if (__builtin_add_overflow(size, (size_t)CORDON_STACK_GUARD, &stride) ||
	    __builtin_mul_overflow(stride, (size_t)n, &bytes) || bytes > PTRDIFF_MAX)
		return -EINVAL;
	if (!n)
		return 0;
	base = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return -errno;
	for (unsigned i = 0; i < n; i++) {
		if (mprotect(base + i * stride + CORDON_STACK_GUARD, size,
			     PROT_READ | PROT_WRITE)) {
			int error = errno;

			munmap(base, bytes);
			return -error;
		}
	}
	*stacks = (struct cordon_stacks){ base, stride, size, n };
	return 0;
}

void cordon_stacks_unmap(struct cordon_stacks *stacks)
{
	if (stacks->base)
		munmap(stacks->base, stacks->stride * stacks->n);
	*stacks = (struct cordon_stacks){ .base = NULL };
}
