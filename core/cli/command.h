/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the command is made of: one table of verbs (cli.c), each with its options. Parsing, the help,
 * the completion, and the check of the man pages ("cordon help --table") come from it.
 */
#ifndef CORDON_CORE_CLI_COMMAND_H
#define CORDON_CORE_CLI_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "core/class.h"
#include "core/cli/options.h"
#include "core/control.h"
#include "core/err.h"
#include "core/page.h"

/* Exit statuses besides those of enum cordon_outcome. */
#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

struct cli;

struct cli_option {
	const char *name; /* --NAME */
	const char *letter; /* -L; NULL: none */
	const char *value; /* what the value is called in the help; NULL: the option has none */
	const char *help;
	/* Take the value (borrowed; "" if the option has none): 0, or -EINVAL with the line in
	 * c->err. NULL: a value is stored as a string, a flag as the int 1, at @offset of c. */
	int (*set)(struct cli *c, const char *value);
	size_t offset;
	int repeats; /* may be given more than once */
};

enum cli_names { CLI_NO_NAME, CLI_MAY_NAME, CLI_MUST_NAME };

struct cli_verb {
	const char *object;
	const char *verb; /* NULL: the object alone is the command */
	enum cli_names names;
	const char *what; /* one line of the general help */
	const char *more; /* the text of its own help */
	const struct cli_option *options; /* ends with a NULL name; NULL: none */
	const struct cli_option *domain; /* the same, of a domain: then the class's belong to it */
	int (*run)(struct cli *c); /* returns the exit status; a line in c->err is printed */
};

/* What was typed, and what became of it. Strings are borrowed from the command line. */
struct cli {
	const struct cordon_class *const *classes;
	const struct cli_verb *verb;
	const char *name; /* NULL: none was given */
	int json, batch, table, list;
	const char *cpus, *output; /* of bench */
	unsigned delay_ms, count; /* 0: not given */
	struct cli_domain domain;
	unsigned line; /* of the configuration file that is being read; 0: the command line */
	uint64_t given[2]; /* sets of options: by the command line, by the file */
	unsigned where[64]; /* the line of each option that was taken */
	struct cordon_err err;
	char answer[CORDON_REPLY_MAX]; /* of a supervisor */
};

/* All verbs; ends with a NULL object. */
extern const struct cli_verb cli_verbs[];

/* options.c; each ends with a NULL name. */
extern const struct cli_option cli_domain_options[];
extern const struct cli_option cli_replace_options[];

/* parse.c: option @typed ("--mtu", "-j") with the word that follows it, NULL if none does. *@used:
 * whether that was its value. 0, or -EINVAL with the line in c->err. */
int cli_take_option(struct cli *c, const char *typed, const char *value, int *used);
int cli_take_words(struct cli *c, int argc, char **argv);

/* parse.c: the line of the configuration file that gave option @typed; 0: none did. */
unsigned cli_option_line(const struct cli *c, const char *typed);

/* parse.c: @text as a number from @min to @max. 0, or -EINVAL with a line that names @option. */
int cli_number(struct cli *c, const char *option, const char *text, unsigned long min,
	       unsigned long max, unsigned long *to);

/* help.c */
void cli_help(FILE *out);
void cli_help_verb(const struct cli *c);
void cli_help_table(const struct cli *c);

/* The verbs, each in the file called after it or its object. */
int cli_domain_run(struct cli *c);
int cli_domain_add(struct cli *c);
int cli_domain_order(struct cli *c); /* stop, start, restart, replace */
int cli_domain_trace(struct cli *c);
int cli_domain_del(struct cli *c);
int cli_domain_show(struct cli *c);
int cli_channel_show(struct cli *c);
int cli_host_check(struct cli *c);
int cli_top(struct cli *c);
int cli_bench(struct cli *c);

#endif
