// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A fingerprint is FNV-1a of a canonical text of all that decides what bytes mean: operations, in
 * order, with their arguments and the types of these. Not of states, errors and
 * documentation, which don't change a byte.
 */
#include <string.h>
#include "channels/cdl/check.h"
#include "channels/cdl/type.h"

#define BASIS 2166136261u

struct print {
	uint32_t hash;
};

static void add(struct print *p, const char *s)
{
	/* With its end, so that "ab" and "c" are not "a" and "bc". */
	do {
		p->hash = (p->hash ^ (unsigned char)*s) * 16777619u;
	} while (*s++);
}

static void add_number(struct print *p, cdl_int value)
{
	char text[48];

	add(p, cdl_int_text(value, text, sizeof(text)));
}

static void add_type(struct print *p, const struct cdl_type *t)
{
	add(p, cdl_kind_name(t->kind));
	if (t->def)
		add_number(p, t->def->print);
	add_number(p, t->max);
	add_number(p, t->array ? (cdl_int)t->count : 0);
}

static void add_fields(struct print *p, const struct cdl_fields *fields)
{
	for (const struct cdl_field *f = fields->first; f; f = f->next) {
		static const char *const holds[] = { "", "lend", "give" };

		add(p, f->name);
		add(p, f->in ? (f->out ? "inout" : "in") : "out");
		add(p, holds[f->hold]);
		add_type(p, &f->type);
		if (f->range) {
			add_number(p, f->low);
			add_number(p, f->high);
		}
		add(p, f->within ? f->within : "");
	}
	add(p, ";");
}

static uint32_t print_def(const struct cdl_def *d)
{
	struct print p = { BASIS };

	add(&p, cdl_kind_name(d->base));
	for (const struct cdl_name *n = d->names.first; n; n = n->next) {
		add(&p, n->name);
		add_number(&p, n->value);
	}
	add_fields(&p, &d->fields);
	return p.hash;
}

void cdl_fingerprints(struct cdl_interface *i, struct cdl_mem *mem)
{
	const struct cdl_method *m = i->methods;
	struct print p = { BASIS };

	/* A type uses those before it. */
	for (struct cdl_def *d = i->defs; d; d = d->next)
		d->print = print_def(d);
	i->prints = cdl_alloc(mem, (i->newest - i->oldest + 1) * sizeof(*i->prints));
	add(&p, i->name);
	for (unsigned v = i->oldest; v <= i->newest; v++) {
		for (; m && m->since <= v; m = m->next) {
			add(&p, m->name);
			add(&p, m->oneway ? "oneway" : "int");
			add_fields(&p, &m->args);
		}
		i->prints[v - i->oldest] = p.hash;
	}
}
