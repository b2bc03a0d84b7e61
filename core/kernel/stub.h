/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stubs that wait, as cordon_kcall() does: they sleep, one thread at a time. */
#ifndef CORDON_KERNEL_STUB_H
#define CORDON_KERNEL_STUB_H

#include "channels/stub.h"
#include "core/kernel/party.h"

/* From now on blocking calls are made by @by, whose deadline is theirs. */
static inline void cordon_stub_by(struct cordon_stub *s, struct cordon_party *by)
{
	s->by = by;
}

/* cordon_kcall(), and the line that it was on: -1 if it was never sent. */
static inline int cordon_stub_call(struct cordon_stub *s, uint16_t op, const void *req, size_t len,
				   void *reply, size_t size, int *line)
{
	struct cordon_party *by = (struct cordon_party *)s->by;
	int ret = cordon_kcall(by, op, req, len, reply, size);

	*line = by->line;
	return ret;
}

/* Something was sent for which nobody waits: the domain may sleep. */
static inline void cordon_stub_sent(struct cordon_stub *s)
{
	struct cordon_party *by = (struct cordon_party *)s->by;

	if (by)
		cordon_party_ring(by, &by->caller);
}

#endif
