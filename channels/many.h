/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Many channels, served by one thread. Those that had a request lately are looked at in every round, of
 * the others a few in turn: a call on a busy channel doesn't wait for looks at 63 idle ones, and one on an
 * idle channel is found within as many rounds as there are channels. Where one of the others had
 * something, the next is looked at, too, and so on: where all are busy, a round serves all.
 *
 * One thread. Nothing here blocks, but where a handler does.
 */
#ifndef CORDON_CHANNELS_MANY_H
#define CORDON_CHANNELS_MANY_H

#include "channels/call.h"

/* Channels that are looked at in every round, at most. */
#define CORDON_MANY_HOT 4u
/* The others, in a round: while there are calls, and while there are none. */
#define CORDON_MANY_COLD 1u
#define CORDON_MANY_IDLE 8u
/* Rounds without a call, after which there are none, and after which a channel is one of the others. */
#define CORDON_MANY_PATIENCE 16u
#define CORDON_MANY_FORGET 1024u

struct cordon_client_of {
	struct cordon_server server;
	void *state; /* for the handlers */
};

struct cordon_many {
	struct cordon_client_of *of; /* borrowed */
	unsigned n;
	unsigned next; /* of the others, who is looked at next */
	unsigned quiet; /* rounds without a call */
	unsigned nhot;
	struct {
		unsigned i, idle; /* which, and for how many rounds it had nothing */
	} hot[CORDON_MANY_HOT];
};

/* Serve the @n channels at @of, whose servers are ready, and which are borrowed as long as @m is used. */
void cordon_many_init(struct cordon_many *m, struct cordon_client_of *of, unsigned n);

/* One round: as cordon_serve(), up to @budget requests of each channel that is looked at. How many were
 * answered. */
unsigned cordon_many_serve(struct cordon_many *m, const struct cordon_ops *ops, unsigned budget);

#endif
