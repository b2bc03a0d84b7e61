// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What a crossing is compared with: what costs something without anybody else. */
#include <stdlib.h>
#include <time.h>

#include "bench/ladder/handler.h"
#include "bench/ladder/rung.h"
#include "core/sys.h"

struct local {
	uint64_t cycles; /* the handler's */
	uint64_t sum; /* of what was returned, so that it is computed */
};

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct local *l = malloc(sizeof(*l));

	(void)at;
	(void)why;
	if (l)
		*l = (struct local){ .cycles = handler_cycles(r->ns) };
	return l;
}

static __attribute__((noinline)) uint64_t callee(uint64_t x)
{
	/* Something that the compiler can't leave out, of no instruction. */
	__asm__ __volatile__("" : "+r"(x));
	return x;
}

static void call_run(void *state, unsigned n)
{
	uint64_t (*fn)(uint64_t x) = callee;
	struct local *l = state;
	uint64_t sum = l->sum; /* not by way of memory, which costs more than the call */

	__asm__ __volatile__("" : "+r"(fn)); /* from here on it may be any function */
	while (n--)
		sum = fn(sum);
	l->sum = sum;
}

static void syscall_run(void *state, unsigned n)
{
	struct local *l = state;

	while (n--)
		l->sum += (uint64_t)cordon_sys3(__NR_getppid, 0, 0, 0);
}

static void clock_run(void *state, unsigned n)
{
	struct local *l = state;
	struct timespec t;

	while (n--) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		l->sum += (uint64_t)t.tv_nsec;
	}
}

static void counter_run(void *state, unsigned n)
{
	struct local *l = state;

	while (n--)
		l->sum += cordon_cycles();
}

static void handler_run(void *state, unsigned n)
{
	const struct local *l = state;

	while (n--)
		handle(l->cycles);
}

#define LOCAL .local = 1, .begin = begin, .end = free

const struct rung rungs_local[] = {
	{ .name = "function call",
	  .what = "through a pointer, to a function that returns its argument",
	  .batch = 4096,
	  .run = call_run,
	  LOCAL },
	{ .name = "system call",
	  .what = "getppid, by the bare instruction: by convention the call that does next to nothing",
	  .batch = 1024,
	  .run = syscall_run,
	  LOCAL },
	{ .name = "clock read",
	  .what = "clock_gettime(CLOCK_MONOTONIC), by the vDSO where the kernel lets it",
	  .batch = 1024,
	  .run = clock_run,
	  LOCAL },
	{ .name = "time-stamp counter",
	  .what = "one reading, not ordered against what surrounds it",
	  .batch = 1024,
	  .run = counter_run,
	  LOCAL },
	{ .name = "handler 50 ns",
	  .what = "the handler of the calls, called in place: work until 50 ns have passed",
	  .ns = 50,
	  .batch = 256,
	  .run = handler_run,
	  LOCAL },
	{ .name = "handler 100 ns",
	  .what = "the handler of the calls, called in place: work until 100 ns have passed",
	  .ns = 100,
	  .batch = 256,
	  .run = handler_run,
	  LOCAL },
	{ .name = "handler 500 ns",
	  .what = "the handler of the calls, called in place: work until 500 ns have passed",
	  .ns = 500,
	  .batch = 64,
	  .run = handler_run,
	  LOCAL },
	{ .name = NULL },
};
