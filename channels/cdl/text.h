/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Text that grows, and lists in it that are broken into lines as the kernel does. */
#ifndef CORDON_CDL_TEXT_H
#define CORDON_CDL_TEXT_H

#include <stdarg.h>
#include <stddef.h>

#define CDL_COLUMNS 100u

/* All zero: empty. */
struct cdl_text {
	char *at; /* NULL, or with an end */
	size_t len, room;
};

void cdl_put(struct cdl_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cdl_vput(struct cdl_text *t, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
void cdl_put_char(struct cdl_text *t, char c);
void cdl_text_free(struct cdl_text *t);

/* What stands between two brackets. All zero: empty. */
struct cdl_list {
	struct cdl_text text; /* items, each with an end */
	unsigned n;
};

void cdl_add(struct cdl_list *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put @head, which ends in an opening bracket, the items with @between them (","), and @tail. Lines that
 * become too long are broken, and go on below the bracket. Empties the list. */
void cdl_put_list(struct cdl_text *t, const char *head, struct cdl_list *l, const char *between,
		  const char *tail);
/* The same with the head printed. */
void cdl_put_listf(struct cdl_text *t, struct cdl_list *l, const char *between, const char *tail,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
