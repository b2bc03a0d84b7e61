/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The other side of a rung: a thread, pinned to the other CPU. */
#ifndef CORDON_BENCH_LADDER_PARTNER_H
#define CORDON_BENCH_LADDER_PARTNER_H

#include <pthread.h>
#include <stdbool.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Neither C's atomics nor C++'s, for both include this. */
struct partner {
	bool stop __attribute__((aligned(128)));
	pthread_t thread __attribute__((aligned(128)));
	void (*fn)(void *arg);
	void *arg;
};

/* Have @fn(@arg) run on @cpu until partner_stopped() says so, which it has to ask now and then.
 * 0 or -errno, then nothing runs. */
int partner_start(struct partner *p, int cpu, void (*fn)(void *arg), void *arg);

/* Whether to return. For @fn, where it finds nothing to do. */
static inline bool partner_stopped(struct partner *p)
{
	/* Acquire: who is told sees all that was handed over before. */
	return __atomic_load_n(&p->stop, __ATOMIC_ACQUIRE);
}

/* Stop it, and wait until it has ended. One that sleeps must be woken by somebody: @wake, if not
 * NULL, is called with the partner's argument after it was told. */
void partner_end(struct partner *p, void (*wake)(void *arg));

/* Pin the calling thread to @cpu. 0 or -errno. */
int pin_to(int cpu);

#if defined(__cplusplus)
}
#endif

#endif
