/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a campaign has found, for people and as rows for the results. */
#ifndef CORDON_BENCH_CAMPAIGN_REPORT_H
#define CORDON_BENCH_CAMPAIGN_REPORT_H

#include "bench/campaign/left.h"
#include "bench/campaign/probe.h"
#include "bench/campaign/traffic.h"

enum kind { KILL, STOP, CRASH, KINDS };

struct fault {
	enum kind kind;
	/* Milliseconds until the first frame: since the fault itself; since the process was killed (by
	 * the fault or, if it hung, by its supervisor). And what the supervisor says, by its own
	 * clock. */
	double since_fault, since_kill, said;
	double noticed; /* from the fault until the supervisor noticed it */
};

struct report {
	struct traffic_sum traffic;
	struct probe_sum probes;
	struct left first, last; /* after the first fault, and after the last */
	unsigned unasked; /* lives that ended without our doing */
};

/* One line of how it goes. */
void report_progress(const struct fault *fault, unsigned n, const struct traffic_sum *sum);

/* Print all, and write it to DIR/values and DIR/rows. Whether all was whole and nothing was left; if
 * not, the lines say what. */
int report(const char *dir, const struct fault *fault, unsigned n, const struct report *r);

#endif
