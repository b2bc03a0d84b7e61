/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The context switch of AArch64 (AAPCS64); the prototypes are in fiber.c. A fiber that does not run
 * has on its stack, lowest first: x29 and x30 (a frame record like any other), x19 to x28, d8 to
 * d15, and FPCR, which the _fp twin alone reads and writes: there is no red zone to put it into.
 *
 * It is called, and ends in ret: why, switch_x86_64.S says. x18 is the platform's, and left alone.
 *
 * Entries are landing pads (BTI), and the note at the end says so. The return address is saved
 * unsigned; one that switch_to() signed (PAC) comes back with the stack pointer that it was signed
 * with. A guarded control stack would not follow the switch, so the note doesn't claim one.
 */
#define FRAME 176
#define FPCR 160

	.text

	.macro save
	hint #34	/* bti c */
	stp x29, x30, [sp, #-FRAME]!
	.cfi_def_cfa_offset FRAME
	.cfi_offset x29, -FRAME
	.cfi_offset x30, -FRAME + 8
	stp x19, x20, [sp, #16]
	.cfi_offset x19, -FRAME + 16
	.cfi_offset x20, -FRAME + 24
	stp x21, x22, [sp, #32]
	.cfi_offset x21, -FRAME + 32
	.cfi_offset x22, -FRAME + 40
	stp x23, x24, [sp, #48]
	.cfi_offset x23, -FRAME + 48
	.cfi_offset x24, -FRAME + 56
	stp x25, x26, [sp, #64]
	.cfi_offset x25, -FRAME + 64
	.cfi_offset x26, -FRAME + 72
	stp x27, x28, [sp, #80]
	.cfi_offset x27, -FRAME + 80
	.cfi_offset x28, -FRAME + 88
	stp d8, d9, [sp, #96]
	stp d10, d11, [sp, #112]
	stp d12, d13, [sp, #128]
	stp d14, d15, [sp, #144]
	.endm

	/* The other stack has the same layout, so the unwind rules above hold for it too. */
	.macro restore
	ldp d14, d15, [sp, #144]
	ldp d12, d13, [sp, #128]
	ldp d10, d11, [sp, #112]
	ldp d8, d9, [sp, #96]
	ldp x27, x28, [sp, #80]
	ldp x25, x26, [sp, #64]
	ldp x23, x24, [sp, #48]
	ldp x21, x22, [sp, #32]
	ldp x19, x20, [sp, #16]
	ldp x29, x30, [sp], #FRAME
	.cfi_restore_state
	ret
	.endm

	/* void cordon_switch(void **save, void *to) */
	.globl cordon_switch
	.hidden cordon_switch
	.type cordon_switch, %function
	.balign 16
cordon_switch:
	.cfi_startproc
	.cfi_remember_state
	save
	mov x9, sp
	str x9, [x0]
	mov sp, x1
	restore
	.cfi_endproc
	.size cordon_switch, . - cordon_switch

	/* void cordon_switch_fp(void **save, void *to) */
	.globl cordon_switch_fp
	.hidden cordon_switch_fp
	.type cordon_switch_fp, %function
	.balign 16
cordon_switch_fp:
	.cfi_startproc
	.cfi_remember_state
	save
	mrs x10, fpcr
	str x10, [sp, #FPCR]
	mov x9, sp
	str x9, [x0]
	mov sp, x1
	ldr x10, [sp, #FPCR]
	msr fpcr, x10
	restore
	.cfi_endproc
	.size cordon_switch_fp, . - cordon_switch_fp

	/* void *cordon_switch_make_(void *top, void (*entry)(void *), void *arg) */
	.globl cordon_switch_make_
	.hidden cordon_switch_make_
	.type cordon_switch_make_, %function
	.balign 16
cordon_switch_make_:
	.cfi_startproc
	hint #34	/* bti c */
	adr x9, cordon_switch_start
	mrs x10, fpcr
	sub x0, x0, #FRAME
	stp xzr, x9, [x0]	/* x29: backtraces end here; x30 */
	stp x1, x2, [x0, #16]	/* x19: entry; x20: arg */
	stp xzr, xzr, [x0, #32]
	stp xzr, xzr, [x0, #48]
	stp xzr, xzr, [x0, #64]
	stp xzr, xzr, [x0, #80]
	stp xzr, xzr, [x0, #96]
	stp xzr, xzr, [x0, #112]
	stp xzr, xzr, [x0, #128]
	stp xzr, xzr, [x0, #144]
	str x10, [x0, #FPCR]
	ret
	.cfi_endproc
	.size cordon_switch_make_, . - cordon_switch_make_

	/* The first switch to a fiber lands here, by a ret, with the stack as entry wants it. */
	.type cordon_switch_start, %function
	.balign 16
cordon_switch_start:
	.cfi_startproc
	.cfi_undefined x30
	mov x0, x20
	mov x16, x19	/* a branch by x16 may land on what a call may */
	mov x30, xzr	/* entry's return address: and here */
	br x16
	.cfi_endproc
	.size cordon_switch_start, . - cordon_switch_start

	.section .note.gnu.property, "a"
	.balign 8
	.long 4, 16, 5	/* sizes of name and value; NT_GNU_PROPERTY_TYPE_0 */
	.asciz "GNU"
	.long 0xc0000000, 4, 1, 0	/* AArch64's features: BTI */

	.section .note.GNU-stack, "", %progbits
