// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "core/host.h"

static int put(const char *dir, const char *file, const char *value)
{
	char path[512];
	int ret = 0;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* A directory of our own: cordon-NAME, or, while another incarnation is in that, cordon-NAME.1 and so
 * on. One that is empty is a dead supervisor's. */
static int make_dir(const char *parent, const char *name, char *dir, size_t size)
{
	int ret = -EBUSY;

	for (int i = 0; i < 8 && ret == -EBUSY; i++) {
		char suffix[8] = "";

		if (i > 0)
			snprintf(suffix, sizeof(suffix), ".%d", i);
		if (snprintf(dir, size, "%s/cordon-%s%s", parent, name, suffix) >= (int)size)
			return -ENAMETOOLONG;
		ret = mkdir(dir, 0755) < 0 ? -errno : 0;
		if (ret == -EEXIST && (rmdir(dir) == 0 || errno == ENOENT))
			ret = mkdir(dir, 0755) < 0 ? -errno : 0;
		if (ret == -EEXIST)
			ret = -EBUSY;
	}
	return ret;
}

int cordon_cgroup_make(const char *name, uint64_t limit, pid_t pid, char *dir, size_t size,
		       struct cordon_err *e)
{
	char parent[256], value[32];
	int version = 0;
	int ret = cordon_host_cgroup(parent, sizeof(parent), &version);

	dir[0] = '\0';
	if (ret < 0)
		return cordon_fail(e, ret, "memory cgroup: this host has none to offer");
	ret = make_dir(parent, name, dir, size);
	if (ret < 0) {
		cordon_fail(e, ret, "memory cgroup of %s below %s: %s", name, parent,
			    strerror(-ret));
		dir[0] = '\0';
		return ret;
	}
	snprintf(value, sizeof(value), "%llu", (unsigned long long)limit);
	ret = put(dir, version == 1 ? "memory.limit_in_bytes" : "memory.max", value);
	/* Without swap accounting there is no such file, and nothing to forbid. */
	if (ret == 0)
		(void)put(dir, version == 1 ? "memory.swappiness" : "memory.swap.max", "0");
	snprintf(value, sizeof(value), "%d", (int)pid);
	if (ret == 0)
		ret = put(dir, "cgroup.procs", value);
	if (ret < 0) {
		cordon_fail(e, ret, "memory cgroup %s: %s", dir, strerror(-ret));
		cordon_cgroup_drop(dir);
	}
	return ret;
}

unsigned cordon_cgroup_oom_kills(const char *dir)
{
	/* The line "oom_kill N" is in one file in version 1 and in the other in version 2. */
	static const char *const files[] = { "memory.oom_control", "memory.events" };
	char path[512], line[64];
	unsigned kills = 0;

	for (unsigned i = 0; dir[0] && i < 2; i++) {
		FILE *f;

		if (snprintf(path, sizeof(path), "%s/%s", dir, files[i]) >= (int)sizeof(path))
			continue;
		f = fopen(path, "re");
		if (!f)
			continue;
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "oom_kill %u", &kills) == 1)
				break;
		fclose(f);
	}
	return kills;
}

void cordon_cgroup_drop(char *dir)
{
	const struct timespec nap = { 0, 5 * 1000 * 1000 };

	for (int i = 0; dir[0] && i < 200 && rmdir(dir) < 0 && errno == EBUSY; i++)
		nanosleep(&nap, NULL);
	dir[0] = '\0';
}
