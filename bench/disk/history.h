/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which writes did what is read come from, and may it? Of a few sectors that several write to at once: each
 * write has a number, which is all over the sectors that it wrote. Two writes that were out at the same time
 * have either order, but one for all to see; others have theirs, whatever became of the driver meanwhile.
 *
 * Times are when a request was about to be made, and when its answer was there. All functions may be called
 * by several threads at once, but for history_judge() and history_forget().
 */
#ifndef CORDON_BENCH_DISK_HISTORY_H
#define CORDON_BENCH_DISK_HISTORY_H

#include <pthread.h>
#include <stdint.h>

#define HISTORY_SECTOR 512u
#define HISTORY_SECTORS 256u
#define HISTORY_WRITES 256u
#define HISTORY_READS 256u

struct history_span {
	uint64_t began, ended; /* ns */
	uint32_t first, n; /* sectors */
};

struct history {
	pthread_mutex_t lock;
	uint64_t seed;
	uint32_t base; /* the number of write[0] */
	uint32_t nwrites, nreads;
	struct history_span write[HISTORY_WRITES], read[HISTORY_READS];
	uint32_t saw[HISTORY_READS]
		    [HISTORY_SECTORS]; /* numbers of writes; of the read's own sectors */
	uint32_t before[HISTORY_SECTORS]; /* what was there before write[0] */
	uint64_t contested; /* so far: sectors of which several writes could have been the last */
	char why[160]; /* what could not be */
};

void history_init(struct history *h, uint64_t seed);

/* A write of @n sectors from @first on, which are filled in at @data, begins now: its number in write[]. */
uint32_t history_write(struct history *h, uint32_t first, uint32_t n, void *data);
void history_written(struct history *h, uint32_t i);

/* What was read since @began: 0; or -1, a sector that nobody wrote so, and why[] says which. */
int history_read(struct history *h, uint64_t began, uint32_t first, uint32_t n, const void *data);

/* All have ended: whether each read can have seen what it saw. 0, or -1 and why[]. */
int history_judge(struct history *h);

/* Begin anew; what the last read that covers all saw is there before. */
void history_forget(struct history *h);

#endif
