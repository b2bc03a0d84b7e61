// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Our fibers, on one CPU. */
#include <stdlib.h>
#include "bench/ladder/rungs.h"
#include "core/fiber.h"
#include "core/stacks.h"

struct fibers {
	struct cordon_sched sched;
	struct cordon_stacks stacks;
	unsigned flight, left;
};

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct fibers *f = calloc(1, sizeof(*f));

	(void)at, (void)why;
	if (!f)
		return NULL;
	f->flight = r->flight;
	if (cordon_stacks_map(r->flight, 16384, &f->stacks) < 0) {
		free(f);
		return NULL;
	}
	(void)cordon_sched_init(&f->sched, f->stacks.base, f->stacks.stride, f->stacks.stack_size,
				f->stacks.n);
	if (r->with)
		cordon_sched_keep_fp(&f->sched);
	return f;
}

static void end(void *state)
{
	struct fibers *f = state;

	cordon_stacks_unmap(&f->stacks);
	free(f);
}

static void yielder(void *state)
{
	struct fibers *f = state;

	while (f->left) {
		f->left--;
		cordon_fiber_yield(&f->sched);
	}
}

/* @n switches: each yield is one. */
static void run_switches(void *state, unsigned n)
{
	struct fibers *f = state;
	struct cordon_scope scope;

	f->left = n;
	cordon_scope_init(&scope, &f->sched);
	for (unsigned i = 0; i < f->flight; i++)
		(void)cordon_scope_start(&scope, yielder, f);
	cordon_scope_join(&scope);
}

/* As a call does whose answer is not there at once. */
static void blocks_once(void *state)
{
	struct fibers *f = state;

	cordon_fiber_yield(&f->sched);
}

static void run_fresh(void *state, unsigned n)
{
	struct fibers *f = state;
	struct cordon_scope scope;

	cordon_scope_init(&scope, &f->sched);
	for (; n; n -= f->flight) {
		for (unsigned i = 0; i < f->flight; i++)
			(void)cordon_scope_start(&scope, blocks_once, f);
		cordon_scope_join(&scope);
	}
}

#define LOCAL .local = 1, .begin = begin, .end = end

const struct rung rungs_fiber[] = {
	{ .name = "cordon fiber switch",
	  .flight = 2,
	  .batch = 4096,
	  .run = run_switches,
	  LOCAL,
	  .what = "cordon_fiber_yield() between two fibers" },
	{ .name = "cordon fiber switch, FPU",
	  .flight = 2,
	  .batch = 4096,
	  .run = run_switches,
	  .with = "FPU",
	  LOCAL,
	  .what = "the same with cordon_sched_keep_fp(): MXCSR and x87 control word" },
	{ .name = "cordon fresh fibers",
	  .flight = 4,
	  .batch = 1024,
	  .run = run_fresh,
	  LOCAL,
	  .what = "a scope of four parts, each on a fresh fiber, which block once: per part" },
	{ .name = NULL },
};
