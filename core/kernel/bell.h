/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Doorbells: eventfds that kernel and domain wake each other by. */
#ifndef CORDON_KERNEL_BELL_H
#define CORDON_KERNEL_BELL_H

#include <linux/eventfd.h>
#include <linux/poll.h>
#include <linux/wait.h>

/* The domain's. NULL: it never sleeps. A full counter holds nobody up. */
struct cordon_bell {
	struct eventfd_ctx *ctx;
};

/* Take the caller's descriptor @fd; -1: none. 0, or -EBADF, -EINVAL (no eventfd). */
int cordon_bell_take(struct cordon_bell *b, int fd);
void cordon_bell_put(struct cordon_bell *b);
void cordon_bell_ring(struct cordon_bell *b); /* any context */

/* Ours. Nothing reads it: that something came is told by the channel, not by a count. */
struct cordon_ears {
	struct file *file; /* NULL: the domain never rings */
	void (*heard)(
		void *arg); /* with interrupts off, as often as the domain likes; NULL: nobody cares */
	void *arg;
	wait_queue_head_t *head;
	wait_queue_entry_t entry;
	poll_table table;
};

int cordon_ears_take(struct cordon_ears *e, int fd);
void cordon_ears_put(struct cordon_ears *e); /* after it nothing is heard any more */

/* Have @heard called with @arg, or with NULL nothing: then none runs any more. Not atomic. */
void cordon_ears_set(struct cordon_ears *e, void (*heard)(void *arg), void *arg);

#endif
