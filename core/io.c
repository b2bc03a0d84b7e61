// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/io.h"

#include <errno.h>
#include <string.h>
#include "core/sys.h"

static int ring_init(struct cordon_io_ring *to, const struct cordon_ring *r)
{
	const struct io_uring_params *p = &r->params;
	uint8_t *rings = (uint8_t *)(uintptr_t)r->rings;

	if (p->sq_entries < CORDON_IO_DEPTH || p->cq_entries < CORDON_IO_DEPTH)
		return -EINVAL;
	to->fd = r->fd;
	to->buffers = r->buffers;
	to->sqes = (struct io_uring_sqe *)(uintptr_t)r->sqes;
	to->cqes = (struct io_uring_cqe *)(rings + p->cq_off.cqes);
	to->sq_tail = (_Atomic uint32_t *)(rings + p->sq_off.tail);
	to->sq_head = (_Atomic uint32_t *)(rings + p->sq_off.head);
	to->sq_flags = (_Atomic uint32_t *)(rings + p->sq_off.flags);
	to->cq_head = (_Atomic uint32_t *)(rings + p->cq_off.head);
	to->cq_tail = (_Atomic uint32_t *)(rings + p->cq_off.tail);
	to->sq_mask = p->sq_entries - 1;
	to->cq_mask = p->cq_entries - 1;
	/* Relaxed: nobody but this side writes it. */
	to->tail = atomic_load_explicit(to->sq_tail, memory_order_relaxed);
	/* Entry i of the array names entry i, for good. */
	for (uint32_t i = 0; i < p->sq_entries; i++)
		((uint32_t *)(rings + p->sq_off.array))[i] = i;
	return 0;
}

int cordon_io_init(struct cordon_io *io, const struct cordon_boot *boot,
		   const struct cordon_pool *pool)
{
	int ret;

	memset(io, 0, sizeof(*io));
	io->mode = boot->io_mode;
	io->nports = boot->nports;
	io->pool = pool;
	if (io->nports > CORDON_PORTS_MAX || (io->mode == CORDON_IO_NONE) != (io->nports == 0))
		return -EINVAL;
	memcpy(io->fd, boot->port_fd, sizeof(io->fd));
	memcpy(io->size, boot->port_size, sizeof(io->size));
	if (io->mode != CORDON_IO_URING)
		return 0;
	io->ring_ro.fd = -1;
	ret = ring_init(&io->ring, &boot->ring);
	if (ret == 0 && boot->ring_ro.rings)
		ret = ring_init(&io->ring_ro, &boot->ring_ro);
	return ret;
}

int cordon_io_check_(const struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len)
{
	if (port >= io->nports || buf >= cordon_pool_count(io->pool) ||
	    len > cordon_pool_bufsize(io->pool, buf))
		return -EINVAL;
	return io->inflight < CORDON_IO_DEPTH ? 0 : -EAGAIN;
}

struct io_uring_sqe *cordon_io_queue_(struct cordon_io *io, struct cordon_io_ring *r, unsigned port,
				      uint64_t what)
{
	struct io_uring_sqe *sqe = &r->sqes[r->tail & r->sq_mask];

	memset(sqe, 0, sizeof(*sqe));
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->fd = (int32_t)port;
	sqe->user_data = what | (uint64_t)port << 32;
	r->tail++;
	r->queued++;
	io->inflight++;
	return sqe;
}

void cordon_io_did_(struct cordon_io *io, struct cordon_io_done done)
{
	io->inflight++;
	io->enters++;
	io->rw.done[io->rw.ndone++] = done;
}

int cordon_io_read(struct cordon_io *io, unsigned port, uint32_t buf)
{
	int ret = cordon_io_check_(io, port, buf, 0);
	struct io_uring_sqe *sqe;

	if (ret == 0 && cordon_pool_is_ro(io->pool, buf))
		ret = -EINVAL;
	if (ret < 0)
		return ret;
	if (io->mode == CORDON_IO_URING) {
		sqe = cordon_io_queue_(io, &io->ring, port, buf);
		sqe->opcode = IORING_OP_READ_FIXED;
		sqe->addr = io->ring.buffers + cordon_pool_offset(io->pool, buf);
		sqe->len = cordon_pool_bufsize(io->pool, buf);
		return 0;
	}
	io->inflight++;
	io->rw.reads[io->rw.nreads++] =
		(struct cordon_io_done){ .buf = buf, .port = (uint8_t)port };
	return 0;
}

int cordon_io_write(struct cordon_io *io, unsigned port, uint32_t buf, uint32_t len)
{
	int ret = cordon_io_check_(io, port, buf, len);
	struct cordon_io_ring *r;
	struct io_uring_sqe *sqe;
	long res;

	if (ret < 0)
		return ret;
	if (io->mode == CORDON_IO_URING) {
		r = cordon_pool_is_ro(io->pool, buf) ? &io->ring_ro : &io->ring;
		if (r->fd < 0)
			return -EINVAL;
		sqe = cordon_io_queue_(io, r, port, buf | CORDON_IO_WRITE_BIT);
		sqe->opcode = IORING_OP_WRITE_FIXED;
		sqe->addr = r->buffers + cordon_pool_offset(io->pool, buf);
		sqe->len = len;
		return 0;
	}
	res = cordon_sys3(__NR_write, io->fd[port], (long)cordon_pool_data(io->pool, buf), len);
	cordon_io_did_(
		io, (struct cordon_io_done){
			    .buf = buf, .res = (int32_t)res, .port = (uint8_t)port, .write = 1 });
	return 0;
}

void cordon_io_cancel(struct cordon_io *io)
{
	if (io->mode != CORDON_IO_RW)
		return;
	/* Both lists together hold what is in flight, which either has room for. */
	for (unsigned i = 0; i < io->rw.nreads; i++) {
		io->rw.reads[i].res = -ECANCELED;
		io->rw.done[io->rw.ndone++] = io->rw.reads[i];
	}
	io->rw.nreads = 0;
}

int cordon_io_queued(const struct cordon_io *io)
{
	return io->mode == CORDON_IO_URING && (io->ring.queued || io->ring_ro.queued);
}

static int ring_enter(struct cordon_io *io, struct cordon_io_ring *r)
{
	long ret;

	/* Pairs with the kernel's acquire of the tail: the entries are complete. */
	atomic_store_explicit(r->sq_tail, r->tail, memory_order_release);
	ret = cordon_sys6(__NR_io_uring_enter, r->fd, r->queued, 0, IORING_ENTER_GETEVENTS, 0, 0);
	io->enters++;
	if (ret < 0)
		return ret == -EINTR ? 0 : (int)ret;
	r->queued -= (unsigned)ret < r->queued ? (unsigned)ret : r->queued;
	return 0;
}

int cordon_io_submit(struct cordon_io *io)
{
	int ret = 0, ret_ro = 0;

	if (io->mode != CORDON_IO_URING)
		return 0;
	if (io->ring_ro.queued)
		ret_ro = ring_enter(io, &io->ring_ro);
	if (io->ring.queued)
		ret = ring_enter(io, &io->ring);
	return ret < 0 ? ret : ret_ro;
}

static unsigned ring_reap(struct cordon_io *io, struct cordon_io_ring *r,
			  struct cordon_io_done *done, unsigned n)
{
	/* Relaxed: nobody but this side writes it. */
	uint32_t head = atomic_load_explicit(r->cq_head, memory_order_relaxed);
	/* Pairs with the kernel's release of the tail: the entries below it are complete. */
	uint32_t tail = atomic_load_explicit(r->cq_tail, memory_order_acquire);
	unsigned got = 0;

	if (head == tail) {
		uint32_t flags = atomic_load_explicit(r->sq_flags, memory_order_relaxed);

		/* A request became ready: the kernel wants to finish it in our context. Relaxed:
		 * seen late, it is seen in the next round. */
		if (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) {
			(void)ring_enter(io, r);
			/* As above. */
			tail = atomic_load_explicit(r->cq_tail, memory_order_acquire);
		}
	}
	for (; head != tail && got < n; head++) {
		const struct io_uring_cqe *cqe = &r->cqes[head & r->cq_mask];

		done[got++] = (struct cordon_io_done){
			.buf = (uint32_t)cqe->user_data,
			.res = cqe->res,
			.port = (uint8_t)(cqe->user_data >> 32),
			.write = (cqe->user_data & CORDON_IO_WRITE_BIT) != 0,
			.sync = (cqe->user_data & CORDON_IO_SYNC_BIT) != 0,
		};
	}
	/* Pairs with the kernel's acquire of the head: the entries have been copied. */
	atomic_store_explicit(r->cq_head, head, memory_order_release);
	return got;
}

/* Try the posted reads, oldest first; a port without a frame is not asked twice. */
static unsigned rw_reap(struct cordon_io *io, struct cordon_io_done *done, unsigned n)
{
	unsigned got = 0, kept = 0, empty = 0, w = 0;

	while (got < n && w < io->rw.ndone)
		done[got++] = io->rw.done[w++];
	memmove(io->rw.done, io->rw.done + w, (io->rw.ndone - w) * sizeof(*done));
	io->rw.ndone -= w;
	for (unsigned i = 0; i < io->rw.nreads; i++) {
		struct cordon_io_done r = io->rw.reads[i];
		long res;

		if (got == n || (empty & 1u << r.port)) {
			io->rw.reads[kept++] = r;
			continue;
		}
		res = cordon_sys3(__NR_read, io->fd[r.port],
				  (long)cordon_pool_data(io->pool, r.buf),
				  cordon_pool_bufsize(io->pool, r.buf));
		io->enters++;
		if (res == -EAGAIN || res == -EINTR) {
			empty |= 1u << r.port;
			io->rw.reads[kept++] = r;
			continue;
		}
		r.res = (int32_t)res;
		done[got++] = r;
	}
	io->rw.nreads = kept;
	return got;
}

unsigned cordon_io_reap(struct cordon_io *io, struct cordon_io_done *done, unsigned n)
{
	unsigned got = 0;

	if (io->mode == CORDON_IO_URING && io->ring_ro.fd >= 0)
		got = ring_reap(io, &io->ring_ro, done, n);
	if (io->mode == CORDON_IO_URING)
		got += ring_reap(io, &io->ring, done + got, n - got);
	else if (io->mode == CORDON_IO_RW)
		got = rw_reap(io, done, n);
	io->inflight -= got;
	return got;
}
