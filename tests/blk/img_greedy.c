// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* greedy: tries, before it serves, to have more of its file's disk than it was granted, in the way that its
 * argument names. If that is refused it ends; if it serves, it has won. See clients.sh. */
#include <linux/falloc.h>
#include "core/sys.h"
#include "domains/blk/serve.h"

/* The argument, divided by 16. Below: as usual. */
enum way {
	WRITE_BEHIND_THE_END = 1,
	ALLOCATE,
	ALLOCATE_BEHIND_THE_END,
	ZERO_BEHIND_THE_END,
	COLLAPSE,
	TRUNCATE,
};

struct greedy {
	struct blk_serve serve;
};

/* Through the ring, or by the call that it stands for. */
static int write_at(struct cordon_io *io, uint64_t offset)
{
	struct cordon_io_done done;
	struct io_uring_sqe *sqe;

	if (io->mode != CORDON_IO_URING)
		return (int)cordon_sys6(__NR_pwrite64, io->fd[0],
					(long)cordon_pool_data(io->pool, 0), 4096, (long)offset, 0,
					0);
	sqe = cordon_io_queue_(io, &io->ring, 0, CORDON_IO_WRITE_BIT);
	sqe->opcode = IORING_OP_WRITE_FIXED;
	sqe->addr = io->ring.buffers;
	sqe->len = 4096;
	sqe->off = offset;
	while (cordon_io_submit(io) == 0 && cordon_io_reap(io, &done, 1) == 0)
		;
	return done.res;
}

static int allocate(const struct cordon_io *io, int mode, uint64_t offset)
{
	return (int)cordon_sys6(__NR_fallocate, io->fd[0], mode, (long)offset, 4096, 0, 0);
}

static int greedy_open(struct cordon_domain *d, void *state)
{
	struct greedy *g = state;
	struct cordon_io *io = cordon_domain_io(d);
	int ret = blk_serve_open(&g->serve, d);
	uint64_t end = io->size[0];

	switch (cordon_domain_arg(d) % 512 / 16) {
	case WRITE_BEHIND_THE_END:
		ret = write_at(io, end);
		break;
	case ALLOCATE:
		ret = allocate(io, 0, 0);
		break;
	case ALLOCATE_BEHIND_THE_END:
		ret = allocate(io, FALLOC_FL_KEEP_SIZE, end);
		break;
	case ZERO_BEHIND_THE_END:
		ret = allocate(io, FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE, end);
		break;
	case COLLAPSE:
		ret = allocate(io, FALLOC_FL_COLLAPSE_RANGE, 0);
		break;
	case TRUNCATE:
		ret = (int)cordon_sys3(__NR_ftruncate, io->fd[0], 0, 0);
		break;
	default:
		break;
	}
	return ret < 0 ? ret : 0;
}

static int greedy_poll(void *state, unsigned budget)
{
	(void)state;
	(void)budget;
	return 0;
}

CORDON_DRIVER(greedy) = {
	.state_size = sizeof(struct greedy),
	.control = &blk_ops,
	.open = greedy_open,
	.poll = greedy_poll,
};
