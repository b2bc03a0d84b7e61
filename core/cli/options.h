/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The options that say what a domain is to be: the same for run, add and a configuration file. */
#ifndef CORDON_CORE_CLI_OPTIONS_H
#define CORDON_CORE_CLI_OPTIONS_H

#include "core/supervisor.h"

struct cli;
struct cli_option;

/* What was said, before it is checked against class and driver. */
struct cli_domain {
	const char *class, *frontend, *driver, *fence, *conf;
	struct {
		const char *name, *value;
		unsigned line; /* of the configuration file; 0: typed */
	} class_opt[CORDON_OPTIONS_MAX * 2];
	unsigned nclass_opt;
	struct cordon_driver_entry entry; /* that config names */
	struct cordon_config config;
};

/* The defaults. */
void cli_domain_init(struct cli_domain *d);

/* The option of a class called @name; NULL if no class has it. */
const struct cordon_option *cli_class_option(const struct cli *c, const char *name);

/* Keep one for cli_domain_finish(). 0, or -EINVAL with the line in c->err. */
int cli_keep_class_option(struct cli *c, const char *name, const char *value);

/* Look up class, front-end, driver and fence, and give the class its options: c->domain.config is complete. 0,
 * or -EINVAL with the line in c->err. */
int cli_domain_finish(struct cli *c);

#endif
