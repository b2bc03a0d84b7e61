/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The inside of a domain: the runtime that sets up what a driver uses (driver.h) from what it was
 * granted (boot.h), and runs its loop. The same code runs behind every fence.
 */
#ifndef CORDON_CORE_DOMAIN_H
#define CORDON_CORE_DOMAIN_H

#include <stdatomic.h>
#include "core/boot.h"
#include "core/driver.h"
#include "core/fiber.h"
#include "core/loop.h"
#include "core/sleeper.h"

struct cordon_domain {
	const struct cordon_driver *driver;
	void *state;
	struct cordon_boot boot;
	size_t heap_used;
	struct cordon_chan chan; /* side B */
	struct cordon_pool pool;
	struct cordon_io io;
	struct cordon_sched sched;
	struct cordon_loop loop;
	struct cordon_sleeper sleeper;
	int error; /* why the loop ended: 0, or -errno */
};

/* Set up the domain that @boot describes around @driver, and open it. @d is caller's memory, kept
 * while the domain lives. 0 or -errno. */
int cordon_domain_init(struct cordon_domain *d, const struct cordon_driver *driver,
		       const struct cordon_boot *boot);

/* Run the loop until *@stop (NULL: until the driver fails). Returns 0 or the driver's -errno. */
int cordon_domain_run(struct cordon_domain *d, const atomic_bool *stop);

/* One round of the loop, for the inline fence: at most @budget pieces of work; returns how many
 * were done, or the driver's -errno. */
int cordon_domain_poll(struct cordon_domain *d, unsigned budget);

/* Close the driver. Memory stays the grantor's. */
void cordon_domain_close(struct cordon_domain *d);

#endif
