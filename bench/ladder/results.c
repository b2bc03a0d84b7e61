// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/results.h"

#include <string.h>

void values_add(struct values *to, enum regime r, double v)
{
	if (v >= 0 && to->n[r] < VALUES_MAX)
		to->v[r][to->n[r]++] = v;
}

static double median(struct values *v, enum regime r)
{
	return interval_of(v->v[r], v->n[r]).median;
}

/* The median of the rung called @name, which is local; 0 if there is none. */
static double local(struct rung_result *r, unsigned n, const char *name)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(r[i].rung->name, name) == 0)
			return median(&r[i].values, NEAR);
	return 0;
}

static void print_cell(FILE *f, struct values *v, enum regime r)
{
	if (v->n[r])
		fprintf(f, " %9.1f", median(v, r));
	else
		fprintf(f, " %9s", "-");
}

void print_rungs(FILE *f, struct rung_result *r, unsigned n)
{
	double call = local(r, n, "function call"), sys = local(r, n, "system call");

	fprintf(f, "%-36s %9s %9s %9s %9s  %s\n", "ns an operation", "near", "far", "/function",
		"/system", "samples");
	for (unsigned i = 0; i < n; i++) {
		struct values *v = &r[i].values, *busy = &r[i].busy;
		enum regime at = v->n[NEAR] || busy->n[NEAR] ? NEAR : FAR;

		if (r[i].why[0]) {
			fprintf(f, "%-36s not here: %s\n", r[i].rung->name, r[i].why);
			continue;
		}
		if (!v->n[NEAR] && !v->n[FAR] && !busy->n[at])
			continue;
		fprintf(f, "%-36s", r[i].rung->name);
		print_cell(f, v, NEAR);
		print_cell(f, v, FAR);
		if (call > 0 && sys > 0 && v->n[at])
			fprintf(f, " %9.1f %9.2f", median(v, at) / call, median(v, at) / sys);
		else
			fprintf(f, " %9s %9s", "-", "-");
		fprintf(f, "  %u, %u", v->n[NEAR], v->n[FAR]);
		if (r[i].cycles > 0)
			fprintf(f, ", %.1f cycles, %.1f instructions", r[i].cycles,
				r[i].instructions);
		if (busy->n[at])
			fprintf(f, "; %.2f %% busy", median(busy, at));
		if (r[i].watts.n[at])
			fprintf(f, ", %.1f W", median(&r[i].watts, at));
		fprintf(f, "\n");
	}
}

static const char *verdict(int v)
{
	return v > 0 ? "true" : v == 0 ? "false" : "inconclusive";
}

static void print_claim(FILE *f, struct claim_result *c, enum regime r)
{
	struct interval i = interval_of(c->values.v[r], c->values.n[r]);
	double bound = c->claim->bound[r];
	const char *sign = c->claim->how == SAME				       ? "1 +-" :
			   c->claim->how == TIMES_FASTER || c->claim->how == ADDS_LESS ? ">=" :
											 "<=";

	if (!c->values.n[r])
		return;
	fprintf(f, "%-60s %-4s %7.3f [%.3f, %.3f]", c->claim->name, regime_name[r], i.median, i.low,
		i.high);
	if (bound > 0)
		fprintf(f, " %s %g: %s", sign, bound, verdict(claim_verdict(c->claim, r, i)));
	fprintf(f, " (%u pairs)\n", c->values.n[r]);
}

void print_claims(FILE *f, struct claim_result *c, unsigned n)
{
	unsigned dropped = 0;

	for (unsigned i = 0; i < n; i++) {
		for (enum regime r = NEAR; r < REGIMES; r++)
			print_claim(f, &c[i], r);
		dropped += c[i].dropped;
	}
	fprintf(f, "pairs dropped, since the floors about them differed: %u\n", dropped);
}

static void put_row(json_object *rows, const char *name, const char *what, double value,
		    const char *unit, double bound, int ok, unsigned n)
{
	json_object *row = json_object_new_object();
	char full[160];

	snprintf(full, sizeof(full), "%s%s%s", name, what[0] ? ", " : "", what);
	json_object_object_add(row, "name", json_object_new_string(full));
	json_object_object_add(row, "value", json_object_new_double(value));
	json_object_object_add(row, "unit", json_object_new_string(unit));
	json_object_object_add(row, "bound", bound > 0 ? json_object_new_double(bound) : NULL);
	json_object_object_add(row, "ok", ok >= 0 ? json_object_new_boolean(ok) : NULL);
	json_object_object_add(row, "n", json_object_new_int64(n));
	json_object_array_add(rows, row);
}

static void put_claim(json_object *rows, struct claim_result *c, enum regime r)
{
	struct interval i = interval_of(c->values.v[r], c->values.n[r]);
	char what[32];

	if (!c->values.n[r])
		return;
	put_row(rows, c->claim->name, regime_name[r], i.median, "ratio", c->claim->bound[r],
		claim_verdict(c->claim, r, i), c->values.n[r]);
	snprintf(what, sizeof(what), "%s low", regime_name[r]);
	put_row(rows, c->claim->name, what, i.low, "ratio", 0, -1, c->values.n[r]);
	snprintf(what, sizeof(what), "%s high", regime_name[r]);
	put_row(rows, c->claim->name, what, i.high, "ratio", 0, -1, c->values.n[r]);
}

static void put_values(json_object *rows, struct rung_result *r, const char *what, struct values *v,
		       const char *unit)
{
	char full[32];

	for (enum regime g = NEAR; g < REGIMES; g++) {
		snprintf(full, sizeof(full), "%s%s", what, r->rung->local ? "" : regime_name[g]);
		if (v->n[g])
			put_row(rows, r->rung->name, full, median(v, g), unit, 0, -1, v->n[g]);
	}
}

static void put_rung(json_object *rows, struct rung_result *r)
{
	put_values(rows, r, "", &r->values, "ns");
	put_values(rows, r, "busy, ", &r->busy, "percent");
	put_values(rows, r, "watts, ", &r->watts, "watts");
	if (r->cycles > 0) {
		put_row(rows, r->rung->name, "cycles", r->cycles, "cycles", 0, -1, 1);
		put_row(rows, r->rung->name, "instructions", r->instructions, "instructions", 0, -1,
			1);
	}
}

json_object *results_json(json_object *host, struct rung_result *r, unsigned nr,
			  struct claim_result *c, unsigned nc)
{
	json_object *all = json_object_new_object(), *rows = json_object_new_array();

	json_object_object_add(all, "host", host);
	json_object_object_add(all, "rows", rows);
	for (unsigned i = 0; i < nr; i++)
		put_rung(rows, &r[i]);
	for (unsigned i = 0; i < nc; i++) {
		for (enum regime g = NEAR; g < REGIMES; g++)
			put_claim(rows, &c[i], g);
		if (c[i].dropped)
			put_row(rows, c[i].claim->name, "dropped", c[i].dropped, "pairs", 0, -1,
				c[i].dropped);
	}
	return all;
}
