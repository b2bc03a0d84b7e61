/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What blk drivers have in common: requests from the channel, answers to it, the control operations. A
 * driver embeds struct blk_serve as the first member of its state, says in @info what its disk is, and
 * its poll function takes requests and answers them, at once or later; drv_mem.c and drv_file.c do.
 */
#ifndef CORDON_DOMAINS_BLK_SERVE_H
#define CORDON_DOMAINS_BLK_SERVE_H

#include "core/driver.h"
#include "domains/blk/blk.cdl_server.h"
#include "domains/blk/blk.h"

/* Requests at once that drivers here ask for. */
#define BLK_SERVE_DEPTH 256u
/* The longest discard or write-zeroes: what can be zeroed without being silent for long. */
#define BLK_SERVE_ZERO (16u << 20)

struct blk_serve {
	struct blk_server server; /* first: blk_ops takes it for the state */
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	struct blk_info info;
	struct blk_config config; /* what was agreed on */
	struct cordon_desc *out; /* answers that are to be sent */
	unsigned nout;
	unsigned taken; /* requests that are not answered */
	struct blk_stats stats;
};

/* Begin, with what the domain's argument says of the disk in s->info: capacity, block, READ_ONLY; and
 * usual limits without DISCARD and ZERO. 0, or -EINVAL (there is no capacity), -ENOMEM. */
int blk_serve_open(struct blk_serve *s, struct cordon_domain *d);

/* The disk can DISCARD and ZERO, if it can be written to. */
void blk_serve_can_zero(struct blk_serve *s);

/* The next request: 1, with a private copy of it, checked as far as the driver's own memory is
 * concerned: an operation that there is, within the capacity, with as many buffers, which are there, as its bytes
 * take. 0: none now. What is no such request is answered here. */
int blk_serve_next(struct blk_serve *s, struct blk_request *r);

/* Answer @r with @status; sent by the next blk_serve_send(). */
void blk_serve_answer(struct blk_serve *s, const struct blk_request *r, enum blk_status status);

/* The status of an -errno. */
enum blk_status blk_serve_status(int error);

/* Send what was answered, as far as the stream has room. */
void blk_serve_send(struct blk_serve *s);

/* The address of buffer number @k of @r, and the bytes in it. */
static inline uint8_t *blk_serve_data(const struct blk_serve *s, const struct blk_request *r,
				      uint32_t k, uint32_t *bytes)
{
	*bytes = blk_segment_bytes(r->bytes, k);
	return cordon_pool_data(s->pool, r->buf[k]);
}

#endif
