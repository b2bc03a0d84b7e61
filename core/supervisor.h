/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The supervisor: the trusted process of one domain. It makes what the domain needs, starts it,
 * watches it, stops it, and cleans up.
 */
#ifndef CORDON_CORE_SUPERVISOR_H
#define CORDON_CORE_SUPERVISOR_H

#include <stdio.h>
#include "core/class.h"
#include "core/err.h"
#include "core/fence.h"

/* What the user wants. Strings are borrowed. */
struct cordon_config {
	const char *name;
	const struct cordon_class *class;
	const struct cordon_driver_entry *driver;
	struct cordon_args args;
	const struct cordon_fence *fence;
	const char *core, *peer; /* as typed; NULL: choose */
	int share_smt;
	const char *image, *loader; /* paths; NULL: next to the program */
	cordon_parts without; /* parts of the fence that are given up */
	uint64_t memory_limit; /* bytes */
	unsigned deadline_ms; /* silence after which the domain is taken for hung */
	int show_counters; /* print them at the end */
	uint64_t arg; /* for tests; 0: the class's */
};

/* How it went; also the exit status of the command. */
enum cordon_outcome {
	CORDON_RAN = 0, /* until it was told to stop */
	CORDON_REFUSED = 1, /* nothing was started; the line says why */
	CORDON_DIED = 3, /* the domain ended by itself */
	CORDON_HUNG = 4, /* the domain was silent past its deadline and was killed */
};

/*
 * Run the domain in the foreground until SIGINT or SIGTERM, or until it dies. Blocks; handles those
 * signals by itself, in the calling thread, which must be the process's only one. What happens is
 * printed to @out, a line each. Everything that was made is removed, whatever happens.
 */
enum cordon_outcome cordon_supervise(const struct cordon_config *c, FILE *out,
				     struct cordon_err *e);

#endif
