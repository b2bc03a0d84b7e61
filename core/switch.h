/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The context switch. A fiber that does not run has on its stack, from the stack pointer up, the address
 * at which it goes on and its frame pointer, on x86-64 in this order, and whatever the compiler saved;
 * below, where nothing else writes, MXCSR and the x87 control word if the _fp twin put them there.
 *
 * x86-64: inlined, it saves what is in use and no more, and ends in a jump, which always has the same
 * target. Called, it would end in a return that the predictor takes to go back to the caller, and it does
 * not: 13 ns instead of 1. For that there is to be one place in the program that switches (switch_to() in
 * fiber.c): then the return from there is predicted, too.
 *
 * There are no unwind rules for it: backtraces of fibers that don't run are trace_walk.c's.
 */
#ifndef CORDON_CORE_SWITCH_H
#define CORDON_CORE_SWITCH_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__)

void cordon_switch_start(
	void); /* switch_x86_64.S: pops frame pointer, entry and argument, and goes there */

/*
 * Lay out a stack that ends at @top, a multiple of 16, so that the first switch to what it returns calls
 * @entry(@arg), which never returns. @fp: with the floating-point environment of now, for the _fp twin.
 */
static inline void *cordon_switch_make(void *top, void (*entry)(void *), void *arg, bool fp)
{
	uintptr_t *sp = (uintptr_t *)top - 5;

	sp[0] = (uintptr_t)cordon_switch_start;
	sp[1] = 0; /* frame pointer, and */
	sp[2] = (uintptr_t)entry;
	sp[3] = (uintptr_t)arg;
	sp[4] = 0; /* return address of entry: backtraces end here */
	if (fp)
		__asm__ __volatile__("stmxcsr %0\n\tfnstcw %1"
				     : "=m"(((uint32_t *)sp)[-2]), "=m"(((uint32_t *)sp)[-1]));
	return sp;
}

/* The compiler saves what it uses of these; what it keeps below the stack pointer is stepped over. */
#define CORDON_SWITCH_(save, to, keep, restore)                                              \
	__asm__ __volatile__("leaq -128(%%rsp), %%rsp\n\t"                                   \
			     "pushq %%rbp\n\t"                                               \
			     "leaq 1f(%%rip), %%rax\n\t"                                     \
			     "pushq %%rax\n\t" keep "movq %%rsp, (%%rdi)\n\t"                \
			     "movq %%rsi, %%rsp\n\t" restore "popq %%rax\n\t"                \
			     "jmpq *%%rax\n"                                                 \
			     "1:\n\t"                                                        \
			     "endbr64\n\t"                                                   \
			     "popq %%rbp\n\t"                                                \
			     "leaq 128(%%rsp), %%rsp"                                        \
			     : "+D"(save), "+S"(to)::"rax", "rbx", "rcx", "rdx", "r8", "r9", \
			       "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc")

/* Save the running context in *@save and go on where @to was saved; returns when somebody comes back. */
static inline __attribute__((always_inline)) void cordon_switch(void **save, void *to)
{
	CORDON_SWITCH_(save, to, "", "");
}

/* The same with the floating-point environment. For one stack use either. */
static inline __attribute__((always_inline)) void cordon_switch_fp(void **save, void *to)
{
	CORDON_SWITCH_(save, to, "stmxcsr -8(%%rsp)\n\tfnstcw -4(%%rsp)\n\t",
		       "ldmxcsr -8(%%rsp)\n\tfldcw -4(%%rsp)\n\t");
}

#else

/* switch_ARCH.S. */
void cordon_switch(void **save, void *to);
void cordon_switch_fp(void **save, void *to);
void *cordon_switch_make_(void *top, void (*entry)(void *), void *arg);

static inline void *cordon_switch_make(void *top, void (*entry)(void *), void *arg, bool fp)
{
	(void)fp;
	return cordon_switch_make_(top, entry, arg);
}

#endif

#endif
