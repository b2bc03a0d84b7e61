/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Instead of the real one, whose calls wait for a domain: here both ends are one thread's, and who waits reads
 * a clock that serves, as in user space (tests/cdl/all.h). Nothing that is made by cordon-cdl is replaced.
 */
#ifndef CORDON_TESTS_CDL_KERNEL_STUB_H
#define CORDON_TESTS_CDL_KERNEL_STUB_H

#include "channels/stub.h"

struct cordon_caller {
	struct cordon_client *client;
	uint64_t (*now)(void);
	int line;
};

static inline int cordon_call(struct cordon_caller *by, uint16_t op, const void *req, size_t len,
			      void *reply, size_t size, uint64_t timeout_ns)
{
	uint64_t now = by->now(), deadline = now + timeout_ns;
	int line, ret;

	do
		line = cordon_call_start(by->client, op, req, len, deadline);
	while (line == -EAGAIN && (now = by->now()) <= deadline);
	by->line = line < 0 ? -1 : line;
	if (line < 0)
		return line == -EAGAIN ? -ETIMEDOUT : line;
	do
		ret = cordon_call_poll(by->client, line, by->now(), reply, size);
	while (ret == -EAGAIN);
	return ret;
}

static inline void cordon_stub_by(struct cordon_stub *s, struct cordon_caller *by,
				  uint64_t timeout_ns)
{
	s->by = by;
	s->timeout_ns = timeout_ns;
}

static inline int cordon_stub_call(struct cordon_stub *s, uint16_t op, const void *req, size_t len,
				   void *reply, size_t size, int *line)
{
	struct cordon_caller *by = (struct cordon_caller *)s->by;
	int ret = cordon_call(by, op, req, len, reply, size, s->timeout_ns);

	*line = by->line;
	return ret;
}

static inline void cordon_stub_sent(struct cordon_stub *s)
{
	(void)s;
}

#endif
