/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What is wrong with a file, as a compiler says it:
 *
 *   net.cdl:3:14: error: there is no type 'u33'
 *       3 |         int set_mtu(u33 mtu);
 *         |                     ^~~
 *
 * At most CDL_ERRORS_MAX are said.
 */
#ifndef CORDON_CDL_DIAG_H
#define CORDON_CDL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include "channels/cdl/text.h"

#define CDL_ERRORS_MAX 20u

struct cdl_source {
	const char *name; /* of the file */
	const char *text;
	size_t len;
};

/* A piece of the source. */
struct cdl_place {
	size_t at, len;
};

struct cdl_diag {
	const struct cdl_source *source;
	struct cdl_text *out;
	unsigned errors;
	bool silent; /* the last error was not said */
	size_t last; /* where the last error was, plus one: of one place, one is enough */
};

/* Enough has been said. */
static inline bool cdl_diag_full(const struct cdl_diag *d)
{
	return d->errors >= CDL_ERRORS_MAX;
}

void cdl_error(struct cdl_diag *d, struct cdl_place where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* More about the last error, elsewhere. */
void cdl_note(struct cdl_diag *d, struct cdl_place where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
