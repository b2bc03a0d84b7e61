/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * I/O of a domain on a port that is a file or a block device: at offsets below its size. Queued, submitted
 * and reaped as in io.h; in any order. Without a ring it blocks while the kernel does it.
 */
#ifndef CORDON_CORE_IO_FILE_H
#define CORDON_CORE_IO_FILE_H

#include "core/io.h"

/*
 * Queue the read of @len bytes at @offset of @port into buffer @buf, or the write of the first @len of
 * @buf there; @durable: it is on the disk when it is done. The buffer is the I/O's until it is reaped. 0;
 * -EAGAIN if CORDON_IO_DEPTH are in flight; -EINVAL for a port that is no file, an end beyond its size, a
 * buffer or length that isn't, or a read into a buffer that can only be read.
 */
int cordon_io_read_at(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len,
		      uint64_t offset);
int cordon_io_write_at(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len,
		       uint64_t offset, int durable);

/* Queue a sync of @port: what was reaped before it was queued is on the disk when it is reaped, as @what. 0,
 * -EAGAIN or -EINVAL. */
int cordon_io_sync(struct cordon_io *io, unsigned port, uint32_t what);

enum cordon_io_hole {
	CORDON_IO_PUNCH, /* give the space back */
	CORDON_IO_ZERO, /* keep it */
};

/* Have @bytes at @offset of @port read as zeros. Blocks, in either mode: what a ring would be asked for here it
 * can't look at closely enough (filter.h). 0; -EOPNOTSUPP: not on this file; or -errno. */
int cordon_io_hole(struct cordon_io *io, unsigned port, enum cordon_io_hole how, uint64_t offset,
		   uint64_t bytes);

#endif
