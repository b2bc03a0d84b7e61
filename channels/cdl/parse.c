// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/parse.h"

#include <string.h>

void cdl_next(struct cdl_parser *p)
{
	p->end = p->token.place.at + p->token.place.len;
	if (p->token.word == CDL_OPEN)
		p->braces++;
	else if (p->token.word == CDL_CLOSE && p->braces)
		p->braces--;
	p->token = cdl_lex(&p->lexer);
}

/* How much of a word is shown. */
static int shown(const struct cdl_token *t)
{
	return (int)(t->place.len < 40 ? t->place.len : 40);
}

/* Behind the last word. */
static struct cdl_place behind(const struct cdl_parser *p)
{
	return (struct cdl_place){ p->end ? p->end - 1 : 0, 1 };
}

bool cdl_expected(struct cdl_parser *p, const char *what)
{
	const struct cdl_token *t = &p->token;

	if (t->word == CDL_END)
		cdl_error(p->diag, behind(p), "the file ends here: expected %s", what);
	else
		cdl_error(p->diag, t->place, "expected %s, not '%.*s'", what, shown(t),
			  p->lexer.source->text + t->place.at);
	return false;
}

bool cdl_want(struct cdl_parser *p, enum cdl_word word, const char *what)
{
	const struct cdl_token *t = &p->token;
	const char *text = p->lexer.source->text;

	if (cdl_take(p, word))
		return true;
	/* A mark that is missing at the end of a line is missing there, not on a later one. */
	if (word == CDL_NAME || t->word == CDL_END ||
	    !memchr(text + p->end, '\n', t->place.at - p->end))
		return cdl_expected(p, what);
	cdl_error(p->diag, behind(p), "expected %s, before '%.*s'", what, shown(t),
		  text + t->place.at);
	return false;
}

bool cdl_take(struct cdl_parser *p, enum cdl_word word)
{
	if (p->token.word != word)
		return false;
	cdl_next(p);
	return true;
}

bool cdl_is(const struct cdl_parser *p, const char *name)
{
	return p->token.word == CDL_NAME && strcmp(p->token.name, name) == 0;
}

bool cdl_take_name(struct cdl_parser *p, const char *name)
{
	if (!cdl_is(p, name))
		return false;
	cdl_next(p);
	return true;
}

struct cdl_name *cdl_find(const struct cdl_names *names, const char *name)
{
	for (struct cdl_name *n = names->first; n; n = n->next)
		if (strcmp(n->name, name) == 0)
			return n;
	return NULL;
}

/* Behind the item that went wrong: its ';', or its '}' and maybe a ';'. Not over the interface's own '}'. */
static void recover(struct cdl_parser *p)
{
	while (p->token.word != CDL_END) {
		enum cdl_word word = p->token.word;

		if (p->braces <= 1 && word == CDL_CLOSE)
			return;
		cdl_next(p);
		if (p->braces > 1)
			continue;
		if (word == CDL_CLOSE)
			(void)cdl_take(p, CDL_SEMICOLON);
		if (word == CDL_CLOSE || word == CDL_SEMICOLON)
			return;
	}
}

static bool version(struct cdl_parser *p, unsigned *to)
{
	if (p->token.word != CDL_NUMBER)
		return cdl_expected(p, "a version, as in 'interface net 1 {'");
	if (p->token.number < 1 || p->token.number > 255) {
		cdl_error(p->diag, p->token.place, "expected a version from 1 to 255");
		return false;
	}
	*to = (unsigned)p->token.number;
	cdl_next(p);
	return true;
}

static bool head(struct cdl_parser *p)
{
	struct cdl_interface *i = p->i;

	i->doc = p->token.doc;
	if (!cdl_take_name(p, "interface"))
		return cdl_expected(p, "'interface'");
	i->name = p->token.name;
	i->place = p->token.place;
	if (!cdl_want(p, CDL_NAME, "the interface's name"))
		return false;
	if (!version(p, &i->newest))
		return false;
	i->oldest = 1;
	if (cdl_take(p, CDL_RANGE)) {
		struct cdl_place where = p->token.place;

		i->oldest = i->newest;
		if (!version(p, &i->newest))
			return false;
		if (i->newest < i->oldest) {
			cdl_error(p->diag, where, "expected the newest version, at least %u",
				  i->oldest);
			return false;
		}
	}
	return cdl_want(p, CDL_OPEN, "'{'");
}

/* The licence of what is made is the source's. */
static const char *licence(struct cdl_parser *p)
{
	static const char tag[] = "// SPDX-License-Identifier: ";
	const struct cdl_source *s = p->lexer.source;
	size_t from = strlen(tag), to = from;

	if (s->len < from || memcmp(s->text, tag, from) != 0)
		return NULL;
	while (to < s->len && s->text[to] >= ' ' && s->text[to] <= '~' && s->text[to] != '*')
		to++;
	return cdl_copy(p->mem, s->text + from, to - from);
}

struct cdl_interface *cdl_parse(const struct cdl_source *source, struct cdl_diag *diag,
				struct cdl_mem *mem)
{
	struct cdl_parser p = { .lexer = { source, diag, mem, 0 }, .diag = diag, .mem = mem };

	p.i = cdl_alloc(mem, sizeof(*p.i));
	p.i->licence = licence(&p);
	cdl_next(&p);
	if (!head(&p)) {
		/* What follows is read all the same, if it can be found. */
		while (p.token.word != CDL_OPEN && p.token.word != CDL_END)
			cdl_next(&p);
		if (!cdl_take(&p, CDL_OPEN))
			return p.i;
	}
	while (p.token.word != CDL_CLOSE && p.token.word != CDL_END && !cdl_diag_full(diag))
		if (!cdl_parse_item(&p))
			recover(&p);
	if (cdl_diag_full(diag) || !cdl_want(&p, CDL_CLOSE, "'}' at the end of the interface"))
		return p.i;
	(void)cdl_take(&p, CDL_SEMICOLON);
	if (p.token.word != CDL_END)
		cdl_expected(&p, "the end of the file: one interface a file");
	return p.i;
}
