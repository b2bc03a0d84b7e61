/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A front-end in the kernel, as the device knows it: what struct cordon_class (core/class.h) is in user
 * space. Orders come one at a time, from the ioctl's caller, and may sleep; what can't happen in that
 * order, or can in two, is kept from them by device.c.
 */
#ifndef CORDON_KERNEL_FRONT_H
#define CORDON_KERNEL_FRONT_H

#include "core/kernel/party.h"

struct cordon_kfront {
	/* Optional. When the module is loaded and unloaded; when no file is open there is no front-end. */
	int (*init)(void);
	void (*exit)(void);
	/* One for the domain @name, which outlives it: the front-end, or an ERR_PTR with words in @why. @what:
	 * the private copy of the order that asks for it, of which what it says is out may be filled in. */
	void *(*open)(void *what, const char *name, char *why);
	/* An incarnation begins. 0, or -errno with words in @why; then detach follows. */
	int (*start)(void *front, struct cordon_party *p, char *why);
	int (*ping)(void *front);
	int (*stop)(void *front);
	int (*drain)(void *front);
	/* It has ended: on return nothing of ours touches @p. Waits for nothing of the driver's. */
	void (*detach)(void *front, struct cordon_party *p);
	/* At any time, also while another order is under way. */
	void (*stats)(void *front, struct cordon_k_stats *s);
	/* After detach. */
	void (*close)(void *front);
};

/* domains/net/kernel, for CORDON_K_NET; domains/blk/kernel, for CORDON_K_BLK */
extern const struct cordon_kfront cordon_kfront_net;
extern const struct cordon_kfront cordon_kfront_blk;

#endif
