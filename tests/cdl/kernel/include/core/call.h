/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Instead of the real one, which knows of fibers: both ends are one thread's, and who waits reads a clock that
 * serves, as tests/cdl/all.h has it. */
#ifndef CORDON_TESTS_CDL_KERNEL_CALL_H
#define CORDON_TESTS_CDL_KERNEL_CALL_H

#include "channels/call.h"

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

#endif
