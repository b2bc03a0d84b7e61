/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What people order a running domain to do: stop, start, restart, replace [driver=DRIVER] [image=FILE],
 * trace. "del" is the supervisor's own. Functions of the control thread. */
#ifndef CORDON_CORE_ORDERS_H
#define CORDON_CORE_ORDERS_H

#include "core/control.h"
#include "core/life.h"

/* Carry out @r. Returns the exit status of the command that asked, with one line in @text (@size bytes).
 * Blocks until it is done: for as long as a driver's deadline allows, and a little more. */
int cordon_orders_heed(struct cordon_life *l, const struct cordon_request *r, char *text,
		       size_t size);

/* Write down the backtrace of an incarnation that has ended, if one was taken. Blocks some
 * milliseconds. */
void cordon_orders_report(struct cordon_life *l);

#endif
