/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * System calls without a libc, for code that runs inside an image: the same objects then work behind
 * every fence. Each returns what the kernel returned: a value, or -errno.
 */
#ifndef CORDON_CORE_SYS_H
#define CORDON_CORE_SYS_H

#include <stdint.h>
#include <asm/unistd.h>

static inline long cordon_sys6(long nr, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ __volatile__("syscall"
			     : "=a"(ret)
			     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			     : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ __volatile__("svc 0"
			     : "+r"(x0)
			     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			     : "memory");
	return x0;
#else
#error "cordon: no system call sequence for this architecture"
#endif
}

static inline long cordon_sys3(long nr, long a, long b, long c)
{
	return cordon_sys6(nr, a, b, c, 0, 0, 0);
}

#endif
