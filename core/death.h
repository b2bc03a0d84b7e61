/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a process domain died of, in words: of its wait status, of what was seen of its end (autopsy.h)
 * and of its group.
 */
#ifndef CORDON_CORE_DEATH_H
#define CORDON_CORE_DEATH_H

#include "core/fence.h"

/* Fill in @death for @inc, which ended with @status, as of waitpid(2). Never blocks. */
void cordon_death_describe(const struct cordon_incarnation *inc, int status,
			   struct cordon_death *death);

#endif
