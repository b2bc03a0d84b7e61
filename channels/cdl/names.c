// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Names. What is made declares many that are put together from the source's: two of them could be the
 * same. All are collected, sorted, and looked at side by side. Names that end in an underscore are
 * the generator's own, and the source can't have any.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "channels/cdl/check.h"

/* Words of C, and what headers are known to define as macros. */
static const char *const words[] = {
	"alignas",  "alignof",	"asm",	    "assert",	"auto",	   "bool",     "break",	 "case",
	"char",	    "const",	"continue", "current",	"default", "do",       "double", "else",
	"enum",	    "errno",	"extern",   "false",	"float",   "for",      "goto",	 "i386",
	"if",	    "inline",	"int",	    "linux",	"memchr",  "long",     "major",	 "minor",
	"noreturn", "offsetof", "register", "restrict", "return",  "short",    "signed", "sizeof",
	"static",   "stderr",	"stdin",    "stdout",	"struct",  "switch",   "true",	 "typedef",
	"typeof",   "union",	"unix",	    "unsigned", "void",	   "volatile", "while",
};
/* Our own. */
static const char *const reserved[] = {
	"u8",  "u16",	"u32", "u64", "i8",  "i16",   "i32",  "i64",
	"str", "bytes", "buf", "in",  "out", "inout", "lend", "give",
};

struct made {
	const char *name;
	struct cdl_place place;
	bool ours; /* of no name in the source */
};

struct names {
	struct cdl_diag *diag;
	struct cdl_mem *mem;
	const char *prefix;
	char upper[128];
	struct made *made[2]; /* ordinary ones, and tags */
	size_t n[2], room[2];
};

static bool among(const char *const *list, size_t n, const char *name)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(list[k], name) == 0)
			return true;
	return false;
}

#define AMONG(list, name) among(list, sizeof(list) / sizeof((list)[0]), name)

/* Of an interface, a type, a method, an argument: C takes it as it is. */
static void check_name(struct cdl_diag *diag, const char *name, struct cdl_place where)
{
	for (const char *s = name; *s; s++) {
		if (*s >= 'A' && *s <= 'Z') {
			cdl_error(diag, where, "expected a name in lower case, not '%s'", name);
			return;
		}
	}
	if (strncmp(name, "cordon_", 7) == 0)
		cdl_error(diag, where, "names that begin with 'cordon_' are ours");
	else if (strlen(name) > 2 && strcmp(name + strlen(name) - 2, "_t") == 0)
		cdl_error(diag, where,
			  "names that end in '_t' are types of C: expected another name");
	else if (AMONG(words, name))
		cdl_error(diag, where, "'%s' is a word of C: expected another name", name);
	else if (AMONG(reserved, name))
		cdl_error(diag, where, "'%s' is a word of this language: expected another name",
			  name);
}

/* Of anything. */
static void check_ends(struct cdl_diag *diag, const char *name, struct cdl_place where)
{
	if (name[0] == '_' || name[strlen(name) - 1] == '_')
		cdl_error(diag, where, "expected a name that begins and ends with no underscore");
}

static void add(struct names *n, unsigned tag, const char *name, struct cdl_place where, bool ours)
{
	if (n->n[tag] == n->room[tag]) {
		n->room[tag] = n->room[tag] ? n->room[tag] * 2 : 64;
		n->made[tag] = cdl_realloc(n->made[tag], n->room[tag] * sizeof(struct made));
	}
	n->made[tag][n->n[tag]++] = (struct made){ name, where, ours };
}

static void to_upper(char *s)
{
	for (; *s; s++)
		*s = (char)toupper((unsigned char)*s);
}

/* PREFIX_MIDDLENAME, a constant of C. */
static void add_upper(struct names *n, const char *middle, const struct cdl_name *name)
{
	char *s = cdl_print(n->mem, "%s_%s%s", n->upper, middle, name->name);

	to_upper(s);
	check_ends(n->diag, name->name, name->place);
	add(n, 0, s, name->place, false);
}

static void add_lower(struct names *n, unsigned tag, const char *name, const char *end,
		      struct cdl_place where)
{
	add(n, tag, cdl_print(n->mem, "%s_%s%s", n->prefix, name, end), where, false);
}

static void our_names(struct names *n, struct cdl_place where)
{
	static const char *const upper[] = { "VERSION", "OLDEST",	"OP_HELLO",    "OP_COUNT",
					     "CDL_H",	"CDL_CLIENT_H", "CDL_SERVER_H" };
	static const char *const lower[] = { "client_init",   "connect",
					     "connect_start", "connect_finish",
					     "server_init",   "interface",
					     "ops",	      "decode" };
	static const char *const tags[] = { "client", "server", "server_ops", "op", "state" };

	for (size_t k = 0; k < sizeof(upper) / sizeof(upper[0]); k++)
		add(n, 0, cdl_print(n->mem, "%s_%s", n->upper, upper[k]), where, true);
	for (size_t k = 0; k < sizeof(lower) / sizeof(lower[0]); k++)
		add(n, 0, cdl_print(n->mem, "%s_%s", n->prefix, lower[k]), where, true);
	for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++)
		add(n, 1, cdl_print(n->mem, "%s_%s", n->prefix, tags[k]), where, true);
}

static void add_def(struct names *n, const struct cdl_def *d)
{
	char *middle = cdl_print(n->mem, "%s_", d->name);
	const struct cdl_name all = { .name = "all", .place = d->place };

	to_upper(middle);
	check_name(n->diag, d->name, d->place);
	check_ends(n->diag, d->name, d->place);
	if (d->kind != CDL_FLAGS)
		add_lower(n, 1, d->name, "", d->place);
	if (d->kind == CDL_STRUCT) {
		add_lower(n, 1, d->name, "_wire", d->place);
		/* What its helpers begin with, and those of a method of that name. */
		add_lower(n, 0, d->name, "_wire", d->place);
	}
	if (d->kind == CDL_FLAGS)
		add_upper(n, middle, &all);
	for (const struct cdl_name *v = d->names.first; v; v = v->next)
		add_upper(n, middle, v);
}

static void add_method(struct names *n, const struct cdl_method *m)
{
	static const char *const functions[] = { "", "_start", "_finish", "_in" };
	static const char *const tags[] = { "_req", "_rep", "_call" };
	const struct cdl_name op = { .name = m->name, .place = m->place };

	check_name(n->diag, m->name, m->place);
	add_upper(n, "OP_", &op);
	/* A oneway method has the first alone, and its others would be missed. */
	for (size_t k = 0; k < (m->oneway ? 1 : 4); k++)
		add_lower(n, 0, m->name, functions[k], m->place);
	for (size_t k = 0; k < 3; k++)
		add_lower(n, 1, m->name, tags[k], m->place);
}

/* Of bytes and their length, C makes two. */
static void check_fields(const struct cdl_fields *fields, struct cdl_diag *diag)
{
	for (const struct cdl_field *f = fields->first; f; f = f->next) {
		check_name(diag, f->name, f->place);
		check_ends(diag, f->name, f->place);
		if (f->type.kind != CDL_BYTES)
			continue;
		for (const struct cdl_field *g = fields->first; g; g = g->next) {
			size_t len = strlen(f->name);

			if (strncmp(g->name, f->name, len) != 0 ||
			    strcmp(g->name + len, "_len") != 0)
				continue;
			cdl_error(
				diag, g->place,
				"'%s' is what the length of '%s' is called in C: expected another "
				"name",
				g->name, f->name);
		}
	}
}

static int by_name(const void *a, const void *b)
{
	const struct made *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	if (x->ours != y->ours)
		return x->ours ? -1 : 1;
	return x->place.at < y->place.at ? -1 : x->place.at > y->place.at;
}

static void find_twins(struct names *n, unsigned tag)
{
	if (n->n[tag])
		qsort(n->made[tag], n->n[tag], sizeof(struct made), by_name);
	for (size_t k = 1; k < n->n[tag]; k++) {
		const struct made *a = &n->made[tag][k - 1], *b = a + 1;

		if (strcmp(a->name, b->name) != 0)
			continue;
		if (a->ours) {
			cdl_error(
				n->diag, b->place,
				"this makes the C name '%s', which is taken: expected another name",
				b->name);
			continue;
		}
		cdl_error(n->diag, b->place, "this makes the C name '%s' a second time", b->name);
		cdl_note(n->diag, a->place, "here is the first");
	}
	free(n->made[tag]);
}

void cdl_check_names(const struct cdl_interface *i, struct cdl_diag *diag, struct cdl_mem *mem)
{
	struct names n = { .diag = diag, .mem = mem, .prefix = i->name };

	check_name(diag, i->name, i->place);
	check_ends(diag, i->name, i->place);
	if (strcmp(i->name, "cordon") == 0)
		cdl_error(diag, i->place, "'cordon' is the prefix of all that is ours");
	for (size_t k = 0; i->name[k] && k + 1 < sizeof(n.upper); k++)
		n.upper[k] = i->name[k];
	to_upper(n.upper);
	our_names(&n, i->place);
	for (const struct cdl_name *s = i->states.first; s; s = s->next)
		add_upper(&n, "STATE_", s);
	for (const struct cdl_name *c = i->consts.first; c; c = c->next)
		add_upper(&n, "", c);
	for (const struct cdl_def *d = i->defs; d; d = d->next) {
		add_def(&n, d);
		check_fields(&d->fields, diag);
	}
	for (const struct cdl_method *m = i->methods; m; m = m->next) {
		add_method(&n, m);
		check_fields(&m->args, diag);
	}
	find_twins(&n, 0);
	find_twins(&n, 1);
}
