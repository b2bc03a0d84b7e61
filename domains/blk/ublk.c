// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/ublk.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include "core/clock.h"

/* The kernel asks nobody for that. */
#define DESCRIBED_NS UINT64_C(10000000000)
#define GONE_NS UINT64_C(10000000000)
#define DESC_BYTES (UBLK_DEPTH * sizeof(struct ublksrv_io_desc))

/* ---- the kernel's side ------------------------------------------------------------------------- */

static void fetch(struct ublk_server *s, uint16_t tag)
{
	const struct ublksrv_io_cmd cmd = { .tag = tag };

	ublk_ring_ask(&s->ring, UBLK_IO(UBLK_IO_FETCH_REQ), &cmd, sizeof(cmd), tag);
}

/* @result: bytes, or -errno. */
static void commit(struct ublk_server *s, uint16_t tag, int32_t result)
{
	const struct ublksrv_io_cmd cmd = { .tag = tag, .result = result };

	ublk_ring_ask(&s->ring, UBLK_IO(UBLK_IO_COMMIT_AND_FETCH_REQ), &cmd, sizeof(cmd), tag);
}

/* Between the kernel's pages of the request in slot @i and its buffers. 0 or -errno. */
static int copy(struct ublk_server *s, uint32_t i, int to_kernel)
{
	const struct blk_request *r = blk_front_request(s->front, i);
	off_t at = (off_t)UBLK_DATA_OF(s->tag[i]);
	struct iovec iov[BLK_SEGMENTS_MAX];
	ssize_t n;

	for (uint32_t k = 0; k < r->nbufs; k++) {
		uint32_t bytes;

		iov[k].iov_base = blk_front_data(s->front, i, k, &bytes);
		iov[k].iov_len = bytes;
	}
	n = to_kernel ? pwritev(s->dev.fd, iov, r->nbufs, at) :
			preadv(s->dev.fd, iov, r->nbufs, at);
	if (n < 0)
		return -errno;
	return (size_t)n == r->bytes ? 0 : -EIO;
}

/* ---- requests ---------------------------------------------------------------------------------- */

struct asked {
	enum blk_request_op op;
	unsigned flags;
	uint64_t offset;
	uint32_t bytes;
};

static struct asked ask(const struct ublk_server *s, uint16_t tag)
{
	static const uint8_t ops[] = {
		[UBLK_IO_OP_READ] = BLK_READ,
		[UBLK_IO_OP_WRITE] = BLK_WRITE,
		[UBLK_IO_OP_FLUSH] = BLK_FLUSH,
		[UBLK_IO_OP_DISCARD] = BLK_DISCARD,
		[UBLK_IO_OP_WRITE_SAME] = BLK_REQUEST_OPS,
		[UBLK_IO_OP_WRITE_ZEROES] = BLK_ZERO,
	};
	struct ublksrv_io_desc d = s->desc[tag];
	unsigned op = ublksrv_get_op(&d);
	struct asked a = { .op = op < sizeof(ops) ? ops[op] : BLK_REQUEST_OPS };

	if (a.op != BLK_FLUSH) {
		a.offset = d.start_sector << 9;
		a.bytes = d.nr_sectors << 9;
	}
	/* What is durable when it is answered needs no asking for. */
	if (d.op_flags & UBLK_IO_F_FUA && s->front->limits.features & BLK_F_FLUSH &&
	    a.op != BLK_READ && a.op != BLK_FLUSH)
		a.flags |= BLK_FUA;
	if (d.op_flags & UBLK_IO_F_NOUNMAP && a.op == BLK_ZERO)
		a.flags |= BLK_NO_HOLE;
	return a;
}

/* Whether the request @tag has a slot now, or its answer. */
static int take(struct ublk_server *s, uint16_t tag)
{
	struct asked a = ask(s, tag);
	enum blk_status status =
		blk_limits_check(&s->front->limits, a.op, a.flags, a.offset, a.bytes);
	int i, ret;

	if (a.op == BLK_FLUSH && status == BLK_S_NOTSUPP) {
		commit(s, tag, 0);
		return 1;
	}
	if (status != BLK_S_OK) {
		commit(s, tag, blk_status_errno(status));
		return 1;
	}
	i = blk_front_take(s->front, a.op, a.flags, a.offset, a.bytes);
	if (i < 0)
		return 0;
	s->tag[i] = tag;
	ret = a.op == BLK_WRITE ? copy(s, (uint32_t)i, 0) : 0;
	if (ret == 0) {
		blk_front_submit(s->front, (uint32_t)i);
		return 1;
	}
	blk_front_release(s->front, (uint32_t)i);
	commit(s, tag, ret);
	return 1;
}

void ublk_answered(void *server, uint32_t i)
{
	struct ublk_server *s = server;
	const struct blk_slot *slot = &s->front->slots[i];
	const struct blk_request *r = &slot->request;
	int32_t result = blk_status_errno((enum blk_status)slot->status);

	/* A driver's write has no buffers any more, where they are kept for the next driver. */
	if (result == 0 && r->op == BLK_READ)
		result = copy(s, i, 1);
	if (result == 0 && r->op <= BLK_WRITE)
		result = (int32_t)r->bytes;
	commit(s, s->tag[i], result);
	blk_front_release(s->front, i);
}

unsigned ublk_poll(struct ublk_server *s, unsigned budget)
{
	uint64_t tag;
	int32_t result;
	unsigned n = 0;

	while (n < budget && ublk_ring_answer(&s->ring, &tag, &result)) {
		n++;
		/* Another result says that the device goes. */
		if (result == UBLK_IO_RES_OK)
			s->waits[s->tail++ % UBLK_DEPTH] = (uint16_t)tag;
	}
	while (s->front->running && s->head != s->tail && n < 2 * budget &&
	       take(s, s->waits[s->head % UBLK_DEPTH])) {
		s->head++;
		n++;
	}
	return n + ublk_ring_send(&s->ring);
}

/* ---- from beginning to end --------------------------------------------------------------------- */

int ublk_open(struct ublk_server *s, struct blk_front *front, struct cordon_err *e)
{
	void *desc;
	int ret = ublk_dev_make(&s->dev, UBLK_DEPTH, e);

	s->front = front;
	if (ret < 0)
		return ret;
	ret = ublk_ring_open(&s->ring, UBLK_DEPTH, s->dev.fd, 0, e);
	if (ret < 0)
		goto out_dev;
	desc = mmap(NULL, DESC_BYTES, PROT_READ, MAP_SHARED | MAP_POPULATE, s->dev.fd,
		    UBLKSRV_CMD_BUF_OFFSET);
	if (desc != MAP_FAILED) {
		s->desc = desc;
		return 0;
	}
	ret = cordon_fail(e, -errno, "ublk: mapping its requests: %s", strerror(errno));
	ublk_ring_close(&s->ring);
out_dev:
	ublk_dev_remove(&s->dev);
	return ret;
}

/* Until it has come to @step, or for @ns. */
static enum ublk_step await(struct ublk_server *s, enum ublk_step step, uint64_t ns,
			    struct cordon_caller *caller)
{
	uint64_t until = caller->now() + ns;

	while (ublk_dev_look(&s->dev) < step && caller->now() < until)
		cordon_caller_wait(caller);
	return s->dev.step;
}

int ublk_show(struct ublk_server *s, struct cordon_caller *caller, struct cordon_err *e)
{
	if (s->dev.step == UBLK_MADE) {
		ublk_dev_describe(&s->dev, &s->front->limits);
		if (await(s, UBLK_DESCRIBED, DESCRIBED_NS, caller) != UBLK_DESCRIBED)
			return cordon_fail(e, -EPROTO,
					   "the kernel does not take the disk's limits");
		for (uint16_t tag = 0; tag < UBLK_DEPTH; tag++)
			fetch(s, tag);
		(void)ublk_ring_send(&s->ring);
		ublk_dev_start(&s->dev);
	}
	/* The kernel looks for partitions, which takes a driver that answers: or else the disk comes
	 * later. */
	if (await(s, UBLK_STARTED, s->front->deadline_ns, caller) == UBLK_FAILED)
		return cordon_fail(e, -EIO, "the kernel does not take the disk");
	return 0;
}

void ublk_leave(struct ublk_server *s)
{
	uint64_t until = cordon_clock_monotonic() + GONE_NS, tag;
	int32_t result;

	for (uint32_t i = 0; i < BLK_FRONT_SLOTS; i++)
		if (s->front->slots[i].state != BLK_SLOT_FREE)
			commit(s, s->tag[i], -EIO);
	for (; s->head != s->tail; s->head++)
		commit(s, s->waits[s->head % UBLK_DEPTH], -EIO);
	ublk_dev_stop(&s->dev);
	while (ublk_dev_look(&s->dev) < UBLK_STOPPED && cordon_clock_monotonic() < until)
		while (ublk_ring_wait(&s->ring, 10, &tag, &result))
			if (result == UBLK_IO_RES_OK)
				commit(s, (uint16_t)tag, -EIO);
}

void ublk_close(struct ublk_server *s)
{
	munmap((void *)(uintptr_t)s->desc, DESC_BYTES);
	ublk_ring_close(&s->ring);
	ublk_dev_remove(&s->dev);
}
