// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/lex.h"

#include <string.h>

#define NAME_MAX_LEN 31u
#define DOC_MAX 8192u

static const struct {
	const char *text;
	enum cdl_word word;
} marks[] = {
#define X(id, text) { text, CDL_##id },
	CDL_MARKS(X)
#undef X
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* What stands @ahead of here; 0 behind the end (and for a NUL, which is no word either). */
static char peek(const struct cdl_lexer *l, size_t ahead)
{
	return l->at + ahead < l->source->len ? l->source->text[l->at + ahead] : '\0';
}

static bool follows(const struct cdl_lexer *l, const char *s)
{
	size_t len = strlen(s);

	return l->source->len - l->at >= len && memcmp(l->source->text + l->at, s, len) == 0;
}

/* Of a line of a comment, what is documentation. Where it is printed to, it ends no comment. */
static void doc_line(struct cdl_text *doc, const char *s, size_t len)
{
	while (len > 0 && (*s == ' ' || *s == '\t'))
		s++, len--;
	if (len > 0 && *s == '*')
		s++, len--;
	if (len > 0 && *s == ' ')
		s++, len--;
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\0')
			continue;
		cdl_put_char(doc, s[i]);
		if (i + 1 < len &&
		    ((s[i] == '*' && s[i + 1] == '/') || (s[i] == '/' && s[i + 1] == '*')))
			cdl_put_char(doc, ' ');
	}
	cdl_put_char(doc, '\n');
}

/* Lines of a comment, from @from to @to, without what makes them a comment, behind those before. */
static void doc_lines(struct cdl_lexer *l, struct cdl_text *doc, size_t from, size_t to)
{
	const char *s = l->source->text;

	if (doc->len + (to - from) > DOC_MAX) {
		cdl_error(l->diag, (struct cdl_place){ from, 1 },
			  "documentation of more than %u characters", DOC_MAX);
		doc->len = 0;
		return;
	}
	while (from < to) {
		size_t end = from;

		while (end < to && s[end] != '\n')
			end++;
		doc_line(doc, s + from, end - from);
		from = end + 1;
	}
}

static void line_comment(struct cdl_lexer *l, struct cdl_text *doc)
{
	size_t from = l->at + 3;
	bool is_doc = peek(l, 2) == '/' && peek(l, 3) != '/';

	while (l->at < l->source->len && l->source->text[l->at] != '\n')
		l->at++;
	if (is_doc)
		doc_lines(l, doc, from, l->at);
}

static void block_comment(struct cdl_lexer *l, struct cdl_text *doc)
{
	struct cdl_place where = { l->at, 2 };
	size_t from = l->at + 3;
	bool is_doc = peek(l, 2) == '*' && peek(l, 3) != '/' && peek(l, 3) != '*';

	l->at += 2;
	while (l->at < l->source->len && (peek(l, 0) != '*' || !follows(l, "*/")))
		l->at++;
	if (l->at >= l->source->len) {
		cdl_error(l->diag, where, "this comment has no end: expected '*/'");
		return;
	}
	if (is_doc) {
		doc->len = 0;
		doc_lines(l, doc, from, l->at);
	}
	l->at += 2;
}

/* What was gathered, for good. */
static const char *keep_doc(struct cdl_lexer *l, struct cdl_text *doc)
{
	const char *kept = NULL;
	size_t from = 0;

	while (doc->len > 0 && doc->at[doc->len - 1] == '\n')
		doc->len--;
	while (from < doc->len && doc->at[from] == '\n')
		from++;
	if (doc->len > from)
		kept = cdl_copy(l->mem, doc->at + from, doc->len - from);
	cdl_text_free(doc);
	return kept;
}

/* Up to the next word; the documentation that was on the way. */
static const char *skip(struct cdl_lexer *l)
{
	struct cdl_text doc = { 0 };

	for (;;) {
		char c = peek(l, 0);

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			l->at++;
		else if (c == '/' && follows(l, "//"))
			line_comment(l, &doc);
		else if (c == '/' && follows(l, "/*"))
			block_comment(l, &doc);
		else
			return keep_doc(l, &doc);
	}
}

static void lex_name(struct cdl_lexer *l, struct cdl_token *t)
{
	size_t from = l->at;

	while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)))
		l->at++;
	t->word = CDL_NAME;
	t->place.len = l->at - from;
	t->name = cdl_copy(l->mem, l->source->text + from, t->place.len < 100 ? t->place.len : 100);
	if (t->place.len > NAME_MAX_LEN)
		cdl_error(l->diag, t->place, "a name of %zu characters: expected at most %u",
			  t->place.len, NAME_MAX_LEN);
}

static int digit_of(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static void lex_number(struct cdl_lexer *l, struct cdl_token *t)
{
	size_t from = l->at;
	bool hex = peek(l, 0) == '0' && (peek(l, 1) == 'x' || peek(l, 1) == 'X');
	unsigned base = hex ? 16 : 10;
	bool good = true, large = false;
	size_t digits = 0;

	if (hex)
		l->at += 2;
	for (; is_letter(peek(l, 0)) || is_digit(peek(l, 0)); l->at++) {
		unsigned digit = (unsigned)digit_of(peek(l, 0));

		digits++;
		if (digit >= base)
			good = false;
		else if (t->number > (UINT64_MAX - digit) / base)
			large = true;
		else
			t->number = t->number * base + digit;
	}
	t->word = CDL_NUMBER;
	t->place.len = l->at - from;
	if (!good || digits == 0)
		cdl_error(l->diag, t->place,
			  "this is no number: expected digits, or 0x and hexadecimal digits");
	else if (!hex && digits > 1 && l->source->text[from] == '0')
		cdl_error(l->diag, t->place, "octal numbers are not known: expected no leading 0");
	else if (large)
		cdl_error(l->diag, t->place, "this number has more than 64 bits");
}

static bool lex_mark(struct cdl_lexer *l, struct cdl_token *t)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (marks[i].text[0] != peek(l, 0) || !follows(l, marks[i].text))
			continue;
		t->word = marks[i].word;
		t->place.len = strlen(marks[i].text);
		l->at += t->place.len;
		return true;
	}
	return false;
}

static void lex_nothing(struct cdl_lexer *l, struct cdl_place where)
{
	unsigned char c = (unsigned char)l->source->text[l->at];

	if (c > ' ' && c <= '~')
		cdl_error(l->diag, where, "'%c' means nothing here", c);
	else
		cdl_error(l->diag, where, "the byte 0x%02x means nothing outside of a comment", c);
	/* One report for a run of them. */
	while (l->at < l->source->len &&
	       ((unsigned char)l->source->text[l->at] > '~' || l->source->text[l->at] == (char)c))
		l->at++;
}

struct cdl_token cdl_lex(struct cdl_lexer *l)
{
	for (;;) {
		struct cdl_token t = { .word = CDL_END, .doc = skip(l) };

		t.place = (struct cdl_place){ l->at, 1 };
		if (l->at >= l->source->len)
			return t;
		if (is_letter(peek(l, 0)))
			lex_name(l, &t);
		else if (is_digit(peek(l, 0)))
			lex_number(l, &t);
		else if (!lex_mark(l, &t)) {
			lex_nothing(l, t.place);
			continue;
		}
		return t;
	}
}
