/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An io_uring of a domain, as the supervisor makes it: created disabled, restricted to READ_FIXED
 * and WRITE_FIXED on fixed files (the ports) and one fixed buffer (the pool), then enabled. Linux pins
 * fixed buffers for writing, so what the domain may only read has a ring of its own without READ_FIXED. Where a
 * port is a file, a third operation is allowed, FSYNC, which takes no address. After
 * that the ring takes no other operation, whoever holds it, and of registrations only two that end
 * things: cancelling everything, and letting go of the ports.
 *
 * Fixed buffers are named by addresses of the process that registered them, and those must not tell
 * anything about the supervisor: so a short-lived child makes the ring, with the pool mapped at
 * CORDON_RING_BUFFERS. The supervisor never looks into a ring that it handed over.
 *
 * After the ports comes one more fixed file, the witness: the reading end of a pipe that nobody else
 * holds, so that the pipe breaks when the ring ends. It is always empty: what a domain tries to
 * write is an error, and what it tries to read never comes (or, by kernel, is an error at once).
 */
#ifndef CORDON_CORE_RING_H
#define CORDON_CORE_RING_H

#include "core/boot.h"
#include "core/err.h"
#include "core/memory.h"

#define CORDON_RING_BUFFERS UINT64_C(0x200000000000)

enum cordon_ring_may {
	CORDON_RING_ANYTHING, /* unrestricted, for tests */
	CORDON_RING_WRITE, /* WRITE_FIXED: from memory to ports */
	CORDON_RING_READ_WRITE,
	CORDON_RING_FILE, /* and FSYNC, for ports that are files */
};

/* Make a ring over @pool and the descriptors @ports (1 to CORDON_PORTS_MAX). Fills @ring but for its mappings; 0 or -errno. Waits for the child:
 * about a millisecond. */
int cordon_ring_make(struct cordon_ring *ring, const struct cordon_memory *pool, const int *ports,
		     unsigned nports, enum cordon_ring_may may, struct cordon_err *e);

/* Map the ring in this process (inline, thread). 0 or -errno. */
int cordon_ring_map(struct cordon_ring *ring, struct cordon_err *e);

/* Cancel what is in flight; the domain, which lives, learns of it as of every completion. Requests that
 * it makes later are not concerned. Whether all are; 0 if there are too many to cancel, or the kernel
 * can't. */
int cordon_ring_cancel(struct cordon_ring *ring);

/* Cancel what is in flight, close the ring, and wait until nothing that it was asked to do can still
 * happen; the domain must have ended before. 0, or -ETIMEDOUT: it can, so its ports must not be used
 * again. Takes well under a millisecond; after a flood of requests, of which no driver of ours is
 * capable, or before Linux 6.0, up to seconds. */
int cordon_ring_drop(struct cordon_ring *ring);

#endif
