// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Types, and what has one: members and arguments. */
#include <string.h>
#include "channels/cdl/parse.h"
#include "channels/cdl/type.h"

#define STR_MAX 2046u

bool cdl_parse_base(struct cdl_parser *p, enum cdl_kind *base)
{
	for (enum cdl_kind k = CDL_U8; k <= CDL_I64; k++) {
		if (cdl_take_name(p, cdl_kind_name(k))) {
			*base = k;
			return true;
		}
	}
	return false;
}

/* A number of things, 1 to @most. */
static bool number(struct cdl_parser *p, uint32_t most, const char *what, uint32_t *to)
{
	size_t from = p->token.place.at;
	cdl_int value;

	if (!cdl_parse_expr(p, &value))
		return false;
	if (value < 1 || value > most) {
		cdl_error(p->diag, (struct cdl_place){ from, p->end - from },
			  "expected %s from 1 to %u", what, most);
		return false;
	}
	*to = (uint32_t)value;
	return true;
}

/* str<N>, bytes<N>. */
static bool bounded(struct cdl_parser *p, struct cdl_type *type)
{
	const char *what = type->kind == CDL_STR ? "'<' and the most bytes, as in str<32>" :
						   "'<' and the most bytes, as in bytes<32>";

	return cdl_want(p, CDL_LESS, what) && number(p, STR_MAX, "bytes", &type->max) &&
	       cdl_want(p, CDL_MORE, "'>'");
}

static bool named(struct cdl_parser *p, struct cdl_type *type)
{
	static const char *const directions[] = { "in", "out", "inout", "lend", "give" };

	for (size_t k = 0; k < sizeof(directions) / sizeof(directions[0]); k++) {
		if (strcmp(p->token.name, directions[k]) != 0)
			continue;
		cdl_error(
			p->diag, p->token.place,
			"'%s' stands before an argument (in, out or inout, then lend or give), and "
			"nowhere else: expected a type",
			p->token.name);
		return false;
	}
	for (struct cdl_def *d = p->i->defs; d; d = d->next) {
		if (strcmp(d->name, p->token.name) != 0)
			continue;
		type->kind = d->kind;
		type->def = d;
		cdl_next(p);
		return true;
	}
	cdl_error(
		p->diag, p->token.place,
		"there is no type '%s': expected u8 to u64, i8 to i64, bool, str<N>, bytes<N>, buf, "
		"or one declared before",
		p->token.name);
	return false;
}

bool cdl_parse_type(struct cdl_parser *p, struct cdl_type *type)
{
	*type = (struct cdl_type){ .count = 1 };
	if (p->token.word != CDL_NAME)
		return cdl_expected(p, "a type");
	if (cdl_parse_base(p, &type->kind))
		return true;
	for (enum cdl_kind k = CDL_BOOL; k <= CDL_BUF; k++) {
		if (k == CDL_ENUM || k == CDL_FLAGS || k == CDL_STRUCT ||
		    !cdl_take_name(p, cdl_kind_name(k)))
			continue;
		type->kind = k;
		return k == CDL_STR || k == CDL_BYTES ? bounded(p, type) : true;
	}
	/* As C has them: 'struct stats s' means the same as 'stats s'. */
	for (enum cdl_kind k = CDL_ENUM; k <= CDL_STRUCT; k++)
		if (cdl_take_name(p, cdl_kind_name(k)))
			break;
	if (p->token.word != CDL_NAME)
		return cdl_expected(p, "a type's name");
	return named(p, type);
}

static bool array(struct cdl_parser *p, struct cdl_type *type)
{
	size_t from = p->token.place.at;

	if (!cdl_take(p, CDL_BRACKET))
		return true;
	type->array = true;
	if (!number(p, CDL_BYTES_MAX, "elements", &type->count) ||
	    !cdl_want(p, CDL_BRACKET_END, "']'"))
		return false;
	if (p->token.word == CDL_BRACKET) {
		cdl_error(p->diag, p->token.place,
			  "an array has one dimension: expected a struct for more");
		return false;
	}
	if (type->kind == CDL_STR || type->kind == CDL_BYTES || type->kind == CDL_BUF) {
		cdl_error(p->diag, (struct cdl_place){ from, p->end - from },
			  "an array of %s: expected one of scalars or structs",
			  cdl_kind_name(type->kind));
		return false;
	}
	return true;
}

/* 'in LOW..HIGH'. */
static bool range(struct cdl_parser *p, struct cdl_field *f)
{
	size_t from = p->token.place.at;
	struct cdl_place where;

	if (!cdl_parse_expr(p, &f->low) ||
	    !cdl_want(p, CDL_RANGE, "'..', as in 'u32 mtu in 68..65521'") ||
	    !cdl_parse_expr(p, &f->high))
		return false;
	where = (struct cdl_place){ from, p->end - from };
	f->range = true;
	if (!cdl_is_int(f->type.kind) || f->type.array) {
		cdl_error(p->diag, where, "a range of what is no number: expected none");
		return false;
	}
	if (f->low > f->high) {
		cdl_error(p->diag, where, "a range that is empty: expected the lower bound first");
		return false;
	}
	if (f->low < cdl_int_least(f->type.kind) || f->high > cdl_int_greatest(f->type.kind)) {
		cdl_error(p->diag, where, "a range that exceeds %s", cdl_kind_name(f->type.kind));
		return false;
	}
	return true;
}

/* '<= BUF.len'. */
static bool within(struct cdl_parser *p, struct cdl_field *f)
{
	static const char what[] =
		"the length of a buffer, as in 'u32 len <= image.len'; a range is "
		"written 'in 0..100'";

	if (p->token.word != CDL_NAME)
		return cdl_expected(p, what);
	f->within = p->token.name;
	f->within_place = p->token.place;
	cdl_next(p);
	if (!cdl_want(p, CDL_DOT, "'.len'"))
		return false;
	if (!cdl_take_name(p, "len"))
		return cdl_expected(p, "'len'");
	if (!cdl_is_int(f->type.kind) || cdl_is_signed(f->type.kind) || f->type.array) {
		cdl_error(p->diag, f->within_place,
			  "the length of a buffer bounds an unsigned number, and nothing else");
		return false;
	}
	return true;
}

bool cdl_parse_field(struct cdl_parser *p, struct cdl_field *f)
{
	const char *doc = p->token.doc;

	if (!cdl_parse_type(p, &f->type))
		return false;
	if (p->token.word == CDL_TIMES) {
		cdl_error(p->diag, p->token.place,
			  "there are no pointers: expected an array, str<N>, bytes<N> or a buf");
		return false;
	}
	f->doc = f->doc ? f->doc : doc;
	f->name = p->token.name;
	f->place = p->token.place;
	if (!cdl_want(p, CDL_NAME, "a name"))
		return false;
	if (!array(p, &f->type))
		return false;
	if (cdl_take_name(p, "in"))
		return range(p, f);
	if (cdl_take(p, CDL_UP_TO))
		return within(p, f);
	return true;
}
