/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Doorbells, the supervisor's side: an eventfd for each direction of a channel, and the front-end's
 * sleep on its own.
 *
 * Both are nonblocking, so that a hostile driver that fills or drains one can stop nobody. A domain
 * doesn't even hold its own bell: it holds an epoll set that the supervisor filled (the bell, and
 * whatever its ports wake it by), on which it can do nothing but wait. Edges are what wakes it, so it
 * never has to drain anything, and what it left unread doesn't keep it awake.
 */
#ifndef CORDON_CORE_BELL_H
#define CORDON_CORE_BELL_H

#include <stdbool.h>
#include "core/boot.h"
#include "core/err.h"
#include "core/waiting.h"

#define CORDON_BELLS_NONE ((struct cordon_bells){ .own = -1, .wake = -1, .peer = -1 })

/* Make @boot->bells for @boot->wait, and for the ring or the ports that are in @boot already. Under
 * spin there is none but the front-end's, if that sleeps all the same (@front_sleeps). 0, or -errno
 * with the line; then nothing is left. */
int cordon_bells_make(struct cordon_boot *boot, bool front_sleeps, struct cordon_err *e);

/* Close them, if there are any. */
void cordon_bells_drop(struct cordon_bells *b);

/* Wake-ups in a row that bring nothing, after which a source is not listened to for a while. An
 * honest driver's ring comes in vain once in a row: when what it tells of was found just before. */
#define CORDON_VAIN_MAX 8u
#define CORDON_DEAF_NS 100000000u

/* One thing that may wake a front-end, and is not to be trusted with that. */
struct cordon_ear {
	int fd; /* -1: nothing to listen to now */
	unsigned vain; /* wake-ups in a row that brought nothing */
	uint64_t deaf_until; /* ns */
	bool heard; /* the last sleep ended by this */
};

struct cordon_ears {
	struct cordon_ear bell; /* the driver's; drained when heard */
	struct cordon_ear device; /* the class's; its poll reads it */
	int work; /* an eventfd of the control thread, always listened to; drained when heard */
	uint64_t busy; /* rounds that had done something, at the last sleep */
	uint64_t spurious; /* counter: rings that brought nothing */
};

/* Sleep until something is heard, at most @ms. @busy: rounds that did something so far, which tells
 * whether the last wake-up was worth it; @now: ns of CLOCK_MONOTONIC. */
void cordon_ears_sleep(struct cordon_ears *ears, uint64_t busy, uint64_t now, unsigned ms);

#endif
