/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The class blk, as the supervisor and the command line see it: one table for each front-end. And, for
 * these, what they have in common. */
#ifndef CORDON_DOMAINS_BLK_CLASS_H
#define CORDON_DOMAINS_BLK_CLASS_H

#include "core/class.h"
#include "domains/blk/blk.h"

extern const struct cordon_class cordon_class_blk; /* --frontend nbd */
extern const struct cordon_class cordon_class_disk; /* --frontend disk (disk.c) */
extern const struct cordon_class cordon_class_ublk; /* --frontend ublk (ublk_class.c) */

enum blk_option {
	BLK_OPT_NBD,
	BLK_OPT_FILE,
	BLK_OPT_SIZE,
	BLK_OPT_BLOCK,
	BLK_OPT_READ_ONLY,
	BLK_OPT_DISK,
	BLK_OPT_COMPLETE,
	BLK_OPT_COUNT,
};

/* What the user said, checked. */
struct blk_setup {
	const char *nbd, *file; /* paths; NULL: not given */
	uint64_t size; /* of a disk without a file; whole blocks */
	uint32_t block;
	int read_only;
	int grant; /* its memory is granted */
};

/* Check what is said to every front-end. 0, or -EINVAL with the line. */
int blk_setup_read(struct blk_setup *s, const struct cordon_args *a, struct cordon_err *e);

/* Options @first to @last are another front-end's, @frontend's. 0, or -EINVAL with the line, if one is given. */
int blk_only_with(const struct cordon_args *a, const char *frontend, enum blk_option first,
		  enum blk_option last, struct cordon_err *e);

/* Open the driver's side: @ports is what the driver is granted. 0, or -errno with the line; then nothing is
 * left. */
int blk_disk_open(const struct blk_setup *s, struct cordon_ports *ports, struct cordon_err *e);

/* What a path ends in, for people; NULL: "". */
void blk_brief(char *to, size_t size, const char *path);

/* What is the same in each table. */
extern const struct cordon_option blk_options[];
extern const struct cordon_driver_entry blk_drivers[];
extern const char *const blk_counters[];

/* Buffers for what is read; and, read-only, for what is written. */
#define BLK_CLASS_COMMON                                                                           \
	.name = "blk", .drivers = blk_drivers, .options = blk_options,                             \
	.chan = { .calls = 8, .ab = 256, .ba = 256 },                                              \
	.pool = { .small = 128, .big = 64, .ro_small = 128, .ro_big = 64 }, .decode = &blk_decode, \
	.counters = blk_counters

#endif
