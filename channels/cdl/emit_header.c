// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* net.cdl.h: what both ends, and who looks at them, need. */
#include "channels/cdl/emit.h"

static void emit_numbers(struct cdl_emit *e)
{
	cdl_put(e->out, "\n#define %s_VERSION %u /* the newest that is in here, */\n", e->upper,
		e->i->newest);
	cdl_put(e->out, "#define %s_OLDEST %u /* and the oldest */\n", e->upper, e->i->oldest);
	cdl_put(e->out, "\nenum %s_op {\n\t%s_OP_HELLO = 0,\n", e->prefix, e->upper);
	for (const struct cdl_method *m = e->i->methods; m; m = m->next)
		cdl_put(e->out, "\t%s_OP_%s = %u,\n", e->upper, cdl_emit_upper(e, m->name),
			m->number);
	cdl_put(e->out, "\t%s_OP_COUNT = %u,\n};\n", e->upper, e->i->nmethods + 1);
}

static void emit_states(struct cdl_emit *e)
{
	unsigned number = 0;

	if (!e->i->states.n)
		return;
	cdl_put(e->out, "\n/* A server begins in the first. */\nenum %s_state {\n", e->prefix);
	for (const struct cdl_name *s = e->i->states.first; s; s = s->next)
		cdl_put(e->out, "\t%s_STATE_%s = %u,\n", e->upper, cdl_emit_upper(e, s->name),
			number++);
	cdl_put(e->out, "};\n");
}

static void emit_interface(struct cdl_emit *e)
{
	const struct cdl_interface *i = e->i;
	uint32_t id = 2166136261u;

	for (const char *s = i->name; *s; s++)
		id = (id ^ (unsigned char)*s) * 16777619u;
	cdl_put(e->out, "\nstatic inline bool %s_listed_(int error)\n{\n", e->prefix);
	if (i->errors.n) {
		cdl_put(e->out, "\tswitch (error) {\n");
		for (const struct cdl_name *n = i->errors.first; n; n = n->next)
			cdl_put(e->out, "\tcase %s:\n", n->name);
		cdl_put(e->out, "\t\treturn true;\n\tdefault:\n\t\treturn false;\n\t}\n}\n");
	} else {
		cdl_put(e->out, "\t(void)error;\n\treturn false;\n}\n");
	}
	cdl_put(e->out, "\n/* What each version looks like on the wire, from the oldest on. */\n");
	cdl_put(e->out, "static const uint32_t %s_prints_[%u] __attribute__((unused)) = {\n",
		e->prefix, i->newest - i->oldest + 1);
	for (unsigned v = i->oldest; v <= i->newest; v++)
		cdl_put(e->out, "\t0x%08x, /* %u */\n", i->prints[v - i->oldest], v);
	cdl_put(e->out,
		"};\n\nstatic const struct cordon_stub_interface %s_interface "
		"__attribute__((unused)) = {\n",
		e->prefix);
	cdl_put(e->out, "\t.name = \"%s\",\n\t.id = 0x%08x,\n", i->name, id);
	cdl_put(e->out, "\t.oldest = %s_OLDEST,\n\t.newest = %s_VERSION,\n", e->upper, e->upper);
	cdl_put(e->out, "\t.prints = %s_prints_,\n\t.listed = %s_listed_,\n};\n", e->prefix,
		e->prefix);
}

void cdl_emit_header(struct cdl_emit *e)
{
	cdl_emit_top(e, true, "what both ends share");
	cdl_emit_comment(e, 0, e->i->doc);
	cdl_put(e->out, "#ifndef %s_CDL_H\n#define %s_CDL_H\n\n", e->upper, e->upper);
	cdl_put(e->out, "#include <errno.h>\n#include <stddef.h>\n#include \"channels/decode.h\"\n"
			"#include \"channels/stub.h\"\n");
	emit_numbers(e);
	emit_states(e);
	cdl_emit_types(e);
	cdl_emit_section(e, "on the wire");
	cdl_emit_wire(e);
	emit_interface(e);
	cdl_put(e->out,
		"\n/* For traces and statistics: %s_decode.c. */\nextern const struct "
		"cordon_decode %s_decode;\n\n#endif\n",
		e->base, e->prefix);
}
