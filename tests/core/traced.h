/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What trace.c and its driver, img_traced.c, say to each other. */
#ifndef CORDON_TESTS_CORE_TRACED_H
#define CORDON_TESTS_CORE_TRACED_H

enum {
	TRACED_OP_THERE, /* () -> unsigned: how many of the two fibers have reached their place */
	TRACED_OP_ORDER, /* enum traced_order -> (): what to do in the next round */
};

enum traced_order { TRACED_NOTHING, TRACED_SPIN, TRACED_FALL, TRACED_SYSCALL, TRACED_LIE };

#endif
