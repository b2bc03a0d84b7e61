/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * When a loop may sleep (waiting.h), for both ends of a channel: the protocol of channels/wait.h fitted
 * to rounds of a loop. What is looked at once more before a sleep is a whole round, so no work can be
 * forgotten there; and a round that published something is never idle.
 *
 * Needs no libc. One thread. Nothing here blocks: the user sleeps, as its descriptors demand.
 */
#ifndef CORDON_CORE_SLEEPER_H
#define CORDON_CORE_SLEEPER_H

#include "channels/chan.h"
#include "core/waiting.h"

/* How long the adaptive policy polls before it sleeps: what a wake-up costs, roughly. */
#define CORDON_ADAPTIVE_NS 50000u
/* Ends a sleep that nobody ends: only a peer that lies makes that necessary. */
#define CORDON_BACKSTOP_MS 1000u

struct cordon_sleeper {
	struct cordon_chan *chan;
	enum cordon_wait policy;
	int peer; /* the peer's doorbell, an eventfd; -1: none */
	bool announced;
	uint64_t published; /* by the channel, when the peer was last looked at */
	uint64_t busy; /* the loop's, in the last idle round */
	uint64_t since; /* idle since then, ns */
	uint64_t sleeps, rings; /* counters */
};

/* What an idle round is followed by. */
enum cordon_doze {
	CORDON_DOZE_POLL, /* another round */
	CORDON_DOZE_CHECK, /* another round, in which everything is looked at: the sleep is announced */
	CORDON_DOZE_SLEEP, /* sleep; then cordon_sleeper_woke() */
};

/* For @chan (borrowed). A peer that may sleep is rung by @peer; -1: it never does. Under spin only
 * cordon_sleeper_look() is to be called. */
void cordon_sleeper_init(struct cordon_sleeper *s, struct cordon_chan *chan,
			 enum cordon_wait policy, int peer);

/* In every round, after what publishes: ring if the peer has to know. 1 if something was published
 * since the last time, else 0. */
int cordon_sleeper_look(struct cordon_sleeper *s);

/* In an idle round. @busy: how many rounds have not been idle (struct cordon_loop); @now: ns. */
enum cordon_doze cordon_sleeper_idle(struct cordon_sleeper *s, uint64_t busy, uint64_t now);

/* After a sleep. */
void cordon_sleeper_woke(struct cordon_sleeper *s, uint64_t now);

/* Ring: add one to the eventfd @bell. One that is full is heard already. */
void cordon_bell_ring(int bell);

#endif
