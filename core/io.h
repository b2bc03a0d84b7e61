/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * I/O of a domain on its ports: whole frames from a port into a pool buffer that it may write, and
 * from any pool buffer to a port; on a port that is a file, see io_file.h too. Asynchronous: a read
 * or write is queued, submitted, and reaped when done. The kernel is entered by submit alone, and by
 * reap when the kernel says that it has something to finish.
 *
 * Two ways, chosen by the supervisor, same interface: restricted io_urings (see ring.h), or plain
 * read and write where the host allows no io_uring; then reap tries the reads that are posted.
 *
 * One thread. No function blocks.
 */
#ifndef CORDON_CORE_IO_H
#define CORDON_CORE_IO_H

#include <stdatomic.h>
#include <stdint.h>
#include "core/boot.h"

#define CORDON_IO_DEPTH 256u /* reads and writes in flight, both ways together */

struct cordon_io_done {
	uint32_t buf;
	int32_t res; /* bytes, or -errno */
	uint8_t port;
	uint8_t write;
	uint8_t sync; /* cordon_io_sync(): @buf is what that was given */
};

struct cordon_io_ring {
	int fd; /* -1: none */
	uint64_t buffers;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	_Atomic uint32_t *sq_tail, *sq_head, *sq_flags, *cq_head, *cq_tail;
	uint32_t sq_mask, cq_mask, tail;
	unsigned queued; /* not yet submitted */
};

struct cordon_io {
	enum cordon_io_mode mode;
	unsigned nports;
	const struct cordon_pool *pool;
	int fd[CORDON_PORTS_MAX]; /* as in struct cordon_boot */
	uint64_t size[CORDON_PORTS_MAX];
	unsigned inflight; /* queued or submitted, not reaped */
	uint64_t enters; /* counter: system calls made */
	union {
		struct {
			struct cordon_io_ring ring, ring_ro; /* as in struct cordon_boot */
		};
		struct {
			struct cordon_io_done reads[CORDON_IO_DEPTH]; /* posted */
			struct cordon_io_done done[CORDON_IO_DEPTH]; /* finished writes */
			unsigned nreads, ndone;
		} rw;
	};
};

/* Take the ports that @boot grants; @pool holds the buffers, and outlives @io. 0 or -EINVAL. */
int cordon_io_init(struct cordon_io *io, const struct cordon_boot *boot,
		   const struct cordon_pool *pool);

/* Queue the read of one frame from @port into buffer @buf (its whole size), or the write of the
 * first @len bytes of @buf. The buffer is the I/O's until it is reaped. 0; -EAGAIN if
 * CORDON_IO_DEPTH are in flight; -EINVAL for a port, buffer or length that isn't, or a read into a
 * buffer that can only be read. */
int cordon_io_read(struct cordon_io *io, unsigned port, uint32_t buf);
int cordon_io_write(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len);

/* Whether some are queued and not yet with the kernel. */
int cordon_io_queued(const struct cordon_io *io);

/* Hand what is queued to the kernel. 0 or -errno; what was not taken stays queued. */
int cordon_io_submit(struct cordon_io *io);

/* Post no more reads, and have those that are posted come back (-ECANCELED, or with the frame that
 * came before): at once without a ring; a ring's are cancelled by the supervisor, a little later. */
void cordon_io_cancel(struct cordon_io *io);

/* Take up to @n finished operations, reads in the order in which they finished, and writes from buffers
 * of one kind too; returns how many. */
unsigned cordon_io_reap(struct cordon_io *io, struct cordon_io_done *done, unsigned n);

/* ---- for io_file.c ---- */

#define CORDON_IO_WRITE_BIT ((uint64_t)1 << 40)
#define CORDON_IO_SYNC_BIT ((uint64_t)1 << 41)

/* 0 if the first @len bytes of buffer @buf can be had by I/O on @port, and one more can be in flight. */
int cordon_io_check_(const struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len);

/* A request of @r that will be reaped as @what (a buffer or number, with bits as above), to be filled in:
 * zeroed but for its port. */
struct io_uring_sqe *cordon_io_queue_(struct cordon_io *io, struct cordon_io_ring *r, unsigned port,
				      uint64_t what);

/* Without a ring: what was done at once, to be reaped. */
void cordon_io_did_(struct cordon_io *io, struct cordon_io_done done);

#endif
