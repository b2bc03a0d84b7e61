// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/emit.h"

#include <ctype.h>
#include <string.h>
#include "channels/cdl/type.h"

void cdl_emit_top(struct cdl_emit *e, bool header, const char *what)
{
	if (e->i->licence && header)
		cdl_put(e->out, "/* SPDX-License-Identifier: %s */\n", e->i->licence);
	else if (e->i->licence)
		cdl_put(e->out, "// SPDX-License-Identifier: %s\n", e->i->licence);
	cdl_put(e->out, "/* Made by cordon-cdl from %s: %s. A change in here would be lost. */\n",
		e->base, what);
}

static void tabs_of(struct cdl_emit *e, unsigned tabs)
{
	while (tabs-- > 0)
		cdl_put_char(e->out, '\t');
}

void cdl_emit_comment(struct cdl_emit *e, unsigned tabs, const char *doc)
{
	if (!doc)
		return;
	tabs_of(e, tabs);
	if (!strchr(doc, '\n')) {
		cdl_put(e->out, "/* %s */\n", doc);
		return;
	}
	cdl_put(e->out, "/*\n");
	while (*doc) {
		size_t len = strcspn(doc, "\n");

		tabs_of(e, tabs);
		cdl_put(e->out, len ? " * %.*s\n" : " *\n", (int)len, doc);
		doc += len + (doc[len] == '\n');
	}
	tabs_of(e, tabs);
	cdl_put(e->out, " */\n");
}

void cdl_emit_section(struct cdl_emit *e, const char *name)
{
	cdl_put(e->out, "\n/* ---- %s ", name);
	for (size_t n = strlen(name); n < 86; n++)
		cdl_put_char(e->out, '-');
	cdl_put(e->out, " */\n");
}

const char *cdl_emit_upper(struct cdl_emit *e, const char *s)
{
	char *to = cdl_copy(e->mem, s, strlen(s));

	for (char *p = to; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return to;
}

const char *cdl_emit_wtype(struct cdl_emit *e, const struct cdl_type *type)
{
	static const char *const names[] = {
		[CDL_U8] = "uint8_t",	[CDL_U16] = "uint16_t", [CDL_U32] = "uint32_t",
		[CDL_U64] = "uint64_t", [CDL_I8] = "int8_t",	[CDL_I16] = "int16_t",
		[CDL_I32] = "int32_t",	[CDL_I64] = "int64_t",
	};

	if (type->kind == CDL_STRUCT)
		return cdl_print(e->mem,
				 type->def->record.plain ? "struct %s_%s" : "struct %s_%s_wire",
				 e->prefix, type->def->name);
	return names[cdl_carrier(type)];
}

const char *cdl_emit_ctype(struct cdl_emit *e, const struct cdl_type *type)
{
	switch (type->kind) {
	case CDL_BOOL:
		return "bool";
	case CDL_ENUM:
		return cdl_print(e->mem, "enum %s_%s", e->prefix, type->def->name);
	case CDL_STRUCT:
		return cdl_print(e->mem, "struct %s_%s", e->prefix, type->def->name);
	case CDL_STR:
		return "char";
	case CDL_BYTES:
		return "uint8_t";
	default:
		return cdl_emit_wtype(e, type);
	}
}

const char *cdl_emit_int(struct cdl_emit *e, cdl_int value)
{
	char text[48];

	cdl_int_text(value, text, sizeof(text));
	if (value > cdl_int_greatest(CDL_I64))
		return cdl_print(e->mem, "%sull", text);
	if (value == cdl_int_least(CDL_I64))
		return "(-9223372036854775807ll - 1)";
	return cdl_print(e->mem, "%s", text);
}

const char *cdl_emit_local(struct cdl_emit *e, const struct cdl_fields *fields, const char *name)
{
	size_t len = strlen(name);

	for (const struct cdl_field *f = fields ? fields->first : NULL; f; f = f->next) {
		size_t n = strlen(f->name);

		if (strcmp(f->name, name) == 0 ||
		    (f->type.kind == CDL_BYTES && len == n + 4 && strncmp(f->name, name, n) == 0 &&
		     strcmp(name + n, "_len") == 0))
			return cdl_print(e->mem, "%s_", name);
	}
	return name;
}

bool cdl_emit_in_rep(const struct cdl_field *f)
{
	if (f->type.kind == CDL_BUF)
		return f->out && f->hold == CDL_HOLD_GIVE;
	return f->out;
}

bool cdl_emit_in_req(const struct cdl_field *f)
{
	return f->type.kind == CDL_BUF ? !cdl_emit_in_rep(f) : f->in;
}
