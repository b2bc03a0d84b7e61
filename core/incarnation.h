/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One life of a domain's code: fresh channel and pool memory, a ring of its own, the fence around it.
 * Blocking functions of the control thread.
 */
#ifndef CORDON_CORE_INCARNATION_H
#define CORDON_CORE_INCARNATION_H

#include "core/class.h"
#include "core/fence.h"

/* An incarnation that is not there. */
void cordon_incarnation_init(struct cordon_incarnation *inc);

/* Whether it is there. */
static inline int cordon_incarnation_is(const struct cordon_incarnation *inc)
{
	return inc->spec != NULL;
}

/*
 * Make one of @spec behind @fence, with the dimensions of @class and the grants @ports, up to where
 * fence->go() lets it begin. @node: of its memory, -1: any. 0 or -errno with the line; then nothing
 * is left. All are borrowed as long as it is there.
 */
int cordon_incarnation_make(struct cordon_incarnation *inc, const struct cordon_fence *fence,
			    const struct cordon_spec *spec, const struct cordon_class *class,
			    const struct cordon_ports *ports, int node, struct cordon_err *e);

/* Fence the past: end it, whatever it does, and wait until nothing that it began can still happen.
 * Its memory stays. 0; -ETIMEDOUT: its I/O goes on, so its ports must not be used again. */
int cordon_incarnation_end(struct cordon_incarnation *inc, struct cordon_death *death);

/* Free its memory and its group. It is not there afterwards. */
void cordon_incarnation_drop(struct cordon_incarnation *inc);

/* Whether it has ended by itself. Attends to what the kernel says of it. */
int cordon_incarnation_ended(struct cordon_incarnation *inc);

#endif
