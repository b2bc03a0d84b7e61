/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * From words to a tree. What is used must have been declared before, so that names are found here and
 * values are known at once. An error is reported, and reading goes on behind the next ';' or '}'.
 */
#ifndef CORDON_CDL_PARSE_H
#define CORDON_CDL_PARSE_H

#include "channels/cdl/lex.h"
#include "channels/cdl/tree.h"

struct cdl_parser {
	struct cdl_lexer lexer;
	struct cdl_diag *diag;
	struct cdl_mem *mem;
	struct cdl_token token; /* the one to be looked at */
	size_t end; /* of the one before */
	unsigned depth; /* of brackets in an expression */
	unsigned braces; /* that are open */
	struct cdl_interface *i;
};

/* Read all of @source. What was reported is in @diag; the tree is complete only if nothing was. */
struct cdl_interface *cdl_parse(const struct cdl_source *source, struct cdl_diag *diag,
				struct cdl_mem *mem);

/* ---- for the parser's own files --------------------------------------------------------------- */

/* To the next word. */
void cdl_next(struct cdl_parser *p);
/* It was not @what that came. Returns false. */
bool cdl_expected(struct cdl_parser *p, const char *what);
/* Take @word; else expect @what, and return false. */
bool cdl_want(struct cdl_parser *p, enum cdl_word word, const char *what);
/* Take @word if it is there. */
bool cdl_take(struct cdl_parser *p, enum cdl_word word);
/* Whether the name @name is there; and take it. */
bool cdl_is(const struct cdl_parser *p, const char *name);
bool cdl_take_name(struct cdl_parser *p, const char *name);
struct cdl_name *cdl_find(const struct cdl_names *names, const char *name);

/* A constant expression (expr.c). */
bool cdl_parse_expr(struct cdl_parser *p, cdl_int *value);

/* A type without its array (field.c); and a member or an argument, behind its direction. */
bool cdl_parse_type(struct cdl_parser *p, struct cdl_type *type);
bool cdl_parse_field(struct cdl_parser *p, struct cdl_field *f);
/* An integer type's kind, or false. */
bool cdl_parse_base(struct cdl_parser *p, enum cdl_kind *base);

/* Lists, whose names differ and whose lengths are bounded; what goes wrong is reported (item.c). */
bool cdl_room_for(struct cdl_parser *p, unsigned n, unsigned most, const char *what);
struct cdl_name *cdl_add_name(struct cdl_parser *p, struct cdl_names *names, unsigned most,
			      const char *what);
bool cdl_add_field(struct cdl_parser *p, struct cdl_fields *fields, struct cdl_field *f,
		   const char *what);

/* A method, behind its first word (method.c). */
bool cdl_parse_method(struct cdl_parser *p, bool oneway, const char *doc);

/* The items of an interface (item.c), each from its first word to its ';'. */
bool cdl_parse_item(struct cdl_parser *p);

#endif
