// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * How busy a domain keeps its core, by how it waits and how often it is called. Busy against idle time
 * is a proxy of power: what an idle core saves is the machine's business. Joules, where the kernel says
 * them, are of all packages.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "bench/ladder/measure.h"
#include "bench/ladder/rungs.h"

#define RUN_NS UINT64_C(200000000)
#define SETTLE_NS 5000000
#define SECOND UINT64_C(1000000000)
#define CALLS_MAX 65536u
#define FLAT_OUT 0xffffffffu

struct kind {
	enum cordon_wait wait;
	unsigned rate; /* calls a second */
};

struct power {
	struct ladder_domain domain;
	struct kind kind;
	struct cordon_clock clock;
	uint64_t seq;
	double busy, watts; /* of the last run */
	unsigned calls;
	uint32_t ns[CALLS_MAX]; /* of the last ones */
};

/* The sum of the first number in each of the files that @pattern names; below 0: there is none. */
static double sum_of(const char *pattern)
{
	double sum = -1, value;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		return -1;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *f = fopen(found.gl_pathv[i], "re");

		if (f && fscanf(f, "%lf", &value) == 1)
			sum = (sum < 0 ? 0 : sum) + value;
		if (f)
			fclose(f);
	}
	globfree(&found);
	return sum;
}

/* Nanoseconds that the domain's threads have had a CPU. */
static double spent(const struct power *p)
{
	char pattern[64];

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/schedstat", (int)p->domain.inc.pid);
	return sum_of(pattern);
}

static double microjoules(void)
{
	return sum_of("/sys/class/powercap/intel-rapl:[0-9]/energy_uj");
}

static uint64_t now(const struct power *p)
{
	return cordon_clock_read(&p->clock);
}

static void call(struct power *p)
{
	struct cordon_client *client = &p->domain.chan.client;
	struct message m = { .seq = ++p->seq }, reply;
	uint64_t start = now(p), end;
	int line = cordon_call_start(client, LADDER_OP, &m, sizeof(m), start + 5 * SECOND), ret;

	ladder_domain_ring(&p->domain);
	do
		end = now(p);
	while ((ret = cordon_call_poll(client, line, end, &reply, sizeof(reply))) == -EAGAIN);
	if (ret != sizeof(reply) || reply.seq != m.seq)
		rung_broken("cordon call at a rate");
	p->ns[p->calls++ % CALLS_MAX] = (uint32_t)(end - start);
}

static void settle(void)
{
	const struct timespec t = { 0, SETTLE_NS };

	nanosleep(&t, NULL);
}

static void *begin(const struct rung *r, const struct place *at, char *why)
{
	struct power *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->kind = *(const struct kind *)r->with;
	cordon_clock_calibrate(&p->clock);
	if (ladder_domain_start(&p->domain, &cordon_fence_process, at, p->kind.wait, LADDER_NOTHING,
				why) == 0) {
		call(p);
		settle();
		return p;
	}
	free(p);
	return NULL;
}

static void end(void *state)
{
	struct power *p = state;

	ladder_domain_end(&p->domain);
	free(p);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* One call at a time, each at its time, or at once if that has passed. */
static void load(struct power *p, uint64_t start)
{
	uint64_t due = start, gap = p->kind.rate ? SECOND / p->kind.rate : RUN_NS;

	for (;;) {
		due += gap;
		while (now(p) < due && now(p) - start < RUN_NS)
			cordon_relax();
		if (now(p) - start >= RUN_NS)
			return;
		call(p);
	}
}

static double timed(void *state, unsigned n)
{
	struct power *p = state;
	uint64_t start = now(p);
	double busy = spent(p), uj = microjoules(), ns;

	p->calls = 0;
	load(p, start);
	ns = (double)(now(p) - start);
	p->busy = (spent(p) - busy) / ns * 100;
	p->watts = uj < 0 ? -1 : (microjoules() - uj) * 1000 / ns;
	n = p->calls < CALLS_MAX ? p->calls : CALLS_MAX;
	qsort(p->ns, n, sizeof(*p->ns), by_size);
	n /= 2;
	return p->calls ? p->ns[n] : -1.0;
}

static void also(void *state, struct sample *s)
{
	const struct power *p = state;

	s->busy = p->busy;
	s->watts = p->watts;
}

#define AT(policy, word, n, says, how)                                                    \
	{                                                                                 \
		.name = "cordon " word says,                                              \
		.with = &(const struct kind){ CORDON_WAIT_##policy, n }, .every = SELDOM, \
		.begin = begin, .timed = timed, .end = end, .also = also, .what = how     \
	}
#define POLICY(policy, word)                                                               \
	AT(policy, word, 0, ", no call", "how busy such a domain keeps its core"),         \
		AT(policy, word, 100, ", 100 calls a second",                              \
		   "one at a time, each at its time; from the call to its answer"),        \
		AT(policy, word, 1000, ", 1000 calls a second", "the same"),               \
		AT(policy, word, 10000, ", 10000 calls a second", "the same"),             \
		AT(policy, word, 100000, ", 100000 calls a second",                        \
		   "the same; as many as can be, where an answer takes longer than that"), \
		AT(policy, word, FLAT_OUT, ", calls flat out", "one after the other")

const struct rung rungs_power[] = {
	POLICY(SPIN, "spin"),
	POLICY(ADAPTIVE, "adaptive"),
	POLICY(SLEEP, "sleep"),
	{ .name = NULL },
};
