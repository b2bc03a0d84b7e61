// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/ublk_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTROL "/dev/ublk-control"
/* Of commands that don't wait for anybody else. */
#define SOON_MS 10000
#define GONE_MS 1000
/* Marks devices as ours, with the supervisor's number in the lower half. */
#define OURS (UINT64_C(0x636f7264) << 32)

static struct ublksrv_ctrl_cmd about(uint32_t id, void *data, uint32_t size)
{
	return (struct ublksrv_ctrl_cmd){ .dev_id = id,
					  .queue_id = UINT16_MAX,
					  .addr = (uint64_t)(uintptr_t)data,
					  .len = (uint16_t)size };
}

static void ask(struct ublk_dev *d, uint32_t op, const struct ublksrv_ctrl_cmd *cmd)
{
	ublk_ring_ask(&d->control, op, cmd, sizeof(*cmd), op);
	(void)ublk_ring_send(&d->control);
}

/* Ask, and wait for the answer. */
static int32_t have_done(struct ublk_dev *d, uint32_t op, const struct ublksrv_ctrl_cmd *cmd,
			 int ms)
{
	uint64_t what;
	int32_t result;

	ask(d, op, cmd);
	while (ublk_ring_wait(&d->control, ms, &what, &result))
		if (what == op)
			return result;
	return -ETIMEDOUT;
}

/* ---- made -------------------------------------------------------------------------------------- */

static int open_control(struct ublk_dev *d, struct cordon_err *e)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC), ret;

	if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		return cordon_fail(e, -errno,
				   CONTROL
				   ": this kernel has no ublk: modprobe ublk_drv (Linux 6.5 or "
				   "later), or use --frontend nbd");
	if (fd < 0)
		return cordon_fail(e, -errno, CONTROL ": %s", strerror(errno));
	ret = ublk_ring_open(&d->control, 4, fd, 1, e);
	/* The ring has it. */
	close(fd);
	return ret;
}

static int is_left(const struct ublksrv_ctrl_dev_info *info)
{
	return (info->ublksrv_flags & ~(uint64_t)UINT32_MAX) == OURS &&
	       kill((pid_t)(uint32_t)info->ublksrv_flags, 0) < 0 && errno == ESRCH;
}

/* What was killed could not clean up after itself. */
static void sweep(struct ublk_dev *d)
{
	static const char prefix[] = "/dev/ublkc";
	glob_t g;

	if (glob("/dev/ublkc[0-9]*", GLOB_NOSORT, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		uint32_t id = (uint32_t)strtoul(g.gl_pathv[i] + sizeof(prefix) - 1, NULL, 10);
		struct ublksrv_ctrl_dev_info info = { .dev_id = id };
		struct ublksrv_ctrl_cmd cmd = about(id, &info, sizeof(info));

		if (have_done(d, UBLK_ASK(UBLK_CMD_GET_DEV_INFO), &cmd, SOON_MS) < 0 ||
		    !is_left(&info))
			continue;
		cmd = about(id, NULL, 0);
		(void)have_done(d, UBLK_DO(UBLK_CMD_STOP_DEV), &cmd, SOON_MS);
		(void)have_done(d, UBLK_DO(UBLK_CMD_DEL_DEV), &cmd, GONE_MS);
	}
	globfree(&g);
}

static void delete (struct ublk_dev *d)
{
	struct ublksrv_ctrl_cmd cmd = about(d->id, NULL, 0);

	(void)have_done(d, UBLK_DO(UBLK_CMD_DEL_DEV), &cmd, GONE_MS);
}

static int add(struct ublk_dev *d, unsigned depth, struct cordon_err *e)
{
	const uint64_t flags = UBLK_F_USER_COPY | UBLK_F_CMD_IOCTL_ENCODE;
	struct ublksrv_ctrl_dev_info info = { .nr_hw_queues = 1,
					      .queue_depth = (uint16_t)depth,
					      .max_io_buf_bytes = BLK_BYTES_MAX,
					      .dev_id = UINT32_MAX,
					      .flags = flags,
					      .ublksrv_flags = OURS | (uint32_t)getpid() };
	struct ublksrv_ctrl_cmd cmd = about(UINT32_MAX, &info, sizeof(info));
	int ret = have_done(d, UBLK_DO(UBLK_CMD_ADD_DEV), &cmd, SOON_MS);

	if (ret == -EOPNOTSUPP)
		return cordon_fail(e, ret,
				   "this kernel's ublk is too old: Linux 6.5 or later, or use "
				   "--frontend nbd");
	if (ret < 0)
		return cordon_fail(e, ret, "ublk: making a device: %s", strerror(-ret));
	d->id = info.dev_id;
	if ((info.flags & flags) == flags)
		return 0;
	delete (d);
	return cordon_fail(e, -EOPNOTSUPP,
			   "this kernel's ublk can't copy: Linux 6.5 or later, or use "
			   "--frontend nbd");
}

int ublk_dev_make(struct ublk_dev *d, unsigned depth, struct cordon_err *e)
{
	char path[32];
	int ret;

	memset(d, 0, sizeof(*d));
	d->fd = -1;
	ret = open_control(d, e);
	if (ret < 0)
		return ret;
	sweep(d);
	ret = add(d, depth, e);
	if (ret < 0)
		goto out_control;
	(void)snprintf(path, sizeof(path), "/dev/ublkc%u", d->id);
	d->fd = open(path, O_RDWR | O_CLOEXEC);
	if (d->fd >= 0)
		return 0;
	ret = cordon_fail(e, -errno, "%s: %s", path, strerror(errno));
	delete (d);
out_control:
	ublk_ring_close(&d->control);
	return ret;
}

/* ---- shown -------------------------------------------------------------------------------------- */

void ublk_dev_describe(struct ublk_dev *d, const struct blk_limits *l)
{
	uint8_t shift = l->block == 4096 ? 12 : 9;
	uint32_t zero = l->max_zero >> 9;
	struct ublksrv_ctrl_cmd cmd;

	d->params = (struct ublk_params){
		.len = sizeof(d->params),
		.types = UBLK_PARAM_TYPE_BASIC | (zero ? UBLK_PARAM_TYPE_DISCARD : 0),
		.basic = { .attrs = (l->features & BLK_F_READ_ONLY ? UBLK_ATTR_READ_ONLY : 0) |
				    (l->features & BLK_F_FLUSH ? UBLK_ATTR_VOLATILE_CACHE : 0) |
				    (l->features & BLK_F_FUA ? UBLK_ATTR_FUA : 0),
			   .logical_bs_shift = shift,
			   .physical_bs_shift = shift,
			   .io_opt_shift = 16,
			   .io_min_shift = shift,
			   .max_sectors = l->max_bytes >> 9,
			   .dev_sectors = l->capacity >> 9 },
		.discard = { .discard_granularity = l->discard ? l->discard : l->block,
			     .max_discard_sectors = l->features & BLK_F_DISCARD ? zero : 0,
			     .max_write_zeroes_sectors = l->features & BLK_F_ZERO ? zero : 0,
			     .max_discard_segments = 1 },
	};
	cmd = about(d->id, &d->params, sizeof(d->params));
	ask(d, UBLK_DO(UBLK_CMD_SET_PARAMS), &cmd);
}

void ublk_dev_start(struct ublk_dev *d)
{
	struct ublksrv_ctrl_cmd cmd = about(d->id, NULL, 0);

	cmd.data[0] = (uint64_t)getpid();
	ask(d, UBLK_DO(UBLK_CMD_START_DEV), &cmd);
}

void ublk_dev_stop(struct ublk_dev *d)
{
	struct ublksrv_ctrl_cmd cmd = about(d->id, NULL, 0);

	ask(d, UBLK_DO(UBLK_CMD_STOP_DEV), &cmd);
}

enum ublk_step ublk_dev_look(struct ublk_dev *d)
{
	uint64_t what;
	int32_t result;

	while (ublk_ring_answer(&d->control, &what, &result)) {
		if (result < 0)
			d->step = UBLK_FAILED;
		else if (what == UBLK_DO(UBLK_CMD_SET_PARAMS))
			d->step = UBLK_DESCRIBED;
		else if (what == UBLK_DO(UBLK_CMD_START_DEV))
			d->step = UBLK_STARTED;
		else if (what == UBLK_DO(UBLK_CMD_STOP_DEV))
			d->step = UBLK_STOPPED;
	}
	return d->step;
}

void ublk_dev_remove(struct ublk_dev *d)
{
	struct ublksrv_ctrl_cmd cmd = about(d->id, NULL, 0);

	/* It would wait for the server, which is us. */
	close(d->fd);
	(void)have_done(d, UBLK_DO(UBLK_CMD_STOP_DEV), &cmd, SOON_MS);
	delete (d);
	ublk_ring_close(&d->control);
}
