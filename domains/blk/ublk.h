/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The disk, served to the kernel's ublk driver: the user of struct blk_front behind --frontend ublk, and with
 * it a block device /dev/ublkbN without a module of ours. One queue, whose server is the front-end's thread.
 *
 * The kernel hands over requests in answers to commands that fetch one each; with what became of it, the next
 * is fetched. Data are copied between the kernel's pages and the pool's buffers, once. While there is no
 * driver, requests wait here, and the kernel is told nothing.
 */
#ifndef CORDON_DOMAINS_BLK_UBLK_H
#define CORDON_DOMAINS_BLK_UBLK_H

#include "domains/blk/front.h"
#include "domains/blk/ublk_dev.h"

#define UBLK_DEPTH BLK_FRONT_SLOTS

struct ublk_server {
	struct blk_front *front;
	struct ublk_dev dev;
	struct ublk_ring ring; /* of the queue */
	const struct ublksrv_io_desc *desc; /* what is asked for; the kernel's, by tag */
	/* Tags of requests that were fetched and not yet given a slot, oldest first: a ring. */
	uint16_t waits[UBLK_DEPTH];
	uint32_t head, tail;
	uint16_t tag[BLK_FRONT_SLOTS]; /* by slot */
};

/* Make the device. @front is borrowed. 0 or -errno with the line; then nothing is left. */
int ublk_open(struct ublk_server *s, struct blk_front *front, struct cordon_err *e);

/* The limits are agreed on: have the device shown, and wait a little until it is there. In a fiber of the
 * loop that polls. 0 or -errno with the line. */
int ublk_show(struct ublk_server *s, struct cordon_caller *caller, struct cordon_err *e);

/* Up to @budget requests; how many pieces of work were done. As nbd_poll(). */
unsigned ublk_poll(struct ublk_server *s, unsigned budget);

/* For the front-end: request @slot was answered. */
void ublk_answered(void *server, uint32_t slot);

/* The last driver has ended: all that is asked for fails, until the kernel has taken the disk away. In the thread
 * that polled, which alone can answer. Seconds at most. */
void ublk_leave(struct ublk_server *s);

/* Remove the device; the thread that polled has ended. */
void ublk_close(struct ublk_server *s);

#endif
