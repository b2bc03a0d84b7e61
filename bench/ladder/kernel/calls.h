/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * /dev/cordon-ladder: have the kernel call a domain, and hold a watch. One open file is one domain:
 *
 *   LADDER_K_ATTACH  here is its memory (struct cordon_k_attach, as CORDON_K_ATTACH has it)   once, first
 *   LADDER_K_CALLS   call it so many times
 *
 * Errors are those of /dev/cordon; calls end when the caller is killed. Closing the file gives the memory
 * back. Only CAP_SYS_ADMIN, in the first user namespace, opens the device.
 */
#ifndef CORDON_BENCH_LADDER_KERNEL_CALLS_H
#define CORDON_BENCH_LADDER_KERNEL_CALLS_H

#include "core/kernel/uapi.h"

#define LADDER_K_DEVICE "cordon-ladder"
#define LADDER_K_CALLS_MAX 65536u

struct ladder_k_calls {
	__u32 n; /* 1 to LADDER_K_CALLS_MAX */
	__u32 op; /* with a request of 56 bytes: 0, a number, zeros; which is to come back */
	__u64 ns; /* out: for all of them */
};

#define LADDER_K_ATTACH _IOW(0xc0, 32, struct cordon_k_attach)
#define LADDER_K_CALLS _IOWR(0xc0, 33, struct ladder_k_calls)

#endif
