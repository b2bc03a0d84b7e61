/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The blk interface: what a disk's front-end and its driver say to each other. Its control plane is declared
 * in blk.cdl; this is the data plane.
 *
 * A request is one line of a stream from the front-end to the driver: a message BLK_MSG_REQUEST that
 * holds a struct blk_request. Its answer is a packed descriptor: the tag, as it was in the request; the
 * kind is a BLK_S_*; the length is how many bytes were read or written, 0 of all other operations. Requests
 * are answered in any order, each once, and all or nothing: a read or write that was answered with
 * BLK_S_OK and another length than was asked for has failed.
 *
 * Data lie in pool buffers, which the front-end lends with the request and has back with its answer:
 * what is written in buffers that the driver can't write to, what is read goes to ones that it can. Up to
 * BLK_SMALL bytes one small buffer; more, big ones with BLK_SEGMENT bytes in each but the last.
 *
 * Requests that are at the driver together have no order, but for one thing: a flush covers all that was
 * answered before it was sent.
 *
 * Durable. Without BLK_F_FLUSH, what is answered is durable. With it, what was answered is durable after
 * the next flush, and what was asked for with BLK_FUA when it is answered. Durable means: as far as the
 * disk goes; a RAM disk's doesn't go further than its host.
 * BLK_F_VOLATILE says more: the driver keeps what it answered in memory of its own, lost with it. Then the
 * front-end keeps a copy until a flush, and repeats it to the next incarnation; or, in the kernel, has each
 * write be BLK_FUA, and keeps the request until that is answered.
 */
#ifndef CORDON_DOMAINS_BLK_BLK_H
#define CORDON_DOMAINS_BLK_BLK_H

#include <stdint.h>
#include "domains/blk/blk.cdl.h"

#define BLK_SEGMENT 65536u
#define BLK_SMALL 2048u
#define BLK_SEGMENTS_MAX 8u
#define BLK_BYTES_MAX (BLK_SEGMENT * BLK_SEGMENTS_MAX)
#define BLK_DEPTH_MAX 1024u

#define BLK_MSG_REQUEST 1u

enum blk_request_op {
	BLK_READ,
	BLK_WRITE,
	BLK_FLUSH,
	BLK_DISCARD, /* it may be read as anything afterwards */
	BLK_ZERO,
	BLK_REQUEST_OPS,
};

/* Flags of a request. */
#define BLK_FUA 0x01u /* write, discard, zero: durable when answered */
#define BLK_NO_HOLE 0x02u /* zero: keep the space allocated, if that can be */

struct blk_request {
	uint32_t tag;
	uint8_t op; /* enum blk_request_op */
	uint8_t flags;
	uint16_t nbufs;
	uint64_t offset; /* bytes, a multiple of the block; as is: */
	uint32_t bytes;
	uint32_t zero;
	uint32_t buf[BLK_SEGMENTS_MAX];
};

/* How a request ended. Any other number counts as BLK_S_IO. */
enum blk_status {
	BLK_S_OK,
	BLK_S_IO,
	BLK_S_NOSPC,
	BLK_S_INVAL,
	BLK_S_ROFS,
	BLK_S_NOTSUPP,
	BLK_S_COUNT,
};

/* A tag: which request, and which of its generations. */
#define BLK_TAG_BITS 12u

static inline uint32_t blk_tag(uint32_t index, uint32_t generation)
{
	return index | generation << BLK_TAG_BITS;
}

static inline uint32_t blk_tag_index(uint32_t tag)
{
	return tag & ((1u << BLK_TAG_BITS) - 1);
}

/* How many buffers @bytes of data take, and how many of the bytes lie in the buffer number @i. */
static inline uint32_t blk_segments(uint32_t bytes)
{
	return bytes / BLK_SEGMENT + (bytes % BLK_SEGMENT != 0);
}

static inline uint32_t blk_segment_bytes(uint32_t bytes, uint32_t i)
{
	uint32_t left = bytes - i * BLK_SEGMENT;

	return left < BLK_SEGMENT ? left : BLK_SEGMENT;
}

/*
 * What a driver is told of the disk before it begins, as the domain's argument: the capacity, and in the
 * bits that a multiple of 512 leaves free, the rest.
 */
#define BLK_ARG_4096 0x1u /* logical blocks of 4096 bytes */
#define BLK_ARG_READ_ONLY 0x2u
#define BLK_ARG_HOLES 0x4u /* holes can be made in the file */
#define BLK_ARG_CAPACITY(arg) ((arg) & ~UINT64_C(511))

_Static_assert(sizeof(struct blk_request) == 56, "a request is one line");
_Static_assert(BLK_DEPTH_MAX <= 1u << BLK_TAG_BITS, "each has a tag");

#endif
