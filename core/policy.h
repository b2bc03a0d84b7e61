/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What is done about a domain that ended by itself: restart it, at once or after a while, or leave it.
 * Knows no clock and no process: decisions are made of what it is told.
 */
#ifndef CORDON_CORE_POLICY_H
#define CORDON_CORE_POLICY_H

#include <stdint.h>

/* How an incarnation ended. */
enum cordon_end {
	CORDON_END_CRASH, /* by a signal */
	CORDON_END_EXIT, /* by itself */
	CORDON_END_HANG, /* killed for silence past a deadline */
	CORDON_END_COUNT
};

/* What is done about it. */
enum cordon_then { CORDON_RESTART, CORDON_STOP };

#define CORDON_LIMIT_MAX 1000u
/* Lives shorter than this in a row are delayed: the first two not, then 10 ms, 20 ms, ... 1 s. */
#define CORDON_SHORT_LIFE_NS UINT64_C(100000000)
#define CORDON_DELAY_FIRST_NS UINT64_C(10000000)
#define CORDON_DELAY_MAX_NS UINT64_C(1000000000)

struct cordon_policy {
	enum cordon_then then[CORDON_END_COUNT];
	unsigned limit; /* more than so many restarts, at most CORDON_LIMIT_MAX, */
	uint64_t window_ns; /* in so long, not counting the delays: it flaps */
	uint64_t when[CORDON_LIMIT_MAX]; /* of the last restarts, a ring */
	unsigned n; /* restarts so far */
	unsigned short_lives; /* in a row */
	uint64_t delayed_ns; /* so far */
};

struct cordon_verdict {
	enum cordon_then then;
	int flaps; /* stopped because of the limit */
	uint64_t delay_ns; /* before the restart */
};

/* An incarnation that lived for @lived_ns has ended at @now_ns (any clock that doesn't go back). What
 * is to be done; a restart is counted as made. */
struct cordon_verdict cordon_policy_decide(struct cordon_policy *p, enum cordon_end how,
					   uint64_t now_ns, uint64_t lived_ns);

/* Forget the past: somebody has looked after the domain. */
void cordon_policy_forget(struct cordon_policy *p);

/* "crashed", "exited", "hung". */
const char *cordon_end_name(enum cordon_end how);

#endif
