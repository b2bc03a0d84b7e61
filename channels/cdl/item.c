// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The items of an interface: what it says of itself, its types, its methods. */
#include <string.h>
#include "channels/cdl/parse.h"
#include "channels/cdl/type.h"

static bool room(struct cdl_parser *p, unsigned n, unsigned most, const char *what)
{
	if (n < most)
		return true;
	cdl_error(p->diag, p->token.place, "more than %u %s", most, what);
	return false;
}

/* Take the name that comes; it must be new among @names. NULL: reported. */
static struct cdl_name *add_name(struct cdl_parser *p, struct cdl_names *names, unsigned most,
				 const char *what)
{
	struct cdl_name *n, *old;

	if (p->token.word != CDL_NAME) {
		cdl_expected(p, what);
		return NULL;
	}
	if (!room(p, names->n, most, "of them"))
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
		if (!add_name(p, names, most, what))
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
	struct cdl_name *c = add_name(p, &p->i->consts, CDL_ITEMS_MAX, "the constant's name");

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
	if (!room(p, p->i->ndefs, CDL_ITEMS_MAX, "types"))
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
		n = add_name(p, &d->names, CDL_ITEMS_MAX, "a name");
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

static bool add_field(struct cdl_parser *p, struct cdl_fields *fields, struct cdl_field *f,
		      const char *what)
{
	if (!room(p, fields->n, CDL_FIELDS_MAX, what))
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

		if (!cdl_parse_field(p, f) || !add_field(p, &d->fields, f, "members") ||
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

static bool argument(struct cdl_parser *p, struct cdl_method *m)
{
	struct cdl_field *f = cdl_alloc(p->mem, sizeof(*f));

	f->doc = p->token.doc;
	f->in = true;
	if (cdl_take_name(p, "out")) {
		f->out = true;
		f->in = false;
	} else if (cdl_take_name(p, "inout")) {
		f->out = true;
	} else {
		(void)cdl_take_name(p, "in");
	}
	if (cdl_take_name(p, "lend"))
		f->hold = CDL_HOLD_LEND;
	else if (cdl_take_name(p, "give"))
		f->hold = CDL_HOLD_GIVE;
	return cdl_parse_field(p, f) && add_field(p, &m->args, f, "arguments");
}

static bool arguments(struct cdl_parser *p, struct cdl_method *m)
{
	if (!cdl_want(p, CDL_PAREN, "'('"))
		return false;
	if (cdl_take(p, CDL_PAREN_END))
		return true;
	do {
		if (!argument(p, m))
			return false;
	} while (cdl_take(p, CDL_COMMA));
	return cdl_want(p, CDL_PAREN_END, "',' or ')'");
}

static bool since(struct cdl_parser *p, struct cdl_method *m)
{
	if (p->token.word != CDL_NUMBER)
		return cdl_expected(p, "the version that brought it, as in 'since 2'");
	m->since = p->token.number < 65536 ? (unsigned)p->token.number : 65536;
	m->since_place = p->token.place;
	cdl_next(p);
	return true;
}

/* 'when A, B -> C since N', each at most once, in this order. */
static bool clauses(struct cdl_parser *p, struct cdl_method *m)
{
	if (cdl_take_name(p, "when")) {
		do {
			if (!add_name(p, &m->when, CDL_STATES_MAX, "a state"))
				return false;
		} while (cdl_take(p, CDL_COMMA));
	}
	if (cdl_take(p, CDL_ARROW)) {
		m->to.name = p->token.name;
		m->to.place = p->token.place;
		if (!cdl_want(p, CDL_NAME, "the state after it"))
			return false;
	}
	if (cdl_take_name(p, "since") && !since(p, m))
		return false;
	return cdl_want(p, CDL_SEMICOLON, "';', or 'when', '->', 'since' in this order");
}

static bool method(struct cdl_parser *p, bool oneway, const char *doc)
{
	struct cdl_method *m = cdl_alloc(p->mem, sizeof(*m));

	m->oneway = oneway;
	m->doc = doc;
	m->name = p->token.name;
	m->place = p->token.place;
	if (!cdl_want(p, CDL_NAME, "the method's name"))
		return false;
	for (const struct cdl_method *old = p->i->methods; old; old = old->next) {
		if (strcmp(old->name, m->name) != 0)
			continue;
		cdl_error(p->diag, m->place, "there is a method '%s' already", m->name);
		cdl_note(p->diag, old->place, "here");
		return false;
	}
	if (!room(p, p->i->nmethods, CDL_ITEMS_MAX, "methods") || !arguments(p, m) ||
	    !clauses(p, m))
		return false;
	if (p->i->last_method)
		p->i->last_method->next = m;
	else
		p->i->methods = m;
	p->i->last_method = m;
	m->number = ++p->i->nmethods; /* 0 is the hello */
	return true;
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
		return method(p, false, doc);
	if (cdl_take_name(p, "oneway"))
		return method(p, true, doc);
	return cdl_expected(p,
			    "a method ('int' or 'oneway'), or 'errors', 'states', 'const', 'enum', "
			    "'flags', 'struct'");
}
