// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>

int cordon_fail(struct cordon_err *e, int ret, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->text[0])
		return ret;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return ret;
}
