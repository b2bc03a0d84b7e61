// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl_server.h: a server's handlers, and what it consists of. */
#include "channels/cdl/emit.h"

static void emit_handler(struct cdl_emit *e, const struct cdl_method *m)
{
	struct cdl_list l = { 0 };

	cdl_emit_comment(e, 1, m->doc);
	cdl_add(&l, "void *%s", cdl_emit_local(e, &m->args, "state"));
	for (const struct cdl_field *f = m->args.first; f; f = f->next)
		cdl_emit_param(e, &l, f);
	cdl_put_listf(e->out, &l, ",", ");\n", "\t%s (*%s)(", m->oneway ? "void" : "int", m->name);
}

void cdl_emit_server_header(struct cdl_emit *e)
{
	const char *p = e->prefix;
	struct cdl_list l = { 0 };

	cdl_emit_top(e, true, "the server's end");
	cdl_put(e->out, "#ifndef %s_CDL_SERVER_H\n#define %s_CDL_SERVER_H\n\n#include \"%s.h\"\n",
		e->upper, e->upper, e->base);
	cdl_put(e->out,
		"\n/*\n * What a server does. Constant. Arguments were checked and are private copies; results are"
		"\n * 0 or an error that the interface lists, negative. NULL: not by this server (-EOPNOTSUPP)."
		"\n");
	if (e->i->pool)
		cdl_put(e->out,
			" * Buffers are the server's while the handler runs; one that was given, "
			"longer if it\n * returns 0.\n");
	cdl_put(e->out, " */\nstruct %s_server_ops {\n", p);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		emit_handler(e, m);
	cdl_put(e->out,
		"};\n\nstruct %s_server {\n\tstruct cordon_stub_server stub;\n\tconst struct "
		"%s_server_ops *ops;\n};\n",
		p, p);
	cdl_put(e->out, "\n/* @state is handed to the handlers. For one life of the channel. */\n");
	cdl_add(&l, "struct %s_server *s", p);
	cdl_add(&l, "const struct %s_server_ops *ops", p);
	cdl_add(&l, "void *state");
	if (e->i->pool)
		cdl_add(&l, "struct cordon_pool *pool");
	cdl_put_listf(e->out, &l, ",", ")\n{\n", "static inline void %s_server_init(", p);
	cdl_put(e->out,
		"\tcordon_stub_serve(&s->stub, &%s_interface, state, %s);\n\ts->ops = ops;\n}\n", p,
		e->i->pool ? "pool" : "NULL");
	cdl_put(e->out,
		"\n/* For cordon_serve(), whose state is a struct %s_server or begins with one. */\n"
		"extern const struct cordon_ops %s_ops;\n\n#endif\n",
		p, p);
}
