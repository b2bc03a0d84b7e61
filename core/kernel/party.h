/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's end of one incarnation: side A of its channel, the owner's of its pool, its bells. */
#ifndef CORDON_KERNEL_PARTY_H
#define CORDON_KERNEL_PARTY_H

#include "channels/chan.h"
#include "channels/pool.h"
#include "core/kernel/bell.h"
#include "core/kernel/memory.h"
#include "core/kernel/trace.h"
#include "core/kernel/uapi.h"

/* Calls, and how long they took in all; those answered by operation, too. */
struct cordon_kcalls {
	u64 answered, answer_ns, failed;
	u64 by_op[CORDON_K_OPS];
};

/* A domain's orders. An abort says which it means: one that comes too late hits no later one. */
struct cordon_orders {
	u32 now; /* begun and ended: odd while one is under way */
	u32 aborted; /* the one that nobody waits for any more */
};

static inline bool cordon_orders_aborted(const struct cordon_orders *o)
{
	u32 now = READ_ONCE(o->now);

	return now & 1 && READ_ONCE(o->aborted) == now;
}

struct cordon_party {
	struct cordon_memory mem_chan, mem_pool, mem_ro;
	void *tables; /* of the pool */
	struct cordon_chan chan;
	struct cordon_pool pool;
	struct cordon_bell bell;
	struct cordon_ears ears;
	bool rings; /* the domain looks whether we sleep, and then rings: it has ears to ring */
	struct cordon_waiter caller; /* its own view of the peer's sleep: see cordon_kcall() */
	const struct cordon_orders *orders;
	int line; /* of the last cordon_kcall(); -1: it found none, and was never sent */
	bool over; /* set when nobody waits for an answer any more */
	unsigned int core; /* the domain's */
	u64 deadline_ns; /* of each call */
	struct cordon_kcalls *calls; /* outlives the party; NULL: nobody counts */
};

/* Make one of what the supervisor said. 0, or -errno with words in @why. May sleep. */
int cordon_party_make(struct cordon_party *p, const struct cordon_k_attach *a, char *why);
void cordon_party_free(struct cordon_party *p);

/*
 * Call @op with @len bytes (0-56) at @req and wait for the reply, at most the deadline; returns what
 * cordon_call() of core/call.h does, or -EINTR if the caller is being killed. Only one thread calls at a
 * time; others may use the rest of the channel meanwhile. Sleeps: hold nothing that others need.
 */
int cordon_kcall(struct cordon_party *p, u16 op, const void *req, size_t len, void *reply,
		 size_t size);

/* Wait a little, longer each time (*@pause is 0 at first): 0, or why not to go on: -ECANCELED, -EINTR. */
int cordon_party_wait(struct cordon_party *p, u64 *pause);

/* After something was published. One thread at a time, or with a lock. */
static inline void cordon_party_ring(struct cordon_party *p, struct cordon_waiter *w)
{
	if (cordon_wait_peer_sleeps(w)) {
		trace_cordon_bell(p->core, true);
		cordon_bell_ring(&p->bell);
	}
}

#endif
