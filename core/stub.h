/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stubs that wait, as cordon_call() does: in a fiber the others go on meanwhile. */
#ifndef CORDON_CORE_STUB_H
#define CORDON_CORE_STUB_H

#include "channels/stub.h"
#include "core/call.h"

/* From now on blocking calls are made by @by, and wait @timeout_ns at most. */
static inline void cordon_stub_by(struct cordon_stub *s, struct cordon_caller *by,
				  uint64_t timeout_ns)
{
	s->by = by;
	s->timeout_ns = timeout_ns;
}

/* cordon_call(), and the line that it was on: -1 if it was never sent. */
static inline int cordon_stub_call(struct cordon_stub *s, uint16_t op, const void *req, size_t len,
				   void *reply, size_t size, int *line)
{
	struct cordon_caller *by = (struct cordon_caller *)s->by;
	int ret = cordon_call(by, op, req, len, reply, size, s->timeout_ns);

	*line = by->line;
	return ret;
}

/* Something was sent for which nobody waits. */
static inline void cordon_stub_sent(struct cordon_stub *s)
{
	(void)s;
}

#endif
