// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl_server.c: the server's end. A call is permitted or not; its request is copied, checked,
 * and made into arguments; the handler is called; its results are made into a reply. */
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

/* ---- a call ------------------------------------------------------------------------------------ */

/* Whether C's form of it needs a variable: the wire's can't be handed on. */
static bool in_copied(const struct cdl_field *f)
{
	const struct cdl_type *t = &f->type;

	return cdl_emit_in_req(f) &&
	       ((t->kind == CDL_STRUCT && !t->def->record.plain) || t->kind == CDL_STR ||
		(t->array && (t->kind == CDL_BOOL || t->kind == CDL_ENUM)));
}

/* Whether a result needs one: else the handler puts it where it is sent from. */
static bool out_copied(const struct cdl_field *f)
{
	return cdl_emit_in_rep(f) && !cdl_is_same(&f->type);
}

/* The server, and what the handler returned, beside variables that are named as arguments. */
static const char *self(struct cdl_emit *e, const struct cdl_method *m)
{
	return cdl_emit_local(e, &m->args, "s");
}

static const char *result(struct cdl_emit *e, const struct cdl_method *m)
{
	return cdl_emit_local(e, &m->args, "ret");
}

static const char *in_name(struct cdl_emit *e, const struct cdl_field *f)
{
	return cdl_print(e->mem, "in->%s", f->name);
}

static void emit_declare(struct cdl_emit *e, const struct cdl_method *m)
{
	for (const struct cdl_field *f = m->args.first; f; f = f->next) {
		bool out = out_copied(f);
		const struct cdl_type *t = &f->type;

		if (!out && !in_copied(f))
			continue;
		if (!out)
			cdl_emit_member(e, 1, f, ";\n");
		else if (t->kind == CDL_BYTES)
			cdl_put(e->out, "\tuint8_t %s[%u] = { 0 };\n\tuint32_t %s_len = 0;\n",
				f->name, t->max, f->name);
		else if (t->kind == CDL_STRUCT || t->array || t->kind == CDL_STR)
			cdl_emit_member(e, 1, f, " = { 0 };\n");
		else if (t->kind == CDL_ENUM)
			cdl_put(e->out, "\t%s %s = (%s)0;\n", cdl_emit_ctype(e, t), f->name,
				cdl_emit_ctype(e, t));
		else
			cdl_put(e->out, "\tbool %s = false;\n", f->name);
	}
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (cdl_emit_in_rep(f) && (f->type.kind == CDL_STR || f->type.kind == CDL_BYTES))
			cdl_put(e->out, "\tuint32_t %s_len_;\n", f->name);
}

static void emit_refuse(struct cdl_emit *e, const struct cdl_method *m)
{
	cdl_put(e->out, "\t\treturn cordon_stub_refuse(&%s->stub);\n", self(e, m));
}

static void emit_usable(struct cdl_emit *e, const struct cdl_method *m, const struct cdl_field *b,
			const char *len)
{
	struct cdl_list l = { 0 };

	cdl_add(&l, "&%s->stub", self(e, m));
	cdl_add(&l, "in->%s", b->name);
	cdl_add(&l, "%s", len);
	cdl_add(&l, b->out ? "true" : "false");
	cdl_put_list(e->out, "\tif (!cordon_stub_usable(", &l, ",", "))\n");
	emit_refuse(e, m);
}

/* Of each buffer, that it may be used so; then all are taken. */
static void emit_take(struct cdl_emit *e, const struct cdl_method *m)
{
	for (const struct cdl_field *b = m->args.first; b; b = b->next) {
		bool bounds = false;

		if (b->type.kind != CDL_BUF || !cdl_emit_in_req(b))
			continue;
		for (const struct cdl_field *f = m->args.first; f; f = f->next) {
			if (!f->within || f->buf != b || !f->in)
				continue;
			emit_usable(e, m, b, in_name(e, f));
			bounds = true;
		}
		if (!bounds)
			emit_usable(e, m, b, "0");
	}
	cdl_put(e->out, "\tif (!cordon_stub_take(&%s->stub, buf, %u))\n", self(e, m), m->bufs);
	emit_refuse(e, m);
}

/* Lent ones first. */
static void emit_buf(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_list l = { 0 };

	for (unsigned give = 0; give < 2; give++)
		for (const struct cdl_field *f = m->args.first; f; f = f->next)
			if (f->type.kind == CDL_BUF && cdl_emit_in_req(f) &&
			    (f->hold == CDL_HOLD_GIVE) == (give == 1))
				cdl_add(&l, "in->%s", f->name);
	cdl_put_listf(e->out, &l, ",", " };\n", "\tconst uint32_t buf[%u] = { ", m->bufs);
}

static void emit_return(struct cdl_emit *e, const struct cdl_method *m)
{
	unsigned lent = m->bufs - m->given;

	if (m->given && lent)
		cdl_put(e->out, "\tcordon_stub_return(&%s->stub, buf, %s == 0 ? %u : %u);\n",
			self(e, m), result(e, m), lent, m->bufs);
	else if (m->given)
		cdl_put(e->out, "\tif (%s != 0)\n\t\tcordon_stub_return(&%s->stub, buf, %u);\n",
			result(e, m), self(e, m), m->given);
	else if (lent)
		cdl_put(e->out, "\tcordon_stub_return(&%s->stub, buf, %u);\n", self(e, m), lent);
}

static void emit_in(struct cdl_emit *e, const struct cdl_method *m)
{
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (in_copied(f))
			cdl_emit_get(e, f, in_name(e, f), f->name, NULL,
				     cdl_emit_local(e, &m->args, "i"));
}

static void add_argument(struct cdl_emit *e, struct cdl_list *l, const struct cdl_field *f)
{
	const struct cdl_type *t = &f->type;

	if (cdl_emit_in_rep(f)) {
		bool address = !t->array && t->kind != CDL_STR && t->kind != CDL_BYTES;

		cdl_add(l, "%s%s%s", address ? "&" : "", out_copied(f) ? "" : "out->", f->name);
		if (t->kind == CDL_BYTES)
			cdl_add(l, "&%s_len", f->name);
	} else if (in_copied(f)) {
		cdl_add(l, t->kind == CDL_STRUCT && !t->array ? "&%s" : "%s", f->name);
	} else if (t->kind == CDL_BYTES) {
		cdl_add(l, "in->%s.at", f->name);
		cdl_add(l, "in->%s.len", f->name);
	} else if (t->kind == CDL_ENUM) {
		cdl_add(l, "(%s)in->%s", cdl_emit_ctype(e, t), f->name);
	} else {
		cdl_add(l, t->kind == CDL_STRUCT && !t->array ? "&in->%s" : "in->%s", f->name);
	}
}

static void emit_handle(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_list l = { 0 };

	cdl_add(&l, "%s->stub.state", self(e, m));
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		add_argument(e, &l, f);
	if (m->oneway)
		cdl_put(e->out, "\t");
	else
		cdl_put(e->out, "\t%s = ", result(e, m));
	cdl_put_listf(e->out, &l, ",", ");\n", "%s->ops->%s(", self(e, m), m->name);
	emit_return(e, m);
	if (!m->oneway)
		cdl_put(e->out, "\tif (%s != 0)\n\t\treturn cordon_stub_error(&%s->stub, %s);\n",
			result(e, m), self(e, m), result(e, m));
}

/* The handler's results; one that can't be sent fails the call, and then nothing was given. */
static void emit_out(struct cdl_emit *e, const struct cdl_method *m)
{
	const char *i = cdl_emit_local(e, &m->args, "i");
	const char *bad;

	if (m->given)
		bad = cdl_print(e->mem, "return cordon_stub_undo(&%s->stub, &buf[%u], %u)",
				self(e, m), m->bufs - m->given, m->given);
	else
		bad = cdl_print(e->mem, "return cordon_stub_error(&%s->stub, 0)", self(e, m));
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (out_copied(f))
			cdl_emit_put(e, f, cdl_print(e->mem, "out->%s", f->name), f->name,
				     cdl_print(e->mem, "%s_len", f->name), i, bad);
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		if (f->type.kind == CDL_BUF && cdl_emit_in_rep(f))
			cdl_put(e->out,
				"\tif (cordon_pool_lend(%s->stub.pool, out->%s) < 0)\n\t\t%s;\n",
				self(e, m), f->name, bad);
	if (m->to.name)
		cdl_put(e->out, "\t%s->stub.at = %s_STATE_%s;\n", self(e, m), e->upper,
			cdl_emit_upper(e, m->to.name));
	cdl_put(e->out, "\treturn 0;\n}\n");
}

static void emit_call(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_list l = { 0 };
	size_t begin;

	cdl_add(&l, "struct %s_server *%s", e->prefix, self(e, m));
	if (m->req.size)
		cdl_add(&l, "const struct %s_%s_req *in", e->prefix, m->name);
	if (m->rep.size)
		cdl_add(&l, "struct %s_%s_rep *out", e->prefix, m->name);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline int call_%s(", m->name);
	begin = e->out->len;
	if (m->bufs)
		emit_buf(e, m);
	emit_declare(e, m);
	if (!m->oneway)
		cdl_put(e->out, "\tint %s;\n", result(e, m));
	if (e->out->len != begin)
		cdl_put(e->out, "\n");
	cdl_put(e->out, "\tif (!%s->ops->%s)\n\t\treturn -EOPNOTSUPP;\n", self(e, m), m->name);
	if (m->req.checked) {
		cdl_put(e->out, "\tif (!%s_%s_req_ok_(in))\n", e->prefix, m->name);
		emit_refuse(e, m);
	}
	if (m->bufs)
		emit_take(e, m);
	emit_in(e, m);
	emit_handle(e, m);
	emit_out(e, m);
}

/* ---- from the line to the call and back -------------------------------------------------------- */

static void emit_far(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\tcordon_stub_copy(&far, req, sizeof(far));\n");
	cdl_add(&l, "&s->stub");
	cdl_add(&l, "&far");
	cdl_add(&l, m->req.size ? "&in" : "NULL");
	cdl_add(&l, "%u", m->req.size);
	cdl_add(&l, "%u", m->rep_far ? m->rep.size : 0);
	cdl_put_list(e->out, "\tret = cordon_stub_open_far(", &l, ",", ");\n");
	cdl_put(e->out, "\tif (ret < 0)\n\t\treturn ret;\n");
}

static void emit_op(struct cdl_emit *e, const struct cdl_method *m)
{
	bool far = m->req_far || m->rep_far;

	cdl_put(e->out,
		"\nstatic int op_%s(void *server, const void *req, unsigned len, void *reply)\n{\n",
		m->name);
	cdl_put(e->out, "\tstruct %s_server *s = server;\n", e->prefix);
	if (far)
		cdl_put(e->out, "\tstruct cordon_far far;\n");
	if (m->req.size)
		cdl_put(e->out, "\tstruct %s_%s_req in;\n", e->prefix, m->name);
	if (m->rep_far)
		cdl_put(e->out, "\tstruct %s_%s_rep out = { 0 };\n", e->prefix, m->name);
	cdl_put(e->out, "\tint ret = cordon_stub_permit(&s->stub, %u, 0x%x);\n\n", m->since,
		m->when_set);
	cdl_put(e->out, "\t(void)len;\n");
	if (!m->req.size && !far)
		cdl_put(e->out, "\t(void)req;\n");
	if (!m->rep.size || m->rep_far)
		cdl_put(e->out, "\t(void)reply;\n");
	cdl_put(e->out, "\tif (ret < 0)\n\t\treturn ret;\n");
	if (far)
		emit_far(e, m);
	else if (m->req.size)
		cdl_put(e->out, "\tcordon_stub_copy(&in, req, sizeof(in));\n");
	if (!far && !m->rep.size) {
		cdl_put(e->out, "\treturn call_%s(s%s);\n}\n", m->name, m->req.size ? ", &in" : "");
		return;
	}
	cdl_put(e->out, "\tret = call_%s(s%s%s);\n", m->name, m->req.size ? ", &in" : "",
		!m->rep.size ? "" :
		m->rep_far   ? ", &out" :
			       ", reply");
	if (m->rep_far)
		cdl_put(e->out, "\tcordon_stub_close_far(&s->stub, far.buf, &out, ret == 0 ? "
				"sizeof(out) : 0);\n");
	else if (far)
		cdl_put(e->out, "\tcordon_stub_close_far(&s->stub, far.buf, NULL, 0);\n");
	if (!m->rep.size || m->rep_far) {
		cdl_put(e->out, "\treturn ret;\n}\n");
		return;
	}
	/* Its memory is private, and zero before. */
	cdl_put(e->out, "\treturn ret < 0 ? ret : (int)sizeof(struct %s_%s_rep);\n", e->prefix,
		m->name);
	cdl_put(e->out, "}\n");
}

void cdl_emit_server(struct cdl_emit *e)
{
	cdl_emit_top(e, false, "the server's end");
	cdl_put(e->out, "#include \"%s_server.h\"\n", e->base);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		emit_call(e, m);
		emit_op(e, m);
	}
	cdl_put(e->out, "\n/* A line each. */\n/* clang-format off */\n");
	cdl_put(e->out, "static const struct cordon_op ops[%s_OP_COUNT] = {\n", e->upper);
	cdl_put(e->out, "\t[%s_OP_HELLO] = { \"hello\", cordon_stub_hello, 8, 8 },\n", e->upper);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		uint32_t len = m->req_far || m->rep_far ? 8 : m->req.size;

		cdl_put(e->out, "\t[%s_OP_%s] = { \"%s\", op_%s, %u, %u },\n", e->upper,
			cdl_emit_upper(e, m->name), m->name, m->name, len, len);
	}
	cdl_put(e->out,
		"};\n/* clang-format on */\n\nconst struct cordon_ops %s_ops = { %s_OP_COUNT, ops "
		"};\n",
		e->prefix, e->upper);
}
