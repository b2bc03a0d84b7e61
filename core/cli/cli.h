/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The command line: cordon OBJECT VERB [NAME] [OPTIONS], options before or after names.
 *
 * Exit status: 0 done; 1 refused or failed, nothing was changed; 2 the command can't be understood;
 * 3 the domain died by itself; 4 the domain hung and was killed; 5 it was restarted too often.
 */
#ifndef CORDON_CORE_CLI_CLI_H
#define CORDON_CORE_CLI_CLI_H

#include "core/class.h"

/* Run the command with the classes that this program has (ends with NULL). Returns the exit
 * status. */
int cordon_cli(int argc, char **argv, const struct cordon_class *const *classes);

#endif
