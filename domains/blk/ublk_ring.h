/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An io_uring for commands to one file of ublk's, and for nothing else: the ring is restricted to that. What
 * is asked with it is asked with the rights of the thread that made it, whoever asks, so that who has
 * dropped his can still have his own device started and removed. By system call, as core/ring.c: one
 * library less.
 *
 * One thread at a time.
 */
#ifndef CORDON_DOMAINS_BLK_UBLK_RING_H
#define CORDON_DOMAINS_BLK_UBLK_RING_H

#include <linux/io_uring.h>
#include <stddef.h>
#include <stdint.h>
#include "core/err.h"

struct ublk_ring {
	int fd; /* -1: none; readable when something was answered */
	uint16_t personality; /* 0: nobody's */
	uint8_t *rings, *sqes; /* mapped */
	size_t rings_size, sqes_size, sqe_size;
	struct io_uring_params params;
	uint32_t tail; /* of what is asked */
	uint32_t unsent;
};

/* A ring for up to @entries commands at once to the open @file, with the caller's rights if @rights. 0 or
 * -errno with the line; then nothing is left, and r->fd is -1. */
int ublk_ring_open(struct ublk_ring *r, unsigned entries, int file, int rights,
		   struct cordon_err *e);

/* Ask for command @op with the @size bytes of @cmd (up to 80), when the ring is next sent. There are never
 * more than its entries under way. */
void ublk_ring_ask(struct ublk_ring *r, uint32_t op, const void *cmd, size_t size, uint64_t user);

/* Send what is asked; how much that was. Doesn't wait. */
unsigned ublk_ring_send(struct ublk_ring *r);

/* The next answer: 1; 0: there is none. */
int ublk_ring_answer(struct ublk_ring *r, uint64_t *user, int32_t *result);

/* Wait for an answer, at most @ms: as above. */
int ublk_ring_wait(struct ublk_ring *r, int ms, uint64_t *user, int32_t *result);

void ublk_ring_close(struct ublk_ring *r);

#endif
