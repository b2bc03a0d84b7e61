// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The floors: a word that goes to and fro between two CPUs, on one line or on two. */
#include <stdlib.h>
#include "bench/ladder/partner.h"
#include "bench/ladder/rungs.h"
#include "channels/prim.h"

struct floor {
	struct partner partner;
	_Alignas(256) struct cordon_line
		line[4]; /* 0 and 1 are a pair, as prefetchers have them; 2 is not */
	_Alignas(128) struct cordon_line *there; /* the same line, or two */
	struct cordon_line *back;
	uint64_t i;
};

/* One line: odd is there, even is back. */
static void echo(void *arg)
{
	struct floor *f = arg;
	struct cordon_line *there = f->there, *back = f->back;
	uint64_t i = 1;

	while (!partner_stopped(&f->partner)) {
		if (cordon_peek(there) != i) {
			cordon_relax();
			continue;
		}
		cordon_publish(back, i + 1);
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
	struct floor *f = aligned_alloc(256, sizeof(*f));
	const unsigned *apart = r->with;

	(void)why;
	if (!f)
		return NULL;
	*f = (struct floor){ .i = 0 };
	f->there = &f->line[0];
	f->back = &f->line[*apart];
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

static const unsigned none = 0, one = 1, two = 2;

#define FLOOR(apart) .with = &(apart), .begin = begin, .run = run, .end = end

const struct rung rungs_floor[] = {
	{ .name = "two-line ping-pong",
	  FLOOR(one),
	  .what = "a word to and fro, each side's on a line that it alone writes; adjacent lines" },
	{ .name = "two-line ping-pong, 128 B apart",
	  FLOOR(two),
	  .what = "the same, on lines that no prefetcher takes for a pair" },
	{ .name = "one-line ping-pong",
	  FLOOR(none),
	  .what = "a word to and fro on one line, which both write in turn" },
	{ .name = NULL },
};
