// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/io_file.h"

#include <errno.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include "core/sys.h"

static int check(const struct cordon_io *io, unsigned port, uint64_t offset, uint64_t bytes)
{
	if (port >= io->nports || !io->size[port] || offset > io->size[port] ||
	    bytes > io->size[port] - offset)
		return -EINVAL;
	return io->inflight < CORDON_IO_DEPTH ? 0 : -EAGAIN;
}

static struct cordon_io_done done_of(unsigned port, uint32_t what, long res)
{
	return (struct cordon_io_done){ .buf = what, .res = (int32_t)res, .port = (uint8_t)port };
}

static void ring_at(struct cordon_io *io, struct cordon_io_ring *r, struct io_uring_sqe *sqe,
		    uint32_t buf, uint32_t len, uint64_t offset)
{
	sqe->addr = r->buffers + cordon_pool_offset(io->pool, buf);
	sqe->len = len;
	sqe->off = offset;
}

int cordon_io_read_at(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len,
		      uint64_t offset)
{
	int ret = check(io, port, offset, len);
	struct io_uring_sqe *sqe;

	if (ret == 0)
		ret = cordon_io_check_(io, port, buf, len);
	if (ret == 0 && cordon_pool_is_ro(io->pool, buf))
		ret = -EINVAL;
	if (ret < 0)
		return ret;
	if (io->mode == CORDON_IO_URING) {
		sqe = cordon_io_queue_(io, &io->ring, port, buf);
		sqe->opcode = IORING_OP_READ_FIXED;
		ring_at(io, &io->ring, sqe, buf, len, offset);
		return 0;
	}
	cordon_io_did_(io, done_of(port, buf,
				   cordon_sys6(__NR_pread64, io->fd[port],
					       (long)cordon_pool_data(io->pool, buf), len,
					       (long)offset, 0, 0)));
	return 0;
}

static long write_now(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len,
		      uint64_t offset, int durable)
{
	long res = cordon_sys6(__NR_pwrite64, io->fd[port], (long)cordon_pool_data(io->pool, buf),
			       len, (long)offset, 0, 0);
	long ret = res >= 0 && durable ? cordon_sys3(__NR_fdatasync, io->fd[port], 0, 0) : 0;

	return ret < 0 ? ret : res;
}

int cordon_io_write_at(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len,
		       uint64_t offset, int durable)
{
	int ret = check(io, port, offset, len);
	struct cordon_io_done done;
	struct cordon_io_ring *r;
	struct io_uring_sqe *sqe;

	if (ret == 0)
		ret = cordon_io_check_(io, port, buf, len);
	if (ret < 0)
		return ret;
	if (io->mode == CORDON_IO_URING) {
		r = cordon_pool_is_ro(io->pool, buf) ? &io->ring_ro : &io->ring;
		if (r->fd < 0)
			return -EINVAL;
		sqe = cordon_io_queue_(io, r, port, buf | CORDON_IO_WRITE_BIT);
		sqe->opcode = IORING_OP_WRITE_FIXED;
		sqe->rw_flags = durable ? RWF_DSYNC : 0;
		ring_at(io, r, sqe, buf, len, offset);
		return 0;
	}
	done = done_of(port, buf, write_now(io, port, buf, len, offset, durable));
	done.write = 1;
	cordon_io_did_(io, done);
	return 0;
}

int cordon_io_sync(struct cordon_io *io, unsigned port, uint32_t what)
{
	int ret = check(io, port, 0, 0);
	struct cordon_io_done done;
	struct io_uring_sqe *sqe;

	if (ret < 0)
		return ret;
	if (io->mode == CORDON_IO_URING) {
		sqe = cordon_io_queue_(io, &io->ring, port, what | CORDON_IO_SYNC_BIT);
		sqe->opcode = IORING_OP_FSYNC;
		sqe->fsync_flags = IORING_FSYNC_DATASYNC;
		return 0;
	}
	done = done_of(port, what, cordon_sys3(__NR_fdatasync, io->fd[port], 0, 0));
	done.sync = 1;
	cordon_io_did_(io, done);
	return 0;
}

int cordon_io_hole(struct cordon_io *io, unsigned port, enum cordon_io_hole how, uint64_t offset,
		   uint64_t bytes)
{
	int mode = FALLOC_FL_KEEP_SIZE |
		   (how == CORDON_IO_PUNCH ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE);

	if (check(io, port, offset, bytes) == -EINVAL)
		return -EINVAL;
	io->enters++;
	return (int)cordon_sys6(__NR_fallocate, io->fd[port], mode, (long)offset, (long)bytes, 0,
				0);
}
