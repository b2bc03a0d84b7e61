// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/cores.h"
#include "core/host.h"
#include "core/supervisor.h"

#define USAGE 2
#define DEFAULT_MEMORY_MB 64u
#define DEFAULT_DEADLINE_MS 1000u

struct words {
	int argc;
	char **argv;
	const struct cordon_class *const *classes;
};

struct verb {
	const char *object, *verb;
	const char *what;
	int (*run)(const struct words *w);
	void (*help)(const struct words *w);
};

static int usage(const char *fmt, const char *a, const char *b)
{
	fprintf(stderr, "cordon: ");
	fprintf(stderr, fmt, a, b);
	fprintf(stderr, "\n");
	return USAGE;
}

/* What the user typed for "domain run", before it is checked against class and driver. */
struct typed {
	const char *class, *driver, *fence;
	const char *class_opt[CORDON_OPTIONS_MAX * 2][2]; /* name, value */
	unsigned nclass_opt;
	uint32_t given; /* set: which of run_options */
	struct cordon_driver_entry entry;
	struct cordon_config config;
};

static int number(const char *option, const char *text, unsigned long max, unsigned long *to)
{
	char *end = NULL;

	errno = 0;
	*to = strtoul(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *to > max) {
		fprintf(stderr, "cordon: %s %.40s: not a number up to %lu\n", option, text, max);
		return USAGE;
	}
	return 0;
}

static int give_up_part(struct typed *t, const char *part)
{
	int i = cordon_part_find(part);

	if (i < 0)
		return usage("--without %.40s: no part of the fence is called so (see cordon host "
			     "check)%s",
			     part, "");
	t->config.without |= CORDON_PART_BIT(i);
	return 0;
}

static int set_wait(struct typed *t, const char *v)
{
	int wait = cordon_wait_find(v);

	if (wait < 0)
		return usage("--wait %.40s: not spin, adaptive or sleep%s", v, "");
	t->config.wait = (enum cordon_wait)wait;
	return 0;
}

static int set_memory(struct typed *t, const char *v)
{
	unsigned long mb = 0;
	int ret = number("--memory", v, 1ul << 20, &mb);

	t->config.memory_limit = (uint64_t)mb << 20;
	return ret == 0 && mb == 0 ? usage("--memory %s: a domain needs some%s", v, "") : ret;
}

static int set_deadline(struct typed *t, const char *v)
{
	unsigned long ms = 0;
	int ret = number("--deadline", v, 3600000, &ms);

	t->config.deadline_ms = (unsigned)ms;
	t->config.args.deadline_ns = (uint64_t)ms * 1000000u;
	return ret == 0 && ms == 0 ? usage("--deadline %s: no driver is that quick%s", v, "") : ret;
}

static int set_then(enum cordon_then *then, const char *option, const char *v)
{
	*then = strcmp(v, "stop") == 0 ? CORDON_STOP : CORDON_RESTART;
	return strcmp(v, "stop") == 0 || strcmp(v, "restart") == 0 ?
		       0 :
		       usage("--%s %.20s: not restart or stop", option, v);
}

static int set_on_crash(struct typed *t, const char *v)
{
	return set_then(&t->config.on_crash, "on-crash", v);
}

static int set_on_exit(struct typed *t, const char *v)
{
	return set_then(&t->config.on_exit, "on-exit", v);
}

static int set_on_hang(struct typed *t, const char *v)
{
	return set_then(&t->config.on_hang, "on-hang", v);
}

static int set_arg(struct typed *t, const char *v)
{
	unsigned long n = 0;
	int ret = number("--arg", v, ~0ul, &n);

	t->config.arg = n;
	return ret;
}

static int set_string(struct typed *t, const char *v, size_t offset)
{
	*(const char **)(void *)((char *)t + offset) = v;
	return 0;
}

#define STRING(field) offsetof(struct typed, field)

static const struct run_option {
	const char *name, *value, *help;
	int (*set)(struct typed *t, const char *v);
	size_t string; /* if there is no function: where the string goes */
} run_options[] = {
	{ "class", "CLASS", "of drivers (default net)", NULL, STRING(class) },
	{ "driver", "DRIVER", "the driver to run", NULL, STRING(driver) },
	{ "fence", "FENCE", "process (default), thread, inline", NULL, STRING(fence) },
	{ "core", "CPU", "the domain's core (default: auto)", NULL, STRING(config.core) },
	{ "peer", "CPU", "the front-end's CPU (default: auto)", NULL, STRING(config.peer) },
	{ "wait", "POLICY", "spin (default), adaptive, sleep: when idle", set_wait, 0 },
	{ "without", "PART", "give up a part of the fence; may be repeated", give_up_part, 0 },
	{ "memory", "MB", "limit of the domain's memory (default 64)", set_memory, 0 },
	{ "deadline", "MS", "silence that is taken for a hang (default 1000)", set_deadline, 0 },
	{ "on-crash", "WHAT", "restart (default) or stop, when a signal ends it", set_on_crash, 0 },
	{ "on-exit", "WHAT", "the same when it ends by itself", set_on_exit, 0 },
	{ "on-hang", "WHAT", "the same when it is silent past the deadline", set_on_hang, 0 },
	{ "image", "FILE", "the driver's image; alone, of a driver of your own", NULL,
	  STRING(config.image) },
	{ "loader", "FILE", "another loader", NULL, STRING(config.loader) },
	{ "arg", "N", "a number handed to the driver (tests)", set_arg, 0 },
};

#define RUN_OPTIONS (sizeof(run_options) / sizeof(run_options[0]))
#define REPEATABLE "without"

static const struct cordon_option *class_option(const struct words *w, const char *name)
{
	for (unsigned i = 0; w->classes[i]; i++)
		for (const struct cordon_option *o = w->classes[i]->options; o->name; o++)
			if (strcmp(o->name, name) == 0)
				return o;
	return NULL;
}

static int set_run_option(struct typed *t, const struct run_option *o, const char *v)
{
	return o->set ? o->set(t, v) : set_string(t, v, o->string);
}

static int keep_class_option(struct typed *t, const char *name, const char *value)
{
	if (t->nclass_opt == sizeof(t->class_opt) / sizeof(t->class_opt[0]))
		return usage("--%s: too many options%s", name, "");
	t->class_opt[t->nclass_opt][0] = name;
	t->class_opt[t->nclass_opt++][1] = value;
	return 0;
}

/* One option at argv[*i]; moves *i past its value. */
static int parse_option(const struct words *w, struct typed *t, int *i)
{
	const char *name = w->argv[*i] + 2;
	const char *value = *i + 1 < w->argc ? w->argv[*i + 1] : NULL;
	const struct cordon_option *co;

	if (strncmp(w->argv[*i], "--", 2) != 0)
		return usage("%.40s: no such option (cordon domain run --help)%s", w->argv[*i], "");
	/* No value begins like an option: then it was forgotten. */
	if (value && strncmp(value, "--", 2) == 0)
		value = NULL;
	if (strcmp(name, "counters") == 0) {
		t->config.show_counters = 1;
		return 0;
	}
	if (strcmp(name, "no-spare") == 0) {
		t->config.no_spare = 1;
		return 0;
	}
	if (strcmp(name, "share-smt") == 0) {
		t->config.share_smt = 1;
		return 0;
	}
	for (unsigned k = 0; k < RUN_OPTIONS; k++) {
		if (strcmp(run_options[k].name, name) != 0)
			continue;
		if (!value)
			return usage("--%s: the %s is missing", name, run_options[k].value);
		if ((t->given & (1u << k)) && strcmp(name, REPEATABLE) != 0)
			return usage("--%s: given twice%s", name, "");
		t->given |= 1u << k;
		++*i;
		return set_run_option(t, &run_options[k], value);
	}
	co = class_option(w, name);
	if (!co)
		return usage("--%.40s: no such option (cordon domain run --help)%s", name, "");
	if (!co->value)
		return keep_class_option(t, name, "");
	if (!value)
		return usage("--%s: the %s is missing", name, co->value);
	++*i;
	return keep_class_option(t, name, value);
}

static int find_class(const struct words *w, struct typed *t)
{
	struct cordon_err e = { "" };

	for (unsigned i = 0; w->classes[i]; i++)
		if (strcmp(w->classes[i]->name, t->class) == 0)
			t->config.class = w->classes[i];
	if (!t->config.class)
		return usage("--class %.40s: there is no such class%s", t->class, "");
	if (cordon_class_driver(t->config.class, t->driver, t->config.image, &t->entry, &e) < 0)
		return usage("%s%s", e.text, "");
	t->config.driver = &t->entry;
	t->config.args.driver = t->entry.name;
	t->config.fence = cordon_fence_find(t->fence);
	if (!t->config.fence)
		return usage("--fence %.40s: not process, thread or inline%s", t->fence, "");
	return 0;
}

static int place_class_options(struct typed *t)
{
	const struct cordon_option *o = t->config.class->options;

	for (unsigned k = 0; k < t->nclass_opt; k++) {
		unsigned i = 0;

		while (o[i].name && strcmp(o[i].name, t->class_opt[k][0]) != 0)
			i++;
		if (!o[i].name)
			return usage("--%s: class %s has no such option", t->class_opt[k][0],
				     t->class);
		if (t->config.args.value[i])
			return usage("--%s: given twice%s", o[i].name, "");
		t->config.args.value[i] = t->class_opt[k][1];
	}
	return 0;
}

static int domain_run(const struct words *w)
{
	struct typed t = { .class = "net", .fence = "process" };
	struct cordon_err e = { "" };
	int ret = 0;

	t.config.memory_limit = (uint64_t)DEFAULT_MEMORY_MB << 20;
	t.config.deadline_ms = DEFAULT_DEADLINE_MS;
	t.config.limit = CORDON_DEFAULT_LIMIT;
	t.config.limit_s = CORDON_DEFAULT_LIMIT_S;
	for (int i = 0; i < w->argc && ret == 0; i++) {
		if (w->argv[i][0] == '-')
			ret = parse_option(w, &t, &i);
		else if (t.config.name)
			ret = usage("%.40s: one NAME only, and that is %.40s", w->argv[i],
				    t.config.name);
		else
			t.config.name = w->argv[i];
	}
	if (ret == 0 && !t.config.name)
		ret = usage("domain run: the NAME is missing%s%s", "", "");
	if (ret == 0)
		ret = find_class(w, &t);
	if (ret == 0)
		ret = place_class_options(&t);
	if (ret != 0)
		return ret;
	ret = (int)cordon_supervise(&t.config, stdout, &e);
	if (e.text[0])
		fprintf(stderr, "cordon: %s\n", e.text);
	return ret;
}

static void option_line(const char *name, const char *value, const char *help)
{
	char left[40];

	snprintf(left, sizeof(left), "--%s %s", name, value ? value : "");
	printf("  %-18s %s\n", left, help);
}

static void domain_run_help(const struct words *w)
{
	printf("cordon domain run NAME --driver DRIVER|--image FILE [OPTIONS]\n"
	       "Run a driver in a domain, in the foreground, until SIGINT or SIGTERM.\n\n");
	for (unsigned k = 0; k < RUN_OPTIONS; k++)
		option_line(run_options[k].name, run_options[k].value, run_options[k].help);
	option_line("counters", NULL, "print the counters at the end");
	option_line("no-spare", NULL, "no incarnation waits to take over");
	option_line("share-smt", NULL, "the core may share its SMT sibling");
	for (unsigned i = 0; w->classes[i]; i++) {
		printf("\nClass %s:\n", w->classes[i]->name);
		for (const struct cordon_option *o = w->classes[i]->options; o->name; o++)
			option_line(o->name, o->value, o->help);
		for (const struct cordon_driver_entry *d = w->classes[i]->drivers; d->name; d++)
			printf("  driver %-11s %s\n", d->name, d->help);
	}
	printf("\nExit status: 0 told to stop, 1 refused, 2 usage, 3 the domain died, 4 it hung.\n");
}

static int host_check(const struct words *w)
{
	struct cordon_cores_ask ask = { .core = NULL };
	struct cordon_cores cores;
	char why[256];
	int lacks = 0;

	if (w->argc > 0)
		return usage("host check: %.40s: takes no argument%s", w->argv[0], "");
	cordon_host_describe(stdout);
	if (cordon_cores_pick(&ask, &cores) == 0)
		printf("core: %d (%s), front-end CPU %d\n", cores.core, cores.reason, cores.peer);
	else
		printf("core: none: %s\n", cores.reason);
	if (cores.warning[0])
		printf("warning: %s\n", cores.warning);
	for (int part = 0; part < CORDON_PART_COUNT; part++) {
		int ret = cordon_host_probe((enum cordon_part)part, why, sizeof(why));

		printf("%-9s %s%s\n", cordon_part_name((enum cordon_part)part),
		       ret == 0 ? "" : "missing: ",
		       ret == 0 ? cordon_part_what((enum cordon_part)part) : why);
		lacks |= ret != 0;
	}
	return lacks;
}

static void host_check_help(const struct words *w)
{
	(void)w;
	printf("cordon host check\n"
	       "What this host offers: the core that a domain would take, and each part of the\n"
	       "fence with what it is good for, or why it is missing. Changes nothing.\n"
	       "Exit status: 0 nothing is missing, 1 something is.\n");
}

static const struct verb verbs[] = {
	{ "domain", "run", "run a driver in a domain, in the foreground", domain_run,
	  domain_run_help },
	{ "host", "check", "what this host offers", host_check, host_check_help },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void help(FILE *out)
{
	fprintf(out, "cordon OBJECT VERB [NAME] [OPTIONS]\n");
	for (unsigned i = 0; i < VERBS; i++)
		fprintf(out, "  cordon %-6s %-5s  %s\n", verbs[i].object, verbs[i].verb,
			verbs[i].what);
	fprintf(out, "Each takes --help.\n");
}

/* Whatever is said of an argument is said in one line. */
static int check_printable(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (const char *c = argv[i]; *c; c++)
			if (iscntrl((unsigned char)*c)) {
				fprintf(stderr, "cordon: argument %d: has a control character\n",
					i);
				return USAGE;
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

int cordon_cli(int argc, char **argv, const struct cordon_class *const *classes)
{
	struct words w = { argc - 3, argv + 3, classes };

	if (check_printable(argc, argv) != 0)
		return USAGE;
	for (unsigned i = 0; argc >= 3 && i < VERBS; i++) {
		if (strcmp(verbs[i].object, argv[1]) != 0 || strcmp(verbs[i].verb, argv[2]) != 0)
			continue;
		if (!wants_help(w.argc, w.argv))
			return verbs[i].run(&w);
		verbs[i].help(&w);
		return 0;
	}
	if (wants_help(argc - 1, argv + 1)) {
		help(stdout);
		return 0;
	}
	if (argc >= 2)
		fprintf(stderr, "cordon: %.40s%s%.40s: no such command\n", argv[1],
			argc >= 3 ? " " : "", argc >= 3 ? argv[2] : "");
	help(stderr);
	return USAGE;
}
