/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The domain that our own rungs call and send to, behind one of the fences; and its driver. */
#ifndef CORDON_BENCH_LADDER_DOMAIN_H
#define CORDON_BENCH_LADDER_DOMAIN_H

#include "bench/ladder/rung.h"
#include "core/incarnation.h"
#include "core/sleeper.h"

#define LADDER_CALLS 64u
#define LADDER_LINES 256u /* 16 KB: what is in flight stays in the first cache */
#define LADDER_SMALL 512u
#define LADDER_BIG 64u

/* Its one operation: a struct message (handler.h), which comes back when it has been handled. */
#define LADDER_OP 0

/* What its data plane does with the stream that it gets, by the argument of its boot. */
enum ladder_sink {
	LADDER_NOTHING,
	LADDER_MESSAGES, /* takes messages of a line each */
	LADDER_DESCS, /* takes packed descriptors, of no buffer */
	LADDER_BUFFERS, /* copies each buffer that is named, and gives it back */
};

#if !defined(CORDON_IMAGE)
extern const struct cordon_driver cordon_driver_ladder; /* drv_ladder.c */
#endif

/* The caller's side. */
struct ladder_domain {
	struct cordon_spec spec;
	struct cordon_incarnation inc;
	struct cordon_chan chan;
	struct cordon_pool pool;
	void *tables;
};

/* Start one behind @fence at @at->core that waits by @wait. 0, or -errno with why in @why (WHY_SIZE
 * bytes). Blocks. */
int ladder_domain_start(struct ladder_domain *d, const struct cordon_fence *fence,
			const struct place *at, enum cordon_wait wait, enum ladder_sink sink,
			char *why);
void ladder_domain_end(struct ladder_domain *d);

/* After something was sent: ring, if it sleeps. */
static inline void ladder_domain_ring(struct ladder_domain *d)
{
	if (cordon_wait_peer_sleeps(&d->chan.waiter))
		cordon_bell_ring(d->inc.boot.bells.own);
}

#endif
