/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The context switch of x86-64 System V; the prototypes are in fiber.c. A fiber that does not run
 * has r15, r14, r13, r12, rbx, rbp and rip on its stack, r15 lowest, and below them, in the red
 * zone, MXCSR and the x87 control word if the _fp twin put them there.
 *
 * It is called, so it must end in ret: the return predictor then holds the address behind the call,
 * and as there is one call in the program (switch_to() in fiber.c), that is the right one on either
 * stack. What costs 2.5 times is a call without a ret (pop, jmp) or a ret without a call (inlined):
 * every later return of the thread is then predicted one off.
 *
 * There is no .note.gnu.property: a user shadow stack would not follow the switch, so what links
 * this must not ask for one.
 */
	.text

	.macro save
	endbr64
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	pushq %r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r12, 0
	pushq %r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r13, 0
	pushq %r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r14, 0
	pushq %r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r15, 0
	.endm

	/* The other stack has the same layout, so the unwind rules above hold for it too. */
	.macro restore
	popq %r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore r15
	popq %r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore r14
	popq %r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore r13
	popq %r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore r12
	popq %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	popq %rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbp
	ret
	.endm

	/* void cordon_switch(void **save, void *to) */
	.globl cordon_switch
	.hidden cordon_switch
	.type cordon_switch, @function
	.balign 16
cordon_switch:
	.cfi_startproc
	save
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	restore
	.cfi_endproc
	.size cordon_switch, . - cordon_switch

	/* void cordon_switch_fp(void **save, void *to) */
	.globl cordon_switch_fp
	.hidden cordon_switch_fp
	.type cordon_switch_fp, @function
	.balign 16
cordon_switch_fp:
	.cfi_startproc
	save
	stmxcsr -8(%rsp)
	fnstcw -4(%rsp)
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	ldmxcsr -8(%rsp)
	fldcw -4(%rsp)
	restore
	.cfi_endproc
	.size cordon_switch_fp, . - cordon_switch_fp

	/* void *cordon_switch_make(void *top, void (*entry)(void *), void *arg) */
	.globl cordon_switch_make
	.hidden cordon_switch_make
	.type cordon_switch_make, @function
	.balign 16
cordon_switch_make:
	.cfi_startproc
	endbr64
	leaq cordon_switch_start(%rip), %rcx
	xorl %eax, %eax
	movq %rax, -8(%rdi)	/* entry's return address: backtraces end here */
	movq %rcx, -16(%rdi)	/* rip */
	movq %rax, -24(%rdi)	/* rbp: and here */
	movq %rsi, -32(%rdi)	/* rbx: entry */
	movq %rdx, -40(%rdi)	/* r12: arg */
	movq %rax, -48(%rdi)	/* r13 */
	movq %rax, -56(%rdi)	/* r14 */
	movq %rax, -64(%rdi)	/* r15 */
	stmxcsr -72(%rdi)
	fnstcw -68(%rdi)
	leaq -64(%rdi), %rax
	ret
	.cfi_endproc
	.size cordon_switch_make, . - cordon_switch_make

	/* The first switch to a fiber lands here, with the stack as after a call of entry. */
	.type cordon_switch_start, @function
	.balign 16
cordon_switch_start:
	.cfi_startproc
	.cfi_undefined rip
	movq %r12, %rdi
	jmp *%rbx
	.cfi_endproc
	.size cordon_switch_start, . - cordon_switch_start

	.section .note.GNU-stack, "", @progbits
