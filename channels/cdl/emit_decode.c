// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl_decode.c: constant tables for channels/decode.h. */
#include <string.h>
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

static const char *const kinds[] = {
	[CDL_BOOL] = "BOOL", [CDL_ENUM] = "ENUM",   [CDL_FLAGS] = "FLAGS", [CDL_STRUCT] = "STRUCT",
	[CDL_STR] = "STR",   [CDL_BYTES] = "BYTES", [CDL_BUF] = "BUF",
};

static const char *kind_of(const struct cdl_type *t)
{
	if (cdl_is_int(t->kind))
		return cdl_is_signed(t->kind) ? "INT" : "UINT";
	return kinds[t->kind];
}

static void emit_names(struct cdl_emit *e, const struct cdl_def *d)
{
	cdl_put(e->out, "\nstatic const struct cordon_decode_name names_%s[] = {\n", d->name);
	for (const struct cdl_name *n = d->names.first; n; n = n->next)
		cdl_put(e->out, "\t{ %s, \"%s\" },\n", cdl_emit_int(e, (int64_t)(uint64_t)n->value),
			n->name);
	cdl_put(e->out, "};\n");
}

static void emit_fields(struct cdl_emit *e, const struct cdl_record *r, const char *name)
{
	if (!r->n)
		return;
	cdl_put(e->out, "\nstatic const struct cordon_decode_field %s[] = {\n", name);
	for (unsigned k = 0; k < r->n; k++) {
		const struct cdl_field *f = r->slot[k].field;
		const struct cdl_type *t = &f->type;
		bool bounded = t->kind == CDL_STR || t->kind == CDL_BYTES;

		cdl_put(e->out,
			"\t{ .name = \"%s\", .kind = CORDON_DECODE_%s, .at = %u, .size = %u",
			f->name, kind_of(t), r->slot[k].at,
			bounded ? cdl_len_size(t) : cdl_size_of(t));
		if (t->array)
			cdl_put(e->out, ", .count = %u", t->count);
		if (bounded)
			cdl_put(e->out, ", .max = %u", t->max);
		if (t->kind == CDL_ENUM || t->kind == CDL_FLAGS)
			cdl_put(e->out, ", .names = names_%s, .n = %u", t->def->name,
				t->def->names.n);
		if (t->kind == CDL_STRUCT)
			cdl_put(e->out, ", .fields = fields_%s, .n = %u", t->def->name,
				t->def->fields.n);
		cdl_put(e->out, " },\n");
	}
	cdl_put(e->out, "};\n");
}

static void emit_errors(struct cdl_emit *e)
{
	/* Those of every call. */
	static const char *const all[] = { "EINVAL", "EPERM",  "EOPNOTSUPP",
					   "EIO",    "EPROTO", "EPROTONOSUPPORT" };

	cdl_put(e->out, "\nstatic const struct cordon_decode_name errors[] = {\n");
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		cdl_put(e->out, "\t{ %s, \"%s\" },\n", all[k], all[k]);
	for (const struct cdl_name *n = e->i->errors.first; n; n = n->next) {
		bool there = false;

		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			there = there || strcmp(all[k], n->name) == 0;
		if (!there)
			cdl_put(e->out, "\t{ %s, \"%s\" },\n", n->name, n->name);
	}
	cdl_put(e->out, "};\n");
}

static void emit_op(struct cdl_emit *e, const struct cdl_method *m)
{
	cdl_put(e->out, "\t{ .name = \"%s\"", m->name);
	if (m->oneway)
		cdl_put(e->out, ", .oneway = true");
	if (m->req_far || m->rep_far)
		cdl_put(e->out, ", .far = true");
	if (m->rep_far)
		cdl_put(e->out, ", .far_reply = true");
	if (m->req.n)
		cdl_put(e->out, ", .nreq = %u, .req = req_%s", m->req.n, m->name);
	if (m->rep.n)
		cdl_put(e->out, ", .nrep = %u, .rep = rep_%s", m->rep.n, m->name);
	cdl_put(e->out, " },\n");
}

void cdl_emit_decode(struct cdl_emit *e)
{
	const char *p = e->prefix;

	cdl_emit_top(e, false, "names for traces and statistics");
	cdl_put(e->out, "#include \"%s.h\"\n\n/* A line each. */\n/* clang-format off */\n",
		e->base);
	for (const struct cdl_def *d = e->i->defs; d; d = d->next) {
		if (!d->used)
			continue;
		if (d->kind == CDL_STRUCT)
			emit_fields(e, &d->record, cdl_print(e->mem, "fields_%s", d->name));
		else
			emit_names(e, d);
	}
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		emit_fields(e, &m->req, cdl_print(e->mem, "req_%s", m->name));
		emit_fields(e, &m->rep, cdl_print(e->mem, "rep_%s", m->name));
	}
	cdl_put(e->out,
		"\nstatic const struct cordon_decode_field hello_req[] = {\n"
		"\t{ .name = \"id\", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },\n"
		"\t{ .name = \"oldest\", .kind = CORDON_DECODE_UINT, .at = 4, .size = 2 },\n"
		"\t{ .name = \"newest\", .kind = CORDON_DECODE_UINT, .at = 6, .size = 2 },\n"
		"};\n");
	cdl_put(e->out,
		"\nstatic const struct cordon_decode_field hello_rep[] = {\n"
		"\t{ .name = \"version\", .kind = CORDON_DECODE_UINT, .at = 0, .size = 2 },\n"
		"\t{ .name = \"print\", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },\n"
		"};\n");
	emit_errors(e);
	cdl_put(e->out,
		"\nstatic const struct cordon_decode_op ops[] = {\n"
		"\t{ .name = \"hello\", .nreq = 3, .req = hello_req, .nrep = 2, .rep = hello_rep },\n");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		emit_op(e, m);
	cdl_put(e->out,
		"};\n/* clang-format on */\n\nconst struct cordon_decode %s_decode = {\n"
		"\t.name = \"%s\",\n\t.n = %s_OP_COUNT,\n\t.op = ops,\n"
		"\t.nerrors = sizeof(errors) / sizeof(errors[0]),\n\t.errors = errors,\n};\n",
		p, e->i->name, e->upper);
}
