// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/limits.h"

#define CAPACITY_MAX (UINT64_C(1) << 62)
#define GRANULARITY_MAX (1u << 30)

const char *blk_limits_why(enum blk_verdict v)
{
	static const char *const why[] = {
#define X(id, text) text,
		BLK_LIMITS(X)
#undef X
	};

	return v < sizeof(why) / sizeof(why[0]) ? why[v] : "?";
}

static int whole(uint64_t bytes, uint32_t block)
{
	return bytes % block == 0;
}

static int features_fit(uint32_t f)
{
	if ((f & (BLK_F_FUA | BLK_F_VOLATILE)) && !(f & BLK_F_FLUSH))
		return 0;
	return !(f & BLK_F_READ_ONLY) || !(f & (BLK_F_DISCARD | BLK_F_ZERO));
}

static enum blk_verdict check(const struct blk_info *i)
{
	if (i->block != 512 && i->block != 4096)
		return BLK_LIMITS_BLOCK;
	if (i->capacity == 0 || i->capacity > CAPACITY_MAX || !whole(i->capacity, i->block))
		return BLK_LIMITS_CAPACITY;
	if (!features_fit(i->features))
		return BLK_LIMITS_FEATURES;
	if (i->max_bytes == 0 || i->max_bytes > BLK_BYTES_MAX || !whole(i->max_bytes, i->block))
		return BLK_LIMITS_MAX_BYTES;
	if (!whole(i->max_zero, i->block) ||
	    (i->max_zero > 0) != ((i->features & (BLK_F_DISCARD | BLK_F_ZERO)) != 0))
		return BLK_LIMITS_MAX_ZERO;
	if (!(i->features & BLK_F_DISCARD) != (i->discard == 0) || !whole(i->discard, i->block) ||
	    (i->discard & (i->discard - 1)) != 0 || i->discard > GRANULARITY_MAX)
		return BLK_LIMITS_GRANULARITY;
	return i->depth > 0 ? BLK_LIMITS_OK : BLK_LIMITS_DEPTH;
}

/* Who used the last one goes on with what he was told of it. */
static int keeps(const struct blk_info *i, const struct blk_limits *was)
{
	uint32_t fixed = BLK_F_FLUSH | BLK_F_VOLATILE | BLK_F_READ_ONLY;

	return i->capacity == was->capacity && i->block == was->block &&
	       (i->features & was->features) == was->features &&
	       (i->features & fixed) == (was->features & fixed) && i->max_bytes >= was->max_bytes &&
	       i->max_zero >= was->max_zero;
}

enum blk_verdict blk_limits_agree(struct blk_limits *l, const struct blk_info *info, uint32_t depth,
				  const struct blk_limits *was)
{
	enum blk_verdict v = check(info);

	if (v != BLK_LIMITS_OK)
		return v;
	if (was && !keeps(info, was))
		return BLK_LIMITS_CHANGED;
	if (was)
		*l = *was;
	else
		*l = (struct blk_limits){ .capacity = info->capacity,
					  .features = info->features,
					  .block = info->block,
					  .max_bytes = info->max_bytes,
					  .max_zero = info->max_zero,
					  .discard = info->discard };
	l->depth = info->depth < depth ? info->depth : depth;
	return BLK_LIMITS_OK;
}

struct blk_config blk_limits_config(const struct blk_limits *l)
{
	return (struct blk_config){ .features = l->features,
				    .block = l->block,
				    .max_bytes = l->max_bytes,
				    .max_zero = l->max_zero,
				    .depth = l->depth };
}

enum blk_status blk_limits_check(const struct blk_limits *l, enum blk_request_op op, unsigned flags,
				 uint64_t offset, uint64_t bytes)
{
	static const struct {
		uint32_t needs; /* a feature */
		uint32_t flags; /* that it takes */
	} ops[BLK_REQUEST_OPS] = {
		[BLK_READ] = { 0, 0 },
		[BLK_WRITE] = { 0, BLK_FUA },
		[BLK_FLUSH] = { BLK_F_FLUSH, 0 },
		[BLK_DISCARD] = { BLK_F_DISCARD, BLK_FUA },
		[BLK_ZERO] = { BLK_F_ZERO, BLK_FUA | BLK_NO_HOLE },
	};

	if (op >= BLK_REQUEST_OPS || (flags & ~ops[op].flags))
		return BLK_S_INVAL;
	if ((l->features & ops[op].needs) != ops[op].needs ||
	    ((flags & BLK_FUA) && !(l->features & BLK_F_FUA)))
		return BLK_S_NOTSUPP;
	if (op == BLK_FLUSH)
		return offset == 0 && bytes == 0 ? BLK_S_OK : BLK_S_INVAL;
	if (op != BLK_READ && (l->features & BLK_F_READ_ONLY))
		return BLK_S_ROFS;
	if (bytes == 0 || !whole(offset, l->block) || !whole(bytes, l->block))
		return BLK_S_INVAL;
	if (offset > l->capacity || bytes > l->capacity - offset)
		return op == BLK_READ ? BLK_S_INVAL : BLK_S_NOSPC;
	return op > BLK_WRITE || bytes <= l->max_bytes ? BLK_S_OK : BLK_S_INVAL;
}
