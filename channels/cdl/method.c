// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Methods: arguments, and what stands behind them. */
#include <string.h>
#include "channels/cdl/parse.h"

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
	return cdl_parse_field(p, f) && cdl_add_field(p, &m->args, f, "arguments");
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
			if (!cdl_add_name(p, &m->when, CDL_STATES_MAX, "a state"))
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

bool cdl_parse_method(struct cdl_parser *p, bool oneway, const char *doc)
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
	if (!cdl_room_for(p, p->i->nmethods, CDL_ITEMS_MAX, "methods") || !arguments(p, m) ||
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
