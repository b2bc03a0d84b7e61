// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * ublk_null CPU DEPTH: a disk of 1 GB behind ublk, whose server, on CPU, answers all requests at once and
 * touches no data. Prints the disk's name when it is there, and takes it away when SIGTERM or SIGINT comes.
 *
 * As fast as ublk lets a server be, in Linux 6.12:
 *   - one queue, for the one CPU that asks;
 *   - UBLK_F_USER_COPY: data would be copied by the server, which has none, so the kernel pins no pages
 *     and copies nothing either;
 *   - DEFER_TASKRUN with TASKRUN_FLAG: a request interrupts nobody, and the server, which never sleeps,
 *     sees in a word of its ring that there is one. So there is no wake-up on the way to it;
 *   - answers and new requests share one system call, for as many as there are.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/ublk_cmd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "channels/prim.h"

/* What headers before Linux 6.4 lack: <linux/ublk_cmd.h> of 6.12. */
#ifndef UBLK_F_USER_COPY
#define UBLK_F_CMD_IOCTL_ENCODE (1UL << 6)
#define UBLK_F_USER_COPY (1UL << 7)
#define UBLK_U_CMD_ADD_DEV _IOWR('u', UBLK_CMD_ADD_DEV, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_DEL_DEV _IOWR('u', UBLK_CMD_DEL_DEV, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_START_DEV _IOWR('u', UBLK_CMD_START_DEV, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_STOP_DEV _IOWR('u', UBLK_CMD_STOP_DEV, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_SET_PARAMS _IOWR('u', UBLK_CMD_SET_PARAMS, struct ublksrv_ctrl_cmd)
#define UBLK_U_IO_FETCH_REQ _IOWR('u', UBLK_IO_FETCH_REQ, struct ublksrv_io_cmd)
#define UBLK_U_IO_COMMIT_AND_FETCH_REQ \
	_IOWR('u', UBLK_IO_COMMIT_AND_FETCH_REQ, struct ublksrv_io_cmd)
#endif

#define SECTORS (UINT64_C(1) << 21)
#define BYTES_MAX (1u << 20)

static struct ublksrv_ctrl_dev_info info = {
	.nr_hw_queues = 1,
	.max_io_buf_bytes = BYTES_MAX,
	.dev_id = (uint32_t)-1, /* any */
	.flags = UBLK_F_USER_COPY | UBLK_F_CMD_IOCTL_ENCODE,
};
static struct io_uring control;
static int control_fd, server_cpu;

static void __attribute__((noreturn)) die(const char *what, int error)
{
	fprintf(stderr, "ublk_null: %s: %s\n", what, strerror(error));
	exit(1);
}

static struct io_uring_sqe *entry(struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (!sqe)
		die("a full ring", EBUSY);
	return sqe;
}

/* ---- control: requests to /dev/ublk-control, one at a time ------------------------------------------ */

static int order(uint32_t op, void *data, size_t len, uint64_t value)
{
	struct io_uring_sqe *sqe = entry(&control);
	struct ublksrv_ctrl_cmd cmd = { .dev_id = info.dev_id,
					.queue_id = (uint16_t)-1,
					.len = (uint16_t)len,
					.addr = (uint64_t)(uintptr_t)data };
	struct io_uring_cqe *cqe;
	int ret;

	cmd.data[0] = value;
	/* SQE128: the command is 32 bytes long, from the last 16 of an ordinary entry on. */
	memset(sqe, 0, 2 * sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = control_fd;
	sqe->cmd_op = op;
	memcpy(sqe->cmd, &cmd, sizeof(cmd));
	ret = io_uring_submit_and_wait(&control, 1);
	if (ret >= 0)
		ret = io_uring_wait_cqe(&control, &cqe);
	if (ret < 0)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(&control, cqe);
	return ret;
}

static void add(void)
{
	struct ublk_params params = {
		.len = sizeof(params),
		.types = UBLK_PARAM_TYPE_BASIC,
		.basic = { .logical_bs_shift = 9,
			   .physical_bs_shift = 12,
			   .io_opt_shift = 12,
			   .io_min_shift = 9,
			   .max_sectors = BYTES_MAX >> 9,
			   .dev_sectors = SECTORS },
	};
	int ret;

	control_fd = open("/dev/ublk-control", O_RDWR | O_CLOEXEC);
	if (control_fd < 0)
		die("/dev/ublk-control", errno);
	ret = io_uring_queue_init(4, &control, IORING_SETUP_SQE128);
	if (ret == 0)
		ret = order(UBLK_U_CMD_ADD_DEV, &info, sizeof(info), 0);
	if (ret == 0)
		ret = order(UBLK_U_CMD_SET_PARAMS, &params, sizeof(params), 0);
	if (ret < 0)
		die("adding a disk", -ret);
}

/* ---- the server -------------------------------------------------------------------------------------- */

static void ask(struct io_uring *ring, unsigned op, unsigned tag, int result)
{
	struct io_uring_sqe *sqe = entry(ring);
	struct ublksrv_io_cmd cmd = { .tag = (uint16_t)tag, .result = result };

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->cmd_op = op;
	sqe->user_data = tag;
	memcpy(sqe->cmd, &cmd, sizeof(cmd));
}

static void *serve(void *arg)
{
	struct io_uring_params p = { .flags = IORING_SETUP_SINGLE_ISSUER |
					      IORING_SETUP_DEFER_TASKRUN |
					      IORING_SETUP_TASKRUN_FLAG };
	const struct ublksrv_io_desc *desc;
	struct io_uring ring;
	unsigned left = info.queue_depth, head, tag, n;
	struct io_uring_cqe *cqe;
	char path[32];
	cpu_set_t set;
	int fd, ret;

	(void)arg;
	CPU_ZERO(&set);
	CPU_SET((size_t)server_cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		die("its CPU", errno);
	snprintf(path, sizeof(path), "/dev/ublkc%u", info.dev_id);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(path, errno);
	desc = mmap(NULL, left * sizeof(*desc), PROT_READ, MAP_SHARED | MAP_POPULATE, fd,
		    UBLKSRV_CMD_BUF_OFFSET);
	if (desc == MAP_FAILED)
		die("its requests", errno);
	ret = io_uring_queue_init_params(left, &ring, &p);
	if (ret == 0)
		ret = io_uring_register_files(&ring, &fd, 1);
	if (ret < 0)
		die("io_uring", -ret);
	for (tag = 0; tag < left; tag++)
		ask(&ring, UBLK_U_IO_FETCH_REQ, tag, 0);
	io_uring_submit(&ring);
	while (left) {
		/* Not by system calls: nothing is written to memory that the other side needs. */
		while (!io_uring_cq_ready(&ring) &&
		       !(__atomic_load_n(ring.sq.kflags, __ATOMIC_RELAXED) & IORING_SQ_TASKRUN))
			cordon_relax();
		io_uring_get_events(&ring);
		n = 0;
		io_uring_for_each_cqe(&ring, head, cqe)
		{
			tag = (unsigned)cqe->user_data;
			n++;
			if (cqe->res == UBLK_IO_RES_OK)
				ask(&ring, UBLK_U_IO_COMMIT_AND_FETCH_REQ, tag,
				    (int)(desc[tag].nr_sectors << 9));
			else if (cqe->res == UBLK_IO_RES_ABORT)
				left--; /* the disk is taken away */
			else
				die("a request", -cqe->res);
		}
		io_uring_cq_advance(&ring, n);
		io_uring_submit(&ring);
	}
	/* While anything holds the device, it isn't deleted. */
	munmap((void *)(uintptr_t)desc, info.queue_depth * sizeof(*desc));
	io_uring_queue_exit(&ring);
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t server;
	sigset_t set;
	int ret, sig;

	if (argc != 3) {
		fputs("usage: ublk_null CPU DEPTH\n", stderr);
		return 2;
	}
	server_cpu = atoi(argv[1]);
	info.queue_depth = (uint16_t)atoi(argv[2]);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	add();
	ret = pthread_create(&server, NULL, serve, NULL);
	if (ret)
		die("a thread", ret);
	/* It waits until the server has asked for a request of each tag, and reads the disk. */
	ret = order(UBLK_U_CMD_START_DEV, NULL, 0, (uint64_t)getpid());
	if (ret < 0)
		die("starting the disk", -ret);
	printf("ublkb%u\n", info.dev_id);
	fflush(stdout);
	sigwait(&set, &sig);
	order(UBLK_U_CMD_STOP_DEV, NULL, 0, 0);
	pthread_join(server, NULL);
	ret = order(UBLK_U_CMD_DEL_DEV, NULL, 0, 0);
	if (ret < 0)
		die("taking the disk away", -ret);
	return 0;
}
