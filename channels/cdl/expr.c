// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Constant expressions, as in C: | + - * << ( ) and a sign. Values are exact, and none may leave what
 * 64 bits hold, with or without a sign.
 */
#include "channels/cdl/parse.h"

#define DEPTH_MAX 32u

static bool or_expr(struct cdl_parser *p, cdl_int *value);

/* Where the expression lies that began at @from. */
static struct cdl_place since(const struct cdl_parser *p, size_t from)
{
	return (struct cdl_place){ from, p->end > from ? p->end - from : 1 };
}

static bool fits(struct cdl_parser *p, size_t from, cdl_int value)
{
	if (value >= -((cdl_int)1 << 63) && value < (cdl_int)1 << 64)
		return true;
	cdl_error(p->diag, since(p, from), "the value has more than 64 bits");
	return false;
}

static bool name_expr(struct cdl_parser *p, cdl_int *value)
{
	const struct cdl_name *c = cdl_find(&p->i->consts, p->token.name);

	if (!c) {
		cdl_error(p->diag, p->token.place,
			  "there is no constant '%s': expected one declared before, or a number",
			  p->token.name);
		return false;
	}
	*value = c->value;
	cdl_next(p);
	return true;
}

static bool primary(struct cdl_parser *p, cdl_int *value)
{
	size_t from = p->token.place.at;
	bool good;

	if (p->depth >= DEPTH_MAX) {
		cdl_error(p->diag, p->token.place, "more than %u brackets and signs in each other",
			  DEPTH_MAX);
		return false;
	}
	switch (p->token.word) {
	case CDL_NUMBER:
		*value = (cdl_int)p->token.number;
		cdl_next(p);
		return true;
	case CDL_NAME:
		return name_expr(p, value);
	case CDL_MINUS:
		cdl_next(p);
		p->depth++;
		good = primary(p, value);
		p->depth--;
		*value = -*value;
		return good && fits(p, from, *value);
	case CDL_PAREN:
		cdl_next(p);
		p->depth++;
		good = or_expr(p, value) && cdl_want(p, CDL_PAREN_END, "')'");
		p->depth--;
		return good;
	default:
		return cdl_expected(p, "a number");
	}
}

static bool product(struct cdl_parser *p, cdl_int *value)
{
	size_t from = p->token.place.at;

	if (!primary(p, value))
		return false;
	while (cdl_take(p, CDL_TIMES)) {
		cdl_int right = 0;

		if (!primary(p, &right))
			return false;
		/* Each has at most 64 bits and a sign, but both unsigned fill all 128. */
		if (__builtin_mul_overflow(*value, right, value)) {
			cdl_error(p->diag, since(p, from), "the value has more than 64 bits");
			return false;
		}
		if (!fits(p, from, *value))
			return false;
	}
	return true;
}

static bool sum(struct cdl_parser *p, cdl_int *value)
{
	size_t from = p->token.place.at;

	if (!product(p, value))
		return false;
	while (p->token.word == CDL_PLUS || p->token.word == CDL_MINUS) {
		bool minus = p->token.word == CDL_MINUS;
		cdl_int right = 0;

		cdl_next(p);
		if (!product(p, &right))
			return false;
		*value += minus ? -right : right;
		if (!fits(p, from, *value))
			return false;
	}
	return true;
}

static bool shift(struct cdl_parser *p, cdl_int *value)
{
	size_t from = p->token.place.at;

	if (!sum(p, value))
		return false;
	while (cdl_take(p, CDL_SHIFT)) {
		struct cdl_place where = p->token.place;
		cdl_int right = 0;

		if (!sum(p, &right))
			return false;
		if (right < 0 || right > 63) {
			cdl_error(p->diag, where, "a shift by this many bits: expected 0 to 63");
			return false;
		}
		if (*value < 0) {
			cdl_error(p->diag, since(p, from), "a negative value can't be shifted");
			return false;
		}
		/* Below 2^64, by at most 63. */
		*value = (cdl_int)((unsigned __int128)*value << (int)right);
		if (!fits(p, from, *value))
			return false;
	}
	return true;
}

static bool or_expr(struct cdl_parser *p, cdl_int *value)
{
	size_t from = p->token.place.at;

	if (!shift(p, value))
		return false;
	while (cdl_take(p, CDL_OR)) {
		cdl_int right = 0;

		if (!shift(p, &right))
			return false;
		if (*value < 0 || right < 0) {
			cdl_error(p->diag, since(p, from), "a negative value has no bits to join");
			return false;
		}
		*value |= right;
	}
	return true;
}

bool cdl_parse_expr(struct cdl_parser *p, cdl_int *value)
{
	*value = 0;
	return or_expr(p, value);
}
