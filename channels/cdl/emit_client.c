// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * net.cdl_client.h: a method's stubs. What they have in common is made first: from arguments to a
 * request, from a reply to arguments. Then started, blocking, and scoped ones.
 */
#include "channels/cdl/emit.h"
#include "channels/cdl/type.h"

/* Names of ours, beside the arguments'. */
struct stub {
	struct cdl_emit *e;
	const struct cdl_method *m;
	const char *name; /* net_set_mac */
	const char *op; /* NET_OP_SET_MAC */
	const char *c, *w, *i, *line, *now, *deadline, *ret, *req, *rep, *far, *lent, *client;
	bool lends; /* buffers of whatever sort */
};

static struct stub stub_of(struct cdl_emit *e, const struct cdl_method *m)
{
	struct stub s = { .e = e, .m = m };

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

static void add_params(const struct stub *s, struct cdl_list *l,
		       bool (*which)(const struct cdl_field *))
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (which(f))
			cdl_emit_param(s->e, l, f);
}

static void add_passed(const struct stub *s, struct cdl_list *l,
		       bool (*which)(const struct cdl_field *))
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (which(f))
			cdl_emit_pass(l, f);
}

/* ---- arguments to a request, a reply to arguments ---------------------------------------------- */

static void emit_put(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };
	bool fails = s->m->req.fails;
	bool first = true;

	if (!s->m->req.size)
		return;
	cdl_add(&l, "struct %s_req *%s", s->name, s->w);
	add_params(s, &l, cdl_emit_in_req);
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

static void emit_take_given(const struct stub *s)
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
static void emit_bounds(const struct stub *s)
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
static bool is_bound(const struct stub *s, const struct cdl_field *b)
{
	for (const struct cdl_field *f = s->m->args.first; f; f = f->next)
		if (f->within && f->buf == b && f->out && !cdl_emit_in_rep(b))
			return true;
	return false;
}

static void add_bounds(const struct stub *s, struct cdl_list *l, bool pass)
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

static void emit_get(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	if (!s->m->rep.size)
		return;
	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_add(&l, "const struct %s_rep *%s", s->name, s->w);
	add_bounds(s, &l, false);
	add_params(s, &l, cdl_emit_in_rep);
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

/* ---- pieces of stubs --------------------------------------------------------------------------- */

static void emit_declare_req(const struct stub *s)
{
	struct cdl_emit *e = s->e;

	if (s->m->req.size)
		cdl_put(e->out, "\tstruct %s_req %s = { 0 };\n", s->name, s->req);
	if (s->m->req_far || s->m->rep_far)
		cdl_put(e->out, "\tstruct cordon_far %s;\n", s->far);
	if (s->lends)
		cdl_put(e->out, "\tstruct cordon_stub_lent %s = { 0 };\n", s->lent);
}

/* The buffers that go along: in struct cordon_stub_lent's order. */
static void emit_lend(const struct stub *s)
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
static void emit_prepare(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	if (s->m->since > e->i->oldest)
		cdl_put(e->out, "\tif (%s->stub.version < %u)\n\t\treturn -EOPNOTSUPP;\n", s->c,
			s->m->since);
	if (s->m->req.size) {
		cdl_add(&l, "&%s", s->req);
		add_passed(s, &l, cdl_emit_in_req);
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
static void add_sent(const struct stub *s, struct cdl_list *l)
{
	const char *what = s->m->req_far || s->m->rep_far ? s->far : s->req;

	cdl_add(l, "%s", s->op);
	if (s->m->req.size || s->m->rep_far) {
		cdl_add(l, "&%s", what);
		cdl_add(l, "sizeof(%s)", what);
	} else {
		cdl_add(l, "NULL");
		cdl_add(l, "0");
	}
}

static void add_received(const struct stub *s, struct cdl_list *l)
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
static void emit_end(const struct stub *s, const char *lent)
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
	add_bounds(s, &l, true);
	add_passed(s, &l, cdl_emit_in_rep);
	cdl_put_listf(e->out, &l, ",", ");\n", "\treturn %s_get_(", s->name);
}

/* ---- the stubs --------------------------------------------------------------------------------- */

static void emit_start(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	add_params(s, &l, cdl_emit_in_req);
	cdl_add(&l, "uint64_t %s", s->deadline);
	cdl_put(e->out, "\n/* The line of the call, for %s_finish(), or -errno. */", s->name);
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline int %s_start(", s->name);
	emit_declare_req(s);
	if (s->lends || s->m->req.fails)
		cdl_put(e->out, "\tint %s;\n", s->ret);
	if (s->m->req.size || s->lends)
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

static void emit_finish(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	cdl_add(&l, "int %s", s->line);
	cdl_add(&l, "uint64_t %s", s->now);
	add_bounds(s, &l, false);
	add_params(s, &l, cdl_emit_in_rep);
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

static bool any(const struct cdl_field *f)
{
	(void)f;
	return true;
}

static void emit_blocking(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\n");
	cdl_emit_comment(e, 0, s->m->doc);
	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	add_params(s, &l, any);
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

static void emit_oneway(const struct stub *s)
{
	struct cdl_emit *e = s->e;
	struct cdl_list l = { 0 };

	cdl_put(e->out, "\n");
	cdl_emit_comment(e, 0, s->m->doc);
	cdl_add(&l, "struct %s_client *%s", e->prefix, s->c);
	add_params(s, &l, any);
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

static void emit_scoped(const struct stub *s)
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

/* ---- the file ---------------------------------------------------------------------------------- */

static void emit_client(struct cdl_emit *e)
{
	const char *p = e->prefix;
	const char *pool = e->i->pool ? "pool" : "NULL";
	struct cdl_list l = { 0 };

	cdl_put(e->out,
		"\n/* One thread's; for one life of the server. */\nstruct %s_client {\n"
		"\tstruct cordon_stub stub;\n};\n",
		p);
	cdl_put(e->out, "\n/* For blocking calls, cordon_stub_by() says who makes them. */\n");
	cdl_add(&l, "struct %s_client *c", p);
	cdl_add(&l, "struct cordon_client *client");
	if (e->i->pool)
		cdl_add(&l, "struct cordon_pool *pool");
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "static inline void %s_client_init(", p);
	cdl_put(e->out, "\tcordon_stub_init(&c->stub, &%s_interface, client, %s);\n}\n", p, pool);
	cdl_put(e->out, "\n/* Agree on a version: before all other calls. */\n");
	cdl_put(e->out,
		"static inline int %s_connect_start(struct %s_client *c, uint64_t deadline)\n"
		"{\n\treturn cordon_stub_hello_start(&c->stub, deadline);\n}\n",
		p, p);
	cdl_add(&l, "struct %s_client *c", p);
	cdl_add(&l, "int line");
	cdl_add(&l, "uint64_t now");
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "\nstatic inline int %s_connect_finish(", p);
	cdl_put(e->out, "\treturn cordon_stub_hello_finish(&c->stub, line, now);\n}\n");
	cdl_put(e->out, "\nstatic inline int %s_connect(struct %s_client *c)\n{\n", p, p);
	cdl_put(e->out, "\tstruct cordon_hello req = cordon_stub_hello_req(&c->stub);\n"
			"\tstruct cordon_hello_reply rep;\n\tint line, ret;\n\n");
	cdl_add(&l, "&c->stub");
	cdl_add(&l, "CORDON_STUB_HELLO");
	cdl_add(&l, "&req");
	cdl_add(&l, "sizeof(req)");
	cdl_add(&l, "&rep");
	cdl_add(&l, "sizeof(rep)");
	cdl_add(&l, "&line");
	cdl_put_list(e->out, "\tret = cordon_stub_call(", &l, ",", ");\n");
	cdl_put(e->out, "\treturn cordon_stub_hello_result(&c->stub, line, ret, &rep);\n}\n");
}

void cdl_emit_client(struct cdl_emit *e)
{
	cdl_emit_top(e, true, "the client's stubs");
	cdl_put(e->out, "#ifndef %s_CDL_CLIENT_H\n#define %s_CDL_CLIENT_H\n\n", e->upper, e->upper);
	cdl_put(e->out,
		"#include \"%s.h\"\n#if defined(__KERNEL__)\n"
		"#include \"core/kernel/stub.h\"\n#else\n#include \"core/stub.h\"\n#endif\n",
		e->base);
	emit_client(e);
	cdl_emit_section(e, "requests and replies");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct stub s = stub_of(e, m);

		emit_put(&s);
		emit_get(&s);
	}
	cdl_emit_section(e, "calls that wait");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct stub s = stub_of(e, m);

		if (m->oneway)
			emit_oneway(&s);
		else
			emit_blocking(&s);
	}
	cdl_emit_section(e, "calls that are started, and finished later");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct stub s = stub_of(e, m);

		if (m->oneway)
			continue;
		emit_start(&s);
		emit_finish(&s);
	}
	cdl_emit_section(e, "calls that are part of a scope");
	cdl_put(e->out, "#if !defined(__KERNEL__)\n");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct stub s = stub_of(e, m);

		if (!m->oneway)
			emit_scoped(&s);
	}
	cdl_put(e->out, "\n#endif\n\n#endif\n");
}
