// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Floors of what is done in bulk: lines that go to another CPU, and back or one way, with nothing around
 * them. No check, no deadline, no operation, no bound on what is in flight but the number of lines: what is
 * left is what the lines cost, with a word on each or with a message copied on and off.
 */
#include <stdlib.h>
#include <string.h>
#include "bench/ladder/handler.h"
#include "bench/ladder/partner.h"
#include "bench/ladder/rungs.h"
#include "channels/prim.h"

/* Of the ring that goes one way; the reader gives them back in quarters, as our streams do. */
#define RING 256u

struct kind {
	void (*echo)(void *arg);
	bool copy; /* 56 bytes on each line, each way, else a word */
};

struct lines {
	struct partner partner;
	_Alignas(256) struct cordon_line line[RING];
	_Alignas(128) struct cordon_line credits;
	_Alignas(128) uint64_t i; /* lines sent one way, turns there and back */
	uint64_t credited;
	struct message m;
	unsigned n; /* lines there and back */
	bool copy;
	_Alignas(128) struct message got; /* the partner's */
};

/* All lines of a batch are there before the first of them is looked at: a line that is asked for while it is
 * written costs a way more. Odd is there, even is back. */
static void echo(void *arg)
{
	struct lines *l = arg;
	const unsigned n = l->n;
	const bool copy = l->copy;

	for (uint64_t turn = 1; !partner_stopped(&l->partner);) {
		cordon_fetch(&l->line[n - 1]);
		if (cordon_peek(&l->line[n - 1]) != turn) {
			cordon_relax();
			continue;
		}
		for (unsigned i = 0; i < n; i++) {
			struct cordon_line *line = &l->line[i];

			(void)cordon_peek(line);
			if (copy) {
				cordon_copy_in(&l->got, line, sizeof(l->got));
				cordon_copy_out(line, &l->got, sizeof(l->got));
			}
			cordon_publish(line, turn + 1);
		}
		turn += 2;
	}
}

static void swallow(void *arg)
{
	struct lines *l = arg;
	const bool copy = l->copy;

	for (uint64_t i = 0; !partner_stopped(&l->partner);) {
		const struct cordon_line *line = &l->line[i % RING];

		if (cordon_peek(line) != i / RING + 1) {
			cordon_relax();
			continue;
		}
		if (copy)
			cordon_copy_in(&l->got, line, sizeof(l->got));
		if (++i % (RING / 4) == 0)
			cordon_publish(&l->credits, i);
	}
}

static void batch(struct lines *l)
{
	const unsigned n = l->n;

	l->i++;
	for (unsigned k = 0; k < n; k++) {
		if (l->copy)
			cordon_copy_out(&l->line[k], &l->m, sizeof(l->m));
		cordon_publish(&l->line[k], l->i);
	}
	l->i++;
	for (;;) {
		cordon_fetch(&l->line[n - 1]);
		if (cordon_peek(&l->line[n - 1]) == l->i)
			break;
		cordon_relax();
	}
	for (unsigned k = 0; k < n; k++) {
		if (cordon_peek(&l->line[k]) != l->i)
			rung_broken("bare lines");
		if (l->copy)
			cordon_copy_in(&l->m, &l->line[k], sizeof(l->m));
	}
}

static void run_back(void *state, unsigned n)
{
	struct lines *l = state;

	for (unsigned done = 0; done < n; done += l->n)
		batch(l);
}

static void run_away(void *state, unsigned n)
{
	struct lines *l = state;

	for (; n--; l->i++) {
		struct cordon_line *line = &l->line[l->i % RING];

		while (l->i - l->credited == RING) {
			l->credited = cordon_peek(&l->credits);
			if (l->i - l->credited == RING)
				cordon_relax();
		}
		if (l->copy)
			cordon_copy_out(line, &l->m, sizeof(l->m));
		cordon_publish(line, l->i / RING + 1);
	}
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct lines *l = aligned_alloc(256, sizeof(*l));
	const struct kind *k = r->with;

	(void)why;
	if (!l)
		return NULL;
	memset((void *)l, 0, sizeof(*l));
	l->n = r->flight;
	l->copy = k->copy;
	if (partner_start(&l->partner, at->core, k->echo, l) == 0)
		return l;
	free((void *)l);
	return NULL;
}

static void end(void *state)
{
	struct lines *l = state;

	partner_end(&l->partner, NULL);
	free((void *)l);
}

#define KIND(e, c)           \
	&(const struct kind) \
	{                    \
		e, c         \
	}
#define BACK(text, n, c)                                                                         \
	{                                                                                        \
		.name = "bare lines, " text #n " at once", .flight = (n), .with = KIND(echo, c), \
		.begin = begin, .run = run_back, .end = end,                                     \
		.what = "in-place lines with nothing around them, in the order they went:"       \
			" what calls in flight can't be cheaper than"                            \
	}
#define AWAY(text, c)                                                                              \
	{                                                                                          \
		.name = "bare lines one way" text, .batch = 4096, .with = KIND(swallow, c),        \
		.begin = begin, .run = run_away, .end = end,                                       \
		.what = "a ring of 256 with nothing around them: what a line of a stream can't be" \
			" cheaper than"                                                            \
	}

const struct rung rungs_lines[] = {
	BACK("", 1, false),	 BACK("", 16, false),	   BACK("", 64, false),
	BACK("56 B, ", 1, true), BACK("56 B, ", 16, true), BACK("56 B, ", 64, true),
	AWAY("", false),	 AWAY(", 56 B", true),	   { .name = NULL },
};
