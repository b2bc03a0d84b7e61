// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/cli/command.h"

#define FLAG(field) NULL, offsetof(struct cli, field), 0
#define JSON                                                                 \
	{                                                                    \
		"json", "j", NULL, "print JSON (cordon-json(5))", FLAG(json) \
	}
#define END                                        \
	{                                          \
		NULL, NULL, NULL, NULL, NULL, 0, 0 \
	}

static int set_delay(struct cli *c, const char *v)
{
	double s = strspn(v, "0123456789.") == strlen(v) ? strtod(v, NULL) : 0;

	if (s < 0.1 || s > 3600)
		return cordon_fail(&c->err, -EINVAL,
				   "--delay %.40s: not a number of seconds from 0.1 to 3600", v);
	c->delay_ms = (unsigned)(s * 1000);
	return 0;
}

static int set_count(struct cli *c, const char *v)
{
	unsigned long n = 0;
	int ret = cli_number(c, "--count", v, 1, 1000000000, &n);

	c->count = (unsigned)n;
	return ret;
}

static int set_rounds(struct cli *c, const char *v)
{
	unsigned long n = 0;
	int ret = cli_number(c, "--rounds", v, 1, 256, &n);

	c->count = (unsigned)n;
	return ret;
}

static int print_table(struct cli *c)
{
	if (c->table)
		cli_help_table(c);
	else
		cli_help(stdout);
	return CLI_OK;
}

static const struct cli_option json_options[] = { JSON, END };

static const struct cli_option top_options[] = {
	{ "delay", "d", "SECONDS", "between samples (default 1)", set_delay, 0, 0 },
	{ "count", "n", "COUNT", "end after so many samples", set_count, 0, 0 },
	{ "batch", "b", NULL, "no terminal: samples one after the other", FLAG(batch) },
	JSON,
	END,
};

static const struct cli_option bench_options[] = {
	{ "rounds", "n", "COUNT", "how many, more for narrower intervals (default 60)", set_rounds,
	  0, 0 },
	{ "cpus", "c", "CPU:CORE", "the caller's CPU and the other one", NULL,
	  offsetof(struct cli, cpus), 0 },
	{ "output", "o", "FILE", "write the results there, as JSON", NULL,
	  offsetof(struct cli, output), 0 },
	{ "list", "l", NULL, "what is measured, and how, a line each", FLAG(list) },
	END,
};

static const struct cli_option help_options[] = {
	{ "table", NULL, NULL, "all verbs and options, a line each", FLAG(table) },
	END,
};

const struct cli_verb cli_verbs[] = {
	{ "domain", "run", CLI_MUST_NAME, "run a driver in a domain, in the foreground",
	  "Run a driver in a domain, in the foreground, until SIGINT or SIGTERM. Tells systemd\n"
	  "how it is (Type=notify, WatchdogSec).\n\n"
	  "Exit status: 0 told to stop, 1 refused, 2 usage, 3 the domain died, 4 it hung, 5 it\n"
	  "was restarted too often.",
	  NULL, cli_domain_options, cli_domain_run },
	{ "domain", "add", CLI_MUST_NAME, "start a domain that goes on by itself",
	  "Start a domain and return when it serves; its supervisor goes on by itself and writes\n"
	  "to the system's log. Without --driver, --image and --conf, /etc/cordon/NAME.conf says\n"
	  "what it is.\n\n"
	  "Exit status: 0 it serves; else that of cordon domain run, and nothing is left.",
	  NULL, cli_domain_options, cli_domain_add },
	{ "domain", "show", CLI_MAY_NAME, "what domains there are, and what happened to them",
	  "All domains, a line each; with NAME that one, with its counters that aren't zero and\n"
	  "what happened to it. Needs no rights.",
	  json_options, NULL, cli_domain_show },
	{ "domain", "stop", CLI_MUST_NAME, "end the driver in order; keep domain and devices",
	  "End the driver in order. The domain and its devices stay, for start.", NULL, NULL,
	  cli_domain_order },
	{ "domain", "start", CLI_MUST_NAME, "start the driver of a stopped or failed domain",
	  "Start the driver of a domain that was stopped, or that has failed.", NULL, NULL,
	  cli_domain_order },
	{ "domain", "restart", CLI_MUST_NAME, "end the driver and start it anew",
	  "End the driver in order and start it anew. Devices stay.", NULL, NULL,
	  cli_domain_order },
	{ "domain", "replace", CLI_MUST_NAME, "change to another driver or image",
	  "Start another driver, or the same from another image, and change over to it. If it\n"
	  "doesn't serve, the old one goes on.",
	  cli_replace_options, NULL, cli_domain_order },
	{ "domain", "trace", CLI_MUST_NAME, "where the driver's fibers are, or were when it ended",
	  "Print a backtrace of each fiber of the driver, which is stopped for that for a moment;\n"
	  "of a domain that does not serve, those of the driver's end. What a driver says of\n"
	  "itself is a hint, no evidence: it is read in a process without rights.",
	  NULL, NULL, cli_domain_trace },
	{ "domain", "del", CLI_MUST_NAME, "end a domain and remove all that is its",
	  "End a domain and remove all that is its, also what a supervisor that is gone left.\n"
	  "Returns when nothing is left.",
	  NULL, NULL, cli_domain_del },
	{ "channel", "show", CLI_MAY_NAME, "what the channels hold, and what went over them",
	  "The channels of all domains, or of NAME: call lines, streams, buffers, and what went\n"
	  "over them. Needs no rights.",
	  json_options, NULL, cli_channel_show },
	{ "host", "check", CLI_NO_NAME, "what this host offers",
	  "What this host offers: the core that a domain would take and what disturbs it there,\n"
	  "and each part of the fence with what it is good for, or why it is missing. Changes\n"
	  "nothing.\n\n"
	  "Exit status: 0 no part of the fence is missing, 1 one is.",
	  json_options, NULL, cli_host_check },
	{ "top", NULL, CLI_MAY_NAME, "a live table of what domains do",
	  "What all domains, or NAME, do: calls, what they cost, rounds and how many of them were\n"
	  "useful, work at the driver, errors, restarts. q or ^C ends. Needs no rights.",
	  top_options, NULL, cli_top },
	{ "bench", NULL, CLI_NO_NAME, "what a call costs here, against everything else",
	  "Measure what each way across costs on this host: calls, streams and fibers of cordon,\n"
	  "what others would use in their place, and the kernel's wake-ups; how cost grows with\n"
	  "clients, channels, fibers, buffers and domains on one core; and how busy a core is, by\n"
	  "policy and load. Some minutes.",
	  bench_options, NULL, cli_bench },
	{ "help", NULL, CLI_NO_NAME, NULL, "The general help.", help_options, NULL, print_table },
	{ NULL, NULL, CLI_NO_NAME, NULL, NULL, NULL, NULL, NULL },
};

/* Whatever is said of an argument is said in one line. */
static int check_printable(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (const char *c = argv[i]; *c; c++)
			if (iscntrl((unsigned char)*c)) {
				fprintf(stderr, "cordon: argument %d: has a control character\n",
					i);
				return -EINVAL;
			}
	return 0;
}

static int wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return 1;
	return 0;
}

/* The verb that the first words name; *@words of them. */
static const struct cli_verb *find(int argc, char **argv, int *words)
{
	for (const struct cli_verb *v = cli_verbs; v->object; v++) {
		*words = v->verb ? 2 : 1;
		if (argc >= *words && strcmp(v->object, argv[0]) == 0 &&
		    (!v->verb || strcmp(v->verb, argv[1]) == 0))
			return v;
	}
	return NULL;
}

static void complain(const struct cli *c)
{
	if (c->err.text[0] && c->line)
		fprintf(stderr, "cordon: %s:%u: %s\n", c->domain.conf, c->line, c->err.text);
	else if (c->err.text[0])
		fprintf(stderr, "cordon: %s\n", c->err.text);
}

/* @early: an option that stood before the object, or NULL. */
static int run(struct cli *c, const char *early, int argc, char **argv)
{
	int status = CLI_USAGE;
	int used;

	if ((!early || cli_take_option(c, early, NULL, &used) == 0) &&
	    cli_take_words(c, argc, argv) == 0)
		status = c->verb->run(c);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_OK) {
		cordon_fail(&c->err, -EIO, "standard output: %s", strerror(errno));
		status = CLI_FAILED;
	}
	complain(c);
	return status;
}

int cordon_cli(int argc, char **argv, const struct cordon_class *const *classes)
{
	struct cli c = { .classes = classes };
	const char *early = NULL;
	int words = 0;

	if (check_printable(argc, argv) != 0)
		return CLI_USAGE;
	argc = argc > 0 ? argc - 1 : 0;
	argv++;
	/* "cordon -j domain show", as people type it after ip -j. */
	if (argc > 0 && (strcmp(argv[0], "-j") == 0 || strcmp(argv[0], "--json") == 0)) {
		early = *argv++;
		argc--;
	}
	cli_domain_init(&c.domain);
	c.verb = find(argc, argv, &words);
	if (c.verb && !wants_help(argc, argv))
		return run(&c, early, argc - words, argv + words);
	if (c.verb)
		cli_help_verb(&c);
	else if (wants_help(argc, argv))
		cli_help(stdout);
	if (c.verb || wants_help(argc, argv))
		return CLI_OK;
	if (argc >= 1)
		fprintf(stderr, "cordon: %.40s%s%.40s: no such command\n", argv[0],
			argc >= 2 ? " " : "", argc >= 2 ? argv[1] : "");
	cli_help(stderr);
	return CLI_USAGE;
}
