/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The attacks on the ring that the driver was granted. As in hostile.h. */
#ifndef CORDON_TESTS_ATTACK_HOSTILE_RING_H
#define CORDON_TESTS_ATTACK_HOSTILE_RING_H

#include <linux/io_uring.h>
#include <stdatomic.h>
#include "tests/attack/hostile.h"

#define PENDING 1000 /* no completion: the request was taken and waits */
#define PATIENCE 1000000

struct hostile_ring {
	int fd;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	_Atomic uint32_t *sq_tail, *cq_head, *cq_tail;
	uint32_t sq_mask, cq_mask;
};

static inline struct hostile_ring hostile_ring_of(const struct cordon_ring *ring)
{
	const struct io_uring_params *p = &ring->params;
	uint8_t *rings = (uint8_t *)(uintptr_t)ring->rings;

	for (uint32_t i = 0; i < p->sq_entries; i++)
		((uint32_t *)(void *)(rings + p->sq_off.array))[i] = i;
	return (struct hostile_ring){
		.fd = ring->fd,
		.sqes = (struct io_uring_sqe *)(uintptr_t)ring->sqes,
		.cqes = (struct io_uring_cqe *)(void *)(rings + p->cq_off.cqes),
		.sq_tail = (_Atomic uint32_t *)(void *)(rings + p->sq_off.tail),
		.cq_head = (_Atomic uint32_t *)(void *)(rings + p->cq_off.head),
		.cq_tail = (_Atomic uint32_t *)(void *)(rings + p->cq_off.tail),
		.sq_mask = p->sq_entries - 1,
		.cq_mask = p->cq_entries - 1,
	};
}

static inline struct hostile_ring hostile_ring(const struct cordon_boot *b)
{
	return hostile_ring_of(&b->ring);
}

static inline long ring_submit(struct hostile_ring *r, const struct io_uring_sqe *sqe)
{
	uint32_t tail = atomic_load_explicit(r->sq_tail, memory_order_relaxed);

	r->sqes[tail & r->sq_mask] = *sqe;
	atomic_store_explicit(r->sq_tail, tail + 1, memory_order_release);
	return cordon_sys6(__NR_io_uring_enter, r->fd, 1, 0, IORING_ENTER_GETEVENTS, 0, 0);
}

/* Submit one request and return its result, or PENDING. */
static inline int ring_do(struct hostile_ring *r, const struct io_uring_sqe *sqe)
{
	uint32_t head = atomic_load_explicit(r->cq_head, memory_order_relaxed);
	long ret = ring_submit(r, sqe);
	int res;

	for (int i = 0; atomic_load_explicit(r->cq_tail, memory_order_acquire) == head; i++) {
		if (ret < 0)
			return (int)ret;
		if (i == PATIENCE || (i == 0 && sqe->user_data))
			return PENDING;
		ret = cordon_sys6(__NR_io_uring_enter, r->fd, 0, 0, IORING_ENTER_GETEVENTS, 0, 0);
	}
	res = r->cqes[head & r->cq_mask].res;
	atomic_store_explicit(r->cq_head, head + 1, memory_order_release);
	return res;
}

static inline struct io_uring_sqe sqe_of(unsigned op, int fd, const void *addr, uint32_t len)
{
	struct io_uring_sqe sqe;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = (uint8_t)op;
	sqe.fd = fd;
	sqe.addr = (uint64_t)(uintptr_t)addr;
	sqe.len = len;
	return sqe;
}

/* A read from port 0 as it is granted, 64 bytes to the scratch page. */
static inline struct io_uring_sqe sqe_fair(const struct cordon_boot *b)
{
	struct io_uring_sqe sqe = sqe_of(IORING_OP_READ_FIXED, 0, NULL, 64);

	sqe.flags = IOSQE_FIXED_FILE;
	sqe.addr = b->ring.buffers + ATTACK_SCRATCH;
	return sqe;
}

/* A request that is never completed is as good as refused. */
static inline int refused_by_ring(int n)
{
	return refused(n == PENDING ? 0 : n);
}

static inline int is_datagram(const char *text)
{
	return memcmp(text, DATAGRAM, sizeof(DATAGRAM)) == 0;
}

static inline int ring_file(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	struct io_uring_sqe sqe = sqe_of(IORING_OP_OPENAT, HERE, "/etc/passwd", 0);
	char text[64];
	int fd = ring_do(&r, &sqe);
	int n;

	if (fd < 0 || fd == PENDING)
		return refused_by_ring(fd);
	sqe = sqe_of(IORING_OP_READ, fd, text, sizeof(text));
	n = ring_do(&r, &sqe);
	return n < 0 ? refused(n) : won_if(n > 0 && n <= (int)sizeof(text));
}

static inline int ring_send(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	struct io_uring_sqe sqe = sqe_of(IORING_OP_SOCKET, 2, NULL, 0);
	struct hostile_sockaddr to = listener(b);
	int fd, n;

	sqe.off = 2;
	fd = ring_do(&r, &sqe);
	if (fd < 0 || fd == PENDING)
		return refused_by_ring(fd);
	sqe = sqe_of(IORING_OP_CONNECT, fd, &to, 0);
	sqe.off = sizeof(to);
	n = ring_do(&r, &sqe);
	if (n < 0)
		return refused(n);
	sqe = sqe_of(IORING_OP_SEND, fd, DATAGRAM, sizeof(DATAGRAM));
	n = ring_do(&r, &sqe);
	return n < 0 ? refused(n) : ATTACK_WON;
}

static inline int ring_read(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	struct io_uring_sqe sqe = sqe_fair(b);
	char text[64] = "";
	int n;

	sqe.addr = (uint64_t)(uintptr_t)text;
	if (ring_do(&r, &sqe) >= 0)
		return ATTACK_WON;
	sqe.opcode = IORING_OP_READ;
	n = ring_do(&r, &sqe);
	return n < 0 ? refused(n) : won_if(is_datagram(text));
}

/* What lies in memory that is only to be read: the kernel has it pinned for writing. */
static inline int ring_rewrite(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring_of(&b->ring_ro);
	struct io_uring_sqe sqe = sqe_fair(b);
	int n;

	sqe.addr = b->ring_ro.buffers;
	n = ring_do(&r, &sqe);
	return n < 0 || n == PENDING ? refused_by_ring(n) :
				       won_if(is_datagram((const char *)(uintptr_t)b->pool_ro));
}

/* All operations but the two, all flags but the one: each must be refused as not allowed. */
static inline int ring_ops(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	int not_allowed = 0;

	for (unsigned i = 0; i < 512; i++) {
		struct io_uring_sqe sqe = sqe_fair(b);
		int n;

		if (i < 256)
			sqe.opcode = (uint8_t)i;
		else
			sqe.flags = (uint8_t)i;
		if (i == IORING_OP_READ_FIXED || i == IORING_OP_WRITE_FIXED ||
		    i == 256 + IOSQE_FIXED_FILE)
			continue;
		sqe.user_data = 1; /* don't wait for what was taken */
		n = ring_do(&r, &sqe);
		if (n != -EACCES && n != -EINVAL && n != -EOPNOTSUPP)
			return ATTACK_WON;
		not_allowed += n == -EACCES;
	}
	return not_allowed ? refused(-EACCES) : ATTACK_BROKEN;
}

static inline int ring_async(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	struct io_uring_sqe sqe = sqe_fair(b);
	int n;

	sqe.flags |= IOSQE_ASYNC;
	n = ring_do(&r, &sqe);
	return n < 0 ? refused(n) : won_if(is_datagram((char *)scratch_of(b)));
}

/* Put private memory in the place of the pool, and read into it. */
static inline int ring_register(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	struct io_uring_sqe sqe = sqe_fair(b);
	struct {
		uint64_t at, len;
	} own = { b->heap, 4096 };
	long ret = cordon_sys6(__NR_io_uring_register, b->ring.fd, IORING_UNREGISTER_BUFFERS, 0, 0,
			       0, 0);
	int n;

	if (ret < 0)
		return refused(ret);
	ret = cordon_sys6(__NR_io_uring_register, b->ring.fd, IORING_REGISTER_BUFFERS, (long)&own,
			  1, 0, 0);
	if (ret < 0)
		return refused(ret);
	sqe.addr = own.at;
	n = ring_do(&r, &sqe);
	return n < 0 ? refused(n) : won_if(is_datagram((char *)(uintptr_t)own.at));
}

/* Allowed operations that name what was not granted. The datagram must still be there at the end:
 * then the ring worked, and nobody got it before. */
static inline int ring_bounds(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	uint64_t size = (uint64_t)b->pool_dims.small * CORDON_BUF_SMALL +
			(uint64_t)b->pool_dims.big * CORDON_BUF_BIG;
	uint64_t end = b->ring.buffers + ((size + 4095) & ~(uint64_t)4095);
	const struct {
		uint64_t addr;
		uint32_t len;
		int fd;
		uint16_t buf;
	} lies[] = {
		/* 1 is the ring's own witness (core/ring.h): a read of it never ends. */
		{ b->ring.buffers, 64, 2, 0 },
		{ b->ring.buffers, 64, 64, 0 },
		{ b->ring.buffers, 64, -1, 0 },
		{ b->ring.buffers, 64, 0x7fffffff, 0 },
		{ b->ring.buffers, 64, 0, 1 },
		{ b->ring.buffers, 64, 0, 0xffff },
		{ b->ring.buffers - 1, 64, 0, 0 },
		{ b->ring.buffers, 0x7fffffff, 0, 0 },
		{ end - 63, 64, 0, 0 },
		{ end, 1, 0, 0 },
		{ ~(uint64_t)0 - 8, 64, 0, 0 },
		{ 0, 64, 0, 0 },
		{ b->pool, 64, 0, 0 },
		{ b->heap, 64, 0, 0 },
		{ (uint64_t)(uintptr_t)&r, 64, 0, 0 },
		{ facts_of(b)->addr, 64, 0, 0 },
	};
	struct io_uring_sqe sqe;
	int first = 0;

	for (unsigned i = 0; i < 2 * sizeof(lies) / sizeof(lies[0]); i++) {
		int n;

		sqe = sqe_fair(b);
		if (i & 1)
			sqe.opcode = IORING_OP_WRITE_FIXED;
		sqe.addr = lies[i / 2].addr;
		sqe.len = lies[i / 2].len;
		sqe.fd = lies[i / 2].fd;
		sqe.buf_index = lies[i / 2].buf;
		n = ring_do(&r, &sqe);
		if (n >= 0)
			return ATTACK_WON;
		first = first ? first : n;
	}
	sqe = sqe_fair(b);
	if (ring_do(&r, &sqe) != sizeof(DATAGRAM) || !is_datagram((char *)scratch_of(b)))
		return ATTACK_BROKEN;
	return refused(first);
}

static inline int ring_flood(const struct cordon_boot *b)
{
	struct hostile_ring r = hostile_ring(b);
	uint32_t before = atomic_load_explicit(r.cq_tail, memory_order_relaxed);
	struct io_uring_sqe sqe = sqe_fair(b);

	for (unsigned i = 0; i < ATTACK_READS; i++) {
		long ret = ring_submit(&r, &sqe);

		if (ret != 1)
			return refused(ret);
	}
	return won_if(atomic_load_explicit(r.cq_tail, memory_order_relaxed) == before);
}

#endif
