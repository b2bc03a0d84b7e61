// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A method's stubs: those that wait, those that don't, those that are part of a scope. */
#include "channels/cdl/emit_stub.h"
#include "channels/cdl/type.h"

/* ---- pieces of stubs --------------------------------------------------------------------------- */

static void emit_declare_req(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;

	if (s->m->req.size && !cdl_stub_whole(s))
		cdl_put(e->out, "\tstruct %s_req %s = { 0 };\n", s->name, s->req);
	if (s->m->req_far || s->m->rep_far)
		cdl_put(e->out, "\tstruct cordon_far %s;\n", s->far);
	if (s->lends)
		cdl_put(e->out, "\tstruct cordon_stub_lent %s = { 0 };\n", s->lent);
}

/* The buffers that go along: in struct cordon_stub_lent's order. */
static void emit_lend(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	bool far = s->m->req_far || s->m->rep_far;
	unsigned n = far;

	for (unsigned give = 0; give < 2; give++)
		for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
			if (f->type.kind == CDL_BUF && cdl_emit_in_req(f) &&
			    (f->hold == CDL_HOLD_GIVE) == (give == 1))
				cdl_put(e->out, "\t%s.buf[%u] = %s;\n", s->lent, n++, f->name);
	if (!n)
		return;
	if (far) {
		uint32_t size = s->m->rep_far && s->m->rep.size > s->m->req.size ? s->m->rep.size :
										   s->m->req.size;
		struct cdl_list l = { 0 };

		cdl_add(&l, "&%s->stub", s->c);
		cdl_add(&l, "&%s", s->lent);
		cdl_add(&l, "&%s", s->far);
		cdl_add(&l, s->m->req.size ? "&%s" : "NULL", s->req);
		cdl_add(&l, "%u", s->m->req.size);
		cdl_add(&l, "%u", size);
		cdl_put_listf(e->out, &l, ",", ");\n", "\t%s = cordon_stub_far(", s->ret);
		cdl_put(e->out, "\tif (%s < 0)\n\t\treturn %s;\n", s->ret, s->ret);
	}
	cdl_put(e->out, "\t%s.n = %u;\n", s->lent, n);
	if (s->m->given)
		cdl_put(e->out, "\t%s.given = %u;\n", s->lent, s->m->given);
	cdl_put(e->out, "\t%s = cordon_stub_lend(&%s->stub, &%s);\n\tif (%s < 0)\n\t\treturn %s;\n",
		s->ret, s->c, s->lent, s->ret, s->ret);
}

/* From the arguments to what is to be sent. */
static void emit_prepare(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	if (s->m->since > e->i->oldest)
		cdl_put(e->out, "\tif (%s->stub.version < %u)\n\t\treturn -EOPNOTSUPP;\n", s->c,
			s->m->since);
	if (s->m->req.size && !cdl_stub_whole(s)) {
		cdl_add(&l, "&%s", s->req);
		cdl_stub_passed(s, &l, cdl_emit_in_req);
		if (s->m->req.fails) {
			cdl_put_listf(e->out, &l, ",", ");\n", "\t%s = %s_put_(", s->ret, s->name);
			cdl_put(e->out, "\tif (%s < 0)\n\t\treturn %s;\n", s->ret, s->ret);
		} else {
			cdl_put_listf(e->out, &l, ",", ");\n", "\t%s_put_(", s->name);
		}
	}
	emit_lend(s);
}

/* What is sent, as arguments. */
static void add_sent(const struct cdl_stub *s, struct cdl_list *l)
{
	const char *what = s->m->req_far || s->m->rep_far ? s->far : s->req;

	cdl_add(l, "%s", s->op);
	if (cdl_stub_whole(s)) {
		cdl_add(l, "%s", cdl_stub_whole(s)->name);
		cdl_add(l, "sizeof(struct %s_req)", s->name);
		return;
	}
	if (s->m->req.size || s->m->rep_far) {
		cdl_add(l, "&%s", what);
		cdl_add(l, "sizeof(%s)", what);
	} else {
		cdl_add(l, "NULL");
		cdl_add(l, "0");
	}
}

static void add_received(const struct cdl_stub *s, struct cdl_list *l)
{
	if (s->m->rep.size && !s->m->rep_far) {
		cdl_add(l, "&%s", s->rep);
		cdl_add(l, "sizeof(%s)", s->rep);
	} else {
		cdl_add(l, "NULL");
		cdl_add(l, "0");
	}
}

/* It has ended: from what was received to the result. @lent: an expression. */
static void emit_end(const struct cdl_stub *s, const char *lent)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	if (s->lends) {
		cdl_add(&l, "&%s->stub", s->c);
		cdl_add(&l, "%s", lent);
		cdl_add(&l, "%s", s->line);
		cdl_add(&l, "%s", s->ret);
		cdl_add(&l, s->m->rep_far ? "&%s" : "NULL", s->rep);
		cdl_add(&l, s->m->rep_far ? "sizeof(%s)" : "0", s->rep);
		cdl_put_list(e->out, "\tcordon_stub_ended(", &l, ",", ");\n");
	}
	if (s->m->rep.size && !s->m->rep_far)
		cdl_put(e->out, "\tif (%s != (int)sizeof(%s))\n", s->ret, s->rep);
	else
		cdl_put(e->out, "\tif (%s != 0)\n", s->ret);
	cdl_put(e->out, "\t\treturn cordon_stub_failed(&%s->stub, %s, %s);\n", s->c, s->line,
		s->ret);
	if (!s->m->rep.size) {
		cdl_put(e->out, "\treturn 0;\n");
		return;
	}
	cdl_add(&l, "%s", s->c);
	cdl_add(&l, "&%s", s->rep);
	cdl_stub_bounds(s, &l, true);
	cdl_stub_passed(s, &l, cdl_emit_in_rep);
	cdl_put_listf(e->out, &l, ",", ");\n", "\treturn %s_get_(", s->name);
}

/* ---- the stubs --------------------------------------------------------------------------------- */

static void emit_start(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_stub_params(s, &l, cdl_emit_in_req);
	cdl_add(&l, "uint64_t %s", s->deadline);
	cdl_put(e->out, "\n/* The line of the call, for %s_finish(), or -errno. */", s->name);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline int %s_start(", s->name);
	emit_declare_req(s);
	if (s->lends || s->m->req.fails)
		cdl_put(e->out, "\tint %s;\n", s->ret);
	if ((s->m->req.size && !cdl_stub_whole(s)) || s->lends)
		cdl_put(e->out, "\n");
	emit_prepare(s);
	cdl_add(&l, "%s->stub.client", s->c);
	add_sent(s, &l);
	cdl_add(&l, "%s", s->deadline);
	if (!s->lends) {
		cdl_put_list(e->out, "\treturn cordon_call_start(", &l, ",", ");\n}\n");
		return;
	}
	cdl_put_listf(e->out, &l, ",", ");\n", "\t%s = cordon_call_start(", s->ret);
	cdl_put(e->out, "\treturn cordon_stub_started(&%s->stub, &%s, %s);\n}\n", s->c, s->lent,
		s->ret);
}

static void emit_finish(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_add(&l, "int %s", s->line);
	cdl_add(&l, "uint64_t %s", s->now);
	cdl_stub_bounds(s, &l, false);
	cdl_stub_params(s, &l, cdl_emit_in_rep);
	cdl_put(e->out, "\n/* -EAGAIN: not yet. Anything else, and the call is over. */");
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline int %s_finish(", s->name);
	if (s->m->rep.size)
		cdl_put(e->out, "\tstruct %s_rep %s;\n", s->name, s->rep);
	cdl_put(e->out, "\tint %s;\n\n", s->ret);
	cdl_add(&l, "%s->stub.client", s->c);
	cdl_add(&l, "%s", s->line);
	cdl_add(&l, "%s", s->now);
	add_received(s, &l);
	cdl_put_listf(e->out, &l, ",", ");\n", "\t%s = cordon_call_poll(", s->ret);
	cdl_put(e->out, "\tif (%s == -EAGAIN)\n\t\treturn %s;\n", s->ret, s->ret);
	emit_end(s, cdl_print(e->mem, "cordon_stub_lent_on(&%s->stub, %s)", s->c, s->line));
	cdl_put(e->out, "}\n");
}

void cdl_emit_started(const struct cdl_stub *s)
{
	emit_start(s);
	emit_finish(s);
}

static bool any(const struct cdl_field *f)
{
	(void)f;
	return true;
}

void cdl_emit_blocking(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\n");
	cdl_emit_comment(e, 0, s->m->doc);
	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_stub_params(s, &l, any);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "static inline int %s(", s->name);
	emit_declare_req(s);
	if (s->m->rep.size)
		cdl_put(e->out, "\tstruct %s_rep %s;\n", s->name, s->rep);
	cdl_put(e->out, "\tint %s, %s;\n\n", s->line, s->ret);
	emit_prepare(s);
	cdl_add(&l, "&%s->stub", s->c);
	add_sent(s, &l);
	add_received(s, &l);
	cdl_add(&l, "&%s", s->line);
	cdl_put_listf(e->out, &l, ",", ");\n", "\t%s = cordon_stub_call(", s->ret);
	emit_end(s, cdl_print(e->mem, "&%s", s->lent));
	cdl_put(e->out, "}\n");
}

void cdl_emit_oneway(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\n");
	cdl_emit_comment(e, 0, s->m->doc);
	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_stub_params(s, &l, any);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "static inline int %s(", s->name);
	emit_declare_req(s);
	cdl_put(e->out, "\tint %s;\n\n", s->ret);
	emit_prepare(s);
	cdl_add(&l, "%s->stub.client", s->c);
	add_sent(s, &l);
	cdl_add(&l, "UINT64_MAX");
	cdl_put_listf(e->out, &l, ",", ");\n", "\t%s = cordon_call_start(", s->ret);
	if (s->lends)
		cdl_put(e->out, "\t%s = cordon_stub_started(&%s->stub, &%s, %s);\n", s->ret, s->c,
			s->lent, s->ret);
	cdl_put(e->out,
		"\tif (%s < 0)\n\t\treturn %s;\n\tcordon_call_detach(%s->stub.client, %s);\n"
		"\tcordon_stub_sent(&%s->stub);\n\treturn 0;\n}\n",
		s->ret, s->ret, s->c, s->ret, s->c);
}

/* A member for each argument: what goes in by address, what comes out in place. */
static void emit_call_member(struct cdl_emit *e, const struct cdl_field *f)
{
	const char *type = cdl_emit_ctype(e, &f->type);
	bool in = cdl_emit_in_req(f);

	if (in && (f->type.kind == CDL_STR || f->type.kind == CDL_BYTES || f->type.array ||
		   f->type.kind == CDL_STRUCT))
		cdl_put(e->out, "\tconst %s *%s;\n", type, f->name);
	else
		cdl_emit_member(e, 1, f, ";\n");
	if (in && f->type.kind == CDL_BYTES)
		cdl_put(e->out, "\tuint32_t %s_len;\n", f->name);
}

void cdl_emit_scoped(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\nstruct %s_call {\n\tstruct %s_client *%s;\n", s->name, e->prefix,
		s->client);
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		emit_call_member(e, f);
	cdl_put(e->out, "\tint %s; /* as %s() returned it */\n};\n", s->ret, s->name);
	cdl_put(e->out,
		"\nstatic inline void %s_run_(void *arg)\n{\n\tstruct %s_call *call = (struct "
		"%s_call *)arg;\n\n",
		s->name, s->name, s->name);
	cdl_add(&l, "call->%s", s->client);
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next) {
		bool plain = cdl_emit_in_req(f) || f->type.array || f->type.kind == CDL_STR ||
			     f->type.kind == CDL_BYTES;

		cdl_add(&l, plain ? "call->%s" : "&call->%s", f->name);
		if (f->type.kind == CDL_BYTES)
			cdl_add(&l, cdl_emit_in_req(f) ? "call->%s_len" : "&call->%s_len", f->name);
	}
	cdl_put_listf(e->out, &l, ",", ");\n}\n", "\tcall->%s = %s(", s->ret, s->name);
	cdl_put(e->out, "\n/* As a part of @scope; @call until it is joined. */\n");
	cdl_add(&l, "struct cordon_scope *scope");
	cdl_add(&l, "struct %s_call *call", s->name);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "static inline void %s_in(", s->name);
	cdl_put(e->out, "\t(void)cordon_scope_start(scope, %s_run_, call);\n}\n", s->name);
}
