// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/filter.h"

#include <errno.h>
#include <linux/falloc.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/waiting.h"

static int allow_ring(scmp_filter_ctx ctx, int fd)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(io_uring_enter), 3,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0),
				SCMP_A3(SCMP_CMP_MASKED_EQ,
					(scmp_datum_t) ~(uint64_t)IORING_ENTER_GETEVENTS, 0),
				SCMP_A4(SCMP_CMP_EQ, 0, 0));
}

static int allow_on(scmp_filter_ctx ctx, int nr, int fd)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0));
}

static int allow_port(scmp_filter_ctx ctx, int fd)
{
	int ret = allow_on(ctx, SCMP_SYS(read), fd);

	return ret == 0 ? allow_on(ctx, SCMP_SYS(write), fd) : ret;
}

/* At offsets, and no further than the port's size. */
static int allow_holes(scmp_filter_ctx ctx, int fd, uint64_t size)
{
	static const unsigned modes[] = { FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
					  FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE };
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < 2; i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fallocate), 4,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0),
				       SCMP_A1(SCMP_CMP_EQ, modes[i], 0),
				       SCMP_A2(SCMP_CMP_LT, size, 0),
				       SCMP_A3(SCMP_CMP_LE, size, 0));
	return ret;
}

static int allow_file(scmp_filter_ctx ctx, int fd)
{
	int ret = allow_on(ctx, SCMP_SYS(pread64), fd);

	if (ret == 0)
		ret = allow_on(ctx, SCMP_SYS(pwrite64), fd);
	return ret == 0 ? allow_on(ctx, SCMP_SYS(fdatasync), fd) : ret;
}

/* What is done on port @i by system call. */
static int allow_direct(scmp_filter_ctx ctx, const struct cordon_boot *b, unsigned i)
{
	int file = cordon_boot_is_file(b, i);
	int ret = 0;

	if (file)
		ret = allow_holes(ctx, b->port_fd[i], b->port_size[i]);
	if (ret == 0 && b->io_mode == CORDON_IO_RW)
		ret = file ? allow_file(ctx, b->port_fd[i]) : allow_port(ctx, b->port_fd[i]);
	return ret;
}

static int allow_sleep(scmp_filter_ctx ctx, const struct cordon_bells *b)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(epoll_pwait), 2,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)b->wake, 0),
				SCMP_A4(SCMP_CMP_EQ, 0, 0));
}

static int allow_bell(scmp_filter_ctx ctx, const struct cordon_bells *b)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 2,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)b->peer, 0),
				SCMP_A2(SCMP_CMP_EQ, sizeof(uint64_t), 0));
}

/* libseccomp 2.5 exports to a descriptor only. */
static int export(scmp_filter_ctx ctx, struct cordon_plan *plan)
{
	int fd = memfd_create("cordon-filter", MFD_CLOEXEC);
	ssize_t n = -1;
	int ret;

	if (fd < 0)
		return -errno;
	ret = seccomp_export_bpf(ctx, fd);
	if (ret == 0) {
		n = pread(fd, plan->filter, sizeof(plan->filter), 0);
		if (n < 0)
			ret = -errno;
		else if (lseek(fd, 0, SEEK_END) != n || n == 0)
			ret = -E2BIG;
	}
	close(fd);
	plan->nfilter = ret == 0 ? (uint32_t)((size_t)n / sizeof(plan->filter[0])) : 0;
	return ret;
}

int cordon_filter_make(struct cordon_plan *plan, struct cordon_err *e)
{
	const struct cordon_boot *b = &plan->boot;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret = -ENOMEM;

	if (!ctx)
		goto fail;
	ret = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (ret == 0)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(exit_group), 0);
	if (ret == 0 && b->io_mode == CORDON_IO_URING)
		ret = allow_ring(ctx, b->ring.fd);
	if (ret == 0 && b->io_mode == CORDON_IO_URING && b->ring_ro.fd >= 0)
		ret = allow_ring(ctx, b->ring_ro.fd);
	for (unsigned i = 0; ret == 0 && i < b->nports; i++)
		ret = allow_direct(ctx, b, i);
	if (ret == 0 && b->bells.wake >= 0)
		ret = allow_sleep(ctx, &b->bells);
	if (ret == 0 && b->bells.peer >= 0)
		ret = allow_bell(ctx, &b->bells);
	if (ret == 0)
		ret = export(ctx, plan);
fail:
	if (ctx)
		seccomp_release(ctx);
	return ret < 0 ? cordon_fail(e, ret, "system call filter: %s", strerror(-ret)) : 0;
}
