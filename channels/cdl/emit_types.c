// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* C's form of what an interface declares. */
#include <string.h>
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

/* A short comment behind what it is about, a long one before it. */
static bool is_short(const char *doc)
{
	return doc && !strchr(doc, '\n') && strlen(doc) < 60;
}

static void end_line(struct cdl_emit *e, const char *doc)
{
	if (is_short(doc))
		cdl_put(e->out, " /* %s */\n", doc);
	else
		cdl_put(e->out, "\n");
}

static void before_line(struct cdl_emit *e, unsigned tabs, const char *doc)
{
	if (!is_short(doc))
		cdl_emit_comment(e, tabs, doc);
}

static void emit_consts(struct cdl_emit *e)
{
	for (const struct cdl_name *c = e->i->consts.first; c; c = c->next) {
		const char *value = cdl_emit_int(e, c->value);

		if (c == e->i->consts.first)
			cdl_put(e->out, "\n");
		before_line(e, 0, c->doc);
		cdl_put(e->out,
			c->value < 0 && value[0] == '-' ? "#define %s_%s (%s)" : "#define %s_%s %s",
			e->upper, cdl_emit_upper(e, c->name), value);
		end_line(e, c->doc);
	}
}

static void emit_enum(struct cdl_emit *e, const struct cdl_def *d)
{
	const char *upper = cdl_emit_upper(e, d->name);

	cdl_put(e->out, "enum %s_%s {\n", e->prefix, d->name);
	for (const struct cdl_name *n = d->names.first; n; n = n->next) {
		before_line(e, 1, n->doc);
		cdl_put(e->out, "\t%s_%s_%s = %s,", e->upper, upper, cdl_emit_upper(e, n->name),
			cdl_emit_int(e, n->value));
		end_line(e, n->doc);
	}
	cdl_put(e->out, "};\n");
}

static void emit_flag(struct cdl_emit *e, const struct cdl_def *d, const char *name,
		      unsigned long long value, const char *doc)
{
	before_line(e, 0, doc);
	cdl_put(e->out, "#define %s_%s_%s 0x%llx%s", e->upper, cdl_emit_upper(e, d->name),
		cdl_emit_upper(e, name), value, d->base == CDL_U64 ? "ull" : "u");
	end_line(e, doc);
}

static void emit_flags(struct cdl_emit *e, const struct cdl_def *d)
{
	cdl_int all = 0;

	for (const struct cdl_name *n = d->names.first; n; n = n->next) {
		emit_flag(e, d, n->name, (unsigned long long)n->value, n->doc);
		all |= n->value;
	}
	emit_flag(e, d, "all", (unsigned long long)all, NULL);
}

void cdl_emit_member(struct cdl_emit *e, unsigned tabs, const struct cdl_field *f, const char *end)
{
	static const char indent[] = "\t\t\t\t";
	const char *type = cdl_emit_ctype(e, &f->type);
	const char *in = indent + sizeof(indent) - 1 - tabs;

	if (f->type.kind == CDL_STR)
		cdl_put(e->out, "%s%s %s[%u]%s", in, type, f->name, f->type.max + 1, end);
	else if (f->type.kind == CDL_BYTES)
		cdl_put(e->out, "%s%s %s[%u]%s\n%suint32_t %s_len%s", in, type, f->name,
			f->type.max, end, in, f->name, end);
	else if (f->type.array)
		cdl_put(e->out, "%s%s %s[%u]%s", in, type, f->name, f->type.count, end);
	else
		cdl_put(e->out, "%s%s %s%s", in, type, f->name, end);
}

static void emit_struct(struct cdl_emit *e, const struct cdl_def *d)
{
	cdl_put(e->out, "struct %s_%s {\n", e->prefix, d->name);
	for (const struct cdl_field *f = d->fields.first; f; f = f->next) {
		before_line(e, 1, f->doc);
		cdl_emit_member(e, 1, f, ";");
		end_line(e, f->doc);
	}
	cdl_put(e->out, "};\n");
}

void cdl_emit_types(struct cdl_emit *e)
{
	emit_consts(e);
	for (const struct cdl_def *d = e->i->defs; d; d = d->next) {
		cdl_put(e->out, "\n");
		cdl_emit_comment(e, 0, d->doc);
		if (d->kind == CDL_ENUM)
			emit_enum(e, d);
		else if (d->kind == CDL_FLAGS)
			emit_flags(e, d);
		else
			emit_struct(e, d);
	}
}

void cdl_emit_param(struct cdl_emit *e, struct cdl_list *l, const struct cdl_field *f)
{
	const char *type = cdl_emit_ctype(e, &f->type);
	const char *how = f->in ? "const " : "";
	const struct cdl_type *t = &f->type;

	switch (t->kind) {
	case CDL_STR:
		if (f->in)
			cdl_add(l, "const char *%s", f->name);
		else
			cdl_add(l, "char %s[%u]", f->name, t->max + 1);
		return;
	case CDL_BYTES:
		if (f->in)
			cdl_add(l, "const uint8_t *%s", f->name);
		else
			cdl_add(l, "uint8_t %s[%u]", f->name, t->max);
		cdl_add(l, f->in ? "uint32_t %s_len" : "uint32_t *%s_len", f->name);
		return;
	case CDL_BUF:
		cdl_add(l, cdl_emit_in_rep(f) ? "uint32_t *%s" : "uint32_t %s", f->name);
		return;
	default:
		break;
	}
	if (t->array)
		cdl_add(l, "%s%s %s[%u]", how, type, f->name, t->count);
	else if (t->kind == CDL_STRUCT)
		cdl_add(l, "%s%s *%s", how, type, f->name);
	else
		cdl_add(l, f->in ? "%s %s" : "%s *%s", type, f->name);
}

void cdl_emit_pass(struct cdl_list *l, const struct cdl_field *f)
{
	cdl_add(l, "%s", f->name);
	if (f->type.kind == CDL_BYTES)
		cdl_add(l, "%s_len", f->name);
}
