// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What it costs that domains share a core, by how they wait: one of them is called, or all are. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/rungs.h"

#define DOMAINS_MAX 8u
#define PATIENCE_NS UINT64_C(5000000000)
#define TURNS_NS UINT64_C(200000000)
#define LOOKS 4096u /* between two at the clock */

struct kind {
	enum cordon_wait wait;
	unsigned n;
	int apart; /* a core each */
};

struct sharing {
	struct ladder_domain domain[DOMAINS_MAX];
	int line[DOMAINS_MAX];
	uint64_t sent[DOMAINS_MAX]; /* what is in flight there */
	unsigned n;
	uint64_t seq;
	struct cordon_clock clock;
};

/* The CPU of domain @i of those that have one each; -1: there are too few. */
static int cpu_of(unsigned i, const struct place *at)
{
	int online = (int)sysconf(_SC_NPROCESSORS_ONLN), cpu = -1;

	if (i == 0)
		return at->core;
	while (i && ++cpu < online)
		i -= cpu != at->cpu && cpu != at->core;
	return cpu < online ? cpu : -1;
}

static void end(void *state)
{
	struct sharing *s = state;

	while (s->n)
		ladder_domain_end(&s->domain[--s->n]);
	free(s);
}

static void start(struct sharing *s, unsigned i)
{
	struct ladder_domain *d = &s->domain[i];
	struct message m = { .seq = ++s->seq };

	s->sent[i] = m.seq;
	s->line[i] = cordon_call_start(&d->chan.client, LADDER_OP, &m, sizeof(m), UINT64_MAX);
	ladder_domain_ring(d);
}

static void finish(struct sharing *s, unsigned i)
{
	uint64_t until = 0;
	struct message reply;
	int ret;

	for (unsigned looks = 1;; looks++) {
		ret = cordon_call_poll(&s->domain[i].chan.client, s->line[i], 0, &reply,
				       sizeof(reply));
		if (ret != -EAGAIN)
			break;
		cordon_relax();
		if (looks % LOOKS)
			continue;
		if (!until)
			until = cordon_clock_read(&s->clock) + PATIENCE_NS;
		else if (cordon_clock_read(&s->clock) > until)
			break;
	}
	if (ret != sizeof(reply) || reply.seq != s->sent[i])
		rung_broken("cordon call to a domain that shares its core");
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct sharing *s = calloc(1, sizeof(*s));
	const struct kind *k = r->with;

	if (!s)
		return NULL;
	cordon_clock_calibrate(&s->clock);
	while (s->n < k->n) {
		struct place here = { at->cpu, k->apart ? cpu_of(s->n, at) : at->core };

		if (here.core < 0)
			snprintf(why, WHY_SIZE, "%u CPUs and the caller's are wanted", k->n);
		if (here.core < 0 || ladder_domain_start(&s->domain[s->n], &cordon_fence_process,
							 &here, k->wait, LADDER_NOTHING, why) < 0) {
			end(s);
			return NULL;
		}
		s->n++;
	}
	/* From the first answer on it serves. */
	for (unsigned i = 0; i < s->n; i++) {
		start(s, i);
		finish(s, i);
	}
	return s;
}

static void run_one(void *state, unsigned n)
{
	struct sharing *s = state;

	while (n--) {
		start(s, s->n / 2);
		finish(s, s->n / 2);
	}
}

/* A call in flight in each, finished in turn: nobody gets more than his share. */
static void run_all(void *state, unsigned n)
{
	struct sharing *s = state;

	for (unsigned i = 0; i < s->n; i++)
		start(s, i);
	for (unsigned done = 0; done < n; done++) {
		finish(s, done % s->n);
		if (done + s->n < n)
			start(s, done % s->n);
	}
}

/* Those that spin have the core in turn, for milliseconds in which one is called thousands of times, or
 * not at all: a mean over many turns. */
static double timed_one(void *state, unsigned n)
{
	struct sharing *s = state;
	uint64_t start = cordon_clock_read(&s->clock), now = start;
	unsigned done = 0;

	(void)n;
	for (; now - start < TURNS_NS; now = cordon_clock_read(&s->clock), done += 32)
		run_one(s, 32);
	return (double)(now - start) / done;
}

static double timed_all(void *state, unsigned n)
{
	struct sharing *s = state;
	uint64_t start = cordon_clock_read(&s->clock);

	run_all(s, n * s->n);
	return (double)(cordon_clock_read(&s->clock) - start) / n / s->n;
}

#define KIND(policy, n, apart)                                                          \
	.with = &(const struct kind){ CORDON_WAIT_##policy, n, apart }, .begin = begin, \
	.end = end, .batch = 32, .every = SELDOM
#define BOTH(policy, word, n)                                                                  \
	{ .name = "cordon " word " " #n " domains, one called",                                \
	  KIND(policy, n, 0),                                                                  \
	  .run = run_one,                                                                      \
	  .what = "of " #n " that share a core, the others have nothing to do" },              \
	{                                                                                      \
		.name = "cordon " word " " #n " domains, all called", KIND(policy, n, 0),      \
		.run = run_all, .what = "a call in flight in each, finished in turn: per call" \
	}
#define POLICY(policy, word)                                                              \
	{ .name = "cordon " word " 1 domain",                                             \
	  KIND(policy, 1, 0),                                                             \
	  .run = run_one,                                                                 \
	  .what = "a domain that waits by the policy " word ", called again and again" }, \
		BOTH(policy, word, 2), BOTH(policy, word, 4), BOTH(policy, word, 8)
#define SPIN(n)                                                                                  \
	{ .name = "cordon spin " #n " domains, one called",                                      \
	  KIND(SPIN, n, 0),                                                                      \
	  .timed = timed_one,                                                                    \
	  .what = "of " #n " that spin on one core, which has them in turn; mean over 200 ms" }, \
	{                                                                                        \
		.name = "cordon spin " #n " domains, all called", KIND(SPIN, n, 0),              \
		.timed = timed_all, .what = "a call in flight in each, finished in turn"         \
	}
#define APART(n)                                                                     \
	{                                                                            \
		.name = "cordon spin " #n " domains, a core each", KIND(SPIN, n, 1), \
		.run = run_all, .what = "a call in flight in each, finished in turn" \
	}

const struct rung rungs_sharing[] = {
	POLICY(SLEEP, "sleep"),
	POLICY(ADAPTIVE, "adaptive"),
	{ .name = "cordon spin 1 domain",
	  KIND(SPIN, 1, 0),
	  .run = run_one,
	  .what = "a domain that spins on a core of its own: what the others are to be held against" },
	APART(2),
	APART(4),
	APART(8),
	SPIN(2),
	SPIN(4),
	SPIN(8),
	{ .name = NULL },
};
