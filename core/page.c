// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/page.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
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

const char *cordon_state_name(uint32_t state)
{
	static const char *const names[] = {
#define X(id, name) name,
		CORDON_STATES(X)
#undef X
	};

	return state < CORDON_STATE_COUNT ? names[state] : "unknown";
}

/* The directories. A supervisor that ends removes them (RUN_DIR too, with the last domain), maybe
 * between our two steps: then they are made again. Whatever the umask, others may look. */
static int make_dirs(const char *dir)
{
	for (int i = 0; i < 100; i++) {
		if (mkdir(CORDON_RUN_DIR, 0755) == 0)
			(void)chmod(CORDON_RUN_DIR, 0755);
		else if (errno != EEXIST)
			return -errno;
		if (mkdir(dir, 0755) == 0)
			return chmod(dir, 0755) < 0 && errno != ENOENT ? -errno : 0;
		if (errno != ENOENT)
			return errno == EEXIST ? 0 : -errno;
	}
	return -EBUSY;
}

/* The lock is taken on the file that the path names, not on one that was removed meanwhile. A
 * supervisor that was killed while it started a domain leaves a copy of itself that holds the lock
 * and is about to end: a tenth of a second is waited for that. */
static int take_lock(const char *dir, const char *path)
{
	const struct timespec nap = { 0, 5 * 1000 * 1000 };
	struct stat by_fd, by_path;
	int naps = 20;
	int fd;

	for (int i = 0; i < 100; i++) {
		int ret = make_dirs(dir);

		if (ret < 0)
			return ret;
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0 && errno == ENOENT)
			continue; /* the directory was removed meanwhile */
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			close(fd);
			if (naps-- == 0)
				return -EBUSY;
			nanosleep(&nap, NULL);
			continue;
		}
		if (fstat(fd, &by_fd) == 0 && lstat(path, &by_path) == 0 &&
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
	ret = -posix_fallocate(fd, 0, sizeof(*run->page));
	if (ret == 0 && fchmod(fd, 0444) < 0) /* whatever the umask */
		ret = -errno;
	if (ret == 0) {
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

/* What is empty; a directory that another supervisor uses holds its lock, and stays. */
static void remove_dirs(const char *dir)
{
	(void)rmdir(dir);
	(void)rmdir(CORDON_RUN_DIR);
}

int cordon_run_open(struct cordon_run *run, const char *name, struct cordon_err *e)
{
	char path[96];
	int ret;

	memset(run, 0, sizeof(*run));
	snprintf(run->dir, sizeof(run->dir), "%s/%s", CORDON_RUN_DIR, name);
	snprintf(path, sizeof(path), "%s/lock", run->dir);
	ret = take_lock(run->dir, path);
	run->lock_fd = ret < 0 ? -1 : ret;
	if (ret < 0) {
		remove_dirs(run->dir);
		return ret == -EBUSY ? cordon_fail(e, ret, "domain %s: it runs already (see %s)",
						   name, run->dir) :
				       cordon_fail(e, ret, "%s: %s%s", path, strerror(-ret),
						   ret == -EACCES ? " (run as root)" : "");
	}
	ret = make_page(run);
	if (ret < 0) {
		cordon_fail(e, ret, "%s/stats: %s", run->dir, strerror(-ret));
		cordon_run_close(run);
	}
	return ret;
}

/* A supervisor that lives holds the lock. */
static int lives(int dir, const char *name)
{
	char path[CORDON_NAME_MAX + 8];
	int held;
	int fd;

	snprintf(path, sizeof(path), "%.31s/lock", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	held = flock(fd, LOCK_SH | LOCK_NB) < 0;
	close(fd);
	return held;
}

static int read_turn(int fd, uint32_t *turn)
{
	ssize_t n = pread(fd, turn, sizeof(*turn), offsetof(struct cordon_page, turn));

	return n == sizeof(*turn) ? 0 : -EPROTO;
}

/* The turn before and after: a copy between is whole if both are the same, and even. Three reads,
 * as within one the kernel copies in any order; the fences keep them apart and pair with
 * cordon_page_begin() and _end(). */
static int copy_whole(int fd, struct cordon_page *copy)
{
	const struct timespec nap = { 0, 1000 * 1000 };

	/* A second: where there is much to do, who writes may have to wait for the CPU. */
	for (int i = 0; i < 1000; i++) {
		uint32_t before, after;

		if (read_turn(fd, &before) < 0)
			return -EPROTO;
		atomic_thread_fence(memory_order_acquire);
		if (pread(fd, copy, sizeof(*copy), 0) != sizeof(*copy) ||
		    copy->magic != CORDON_PAGE_MAGIC)
			return -EPROTO;
		atomic_thread_fence(memory_order_acquire);
		if (read_turn(fd, &after) < 0)
			return -EPROTO;
		if (before % 2 == 0 && before == after)
			return 0;
		nanosleep(&nap, NULL);
	}
	return -EAGAIN;
}

static int read_at(int dir, const char *name, struct cordon_page *copy)
{
	char path[CORDON_NAME_MAX + 8];
	int ret;
	int fd;

	snprintf(path, sizeof(path), "%.31s/stats", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	ret = copy_whole(fd, copy);
	close(fd);
	return ret;
}

static int core_of(int dir, const char *name, int but_sleepers)
{
	struct cordon_page page = { .core = -1 };

	if (read_at(dir, name, &page) < 0)
		return -1;
	if (but_sleepers && strncmp(page.wait, "sleep", sizeof(page.wait)) == 0)
		return -1;
	return page.core;
}

int cordon_page_read(const char *name, struct cordon_page *copy, int *lives_to,
		     struct cordon_err *e)
{
	int ret = cordon_name_check(name, e);
	int dir;

	if (ret < 0)
		return ret;
	dir = open(CORDON_RUN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = dir < 0 ? -errno : read_at(dir, name, copy);
	if (ret == 0)
		*lives_to = lives(dir, name);
	if (dir >= 0)
		close(dir);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return cordon_fail(e, -ENOENT, "domain %s: there is none of that name", name);
	if (ret == -EPROTO)
		return cordon_fail(e, ret,
				   "%s/%s/stats: not a page of this version of cordon (restart "
				   "the domain)",
				   CORDON_RUN_DIR, name);
	if (ret < 0)
		return cordon_fail(e, ret, "%s/%s/stats: %s", CORDON_RUN_DIR, name, strerror(-ret));
	/* Names end, whoever wrote them. */
	copy->name[sizeof(copy->name) - 1] = '\0';
	copy->class[sizeof(copy->class) - 1] = copy->driver[sizeof(copy->driver) - 1] = '\0';
	copy->fence[sizeof(copy->fence) - 1] = copy->wait[sizeof(copy->wait) - 1] = '\0';
	copy->front[sizeof(copy->front) - 1] = copy->wire[sizeof(copy->wire) - 1] = '\0';
	for (unsigned i = 0; i < CORDON_PAGE_EVENTS; i++)
		copy->event[i].text[sizeof(copy->event[i].text) - 1] = '\0';
	if (copy->count > CORDON_PAGE_VALUES)
		copy->count = CORDON_PAGE_VALUES;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

unsigned cordon_page_names(char (*names)[CORDON_NAME_MAX], unsigned max)
{
	DIR *d = opendir(CORDON_RUN_DIR);
	const struct dirent *ent;
	unsigned n = 0;

	while (d && (ent = readdir(d))) {
		char path[CORDON_NAME_MAX + 8];

		if (cordon_name_check(ent->d_name, NULL) < 0)
			continue;
		snprintf(path, sizeof(path), "%.31s/stats", ent->d_name);
		if (faccessat(dirfd(d), path, R_OK, 0) < 0)
			continue;
		if (n < max)
			snprintf(names[n], sizeof(names[n]), "%.31s", ent->d_name);
		n++;
	}
	if (d)
		closedir(d);
	qsort(names, n < max ? n : max, sizeof(names[0]), by_name);
	return n;
}

static void list_cores(const char *name, int but_sleepers, char *list, size_t size)
{
	DIR *d = opendir(CORDON_RUN_DIR);
	const struct dirent *ent;
	size_t used = 0;

	list[0] = '\0';
	while (d && (ent = readdir(d))) {
		int core;

		if (cordon_name_check(ent->d_name, NULL) < 0 || strcmp(ent->d_name, name) == 0 ||
		    !lives(dirfd(d), ent->d_name))
			continue;
		core = core_of(dirfd(d), ent->d_name, but_sleepers);
		if (core < 0 || size - used < 16)
			continue;
		used += (size_t)snprintf(list + used, size - used, "%s%d", used ? "," : "", core);
	}
	if (d)
		closedir(d);
}

void cordon_run_taken(const char *name, char *list, size_t size)
{
	list_cores(name, 0, list, size);
}

void cordon_run_awake(const char *name, char *list, size_t size)
{
	list_cores(name, 1, list, size);
}

void cordon_page_begin(struct cordon_page *p)
{
	/* Relaxed: nobody but this side writes it. */
	uint32_t t = atomic_load_explicit(&p->turn, memory_order_relaxed);

	atomic_store_explicit(&p->turn, t + 1, memory_order_relaxed);
	/* Pairs with the second fence of copy_whole(): who sees a change sees the odd turn. */
	atomic_thread_fence(memory_order_release);
}

void cordon_page_end(struct cordon_page *p)
{
	/* Relaxed: nobody but this side writes it. */
	uint32_t t = atomic_load_explicit(&p->turn, memory_order_relaxed);

	/* Pairs with the first fence of copy_whole(): who sees this turn sees all changes. */
	atomic_store_explicit(&p->turn, t + 1, memory_order_release);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void cordon_page_event(struct cordon_page *p, const char *fmt, ...)
{
	struct cordon_event *ev = &p->event[p->events % CORDON_PAGE_EVENTS];
	va_list ap;

	va_start(ap, fmt);
	cordon_page_begin(p);
	ev->time_ns = now();
	ev->incarnation = p->incarnation;
	(void)vsnprintf(ev->text, sizeof(ev->text), fmt, ap);
	p->events++;
	cordon_page_end(p);
	va_end(ap);
}

void cordon_page_state(struct cordon_page *p, enum cordon_state state)
{
	cordon_page_begin(p);
	p->state = state;
	p->since_ns = now();
	cordon_page_end(p);
}

void cordon_run_close(struct cordon_run *run)
{
	static const char *const files[] = { "control", "trace", "stats", "lock" };
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
	remove_dirs(run->dir);
	close(run->lock_fd);
	run->lock_fd = -1;
}
