// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/campaign/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define P50_MS 5.0
#define P99_MS 20.0

static const char *const kinds[KINDS] = { "kill", "stop", "crash" };

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorted values of @kind (KINDS: all). Returns how many. */
static unsigned sorted(const struct fault *f, unsigned count, enum kind kind, int from_fault,
		       double *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < count; i++)
		if (kind == KINDS || f[i].kind == kind)
			v[n++] = from_fault ? f[i].since_fault : f[i].since_kill;
	qsort(v, n, sizeof(*v), by_size);
	return n;
}

static double part(const double *v, unsigned n, unsigned percent)
{
	return v[(n * percent + 99) / 100 - 1];
}

void report_progress(const struct fault *fault, unsigned n, const struct traffic_sum *sum)
{
	double *v = calloc(n, sizeof(*v));

	if (!v || sorted(fault, n, KINDS, 0, v) == 0) {
		free(v);
		return;
	}
	printf("  %3u faults: p50 %.2f ms, longest %.2f ms; %" PRIu64 " connections whole, %" PRIu64
	       " not\n",
	       n, part(v, n, 50), v[n - 1], sum->connections, sum->broken);
	fflush(stdout);
	free(v);
}

static void row(FILE *f, const char *name, double v, const char *unit, double bound, int ok,
		unsigned n)
{
	fprintf(f, bound < 0 ? "%s|%.3f|%s|null|null|%u\n" : "%s|%.3f|%s|", name, v, unit, n);
	if (bound >= 0)
		fprintf(f, "%g|%s|%u\n", bound, ok ? "true" : "false", n);
}

static void report_times(const struct fault *fault, unsigned count, FILE *rows, double *v)
{
	static const struct {
		const char *name;
		enum kind kind;
		int from_fault;
	} of[] = {
		{ "kill -9", KILL, 0 },
		{ "hang, since it was killed", STOP, 0 },
		{ "hang, since SIGSTOP", STOP, 1 },
		{ "crash", CRASH, 0 },
		{ "all, since the kill", KINDS, 0 },
	};
	static const unsigned parts[] = { 50, 90, 99, 100 };

	printf("%-27s %4s %8s %8s %8s %8s\n", "ms to the first frame", "n", "p50", "p90", "p99",
	       "max");
	for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		unsigned n = sorted(fault, count, of[i].kind, of[i].from_fault, v);
		int all = of[i].kind == KINDS;

		if (n == 0)
			continue;
		printf("%-27s %4u", of[i].name, n);
		for (unsigned k = 0; k < 4; k++) {
			double ms = part(v, n, parts[k]);
			double bound = all && parts[k] == 50 ? P50_MS :
				       all && parts[k] == 99 ? P99_MS :
							       -1;
			char name[64];

			snprintf(name, sizeof(name), "%s p%u", of[i].name, parts[k]);
			row(rows, name, ms, "ms", bound, ms <= bound, n);
			printf(" %8.2f", ms);
		}
		printf("\n");
		if (all)
			printf("p50 within %g ms: %s; p99 within %g ms: %s\n", P50_MS,
			       part(v, n, 50) <= P50_MS ? "true" : "false", P99_MS,
			       part(v, n, 99) <= P99_MS ? "true" : "false");
	}
}

/* One thing that was counted; whether it is as it was. */
static int report_one(const char *what, const char *unit, unsigned noise, uint64_t before,
		      uint64_t after, FILE *rows, unsigned n)
{
	int ok = noise ? after <= before + noise : after == before;
	char name[80];

	printf("%-45s %12" PRIu64 " %12" PRIu64 "  %s", what, before, after,
	       ok ? "same" : "NOT THE SAME");
	if (noise)
		printf(" (noise: %u %s)", noise, unit);
	printf("\n");
	snprintf(name, sizeof(name), "after the first: %s", what);
	row(rows, name, (double)before, unit, -1, 0, 1);
	snprintf(name, sizeof(name), "after the last: %s", what);
	row(rows, name, (double)after, unit, (double)(before + noise), ok, n);
	return ok;
}

static int report_left(const struct left *a, const struct left *b, FILE *rows, unsigned n)
{
	int good = 1;

	printf("%-45s %12s %12s\n", "there", "after first", "after last");
#define X(member, what, unit, noise) \
	good &= report_one(what, unit, noise, a->member, b->member, rows, n);
	LEFT(X)
#undef X
	return good;
}

static void report_values(const struct fault *f, unsigned n, FILE *values)
{
	for (unsigned i = 0; i < n; i++)
		fprintf(values, "%s %.3f %.3f %.3f %.3f\n", kinds[f[i].kind], f[i].since_fault,
			f[i].since_kill, f[i].said, f[i].noticed);
}

static int report_traffic(const struct traffic_sum *sum, const struct probe_sum *p, FILE *rows)
{
	printf("%" PRIu64 " connections, %.1f GB: %s%s\n", sum->connections + sum->broken,
	       (double)sum->bytes / 1e9, sum->broken ? "NOT WHOLE: " : "all whole, same checksum",
	       sum->why);
	printf("probes: %" PRIu64 " sent, %" PRIu64 " lost, %" PRIu64 " arrived twice; %" PRIu64
	       " sent over a millisecond late\n",
	       p->sent, p->lost, p->doubled, p->late);
	row(rows, "connections whole", (double)sum->connections, "connections", -1, 0, 1);
	row(rows, "connections not whole", (double)sum->broken, "connections", 0, sum->broken == 0,
	    (unsigned)(sum->connections + sum->broken));
	row(rows, "bytes compared", (double)sum->bytes, "bytes", -1, 0, 1);
	row(rows, "probes lost", (double)p->lost, "datagrams", -1, 0, (unsigned)p->sent);
	row(rows, "probes that arrived twice", (double)p->doubled, "datagrams", -1, 0,
	    (unsigned)p->sent);
	return sum->broken == 0 && sum->connections > 0;
}

/* For writing; NULL after a word. */
static FILE *create(const char *dir, const char *file)
{
	char path[4200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "we");
	if (!f)
		perror(path);
	return f;
}

int report(const char *dir, const struct fault *fault, unsigned n, const struct report *r)
{
	double *v = calloc(n, sizeof(*v));
	FILE *values = create(dir, "values");
	FILE *rows = create(dir, "rows");
	int good = v && values && rows;

	if (good) {
		report_values(fault, n, values);
		report_times(fault, n, rows, v);
		good = report_traffic(&r->traffic, &r->probes, rows);
		good &= report_left(&r->first, &r->last, rows, n);
		printf("restarts that nobody asked for: %u\n", r->unasked);
		row(rows, "restarts not asked for", r->unasked, "restarts", 0, r->unasked == 0, n);
	}
	if (values)
		good &= fclose(values) == 0;
	if (rows)
		good &= fclose(rows) == 0;
	free(v);
	return good;
}
