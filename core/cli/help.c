// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <string.h>
#include "core/cli/command.h"

static const char *names(const struct cli_verb *v)
{
	return v->names == CLI_MUST_NAME ? " NAME" : v->names == CLI_MAY_NAME ? " [NAME]" : "";
}

void cli_help(FILE *out)
{
	fprintf(out, "cordon OBJECT VERB [NAME] [OPTIONS]\n");
	for (const struct cli_verb *v = cli_verbs; v->object; v++)
		if (v->what)
			fprintf(out, "  cordon %-7s %-7s  %s\n", v->object, v->verb ? v->verb : "",
				v->what);
	fprintf(out, "Each takes --help.\n"
		     "Exit status: 0 done, 1 refused or failed, 2 usage, 3 the driver died, 4 it\n"
		     "hung, 5 it was restarted too often.\n");
}

static void option(const char *letter, const char *name, const char *value, const char *help)
{
	char left[48];

	if (letter)
		snprintf(left, sizeof(left), "-%s, --%s %s", letter, name, value ? value : "");
	else
		snprintf(left, sizeof(left), "--%s %s", name, value ? value : "");
	printf("  %-22s %s\n", left, help);
}

static void list(const struct cli_option *o)
{
	for (; o && o->name; o++)
		option(o->letter, o->name, o->value, o->help);
}

/* Tables of one class stand together, and have all but the front-end in common. */
static int another_frontend(const struct cli *c, unsigned i)
{
	return i > 0 && strcmp(c->classes[i]->name, c->classes[i - 1]->name) == 0;
}

void cli_help_verb(const struct cli *c)
{
	const struct cli_verb *v = c->verb;

	printf("cordon %s%s%s%s%s\n%s\n", v->object, v->verb ? " " : "", v->verb ? v->verb : "",
	       names(v), v->options || v->domain ? " [OPTIONS]" : "", v->more);
	if (v->options || v->domain)
		printf("\n");
	list(v->options);
	list(v->domain);
	for (unsigned i = 0; v->domain && c->classes[i]; i++) {
		if (another_frontend(c, i))
			continue;
		printf("\nClass %s:\n", c->classes[i]->name);
		for (unsigned k = i; c->classes[k] && (k == i || another_frontend(c, k)); k++)
			if (c->classes[k]->frontend)
				printf("  frontend %-13s %s\n", c->classes[k]->frontend,
				       c->classes[k]->frontend_help);
		for (const struct cordon_option *o = c->classes[i]->options; o->name; o++)
			option(NULL, o->name, o->value, o->help);
		for (const struct cordon_driver_entry *d = c->classes[i]->drivers; d->name; d++)
			printf("  driver %-15s %s\n", d->name, d->help);
	}
}

static void row(const struct cli_verb *v, const char *kind, const char *what, const char *value)
{
	printf("%s %s %s %s%s%s\n", v->object, v->verb ? v->verb : "-", kind, what,
	       value ? " " : "", value ? value : "");
}

/* "OBJECT VERB name|option|short|driver|frontend WHAT [VALUE]", "-" for no verb. */
void cli_help_table(const struct cli *c)
{
	for (const struct cli_verb *v = cli_verbs; v->object; v++) {
		const struct cli_option *lists[] = { v->options, v->domain };

		if (!v->what)
			continue;
		row(v, "name", v->names == CLI_NO_NAME ? "none" : names(v) + 1, NULL);
		for (unsigned i = 0; i < 2; i++)
			for (const struct cli_option *o = lists[i]; o && o->name; o++) {
				row(v, "option", o->name, o->value);
				if (o->letter)
					row(v, "short", o->letter, o->name);
			}
		for (unsigned i = 0; v->domain && c->classes[i]; i++) {
			const struct cordon_class *k = c->classes[i];

			if (k->frontend)
				row(v, "frontend", k->frontend, k->name);
			if (another_frontend(c, i))
				continue;
			for (const struct cordon_option *o = k->options; o->name; o++)
				row(v, "option", o->name, o->value);
			for (const struct cordon_driver_entry *d = k->drivers; d->name; d++)
				row(v, "driver", d->name, k->name);
		}
	}
}
