/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What code that user space shares with us includes, from what the kernel has; so the other files here. */
#ifndef CORDON_KERNEL_STDINT_H
#define CORDON_KERNEL_STDINT_H

#include <linux/limits.h>
#include <linux/types.h>

#ifndef UINT32_MAX
#define UINT32_MAX U32_MAX
#endif
#ifndef UINT64_MAX
#define UINT64_MAX U64_MAX
#endif
#ifndef UINT64_C
#define UINT64_C(n) n##ull
#endif

#endif
