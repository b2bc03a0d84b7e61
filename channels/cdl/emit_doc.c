// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl.md: the interface for people. */
#include <string.h>
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

static void emit_text(struct cdl_emit *e, const char *doc)
{
	if (doc)
		cdl_put(e->out, "%s\n\n", doc);
}

/* In a table, a line is all there is. */
static void emit_cell(struct cdl_emit *e, const char *doc)
{
	for (; doc && *doc; doc++) {
		if (*doc == '|')
			cdl_put_char(e->out, '\\');
		cdl_put_char(e->out, *doc == '\n' ? ' ' : *doc);
	}
}

/* As it is written in the source. */
static const char *type_text(struct cdl_emit *e, const struct cdl_type *t)
{
	if (t->kind == CDL_STR || t->kind == CDL_BYTES)
		return cdl_print(e->mem, "%s<%u>", cdl_kind_name(t->kind), t->max);
	return t->def ? t->def->name : cdl_kind_name(t->kind);
}

static void emit_field_text(struct cdl_emit *e, const struct cdl_field *f)
{
	char low[48], high[48];

	cdl_put(e->out, "%s %s", type_text(e, &f->type), f->name);
	if (f->type.array)
		cdl_put(e->out, "[%u]", f->type.count);
	if (f->range)
		cdl_put(e->out, " in %s..%s", cdl_int_text(f->low, low, sizeof(low)),
			cdl_int_text(f->high, high, sizeof(high)));
	if (f->within)
		cdl_put(e->out, " <= %s.len", f->within);
}

static void emit_prototype(struct cdl_emit *e, const struct cdl_method *m)
{
	static const char *const holds[] = { "", "lend ", "give " };

	cdl_put(e->out, "%s %s(", m->oneway ? "oneway" : "int", m->name);
	for (const struct cdl_field *f = m->args.first; f; f = f->next) {
		cdl_put(e->out, "%s%s %s", f == m->args.first ? "" : ", ",
			f->in ? f->out ? "inout" : "in" : "out", holds[f->hold]);
		emit_field_text(e, f);
	}
	cdl_put(e->out, ")");
}

static void emit_layout(struct cdl_emit *e, const struct cdl_record *r, const char *name)
{
	if (!r->n)
		return;
	cdl_put(e->out, "%s, %u bytes:\n\n| at | size | |\n|---|---|---|\n", name, r->size);
	for (unsigned n = 0; n < r->n; n++) {
		const struct cdl_field *f = r->slot[n].field;

		cdl_put(e->out, "| %u | %u | `", r->slot[n].at,
			cdl_size_of(&f->type) * f->type.count);
		emit_field_text(e, f);
		cdl_put(e->out, f->doc ? "` " : "`");
		emit_cell(e, f->doc);
		cdl_put(e->out, " |\n");
	}
	cdl_put(e->out, "\n");
}

static void emit_method(struct cdl_emit *e, const struct cdl_method *m)
{
	cdl_put(e->out, "### %u: %s\n\n```\n", m->number, m->name);
	emit_prototype(e, m);
	cdl_put(e->out, "\n```\n\n");
	emit_text(e, m->doc);
	if (m->when.n) {
		cdl_put(e->out, "When");
		for (const struct cdl_name *w = m->when.first; w; w = w->next)
			cdl_put(e->out, "%s `%s`", w == m->when.first ? "" : ",", w->name);
		cdl_put(e->out, ".%s", m->to.name ? " " : "\n\n");
	}
	if (m->to.name)
		cdl_put(e->out, "Then `%s`.\n\n", m->to.name);
	if (m->since > e->i->oldest)
		cdl_put(e->out, "Since version %u.\n\n", m->since);
	if (m->req_far || m->rep_far)
		cdl_put(e->out, "Its arguments are in a pool buffer.\n\n");
	emit_layout(e, &m->req, "Request");
	emit_layout(e, &m->rep, "Reply");
}

static void emit_def(struct cdl_emit *e, const struct cdl_def *d)
{
	char text[48];

	cdl_put(e->out, "### %s %s\n\n", cdl_kind_name(d->kind), d->name);
	emit_text(e, d->doc);
	if (d->kind == CDL_STRUCT) {
		emit_layout(e, &d->record, "On the wire");
		return;
	}
	cdl_put(e->out, "A `%s` on the wire.\n\n| value | name | |\n|---|---|---|\n",
		cdl_kind_name(d->base));
	for (const struct cdl_name *n = d->names.first; n; n = n->next) {
		if (d->kind == CDL_FLAGS)
			cdl_put(e->out, "| 0x%llx", (unsigned long long)n->value);
		else
			cdl_put(e->out, "| %s", cdl_int_text(n->value, text, sizeof(text)));
		cdl_put(e->out, " | `%s` | ", n->name);
		emit_cell(e, n->doc);
		cdl_put(e->out, " |\n");
	}
	cdl_put(e->out, "\n");
}

static void emit_list(struct cdl_emit *e, const char *what, const struct cdl_names *names)
{
	if (!names->n)
		return;
	cdl_put(e->out, "%s", what);
	for (const struct cdl_name *n = names->first; n; n = n->next)
		cdl_put(e->out, "%s `%s`", n == names->first ? "" : ",", n->name);
	cdl_put(e->out, ".\n\n");
}

static void emit_consts(struct cdl_emit *e)
{
	char text[48];

	if (!e->i->consts.n)
		return;
	cdl_put(e->out, "## Constants\n\n| name | value | |\n|---|---|---|\n");
	for (const struct cdl_name *c = e->i->consts.first; c; c = c->next) {
		cdl_put(e->out, "| `%s` | %s | ", c->name,
			cdl_int_text(c->value, text, sizeof(text)));
		emit_cell(e, c->doc);
		cdl_put(e->out, " |\n");
	}
	cdl_put(e->out, "\n");
}

void cdl_emit_doc(struct cdl_emit *e)
{
	const struct cdl_interface *i = e->i;

	if (i->licence)
		cdl_put(e->out, "<!-- SPDX-License-Identifier: %s -->\n", i->licence);
	cdl_put(e->out, "<!-- Made by cordon-cdl from %s. A change in here would be lost. -->\n\n",
		e->base);
	cdl_put(e->out, "# Interface %s\n\n", i->name);
	emit_text(e, i->doc);
	if (i->oldest == i->newest)
		cdl_put(e->out, "Version %u.\n\n", i->newest);
	else
		cdl_put(e->out, "Versions %u to %u.\n\n", i->oldest, i->newest);
	emit_list(e, "States, of which the first is where a server begins:", &i->states);
	emit_list(e, "Errors, beside those that every call may have:", &i->errors);
	if (i->pool)
		cdl_put(e->out, "Both ends need the pool.\n\n");
	cdl_put(e->out, "## Calls\n\n0 is `hello`, which agrees on a version, and comes before all "
			"others.\n\n");
	for (const struct cdl_method *m = i->methods; m; m = m->next)
		emit_method(e, m);
	if (i->defs)
		cdl_put(e->out, "## Types\n\n");
	for (const struct cdl_def *d = i->defs; d; d = d->next)
		emit_def(e, d);
	emit_consts(e);
	/* It ends with one line's end. */
	while (e->out->len > 1 && e->out->at[e->out->len - 2] == '\n')
		e->out->at[--e->out->len] = '\0';
}
