/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether who sends is to wait for the answer. One request at a time, that is faster; where more would come
 * meanwhile, it keeps the driver from having several at once, and the block layer doesn't say which it is. So
 * the two ways are timed: some requests by the one that is not in use, and the better one is kept, for longer
 * each time that it proves to be. Of one hardware queue, with its lock where nothing else is said.
 */
#ifndef CORDON_BLK_KERNEL_WAY_H
#define CORDON_BLK_KERNEL_WAY_H

#include <linux/types.h>

struct disk_way {
	int luck; /* below 0: so often it was in vain lately that nobody waits for so many times */
	bool wait, tried; /* what they do now, and whether that is a trial */
	u32 run, span; /* how many of them did, and how many are to before the other way is tried */
	u32 alone; /* of those who don't: in a row, found all answered */
	u64 since, ns; /* when that began; how long each took by the way that is in use */
};

void disk_way_init(struct disk_way *w);

/* Something is to be sent; @idle: nothing is out. By the way that is better; or, without any trial, whether
 * waiting was worth it lately. */
bool disk_way_waits(struct disk_way *w, bool idle);
bool disk_way_is_lucky(struct disk_way *w);

/* Somebody waited; @came: and all came. Without the lock, by who takes answers: a guess that may be lost. */
void disk_way_waited(struct disk_way *w, bool came);

#endif
