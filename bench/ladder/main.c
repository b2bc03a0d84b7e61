// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * rungs [-n ROUNDS] [-c CPU:CORE] [-o FILE] [-l] [WORD...]: what each way to get something done
 * elsewhere costs, on this machine, in one run; and what we claim of ours. Only rungs and claims whose
 * name has one of the WORDs in it, or, with = before it, is the WORD. -l: list them.
 *
 * A round takes a sample of every rung and a pair of samples for every claim, A first or B first in
 * turn. The floor is taken before and after each sample; where these differ by a third, it is dropped.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/ladder/handler.h"
#include "bench/ladder/host.h"
#include "bench/ladder/partner.h"
#include "bench/ladder/peers/peers.h"
#include "bench/ladder/results.h"
#include "bench/ladder/rungs.h"
#include "core/clock.h"
#include "core/cores.h"

#define RUNGS_MAX 300u
#define CLAIMS_MAX 64u

static struct rung_result *rung;
static struct claim_result *claim;
static unsigned nrungs, nclaims;
static struct place at = { -1, -1 };
static double cycles_per_ns;
static const char *counters;

void rung_broken(const char *what)
{
	fprintf(stderr, "rungs: %s: an answer is wrong\n", what);
	exit(1);
}

uint64_t handler_cycles(unsigned ns)
{
	return (uint64_t)(ns * cycles_per_ns);
}

static int wanted(const char *name, char **words)
{
	if (!words[0])
		return 1;
	for (; *words; words++)
		if (**words == '=' ? strcmp(name, *words + 1) == 0 : strstr(name, *words) != NULL)
			return 1;
	return 0;
}

static struct rung_result *find(const char *name)
{
	for (unsigned i = 0; name && i < nrungs; i++)
		if (strcmp(rung[i].rung->name, name) == 0)
			return &rung[i];
	return NULL;
}

static void collect(void)
{
	static const struct rung *const tables[] = {
		rungs_local,   rungs_cached,	 rungs_lines,	    rungs_fiber,   rungs_fibers,
		rungs_floor,   rungs_call,	 rungs_bare,	    rungs_stream,  rungs_rte_ring,
		rungs_ck_ring, rungs_boost_spsc, rungs_fastforward, rungs_twoline, rungs_wake,
		rungs_pool,    rungs_sharing,	 rungs_power,	    rungs_kernel,  rungs_stub,
		NULL,
	};

	for (unsigned t = 0; tables[t]; t++)
		for (const struct rung *r = tables[t]; r->name && nrungs < RUNGS_MAX; r++)
			rung[nrungs++].rung = r;
	for (const struct claim *c = claims; c->name && nclaims < CLAIMS_MAX; c++) {
		struct claim_result *k = &claim[nclaims];

		*k = (struct claim_result){ .claim = c, .a = find(c->a), .b = find(c->b) };
		if (!k->a || (c->b && !k->b)) {
			fprintf(stderr, "rungs: \"%s\" names a rung that there is not\n", c->name);
			exit(1);
		}
		nclaims++;
	}
}

/* One sample of @r between two floors: its regime, or -1: it is to be dropped. @floor: the one before,
 * and afterwards the one after. */
static int sample(struct rung_result *r, double *floor, double *ns)
{
	double before = *floor;
	struct sample s;
	enum regime g;

	*ns = 0;
	if (r->why[0] || measure(r->rung, &at, &s, r->why) < 0)
		return -1;
	*ns = s.p50;
	r->cycles = s.cycles;
	r->instructions = s.instructions;
	if (r->rung->local) {
		values_add(&r->values, NEAR, s.p50);
		return NEAR;
	}
	*floor = measure_floor(&at);
	if (!floors_agree(before, *floor))
		return -1;
	g = regime_of((before + *floor) / 2);
	values_add(&r->values, g, s.p50);
	values_add(&r->busy, g, s.busy);
	values_add(&r->watts, g, s.watts);
	return (int)g;
}

static void sample_alone(struct rung_result *r)
{
	double floor, ns;

	if (r->why[0])
		return;
	floor = r->rung->local ? 0 : measure_floor(&at);
	(void)sample(r, &floor, &ns);
}

static double handler_ns(const struct rung_result *r)
{
	char name[32];
	struct rung_result *h;

	snprintf(name, sizeof(name), "handler %u ns", r->rung->ns);
	h = find(name);
	return h && h->values.n[NEAR] ? interval_of(h->values.v[NEAR], h->values.n[NEAR]).median :
					r->rung->ns;
}

/* A local one is of any regime. */
static int same_regime(const struct rung_result *a, int r, const struct rung_result *b, int s)
{
	return r >= 0 && s >= 0 && (r == s || a->rung->local || b->rung->local);
}

static void pair(struct claim_result *c, int turned)
{
	struct rung_result *first = turned && c->b ? c->b : c->a;
	struct rung_result *second = first == c->a ? c->b : c->a; /* NULL: there is none */
	double floor, before, x, y = 0;
	int r, s;

	if (!c->a || !first)
		return;
	if (first->why[0] || (second && second->why[0])) {
		sample_alone(first);
		if (second)
			sample_alone(second);
		return;
	}
	floor = before = measure_floor(&at);
	r = sample(first, &floor, &x);
	s = second ? sample(second, &floor, &y) : r;
	if (first->why[0] || (second && second->why[0]))
		return; /* as was just found out */
	if (!same_regime(first, r, second ? second : first, s) || !floors_agree(before, floor)) {
		c->dropped++;
		return;
	}
	values_add(&c->values, (enum regime)(first->rung->local ? s : r),
		   claim_ratio(c->claim, first == c->a ? x : y, first == c->a ? y : x,
			       (before + floor) / 2, handler_ns(c->a)));
}

static int in_a_claim(const struct rung_result *r, char **words)
{
	for (unsigned i = 0; i < nclaims; i++)
		if ((claim[i].a == r || claim[i].b == r) && wanted(claim[i].claim->name, words))
			return 1;
	return 0;
}

static void a_round(unsigned i, char **words)
{
	for (unsigned k = 0; k < nrungs; k++)
		if (wanted(rung[k].rung->name, words) && !in_a_claim(&rung[k], words) &&
		    !(rung[k].rung->every && i % rung[k].rung->every))
			sample_alone(&rung[k]);
	for (unsigned k = 0; k < nclaims; k++)
		if (wanted(claim[k].claim->name, words))
			pair(&claim[k], (int)(i % 2));
}

static int choose(const char *said)
{
	struct cordon_cores_ask ask = { .core = NULL };
	struct cordon_cores cores;
	char more;

	if (said) {
		if (sscanf(said, "%d:%d%c", &at.cpu, &at.core, &more) == 2 && at.cpu >= 0 &&
		    at.core >= 0 && at.cpu != at.core)
			return 0;
		fprintf(stderr, "rungs: -c %.40s: not two CPUs as in 0:1\n", said);
		return -EINVAL;
	}
	if (cordon_cores_pick(&ask, &cores) < 0 || cores.core == cores.peer) {
		fprintf(stderr, "rungs: no two CPUs: %s\n", cores.reason);
		return -ENODEV;
	}
	at = (struct place){ .cpu = cores.peer, .core = cores.core };
	return 0;
}

/* Before all else: it would be a pity afterwards. */
static int can_write(const char *file)
{
	FILE *f = file ? fopen(file, "a") : NULL;

	if (!file)
		return 0;
	if (!f) {
		fprintf(stderr, "rungs: %s: %s\n", file, strerror(errno));
		return -errno;
	}
	return fclose(f);
}

static int write_json(const char *file)
{
	json_object *all = results_json(host_describe(&at, counters), rung, nrungs, claim, nclaims);
	int ret = json_object_to_file_ext(file, all, JSON_C_TO_STRING_PRETTY);

	json_object_put(all);
	if (ret < 0)
		fprintf(stderr, "rungs: %s: %s\n", file, strerror(errno));
	return ret;
}

static void list(void)
{
	for (unsigned i = 0; i < nrungs; i++)
		printf("%-36s %s\n", rung[i].rung->name, rung[i].rung->what);
	for (unsigned i = 0; i < nclaims; i++)
		printf("claim: %s\n", claim[i].claim->name);
}

static int usage(void)
{
	fprintf(stderr, "usage: rungs [-n ROUNDS] [-c CPU:CORE] [-o FILE] [-l] [WORD...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *file = NULL, *cpus = NULL;
	unsigned long rounds = 60;
	struct cordon_clock clock;
	int only_list = 0, o;
	char *rest;

	while ((o = getopt(argc, argv, "n:c:o:l")) >= 0) {
		switch (o) {
		case 'n':
			rounds = strtoul(optarg, &rest, 10);
			if (*rest || rounds < 1 || rounds > VALUES_MAX)
				return usage();
			break;
		case 'c':
			cpus = optarg;
			break;
		case 'o':
			file = optarg;
			break;
		case 'l':
			only_list = 1;
			break;
		default:
			return usage();
		}
	}
	rung = calloc(RUNGS_MAX, sizeof(*rung));
	claim = calloc(CLAIMS_MAX, sizeof(*claim));
	if (!rung || !claim)
		return 1;
	collect();
	if (can_write(file) < 0)
		return 1;
	if (only_list) {
		list();
		return 0;
	}
	if (choose(cpus) < 0)
		return 1;
	cordon_clock_calibrate(&clock);
	cycles_per_ns = (double)((uint64_t)1 << 32) / (double)clock.mult;
	if (pin_to(at.cpu) < 0) {
		fprintf(stderr, "rungs: CPU %d can't be had\n", at.cpu);
		return 1;
	}
	counters = measure_init();
	printf("caller on CPU %d, the other side on CPU %d; %s\n", at.cpu, at.core, counters);
	for (unsigned i = 0; i < rounds; i++) {
		fprintf(stderr, "\rround %u of %lu ", i + 1, rounds);
		a_round(i, argv + optind);
	}
	fprintf(stderr, "\n");
	print_rungs(stdout, rung, nrungs);
	print_claims(stdout, claim, nclaims);
	return file && write_json(file) < 0;
}
