/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A stream: a one-way ring of lines between one producer and one consumer that need not trust each
 * other. Each line carries a turn of its own (the lap, from 1), so a full line is known by the line
 * alone; both cursors are private. What crosses besides is one count: the lines consumed so far
 * ("credits"), in a line that only the consumer writes. The producer accepts it only if it lies
 * between the last one accepted and what it has sent.
 *
 * The per-line sequence word is FastForward's idea (Giacomoni et al., PPoPP 2008); credits replace
 * its "slot is empty again" store, so that the producer never polls lines that the consumer writes.
 *
 * A struct below belongs to one thread. No function blocks.
 */
#ifndef CORDON_CHANNELS_STREAM_H
#define CORDON_CHANNELS_STREAM_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include "channels/layout.h"

/* The operation of a line of packed descriptors; others are the user's. */
#define CORDON_STREAM_DESCS 0xffffu

/* A packed descriptor: eight bytes, seven to a line. */
struct cordon_desc {
	uint32_t buf; /* index of a pool buffer */
	uint32_t word; /* bits 0-23 length in bytes, bits 24-31 kind (the class of driver says) */
};

#define CORDON_DESCS_PER_LINE 7u

_Static_assert(sizeof(struct cordon_desc) == 8, "seven descriptors fill a payload");

static inline struct cordon_desc cordon_desc(uint32_t buf, uint32_t len, uint8_t kind)
{
	return (struct cordon_desc){ buf, (len & 0xffffffu) | (uint32_t)kind << 24 };
}

static inline uint32_t cordon_desc_len(struct cordon_desc d)
{
	return d.word & 0xffffffu;
}

static inline uint8_t cordon_desc_kind(struct cordon_desc d)
{
	return (uint8_t)(d.word >> 24);
}

/* The producer's private side. Counters may be read by the owning thread at any time. */
struct cordon_stream_tx {
	struct cordon_line *lines;
	const struct cordon_line *credits;
	uint64_t sent; /* lines published */
	uint64_t credited; /* lines known to be consumed: sent - size <= credited <= sent */
	uint32_t size; /* lines; a power of two */
	unsigned shift; /* log2(size) */
	uint64_t full; /* counter: puts refused because the stream was full */
	uint64_t faults; /* counter: credits that could not be true */
};

/* The consumer's private side. */
struct cordon_stream_rx {
	const struct cordon_line *lines;
	struct cordon_line *credits;
	uint64_t taken; /* lines consumed */
	uint64_t told; /* lines that the producer was told of */
	uint32_t size;
	unsigned shift;
	uint64_t faults; /* counter: lines whose header could not be true */
	unsigned next, have; /* of @descs: the next to hand out, and how many there are */
	struct cordon_desc descs[CORDON_DESCS_PER_LINE];
};

/* Take one end of the stream of @size lines (a checked dimension, not 0) at @lines, whose credits
 * lie in @credits. The memory is zero before either end is taken, and outlives it. */
void cordon_stream_tx_init(struct cordon_stream_tx *tx, struct cordon_line *lines, uint32_t size,
			   const struct cordon_line *credits);
void cordon_stream_rx_init(struct cordon_stream_rx *rx, const struct cordon_line *lines,
			   uint32_t size, struct cordon_line *credits);

/* Read the consumer's credits. 0, or -EPROTO (counted) if they lie; the last truth stays in force.
 * Pairs with cordon_publish() in cordon_stream_tell_(): lines credited are no longer read. */
int cordon_stream_tx_refresh(struct cordon_stream_tx *tx);

/* How many lines can be sent now without asking the consumer again. */
static inline uint32_t cordon_stream_tx_room(const struct cordon_stream_tx *tx)
{
#if defined(CORDON_PLANT_CREDIT_OFF_BY_ONE)
	return tx->size + 1 - (uint32_t)(tx->sent - tx->credited);
#else
	return tx->size - (uint32_t)(tx->sent - tx->credited);
#endif
}

/* 1 if a line can be sent now; else 0, counted in tx->full. */
CORDON_HOT int cordon_stream_tx_ready(struct cordon_stream_tx *tx)
{
	if (cordon_stream_tx_room(tx) > 0)
		return 1;
	(void)cordon_stream_tx_refresh(tx);
	if (cordon_stream_tx_room(tx) > 0)
		return 1;
	tx->full++;
	return 0;
}

CORDON_HOT void cordon_stream_publish_(struct cordon_stream_tx *tx, const void *p, uint16_t op,
				       uint8_t len)
{
	struct cordon_line *line = &tx->lines[tx->sent & (tx->size - 1)];

	cordon_copy_out(line, p, len);
	/* Pairs with cordon_stream_line_(). */
	cordon_publish(line, cordon_hdr((uint32_t)(tx->sent >> tx->shift) + 1, op, len, 0));
	tx->sent++;
}

/*
 * Send one message of @len bytes (0-56) as operation @op. 0; -EAGAIN if the stream is full (try
 * again later, nothing was sent); -EMSGSIZE. Bytes up to the next word are sent as zeros.
 */
CORDON_HOT int cordon_stream_send(struct cordon_stream_tx *tx, uint16_t op, const void *msg,
				  unsigned len)
{
	if (len > CORDON_PAYLOAD_SIZE)
		return -EMSGSIZE;
	if (!cordon_stream_tx_ready(tx))
		return -EAGAIN;
	cordon_stream_publish_(tx, msg, op, (uint8_t)len);
	return 0;
}

/* Send up to @n descriptors, seven to a line, each line published whole. Returns how many were
 * sent: fewer than @n if the stream became full. */
static inline unsigned cordon_stream_put(struct cordon_stream_tx *tx, const struct cordon_desc *d,
					 unsigned n)
{
	unsigned done = 0;

	while (done < n && cordon_stream_tx_ready(tx)) {
		unsigned some = n - done < CORDON_DESCS_PER_LINE ? n - done : CORDON_DESCS_PER_LINE;

		cordon_stream_publish_(tx, &d[done], CORDON_STREAM_DESCS, (uint8_t)(some * 8));
		done += some;
	}
	return done;
}

/* Tell the producer what has been consumed; pairs with cordon_stream_tx_refresh(): the copies of the
 * lines are made before the producer writes to them again. A quarter of the ring is kept back, to spare the line;
 * no producer starves, since three quarters always come back. */
static inline void cordon_stream_tell_(struct cordon_stream_rx *rx)
{
	if (rx->taken - rx->told < rx->size / 4)
		return;
	rx->told = rx->taken;
	cordon_publish(rx->credits, rx->taken);
}

/*
 * Copy the next line to @msg, which has room for 56 bytes, once. Returns its length in bytes (0-56) and its operation;
 * -EAGAIN if there is none; -EPROTO (counted, line skipped) if the length can't be true. A turn
 * that is not the awaited one is an empty line: a producer that writes nonsense stalls itself.
 */
CORDON_HOT int cordon_stream_line_(struct cordon_stream_rx *rx, uint16_t *op, void *msg)
{
	const struct cordon_line *line = &rx->lines[rx->taken & (rx->size - 1)];
	uint64_t h = cordon_peek(line);
	unsigned len;

	if (cordon_hdr_turn(h) != (uint32_t)(rx->taken >> rx->shift) + 1)
		return -EAGAIN;
	len = cordon_hdr_len(h);
	*op = cordon_hdr_op(h);
	if (len <= CORDON_PAYLOAD_SIZE)
		cordon_copy_in(msg, line, len);
	rx->taken++;
	cordon_stream_tell_(rx);
	if (len > CORDON_PAYLOAD_SIZE) {
		rx->faults++;
		return -EPROTO;
	}
#if defined(CORDON_PLANT_SECOND_FETCH)
	return cordon_hdr_len(cordon_peek(line));
#else
	return (int)len;
#endif
}

/* Whether the next cordon_stream_get() or _recv() would find something. What another thread that looks
 * at a struct in use gets is a guess. */
static inline bool cordon_stream_rx_ready(const struct cordon_stream_rx *rx)
{
	const struct cordon_line *line = &rx->lines[rx->taken & (rx->size - 1)];

	return rx->next < rx->have ||
	       cordon_hdr_turn(cordon_peek(line)) == (uint32_t)(rx->taken >> rx->shift) + 1;
}

/*
 * Receive one message: its length (0-56), its operation in *@op, its bytes at @msg, which has room
 * for 56. -EAGAIN: none there. -EPROTO: the line was a lie; it was counted and skipped. Not to be
 * mixed with cordon_stream_get() on one stream.
 */
CORDON_HOT int cordon_stream_recv(struct cordon_stream_rx *rx, uint16_t *op, void *msg)
{
	return cordon_stream_line_(rx, op, msg);
}

/* Copy up to @n descriptors to @d; returns how many. Lines that hold anything else are counted in
 * rx->faults and skipped, at most @n of them a call. What a descriptor says is not checked here. */
static inline unsigned cordon_stream_get(struct cordon_stream_rx *rx, struct cordon_desc *d,
					 unsigned n)
{
	unsigned done = 0;
	unsigned lies = 0;

	while (done < n) {
		/* A whole line goes where it is wanted. */
		bool whole = rx->next == rx->have && n - done >= CORDON_DESCS_PER_LINE;
		struct cordon_desc *to = whole ? &d[done] : rx->descs;
		unsigned some;
		uint16_t op;
		int len;

		if (rx->next < rx->have) {
			d[done++] = rx->descs[rx->next++];
			continue;
		}
		len = cordon_stream_line_(rx, &op, to);
		if (len == -EAGAIN)
			break;
		rx->next = 0;
		rx->have = 0;
		if (len < 0 || op != CORDON_STREAM_DESCS || len % 8 != 0 || len == 0) {
			if (len >= 0)
				rx->faults++;
			if (++lies >= n)
				break;
			continue;
		}
		some = (unsigned)len / 8;
		if (whole)
			done += some;
		else
			rx->have = some;
	}
	return done;
}

#endif
