// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Which way an argument goes, and who may touch a buffer when. */
#include <string.h>
#include "channels/cdl/check.h"

static void check_buf(struct cdl_method *m, struct cdl_field *f, struct cdl_diag *diag)
{
	if (f->type.array) /* reported */
		return;
	if (m->oneway) {
		cdl_error(diag, f->place,
			  "a buffer of a oneway method: nobody would know when it is whose");
		return;
	}
	switch (f->hold) {
	case CDL_HOLD_NOT:
		cdl_error(diag, f->place,
			  "whose is '%s' meanwhile? expected 'lend' (until the reply) or 'give' "
			  "before 'buf'",
			  f->name);
		return;
	case CDL_HOLD_LEND:
		m->bufs++;
		break;
	case CDL_HOLD_GIVE:
		if (f->in && f->out) {
			cdl_error(
				diag, f->place,
				"what is given does not come back: expected 'in give' or 'out give'");
			return;
		}
		m->bufs += f->in;
		m->given += f->in;
		m->back += f->out;
		break;
	}
	if (m->bufs + m->back == CDL_BUFS_MAX + 1)
		cdl_error(diag, f->place, "more than %u buffers", CDL_BUFS_MAX);
}

/* The request comes before the reply. */
static void check_within(const struct cdl_method *m, struct cdl_field *f, struct cdl_diag *diag)
{
	const struct cdl_field *buf = m->args.first;

	while (buf && strcmp(buf->name, f->within) != 0)
		buf = buf->next;
	if (!buf || buf->type.kind != CDL_BUF || buf->type.array) {
		cdl_error(diag, f->within_place, "'%s' is no buffer of this method", f->within);
		return;
	}
	f->buf = buf;
	if (!f->out && !buf->in && buf->hold == CDL_HOLD_GIVE)
		cdl_error(diag, f->within_place,
			  "'%s' comes with the reply: expected 'out' for what it bounds",
			  f->within);
}

void cdl_check_arguments(struct cdl_method *m, struct cdl_diag *diag)
{
	for (struct cdl_field *f = m->args.first; f; f = f->next) {
		bool buf = f->type.kind == CDL_BUF;

		if (m->oneway && f->out)
			cdl_error(diag, f->place,
				  "'%s' comes back, and a oneway method has no reply", f->name);
		else if (!buf && f->hold)
			cdl_error(
				diag, f->place,
				"a buffer alone is lent or given: expected a 'buf', or neither word");
		else if (!buf && f->in && f->out)
			cdl_error(diag, f->place,
				  "'inout' is for buffers: expected an 'in' and an 'out' argument");
		if (buf)
			check_buf(m, f, diag);
		if (f->within)
			check_within(m, f, diag);
	}
}
