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
#include "core/page.h"
#include "core/policy.h"
#include "core/waiting.h"

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
	enum cordon_wait wait; /* how both sides wait when there is nothing to do */
	enum cordon_then on_crash, on_exit, on_hang; /* restart is the default of each */
	unsigned limit, limit_s; /* more than @limit restarts in @limit_s seconds: it flaps */
	int no_spare; /* keep no incarnation waiting */
	int stay; /* live on when the domain has failed, for orders; else return */
	int show_counters; /* print them at the end */
	uint64_t arg; /* for tests; 0: the class's */
	/* Optional. Told of every state, with a line of text (no newline), and, with the same state
	 * and no text, while all is well: at least four times a second under spin, once a second
	 * under a wait policy that sleeps. Must not block. */
	void (*tell)(void *arg, enum cordon_state state, const char *text);
	void *tell_arg;
};

#define CORDON_DEFAULT_LIMIT 20u
#define CORDON_DEFAULT_LIMIT_S 10u

/* How it went; also the exit status of the command. */
enum cordon_outcome {
	CORDON_RAN = 0, /* until it was told to stop */
	CORDON_REFUSED = 1, /* nothing was started; the line says why */
	CORDON_DIED = 3, /* the domain ended by itself, and is not to be restarted */
	CORDON_HUNG =
		4, /* it was silent past its deadline, was killed, and is not to be restarted */
	CORDON_FLAPPED = 5, /* it was restarted too often */
};

/*
 * Run the domain until SIGINT, SIGTERM or the order "del", or until it ends and is not to be
 * restarted (@stay: not even then). Blocks; handles those signals by itself, in the calling thread,
 * which must be the process's only one. What happens is printed to @out, a line each, and is an
 * event of the page. Takes orders by /run/cordon/NAME/control: stop, start, restart, replace
 * (with driver=DRIVER, image=FILE), del. Everything that was made is removed, whatever happens.
 * From when it serves, the calling thread has only the capabilities that core/rights.h names.
 */
enum cordon_outcome cordon_supervise(const struct cordon_config *c, FILE *out,
				     struct cordon_err *e);

#endif
