// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/orders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/report.h"
#include "core/trace.h"

/* ---- backtraces ---------------------------------------------------------------------------------- */

static int report(struct cordon_life *l, uint32_t incarnation, const char *what, int snapshot,
		  struct cordon_err *e)
{
	char title[120];

	snprintf(title, sizeof(title), "domain %s, incarnation %u, %s", l->c->name, incarnation,
		 what);
	return cordon_report_trace(l->dir, title, snapshot, l->image, e);
}

/* Of one that ended: when it has a successor, so that nobody waits for it. */
void cordon_orders_report(struct cordon_life *l)
{
	struct cordon_err e = { "" };

	if (l->trace_fd < 0)
		return;
	if (report(l, l->trace_of, "at its end", l->trace_fd, &e) < 0)
		cordon_life_say(l, "no backtrace: %s", e.text);
	close(l->trace_fd);
	l->trace_fd = -1;
}

static int order_trace(struct cordon_life *l, char *text, size_t size)
{
	struct cordon_err e = { "" };
	int fd = -1;
	int ret;

	if (!cordon_life_serves(l)) {
		snprintf(text, size,
			 "domain %s: it does not run; how the last one ended is in %s/trace",
			 l->c->name, l->dir);
		return 0;
	}
	if (l->c->fence != &cordon_fence_process) {
		snprintf(text, size, "domain %s: fence %s: the driver is a part of process %d",
			 l->c->name, l->c->fence->name, (int)getpid());
		return 1;
	}
	ret = cordon_autopsy_hold(&l->inc.autopsy, l->inc.pid);
	if (ret == 0) {
		fd = cordon_trace_capture(l->inc.pid, &l->inc.layout, &e);
		cordon_autopsy_let_go(&l->inc.autopsy, l->inc.pid);
	} else {
		cordon_fail(&e, ret, "it can't be stopped: %s", strerror(-ret));
	}
	if (fd >= 0) {
		ret = report(l, l->page->incarnation, "alive", fd, &e);
		close(fd);
	}
	if (fd < 0 || ret < 0) {
		snprintf(text, size, "domain %s: %s", l->c->name, e.text);
		return 1;
	}
	snprintf(text, size, "domain %s: see %s/trace", l->c->name, l->dir);
	return 0;
}

/* ---- orders -------------------------------------------------------------------------------------- */

static int order_stop(struct cordon_life *l, char *text, size_t size)
{
	struct cordon_death death;
	int ret;

	if (!cordon_life_serves(l)) {
		cordon_life_state(l, CORDON_STATE_STOPPED);
		snprintf(text, size, "domain %s: it was stopped already", l->c->name);
		return 0;
	}
	if (cordon_life_quiesce(l) < 0)
		cordon_life_say(l, "told to stop and does not: killed");
	ret = cordon_life_end(l, &death);
	cordon_life_unprepare(l);
	cordon_life_state(l, CORDON_STATE_STOPPED);
	cordon_life_say(l, "stopped");
	snprintf(text, size, "domain %s: stopped", l->c->name);
	return ret < 0 ? 1 : 0;
}

static int order_start(struct cordon_life *l, char *text, size_t size)
{
	struct cordon_err e = { "" };
	struct cordon_death death;

	if (cordon_life_serves(l)) {
		snprintf(text, size, "domain %s: it serves already", l->c->name);
		return 0;
	}
	cordon_policy_forget(&l->policy);
	l->spare_failures = 0;
	if (cordon_life_begin(l, &e) < 0) {
		(void)cordon_life_end(l, &death);
		cordon_life_state(l, CORDON_STATE_FAILED);
		cordon_life_say(l, "did not start: %s", e.text);
		snprintf(text, size, "domain %s: %s", l->c->name, e.text);
		return 1;
	}
	cordon_page_count(&l->page->common.restarts);
	cordon_life_state(l, CORDON_STATE_SERVING);
	cordon_life_say(l, "serving again: incarnation %u, by order", l->page->incarnation);
	snprintf(text, size, "domain %s: serving", l->c->name);
	return 0;
}

/* restart, and replace [driver=DRIVER] [image=FILE]. */
static int order_replace(struct cordon_life *l, const struct cordon_request *r, char *text,
			 size_t size)
{
	struct cordon_driver_entry driver;
	const char *name = NULL, *image = NULL;
	struct cordon_err e = { "" };
	int ret = 0;

	for (unsigned i = 1; i < r->n; i++) {
		const char *w = r->word[i];

		if (strncmp(w, "image=", 6) == 0) {
			image = w + 6;
		} else if (strncmp(w, "driver=", 7) == 0) {
			name = w + 7;
		} else {
			snprintf(text, size, "%.60s: no word of replace", w);
			return 2;
		}
	}
	if (name || image)
		ret = cordon_class_driver(l->c->class, name, image, &driver, &e);
	if (ret == 0 && (name || image) && !cordon_life_serves(l))
		ret = cordon_life_find(l, &driver, image, &e);
	if (ret < 0) {
		snprintf(text, size, "domain %s: %s", l->c->name, e.text);
		return 2;
	}
	if (!cordon_life_serves(l))
		return order_start(l, text, size);
	ret = cordon_life_replace(l, name || image ? &driver : NULL, image, &e);
	if (ret < 0 && !cordon_life_serves(l)) {
		cordon_life_state(l, CORDON_STATE_FAILED);
		cordon_life_say(l, "failed: %s", e.text);
	}
	if (ret < 0) {
		snprintf(text, size, "domain %s: %s%s", l->c->name, e.text,
			 cordon_life_serves(l) ? " (the old driver serves on)" : "");
		return 1;
	}
	cordon_page_count(&l->page->common.replacements);
	cordon_life_say(l, "serving: incarnation %u, driver %s, by order", l->page->incarnation,
			l->driver.name);
	snprintf(text, size, "domain %s: serving, incarnation %u", l->c->name,
		 l->page->incarnation);
	return 0;
}

int cordon_orders_heed(struct cordon_life *l, const struct cordon_request *r, char *text,
		       size_t size)
{
	const char *verb = r->word[0];

	if (strcmp(verb, "stop") == 0)
		return order_stop(l, text, size);
	if (strcmp(verb, "start") == 0)
		return order_start(l, text, size);
	if (strcmp(verb, "restart") == 0 || strcmp(verb, "replace") == 0)
		return order_replace(l, r, text, size);
	if (strcmp(verb, "trace") == 0)
		return order_trace(l, text, size);
	snprintf(text, size, "%.40s: no order of that name", verb);
	return 2;
}
