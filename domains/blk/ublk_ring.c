// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/ublk_ring.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "channels/prim.h"
#include "core/clock.h"
#include "core/sys.h"

static const struct io_uring_restriction restrictions[] = {
	{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_URING_CMD },
	{ .opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED, .sqe_flags = IOSQE_FIXED_FILE },
	{ .opcode = IORING_RESTRICTION_SQE_FLAGS_REQUIRED, .sqe_flags = IOSQE_FIXED_FILE },
};

static int ring_register(const struct ublk_ring *r, unsigned op, const void *arg, unsigned n)
{
	return (int)cordon_sys6(__NR_io_uring_register, r->fd, op, (long)arg, n, 0, 0);
}

static int prepare(struct ublk_ring *r, int file, int rights)
{
	int ret = ring_register(r, IORING_REGISTER_FILES, &file, 1);

	if (ret == 0 && rights) {
		ret = ring_register(r, IORING_REGISTER_PERSONALITY, NULL, 0);
		r->personality = ret > 0 ? (uint16_t)ret : 0;
		ret = ret > 0 ? 0 : ret;
	}
	if (ret == 0)
		ret = ring_register(r, IORING_REGISTER_RESTRICTIONS, restrictions,
				    sizeof(restrictions) / sizeof(restrictions[0]));
	return ret < 0 ? ret : ring_register(r, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
}

static int map(struct ublk_ring *r)
{
	struct io_uring_params *p = &r->params;
	size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	void *at;

	r->rings_size = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	r->rings_size = r->rings_size < cq ? cq : r->rings_size;
	r->sqes_size = p->sq_entries * r->sqe_size;
	at = mmap(NULL, r->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		  (off_t)IORING_OFF_SQ_RING);
	if (at == MAP_FAILED)
		return -errno;
	r->rings = at;
	at = mmap(NULL, r->sqes_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		  (off_t)IORING_OFF_SQES);
	if (at == MAP_FAILED)
		return -errno;
	r->sqes = at;
	return 0;
}

/* A word that the kernel reads or writes at the same time. */
static uint32_t *word(const struct ublk_ring *r, uint32_t offset)
{
	return (uint32_t *)(void *)(r->rings + offset);
}

int ublk_ring_open(struct ublk_ring *r, unsigned entries, int file, int rights,
		   struct cordon_err *e)
{
	int ret;

	memset(r, 0, sizeof(*r));
	/* An sqe of 64 bytes has room for a command of 16. */
	r->params.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_SQE128;
	r->sqe_size = 2 * sizeof(struct io_uring_sqe);
	r->fd = (int)cordon_sys3(__NR_io_uring_setup, entries, (long)&r->params, 0);
	if (r->fd < 0) {
		ret = r->fd;
		r->fd = -1;
		return cordon_fail(e, ret, "ublk: io_uring: %s", strerror(-ret));
	}
	ret = prepare(r, file, rights);
	if (ret == 0)
		ret = map(r);
	if (ret == 0)
		return 0;
	ublk_ring_close(r);
	return cordon_fail(e, ret, "ublk: io_uring for commands: %s", strerror(-ret));
}

void ublk_ring_ask(struct ublk_ring *r, uint32_t op, const void *cmd, size_t size, uint64_t user)
{
	uint32_t i = r->tail & (r->params.sq_entries - 1);
	struct io_uring_sqe *s = (struct io_uring_sqe *)(void *)(r->sqes + i * r->sqe_size);

	memset(s, 0, r->sqe_size);
	s->opcode = IORING_OP_URING_CMD;
	s->flags = IOSQE_FIXED_FILE;
	s->cmd_op = op;
	s->personality = r->personality;
	s->user_data = user;
	memcpy(s->cmd, cmd, size);
	word(r, r->params.sq_off.array)[i] = i;
	r->tail++;
	r->unsent++;
	/* Pairs with the kernel, which then reads the entry. */
	__atomic_store_n(word(r, r->params.sq_off.tail), r->tail, __ATOMIC_RELEASE);
}

unsigned ublk_ring_send(struct ublk_ring *r)
{
	long n = r->unsent ? cordon_sys6(__NR_io_uring_enter, r->fd, r->unsent, 0, 0, 0, 0) : 0;

	if (n <= 0)
		return 0;
	r->unsent -= (uint32_t)n;
	return (unsigned)n;
}

int ublk_ring_answer(struct ublk_ring *r, uint64_t *user, int32_t *result)
{
	const struct io_uring_cqe *c = (const void *)(r->rings + r->params.cq_off.cqes);
	uint32_t head = *word(r, r->params.cq_off.head);

	/* Pairs with the kernel, which wrote the entry before. */
	if (head == __atomic_load_n(word(r, r->params.cq_off.tail), __ATOMIC_ACQUIRE))
		return 0;
	c += head & (r->params.cq_entries - 1);
	*user = c->user_data;
	*result = c->res;
	/* The kernel may write another one there, once that is seen. */
	__atomic_store_n(word(r, r->params.cq_off.head), head + 1, __ATOMIC_RELEASE);
	return 1;
}

int ublk_ring_wait(struct ublk_ring *r, int ms, uint64_t *user, int32_t *result)
{
	uint64_t until = cordon_clock_monotonic() + (uint64_t)ms * 1000000u;
	struct pollfd p = { .fd = r->fd, .events = POLLIN };

	for (;;) {
		uint64_t now;

		(void)ublk_ring_send(r);
		if (ublk_ring_answer(r, user, result))
			return 1;
		now = cordon_clock_monotonic();
		if (now >= until)
			return 0;
		(void)poll(&p, 1, (int)((until - now) / 1000000u) + 1);
	}
}

void ublk_ring_close(struct ublk_ring *r)
{
	if (r->rings)
		munmap(r->rings, r->rings_size);
	if (r->sqes)
		munmap(r->sqes, r->sqes_size);
	if (r->fd >= 0)
		close(r->fd);
	memset(r, 0, sizeof(*r));
	r->fd = -1;
}
