// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/page.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int cordon_name_check(const char *name, struct cordon_err *e)
{
	size_t n = strlen(name);

	if (n == 0 || n >= CORDON_NAME_MAX || name[0] == '-')
		goto bad;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
			goto bad;
	return 0;
bad:
	return cordon_fail(e, -EINVAL, "domain '%.40s': a name is 1 to %d letters, digits, - and _",
			   name, CORDON_NAME_MAX - 1);
}

/* The lock is taken on the file that the path names, not on one that was removed meanwhile. */
static int take_lock(const char *path)
{
	struct stat by_fd, by_path;
	int fd;

	for (int i = 0; i < 100; i++) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			close(fd);
			return -EBUSY;
		}
		if (fstat(fd, &by_fd) == 0 && stat(path, &by_path) == 0 &&
		    by_fd.st_ino == by_path.st_ino)
			return fd;
		close(fd);
	}
	return -EBUSY;
}

static int make_page(struct cordon_run *run)
{
	char path[96];
	int ret = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/stats", run->dir);
	/* A fresh file: whoever mapped the old one keeps the old one. */
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd < 0)
		return -errno;
	/* Written, not truncated: a full file system is noticed now and not by SIGBUS. */
	if (posix_fallocate(fd, 0, sizeof(*run->page)) != 0) {
		ret = -ENOSPC;
	} else {
		run->page =
			mmap(NULL, sizeof(*run->page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (run->page == MAP_FAILED) {
			ret = -errno;
			run->page = NULL;
		}
	}
	close(fd);
	if (ret < 0)
		(void)unlink(path);
	return ret;
}

int cordon_run_open(struct cordon_run *run, const char *name, struct cordon_err *e)
{
	char path[96];
	int ret;

	memset(run, 0, sizeof(*run));
	snprintf(run->dir, sizeof(run->dir), "%s/%s", CORDON_RUN_DIR, name);
	if ((mkdir(CORDON_RUN_DIR, 0755) < 0 && errno != EEXIST) ||
	    (mkdir(run->dir, 0755) < 0 && errno != EEXIST)) {
		run->lock_fd = -1;
		return cordon_fail(e, -errno, "%s: %s%s", run->dir, strerror(errno),
				   errno == EACCES ? " (run as root)" : "");
	}
	snprintf(path, sizeof(path), "%s/lock", run->dir);
	run->lock_fd = take_lock(path);
	if (run->lock_fd == -EBUSY)
		return cordon_fail(e, -EBUSY, "domain %s: it runs already (see %s)", name,
				   run->dir);
	if (run->lock_fd < 0)
		return cordon_fail(e, run->lock_fd, "%s: %s", path, strerror(-run->lock_fd));
	ret = make_page(run);
	if (ret < 0) {
		cordon_fail(e, ret, "%s/stats: %s", run->dir, strerror(-ret));
		cordon_run_close(run);
	}
	return ret;
}

void cordon_run_close(struct cordon_run *run)
{
	static const char *const files[] = { "stats", "lock" };
	char path[96];

	if (run->page)
		munmap(run->page, sizeof(*run->page));
	run->page = NULL;
	if (run->lock_fd < 0)
		return;
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", run->dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(run->dir);
	(void)rmdir(CORDON_RUN_DIR);
	close(run->lock_fd);
	run->lock_fd = -1;
}
