// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/cli/command.h"

#define DEFAULT_MEMORY_MB 64u
#define DEFAULT_DEADLINE_MS 1000u

static int set_without(struct cli *c, const char *v)
{
	int part = cordon_part_find(v);

	if (part < 0)
		return cordon_fail(&c->err, -EINVAL,
				   "--without %.40s: no part of the fence is called so (see cordon "
				   "host check)",
				   v);
	c->domain.config.without |= CORDON_PART_BIT(part);
	return 0;
}

static int set_memory(struct cli *c, const char *v)
{
	unsigned long mb = 0;
	int ret = cli_number(c, "--memory", v, 1, 1ul << 20, &mb);

	c->domain.config.memory_limit = (uint64_t)mb << 20;
	return ret;
}

static int set_deadline(struct cli *c, const char *v)
{
	unsigned long ms = 0;
	int ret = cli_number(c, "--deadline", v, 1, 3600000, &ms);

	c->domain.config.deadline_ms = (unsigned)ms;
	c->domain.config.args.deadline_ns = (uint64_t)ms * 1000000u;
	return ret;
}

static int set_arg(struct cli *c, const char *v)
{
	unsigned long n = 0;
	int ret = cli_number(c, "--arg", v, 0, ~0ul, &n);

	c->domain.config.arg = n;
	return ret;
}

static int set_then(struct cli *c, const char *option, const char *v, enum cordon_then *to)
{
	if (strcmp(v, "restart") == 0)
		*to = CORDON_RESTART;
	else if (strcmp(v, "stop") == 0)
		*to = CORDON_STOP;
	else
		return cordon_fail(&c->err, -EINVAL, "%s %.40s: not restart or stop", option, v);
	return 0;
}

static int set_on_crash(struct cli *c, const char *v)
{
	return set_then(c, "--on-crash", v, &c->domain.config.on_crash);
}

static int set_on_exit(struct cli *c, const char *v)
{
	return set_then(c, "--on-exit", v, &c->domain.config.on_exit);
}

static int set_on_hang(struct cli *c, const char *v)
{
	return set_then(c, "--on-hang", v, &c->domain.config.on_hang);
}

static int set_restarts(struct cli *c, const char *v)
{
	unsigned long n = 0, s = 0;
	char first[24];
	const char *slash = strchr(v, '/');

	if (!slash || (size_t)(slash - v) >= sizeof(first))
		return cordon_fail(&c->err, -EINVAL,
				   "--restarts %.40s: not NUMBER/SECONDS, as in %u/%u", v,
				   CORDON_DEFAULT_LIMIT, CORDON_DEFAULT_LIMIT_S);
	memcpy(first, v, (size_t)(slash - v));
	first[slash - v] = '\0';
	if (cli_number(c, "--restarts, the number,", first, 0, CORDON_LIMIT_MAX, &n) < 0 ||
	    cli_number(c, "--restarts, the seconds,", slash + 1, 1, 86400, &s) < 0)
		return -EINVAL;
	c->domain.config.limit = (unsigned)n;
	c->domain.config.limit_s = (unsigned)s;
	return 0;
}

static int set_wait(struct cli *c, const char *v)
{
	static const char *const names[] = {
		[CORDON_WAIT_SPIN] = "spin",
		[CORDON_WAIT_ADAPTIVE] = "adaptive",
		[CORDON_WAIT_SLEEP] = "sleep",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(v, names[i]) == 0) {
			c->domain.config.wait = (enum cordon_wait)i;
			return 0;
		}
	return cordon_fail(&c->err, -EINVAL, "--wait %.40s: not spin, adaptive or sleep", v);
}

#define AT(field) NULL, offsetof(struct cli, domain.field), 0
#define BY(function) function, 0, 0

#define DRIVER_OPTION                                                  \
	{                                                              \
		"driver", 0, "DRIVER", "the driver to run", AT(driver) \
	}
#define IMAGE_OPTION                                                                      \
	{                                                                                 \
		"image", 0, "FILE", "the driver's image; alone, of a driver of your own", \
			AT(config.image)                                                  \
	}

const struct cli_option cli_domain_options[] = {
	{ "class", NULL, "CLASS", "of drivers: net (default), blk", AT(class) },
	{ "frontend", NULL, "FRONTEND", "of the class; its first, if not given", AT(frontend) },
	DRIVER_OPTION,
	{ "fence", NULL, "FENCE", "process (default), thread, inline", AT(fence) },
	{ "core", NULL, "CPU", "the domain's core (default: auto)", AT(config.core) },
	{ "peer", NULL, "CPU", "the front-end's CPU (default: auto)", AT(config.peer) },
	{ "share-smt", NULL, NULL, "the core may share its SMT sibling", AT(config.share_smt) },
	{ "wait", NULL, "HOW", "with nothing to do: spin (default), adaptive, sleep",
	  BY(set_wait) },
	{ "without", NULL, "PART", "give up a part of the fence; may be repeated", set_without, 0,
	  1 },
	{ "memory", NULL, "MB", "limit of the domain's memory (default 64)", BY(set_memory) },
	{ "deadline", NULL, "MS", "silence that is taken for a hang (default 1000)",
	  BY(set_deadline) },
	{ "on-crash", NULL, "THEN", "restart (default) or stop a driver killed by a signal",
	  BY(set_on_crash) },
	{ "on-exit", NULL, "THEN", "the same of a driver that ended by itself", BY(set_on_exit) },
	{ "on-hang", NULL, "THEN", "the same of a driver that was silent", BY(set_on_hang) },
	{ "restarts", NULL, "N/SECONDS", "more than these: it is given up (default 20/10)",
	  BY(set_restarts) },
	{ "no-spare", NULL, NULL, "keep no driver ready to take over", AT(config.no_spare) },
	IMAGE_OPTION,
	{ "loader", NULL, "FILE", "another loader", AT(config.loader) },
	{ "conf", NULL, "FILE", "read more options from FILE (cordon.conf(5))", AT(conf) },
	{ "counters", NULL, NULL, "print the counters at the end", AT(config.show_counters) },
	{ "arg", NULL, "N", "a number handed to the driver", BY(set_arg) },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

const struct cli_option cli_replace_options[] = {
	DRIVER_OPTION,
	IMAGE_OPTION,
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

void cli_domain_init(struct cli_domain *d)
{
	*d = (struct cli_domain){
		.class = "net",
		.fence = "process",
		.config = { .memory_limit = (uint64_t)DEFAULT_MEMORY_MB << 20,
			    .deadline_ms = DEFAULT_DEADLINE_MS,
			    .limit = CORDON_DEFAULT_LIMIT,
			    .limit_s = CORDON_DEFAULT_LIMIT_S },
	};
}

const struct cordon_option *cli_class_option(const struct cli *c, const char *name)
{
	for (unsigned i = 0; c->classes[i]; i++)
		for (const struct cordon_option *o = c->classes[i]->options; o->name; o++)
			if (strcmp(o->name, name) == 0)
				return o;
	return NULL;
}

int cli_keep_class_option(struct cli *c, const char *name, const char *value)
{
	struct cli_domain *d = &c->domain;
	unsigned n = d->nclass_opt;

	if (n == sizeof(d->class_opt) / sizeof(d->class_opt[0]))
		return cordon_fail(&c->err, -EINVAL, "--%s: too many options", name);
	d->class_opt[n].name = name;
	d->class_opt[n].value = value;
	d->class_opt[n].line = c->line;
	d->nclass_opt++;
	return 0;
}

/* The class, with the front-end that was asked for, else with its first. */
static int find_class(struct cli *c)
{
	struct cli_domain *d = &c->domain;
	int known = 0;

	for (unsigned i = 0; c->classes[i] && !d->config.class; i++) {
		const struct cordon_class *k = c->classes[i];

		if (strcmp(k->name, d->class) != 0)
			continue;
		known = 1;
		if (!d->frontend || (k->frontend && strcmp(k->frontend, d->frontend) == 0))
			d->config.class = k;
	}
	c->line = cli_option_line(c, known ? "--frontend" : "--class");
	if (!known)
		return cordon_fail(&c->err, -EINVAL, "--class %.40s: there is no such class",
				   d->class);
	if (!d->config.class)
		return cordon_fail(&c->err, -EINVAL,
				   "--frontend %.40s: class %s has none of that name", d->frontend,
				   d->class);
	return 0;
}

static int find_parts(struct cli *c)
{
	struct cli_domain *d = &c->domain;

	if (find_class(c) < 0)
		return -EINVAL;
	c->line = cli_option_line(c, "--driver");
	if (cordon_class_driver(d->config.class, d->driver, d->config.image, &d->entry, &c->err) <
	    0)
		return -EINVAL;
	d->config.driver = &d->entry;
	d->config.args.driver = d->entry.name;
	c->line = cli_option_line(c, "--fence");
	d->config.fence = cordon_fence_find(d->fence);
	if (!d->config.fence)
		return cordon_fail(&c->err, -EINVAL, "--fence %.40s: not process, thread or inline",
				   d->fence);
	c->line = 0;
	return 0;
}

/* What was typed comes first, and goes before what the file says. */
static int place_class_options(struct cli *c)
{
	struct cli_domain *d = &c->domain;
	const struct cordon_option *o = d->config.class->options;
	unsigned line[CORDON_OPTIONS_MAX] = { 0 };

	for (unsigned k = 0; k < d->nclass_opt; k++) {
		unsigned i = 0;

		while (o[i].name && strcmp(o[i].name, d->class_opt[k].name) != 0)
			i++;
		c->line = d->class_opt[k].line;
		if (!o[i].name)
			return cordon_fail(&c->err, -EINVAL, "--%s: class %s has no such option",
					   d->class_opt[k].name, d->class);
		if (d->config.args.value[i] && (line[i] != 0) == (c->line != 0))
			return cordon_fail(&c->err, -EINVAL, "--%s: given twice", o[i].name);
		if (d->config.args.value[i])
			continue;
		d->config.args.value[i] = d->class_opt[k].value;
		line[i] = c->line;
	}
	c->line = 0;
	return 0;
}

int cli_domain_finish(struct cli *c)
{
	int ret = find_parts(c);

	c->domain.config.name = c->name;
	c->domain.config.args.without = c->domain.config.without;
	return ret < 0 ? ret : place_class_options(c);
}
