// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The disk, as Linux sees it. */
#include "domains/blk/kernel/disk.h"

#include <linux/module.h>
#include "core/kernel/compat_blk.h"

static const struct block_device_operations operations = { .owner = THIS_MODULE };

static struct cordon_disk_limits limits_of(const struct blk_limits *l)
{
	bool through = l->features & BLK_F_VOLATILE;

	return (struct cordon_disk_limits){
		.block = l->block,
		.max_bytes = l->max_bytes,
		.discard = l->features & BLK_F_DISCARD ? l->max_zero : 0,
		.zero = l->features & BLK_F_ZERO ? l->max_zero : 0,
		.granularity = l->discard,
		.cache = l->features & BLK_F_FLUSH && !through,
		.fua = l->features & BLK_F_FUA && !through,
	};
}

int disk_make(struct cordon_disk *d)
{
	const struct cordon_disk_limits limits = limits_of(&d->limits);
	int ret;

	d->set = (struct blk_mq_tag_set){
		.ops = &disk_mq_ops,
		.nr_hw_queues = d->nqueues,
		.nr_maps = HCTX_MAX_TYPES,
		.queue_depth = d->depth,
		.numa_node = NUMA_NO_NODE,
		/* What stands behind the driver has a scheduler, if it needs one. */
		.flags = BLK_MQ_F_SHOULD_MERGE | BLK_MQ_F_NO_SCHED_BY_DEFAULT,
		.driver_data = d,
	};
	ret = blk_mq_alloc_tag_set(&d->set);
	if (ret < 0)
		return ret;
	d->disk = cordon_disk_alloc(&d->set, &limits, d);
	if (IS_ERR(d->disk)) {
		ret = (int)PTR_ERR(d->disk);
		d->disk = NULL;
		blk_mq_free_tag_set(&d->set);
		return ret;
	}
	d->disk->fops = &operations;
	d->disk->private_data = d;
	strscpy(d->disk->disk_name, d->name, sizeof(d->disk->disk_name));
	set_capacity(d->disk, d->limits.capacity >> SECTOR_SHIFT);
	if (d->limits.features & BLK_F_READ_ONLY)
		set_disk_ro(d->disk, true);
	return 0;
}

/* Looks for partitions: a driver that is silent, or dies, is waited for, so not in an order. */
void disk_add(struct work_struct *work)
{
	struct cordon_disk *d = container_of(work, struct cordon_disk, add);
	int ret = device_add_disk(NULL, d->disk, NULL);

	d->error = ret;
	/* Pairs with front.c. */
	smp_store_release(&d->there, ret < 0 ? DISK_FAILED : DISK_THERE);
}

void disk_free(struct cordon_disk *d)
{
	if (!d->disk)
		return;
	flush_work(&d->add);
	if (d->there == DISK_THERE) {
		/* Who has it open, or mounted, is told at once. */
		blk_mark_disk_dead(d->disk);
		del_gendisk(d->disk);
	}
	put_disk(d->disk);
	blk_mq_free_tag_set(&d->set);
}
