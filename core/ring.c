// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/io.h"
#include "core/sys.h"

/* A ring that was flooded takes seconds to end; one that takes longer is stuck. */
#define END_NS UINT64_C(30000000000)

/* liburing 2.3's shared library lacks the calls for restrictions; so all of it goes by system call. */
static const struct io_uring_restriction restrictions[] = {
	/* First, so that they can be left out. */
	{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_FSYNC },
	{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_READ_FIXED },
	{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_WRITE_FIXED },
	{ .opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED, .sqe_flags = IOSQE_FIXED_FILE },
	{ .opcode = IORING_RESTRICTION_SQE_FLAGS_REQUIRED, .sqe_flags = IOSQE_FIXED_FILE },
	{ .opcode = IORING_RESTRICTION_REGISTER_OP, .register_op = IORING_UNREGISTER_FILES },
	{ .opcode = IORING_RESTRICTION_REGISTER_OP, .register_op = 24 /* SYNC_CANCEL, 6.0 */ },
};

static long ring_register(int fd, unsigned op, const void *arg, unsigned n)
{
	return cordon_sys6(__NR_io_uring_register, fd, op, (long)arg, n, 0, 0);
}

/* What the child does: no libc that might hold a lock of another thread. Returns the step that
 * failed, and -errno in *@error; 0. */
static int make_in_child(struct cordon_ring *ring, const struct cordon_memory *pool,
			 const int *files, unsigned nfiles, enum cordon_ring_may may, long *error)
{
	struct iovec buffer = { (void *)(uintptr_t)CORDON_RING_BUFFERS, pool->size };
	struct io_uring_params *p = &ring->params;

	*error = cordon_sys6(__NR_mmap, (long)CORDON_RING_BUFFERS, (long)pool->size,
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, pool->fd, 0);
	if (*error != (long)CORDON_RING_BUFFERS)
		return 1;
	*error = cordon_sys3(__NR_io_uring_setup, CORDON_IO_DEPTH, (long)p, 0);
	if (*error == -EINVAL) {
		/* Before 5.19: completions interrupt the driver instead of waiting for it. */
		p->flags &= ~(unsigned)(IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG);
		*error = cordon_sys3(__NR_io_uring_setup, CORDON_IO_DEPTH, (long)p, 0);
	}
	if (*error < 0)
		return 2;
	ring->fd = (int32_t)*error;
	*error = ring_register(ring->fd, IORING_REGISTER_FILES, files, nfiles);
	if (*error < 0)
		return 3;
	*error = ring_register(ring->fd, IORING_REGISTER_BUFFERS, &buffer, 1);
	if (*error < 0)
		return 4;
	if (may != CORDON_RING_ANYTHING) {
		unsigned skip = may == CORDON_RING_WRITE ? 2 : may == CORDON_RING_READ_WRITE;
		unsigned n = sizeof(restrictions) / sizeof(restrictions[0]) - skip;

		*error = ring_register(ring->fd, IORING_REGISTER_RESTRICTIONS, restrictions + skip,
				       n);
		/* Before 6.0 the ring can't be told to cancel: it does without. */
		if (*error == -EINVAL)
			*error = ring_register(ring->fd, IORING_REGISTER_RESTRICTIONS,
					       restrictions + skip, n - 1);
		if (*error < 0)
			return 5;
	}
	*error = ring_register(ring->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
	return *error < 0 ? 6 : 0;
}

static const char *const steps[] = { "",
				     "mapping the pool in the ring's creator",
				     "io_uring_setup",
				     "registering the ports",
				     "registering the pool",
				     "restricting the ring",
				     "enabling the ring" };

struct outcome {
	struct cordon_ring ring;
	int step;
	long error;
};

int cordon_ring_make(struct cordon_ring *ring, const struct cordon_memory *pool, const int *ports,
		     unsigned nports, enum cordon_ring_may may, struct cordon_err *e)
{
	int files[CORDON_PORTS_MAX + 1];
	int witness[2];
	struct outcome *out;
	int status = 0;
	long pid;

	memset(ring, 0, sizeof(*ring));
	ring->fd = ring->witness = -1;
	if (nports == 0 || nports > CORDON_PORTS_MAX)
		return cordon_fail(e, -EINVAL, "io_uring: %u ports: not 1 to %u", nports,
				   CORDON_PORTS_MAX);
	out = mmap(NULL, sizeof(*out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (out == MAP_FAILED)
		return cordon_fail(e, -ENOMEM, "io_uring: no memory");
	/* Nonblocking: older kernels then end a read of it at once. */
	if (pipe2(witness, O_CLOEXEC | O_NONBLOCK) < 0) {
		int ret = -errno;

		munmap(out, sizeof(*out));
		return cordon_fail(e, ret, "io_uring: pipe: %s", strerror(-ret));
	}
	memcpy(files, ports, nports * sizeof(*ports));
	files[nports] = witness[0];
	out->ring.fd = -1;
	out->ring.params.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_COOP_TASKRUN |
				 IORING_SETUP_TASKRUN_FLAG;
	out->step = -1;
	/* CLONE_FILES: the descriptor that the child makes is ours at once. */
	pid = cordon_sys6(__NR_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0, 0);
	if (pid == 0) {
		out->step = make_in_child(&out->ring, pool, files, nports + 1, may, &out->error);
		for (;;)
			cordon_sys3(__NR_exit_group, 0, 0, 0);
	}
	if (pid > 0)
		while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
			;
	close(witness[0]);
	*ring = out->ring;
	ring->witness = witness[1];
	ring->buffers = CORDON_RING_BUFFERS;
	ring->rings_size = ring->params.sq_off.array + ring->params.sq_entries * sizeof(uint32_t);
	if (ring->rings_size <
	    ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe))
		ring->rings_size = ring->params.cq_off.cqes +
				   ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->sqes_size = ring->params.sq_entries * sizeof(struct io_uring_sqe);
	if (out->step != 0) {
		int step = out->step;
		int ret = pid < 0 ? (int)pid : step < 0 ? -ECHILD : (int)out->error;

		if (ring->fd >= 0)
			close(ring->fd);
		close(ring->witness);
		ring->fd = ring->witness = -1;
		munmap(out, sizeof(*out));
		return cordon_fail(e, ret, "io_uring: %s: %s",
				   step > 0 ? steps[step] : "starting its creator", strerror(-ret));
	}
	munmap(out, sizeof(*out));
	return 0;
}

int cordon_ring_map(struct cordon_ring *ring, struct cordon_err *e)
{
	void *rings = mmap(NULL, ring->rings_size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, ring->fd, (off_t)IORING_OFF_SQ_RING);
	void *sqes = mmap(NULL, ring->sqes_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  ring->fd, (off_t)IORING_OFF_SQES);

	if (rings != MAP_FAILED)
		ring->rings = (uint64_t)(uintptr_t)rings;
	if (sqes != MAP_FAILED)
		ring->sqes = (uint64_t)(uintptr_t)sqes;
	if (rings == MAP_FAILED || sqes == MAP_FAILED)
		return cordon_fail(e, -errno, "io_uring: mapping the rings: %s", strerror(errno));
	return 0;
}

/* Requests in flight, as the kernel counts them (the ring's own words are the driver's to write);
 * UINT32_MAX if it doesn't say. */
static uint32_t in_flight(int fd)
{
	char path[64], line[128];
	unsigned taken = 0, posted = 0;
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	while (f && found != 3 && fgets(line, sizeof(line), f))
		found |= sscanf(line, "CachedSqHead: %u", &taken) == 1	? 1 :
			 sscanf(line, "CachedCqTail: %u", &posted) == 1 ? 2 :
									  0;
	if (f)
		fclose(f);
	return found == 3 ? taken - posted : UINT32_MAX;
}

/* Have all cancelled. Whether the kernel could be asked. */
static int cancel_all(int fd)
{
	/* struct io_uring_sync_cancel_reg of 6.0: any request, all of them, wait a second at most. */
	struct {
		uint64_t addr;
		int32_t fd;
		uint32_t flags;
		struct {
			int64_t sec, nsec;
		} timeout;
		uint64_t pad[4];
	} all = { .fd = -1, .flags = 1u << 0 | 1u << 2, .timeout = { 1, 0 } };
	long ret;

	/* The kernel's work is the square of their number, in one go: 150,000 keep a CPU busy for
	 * minutes. A ring with more than a driver of ours ever has is closed without; the kernel
	 * then cancels them by itself, quicker. */
	if (in_flight(fd) > 2 * CORDON_IO_DEPTH)
		return 0;
	ret = ring_register(fd, 24, &all, 1);
	return ret >= 0 || ret == -ENOENT;
}

/* What is cancelled for a process that is gone is finished by a worker of the kernel, at its next tick.
 * Completions that found no room are never counted as such: then not. */
static int await_none(int fd)
{
	const struct timespec nap = { 0, 50000 };

	for (int i = 0; i < 400; i++) {
		if (in_flight(fd) == 0)
			return 1;
		nanosleep(&nap, NULL);
	}
	return 0;
}

int cordon_ring_cancel(struct cordon_ring *ring)
{
	return ring->fd < 0 || cancel_all(ring->fd);
}

/* The ring held the pipe's last reading end: when the pipe breaks, the ring has ended. */
static int await_end(int witness)
{
	uint64_t until = cordon_clock_monotonic() + END_NS;
	struct pollfd p = { .fd = witness };

	while (cordon_clock_monotonic() < until)
		if (poll(&p, 1, 100) == 1 && p.revents & POLLERR)
			return 0;
	return -ETIMEDOUT;
}

int cordon_ring_drop(struct cordon_ring *ring)
{
	int quiet;
	int ret;

	if (ring->fd < 0)
		return 0;
	quiet = cancel_all(ring->fd) && await_none(ring->fd);
	/* A ring dies late, and its ports would be busy for as long: let go of them now. */
	(void)ring_register(ring->fd, IORING_UNREGISTER_FILES, NULL, 0);
	if (ring->rings)
		munmap((void *)(uintptr_t)ring->rings, ring->rings_size);
	if (ring->sqes)
		munmap((void *)(uintptr_t)ring->sqes, ring->sqes_size);
	close(ring->fd);
	ret = quiet ? 0 : await_end(ring->witness);
	close(ring->witness);
	ring->fd = ring->witness = -1;
	return ret;
}
