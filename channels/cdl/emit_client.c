// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl_client.h: the client, and the stubs of all methods. */
#include "channels/cdl/emit_stub.h"

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
		struct cdl_stub s = cdl_stub_of(e, m);

		cdl_emit_args_put(&s);
		cdl_emit_args_get(&s);
	}
	cdl_emit_section(e, "calls that wait");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct cdl_stub s = cdl_stub_of(e, m);

		if (m->oneway)
			cdl_emit_oneway(&s);
		else
			cdl_emit_blocking(&s);
	}
	cdl_emit_section(e, "calls that are started, and finished later");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct cdl_stub s = cdl_stub_of(e, m);

		if (m->oneway)
			continue;
		cdl_emit_started(&s);
	}
	cdl_emit_section(e, "calls that are part of a scope");
	cdl_put(e->out, "#if !defined(__KERNEL__)\n");
	for (const struct cdl_method *m = e->i->methods; m; m = m->next) {
		struct cdl_stub s = cdl_stub_of(e, m);

		if (!m->oneway)
			cdl_emit_scoped(&s);
	}
	cdl_put(e->out, "\n#endif\n\n#endif\n");
}
