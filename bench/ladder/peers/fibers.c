// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Switches of other people's fibers, by two contexts that go to each other: fcontext of Boost.Context
 * (Oliver Kowalke; Boost 1.74, libboost-context-dev), and what the libc has, swapcontext().
 */
#include "bench/ladder/peers/peers.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK_SIZE 65536

/* Boost's header is C++: these are its functions. */
struct transfer {
	void *from;
	void *data;
};
struct transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*fn)(struct transfer));

struct fcontext {
	void *other;
	char stack[STACK_SIZE] __attribute__((aligned(64)));
};

static void fcontext_fn(struct transfer t)
{
	for (;;)
		t = jump_fcontext(t.from, NULL);
}

static void *fcontext_begin(const struct rung *r, const struct place *at, char *why)
{
	struct fcontext *f = aligned_alloc(64, sizeof(*f));

	(void)r, (void)at, (void)why;
	if (f)
		f->other = make_fcontext(f->stack + STACK_SIZE, STACK_SIZE, fcontext_fn);
	return f;
}

static void fcontext_run(void *state, unsigned n)
{
	struct fcontext *f = state;
	void *other = f->other;

	for (; n >= 2; n -= 2)
		other = jump_fcontext(other, NULL).from;
	f->other = other;
}

struct uc {
	ucontext_t here, other;
	char stack[STACK_SIZE];
};

static void ucontext_fn(unsigned high, unsigned low)
{
	struct uc *u = (struct uc *)((uintptr_t)high << 32 | low); /* it hands on ints */

	for (;;)
		swapcontext(&u->other, &u->here);
}

static void *ucontext_begin(const struct rung *r, const struct place *at, char *why)
{
	struct uc *u = malloc(sizeof(*u));

	(void)r, (void)at, (void)why;
	if (!u)
		return NULL;
	getcontext(&u->other);
	u->other.uc_stack.ss_sp = u->stack;
	u->other.uc_stack.ss_size = sizeof(u->stack);
	u->other.uc_link = NULL;
	makecontext(&u->other, (void (*)(void))ucontext_fn, 2, (unsigned)((uintptr_t)u >> 32),
		    (unsigned)(uintptr_t)u);
	return u;
}

static void ucontext_run(void *state, unsigned n)
{
	struct uc *u = state;

	for (; n >= 2; n -= 2)
		swapcontext(&u->here, &u->other);
}

const struct rung rungs_fibers[] = {
	{
		.name = "fcontext switch",
		.what = "two contexts jump to each other; Boost 1.74 saves MXCSR and the x87 control "
			"word with each switch, and has no other way",
		.local = 1,
		.begin = fcontext_begin,
		.run = fcontext_run,
		.end = free,
	},
	{
		.name = "ucontext switch",
		.what = "two contexts swap; the libc saves the signal mask, which is a system call a "
			"switch",
		.local = 1,
		.begin = ucontext_begin,
		.run = ucontext_run,
		.end = free,
	},
	{ .name = NULL },
};
