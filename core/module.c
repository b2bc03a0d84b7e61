// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/module.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <hwloc.h>

const char *cordon_module_path = "/dev/cordon";

static const char *advice(int err)
{
	switch (err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return ": the kernel module is not loaded: modprobe cordon, after make "
		       "install-module";
	case EACCES:
	case EPERM:
		return ": needs CAP_NET_ADMIN and CAP_SYS_ADMIN, not a container's: run as root";
	default:
		return "";
	}
}

int cordon_module_open(const char *path, struct cordon_k_info *info, struct cordon_err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int ret;

	*info = (struct cordon_k_info){ .size = sizeof(*info) };
	if (fd < 0)
		return cordon_fail(e, -errno, "%s: %s%s", path, strerror(errno), advice(errno));
	ret = ioctl(fd, CORDON_K_INFO, info) < 0 ? -errno : 0;
	if (ret == 0 && info->abi == CORDON_K_ABI)
		return fd;
	close(fd);
	if (ret < 0 && ret != -ENOTTY && ret != -EINVAL)
		return cordon_fail(e, ret, "%s: %s", path, strerror(-ret));
	return cordon_fail(e, -EPROTO,
			   "%s: not the module of this version of cordon: make install-module, "
			   "and load that one",
			   path);
}

int cordon_module_cores(const struct cordon_k_info *info, char *list, size_t size)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int n = 0;

	list[0] = '\0';
	for (unsigned i = 0; set && i < CORDON_K_CPUS; i++)
		if (info->cores[i / 64] >> (i % 64) & 1)
			hwloc_bitmap_set(set, i);
	if (set) {
		n = hwloc_bitmap_weight(set);
		hwloc_bitmap_list_snprintf(list, size, set);
	}
	hwloc_bitmap_free(set);
	return n;
}
