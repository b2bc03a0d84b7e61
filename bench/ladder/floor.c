// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The floors: a word that goes to and fro between two CPUs, on one line or on two. */
#include <stdlib.h>
#include "bench/ladder/partner.h"
#include "bench/ladder/rungs.h"
#include "channels/prim.h"

struct floor {
	struct partner partner;
	_Alignas(128) struct cordon_line ping; /* adjacent lines are fetched in pairs */
	_Alignas(128) struct cordon_line pong;
	struct cordon_line *there, *back; /* the same line, or two */
	uint64_t i;
};

/* One line: odd is there, even is back. */
static void echo(void *arg)
{
	struct floor *f = arg;
	uint64_t i = 1;

	while (!partner_stopped(&f->partner)) {
		if (cordon_peek(f->there) != i) {
			cordon_relax();
			continue;
		}
		cordon_publish(f->back, i + 1);
		i += 2;
	}
}

static void run(void *state, unsigned n)
{
	struct floor *f = state;

	while (n--) {
		cordon_publish(f->there, ++f->i);
		f->i++;
		while (cordon_peek(f->back) != f->i)
			cordon_relax();
	}
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct floor *f = aligned_alloc(128, sizeof(*f));

	(void)why;
	if (!f)
		return NULL;
	*f = (struct floor){ .i = 0 };
	f->there = &f->ping;
	f->back = r->with ? &f->pong : &f->ping;
	if (partner_start(&f->partner, at->core, echo, f) == 0)
		return f;
	free(f);
	return NULL;
}

static void end(void *state)
{
	struct floor *f = state;

	partner_end(&f->partner, NULL);
	free(f);
}

#define FLOOR .begin = begin, .run = run, .end = end

const struct rung rungs_floor[] = {
	{ .name = "two-line ping-pong",
	  .with = "its own line back",
	  FLOOR,
	  .what = "a word to and fro, each side's on a line that it alone writes" },
	{ .name = "one-line ping-pong",
	  FLOOR,
	  .what = "a word to and fro on one line, which both write in turn" },
	{ .name = NULL },
};
