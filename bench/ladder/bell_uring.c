// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Bells by io_uring. */
#include "bench/ladder/bell.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/ladder/host.h"

#define ENTRIES 8
/* Longer than any pause between two rings: the kernel's thread doesn't go to sleep in between. */
#define SQPOLL_IDLE_MS 200

static int refused(int err, const char *what, char *why)
{
	if (err == -EPERM || err == -ENOSYS)
		snprintf(why, WHY_SIZE, "%s: %s (io_uring is not there, or not allowed)", what,
			 strerror(-err));
	else
		snprintf(why, WHY_SIZE, "%s: %s", what, strerror(-err));
	return -1;
}

/* Whether the kernel has IORING_OP_MSG_RING (Linux 5.18), and with it all else that is used here. */
static bool has_messages(struct io_uring *ring)
{
	struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
	bool has = probe && io_uring_opcode_supported(probe, IORING_OP_MSG_RING);

	io_uring_free_probe(probe);
	return has;
}

/* Both rings of @b, that of the ringer by @p. */
static int make(struct bell *b, struct io_uring_params *p, char *why)
{
	int ret = io_uring_queue_init(ENTRIES, &b->to, 0);

	if (ret < 0)
		return refused(ret, "io_uring_setup", why);
	if (!has_messages(&b->to)) {
		snprintf(why, WHY_SIZE, "this kernel's io_uring has no IORING_OP_MSG_RING");
		goto err_to;
	}
	ret = io_uring_queue_init_params(ENTRIES, &b->from, p);
	if (ret < 0) {
		refused(ret,
			p->flags & IORING_SETUP_SQPOLL ? "io_uring_setup, SQPOLL" :
							 "io_uring_setup",
			why);
		goto err_to;
	}
	return 0;

err_to:
	io_uring_queue_exit(&b->to);
	return -1;
}

static int uring_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	struct io_uring_params p = { 0 };

	(void)at;
	(void)first;
	return make(b, &p, why);
}

/* Where the kernel's thread polls: on a third CPU, best one that shares no core with the two; the
 * sleeper's where there are only two. */
static int third_cpu(const struct place *at)
{
	int found = at->core;

	for (int cpu = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1; cpu >= 0; cpu--) {
		if (cpu == at->cpu || cpu == at->core)
			continue;
		found = cpu;
		if (!host_siblings(cpu, at->cpu) && !host_siblings(cpu, at->core))
			break;
	}
	return found;
}

static int sqpoll_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	struct io_uring_params p = { .flags = IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF,
				     .sq_thread_idle = SQPOLL_IDLE_MS,
				     .sq_thread_cpu = (uint32_t)third_cpu(at) };

	b->attached = first != NULL;
	/* One thread for both directions: two would take turns on one CPU. */
	if (first) {
		p.flags |= IORING_SETUP_ATTACH_WQ;
		p.wq_fd = (uint32_t)first->from.ring_fd;
	}
	return make(b, &p, why);
}

static void uring_ring(struct bell *b)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&b->from);

	if (!sqe)
		rung_broken("no room in a submission queue");
	io_uring_prep_msg_ring(sqe, b->to.ring_fd, 0, 1, 0);
	/* Only what fails is told to the ringer. */
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	if (io_uring_submit(&b->from) < 0 || io_uring_cq_ready(&b->from))
		rung_broken("io_uring message");
}

/* Until the next completion of the sleeper's ring; what it said. Not for ever: a message that failed after
 * its ringer had looked for errors would be waited for. */
static int completion(struct bell *b)
{
	struct __kernel_timespec patience = { .tv_sec = 60 };
	struct io_uring_cqe *cqe = NULL;
	int ret, res;

	do
		ret = io_uring_wait_cqe_timeout(&b->to, &cqe, &patience);
	while (ret == -EINTR);
	if (ret < 0)
		return ret;
	res = cqe->res;
	io_uring_cqe_seen(&b->to, cqe);
	return res;
}

static void uring_sleep(struct bell *b)
{
	if (completion(b) != 0)
		rung_broken("io_uring wait");
}

static void uring_drop(struct bell *b)
{
	io_uring_queue_exit(&b->from);
	io_uring_queue_exit(&b->to);
}

/* The kernel's threads of this process that poll rings. */
static unsigned pollers(void)
{
	DIR *d = opendir("/proc/self/task");
	const struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d))) {
		char path[300], name[16] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", e->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f) && strncmp(name, "iou-sqp-", 8) == 0)
			n++;
		fclose(f);
	}
	if (d)
		closedir(d);
	return n;
}

/* The kernel ends a ring, and its thread, some milliseconds after the last descriptor is closed; until
 * then it polls, on a CPU that the next rung may want. */
static void sqpoll_drop(struct bell *b)
{
	const struct timespec ms = { 0, 1000 * 1000 };
	unsigned before = pollers();

	uring_drop(b);
	if (b->attached)
		return; /* the thread is the other bell's */
	for (int i = 0; before && pollers() >= before && i < 1000; i++)
		nanosleep(&ms, NULL);
}

const struct bell_kind bell_uring = { .make = uring_make,
				      .ring = uring_ring,
				      .sleep = uring_sleep,
				      .drop = uring_drop };
const struct bell_kind bell_uring_sqpoll = { .make = sqpoll_make,
					     .ring = uring_ring,
					     .sleep = uring_sleep,
					     .drop = sqpoll_drop };

/* ---- a read of an eventfd ------------------------------------------------------------------------ */

static int read_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	int ret;

	if (bell_eventfd_make(b, at, first, why) < 0)
		return -1;
	ret = io_uring_queue_init(ENTRIES, &b->to, 0);
	if (ret == 0)
		return 0;
	bell_fd_drop(b);
	return refused(ret, "io_uring_setup", why);
}

static void read_sleep(struct bell *b)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&b->to);
	uint64_t got = 0;

	if (!sqe)
		rung_broken("no room in a submission queue");
	io_uring_prep_read(sqe, b->fd[0], &got, sizeof(got), 0);
	/* Submitted and waited for in one call; if a signal ended that, completion() goes on. */
	(void)io_uring_submit_and_wait(&b->to, 1);
	if (completion(b) != sizeof(got) || got != 1)
		rung_broken("io_uring read");
}

static void read_drop(struct bell *b)
{
	io_uring_queue_exit(&b->to);
	bell_fd_drop(b);
}

const struct bell_kind bell_uring_read = { .make = read_make,
					   .ring = bell_eventfd_ring,
					   .sleep = read_sleep,
					   .drop = read_drop };
