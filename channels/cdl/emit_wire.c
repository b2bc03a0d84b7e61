// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The wire's form: structs with explicit zeros, and their checks. */
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

/* ---- the structs ------------------------------------------------------------------------------- */

static void emit_pad(struct cdl_emit *e, unsigned n, uint32_t bytes)
{
	if (bytes)
		cdl_put(e->out, "\tuint8_t pad%u_[%u];\n", n, bytes);
}

static void emit_slot(struct cdl_emit *e, const struct cdl_slot *s, unsigned n)
{
	const struct cdl_field *f = s->field;
	const struct cdl_type *t = &f->type;

	emit_pad(e, n, s->pad);
	if (t->kind == CDL_STR || t->kind == CDL_BYTES)
		cdl_put(e->out, "\tstruct {\n\t\tuint%u_t len;\n\t\tuint8_t at[%u];\n\t} %s;\n",
			cdl_len_size(t) * 8, cdl_room(t), f->name);
	else if (t->array)
		cdl_put(e->out, "\t%s %s[%u];\n", cdl_emit_wtype(e, t), f->name, t->count);
	else
		cdl_put(e->out, "\t%s %s;\n", cdl_emit_wtype(e, t), f->name);
}

static void emit_record(struct cdl_emit *e, const struct cdl_record *r, const char *tag)
{
	cdl_put(e->out, "struct %s {\n", tag);
	for (unsigned n = 0; n < r->n; n++)
		emit_slot(e, &r->slot[n], n);
	emit_pad(e, r->n, r->tail);
	cdl_put(e->out, "};\n\n");
}

static void emit_asserts(struct cdl_emit *e, const struct cdl_record *r, const char *tag)
{
	struct cdl_list l = { 0 };

	cdl_add(&l, "sizeof(struct %s) == %u", tag, r->size);
	cdl_add(&l, "\"fixed width\"");
	cdl_put_list(e->out, "_Static_assert(", &l, ",", ");\n");
	for (unsigned n = 0; n < r->n; n++) {
		cdl_add(&l, "offsetof(struct %s, %s) == %u", tag, r->slot[n].field->name,
			r->slot[n].at);
		cdl_add(&l, "\"fixed place\"");
		cdl_put_list(e->out, "_Static_assert(", &l, ",", ");\n");
	}
}

/* ---- checks ------------------------------------------------------------------------------------ */

/* The conditions under which the value @w of @f is wrong. */
static void add_wrong(struct cdl_emit *e, struct cdl_list *l, const struct cdl_field *f,
		      const char *w)
{
	const struct cdl_type *t = &f->type;

	switch (t->kind) {
	case CDL_BOOL:
		cdl_add(l, "%s > 1", w);
		break;
	case CDL_ENUM:
		cdl_add(l, "!%s_%s_ok_(%s)", e->prefix, t->def->name, w);
		break;
	case CDL_FLAGS:
		cdl_add(l, "(%s & ~%s_%s_ALL) != 0", w, e->upper, cdl_emit_upper(e, t->def->name));
		break;
	case CDL_STRUCT:
		if (t->def->record.checked)
			cdl_add(l, "!%s_%s_wire_ok_(&%s)", e->prefix, t->def->name, w);
		break;
	case CDL_STR:
	case CDL_BYTES:
		cdl_add(l, "!cordon_stub_%s_ok(%s.at, %s.len, %u, %u)", cdl_kind_name(t->kind), w,
			w, t->max, cdl_room(t));
		break;
	default:
		if (f->range && f->low > cdl_int_least(t->kind))
			cdl_add(l, "%s < %s", w, cdl_emit_int(e, f->low));
		if (f->range && f->high < cdl_int_greatest(t->kind))
			cdl_add(l, "%s > %s", w, cdl_emit_int(e, f->high));
	}
}

static void emit_check(struct cdl_emit *e, const struct cdl_field *f)
{
	struct cdl_list l = { 0 };

	add_wrong(e, &l, f, cdl_print(e->mem, f->type.array ? "w->%s[i]" : "w->%s", f->name));
	if (!l.n)
		return;
	if (f->type.array) {
		cdl_put(e->out, "\tfor (uint32_t i = 0; i < %u; i++)\n", f->type.count);
		cdl_put_list(e->out, "\t\tif (", &l, " ||", ")\n\t\t\treturn false;\n");
	} else {
		cdl_put_list(e->out, "\tif (", &l, " ||", ")\n\t\treturn false;\n");
	}
}

static void emit_pad_check(struct cdl_emit *e, unsigned n, uint32_t bytes)
{
	if (bytes)
		cdl_put(e->out, "\tif (!cordon_stub_zero(w->pad%u_, %u))\n\t\treturn false;\n", n,
			bytes);
}

static void emit_ok(struct cdl_emit *e, const struct cdl_record *r, const char *name,
		    const char *tag)
{
	struct cdl_list l = { 0 };

	if (!r->checked)
		return;
	cdl_add(&l, "const struct %s *w", tag);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline bool %s_ok_(", name);
	for (unsigned n = 0; n < r->n; n++) {
		emit_pad_check(e, n, r->slot[n].pad);
		emit_check(e, r->slot[n].field);
	}
	emit_pad_check(e, r->n, r->tail);
	cdl_put(e->out, "\treturn true;\n}\n");
}

static void emit_enum_ok(struct cdl_emit *e, struct cdl_def *d)
{
	const struct cdl_type t = { .kind = CDL_ENUM, .def = d };

	cdl_put(e->out, "\nstatic inline bool %s_%s_ok_(%s value)\n{\n\tswitch (value) {\n",
		e->prefix, d->name, cdl_emit_wtype(e, &t));
	for (const struct cdl_name *n = d->names.first; n; n = n->next)
		cdl_put(e->out, "\tcase %s_%s_%s:\n", e->upper, cdl_emit_upper(e, d->name),
			cdl_emit_upper(e, n->name));
	cdl_put(e->out, "\t\treturn true;\n\tdefault:\n\t\treturn false;\n\t}\n}\n");
}

/* ---- all of them -------------------------------------------------------------------------- */

/* One whose forms are the same travels as it is. */
static void emit_struct(struct cdl_emit *e, const struct cdl_def *d)
{
	const char *wire = cdl_print(e->mem, "%s_%s_wire", e->prefix, d->name);
	const char *tag = wire;

	cdl_put(e->out, "\n");
	if (d->record.plain)
		tag = cdl_print(e->mem, "%s_%s", e->prefix, d->name);
	else
		emit_record(e, &d->record, wire);
	emit_asserts(e, &d->record, tag);
	emit_ok(e, &d->record, wire, tag);
	if (d->record.plain)
		return;
	cdl_emit_struct_put(e, d);
	cdl_emit_struct_get(e, d);
}

static void emit_half(struct cdl_emit *e, const struct cdl_method *m, const struct cdl_record *r,
		      const char *which)
{
	const char *tag = cdl_print(e->mem, "%s_%s_%s", e->prefix, m->name, which);

	if (!r->size)
		return;
	cdl_put(e->out, "\n");
	emit_record(e, r, tag);
	emit_asserts(e, r, tag);
	emit_ok(e, r, tag, tag);
}

void cdl_emit_wire(struct cdl_emit *e)
{
	for (struct cdl_def *d = e->i->defs; d; d = d->next) {
		if (d->kind == CDL_ENUM) {
			emit_enum_ok(e, d);
		} else if (d->kind == CDL_STRUCT) {
			emit_struct(e, d);
		}
	}
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		emit_half(e, m, &m->req, "req");
		emit_half(e, m, &m->rep, "rep");
	}
}
