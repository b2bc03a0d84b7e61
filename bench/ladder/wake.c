// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What it costs to wake a thread that sleeps on the other CPU: until it has stored a word for which
 * the caller polls, which is one wake-up; and until the caller, which sleeps too, has been woken by
 * the same means, which is two. A ring counts only if the sleeper sleeps: see settle().
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/ladder/bell.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/partner.h"
#include "channels/prim.h"
#include "core/clock.h"

struct wake {
	struct partner partner;
	struct bell there, back; /* back: of a round trip only */
	_Alignas(128) struct cordon_line about; /* how many times it was about to sleep */
	struct cordon_line word; /* the answer */
	const struct bell_kind *kind;
	pid_t tid;
	bool round;
	uint64_t n; /* wake-ups up to now */
	uint64_t pause; /* cycles */
	double ns; /* per cycle */
	int stat; /* /proc's of the sleeper */
};

static void sleeper(void *arg)
{
	struct wake *w = arg;
	/* Own copies: they lie among what the caller writes. */
	const struct bell_kind *kind = w->kind;
	bool round = w->round;

	w->tid = gettid();
	for (uint64_t i = 1;; i++) {
		cordon_publish(&w->about, i);
		kind->sleep(&w->there);
		if (partner_stopped(&w->partner))
			return;
		if (round)
			kind->ring(&w->back);
		else
			cordon_publish(&w->word, i);
	}
}

static void wait_for(const struct cordon_line *line, uint64_t value)
{
	while (cordon_peek(line) != value)
		cordon_relax();
}

/* Whether the sleeper sleeps, by the kernel's own word. */
static bool sleeps(const struct wake *w)
{
	char text[256];
	ssize_t n = pread(w->stat, text, sizeof(text) - 1, 0);
	const char *end;

	if (n <= 0)
		rung_broken("/proc of the sleeper");
	text[n] = '\0';
	end = strrchr(text, ')'); /* of its name; its state follows */
	return end && end[1] == ' ' && end[2] == 'S';
}

/* Until the sleeper sleeps for sure, and 50 us more: its CPU has gone idle then, if nobody else wants
 * it. */
static void settle(struct wake *w)
{
	uint64_t start;

	wait_for(&w->about, w->n + 1);
	while (!sleeps(w))
		cordon_relax();
	start = cordon_cycles();
	while (cordon_cycles() - start < w->pause)
		cordon_relax();
}

static double timed(void *state, unsigned n)
{
	struct wake *w = state;
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++) {
		uint64_t start;

		settle(w);
		start = cordon_cycles();
		w->kind->ring(&w->there);
		if (w->round)
			w->kind->sleep(&w->back);
		else
			wait_for(&w->word, w->n + 1);
		sum += cordon_cycles() - start;
		w->n++;
	}
	return (double)sum * w->ns / n;
}

static void wake_sleeper(void *arg)
{
	struct wake *w = arg;

	w->kind->ring(&w->there);
}

static void *begin(const struct rung *r, const struct place *at, char *why, bool round)
{
	struct wake *w = aligned_alloc(_Alignof(struct wake), sizeof(*w));
	struct cordon_clock clock;
	char path[64];

	if (!w) {
		snprintf(why, WHY_SIZE, "no memory");
		return NULL;
	}
	cordon_clock_calibrate(&clock);
	memset(w, 0, sizeof(*w));
	w->kind = r->with;
	w->round = round;
	w->ns = (double)clock.mult / 0x1p32;
	w->pause = handler_cycles(50 * 1000);
	if (w->kind->make(&w->there, at, NULL, why) < 0)
		goto err_free;
	if (round && w->kind->make(&w->back, at, &w->there, why) < 0)
		goto err_there;
	if (partner_start(&w->partner, at->core, sleeper, w) < 0) {
		snprintf(why, WHY_SIZE, "no thread on CPU %d", at->core);
		goto err_back;
	}
	wait_for(&w->about, 1); /* now tid is there */
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)w->tid);
	w->stat = open(path, O_RDONLY | O_CLOEXEC);
	if (w->stat >= 0) {
		/* The first ones don't count: with SQPOLL and two CPUs they wait for milliseconds. */
		(void)timed(w, 32);
		return w;
	}

	snprintf(why, WHY_SIZE, "%s: no telling whether a thread sleeps", path);
	partner_end(&w->partner, wake_sleeper);
err_back:
	if (round)
		w->kind->drop(&w->back);
err_there:
	w->kind->drop(&w->there);
err_free:
	free(w);
	return NULL;
}

static void *wake_begin(const struct rung *r, const struct place *at, char *why)
{
	return begin(r, at, why, false);
}

static void *round_begin(const struct rung *r, const struct place *at, char *why)
{
	return begin(r, at, why, true);
}

static void end(void *state)
{
	struct wake *w = state;

	partner_end(&w->partner, wake_sleeper);
	close(w->stat);
	if (w->round)
		w->kind->drop(&w->back);
	w->kind->drop(&w->there);
	free(w);
}

#define BOTH(NAME, KIND, WHAT)                                                       \
	{ .name = NAME " wake-up",                                                   \
	  .what = WHAT "; the woken thread stores a word that the caller polls for", \
	  .with = &(KIND),                                                           \
	  .begin = wake_begin,                                                       \
	  .end = end,                                                                \
	  .timed = timed },                                                          \
	{                                                                            \
		.name = NAME " round trip",                                          \
		.what = WHAT "; and the same back to the caller, which sleeps too",  \
		.with = &(KIND), .begin = round_begin, .end = end, .timed = timed    \
	}

/* Between two threads of one process, which is the cheapest case of each. */
const struct rung rungs_wake[] = {
	BOTH("futex", bell_futex, "FUTEX_WAKE of a private futex"),
	BOTH("eventfd", bell_eventfd, "write to an eventfd, of which a thread sleeps in read"),
	BOTH("pipe", bell_pipe, "8 bytes through a pipe"),
	BOTH("unix socket", bell_socket, "8 bytes through a stream socket pair"),
	BOTH("io_uring", bell_uring, "IORING_OP_MSG_RING to the ring that a thread waits for"),
	BOTH("io_uring SQPOLL", bell_uring_sqpoll,
	     "IORING_OP_MSG_RING without a system call: a thread of the kernel polls for it, on a third CPU, which it needs for itself; where there are only two, on the sleeper's, which then is never idle and is waited for"),
	BOTH("io_uring eventfd", bell_uring_read,
	     "write to an eventfd, for which a thread waits by IORING_OP_READ"),
	{ .name = NULL },
};
