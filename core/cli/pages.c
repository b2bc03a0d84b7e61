// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_one(struct cli *c, const char *name, struct cli_page *p)
{
	int ret = cordon_page_read(name, &p->page, &p->lives, &c->err);

	for (unsigned i = 0; ret == 0 && c->classes[i]; i++)
		if (strcmp(c->classes[i]->name, p->page.class) == 0)
			p->class = c->classes[i];
	return ret;
}

int cli_pages(struct cli *c, struct cli_page **pages)
{
	char names[CLI_DOMAINS_MAX][CORDON_NAME_MAX];
	unsigned n = 1;
	int have = 0;

	if (!c->name)
		n = cordon_page_names(names, CLI_DOMAINS_MAX);
	n = n < CLI_DOMAINS_MAX ? n : CLI_DOMAINS_MAX;
	*pages = calloc(n ? n : 1, sizeof(**pages));
	if (!*pages)
		return cordon_fail(&c->err, -ENOMEM, "no memory");
	for (unsigned i = 0; i < n; i++) {
		struct cordon_err before = c->err;
		int ret = read_one(c, c->name ? c->name : names[i], *pages + have);

		if (ret < 0 && c->name) {
			free(*pages);
			*pages = NULL;
			return ret;
		}
		if (ret == -ENOENT)
			c->err = before; /* it has gone meanwhile */
		have += ret == 0;
	}
	return have;
}

const char *cli_page_state(const struct cli_page *p)
{
	return p->lives ? cordon_state_name(p->page.state) : cordon_state_name(CORDON_STATE_ENDED);
}

const char *cli_page_counter(const struct cli_page *p, unsigned i)
{
	static char number[24];

	if (i >= p->page.count)
		return NULL;
	for (unsigned k = 0; p->class && k <= i; k++)
		if (!p->class->counters[k])
			return NULL;
	if (p->class)
		return p->class->counters[i];
	snprintf(number, sizeof(number), "value_%u", i);
	return number;
}
