// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/diag.h"

#include <stdarg.h>

/* Of a longer line, what lies around the place. */
#define SHOWN 100u
#define BEFORE 60u

static char printable(char c)
{
	return c == '\t' || (c >= ' ' && c <= '~') ? c : '?';
}

static void show(struct cdl_text *out, const struct cdl_source *s, struct cdl_place where,
		 size_t begin, unsigned line)
{
	size_t end = begin, from = begin, to;

	while (end < s->len && s->text[end] != '\n')
		end++;
	if (end - begin > SHOWN && where.at - begin > BEFORE)
		from = where.at - BEFORE;
	to = end - from > SHOWN ? from + SHOWN : end;
	cdl_put(out, "%5u | ", line);
	for (size_t i = from; i < to; i++)
		cdl_put_char(out, printable(s->text[i]));
	cdl_put(out, "\n      | ");
	for (size_t i = from; i < where.at; i++)
		cdl_put_char(out, s->text[i] == '\t' ? '\t' : ' ');
	cdl_put_char(out, '^');
	for (size_t i = where.at + 1; i < where.at + where.len && i < to; i++)
		cdl_put_char(out, '~');
	cdl_put_char(out, '\n');
}

static void say(struct cdl_diag *d, struct cdl_place where, const char *kind, const char *fmt,
		va_list ap)
{
	const struct cdl_source *s = d->source;
	size_t begin = 0;
	unsigned line = 1;

	for (size_t i = 0; i < where.at && i < s->len; i++) {
		if (s->text[i] == '\n') {
			line++;
			begin = i + 1;
		}
	}
	cdl_put(d->out, "%s:%u:%zu: %s: ", s->name, line, where.at - begin + 1, kind);
	cdl_vput(d->out, fmt, ap);
	cdl_put_char(d->out, '\n');
	show(d->out, s, where, begin, line);
}

void cdl_error(struct cdl_diag *d, struct cdl_place where, const char *fmt, ...)
{
	va_list ap;

	d->silent = cdl_diag_full(d) || d->last == where.at + 1;
	if (d->silent)
		return;
	d->last = where.at + 1;
	va_start(ap, fmt);
	say(d, where, "error", fmt, ap);
	va_end(ap);
	if (++d->errors == CDL_ERRORS_MAX)
		cdl_put(d->out, "%s: more errors are not shown\n", d->source->name);
}

void cdl_note(struct cdl_diag *d, struct cdl_place where, const char *fmt, ...)
{
	va_list ap;

	if (d->silent || cdl_diag_full(d))
		return;
	va_start(ap, fmt);
	say(d, where, "note", fmt, ap);
	va_end(ap);
}
