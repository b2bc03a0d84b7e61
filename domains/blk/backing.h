/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Opening of what a disk is stored in, by the supervisor: a file or a block device. */
#ifndef CORDON_DOMAINS_BLK_BACKING_H
#define CORDON_DOMAINS_BLK_BACKING_H

#include <stdint.h>
#include "core/err.h"

struct blk_backing {
	int fd; /* the caller's to close */
	uint64_t size; /* bytes, whole blocks */
	int holes; /* they can be made */
};

/* Open @path for nobody else that asks (flock(2), O_EXCL), to be used in blocks of @block bytes. 0 or -errno
 * with the line; then nothing is left. */
int blk_backing_open(struct blk_backing *b, const char *path, uint32_t block, int read_only,
		     struct cordon_err *e);

#endif
