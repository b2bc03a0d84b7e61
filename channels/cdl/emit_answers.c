// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* In net.cdl_fuzz.c: calls of each method, to a server that answers with any bytes. */
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

static bool is_text(const struct cdl_field *f)
{
	return f->type.kind == CDL_STR || f->type.kind == CDL_BYTES;
}

/* Nothing, as a constant. */
static const char *zero(struct cdl_emit *e, const struct cdl_type *t)
{
	if (t->kind == CDL_ENUM)
		return cdl_print(e->mem, "(%s)0", cdl_emit_ctype(e, t));
	return t->kind == CDL_BOOL ? "false" : "0";
}

/* Something to send or to be received: zeros, where they matter to nobody. */
static void emit_variable(struct cdl_emit *e, const struct cdl_field *f)
{
	const struct cdl_type *t = &f->type;

	if (t->kind == CDL_BUF && cdl_emit_in_req(f))
		cdl_put(e->out, "\tuint32_t %s = cordon_fuzz_mine();\n", f->name);
	else if (is_text(f) && f->in)
		return;
	else if (t->kind == CDL_BYTES)
		cdl_put(e->out, "\tuint8_t %s[%u] = { 0 };\n\tuint32_t %s_len = 0;\n", f->name,
			t->max, f->name);
	else if (t->kind == CDL_STRUCT || t->array || t->kind == CDL_STR)
		cdl_emit_member(e, 1, f, " = { 0 };\n");
	else if (f->out)
		cdl_put(e->out, "\t%s %s = %s;\n", cdl_emit_ctype(e, t), f->name, zero(e, t));
}

static void add_in(struct cdl_emit *e, struct cdl_list *l, const struct cdl_field *f)
{
	const struct cdl_type *t = &f->type;

	if (t->kind == CDL_STR) {
		cdl_add(l, "\"\"");
	} else if (t->kind == CDL_BYTES) {
		cdl_add(l, "NULL");
		cdl_add(l, "0");
	} else if (t->kind == CDL_BUF || t->array) {
		cdl_add(l, "%s", f->name);
	} else if (t->kind == CDL_STRUCT) {
		cdl_add(l, "&%s", f->name);
	} else {
		cdl_add(l, "%s", zero(e, t));
	}
}

static void add_out(struct cdl_list *l, const struct cdl_field *f)
{
	cdl_add(l, f->type.array || is_text(f) ? "%s" : "&%s", f->name);
	if (f->type.kind == CDL_BYTES)
		cdl_add(l, "&%s_len", f->name);
}

/* A lent buffer that bounds what comes back is an argument of the second half, too. */
static bool bounds(const struct cdl_method *m, const struct cdl_field *b)
{
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (f->within && f->buf == b && f->out && cdl_emit_in_req(b))
			return true;
	return false;
}

/* Whose each buffer is afterwards. */
static void emit_buffers(struct cdl_emit *e, const struct cdl_method *m, const char *ret)
{
	for (const struct cdl_field *f = m->args.first; f; f = f->next) {
		if (f->type.kind != CDL_BUF)
			continue;
		if (cdl_emit_in_rep(f))
			cdl_put(e->out, "\tif (%s == 0)\n\t\tcordon_fuzz_received(%s);\n", ret,
				f->name);
		else if (f->hold == CDL_HOLD_GIVE)
			cdl_put(e->out, "\tcordon_fuzz_gave(%s);\n", f->name);
		else
			cdl_put(e->out, "\tcordon_fuzz_lent(%s);\n", f->name);
	}
}

static void emit_answer(struct cdl_emit *e, const struct cdl_method *m)
{
	const char *c = cdl_emit_local(e, &m->args, "c"), *i = cdl_emit_local(e, &m->args, "i");
	const char *line = cdl_emit_local(e, &m->args, "line");
	const char *ret = cdl_emit_local(e, &m->args, "ret");
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\nstatic void answer_%s(struct %s_client *%s)\n{\n", m->name, e->prefix,
		c);
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		emit_variable(e, f);
	cdl_put(e->out, "\tint %s, %s;\n\n", line, ret);
	cdl_add(&l, "%s", c);
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (cdl_emit_in_req(f))
			add_in(e, &l, f);
	cdl_add(&l, "UINT64_MAX");
	cdl_put(e->out, "\t%s = ", line);
	cdl_put_listf(e->out, &l, ",", ");\n", "%s_%s_start(", e->prefix, m->name);
	cdl_put(e->out, "\tcordon_fuzz_answer(&%s->stub, %s, %u, %u);\n", c, line,
		m->rep_far ? 0 : m->rep.size, m->rep_far ? m->rep.size : 0);
	cdl_add(&l, "%s", c);
	cdl_add(&l, "%s", line);
	cdl_add(&l, "0");
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (bounds(m, f))
			cdl_add(&l, "%s", f->name);
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (cdl_emit_in_rep(f))
			add_out(&l, f);
	cdl_put(e->out, "\tdo\n\t\t%s = ", ret);
	cdl_put_listf(e->out, &l, ",", ");\n", "%s_%s_finish(", e->prefix, m->name);
	cdl_put(e->out, "\twhile (%s == -EAGAIN);\n\tcordon_fuzz_expect(%s <= 0);\n", ret, ret);
	emit_buffers(e, m, ret);
	if (m->rep.checked || m->back || m->rep.n) {
		cdl_put(e->out, "\tif (%s < 0)\n\t\treturn;\n", ret);
		for (const struct cdl_field *f = m->args.first; f; f = f->next)
			if (cdl_emit_in_rep(f) && f->type.kind != CDL_BUF)
				cdl_emit_expect(e, f, i, false);
	}
	cdl_put(e->out, "}\n");
}

void cdl_emit_answers(struct cdl_emit *e)
{
	const char *p = e->prefix;
	unsigned n = 0;

	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		if (!m->oneway)
			emit_answer(e, m);
	cdl_put(e->out, "\nstatic void answer_connect(struct %s_client *c)\n{\n", p);
	cdl_put(e->out, "\tint line = %s_connect_start(c, UINT64_MAX), ret;\n\n", p);
	cdl_put(e->out,
		"\tcordon_fuzz_answer(&c->stub, line, 8, 0);\n\tdo\n\t\tret = "
		"%s_connect_finish(c, line, 0);\n\twhile (ret == -EAGAIN);\n",
		p);
	cdl_put(e->out, "\tcordon_fuzz_expect(c->stub.version <= %s_VERSION);\n", e->upper);
	cdl_put(e->out, "\tc->stub.version = %s_VERSION;\n}\n", e->upper);
	cdl_put(e->out,
		"\n/* clang-format off */\nstatic void (*const answers_[])(struct %s_client *c) = {\n\tanswer_connect,\n",
		p);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		if (m->oneway)
			continue;
		cdl_put(e->out, "\tanswer_%s,\n", m->name);
		n++;
	}
	cdl_put(e->out,
		"};\n/* clang-format on */\n\nstatic void fuzz_replies(void)\n{\n\tstruct %s_client c;\n\n",
		p);
	cdl_put(e->out, "\t%s_client_init(&c, &cordon_fuzz.client%s);\n\tanswer_connect(&c);\n", p,
		e->i->pool ? ", &cordon_fuzz.pool" : "");
	cdl_put(e->out,
		"\twhile (cordon_fuzz.left) {\n\t\tanswers_[cordon_fuzz_byte() %% %uu](&c);\n",
		n + 1);
	cdl_put(e->out, "\t\tcordon_fuzz_idle();\n\t}\n}\n");
}
