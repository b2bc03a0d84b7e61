/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A rung: one way to get something done elsewhere, ours or a peer's, as something that can be
 * measured. Tables of rungs end with one whose name is NULL.
 */
#ifndef CORDON_BENCH_LADDER_RUNG_H
#define CORDON_BENCH_LADDER_RUNG_H

#include <stddef.h>

#define WHY_SIZE 160

/* Of rungs that are many, for a curve, and of such as take long: sampled in one of so many rounds. */
#define CURVE 3
#define SELDOM 8

struct sample; /* measure.h */

#if defined(__cplusplus)
extern "C" {
#endif

/* Where: the CPU of the caller, on which every function of a rung is called, and the other one. */
struct place {
	int cpu, core;
};

struct rung {
	const char *name; /* WHO WHAT, with words of its own: "rte_ring call 64 B" */
	const char *what; /* for people: the configuration, and why it is the peer's best */
	unsigned ns; /* of work in the handler of a call; 0: it is empty */
	unsigned flight; /* calls in flight, or fibers; 0: one */
	unsigned bytes; /* of a message */
	unsigned batch; /* operations between two looks at the clock; 0: 32, times flight; 2, if timed */
	int local; /* it needs no other CPU */
	const void *with; /* the rung's own business */
	/*
	 * Set up one of it, partner and all; NULL, and why not in @why (WHY_SIZE bytes), if that
	 * can't be. May block. Then run, any number of times: do @n operations, a multiple of 32 and
	 * of @flight, and return when they are done (of a stream: handed over). Then end, which
	 * frees all of it.
	 */
	void *(*begin)(const struct rung *r, const struct place *at, char *why);
	void (*run)(void *state, unsigned n);
	void (*end)(void *state);
	/*
	 * Instead of run, which is then NULL, for operations that need something between them that
	 * doesn't count: do @n as run would, any n, and return nanoseconds per operation, measured by
	 * itself; below 0: there were none.
	 */
	double (*timed)(void *state, unsigned n);
	/* What else there is to say of the last one; NULL: nothing. */
	void (*also)(void *state, struct sample *s);
	unsigned every; /* sampled in one of so many rounds; 0: in each */
};

/* What run found wrong with an answer: the run is void, and the program ends with 1. Never returns. */
void rung_broken(const char *what) __attribute__((noreturn));

#if defined(__cplusplus)
}
#endif

#endif
