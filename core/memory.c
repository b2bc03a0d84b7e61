// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x08u
#endif

#define FILE_MAX ((size_t)16 << 20)

/* Kernels before 6.3 know neither of the flags that say whether a memfd may be executed. */
static int make_memfd(const char *name, int exec)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | (exec ? MFD_EXEC : MFD_NOEXEC_SEAL));

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, flags);
	return fd < 0 ? -errno : fd;
}

int cordon_memory_make(struct cordon_memory *m, const char *name, size_t size, struct cordon_err *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int ret;

	*m = CORDON_MEMORY_NONE;
	m->size = (size + page - 1) & ~(page - 1);
	m->fd = make_memfd(name, 0);
	if (m->fd < 0)
		return cordon_fail(e, m->fd, "memory %s: memfd_create: %s", name, strerror(-m->fd));
	if (ftruncate(m->fd, (off_t)m->size) < 0 ||
	    fcntl(m->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		ret = -errno;
		goto close;
	}
	m->addr = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, m->fd, 0);
	if (m->addr == MAP_FAILED) {
		ret = -errno;
		goto close;
	}
	/* MAP_POPULATE may give up in silence; a page that is touched is there, or we learn it now. */
	for (size_t i = 0; i < m->size; i += page)
		((volatile uint8_t *)m->addr)[i] = 0;
	return 0;

close:
	close(m->fd);
	*m = CORDON_MEMORY_NONE;
	return cordon_fail(e, ret, "memory %s, %zu bytes: %s", name, size, strerror(-ret));
}

void cordon_memory_near(int node)
{
	unsigned long mask[16] = { 0 };
	unsigned bits = 8 * sizeof(mask[0]);

	if (node >= (int)(sizeof(mask) * 8))
		return;
	if (node >= 0)
		mask[(unsigned)node / bits] = 1ul << (unsigned)node % bits;
	/* A kernel without NUMA has no such call, and nothing to choose. */
	(void)syscall(SYS_set_mempolicy, node >= 0 ? MPOL_PREFERRED : MPOL_DEFAULT,
		      node >= 0 ? mask : NULL, node >= 0 ? sizeof(mask) * 8 : 0);
}

void cordon_memory_drop(struct cordon_memory *m)
{
	if (m->fd < 0)
		return;
	munmap(m->addr, m->size);
	close(m->fd);
	*m = CORDON_MEMORY_NONE;
}

static int write_all(int fd, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int cordon_memory_frozen(const char *name, const void *data, size_t size, int exec,
			 struct cordon_err *e)
{
	int fd = make_memfd(name, exec);
	int ret;

	if (fd < 0)
		return cordon_fail(e, fd, "memory %s: memfd_create: %s", name, strerror(-fd));
	ret = write_all(fd, data, size);
	if (ret == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		ret = -errno;
	if (ret < 0) {
		close(fd);
		return cordon_fail(e, ret, "memory %s, %zu bytes: %s", name, size, strerror(-ret));
	}
	return fd;
}

int cordon_memory_frozen_file(const char *path, int exec, struct cordon_err *e)
{
	/* Whatever the path names: a pipe that nobody writes to is refused below, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	uint8_t *data = NULL;
	ssize_t n;
	int ret;

	if (fd < 0)
		return cordon_fail(e, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (size_t)st.st_size > FILE_MAX) {
		ret = cordon_fail(e, -EINVAL, "%s: not a file of 1 byte to 16 MB", path);
		goto out;
	}
	data = malloc((size_t)st.st_size);
	if (!data) {
		ret = cordon_fail(e, -ENOMEM, "%s: no memory for a copy", path);
		goto out;
	}
	n = read(fd, data, (size_t)st.st_size);
	if (n != st.st_size) {
		ret = cordon_fail(e, -EIO, "%s: %s", path, n < 0 ? strerror(errno) : "short read");
		goto out;
	}
	ret = cordon_memory_frozen(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, data,
				   (size_t)n, exec, e);
out:
	free(data);
	close(fd);
	return ret;
}

int cordon_memory_reader(const struct cordon_memory *m, struct cordon_err *e)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", m->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : cordon_fail(e, -errno, "memory, read-only: %s", strerror(errno));
}
