// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Our fibers, on one CPU. */
#include <limits.h>
#include <stdlib.h>
#include "bench/ladder/rungs.h"
#include "core/fiber.h"
#include "core/stacks.h"
#include "core/switch.h"

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

	f->left = n;
	for (unsigned i = 0; i < f->flight; i++)
		(void)cordon_fiber_start(&f->sched, yielder, f);
	while (f->sched.live)
		(void)cordon_sched_run(&f->sched, UINT_MAX);
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

/* ---- the switch alone, as a library of contexts has it --------------------------------------------- */

struct bare {
	void *here, *there; /* who does not run */
	struct cordon_stacks stacks;
};

static void comes_back(void *state)
{
	struct bare *b = state;

	for (;;)
		cordon_switch(&b->there, b->here);
}

static void comes_back_fp(void *state)
{
	struct bare *b = state;

	for (;;)
		cordon_switch_fp(&b->there, b->here);
}

static void *begin_bare(const struct rung *r, const struct place *at, char *why)
{
	struct bare *b = calloc(1, sizeof(*b));

	(void)at, (void)why;
	if (!b)
		return NULL;
	if (cordon_stacks_map(1, 16384, &b->stacks) < 0) {
		free(b);
		return NULL;
	}
	b->there = cordon_switch_make((char *)b->stacks.base + b->stacks.stride,
				      r->with ? comes_back_fp : comes_back, b, r->with != NULL);
	return b;
}

static void end_bare(void *state)
{
	struct bare *b = state;

	cordon_stacks_unmap(&b->stacks);
	free(b);
}

static void run_bare(void *state, unsigned n)
{
	struct bare *b = state;

	for (; n; n -= 2)
		cordon_switch(&b->here, b->there);
}

static void run_bare_fp(void *state, unsigned n)
{
	struct bare *b = state;

	for (; n; n -= 2)
		cordon_switch_fp(&b->here, b->there);
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
	{ .name = "cordon 16 fibers switch",
	  .flight = 16,
	  .batch = 4096,
	  .run = run_switches,
	  LOCAL,
	  .what = "cordon_fiber_yield() among 16" },
	{ .name = "cordon 128 fibers switch",
	  .flight = 128,
	  .batch = 4096,
	  .run = run_switches,
	  LOCAL,
	  .what = "among 128" },
	{ .name = "cordon 1024 fibers switch",
	  .flight = 1024,
	  .batch = 8192,
	  .run = run_switches,
	  LOCAL,
	  .what = "among 1,024: their stacks don't fit the caches any more" },
	{ .name = "cordon bare switch",
	  .batch = 4096,
	  .local = 1,
	  .begin = begin_bare,
	  .run = run_bare,
	  .end = end_bare,
	  .what = "the switch alone, without a scheduler, as fcontext's is" },
	{ .name = "cordon bare switch, FPU",
	  .batch = 4096,
	  .local = 1,
	  .with = "FPU",
	  .begin = begin_bare,
	  .run = run_bare_fp,
	  .end = end_bare,
	  .what = "the same with MXCSR and x87 control word" },
	{ .name = "cordon fresh fibers",
	  .flight = 4,
	  .batch = 1024,
	  .run = run_fresh,
	  LOCAL,
	  .what = "a scope of four parts, each on a fresh fiber, which block once: per part" },
	{ .name = NULL },
};
