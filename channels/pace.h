/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How to follow a peer along its lines. Who is faster catches up, and then looks at each line while the
 * peer still writes it: the line is taken away, and fetched back, for every message. So who finds next
 * to nothing at every look waits a few looks longer, until what it finds is worth it; and lines are
 * fetched ahead only as far as the last run of full ones reached.
 *
 * That is for flows. A call at a time must not wait: a line that isn't there at the first look after
 * a wait ends the waiting, and so does a wait that brought nothing. Counted in looks, not in time: no
 * clock is read, and what suits a machine is found out there. The scheme is ours.
 *
 * One thread. Nothing blocks or fails.
 */
#ifndef CORDON_CHANNELS_PACE_H
#define CORDON_CHANNELS_PACE_H

#ifndef __KERNEL__
#include <stdbool.h>
#endif

/* The most lines that are fetched ahead. */
#define CORDON_AHEAD_MAX 8u
/* The longest wait, in looks. More brought nothing, and where a look is a round of a driver's loop it
 * can be long. */
#define CORDON_PACE_MAX 8u
/* After a wait that brought nothing: so many runs before the next is tried. */
#define CORDON_PACE_HOLD 64u

struct cordon_pace {
	unsigned run; /* full lines since the last one that was not */
	unsigned expect; /* the run before */
	unsigned pause; /* looks left out after a run */
	unsigned skip; /* of them, still to come */
	unsigned hold; /* runs without a pause, still to come */
	bool missed; /* the first look after a run found nothing */
	bool chase; /* the run began at the first look */
};

/* Whether to leave this look out. */
static inline bool cordon_pace_skips(struct cordon_pace *p)
{
	if (!p->skip)
		return false;
	p->skip--;
	return true;
}

/* Of @used lines in use, how many are to be on their way while one is worked at. More, and they are taken
 * from a peer that has not done with them. */
static inline unsigned cordon_pace_ahead(unsigned used)
{
	return used / 4 < CORDON_AHEAD_MAX ? used / 4 : CORDON_AHEAD_MAX;
}

/* A line was full, and @ahead are to be on their way: those from *@first to *@last behind it are worth
 * fetching now (none: *@first > *@last). */
static inline void cordon_pace_found(struct cordon_pace *p, unsigned ahead, unsigned *first,
				     unsigned *last)
{
	unsigned rest = p->expect > p->run ? p->expect - p->run - 1 : 0;

	*first = 1;
	*last = 0;
	if (!p->run++) {
		p->chase = !p->missed;
		p->missed = false;
		*last = rest < ahead ? rest : ahead;
	} else if (ahead && rest >= ahead) {
		*first = *last = ahead;
	}
}

/* A line was not full. A run of @good lines (cordon_pace_ahead()) is worth a look; 0: so few
 * are in use that nobody may wait. */
static inline void cordon_pace_lost(struct cordon_pace *p, unsigned good)
{
	if (!p->run) {
		p->missed = true;
		return;
	}
	if (!good) {
		p->pause = 0;
	} else if (!p->chase || p->run > 2 * good) {
		p->pause /= 2;
	} else if (p->run < good) {
		if (p->pause && p->run <= p->expect) {
			p->pause = 0;
			p->hold = CORDON_PACE_HOLD;
		} else if (p->hold) {
			p->hold--;
		} else if (p->pause < CORDON_PACE_MAX) {
			p->pause = p->pause ? p->pause * 2 : 1;
		}
	}
	p->expect = p->run;
	p->run = 0;
	p->skip = p->pause;
}

#endif
