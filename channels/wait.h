/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Before it sleeps, a party says so in its wait line; who publishes something looks there and rings
 * (a doorbell is the user's: an eventfd, an ioctl). Nobody sleeps over something published:
 *
 *   the sleeper                         the sender
 *     cordon_wait_begin(): announce       publish
 *     fence                               cordon_wait_peer_sleeps(): fence
 *     look for work once more                                        read the announcement
 *     none: sleep until the bell          there is one: ring
 *
 * The two fences pair: at least one side sees what the other stored. Without either, both stores may
 * still lie in store buffers while both loads are done (tests/models/wait_process.pml).
 *
 * The word counts: odd while its owner sleeps or is about to, so that one sleep is rung for once. It
 * is the peer's to lie in: a peer that hides its sleep wakes late (by its own backstop), one that
 * feigns it is rung for in vain, at most once for each look at it.
 *
 * One thread. Nothing here blocks or fails.
 */
#ifndef CORDON_CHANNELS_WAIT_H
#define CORDON_CHANNELS_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include "channels/layout.h"

struct cordon_waiter {
	struct cordon_line *mine;
	const struct cordon_line *peer;
	uint64_t word; /* as it stands in @mine */
	uint64_t rung; /* the last announcement of the peer's that was answered */
	bool peer_may; /* the peer may sleep, as the supervisor says: never the peer */
};

/* Take the wait lines of a channel whose memory was zeroed. The peer is taken not to sleep until
 * @peer_may is set. */
void cordon_waiter_init(struct cordon_waiter *w, struct cordon_line *mine,
			const struct cordon_line *peer);

/* Announce a sleep. Then look for work once more, everywhere, and only then sleep. */
static inline void cordon_wait_begin(struct cordon_waiter *w)
{
	w->word += 1 + (w->word & 1);
	cordon_publish(w->mine, w->word);
	/* Pairs with the fence in the peer's cordon_wait_peer_sleeps(). */
	cordon_full_fence();
}

/* Awake, or not to sleep after all. */
static inline void cordon_wait_end(struct cordon_waiter *w)
{
	w->word += w->word & 1;
	cordon_publish(w->mine, w->word);
}

/* After something was published: whether to ring. Costs nothing (no fence, no load of a shared
 * line) towards a peer that never sleeps. */
static inline bool cordon_wait_peer_sleeps(struct cordon_waiter *w)
{
	uint64_t word;

	if (!w->peer_may)
		return false;
	/* Pairs with the fence in the peer's cordon_wait_begin(). */
	cordon_full_fence();
	word = cordon_peek(w->peer);
	if (!(word & 1) || word == w->rung)
		return false;
	w->rung = word;
	return true;
}

#endif
