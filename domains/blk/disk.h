/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The blk front-end in the kernel, seen from here: a disk that the kernel module makes. Requests don't come
 * this way.
 */
#ifndef CORDON_DOMAINS_BLK_DISK_H
#define CORDON_DOMAINS_BLK_DISK_H

#include "core/kdomain.h"
#include "domains/blk/class.h"

struct blk_disk {
	struct cordon_kdomain k;
	char name[32]; /* "" until the module has given one */
	uint32_t complete; /* enum cordon_k_receive */
	char host_side[16], wire_side[16];
};

#endif
