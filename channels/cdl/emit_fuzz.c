// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl_fuzz.c: handlers and callers that look whether what reaches them is what the interface promises,
 * and the entry point of libFuzzer (fuzz.h has the rest). */
#include <string.h>
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

static void expect(struct cdl_emit *e, struct cdl_list *l, const char *between)
{
	if (l->n)
		cdl_put_list(e->out, "\tcordon_fuzz_expect(", l, between, ");\n");
}

static void emit_expect_int(struct cdl_emit *e, const struct cdl_field *f)
{
	struct cdl_list l = { 0 };

	if (f->range && f->low > cdl_int_least(f->type.kind))
		cdl_add(&l, "%s >= %s", f->name, cdl_emit_int(e, f->low));
	if (f->range && f->high < cdl_int_greatest(f->type.kind))
		cdl_add(&l, "%s <= %s", f->name, cdl_emit_int(e, f->high));
	if (f->within)
		cdl_add(&l, "%s <= cordon_pool_bufsize(&cordon_fuzz.pool, %s)", f->name, f->within);
	expect(e, &l, " &&");
}

/* One element of an array, or all that there is. */
static void emit_expect_value(struct cdl_emit *e, const struct cdl_field *f, const char *i,
			      bool address)
{
	const struct cdl_type *t = &f->type;
	const char *at = t->array ? cdl_print(e->mem, "%s[%s]", f->name, i) : f->name;
	struct cdl_list l = { 0 };

	if (t->array)
		cdl_put(e->out, "\tfor (uint32_t %s = 0; %s < %u; %s++)\n\t", i, i, t->count, i);
	if (t->kind == CDL_ENUM)
		cdl_add(&l, "%s_%s_ok_((%s)%s)", e->prefix, t->def->name, cdl_emit_wtype(e, t), at);
	else if (t->kind == CDL_BOOL)
		cdl_add(&l, "*(const uint8_t *)&%s <= 1", at);
	else if (t->kind == CDL_FLAGS)
		cdl_add(&l, "(%s & ~%s_%s_ALL) == 0", at, e->upper,
			cdl_emit_upper(e, t->def->name));
	else
		cdl_add(&l, "expect_%s(%s%s)", t->def->name, t->array || !address ? "&" : "", at);
	expect(e, &l, ",");
}

void cdl_emit_expect(struct cdl_emit *e, const struct cdl_field *f, const char *i, bool address)
{
	struct cdl_list l = { 0 };

	switch (f->type.kind) {
	case CDL_BOOL:
	case CDL_ENUM:
	case CDL_FLAGS:
	case CDL_STRUCT:
		emit_expect_value(e, f, i, address);
		break;
	case CDL_STR:
		cdl_add(&l, "memchr(%s, 0, %u) != NULL", f->name, f->type.max + 1);
		expect(e, &l, ",");
		break;
	case CDL_BYTES:
		cdl_add(&l, "%s_len <= %u && cordon_fuzz_readable(%s, %s_len)", f->name,
			f->type.max, f->name, f->name);
		expect(e, &l, ",");
		break;
	case CDL_BUF:
		cdl_put(e->out, "\tcordon_fuzz_use(%s, %s);\n", f->name,
			f->out && f->hold == CDL_HOLD_LEND ? "true" : "false");
		break;
	default:
		if (f->type.array)
			cdl_add(&l, "cordon_fuzz_readable(%s, %u)", f->name,
				cdl_size_of(&f->type) * f->type.count);
		expect(e, &l, ",");
		emit_expect_int(e, f);
	}
}

/* Results as the input has them, where any are as good as C can hold. */
static void emit_fill(struct cdl_emit *e, const struct cdl_field *f)
{
	const struct cdl_type *t = &f->type;
	uint32_t size = cdl_size_of(t) * t->count;

	if (t->kind == CDL_STR)
		size = t->max + 1;
	else if (t->kind == CDL_BYTES)
		size = t->max;
	else if (!cdl_is_int(t->kind) && t->kind != CDL_FLAGS && t->kind != CDL_BUF)
		size = 0;
	if (size)
		cdl_put(e->out, "\tcordon_fuzz_bytes(%s, %u);\n", f->name, size);
	else
		cdl_put(e->out, "\t(void)%s;\n", f->name);
	if (t->kind == CDL_BYTES)
		cdl_put(e->out, "\tcordon_fuzz_bytes(%s_len, 4);\n\t*%s_len %%= %u;\n", f->name,
			f->name, t->max + 2);
}

/* A struct goes back to the wire's form, and is checked there. */
static void emit_struct(struct cdl_emit *e, const struct cdl_def *d)
{
	const char *name = cdl_print(e->mem, "%s_%s", e->prefix, d->name);

	cdl_put(e->out, "\nstatic inline bool expect_%s(const struct %s *s)\n{\n", d->name, name);
	if (d->record.plain) {
		if (d->record.checked)
			cdl_put(e->out, "\treturn %s_wire_ok_(s);\n}\n", name);
		else
			cdl_put(e->out, "\treturn cordon_fuzz_readable(s, sizeof(*s));\n}\n");
		return;
	}
	cdl_put(e->out, "\tstruct %s_wire w;\n\n\tmemset(&w, 0, sizeof(w));\n", name);
	if (d->record.fails)
		cdl_put(e->out, "\tif (!%s_wire_put_(&w, s))\n\t\treturn false;\n", name);
	else
		cdl_put(e->out, "\t%s_wire_put_(&w, s);\n", name);
	if (d->record.checked)
		cdl_put(e->out, "\treturn %s_wire_ok_(&w);\n}\n", name);
	else
		cdl_put(e->out, "\treturn true;\n}\n");
}

static void emit_handler(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_list l = { 0 };
	const char *state = cdl_emit_local(e, &m->args, "state");
	const char *i = cdl_emit_local(e, &m->args, "i");
	const char *result;

	cdl_add(&l, "void *%s", state);
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		cdl_emit_param(e, &l, f);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic %s do_%s(", m->oneway ? "void" : "int",
		      m->name);
	cdl_put(e->out, "\t(void)%s;\n", state);
	for (const struct cdl_field *f = m->args.first; f; f = f->next) {
		if (cdl_emit_in_req(f)) {
			cdl_put(e->out, "\t(void)%s;\n", f->name);
			cdl_emit_expect(e, f, i, true);
		} else {
			emit_fill(e, f);
		}
	}
	if (m->oneway) {
		cdl_put(e->out, "}\n");
		return;
	}
	result = "cordon_fuzz_result()";
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (f->type.kind == CDL_BUF && f->in && f->hold == CDL_HOLD_GIVE)
			result = cdl_print(e->mem, "cordon_fuzz_keep(%s, %s)", result, f->name);
	cdl_put(e->out, "\treturn %s;\n}\n", result);
}

/* What the server's end is fed with. */
static void emit_requests(struct cdl_emit *e)
{
	const char *p = e->prefix;

	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		emit_handler(e, m);
	cdl_put(e->out, "\nstatic const struct %s_server_ops handlers_ = {\n", p);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		cdl_put(e->out, "\t.%s = do_%s,\n", m->name, m->name);
	cdl_put(e->out,
		"};\n\n/* How long arguments in a buffer are. */\n/* clang-format off */\n");
	cdl_put(e->out, "static const int far_[%s_OP_COUNT] = {\n\t[%s_OP_HELLO] = -1,\n", e->upper,
		e->upper);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		cdl_put(e->out, "\t[%s_OP_%s] = %d,\n", e->upper, cdl_emit_upper(e, m->name),
			m->req_far || m->rep_far ? (int)m->req.size : -1);
	cdl_put(e->out,
		"};\n/* clang-format on */\n\nstatic void fuzz_requests(void)\n{\n\tstruct "
		"%s_server s;\n\n\t%s_server_init(&s, &handlers_, NULL%s);\n",
		p, p, e->i->pool ? ", &cordon_fuzz.pool" : "");
	cdl_put(e->out, "\tcordon_fuzz_run(&%s_ops, &s.stub, far_);\n}\n", p);
}

void cdl_emit_fuzz(struct cdl_emit *e)
{
	cdl_emit_top(e, false, "any bytes as requests and as replies");
	cdl_put(e->out, "#include <string.h>\n#include \"channels/cdl/fuzz.h\"\n");
	cdl_put(e->out, "#include \"%s_client.h\"\n#include \"%s_server.h\"\n", e->base, e->base);
	for (const struct cdl_def *d = e->i->defs; d; d = d->next)
		if (d->kind == CDL_STRUCT)
			emit_struct(e, d);
	cdl_emit_section(e, "a hostile client");
	emit_requests(e);
	cdl_emit_section(e, "a hostile server");
	cdl_emit_answers(e);
	cdl_put(e->out, "\nint LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);\n\n"
			"int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)\n{\n"
			"\tif (cordon_fuzz_begin(data, size))\n\t\tfuzz_replies();\n"
			"\telse\n\t\tfuzz_requests();\n\treturn 0;\n}\n");
}
