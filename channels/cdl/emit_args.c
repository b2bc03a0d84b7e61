// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What a method's stubs have in common: from arguments to a request, from a reply to arguments. */
#include "channels/cdl/emit_stub.h"
#include "channels/cdl/type.h"

struct cdl_stub cdl_stub_of(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_stub s = { .e = e, .m = m };

	s.name = cdl_print(e->mem, "%s_%s", e->prefix, m->name);
	s.op = cdl_print(e->mem, "%s_OP_%s", e->upper, cdl_emit_upper(e, m->name));
	s.c = cdl_emit_local(e, &m->args, "c");
	s.w = cdl_emit_local(e, &m->args, "w");
	s.i = cdl_emit_local(e, &m->args, "i");
	s.line = cdl_emit_local(e, &m->args, "line");
	s.now = cdl_emit_local(e, &m->args, "now");
	s.deadline = cdl_emit_local(e, &m->args, "deadline");
	s.ret = cdl_emit_local(e, &m->args, "ret");
	s.req = cdl_emit_local(e, &m->args, "req");
	s.rep = cdl_emit_local(e, &m->args, "rep");
	s.far = cdl_emit_local(e, &m->args, "far");
	s.lent = cdl_emit_local(e, &m->args, "lent");
	s.client = cdl_emit_local(e, &m->args, "client");
	s.lends = m->bufs || m->req_far || m->rep_far;
	return s;
}

void cdl_stub_params(const struct cdl_stub *s, struct cdl_list *l,
		     bool (*which)(const struct cdl_field *))
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (which(f))
			cdl_emit_param(s->e, l, f);
}

void cdl_stub_passed(const struct cdl_stub *s, struct cdl_list *l,
		     bool (*which)(const struct cdl_field *))
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (which(f))
			cdl_emit_pass(l, f);
}

const struct cdl_field *cdl_stub_whole(const struct cdl_stub *s)
{
	const struct cdl_record *r = &s->m->req;
	const struct cdl_field *f = r->n == 1 ? r->slot[0].field : NULL;

	if (!f || s->lends || !cdl_is_same(&f->type))
		return NULL;
	return f->type.array || f->type.kind == CDL_STRUCT ? f : NULL;
}

void cdl_emit_args_put(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };
	bool fails = s->m->req.fails;
	bool first = true;

	if (!s->m->req.size || cdl_stub_whole(s))
		return;
	cdl_add(&l, "struct %s_req *%s", s->name, s->w);
	cdl_stub_params(s, &l, cdl_emit_in_req);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline %s %s_put_(",
		      fails ? "int" : "void", s->name);
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next) {
		if (!cdl_emit_in_req(f) || (f->type.kind != CDL_STR && f->type.kind != CDL_BYTES))
			continue;
		cdl_put(e->out, "\tuint32_t %s_len_;\n", f->name);
		first = false;
	}
	if (!first)
		cdl_put(e->out, "\n");
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next) {
		bool by_address = f->type.kind == CDL_STRUCT && !f->type.array;

		if (cdl_emit_in_req(f))
			cdl_emit_put(e, f, cdl_print(e->mem, "%s->%s", s->w, f->name),
				     cdl_print(e->mem, by_address ? "(*%s)" : "%s", f->name),
				     cdl_print(e->mem, "%s_len", f->name), s->i, "return -EINVAL");
	}
	cdl_put(e->out, fails ? "\treturn 0;\n}\n" : "}\n");
}

static void emit_take_given(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;

	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (f->type.kind == CDL_BUF && cdl_emit_in_rep(f))
			cdl_put(e->out,
				"\tif (cordon_pool_take(%s->stub.pool, %s->%s) < 0)\n"
				"\t\treturn cordon_stub_lied(&%s->stub);\n",
				s->c, s->w, f->name, s->c);
}

/* Buffers that come with the reply, and what lies in buffers. */
static void emit_bounds(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;

	for (const struct cdl_field *f = s->m->args.first; f; f = f->next) {
		const struct cdl_field *b = f->buf;
		struct cdl_list l = { 0 };

		if (f->within && f->out && cdl_emit_in_rep(b)) {
			cdl_add(&l, "%s->stub.pool", s->c);
			cdl_add(&l, "%s->%s", s->w, b->name);
			cdl_add(&l, "%s->%s", s->w, f->name);
			cdl_put_list(e->out, "\tif (!cordon_stub_may_take(", &l, ",", "))\n");
		} else if (f->within && f->out) {
			cdl_add(&l, "%s->%s", s->w, f->name);
			cdl_add(&l, "cordon_pool_bufsize(%s->stub.pool, %s)", s->c, b->name);
			cdl_put_list(e->out, "\tif (", &l, " >", ")\n");
		} else if (f->type.kind == CDL_BUF && cdl_emit_in_rep(f)) {
			cdl_add(&l, "%s->stub.pool", s->c);
			cdl_add(&l, "%s->%s", s->w, f->name);
			cdl_add(&l, "0");
			cdl_put_list(e->out, "\tif (!cordon_stub_may_take(", &l, ",", "))\n");
		} else {
			continue;
		}
		cdl_put(e->out, "\t\treturn cordon_stub_lied(&%s->stub);\n", s->c);
	}
}

/* A lent buffer bounds what comes with the reply. */
static bool is_bound(const struct cdl_stub *s, const struct cdl_field *b)
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (f->within && f->buf == b && f->out && !cdl_emit_in_rep(b))
			return true;
	return false;
}

void cdl_stub_bounds(const struct cdl_stub *s, struct cdl_list *l, bool pass)
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next) {
		if (!is_bound(s, f))
			continue;
		if (pass)
			cdl_emit_pass(l, f);
		else
			cdl_emit_param(s->e, l, f);
	}
}

void cdl_emit_args_get(const struct cdl_stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	if (!s->m->rep.size)
		return;
	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_add(&l, "const struct %s_rep *%s", s->name, s->w);
	cdl_stub_bounds(s, &l, false);
	cdl_stub_params(s, &l, cdl_emit_in_rep);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline int %s_get_(", s->name);
	if (s->m->rep.checked)
		cdl_put(e->out, "\tif (!%s_rep_ok_(%s))\n\t\treturn cordon_stub_lied(&%s->stub);\n",
			s->name, s->w, s->c);
	emit_bounds(s);
	emit_take_given(s);
	if (!s->m->rep.checked && !s->m->back)
		cdl_put(e->out, "\t(void)%s;\n", s->c);
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next) {
		bool by_address = !f->type.array && f->type.kind != CDL_STR &&
				  f->type.kind != CDL_BYTES;

		if (cdl_emit_in_rep(f))
			cdl_emit_get(e, f, cdl_print(e->mem, "%s->%s", s->w, f->name),
				     cdl_print(e->mem,
					       !by_address		  ? "%s" :
					       f->type.kind == CDL_STRUCT ? "(*%s)" :
									    "*%s",
					       f->name),
				     cdl_print(e->mem, "*%s_len", f->name), s->i);
	}
	cdl_put(e->out, "\treturn 0;\n}\n");
}
