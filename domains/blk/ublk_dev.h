/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A ublk device, /dev/ublkbN, from its making to its end. Made and removed in the control thread; described
 * and started in the front-end's, which has no rights of its own (ublk_ring.h).
 */
#ifndef CORDON_DOMAINS_BLK_UBLK_DEV_H
#define CORDON_DOMAINS_BLK_UBLK_DEV_H

#include "domains/blk/limits.h"
#include "domains/blk/ublk_proto.h"
#include "domains/blk/ublk_ring.h"

enum ublk_step { UBLK_MADE, UBLK_DESCRIBED, UBLK_STARTED, UBLK_STOPPED, UBLK_FAILED };

struct ublk_dev {
	struct ublk_ring control;
	int fd; /* /dev/ublkcN: what its server speaks to */
	uint32_t id;
	enum ublk_step step; /* that has been done */
	struct ublk_params params; /* as the kernel was told; it reads them when it likes */
};

/*
 * Make one for @depth requests at once; and remove what a supervisor of ours that was killed has left. 0, or
 * -errno with the line; then nothing is left.
 */
int ublk_dev_make(struct ublk_dev *d, unsigned depth, struct cordon_err *e);

/* Ask the kernel to take the limits @l, and, once it has (UBLK_DESCRIBED) and the server waits for requests,
 * to show /dev/ublkbN, which it reads first. Neither waits. */
void ublk_dev_describe(struct ublk_dev *d, const struct blk_limits *l);
void ublk_dev_start(struct ublk_dev *d);

/* Ask the kernel to take /dev/ublkbN away; it first waits for what is under way, and has file systems
 * written back. Doesn't wait. */
void ublk_dev_stop(struct ublk_dev *d);

/* Take note of what the kernel has answered: how far it is. */
enum ublk_step ublk_dev_look(struct ublk_dev *d);

/*
 * Remove it; its server has ended. Who has it open keeps it from going altogether, which is waited for for a
 * second, and happens when he has closed it.
 */
void ublk_dev_remove(struct ublk_dev *d);

#endif
