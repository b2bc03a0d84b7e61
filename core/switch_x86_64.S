/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How a fiber begins on x86-64 System V; the switch itself is in switch.h, with the layout of a stack.
 *
 * There is no .note.gnu.property: a user shadow stack would not follow the switch, so what links
 * this must not ask for one.
 */
	.text

	/* The first switch to a fiber lands here. */
	.globl cordon_switch_start
	.hidden cordon_switch_start
	.type cordon_switch_start, @function
	.balign 16
cordon_switch_start:
	.cfi_startproc
	.cfi_undefined rip
	endbr64
	popq %rbp
	popq %rax
	popq %rdi
	jmpq *%rax
	.cfi_endproc
	.size cordon_switch_start, . - cordon_switch_start

	.section .note.GNU-stack, "", @progbits
