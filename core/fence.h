/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fences: how a domain is kept in. One table, the same drivers behind each.
 *
 *   inline   no fence: the driver is polled by the front-end's own loop
 *   thread   no fence: a thread of the supervisor, on the domain's core
 *   process  a process without rights, on the domain's core (the default)
 */
#ifndef CORDON_CORE_FENCE_H
#define CORDON_CORE_FENCE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include "core/autopsy.h"
#include "core/boot.h"
#include "core/driver.h"
#include "core/err.h"
#include "core/memory.h"
#include "core/parts.h"
#include "core/plan.h"
#include "core/stacks.h"
#include "core/waiting.h"

/* What a domain is to be. Borrowed by its incarnations. */
struct cordon_spec {
	const char *name;
	const struct cordon_driver *driver; /* inline, thread */
	const char *image; /* path; process */
	const char *loader; /* path; process */
	int core; /* CPU number */
	cordon_parts parts; /* of the fence */
	uint64_t memory_limit; /* bytes */
	enum cordon_wait wait;
	uint64_t arg; /* for the driver's tests; 0: what its ports say */
};

struct cordon_fence;

/* One life of a domain's code, with memory of its own. */
struct cordon_incarnation {
	const struct cordon_fence *fence;
	const struct cordon_spec *spec;
	struct cordon_memory chan, pool;
	struct cordon_memory
		pool_ro; /* the domain can't write it; none if the pool has no such part */
	const struct cordon_memory *grant; /* the supervisor's, of all incarnations; NULL: none */
	struct cordon_boot boot; /* the grants; a fence adds addresses to its copy */
	int alone; /* its core is reserved, and the kernel is to do nothing there that can be helped */
	int death_fd; /* readable when the domain has ended; -1: it hasn't begun */

	/* process */
	pid_t pid;
	int gate_fd; /* closed, the loader that waits ends; a byte, and it goes on; -1: none */
	struct cordon_autopsy autopsy;
	int trace_wanted; /* when it is ended from outside, too */
	int trace_fd; /* a snapshot of its last moment (trace.h), to be taken over; -1: none */
	struct cordon_layout layout; /* where the loader put things */
	char cgroup[256]; /* the group's directory; empty: none */
	/* inline, thread */
	struct cordon_domain *domain;
	struct cordon_stacks stacks;
	void *heap;
	pthread_t thread;
	int thread_runs;
	atomic_bool *stop; /* on lines of its own: the domain looks at it in every round */
};

/* How a domain ended. */
struct cordon_death {
	int status; /* as of waitpid(2), or of the fault that ended it; process only */
	int signal; /* that ended it; 0: it ended by itself */
	int error; /* inline, thread: the driver's -errno, or 0 */
	char text[200]; /* the same in words */
};

struct cordon_fence {
	const char *name;
	const char *help;
	int own_core; /* the domain runs on a core of its own */
	int can_wait; /* a spare incarnation can wait beside the one that runs */
	/* Make the domain, up to the point where nothing but its word is wanting: memory mapped and
	 * there, image loaded, rights given up. -errno with the line in @e; then nothing is left. */
	int (*start)(struct cordon_incarnation *inc, struct cordon_err *e);
	/* Let it begin: the fence is complete before the driver's first instruction. 0 or -errno;
	 * -EPIPE: it has ended. */
	int (*go)(struct cordon_incarnation *inc);
	/* inline: one round of the domain's loop. NULL otherwise. */
	int (*poll)(struct cordon_incarnation *inc, unsigned budget);
	/* Attend to what the kernel says of the domain, after SIGCHLD; never blocks. NULL: nothing
	 * to do. */
	void (*attend)(struct cordon_incarnation *inc);
	/* End the domain, whatever it does, and wait until it has ended. Says how it ended, or had
	 * ended before. Frees all that start made, but for the group, which empties late. */
	void (*end)(struct cordon_incarnation *inc, struct cordon_death *death);
};

extern const struct cordon_fence cordon_fence_inline;
extern const struct cordon_fence cordon_fence_thread;
extern const struct cordon_fence cordon_fence_process;

/* The fence called @name; NULL if there is none. */
const struct cordon_fence *cordon_fence_find(const char *name);

#endif
