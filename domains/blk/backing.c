// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/backing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Whether the device of @st can zero without being written to: of a partition, the disk's to say. */
static int device_zeroes(const struct stat *st)
{
	static const char *const where[] = { "queue", "../queue" };
	unsigned long long bytes = 0;

	for (unsigned i = 0; i < 2 && bytes == 0; i++) {
		char path[96];
		FILE *f;

		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s/write_zeroes_max_bytes",
			 major(st->st_rdev), minor(st->st_rdev), where[i]);
		f = fopen(path, "re");
		if (f && fscanf(f, "%llu", &bytes) != 1)
			bytes = 0;
		if (f)
			fclose(f);
	}
	return bytes > 0;
}

static int take_device(struct blk_backing *b, const char *path, const struct stat *st,
		       uint32_t block, struct cordon_err *e)
{
	int sector = 0;

	if (ioctl(b->fd, BLKGETSIZE64, &b->size) < 0 || ioctl(b->fd, BLKSSZGET, &sector) < 0)
		return cordon_fail(e, -errno, "--file %.120s: %s", path, strerror(errno));
	if (sector > (int)block)
		return cordon_fail(e, -EINVAL, "--file %.120s: its blocks are %d bytes: --block %d",
				   path, sector, sector);
	b->holes = device_zeroes(st);
	return 0;
}

static int take_file(struct blk_backing *b, const char *path, const struct stat *st, int read_only,
		     struct cordon_err *e)
{
	if (flock(b->fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0)
		return cordon_fail(e, -errno, "--file %.120s: %s", path,
				   errno == EWOULDBLOCK ? "in use" : strerror(errno));
	b->size = (uint64_t)st->st_size;
	/* Behind its end there is nothing to lose. */
	b->holes = !read_only && fallocate(b->fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
					   st->st_size, 4096) == 0;
	return 0;
}

int blk_backing_open(struct blk_backing *b, const char *path, uint32_t block, int read_only,
		     struct cordon_err *e)
{
	int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (read_only ? O_RDONLY : O_RDWR);
	struct stat st;
	int ret;

	*b = (struct blk_backing){ .fd = -1 };
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL;
	b->fd = open(path, flags);
	if (b->fd < 0)
		return cordon_fail(e, -errno, "--file %.120s: %s", path,
				   errno == EBUSY ? "in use" : strerror(errno));
	if (fstat(b->fd, &st) < 0)
		ret = cordon_fail(e, -errno, "--file %.120s: %s", path, strerror(errno));
	else if (S_ISBLK(st.st_mode))
		ret = take_device(b, path, &st, block, e);
	else if (S_ISREG(st.st_mode))
		ret = take_file(b, path, &st, read_only, e);
	else
		ret = cordon_fail(e, -EINVAL, "--file %.120s: not a file or block device", path);
	if (ret == 0 && (b->size == 0 || b->size % block != 0))
		ret = cordon_fail(e, -EINVAL,
				  "--file %.120s: %" PRIu64
				  " bytes are no whole blocks of %" PRIu32,
				  path, b->size, block);
	if (ret < 0) {
		close(b->fd);
		b->fd = -1;
	}
	return ret;
}
