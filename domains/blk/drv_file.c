// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* file: port 0, a file or block device. What is answered is in the kernel's cache, and outlives the driver;
 * a flush brings it to the disk. */
#include "domains/blk/serve.h"

#define BATCH 64u
#define NO_JOB UINT32_MAX

/* A request whose I/O is under way. */
struct job {
	struct blk_request request;
	uint32_t left; /* buffers, or the sync, to come */
	enum blk_status status;
	uint32_t next; /* free ones */
};

struct file {
	struct blk_serve serve; /* first: blk_ops takes it for the state */
	struct cordon_io *io;
	struct job *job;
	uint32_t free; /* the first free job */
	uint32_t *job_of; /* of each buffer, the job that it is in */
};

static int file_open(struct cordon_domain *d, void *state)
{
	struct file *f = state;
	int ret = blk_serve_open(&f->serve, d);

	if (ret < 0)
		return ret;
	f->io = cordon_domain_io(d);
	f->serve.info.features |= BLK_F_FLUSH | BLK_F_FUA;
	if (cordon_domain_arg(d) & BLK_ARG_HOLES)
		blk_serve_can_zero(&f->serve);
	f->job = cordon_alloc(d, CORDON_IO_DEPTH * sizeof(*f->job));
	f->job_of = cordon_alloc(d, cordon_pool_count(f->serve.pool) * sizeof(*f->job_of));
	if (!f->job || !f->job_of)
		return -ENOMEM;
	for (uint32_t i = 0; i < CORDON_IO_DEPTH; i++)
		f->job[i].next = i + 1 < CORDON_IO_DEPTH ? i + 1 : NO_JOB;
	return cordon_domain_ports(d) < 1 ? -ENODEV : 0;
}

static void finish(struct file *f, uint32_t i)
{
	struct job *j = &f->job[i];

	blk_serve_answer(&f->serve, &j->request, j->status);
	j->next = f->free;
	f->free = i;
}

/* Data go in pieces, one for each buffer. */
static int queue_data(struct file *f, uint32_t i)
{
	struct job *j = &f->job[i];
	const struct blk_request *r = &j->request;
	uint64_t offset = r->offset;
	int ret = 0;

	for (uint32_t k = 0; ret == 0 && k < r->nbufs; k++) {
		uint32_t bytes = blk_segment_bytes(r->bytes, k);

		ret = r->op == BLK_READ ? cordon_io_read_at(f->io, 0, r->buf[k], bytes, offset) :
					  cordon_io_write_at(f->io, 0, r->buf[k], bytes, offset,
							     r->flags & BLK_FUA);
		if (ret < 0)
			break;
		f->job_of[r->buf[k]] = i;
		offset += bytes;
		j->left++;
	}
	return ret;
}

static int queue_sync(struct file *f, uint32_t i)
{
	int ret = cordon_io_sync(f->io, 0, i);

	f->job[i].left += ret == 0;
	return ret;
}

static int make_hole(struct file *f, uint32_t i)
{
	const struct blk_request *r = &f->job[i].request;
	int keep = r->op == BLK_ZERO && (r->flags & BLK_NO_HOLE);
	int ret = cordon_io_hole(f->io, 0, keep ? CORDON_IO_ZERO : CORDON_IO_PUNCH, r->offset,
				 r->bytes);

	/* A wish, on file systems that can't. */
	if (ret == -EOPNOTSUPP && keep)
		ret = cordon_io_hole(f->io, 0, CORDON_IO_PUNCH, r->offset, r->bytes);
	return ret == 0 && (r->flags & BLK_FUA) ? queue_sync(f, i) : ret;
}

static void begin(struct file *f, const struct blk_request *r)
{
	uint32_t i = f->free;
	struct job *j = &f->job[i];
	int ret;

	f->free = j->next;
	*j = (struct job){ .request = *r, .status = BLK_S_OK };
	if (r->op == BLK_FLUSH)
		ret = queue_sync(f, i);
	else if (r->op == BLK_READ || r->op == BLK_WRITE)
		ret = queue_data(f, i);
	else
		ret = make_hole(f, i);
	if (ret < 0)
		j->status = blk_serve_status(ret);
	if (!j->left)
		finish(f, i);
}

static void io_done(struct file *f, const struct cordon_io_done *d)
{
	uint32_t i = d->sync ? d->buf : f->job_of[d->buf];
	struct job *j = &f->job[i];
	uint32_t want = 0;

	if (!d->sync)
		for (uint32_t k = 0; k < j->request.nbufs; k++)
			if (j->request.buf[k] == d->buf)
				want = blk_segment_bytes(j->request.bytes, k);
	if (d->res < 0)
		j->status = blk_serve_status(d->res);
	else if ((uint32_t)d->res != want)
		j->status = BLK_S_IO;
	if (--j->left == 0)
		finish(f, i);
}

static int file_poll(void *state, unsigned budget)
{
	struct file *f = state;
	struct cordon_io_done done[BATCH];
	unsigned n = cordon_io_reap(f->io, done, BATCH), taken = 0;
	struct blk_request r;

	for (unsigned i = 0; i < n; i++)
		io_done(f, &done[i]);
	while (taken < budget && f->io->inflight + BLK_SEGMENTS_MAX <= CORDON_IO_DEPTH &&
	       f->free != NO_JOB && blk_serve_next(&f->serve, &r)) {
		begin(f, &r);
		taken++;
	}
	(void)cordon_io_submit(f->io);
	f->serve.stats.enters = f->io->enters;
	blk_serve_send(&f->serve);
	return (int)(n + taken);
}

CORDON_DRIVER(blk_file) = {
	.state_size = sizeof(struct file),
	.control = &blk_ops,
	.open = file_open,
	.poll = file_poll,
};
