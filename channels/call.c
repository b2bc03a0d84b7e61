// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/call.h"

#include <string.h>
#include "channels/probe.h"

#define MAX_ERRNO 4095
/* A full scan every so many rounds finds a line that the high-water mark has forgotten. */
#define FULL_SCAN_ROUNDS 256u
/* How often all lines below the high-water mark are looked at: in rounds, and in idle ones. More would
 * take lines from a client that is writing to them. */
#define SCAN_ROUNDS 64u
#define SCAN_IDLE 4u
/* Line @i, one of the first @used, was full: have those fetched that come after it. */
static inline void fetch_ahead(struct cordon_pace *pace, const struct cordon_line *lines,
			       unsigned i, unsigned used)
{
	unsigned k, last;

	cordon_pace_found(pace, cordon_pace_ahead(used), &k, &last);
	for (; k <= last; k++)
		cordon_fetch(&lines[i + k < used ? i + k : i + k - used]);
}

static uint64_t bit(int line)
{
	return (uint64_t)1 << line;
}

void cordon_client_init(struct cordon_client *c, struct cordon_line *lines, unsigned n)
{
	memset(c, 0, sizeof(*c));
	c->lines = lines;
	c->n = n;
	c->all = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/* Pairs with the publish in answer(): the reply is there, and the request is no longer read, so the
 * line may be written again. */
static int answered(const struct cordon_client *c, int line, uint64_t *h)
{
	cordon_fetch(&c->lines[line]);
	*h = cordon_peek(&c->lines[line]);
	return cordon_hdr_turn(*h) == c->turn[line] + 1;
}

static void release(struct cordon_client *c, int line)
{
	c->turn[line]++;
	c->busy &= ~bit(line);
	c->detached &= ~bit(line);
	c->quarantined &= ~bit(line);
}

/* Lines in use, and some that were: the highest, and all below. */
static inline unsigned lines_used(const struct cordon_client *c)
{
	return 64 - (unsigned)__builtin_clzll(c->busy | 1);
}

void cordon_call_sweep(struct cordon_client *c)
{
	uint64_t left = c->detached | c->quarantined;

	while (left) {
		int line = __builtin_ctzll(left);
		uint64_t h;

		left &= left - 1;
		if (!answered(c, line, &h))
			continue;
		if (c->quarantined & bit(line))
			c->late++;
		release(c, line);
	}
}

int cordon_call_start(struct cordon_client *c, uint16_t op, const void *req, size_t len,
		      uint64_t deadline)
{
	int line;

	if (len > CORDON_PAYLOAD_SIZE)
		return -EMSGSIZE;
	if (c->detached | c->quarantined)
		cordon_call_sweep(c);
	if (c->busy == c->all)
		return c->quarantined == c->all ? -EPIPE : -EAGAIN;
	line = __builtin_ctzll(~c->busy);
	cordon_copy_out(&c->lines[line], req, (unsigned)len);
	CORDON_PROBE3(send, line, op, len);
	c->turn[line]++;
	c->deadline[line] = deadline;
	c->busy |= bit(line);
	c->calls++;
	/* Pairs with the peek in serve_line(). */
	cordon_publish(&c->lines[line], cordon_hdr(c->turn[line], op, (uint8_t)len, 0));
	return line;
}

int cordon_call_oneway(struct cordon_client *c, uint16_t op, const void *req, size_t len)
{
	int line = cordon_call_start(c, op, req, len, UINT64_MAX);

	if (line < 0)
		return line;
	cordon_call_detach(c, line);
	return 0;
}

int cordon_call_poll(struct cordon_client *c, int line, uint64_t now, void *reply, size_t size)
{
	unsigned used = lines_used(c);
	unsigned len;
	unsigned error;
	uint64_t h;

	if (line < 0 || line >= (int)c->n ||
	    !(c->busy & ~c->detached & ~c->quarantined & bit(line)))
		return -EINVAL;
	/* Past the deadline there is no other look. */
	if (now <= c->deadline[line] && cordon_pace_skips(&c->pace))
		return -EAGAIN;
	if (!answered(c, line, &h)) {
		cordon_pace_lost(&c->pace, cordon_pace_ahead(used));
		if (now <= c->deadline[line])
			return -EAGAIN;
		c->timeouts++;
		cordon_call_abandon(c, line);
		return -ETIMEDOUT;
	}
	len = cordon_hdr_len(h);
	error = cordon_hdr_op(h);
	CORDON_PROBE3(receive, line, error, len);
	/* An error leaves the caller's memory as it is. */
	if (!error && len <= CORDON_PAYLOAD_SIZE && len <= size)
		cordon_copy_in(reply, &c->lines[line], len);
	release(c, line);
	fetch_ahead(&c->pace, c->lines, (unsigned)line, used);
	/* -EAGAIN would tell the caller that the call goes on, on a line that is no longer his. */
	if (len > CORDON_PAYLOAD_SIZE || error > MAX_ERRNO || error == EAGAIN) {
		c->faults++;
		return -EPROTO;
	}
	if (error)
		return -(int)error;
	return len <= size ? (int)len : -EMSGSIZE;
}

void cordon_call_abandon(struct cordon_client *c, int line)
{
	if (line >= 0 && line < (int)c->n)
		c->quarantined |= bit(line) & c->busy & ~c->detached;
}

void cordon_server_init(struct cordon_server *s, struct cordon_line *lines, unsigned n)
{
	memset(s, 0, sizeof(*s));
	s->lines = lines;
	s->n = n;
	s->high = 1;
}

/* What was copied of the request was copied before this publish. Pairs with answered(). */
CORDON_HOT void answer(struct cordon_server *s, unsigned i, uint32_t turn, int result,
		       const union cordon_payload *reply)
{
	unsigned len = 0;
	uint16_t error = 0;

	if (result > CORDON_PAYLOAD_SIZE || result < -MAX_ERRNO || result == -EAGAIN)
		result = -EIO;
	if (result < 0)
		error = (uint16_t)-result;
	else
		len = (unsigned)result;
	cordon_copy_out(&s->lines[i], reply, len);
	s->turn[i] = turn;
	cordon_publish(&s->lines[i], cordon_hdr(turn, error, (uint8_t)len, 0));
}

CORDON_HOT int dispatch(struct cordon_server *s, const struct cordon_ops *ops, void *state,
			uint16_t op, const union cordon_payload *req, unsigned len,
			union cordon_payload *reply)
{
	const struct cordon_op *o;

	if (op >= ops->n || !ops->op[op].fn) {
		s->refused++;
		return -EOPNOTSUPP;
	}
	o = &ops->op[op];
	if (len < o->min || len > o->max) {
		s->refused++;
		return -EINVAL;
	}
	return o->fn(state, req, len, reply);
}

/* Whether a request waits on line @i, with its header. The peek pairs with the publish in
 * cordon_call_start(). Odd: another fiber is at it, and whatever stands there now is not for us. */
static inline bool waits(const struct cordon_server *s, unsigned i, uint64_t *h)
{
	cordon_fetch(&s->lines[i]);
	*h = cordon_peek(&s->lines[i]);
	return !(s->turn[i] & 1) && cordon_hdr_turn(*h) == s->turn[i] + 1;
}

CORDON_HOT void serve_line(struct cordon_server *s, unsigned i, uint64_t h,
			   const struct cordon_ops *ops, void *state)
{
	uint32_t turn = cordon_hdr_turn(h); /* that of the request, by waits() */
	unsigned len = cordon_hdr_len(h);
	union cordon_payload req, reply = { .word = { 0 } };
	int result = -EINVAL;

	s->turn[i] = turn;
	/* Before the handler is called, which may block: then somebody else goes on behind it. */
	s->next = i + 1 < s->n ? i + 1 : 0;
	if (s->high < s->n && i + 2 > s->high)
		s->high = i + 2 < s->n ? i + 2 : s->n;
	if (len > CORDON_PAYLOAD_SIZE) {
		s->faults++;
	} else {
		cordon_copy_in(&req, &s->lines[i], len);
		CORDON_PROBE3(dispatch, i, cordon_hdr_op(h), len);
		result = dispatch(s, ops, state, cordon_hdr_op(h), &req, len, &reply);
	}
	CORDON_PROBE2(reply, i, result);
	answer(s, i, turn + 1, result, &reply);
	s->served++;
}

void cordon_serve_all(struct cordon_server *s)
{
	s->rounds |= FULL_SCAN_ROUNDS - 1;
}

/* From line @i on, as long as one after the other holds a request. */
static unsigned run(struct cordon_server *s, unsigned i, const struct cordon_ops *ops, void *state,
		    unsigned budget)
{
	unsigned done = 0;
	uint64_t h;

	while (done < budget && waits(s, i, &h)) {
		serve_line(s, i, h, ops, state);
		fetch_ahead(&s->pace, s->lines, i, s->high);
		done++;
		i = i + 1 < s->n ? i + 1 : 0;
	}
	return done;
}

/* All of the first @n lines, from the next on. */
static unsigned scan(struct cordon_server *s, unsigned n, const struct cordon_ops *ops, void *state,
		     unsigned budget)
{
	unsigned i = s->next < n ? s->next : 0;
	unsigned done = 0;
	uint64_t h;

	for (unsigned left = n; left > 0 && done < budget; left--) {
		if (waits(s, i, &h)) {
			serve_line(s, i, h, ops, state);
			done++;
		}
		i = i + 1 < n ? i + 1 : 0;
	}
	return done;
}

/* Of several calls in flight, the next is on the line behind the last; of one, on line 0. */
unsigned cordon_serve(struct cordon_server *s, const struct cordon_ops *ops, void *state,
		      unsigned budget)
{
	unsigned done;

	s->rounds++;
	if (s->rounds % FULL_SCAN_ROUNDS == 0) {
		if (s->high > 1)
			s->high--;
		return scan(s, s->n, ops, state, budget);
	}
	if (s->rounds % SCAN_ROUNDS == 0)
		return scan(s, s->high, ops, state, budget);
	if (cordon_pace_skips(&s->pace))
		return 0;
	done = run(s, s->next, ops, state, budget);
	if (done < budget && s->next)
		done += run(s, 0, ops, state, budget - done);
	if (done < budget)
		cordon_pace_lost(&s->pace, cordon_pace_ahead(s->next));
	if (!done && ++s->idle % SCAN_IDLE == 0)
		done = scan(s, s->high, ops, state, budget);
	return done;
}
