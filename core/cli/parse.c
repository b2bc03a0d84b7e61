// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cli_number(struct cli *c, const char *option, const char *text, unsigned long min,
	       unsigned long max, unsigned long *to)
{
	char *end = NULL;

	errno = 0;
	*to = strtoul(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *to < min || *to > max)
		return cordon_fail(&c->err, -EINVAL, "%s %.40s: not a number from %lu to %lu",
				   option, text, min, max);
	return 0;
}

static int is(const struct cli_option *o, const char *typed)
{
	if (typed[0] != '-')
		return 0;
	if (typed[1] == '-')
		return strcmp(typed + 2, o->name) == 0;
	return o->letter && strcmp(typed + 1, o->letter) == 0;
}

/* The verb's option @typed, and its place among all of them. */
static const struct cli_option *find(const struct cli_verb *v, const char *typed, unsigned *place)
{
	const struct cli_option *lists[] = { v->options, v->domain };

	*place = 0;
	for (unsigned i = 0; i < 2; i++)
		for (const struct cli_option *o = lists[i]; o && o->name; o++, ++*place)
			if (is(o, typed))
				return o;
	return NULL;
}

static int missing(struct cli *c, const char *name, const char *value)
{
	return cordon_fail(&c->err, -EINVAL, "--%s: the %s is missing", name, value);
}

static int take_class_option(struct cli *c, const char *typed, const char *value, int *used)
{
	const struct cordon_option *o = NULL;

	if (c->verb->domain && strncmp(typed, "--", 2) == 0)
		o = cli_class_option(c, typed + 2);
	if (!o)
		return cordon_fail(&c->err, -EINVAL, "%.40s: no such option (cordon %s%s%s --help)",
				   typed, c->verb->object, c->verb->verb ? " " : "",
				   c->verb->verb ? c->verb->verb : "");
	if (o->value && !value)
		return missing(c, o->name, o->value);
	*used = o->value != NULL;
	return cli_keep_class_option(c, o->name, o->value ? value : "");
}

int cli_take_option(struct cli *c, const char *typed, const char *value, int *used)
{
	unsigned place;
	const struct cli_option *o = find(c->verb, typed, &place);
	uint64_t *given = &c->given[c->line != 0];

	*used = 0;
	if (!o)
		return take_class_option(c, typed, value, used);
	if (o->value && !value)
		return missing(c, o->name, o->value);
	if (o->value && !o->repeats && (*given & (UINT64_C(1) << place)))
		return cordon_fail(&c->err, -EINVAL, "--%s: given twice", o->name);
	*given |= UINT64_C(1) << place;
	*used = o->value != NULL;
	/* What was typed goes before what the file says. */
	if (c->line && !o->repeats && (c->given[0] & (UINT64_C(1) << place)))
		return 0;
	c->where[place] = c->line;
	if (o->set)
		return o->set(c, o->value ? value : "");
	if (o->value)
		*(const char **)(void *)((char *)c + o->offset) = value;
	else
		*(int *)(void *)((char *)c + o->offset) = 1;
	return 0;
}

unsigned cli_option_line(const struct cli *c, const char *typed)
{
	unsigned place;

	return find(c->verb, typed, &place) ? c->where[place] : 0;
}

static int take_name(struct cli *c, const char *word)
{
	const struct cli_verb *v = c->verb;

	if (v->names == CLI_NO_NAME)
		return cordon_fail(&c->err, -EINVAL, "%s%s%s: %.40s: takes no argument", v->object,
				   v->verb ? " " : "", v->verb ? v->verb : "", word);
	if (c->name)
		return cordon_fail(&c->err, -EINVAL, "%.40s: one NAME only, and that is %.40s",
				   word, c->name);
	c->name = word;
	return 0;
}

int cli_take_words(struct cli *c, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		/* No value begins like an option: then it was forgotten. */
		int more = i + 1 < argc && strncmp(argv[i + 1], "--", 2) != 0;
		int used = 0;
		int ret;

		if (argv[i][0] == '-')
			ret = cli_take_option(c, argv[i], more ? argv[i + 1] : NULL, &used);
		else
			ret = take_name(c, argv[i]);
		if (ret < 0)
			return ret;
		i += used;
	}
	if (!c->name && c->verb->names == CLI_MUST_NAME)
		return cordon_fail(&c->err, -EINVAL, "%s %s: the NAME is missing", c->verb->object,
				   c->verb->verb);
	return 0;
}
