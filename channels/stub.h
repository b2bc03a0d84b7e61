/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What stubs made by cordon-cdl are made of: the client's and the server's end of an interface, and the
 * few functions that their checks need. docs/cdl.md has the language.
 *
 * A call through a stub returns 0 or more on success, or:
 *   -EINVAL      refused: an argument is out of its bounds (also found out before it is sent)
 *   -EPERM       not in this state
 *   -EOPNOTSUPP  not in this version, or not by this server
 *   -EIO         the server's error is none that the interface lists
 *   -EPROTO      the reply lied (counted), or the interfaces differ, or are not connected
 *   -EAGAIN      all lines are in use (started calls only)
 *   -ENOBUFS     no pool buffer is free for arguments that a line can't hold
 *   -ETIMEDOUT, -ECANCELED, -EPIPE, -EINTR  nobody answered (call.h, core/call.h)
 *   else         an error that the interface lists
 * and then leaves its out arguments as they were.
 *
 * A buffer that is lent is the peer's until the call has ended, and then the caller's again. After
 * -ETIMEDOUT, -ECANCELED or -EINTR it is the peer's still, and not the caller's any more: it goes back to
 * the pool once the peer has answered. A buffer that is given is the peer's if the call succeeded.
 *
 * Each struct belongs to one thread.
 */
#ifndef CORDON_CHANNELS_STUB_H
#define CORDON_CHANNELS_STUB_H

#include <stdbool.h>
#include "channels/call.h"
#include "channels/pool.h"

/* Buffers of one call: three of its arguments, and one for arguments that a line can't hold. */
#define CORDON_STUB_BUFS 4u

/* Operation 0 of every interface: which version do we speak? */
#define CORDON_STUB_HELLO 0u

struct cordon_hello {
	uint32_t id; /* of the interface: its name, hashed */
	uint16_t oldest, newest; /* version that the client speaks */
};

struct cordon_hello_reply {
	uint16_t version; /* the newest that both speak */
	uint16_t zero;
	uint32_t print; /* what that version looks like to the server */
};

_Static_assert(sizeof(struct cordon_hello) == 8, "fixed width");
_Static_assert(sizeof(struct cordon_hello_reply) == 8, "fixed width");

/* What stands in the line of a call whose arguments are in a buffer. */
struct cordon_far {
	uint32_t buf;
	uint32_t len; /* of the arguments there; 0 if it is for the reply alone */
};

_Static_assert(sizeof(struct cordon_far) == 8, "fixed width");

/* Constant: one a file. */
struct cordon_stub_interface {
	const char *name;
	uint32_t id;
	uint16_t oldest, newest;
	const uint32_t *prints; /* fingerprints, by version from the oldest on */
	bool (*listed)(int error); /* the interface has this error, a positive number */
};

/* ---- the client's end -------------------------------------------------------------------------- */

/* Buffers that a call lends: first the one with its arguments if there is one, last those that it gives. */
struct cordon_stub_lent {
	uint8_t n, given;
	bool far; /* the first is the stub's own */
	uint32_t buf[CORDON_STUB_BUFS];
};

struct cordon_stub {
	struct cordon_client *client;
	struct cordon_pool *pool; /* NULL: none */
	const struct cordon_stub_interface *interface;
	void *by; /* who waits in a blocking call (core/stub.h, core/kernel/stub.h) */
	uint64_t timeout_ns; /* of one */
	uint64_t faults; /* counter: replies that lied */
	uint16_t version; /* agreed on; 0: not connected */
	struct cordon_stub_lent lent[CORDON_CALL_LINES_MAX]; /* by line */
};

/* For one life of the peer: a new channel needs a new start here, too. */
void cordon_stub_init(struct cordon_stub *s, const struct cordon_stub_interface *interface,
		      struct cordon_client *client, struct cordon_pool *pool);

/* Agree on a version: the first call of all. -EPROTONOSUPPORT: there is none in common. */
static inline struct cordon_hello cordon_stub_hello_req(const struct cordon_stub *s)
{
	const struct cordon_stub_interface *i = s->interface;

	return (struct cordon_hello){ i->id, i->oldest, i->newest };
}

int cordon_stub_hello_start(struct cordon_stub *s, uint64_t deadline);
int cordon_stub_hello_finish(struct cordon_stub *s, int line, uint64_t now);
/* What was answered: 0 or -errno. */
int cordon_stub_hello_result(struct cordon_stub *s, int line, int ret,
			     const struct cordon_hello_reply *reply);

/* A reply that can't be. */
static inline int cordon_stub_lied(struct cordon_stub *s)
{
	s->faults++;
	return -EPROTO;
}

/* A call ended with @ret, which is not what it should be, on @line (-1: it had none): why. */
int cordon_stub_why(struct cordon_stub *s, int line, int ret);

/* The same, and the compiler sees that it is an error. */
static inline int cordon_stub_failed(struct cordon_stub *s, int line, int ret)
{
	int why = cordon_stub_why(s, line, ret);

	return why < 0 ? why : -EPROTO;
}

/* Put @len bytes of arguments (0: none) into a buffer that has room for @size: the first of @lent. 0 or
 * -errno. */
int cordon_stub_far(struct cordon_stub *s, struct cordon_stub_lent *lent, struct cordon_far *far,
		    const void *args, uint32_t len, uint32_t size);
/* Lend all of them, or none, which gives back the first. */
int cordon_stub_lend(struct cordon_stub *s, struct cordon_stub_lent *lent);
/* What cordon_call_start() said of a call that lends these: @line. */
int cordon_stub_started(struct cordon_stub *s, const struct cordon_stub_lent *lent, int line);
/* The call on @line (-1: it had none) has ended: @ret. Copies the reply of @size bytes out of the first
 * buffer to @reply, if there is one. */
void cordon_stub_ended(struct cordon_stub *s, struct cordon_stub_lent *lent, int line, int ret,
		       void *reply, uint32_t size);
static inline struct cordon_stub_lent *cordon_stub_lent_on(struct cordon_stub *s, int line)
{
	return &s->lent[(unsigned)line % CORDON_CALL_LINES_MAX];
}

/* A buffer that the reply gives, with @len bytes in it. */
bool cordon_stub_may_take(const struct cordon_pool *p, uint32_t buf, uint64_t len);

/* ---- the server's end -------------------------------------------------------------------------- */

/* The first member of an interface's server. */
struct cordon_stub_server {
	const struct cordon_stub_interface *interface;
	struct cordon_pool *pool; /* NULL: none */
	void *state; /* for the handlers */
	uint16_t version; /* agreed on; 0: no hello yet */
	uint16_t at; /* the interface's state, by number */
	/* counters */
	uint64_t refused; /* requests out of bounds, of the wrong state or version */
	uint64_t unlisted; /* results of handlers that the interface does not know */
};

void cordon_stub_serve(struct cordon_stub_server *s, const struct cordon_stub_interface *interface,
		       void *state, struct cordon_pool *pool);

/* The handler of operation 0. */
int cordon_stub_hello(void *server, const void *req, unsigned len, void *reply);

/* A request that can't be: counts it. */
int cordon_stub_refuse(struct cordon_stub_server *s);
/* What to answer for @ret, which a handler returned: not 0. */
int cordon_stub_error(struct cordon_stub_server *s, int ret);

/* Whether an operation that came with version @since may be called in one of the states @when: 0 or what
 * to answer. */
static inline int cordon_stub_permit(struct cordon_stub_server *s, unsigned since, uint32_t when)
{
	if (__builtin_expect(s->version >= since && when >> s->at & 1, 1))
		return 0;
	s->refused++;
	if (!s->version)
		return -EPROTO;
	return s->version < since ? -EOPNOTSUPP : -EPERM;
}

/* Copy @len bytes of arguments from the buffer that a request names, which is ours until it is lent back;
 * it has room for a reply of @size. 0 or what to answer. */
int cordon_stub_open_far(struct cordon_stub_server *s, const struct cordon_far *far, void *args,
			 uint32_t len, uint32_t size);
/* Lend it back, with @size bytes of reply if that is not 0. */
void cordon_stub_close_far(struct cordon_stub_server *s, uint32_t buf, const void *reply,
			   uint32_t size);
/* Whether @buf is one of the peer's, has room for @len, and can be written to if that is asked for. */
bool cordon_stub_usable(const struct cordon_stub_server *s, uint32_t buf, uint64_t len, bool write);
/* Take all of them, or none: false. */
bool cordon_stub_take(struct cordon_stub_server *s, const uint32_t *buf, unsigned n);
void cordon_stub_return(struct cordon_stub_server *s, const uint32_t *buf, unsigned n);
/* The same, of those that a handler took, and then had results that can't be sent: what to answer. */
int cordon_stub_undo(struct cordon_stub_server *s, const uint32_t *buf, unsigned n);

/* ---- what checks need -------------------------------------------------------------------------- */

#define cordon_stub_copy(to, from, size) __builtin_memcpy(to, from, size)

/* Whether all of @len bytes are zero. */
static inline bool cordon_stub_zero(const void *p, uint32_t len)
{
	const uint8_t *byte = (const uint8_t *)p;
	uint8_t any = 0;

	for (uint32_t i = 0; i < len; i++)
		any |= byte[i];
	return !any;
}

/* The string @from, which is to end within @max + 1 bytes, into @room bytes, the rest zero; its length in
 * *@len. False if it does not end there. */
static inline bool cordon_stub_put_str(void *to, uint32_t room, const char *from, uint32_t max,
				       uint32_t *len)
{
	uint8_t *byte = (uint8_t *)to;
	uint32_t n = 0;

	for (; n < max && from[n]; n++)
		byte[n] = (uint8_t)from[n];
	*len = n;
	for (uint32_t i = n; i < room; i++)
		byte[i] = 0;
	return !from[n];
}

/* @some bytes, at most @max, into @room, the rest zero; how many in *@len. False if there are more. */
static inline bool cordon_stub_put_bytes(void *to, uint32_t room, const uint8_t *from,
					 uint32_t some, uint32_t max, uint32_t *len)
{
	uint8_t *byte = (uint8_t *)to;

	*len = some;
	if (some > max)
		return false;
	for (uint32_t i = 0; i < room; i++)
		byte[i] = i < some ? from[i] : 0;
	return true;
}

/* A copy of a string: @len bytes, at most @max, none of them zero, and the rest of @room is. */
static inline bool cordon_stub_str_ok(const void *p, uint32_t len, uint32_t max, uint32_t room)
{
	const uint8_t *byte = (const uint8_t *)p;

	if (len > max)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (!byte[i])
			return false;
	return cordon_stub_zero(byte + len, room - len);
}

static inline bool cordon_stub_bytes_ok(const void *p, uint32_t len, uint32_t max, uint32_t room)
{
	return len <= max && cordon_stub_zero((const uint8_t *)p + len, room - len);
}

/* Such a string, which was checked, with an end: @to has room for one more than it may have. */
static inline void cordon_stub_get_str(char *to, const void *from, uint32_t len)
{
	const uint8_t *byte = (const uint8_t *)from;

	for (uint32_t i = 0; i < len; i++)
		to[i] = (char)byte[i];
	to[len] = '\0';
}

#endif
