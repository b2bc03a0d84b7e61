/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where the block layers of Linux 6.1 and 6.12 differ. */
#ifndef CORDON_KERNEL_COMPAT_BLK_H
#define CORDON_KERNEL_COMPAT_BLK_H

#include <linux/blk-mq.h>
#include <linux/version.h>

/* Bytes; 0 of what there is not. */
struct cordon_disk_limits {
	unsigned int block, max_bytes, discard, zero, granularity;
	bool cache, fua;
};

/* All data are copied: segments may be of any size, and as many as there are sectors. */
static inline unsigned short cordon_disk_segments(const struct cordon_disk_limits *l)
{
	return (unsigned short)min(l->max_bytes >> SECTOR_SHIFT, (unsigned int)USHRT_MAX);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
static inline struct gendisk *cordon_disk_alloc(struct blk_mq_tag_set *set,
						const struct cordon_disk_limits *l, void *data)
{
	struct queue_limits q = {
		.logical_block_size = l->block,
		.physical_block_size = l->block,
		.max_hw_sectors = l->max_bytes >> SECTOR_SHIFT,
		.max_segments = cordon_disk_segments(l),
		.max_segment_size = UINT_MAX,
		.max_hw_discard_sectors = l->discard >> SECTOR_SHIFT,
		.discard_granularity = l->granularity,
		.max_write_zeroes_sectors = l->zero >> SECTOR_SHIFT,
	};

	if (l->cache)
		q.features |= BLK_FEAT_WRITE_CACHE;
	if (l->fua)
		q.features |= BLK_FEAT_FUA;
	return blk_mq_alloc_disk(set, &q, data);
}
#else
static inline struct gendisk *cordon_disk_alloc(struct blk_mq_tag_set *set,
						const struct cordon_disk_limits *l, void *data)
{
	struct gendisk *disk = blk_mq_alloc_disk(set, data);
	struct request_queue *q;

	if (IS_ERR(disk))
		return disk;
	q = disk->queue;
	blk_queue_logical_block_size(q, l->block);
	blk_queue_physical_block_size(q, l->block);
	blk_queue_max_hw_sectors(q, l->max_bytes >> SECTOR_SHIFT);
	blk_queue_max_segments(q, cordon_disk_segments(l));
	blk_queue_max_segment_size(q, UINT_MAX);
	blk_queue_max_discard_sectors(q, l->discard >> SECTOR_SHIFT);
	q->limits.discard_granularity = l->granularity;
	blk_queue_max_write_zeroes_sectors(q, l->zero >> SECTOR_SHIFT);
	blk_queue_write_cache(q, l->cache, l->fua);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, q);
	return disk;
}
#endif

/* Lists of requests: 6.13's, which later stable kernels of 6.12 have, too. */
#ifdef rq_list_add
typedef struct request *cordon_rq_list;
#define cordon_rq_list_add(list, rq) rq_list_add(list, rq)
#else
typedef struct rq_list cordon_rq_list;
#define cordon_rq_list_add(list, rq) rq_list_add_tail(list, rq)
#endif

#endif
