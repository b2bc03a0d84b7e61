/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How a party waits when there is nothing to do. */
#ifndef CORDON_CORE_WAITING_H
#define CORDON_CORE_WAITING_H

enum cordon_wait {
	CORDON_WAIT_SPIN, /* poll for ever: the quickest, and a core is always busy */
	CORDON_WAIT_ADAPTIVE, /* poll for a while, then sleep until the doorbell rings */
	CORDON_WAIT_SLEEP, /* sleep at once: several domains may share a core */
};

/* The policy's name, as the user types it (a static string), and the policy of a name, or -EINVAL. */
const char *cordon_wait_name(enum cordon_wait wait);
int cordon_wait_find(const char *name);

#endif
