// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/stub.h"

#include <string.h>

/* What the compiler copied from shared memory before, it does not read there once more. */
static inline void copied(void)
{
	__asm__ __volatile__("" ::: "memory");
}

/* ---- the client's end -------------------------------------------------------------------------- */

void cordon_stub_init(struct cordon_stub *s, const struct cordon_stub_interface *interface,
		      struct cordon_client *client, struct cordon_pool *pool)
{
	memset(s, 0, sizeof(*s));
	s->interface = interface;
	s->client = client;
	s->pool = pool;
}

/* It was given up, and the server may still be at it. */
static bool given_up(const struct cordon_stub *s, int line)
{
	return s->client->quarantined >> line & 1;
}

/* Of a call that ended: ours again. @keep: those that it gave are the peer's. */
static void take_back(struct cordon_stub *s, const struct cordon_stub_lent *lent, bool keep)
{
	unsigned n = keep ? lent->n - lent->given : lent->n;

	for (unsigned i = 0; i < n; i++)
		(void)cordon_pool_take(s->pool, lent->buf[i]);
}

/* What a call that was given up left behind, when its line is free again. Whether what it gave was taken
 * nobody knows. */
static void collect(struct cordon_stub *s, unsigned line)
{
	struct cordon_stub_lent *lent = &s->lent[line];

	if (!lent->n)
		return;
	take_back(s, lent, true);
	for (unsigned i = 0; i < (unsigned)(lent->n - lent->given); i++)
		(void)cordon_pool_put(s->pool, lent->buf[i]);
	lent->n = 0;
}

static void collect_all(struct cordon_stub *s)
{
	cordon_call_sweep(s->client);
	for (unsigned i = 0; i < s->client->n; i++)
		if (!(s->client->busy >> i & 1))
			collect(s, i);
}

int cordon_stub_far(struct cordon_stub *s, struct cordon_stub_lent *lent, struct cordon_far *far,
		    const void *args, uint32_t len, uint32_t size)
{
	int buf;

	if (!s->pool)
		return -ENOBUFS;
	buf = cordon_pool_get(s->pool, size);
	if (buf == -ENOBUFS) {
		collect_all(s);
		buf = cordon_pool_get(s->pool, size);
	}
	if (buf < 0)
		return buf;
	if (len)
		memcpy(cordon_pool_data(s->pool, (uint32_t)buf), args, len);
	lent->buf[0] = (uint32_t)buf;
	lent->far = true;
	*far = (struct cordon_far){ (uint32_t)buf, len };
	return 0;
}

static void drop_far(struct cordon_stub *s, const struct cordon_stub_lent *lent)
{
	if (lent->far)
		(void)cordon_pool_put(s->pool, lent->buf[0]);
}

int cordon_stub_lend(struct cordon_stub *s, struct cordon_stub_lent *lent)
{
	for (unsigned i = 0; i < lent->n; i++) {
		if (s->pool && cordon_pool_lend(s->pool, lent->buf[i]) == 0)
			continue;
		lent->n = (uint8_t)i;
		lent->given = 0;
		take_back(s, lent, false);
		drop_far(s, lent);
		return -EINVAL;
	}
	return 0;
}

int cordon_stub_started(struct cordon_stub *s, const struct cordon_stub_lent *lent, int line)
{
	if (line < 0) {
		take_back(s, lent, false);
		drop_far(s, lent);
		return line;
	}
	collect(s, (unsigned)line);
	s->lent[line] = *lent;
	return line;
}

void cordon_stub_ended(struct cordon_stub *s, struct cordon_stub_lent *lent, int line, int ret,
		       void *reply, uint32_t size)
{
	bool ours = line >= 0 && lent != &s->lent[line];

	if (ours)
		collect(s, (unsigned)line);
	if (line >= 0 && given_up(s, line)) {
		if (ours)
			s->lent[line] = *lent;
		return;
	}
	take_back(s, lent, ret >= 0);
	if (lent->far && size && ret >= 0) {
		memcpy(reply, cordon_pool_data(s->pool, lent->buf[0]), size);
		copied();
	}
	drop_far(s, lent);
	lent->n = 0;
}

bool cordon_stub_may_take(const struct cordon_pool *p, uint32_t buf, uint64_t len)
{
	return p && buf < cordon_pool_count(p) && p->state[buf] == CORDON_BUF_PEER &&
	       len <= cordon_pool_bufsize(p, buf);
}

int cordon_stub_why(struct cordon_stub *s, int line, int ret)
{
	/* Nobody answered: it is the call's own error. */
	if (ret < 0 && (line < 0 || line >= (int)CORDON_CALL_LINES_MAX || given_up(s, line)))
		return ret;
	switch (ret) {
	case -EINVAL:
	case -EPERM:
	case -EOPNOTSUPP:
	case -EIO:
	case -EPROTO:
		return ret;
	default:
		if (ret < 0 && s->interface->listed(-ret))
			return ret;
		return cordon_stub_lied(s);
	}
}

int cordon_stub_hello_start(struct cordon_stub *s, uint64_t deadline)
{
	struct cordon_hello req = cordon_stub_hello_req(s);

	return cordon_call_start(s->client, CORDON_STUB_HELLO, &req, sizeof(req), deadline);
}

int cordon_stub_hello_result(struct cordon_stub *s, int line, int ret,
			     const struct cordon_hello_reply *reply)
{
	const struct cordon_stub_interface *i = s->interface;

	/* It has no listed errors, but one of its own. */
	if (ret == -EPROTONOSUPPORT && line >= 0 && !given_up(s, line))
		return ret;
	if (ret != (int)sizeof(*reply))
		return cordon_stub_failed(s, line, ret);
	if (reply->zero || reply->version < i->oldest || reply->version > i->newest)
		return cordon_stub_lied(s);
	/* The same version, and another file: somebody changed it and did not say so. */
	if (reply->print != i->prints[reply->version - i->oldest])
		return -EPROTO;
	s->version = reply->version;
	return 0;
}

int cordon_stub_hello_finish(struct cordon_stub *s, int line, uint64_t now)
{
	struct cordon_hello_reply reply;
	int ret = cordon_call_poll(s->client, line, now, &reply, sizeof(reply));

	return ret == -EAGAIN ? ret : cordon_stub_hello_result(s, line, ret, &reply);
}

/* ---- the server's end -------------------------------------------------------------------------- */

void cordon_stub_serve(struct cordon_stub_server *s, const struct cordon_stub_interface *interface,
		       void *state, struct cordon_pool *pool)
{
	memset(s, 0, sizeof(*s));
	s->interface = interface;
	s->state = state;
	s->pool = pool;
}

int cordon_stub_hello(void *server, const void *req, unsigned len, void *reply)
{
	struct cordon_stub_server *s = server;
	const struct cordon_stub_interface *i = s->interface;
	struct cordon_hello_reply out = { .zero = 0 };
	struct cordon_hello in;

	(void)len;
	memcpy(&in, req, sizeof(in));
	if (in.id != i->id || in.oldest > in.newest || !in.oldest)
		return cordon_stub_refuse(s);
	/* One life, one hello. */
	if (s->version) {
		s->refused++;
		return -EPROTO;
	}
	if (in.newest < i->oldest || in.oldest > i->newest) {
		s->refused++;
		return -EPROTONOSUPPORT;
	}
	s->version = in.newest < i->newest ? in.newest : i->newest;
	out.version = s->version;
	out.print = i->prints[out.version - i->oldest];
	memcpy(reply, &out, sizeof(out));
	return sizeof(out);
}

int cordon_stub_refuse(struct cordon_stub_server *s)
{
	s->refused++;
	return -EINVAL;
}

int cordon_stub_error(struct cordon_stub_server *s, int ret)
{
	if (ret < 0 && ret > -4096 && s->interface->listed(-ret))
		return ret;
	s->unlisted++;
	return -EIO;
}

bool cordon_stub_usable(const struct cordon_stub_server *s, uint32_t buf, uint64_t len, bool write)
{
	const struct cordon_pool *p = s->pool;

	return p && buf < cordon_pool_count(p) && len <= cordon_pool_bufsize(p, buf) &&
	       !(write && cordon_pool_is_ro(p, buf));
}

bool cordon_stub_take(struct cordon_stub_server *s, const uint32_t *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (cordon_pool_take(s->pool, buf[i]) == 0)
			continue;
		cordon_stub_return(s, buf, i);
		return false;
	}
	return true;
}

void cordon_stub_return(struct cordon_stub_server *s, const uint32_t *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		(void)cordon_pool_lend(s->pool, buf[i]);
}

int cordon_stub_undo(struct cordon_stub_server *s, const uint32_t *buf, unsigned n)
{
	cordon_stub_return(s, buf, n);
	return cordon_stub_error(s, 0);
}

int cordon_stub_open_far(struct cordon_stub_server *s, const struct cordon_far *far, void *args,
			 uint32_t len, uint32_t size)
{
	if (far->len != len || !cordon_stub_usable(s, far->buf, len > size ? len : size, size) ||
	    !cordon_stub_take(s, &far->buf, 1))
		return cordon_stub_refuse(s);
	if (len) {
		memcpy(args, cordon_pool_data(s->pool, far->buf), len);
		copied();
	}
	return 0;
}

void cordon_stub_close_far(struct cordon_stub_server *s, uint32_t buf, const void *reply,
			   uint32_t size)
{
	if (size)
		memcpy(cordon_pool_data(s->pool, buf), reply, size);
	cordon_stub_return(s, &buf, 1);
}
