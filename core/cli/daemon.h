/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A supervisor that goes on by itself. */
#ifndef CORDON_CORE_CLI_DAEMON_H
#define CORDON_CORE_CLI_DAEMON_H

#include "core/supervisor.h"

/*
 * Start a supervisor for @config in a session of its own, with no descriptor of ours, and wait until
 * its domain serves, or has ended before: what it says until then goes to our standard output and
 * error; later, to the system's log. Returns 0 when it serves, else the exit status that "domain
 * run" would have had (and nothing is left), with the line in @e unless it has been printed. If we
 * are killed before it serves, it ends too. @config is changed.
 */
int cli_daemon(struct cordon_config *config, struct cordon_err *e);

#endif
