/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A source as words. A comment that begins with slash and two stars, or with three slashes, is the
 * documentation of what follows it. */
#ifndef CORDON_CDL_LEX_H
#define CORDON_CDL_LEX_H

#include <stdint.h>
#include "channels/cdl/diag.h"
#include "channels/cdl/mem.h"

/* X(identifier, how it is written): longer ones first. */
#define CDL_MARKS(X)        \
	X(ARROW, "->")      \
	X(UP_TO, "<=")      \
	X(SHIFT, "<<")      \
	X(RANGE, "..")      \
	X(OPEN, "{")        \
	X(CLOSE, "}")       \
	X(PAREN, "(")       \
	X(PAREN_END, ")")   \
	X(BRACKET, "[")     \
	X(BRACKET_END, "]") \
	X(LESS, "<")        \
	X(MORE, ">")        \
	X(SEMICOLON, ";")   \
	X(COMMA, ",")       \
	X(COLON, ":")       \
	X(EQUALS, "=")      \
	X(DOT, ".")         \
	X(OR, "|")          \
	X(PLUS, "+")        \
	X(MINUS, "-")       \
	X(TIMES, "*")

enum cdl_word {
	CDL_END, /* of the file */
	CDL_NAME,
	CDL_NUMBER,
#define X(id, text) CDL_##id,
	CDL_MARKS(X)
#undef X
};

struct cdl_token {
	enum cdl_word word;
	struct cdl_place place;
	const char *name; /* of a name */
	uint64_t number;
	const char *doc; /* NULL, or lines */
};

struct cdl_lexer {
	const struct cdl_source *source;
	struct cdl_diag *diag;
	struct cdl_mem *mem;
	size_t at;
};

/* The next one; for ever CDL_END at the end. What is no word is reported and left out. */
struct cdl_token cdl_lex(struct cdl_lexer *l);

#endif
