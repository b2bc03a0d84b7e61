/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Blocking calls. In a fiber, waiting lets the other fibers and the loop go on; in plain code it
 * polls. channels/call.h has the calls that don't wait.
 */
#ifndef CORDON_CORE_CALL_H
#define CORDON_CORE_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include "channels/call.h"
#include "core/fiber.h"

/* Answered calls are counted by operation: those from here on together with the one before. */
#define CORDON_CALLER_OPS 16u

/* Who calls: the client's end of the call lines, the scheduler of this thread (NULL: none), a clock
 * in nanoseconds, and what another thread sets when nobody waits for answers any more (NULL:
 * nobody does). */
struct cordon_caller {
	struct cordon_client *client;
	struct cordon_sched *sched;
	uint64_t (*now)(void);
	const atomic_bool *cancel;
	bool timed; /* count in answer_ns, too, for two more readings of the clock */
	/* The last call, for the log: its operation, a copy of its request (NULL: none is kept; else room for
	 * CORDON_PAYLOAD_SIZE bytes), and whether its answer has not come. */
	uint16_t last_op;
	uint16_t last_len;
	uint8_t *last;
	int waiting;
	int line; /* when cordon_call() returns: of that call; -1: it found none, and was never sent */
	uint64_t answered, answer_ns, failed; /* counters: calls, and how long they took in all */
	uint64_t by_op[CORDON_CALLER_OPS]; /* of those answered */
};

/*
 * Call @op with @len bytes (0-56) at @req and wait for the reply at most @timeout_ns, counted from when
 * it was looked for the first time. Returns the
 * reply's length (at most @size bytes, at @reply) or what cordon_call_start() and
 * cordon_call_poll() return, but for -EAGAIN: a free line is waited for too. -ECANCELED: see above.
 */
int cordon_call(struct cordon_caller *c, uint16_t op, const void *req, size_t len, void *reply,
		size_t size, uint64_t timeout_ns);

/* Wait a little, as a call does: for code that waits for something else than an answer. */
void cordon_caller_wait(struct cordon_caller *c);

#endif
