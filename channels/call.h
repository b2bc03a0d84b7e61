/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Calls. A call line carries a request and then, in place, its reply: two cache-line transfers. The
 * turn in its header is odd while a request waits and even when the line is the client's: request
 * 2g+1, reply 2g+2, generation g counted by each side in private. A header with any other turn is
 * stale, early or forged, and is not looked at further.
 *
 * Lines are picked lowest free index first, so that one call in flight always uses the hottest
 * line, and the server scans no further than needed.
 *
 * A client and a server struct belong to one thread each. Nothing here blocks or knows the time:
 * deadlines are compared with the @now that the caller passes, in any unit that grows.
 */
#ifndef CORDON_CHANNELS_CALL_H
#define CORDON_CHANNELS_CALL_H

#include <errno.h>
#include <stdint.h>
#include "channels/layout.h"
#include "channels/pace.h"

struct cordon_client {
	struct cordon_line *lines;
	unsigned n;
	uint64_t all; /* set of the n lines */
	uint64_t busy; /* set: not free, for whatever reason */
	uint64_t detached; /* set, within busy: one-way calls, whose reply only frees the line */
	uint64_t quarantined; /* set, within busy: timed out; the server still owns the line */
	struct cordon_pace pace;
	uint32_t turn[CORDON_CALL_LINES_MAX]; /* of the last request sent, or the last reply */
	uint64_t deadline[CORDON_CALL_LINES_MAX];
	/* counters */
	uint64_t calls, timeouts, late, faults;
};

/* Take the client's end of @n call lines (1-64) of zeroed shared memory. */
void cordon_client_init(struct cordon_client *c, struct cordon_line *lines, unsigned n);

/*
 * Start a call of @op with @len bytes (0-56) at @req, which are copied; to be finished by
 * cordon_call_poll() with the line returned. @deadline: polled after it and without an
 * answer, the call is given up; UINT64_MAX for none. Returns the line (0-63); -EAGAIN if all lines are in flight;
 * -EPIPE if all are quarantined (the server is as good as dead: kill it); -EMSGSIZE.
 */
int cordon_call_start(struct cordon_client *c, uint16_t op, const void *req, size_t len,
		      uint64_t deadline);

/* Nobody waits for the call in flight on @line any more: the line comes back when the server has answered. */
static inline void cordon_call_detach(struct cordon_client *c, int line)
{
	c->detached |= (uint64_t)1 << line;
}

/* Start a call that nobody waits for; its line comes back when the server has answered. It has no
 * deadline: a server that swallows one-way calls shows when a call finds no line in time. 0, or the
 * errors of cordon_call_start(). */
int cordon_call_oneway(struct cordon_client *c, uint16_t op, const void *req, size_t len);

/*
 * Look for the reply on @line, which cordon_call_start() returned. Returns the reply's length (up
 * to @size bytes of it are copied to @reply) or:
 *   -EAGAIN     no answer yet, or, in a flow, not the time to look (pace.h; at most CORDON_PACE_MAX
 *               times); the call goes on
 *   -ETIMEDOUT  @now is past the deadline: the line is quarantined until the server gives it back
 *   -EPROTO     the reply lied about its length or its error (EAGAIN is none); counted
 *   -EMSGSIZE   the reply is longer than @size
 *   -EINVAL     no call is in flight on @line
 *   else        the server's error
 * After anything but -EAGAIN the call is over, and @line is no longer the caller's.
 */
int cordon_call_poll(struct cordon_client *c, int line, uint64_t now, void *reply, size_t size);

/* From now on the call in flight on @line has this deadline. */
static inline void cordon_call_until(struct cordon_client *c, int line, uint64_t deadline)
{
	c->deadline[line] = deadline;
}

/* Take back the lines that nobody waits for and that the server has answered; a start does so, too. */
void cordon_call_sweep(struct cordon_client *c);

/* Give up a call in flight: its line is quarantined, its reply will be dropped and counted. */
void cordon_call_abandon(struct cordon_client *c, int line);

/* Calls in flight that somebody waits for. */
static inline unsigned cordon_call_inflight(const struct cordon_client *c)
{
	return cordon_count_bits(c->busy & ~c->detached & ~c->quarantined);
}

/*
 * One operation of an interface. Called with the private copy of a request of @len bytes, @len
 * within the bounds below; writes the reply (up to 56 bytes, zeroed before) and returns its length,
 * or -errno (not -EAGAIN, which means "no answer yet"). It may block its fiber, where the server
 * runs on fibers.
 */
struct cordon_op {
	const char *name;
	int (*fn)(void *state, const void *req, unsigned len, void *reply);
	uint8_t min, max; /* length of the request, bytes */
};

/* The constant table of an interface's operations, by number; a NULL fn is an unknown one. */
struct cordon_ops {
	unsigned n;
	const struct cordon_op *op;
};

struct cordon_server {
	struct cordon_line *lines;
	unsigned n;
	unsigned high; /* lines 0 to high-1 are looked at now and then, all others seldom */
	unsigned next; /* the line behind the last one served */
	unsigned rounds; /* for the scans, and the decay of high */
	unsigned idle; /* rounds without a request, of those that didn't scan */
	struct cordon_pace pace;
	uint32_t turn[CORDON_CALL_LINES_MAX]; /* odd: in service */
	/* counters */
	uint64_t served, refused, faults;
};

/* Take the server's end of @n call lines (1-64) of zeroed shared memory. */
void cordon_server_init(struct cordon_server *s, struct cordon_line *lines, unsigned n);

/*
 * Answer up to @budget waiting requests; returns how many. In a flow some rounds are left out (pace.h). A request of an unknown operation is
 * answered -EOPNOTSUPP, one of a wrong length -EINVAL, a result that is no length and no errno,
 * or is -EAGAIN, -EIO. May block where a handler does; another fiber may serve the other lines
 * meanwhile.
 */
unsigned cordon_serve(struct cordon_server *s, const struct cordon_ops *ops, void *state,
		      unsigned budget);

/* Have the next cordon_serve() look at all lines: after it, no request that was there before is left
 * unseen (unless @budget ends it, which its result says). */
void cordon_serve_all(struct cordon_server *s);

#endif
