/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The pages of the domains that a command is about. */
#ifndef CORDON_CORE_CLI_PAGES_H
#define CORDON_CORE_CLI_PAGES_H

#include "core/cli/command.h"

#define CLI_DOMAINS_MAX 256

struct cli_page {
	struct cordon_page page; /* a copy */
	int lives; /* its supervisor does */
	const struct cordon_class *class; /* NULL: this program doesn't know it */
};

/*
 * Read the page of the domain that c->name names, or those of all, into *@pages, the caller's to
 * free. Returns how many, or -errno with the line in c->err: the one named isn't there or can't be
 * read. Of all, those that can't be read are left out; the first reason stays in c->err.
 */
int cli_pages(struct cli *c, struct cli_page **pages);

/* The state as a person should see it: "ended" if the supervisor has gone. Static. */
const char *cli_page_state(const struct cli_page *p);

/* The class's counter @i: its name, or NULL at the end. */
const char *cli_page_counter(const struct cli_page *p, unsigned i);

#endif
