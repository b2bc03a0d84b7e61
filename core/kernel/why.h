/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Words for an error, in a field @why of uapi.h. */
#ifndef CORDON_KERNEL_WHY_H
#define CORDON_KERNEL_WHY_H

#include <linux/kernel.h>
#include "core/kernel/uapi.h"

/* Puts the words into @why, of CORDON_K_WHY bytes, and returns @err. */
static inline __printf(3, 4) int cordon_why(char *why, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vscnprintf(why, CORDON_K_WHY, format, args);
	va_end(args);
	return err;
}

#endif
