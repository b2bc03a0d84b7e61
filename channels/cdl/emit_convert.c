// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* From C's form of a value to the wire's, and back. */
#include <string.h>
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

/* The loop over an array; what follows is one tab deeper. Returns the index, "" without one. */
static const char *emit_loop(struct cdl_emit *e, const struct cdl_type *t, const char *i)
{
	if (!t->array)
		return "";
	cdl_put(e->out, "\tfor (uint32_t %s = 0; %s < %u; %s++)\n\t", i, i, t->count, i);
	return cdl_print(e->mem, "[%s]", i);
}

static void put_bounded(struct cdl_emit *e, const struct cdl_field *f, const char *w, const char *c,
			const char *len, const char *bad)
{
	const struct cdl_type *t = &f->type;
	struct cdl_list l = { 0 };

	cdl_add(&l, "%s.at", w);
	cdl_add(&l, "%u", cdl_room(t));
	cdl_add(&l, "%s", c);
	if (t->kind == CDL_BYTES)
		cdl_add(&l, "%s", len);
	cdl_add(&l, "%u", t->max);
	cdl_add(&l, "&%s_len_", f->name);
	cdl_put(e->out, "\tif (!cordon_stub_put_%s(", cdl_kind_name(t->kind));
	cdl_put_list(e->out, "", &l, ",", "))\n");
	cdl_put(e->out, "\t\t%s;\n\t%s.len = (uint%u_t)%s_len_;\n", bad, w, cdl_len_size(t) * 8,
		f->name);
}

/* Of an argument that is an address already, that. */
static const char *address_of(struct cdl_emit *e, const char *c, const char *at)
{
	size_t len = strlen(c);

	if (len > 3 && c[0] == '(' && c[1] == '*')
		return cdl_copy(e->mem, c + 2, len - 3);
	return cdl_print(e->mem, "&%s%s", c, at);
}

/* Of an argument that is an address, what is there: without brackets that nobody needs. */
static const char *value_of(struct cdl_emit *e, const char *c)
{
	return c[0] == '(' ? cdl_print(e->mem, "*%s", address_of(e, c, "")) : c;
}

void cdl_emit_put(struct cdl_emit *e, const struct cdl_field *f, const char *w, const char *c,
		  const char *len, const char *i, const char *bad)
{
	const struct cdl_type *t = &f->type;
	const char *at;

	if (t->kind == CDL_STR || t->kind == CDL_BYTES) {
		put_bounded(e, f, w, c, len, bad);
		return;
	}
	if (cdl_is_same(t) && t->array) {
		cdl_put(e->out, "\tcordon_stub_copy(%s, %s, %u);\n", w, c,
			cdl_size_of(t) * t->count);
		return;
	}
	if (cdl_is_same(t)) {
		cdl_put(e->out, "\t%s = %s;\n", w, value_of(e, c));
		return;
	}
	at = emit_loop(e, t, i);
	if (t->kind == CDL_STRUCT && t->def->record.fails)
		cdl_put(e->out, "\tif (!%s_%s_wire_put_(&%s%s, %s))\n%s\t\t%s;\n", e->prefix,
			t->def->name, w, at, address_of(e, c, at), t->array ? "\t" : "", bad);
	else if (t->kind == CDL_STRUCT)
		cdl_put(e->out, "\t%s_%s_wire_put_(&%s%s, %s);\n", e->prefix, t->def->name, w, at,
			address_of(e, c, at));
	else if (t->kind == CDL_ENUM)
		cdl_put(e->out, "\t%s%s = (%s)%s%s;\n", w, at, cdl_emit_wtype(e, t), c, at);
	else
		cdl_put(e->out, "\t%s%s = %s%s;\n", w, at, c, at);
}

void cdl_emit_get(struct cdl_emit *e, const struct cdl_field *f, const char *w, const char *c,
		  const char *len, const char *i)
{
	const struct cdl_type *t = &f->type;
	const char *at;

	if (t->kind == CDL_STR) {
		cdl_put(e->out, "\tcordon_stub_get_str(%s, %s.at, %s.len);\n", c, w, w);
		return;
	}
	if (t->kind == CDL_BYTES) {
		cdl_put(e->out, "\tcordon_stub_copy(%s, %s.at, %u);\n\t%s = %s.len;\n", c, w,
			t->max, len, w);
		return;
	}
	if (cdl_is_same(t) && t->array) {
		cdl_put(e->out, "\tcordon_stub_copy(%s, %s, %u);\n", c, w,
			cdl_size_of(t) * t->count);
		return;
	}
	if (cdl_is_same(t)) {
		cdl_put(e->out, "\t%s = %s;\n", value_of(e, c), w);
		return;
	}
	at = emit_loop(e, t, i);
	if (t->kind == CDL_STRUCT)
		cdl_put(e->out, "\t%s_%s_wire_get_(%s, &%s%s);\n", e->prefix, t->def->name,
			address_of(e, c, at), w, at);
	else if (t->kind == CDL_ENUM)
		cdl_put(e->out, "\t%s%s = (%s)%s%s;\n", c, at, cdl_emit_ctype(e, t), w, at);
	else
		cdl_put(e->out, "\t%s%s = %s%s;\n", c, at, w, at);
}

/* No string and no bytes, whose lengths need variables. */
static bool no_lengths(const struct cdl_def *d)
{
	for (const struct cdl_field *f = d->fields.first; f; f = f->next)
		if (f->type.kind == CDL_STR || f->type.kind == CDL_BYTES)
			return false;
	return true;
}

void cdl_emit_struct_put(struct cdl_emit *e, const struct cdl_def *d)
{
	struct cdl_list l = { 0 };

	cdl_add(&l, "struct %s_%s_wire *w", e->prefix, d->name);
	cdl_add(&l, "const struct %s_%s *c", e->prefix, d->name);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline %s %s_%s_wire_put_(",
		      d->record.fails ? "bool" : "void", e->prefix, d->name);
	for (const struct cdl_field *f = d->fields.first; f; f = f->next)
		if (f->type.kind == CDL_STR || f->type.kind == CDL_BYTES)
			cdl_put(e->out, "\tuint32_t %s_len_;\n", f->name);
	if (!no_lengths(d))
		cdl_put(e->out, "\n");
	for (const struct cdl_field *f = d->fields.first; f; f = f->next)
		cdl_emit_put(e, f, cdl_print(e->mem, "w->%s", f->name),
			     cdl_print(e->mem, "c->%s", f->name),
			     cdl_print(e->mem, "c->%s_len", f->name), "i", "return false");
	cdl_put(e->out, d->record.fails ? "\treturn true;\n}\n" : "}\n");
}

void cdl_emit_struct_get(struct cdl_emit *e, const struct cdl_def *d)
{
	struct cdl_list l = { 0 };

	cdl_add(&l, "struct %s_%s *c", e->prefix, d->name);
	cdl_add(&l, "const struct %s_%s_wire *w", e->prefix, d->name);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline void %s_%s_wire_get_(", e->prefix,
		      d->name);
	for (const struct cdl_field *f = d->fields.first; f; f = f->next)
		cdl_emit_get(e, f, cdl_print(e->mem, "w->%s", f->name),
			     cdl_print(e->mem, "c->%s", f->name),
			     cdl_print(e->mem, "c->%s_len", f->name), "i");
	cdl_put(e->out, "}\n");
}
