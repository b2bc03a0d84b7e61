// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What lies where. */
#include "channels/cdl/check.h"
#include "channels/cdl/type.h"

static uint32_t up(uint32_t n, uint32_t align)
{
	return (n + align - 1) / align * align;
}

/* What can be wrong with a value, and what can fail to fit. */
static bool checked(const struct cdl_field *f)
{
	switch (f->type.kind) {
	case CDL_BOOL:
	case CDL_ENUM:
	case CDL_FLAGS:
	case CDL_STR:
	case CDL_BYTES:
		return true;
	case CDL_STRUCT:
		return f->type.def->record.checked;
	default:
		return f->range && (f->low > cdl_int_least(f->type.kind) ||
				    f->high < cdl_int_greatest(f->type.kind));
	}
}

static bool fails(const struct cdl_field *f)
{
	return f->type.kind == CDL_STR || f->type.kind == CDL_BYTES ||
	       (f->type.kind == CDL_STRUCT && f->type.def->record.fails);
}

/* False: larger than can be. Sizes of members are bounded, so nothing overflows. */
static bool add(struct cdl_record *r, const struct cdl_field *f)
{
	uint32_t align = cdl_align_of(&f->type);
	uint32_t before = r->size, at = up(before, align);

	if (align > r->align)
		r->align = align;
	r->slot[r->n++] = (struct cdl_slot){ f, at, at - before };
	r->size = at + cdl_size_of(&f->type) * f->type.count;
	r->checked = r->checked || at != before || checked(f);
	r->fails = r->fails || fails(f);
	r->plain = r->plain && at == before && cdl_is_same(&f->type);
	return r->size <= CDL_BYTES_MAX;
}

static void end(struct cdl_record *r)
{
	uint32_t size = up(r->size, r->align);

	r->tail = size - r->size;
	r->size = size;
	r->checked = r->checked || r->tail;
	r->plain = r->plain && !r->tail;
}

static void begin(struct cdl_record *r, unsigned n, struct cdl_mem *mem)
{
	*r = (struct cdl_record){ .align = 1, .plain = true };
	r->slot = cdl_alloc(mem, (n + 1) * sizeof(*r->slot));
}

static void too_large(const struct cdl_field *f, struct cdl_diag *diag)
{
	cdl_error(diag, f->place, "more than %u bytes up to here: expected a buf for so much",
		  CDL_BYTES_MAX);
}

void cdl_layout_def(struct cdl_def *d, struct cdl_diag *diag, struct cdl_mem *mem)
{
	begin(&d->record, d->fields.n, mem);
	for (const struct cdl_field *f = d->fields.first; f; f = f->next) {
		if (!add(&d->record, f)) {
			too_large(f, diag);
			/* What uses it is not to blame. */
			d->record.size = d->record.align;
			return;
		}
	}
	end(&d->record);
}

/* A lent buffer is named in the request, whatever it is lent for; one that the server gives, in the reply. */
static bool belongs(const struct cdl_field *f, bool reply)
{
	if (f->type.kind == CDL_BUF)
		return reply == (f->hold == CDL_HOLD_GIVE && f->out);
	return reply ? f->out : f->in;
}

static void layout(struct cdl_record *r, const struct cdl_method *m, bool reply,
		   struct cdl_diag *diag, struct cdl_mem *mem)
{
	begin(r, m->args.n, mem);
	for (const struct cdl_field *f = m->args.first; f; f = f->next) {
		if (belongs(f, reply) && !add(r, f)) {
			too_large(f, diag);
			return;
		}
	}
	end(r);
	if (r->size > CDL_BYTES_MAX)
		too_large(m->args.last, diag);
}

/* What does not fit a line goes through one buffer, both ways: a reply that takes it along takes the
 * request. Then the line has the buffer's index, and the length of what is in it (struct cordon_far). */
void cdl_layout_method(struct cdl_method *m, struct cdl_diag *diag, struct cdl_mem *mem)
{
	layout(&m->req, m, false, diag, mem);
	layout(&m->rep, m, true, diag, mem);
	m->rep_far = m->rep.size > CDL_LINE;
	m->req_far = m->req.size > CDL_LINE || (m->rep_far && m->req.size);
}
