/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One clear line about what failed, on what, and what to do: carried up next to the -errno. */
#ifndef CORDON_CORE_ERR_H
#define CORDON_CORE_ERR_H

struct cordon_err {
	char text[512];
};

/* Write the line (printf-style; NULL @e: none wanted) and return @ret, a negative errno. The first
 * line written stays, as it is the nearest to the cause. */
int cordon_fail(struct cordon_err *e, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
