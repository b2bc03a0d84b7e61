/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A disk's limits: what the driver says of them is checked here, and each request against what was
 * agreed on. For front-ends in user space and in the kernel alike; needs no libc.
 */
#ifndef CORDON_DOMAINS_BLK_LIMITS_H
#define CORDON_DOMAINS_BLK_LIMITS_H

#include "domains/blk/blk.h"

/* Agreed on. */
struct blk_limits {
	uint64_t capacity;
	uint32_t features, block, max_bytes, max_zero, discard, depth;
};

/* X(identifier, why a driver is refused) */
#define BLK_LIMITS(X)                                                                         \
	X(OK, "taken")                                                                        \
	X(CAPACITY, "its capacity is not a number of whole blocks, or is 0 or above 2^62")    \
	X(BLOCK, "its logical block is not 512 or 4096 bytes")                                \
	X(FEATURES, "its features don't go together")                                         \
	X(MAX_BYTES, "its longest request is not a number of whole blocks, up to 512 KB")     \
	X(MAX_ZERO, "its longest discard or write-zeroes is not a number of whole blocks")    \
	X(GRANULARITY, "its discard granularity is not a power of two of blocks, up to 1 GB") \
	X(DEPTH, "it would have no request at all")                                           \
	X(CHANGED, "it is another disk than the last one was")

enum blk_verdict {
#define X(id, why) BLK_LIMITS_##id,
	BLK_LIMITS(X)
#undef X
};

/* What a verdict means; a static string. */
const char *blk_limits_why(enum blk_verdict v);

/*
 * Whether a driver that says @info (a private copy) is taken: then @l is what is agreed on, with @depth
 * requests at most. @was: what was agreed on with its predecessor, which the new one must be able to keep;
 * NULL: it is the first.
 */
enum blk_verdict blk_limits_agree(struct blk_limits *l, const struct blk_info *info, uint32_t depth,
				  const struct blk_limits *was);

/* The same for the driver. */
struct blk_config blk_limits_config(const struct blk_limits *l);

/*
 * Whether a request may be sent: BLK_S_OK, or what it is to be answered with. Nothing of it need be
 * true. A discard or write-zeroes may be longer than max_zero: it is sent in parts (blk_limits_part()).
 */
enum blk_status blk_limits_check(const struct blk_limits *l, enum blk_request_op op, unsigned flags,
				 uint64_t offset, uint64_t bytes);

/* How much of @bytes of a checked discard or write-zeroes is to be sent at once. */
static inline uint32_t blk_limits_part(const struct blk_limits *l, uint64_t bytes)
{
	return bytes < l->max_zero ? (uint32_t)bytes : l->max_zero;
}

#endif
