/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What lies where in the memory of a channel. Both parties compute it from the dimensions that the
 * supervisor gave them in private; nothing in shared memory describes shared memory.
 *
 * Parties: A is the one that makes calls (a front-end), B the one that serves them (a driver).
 *
 *   line 0        A's wait word     (A writes: "I sleep"; see wait.h)
 *   line 1        A's credits       (A writes: lines of stream B->A consumed so far)
 *   line 2        B's wait word     (B writes)
 *   line 3        B's credits       (B writes: lines of stream A->B consumed so far)
 *   line 4 ...    call lines, then stream A->B, then stream B->A; then, for further streams A->B,
 *                 B's credits of each (a line, and one left free), then each of them
 *
 * A's and B's lines are 128 bytes apart, since adjacent lines are prefetched in pairs. Fixed
 * widths, no pointers, little endian only.
 */
#ifndef CORDON_CHANNELS_LAYOUT_H
#define CORDON_CHANNELS_LAYOUT_H

#include <stdint.h>
#include "channels/prim.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "cordon's layouts are little endian"
#endif

#define CORDON_CALL_LINES_MAX 64u
#define CORDON_STREAM_LINES_MIN 4u
#define CORDON_STREAM_LINES_MAX 65536u
#define CORDON_MORE_MAX 16u

enum cordon_layout_line {
	CORDON_LINE_A_WAIT = 0,
	CORDON_LINE_A_CREDIT = 1,
	CORDON_LINE_B_WAIT = 2,
	CORDON_LINE_B_CREDIT = 3,
	CORDON_LINE_FIRST_CALL = 4,
};

/*
 * Dimensions of a channel, in lines. calls: 1-64. ab, ba: 0 (no stream) or a power of two,
 * 4-65536. more: 0-16 further streams A->B, of ab lines each, where several threads of A send: a
 * stream has one producer.
 */
struct cordon_chan_dims {
	uint32_t calls;
	uint32_t ab;
	uint32_t ba;
	uint32_t more;
};

_Static_assert(sizeof(struct cordon_chan_dims) == 16, "fixed width");

/*
 * The header word of a line:
 *
 *   bits  0-31  turn: whose turn it is and in which generation (see call.h, stream.h)
 *   bits 32-47  operation (request, message) or error number (reply; 0: none)
 *   bits 48-55  length of the payload in bytes, 0-56
 *   bits 56-63  flags
 */

static inline uint64_t cordon_hdr(uint32_t turn, uint16_t op, uint8_t len, uint8_t flags)
{
	return (uint64_t)turn | (uint64_t)op << 32 | (uint64_t)len << 48 | (uint64_t)flags << 56;
}

static inline uint32_t cordon_hdr_turn(uint64_t h)
{
	return (uint32_t)h;
}

static inline uint16_t cordon_hdr_op(uint64_t h)
{
	return (uint16_t)(h >> 32);
}

static inline uint8_t cordon_hdr_len(uint64_t h)
{
	return (uint8_t)(h >> 48);
}

static inline uint8_t cordon_hdr_flags(uint64_t h)
{
	return (uint8_t)(h >> 56);
}

/* 0 if the dimensions are allowed, -EINVAL if not. */
int cordon_chan_dims_check(const struct cordon_chan_dims *d);

/* Bytes of shared memory that a channel of (checked) dimensions @d takes. */
static inline uint64_t cordon_chan_size(const struct cordon_chan_dims *d)
{
	return ((uint64_t)CORDON_LINE_FIRST_CALL + d->calls + d->ab + d->ba +
		(uint64_t)d->more * (2 + d->ab)) *
	       CORDON_LINE_SIZE;
}

#endif
