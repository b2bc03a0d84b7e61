// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What disks are called. */
#include <linux/blkdev.h>
#include <linux/ctype.h>
#include <linux/mutex.h>
#include "core/kernel/why.h"
#include "domains/blk/kernel/disk.h"

static_assert(DISK_NAME_LEN >= sizeof(((struct cordon_k_blk *)NULL)->name));

static LIST_HEAD(disks);
static DEFINE_MUTEX(names); /* of disks */

static bool is_name(const char *name)
{
	static const char all[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strnlen(name, DISK_NAME_LEN);

	return n > 0 && n < DISK_NAME_LEN && isalpha(name[0]) && strspn(name, all) == n;
}

static bool is_taken(const char *name)
{
	const struct cordon_disk *d;
	char path[DISK_NAME_LEN + 8];
	dev_t dev;
	int ret;

	list_for_each_entry(d, &disks, list) if (!strcmp(d->name, name)) return true;
	/* Another kind's: as far as there are nodes in the caller's /dev. */
	snprintf(path, sizeof(path), "/dev/%s", name);
	ret = lookup_bdev(path, &dev);
	return ret == 0 || ret == -ENOTBLK;
}

static int find_name(struct cordon_disk *d, struct cordon_k_blk *k)
{
	unsigned int i;

	if (k->name[0] && is_taken(k->name))
		return cordon_why(k->why, -EEXIST, "%s is there", k->name);
	for (i = 0; !k->name[0]; i++) {
		snprintf(d->name, sizeof(d->name), "cordon%u", i);
		if (!is_taken(d->name))
			strscpy(k->name, d->name, sizeof(k->name));
	}
	strscpy(d->name, k->name, sizeof(d->name));
	list_add(&d->list, &disks);
	return 0;
}

int disk_name_get(struct cordon_disk *d, struct cordon_k_blk *k)
{
	int ret;

	if (k->name[0] && !is_name(k->name))
		return cordon_why(k->why, -EINVAL, "a disk can't have this name");
	mutex_lock(&names);
	ret = find_name(d, k);
	mutex_unlock(&names);
	return ret;
}

void disk_name_put(struct cordon_disk *d)
{
	mutex_lock(&names);
	list_del(&d->list);
	mutex_unlock(&names);
}
