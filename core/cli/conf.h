/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The configuration file of a domain: "option = value" a line, or an option alone that has no value;
 * the options are those of "cordon domain run". A line that begins with # is a comment.
 */
#ifndef CORDON_CORE_CLI_CONF_H
#define CORDON_CORE_CLI_CONF_H

#define CLI_CONF_DIR "/etc/cordon"
#define CLI_CONF_MAX 65536 /* bytes */

struct cli;

/* Take the options of the file that --conf named; without --conf, driver and image, of
 * /etc/cordon/NAME.conf, if it is there. What was typed goes before. The file's text is kept for
 * the rest of the process's life. 0, or -errno with the line in c->err and, if it is one of the
 * file's, its number in c->line. Blocks on the file. */
int cli_conf_read(struct cli *c);

#endif
