// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "channels/cdl/mem.h"

#define TAB 8u

static void grow(struct cdl_text *t, size_t more)
{
	if (t->room - t->len > more)
		return;
	t->room = (t->len + more + 1) * 2;
	t->at = cdl_realloc(t->at, t->room);
}

void cdl_vput(struct cdl_text *t, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	/* Mostly there is room. */
	grow(t, 64);
	va_copy(again, ap);
	len = vsnprintf(t->at + t->len, t->room - t->len, fmt, again);
	va_end(again);
	if ((size_t)len >= t->room - t->len) {
		grow(t, (size_t)len);
		(void)vsnprintf(t->at + t->len, (size_t)len + 1, fmt, ap);
	}
	t->len += (size_t)len;
}

void cdl_put(struct cdl_text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cdl_vput(t, fmt, ap);
	va_end(ap);
}

void cdl_put_char(struct cdl_text *t, char c)
{
	grow(t, 1);
	t->at[t->len++] = c;
	t->at[t->len] = '\0';
}

void cdl_text_free(struct cdl_text *t)
{
	free(t->at);
	memset(t, 0, sizeof(*t));
}

void cdl_add(struct cdl_list *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cdl_vput(&l->text, fmt, ap);
	va_end(ap);
	cdl_put_char(&l->text, '\0');
	l->n++;
}

static size_t column_of(const struct cdl_text *t)
{
	size_t i = t->len, column = 0;

	while (i > 0 && t->at[i - 1] != '\n')
		i--;
	for (; i < t->len; i++)
		column = t->at[i] == '\t' ? (column / TAB + 1) * TAB : column + 1;
	return column;
}

static void indent(struct cdl_text *t, size_t columns)
{
	for (; columns >= TAB; columns -= TAB)
		cdl_put_char(t, '\t');
	for (; columns > 0; columns--)
		cdl_put_char(t, ' ');
}

/* The head stands there. */
static void put_items(struct cdl_text *t, struct cdl_list *l, const char *between, const char *tail)
{
	/* Up to the end of the line, the tail stays with the last item. */
	size_t rest = strcspn(tail, "\n");
	size_t gap = strlen(between);
	const char *item = l->text.at;
	size_t begin = column_of(t), column = begin;

	for (unsigned i = 0; i < l->n; i++) {
		size_t len = strlen(item);

		if (i > 0) {
			cdl_put(t, "%s", between);
			column += gap + 1;
			if (column + len + (i + 1 < l->n ? gap : rest) > CDL_COLUMNS) {
				cdl_put_char(t, '\n');
				indent(t, begin);
				column = begin;
			} else {
				cdl_put_char(t, ' ');
			}
		}
		cdl_put(t, "%s", item);
		column += len;
		item += len + 1;
	}
	cdl_put(t, "%s", tail);
	cdl_text_free(&l->text);
	l->n = 0;
}

void cdl_put_list(struct cdl_text *t, const char *head, struct cdl_list *l, const char *between,
		  const char *tail)
{
	cdl_put(t, "%s", head);
	put_items(t, l, between, tail);
}

void cdl_put_listf(struct cdl_text *t, struct cdl_list *l, const char *between, const char *tail,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cdl_vput(t, fmt, ap);
	va_end(ap);
	put_items(t, l, between, tail);
}
