// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/call.h"

#include <string.h>
#include "channels/probe.h"

#define MAX_ERRNO 4095
/* A full scan every so many rounds finds a line that the high-water mark has forgotten. */
#define FULL_SCAN_ROUNDS 256u

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

/* Take back the lines that nobody waits for any more and that the server has answered. */
static void sweep(struct cordon_client *c)
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
	union cordon_payload p;
	int line;

	if (len > CORDON_PAYLOAD_SIZE)
		return -EMSGSIZE;
	if (c->detached | c->quarantined)
		sweep(c);
	if (c->busy == c->all)
		return c->quarantined == c->all ? -EPIPE : -EAGAIN;
	line = __builtin_ctzll(~c->busy);
	if (len % 8 != 0)
		p.word[len / 8] = 0;
	if (len > 0)
		memcpy(&p, req, len);
	cordon_copy_out(&c->lines[line], &p, cordon_words((unsigned)len));
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
	c->detached |= bit(line);
	return 0;
}

int cordon_call_poll(struct cordon_client *c, int line, uint64_t now, void *reply, size_t size)
{
	union cordon_payload p;
	unsigned len;
	unsigned error;
	uint64_t h;

	if (line < 0 || line >= (int)c->n ||
	    !(c->busy & ~c->detached & ~c->quarantined & bit(line)))
		return -EINVAL;
	if (!answered(c, line, &h)) {
		if (now <= c->deadline[line])
			return -EAGAIN;
		c->timeouts++;
		cordon_call_abandon(c, line);
		return -ETIMEDOUT;
	}
	len = cordon_hdr_len(h);
	error = cordon_hdr_op(h);
	CORDON_PROBE3(receive, line, error, len);
	if (len <= CORDON_PAYLOAD_SIZE)
		cordon_copy_in(&p, &c->lines[line], cordon_words(len));
	release(c, line);
	/* -EAGAIN would tell the caller that the call goes on, on a line that is no longer his. */
	if (len > CORDON_PAYLOAD_SIZE || error > MAX_ERRNO || error == EAGAIN) {
		c->faults++;
		return -EPROTO;
	}
	if (error)
		return -(int)error;
	if (len > size)
		return -EMSGSIZE;
	if (len > 0)
		memcpy(reply, &p, len);
	return (int)len;
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
static void answer(struct cordon_server *s, unsigned i, int result,
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
	cordon_copy_out(&s->lines[i], reply, cordon_words(len));
	s->turn[i]++;
	cordon_publish(&s->lines[i], cordon_hdr(s->turn[i], error, (uint8_t)len, 0));
}

static int dispatch(struct cordon_server *s, const struct cordon_ops *ops, void *state, uint16_t op,
		    const union cordon_payload *req, unsigned len, union cordon_payload *reply)
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

/* 1 if a request was waiting on line @i and has been answered. The peek pairs with the publish in
 * cordon_call_start(). */
static unsigned serve_line(struct cordon_server *s, unsigned i, const struct cordon_ops *ops,
			   void *state)
{
	uint64_t h = cordon_peek(&s->lines[i]);
	unsigned len = cordon_hdr_len(h);
	union cordon_payload req, reply;
	int result = -EINVAL;

	/* Odd: another fiber is at it, and whatever stands there now is not for us. */
	if ((s->turn[i] & 1) || cordon_hdr_turn(h) != s->turn[i] + 1)
		return 0;
	s->turn[i]++;
	memset(&reply, 0, sizeof(reply));
	if (len > CORDON_PAYLOAD_SIZE) {
		s->faults++;
	} else {
		cordon_copy_in(&req, &s->lines[i], cordon_words(len));
		CORDON_PROBE3(dispatch, i, cordon_hdr_op(h), len);
		result = dispatch(s, ops, state, cordon_hdr_op(h), &req, len, &reply);
	}
	CORDON_PROBE2(reply, i, result);
	answer(s, i, result, &reply);
	s->served++;
	return 1;
}

void cordon_serve_all(struct cordon_server *s)
{
	s->rounds |= FULL_SCAN_ROUNDS - 1;
}

unsigned cordon_serve(struct cordon_server *s, const struct cordon_ops *ops, void *state,
		      unsigned budget)
{
	unsigned done = 0;
	unsigned top = 0;
	unsigned high = s->high;
	unsigned i;

	if (++s->rounds % FULL_SCAN_ROUNDS == 0) {
		high = s->n;
		if (s->high > 1)
			s->high--;
	}
	i = s->next < high ? s->next : 0;
	for (unsigned left = high; left > 0 && done < budget; left--) {
		if (serve_line(s, i, ops, state)) {
			done++;
			if (i + 1 > top)
				top = i + 1;
			/* A busy last line says that the client may have gone on to the next. */
			if (i + 1 == high && high < s->n) {
				high++;
				left++;
			}
		}
		i = i + 1 < high ? i + 1 : 0;
	}
	/* A budget that ran out goes on from here, or busy low lines would starve the others. */
	s->next = done == budget ? i : 0;
	if (top + 1 > s->high)
		s->high = top + 1 < s->n ? top + 1 : s->n;
	return done;
}
