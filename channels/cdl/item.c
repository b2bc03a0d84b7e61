// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The items of an interface but for its methods: what it says of itself, and its types. */
#include <string.h>
#include "channels/cdl/parse.h"
#include "channels/cdl/type.h"

bool cdl_room_for(struct cdl_parser *p, unsigned n, unsigned most, const char *what)
{
	if (n < most)
		return true;
	cdl_error(p->diag, p->token.place, "more than %u %s", most, what);
	return false;
}

/* Take the name that comes; it must be new among @names. NULL: reported. */
struct cdl_name *cdl_add_name(struct cdl_parser *p, struct cdl_names *names, unsigned most,
			      const char *what)
{
	struct cdl_name *n, *old;

	if (p->token.word != CDL_NAME) {
		cdl_expected(p, what);
		return NULL;
	}
	if (!cdl_room_for(p, names->n, most, "of them"))
		return NULL;
	old = cdl_find(names, p->token.name);
	if (old) {
		cdl_error(p->diag, p->token.place, "'%s' is there already", p->token.name);
		cdl_note(p->diag, old->place, "here");
		return NULL;
	}
	n = cdl_alloc(p->mem, sizeof(*n));
	n->name = p->token.name;
	n->doc = p->token.doc;
	n->place = p->token.place;
	if (names->last)
		names->last->next = n;
	else
		names->first = n;
	names->last = n;
	names->n++;
	cdl_next(p);
	return n;
}

/* '{ A, B, };' */
static bool name_list(struct cdl_parser *p, struct cdl_names *names, unsigned most,
		      const char *what)
{
	if (!cdl_want(p, CDL_OPEN, "'{'"))
		return false;
	do {
		if (names->n && p->token.word == CDL_CLOSE)
			break;
		if (!cdl_add_name(p, names, most, what))
			return false;
	} while (cdl_take(p, CDL_COMMA));
	return cdl_want(p, CDL_CLOSE, "',' or '}'") && cdl_want(p, CDL_SEMICOLON, "';'");
}

static bool errors(struct cdl_parser *p, struct cdl_place where)
{
	if (p->i->has_errors) {
		cdl_error(p->diag, where, "the errors were listed already: expected one list");
		return false;
	}
	p->i->has_errors = true;
	return name_list(p, &p->i->errors, 64, "an error, as in 'errors { EINVAL, ENODEV };'");
}

static bool states(struct cdl_parser *p, struct cdl_place where)
{
	if (p->i->states.n) {
		cdl_error(p->diag, where, "the states were listed already: expected one list");
		return false;
	}
	if (p->i->nmethods) {
		cdl_error(p->diag, where, "the states are listed before the methods");
		return false;
	}
	return name_list(p, &p->i->states, CDL_STATES_MAX,
			 "a state, as in 'states { closed, open };'");
}

static bool constant(struct cdl_parser *p, const char *doc)
{
	struct cdl_name *c = cdl_add_name(p, &p->i->consts, CDL_ITEMS_MAX, "the constant's name");

	if (!c)
		return false;
	c->doc = doc;
	return cdl_want(p, CDL_EQUALS, "'='") && cdl_parse_expr(p, &c->value) &&
	       cdl_want(p, CDL_SEMICOLON, "';'");
}

static struct cdl_def *add_def(struct cdl_parser *p, enum cdl_kind kind, const char *doc)
{
	struct cdl_def *d;

	if (p->token.word != CDL_NAME) {
		cdl_expected(p, "the type's name");
		return NULL;
	}
	if (!cdl_room_for(p, p->i->ndefs, CDL_ITEMS_MAX, "types"))
		return NULL;
	for (d = p->i->defs; d; d = d->next) {
		if (strcmp(d->name, p->token.name) != 0)
			continue;
		cdl_error(p->diag, p->token.place, "there is a type '%s' already", d->name);
		cdl_note(p->diag, d->place, "here");
		return NULL;
	}
	d = cdl_alloc(p->mem, sizeof(*d));
	d->kind = kind;
	d->doc = doc;
	d->name = p->token.name;
	d->place = p->token.place;
	d->base = CDL_U32;
	cdl_next(p);
	return d;
}

/* From now on it can be used; also when there were errors in it, so that its uses are none. */
static void declare(struct cdl_parser *p, struct cdl_def *d)
{
	if (p->i->last_def)
		p->i->last_def->next = d;
	else
		p->i->defs = d;
	p->i->last_def = d;
	p->i->ndefs++;
}

/* The value of a name that says none: one more than the last; of flags, the next bit. */
static bool next_value(struct cdl_parser *p, const struct cdl_def *d, const struct cdl_name *before,
		       struct cdl_name *n)
{
	if (!before) {
		n->value = d->kind == CDL_FLAGS;
		return true;
	}
	if (d->kind == CDL_ENUM) {
		n->value = before->value + 1;
		return true;
	}
	if (before->value <= 0 || before->value & (before->value - 1)) {
		cdl_error(p->diag, n->place,
			  "the next bit after one that is none: expected '=' and a value");
		return false;
	}
	n->value = before->value * 2;
	return true;
}

static bool values(struct cdl_parser *p, struct cdl_def *d)
{
	do {
		const struct cdl_name *before = d->names.last;
		struct cdl_name *n;

		if (d->names.n && p->token.word == CDL_CLOSE)
			break;
		n = cdl_add_name(p, &d->names, CDL_ITEMS_MAX, "a name");
		if (!n)
			return false;
		if (cdl_take(p, CDL_EQUALS) ? !cdl_parse_expr(p, &n->value) :
					      !next_value(p, d, before, n))
			return false;
	} while (cdl_take(p, CDL_COMMA));
	return true;
}

static bool enumeration(struct cdl_parser *p, enum cdl_kind kind, const char *doc)
{
	struct cdl_def *d = add_def(p, kind, doc);
	bool good;

	if (!d)
		return false;
	if (cdl_take(p, CDL_COLON) && !cdl_parse_base(p, &d->base))
		return cdl_expected(p, "an integer type, u8 to u64 or i8 to i64");
	good = cdl_want(p, CDL_OPEN, "'{'") && values(p, d) &&
	       cdl_want(p, CDL_CLOSE, "',' or '}'") && cdl_want(p, CDL_SEMICOLON, "';'");
	declare(p, d);
	return good;
}

bool cdl_add_field(struct cdl_parser *p, struct cdl_fields *fields, struct cdl_field *f,
		   const char *what)
{
	if (!cdl_room_for(p, fields->n, CDL_FIELDS_MAX, what))
		return false;
	for (const struct cdl_field *old = fields->first; old; old = old->next) {
		if (strcmp(old->name, f->name) != 0)
			continue;
		cdl_error(p->diag, f->place, "'%s' is there already", f->name);
		cdl_note(p->diag, old->place, "here");
		return false;
	}
	if (fields->last)
		fields->last->next = f;
	else
		fields->first = f;
	fields->last = f;
	fields->n++;
	return true;
}

static bool members(struct cdl_parser *p, struct cdl_def *d)
{
	do {
		struct cdl_field *f = cdl_alloc(p->mem, sizeof(*f));

		if (!cdl_parse_field(p, f) || !cdl_add_field(p, &d->fields, f, "members") ||
		    !cdl_want(p, CDL_SEMICOLON, "';'"))
			return false;
	} while (p->token.word != CDL_CLOSE);
	return true;
}

static bool structure(struct cdl_parser *p, const char *doc)
{
	struct cdl_def *d = add_def(p, CDL_STRUCT, doc);
	bool good;

	if (!d)
		return false;
	good = cdl_want(p, CDL_OPEN, "'{'") && members(p, d) && cdl_want(p, CDL_CLOSE, "'}'") &&
	       cdl_want(p, CDL_SEMICOLON, "';'");
	declare(p, d);
	return good;
}

bool cdl_parse_item(struct cdl_parser *p)
{
	const char *doc = p->token.doc;
	struct cdl_place where = p->token.place;

	if (cdl_take_name(p, "errors"))
		return errors(p, where);
	if (cdl_take_name(p, "states"))
		return states(p, where);
	if (cdl_take_name(p, "const"))
		return constant(p, doc);
	if (cdl_take_name(p, "enum"))
		return enumeration(p, CDL_ENUM, doc);
	if (cdl_take_name(p, "flags"))
		return enumeration(p, CDL_FLAGS, doc);
	if (cdl_take_name(p, "struct"))
		return structure(p, doc);
	if (cdl_take_name(p, "int"))
		return cdl_parse_method(p, false, doc);
	if (cdl_take_name(p, "oneway"))
		return cdl_parse_method(p, true, doc);
	return cdl_expected(p,
			    "a method ('int' or 'oneway'), or 'errors', 'states', 'const', 'enum', "
			    "'flags', 'struct'");
}
