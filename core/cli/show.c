// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon domain show. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/cli/json.h"
#include "core/cli/pages.h"
#include "core/policy.h"

#define VALUE(x) atomic_load_explicit(&(x), memory_order_relaxed)

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* "12 s", "3 min", "2 h 5 min", "8 d": since @from. */
static void ago(char *text, size_t size, int64_t from)
{
	int64_t s = (now_ns() - from) / 1000000000;

	if (s < 0)
		s = 0;
	if (s < 60)
		snprintf(text, size, "%d s", (int)s);
	else if (s < 3600)
		snprintf(text, size, "%d min", (int)(s / 60));
	else if (s < 86400)
		snprintf(text, size, "%d h %d min", (int)(s / 3600), (int)(s / 60 % 60));
	else
		snprintf(text, size, "%" PRId64 " d", s / 86400);
}

static void date(char *text, size_t size, int64_t ns)
{
	time_t t = (time_t)(ns / 1000000000);
	struct tm tm = { 0 };
	size_t n;

	localtime_r(&t, &tm);
	n = strftime(text, size, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + n, size - n, ".%03d", (int)(ns / 1000000 % 1000));
}

/* The first event of those that are still there. */
static uint64_t first_event(const struct cordon_page *p)
{
	return p->events > CORDON_PAGE_EVENTS ? p->events - CORDON_PAGE_EVENTS : 0;
}

static const struct cordon_event *event(const struct cordon_page *p, uint64_t i)
{
	return &p->event[i % CORDON_PAGE_EVENTS];
}

static const char *signal_name(const struct cordon_page *p)
{
	return p->last_signal ? sigabbrev_np(p->last_signal) : NULL;
}

/* ---- a table of all -------- */

static void print_table(const struct cli_page *pages, int n)
{
	if (n == 0)
		return;
	printf("%-12s %-10s %-11s %-9s %-8s %5s %8s  %s\n", "NAME", "STATE", "FOR", "DRIVER",
	       "FENCE", "CORE", "RESTARTS", "LAST EVENT");
	for (int i = 0; i < n; i++) {
		const struct cordon_page *p = &pages[i].page;
		char since[32];

		ago(since, sizeof(since), p->since_ns);
		printf("%-12s %-10s %-11s %-9s %-8s %5d %8" PRIu64 "  %s\n", p->name,
		       cli_page_state(&pages[i]), pages[i].lives ? since : "-", p->driver, p->fence,
		       p->core, VALUE(p->common.restarts),
		       p->events ? event(p, p->events - 1)->text : "");
	}
}

/* ---- one at length -------- */

static void print_counters(const struct cli_page *page)
{
	const struct cordon_page *p = &page->page;
	const char *name;

#define X(member, what)              \
	if (VALUE(p->common.member)) \
		printf("  %-20s %14" PRIu64 "  %s\n", #member, VALUE(p->common.member), what);
	CORDON_COMMON(X)
#undef X
	printf("counters of class %s:\n", p->class);
	for (unsigned i = 0; (name = cli_page_counter(page, i)); i++)
		if (VALUE(p->value[i]))
			printf("  %-20s %14" PRIu64 "\n", name, VALUE(p->value[i]));
}

static void print_events(const struct cordon_page *p)
{
	char when[64];

	printf("events: %" PRIu64 "%s\n", p->events,
	       first_event(p) ? ", the last of them (time, incarnation, what)" :
	       p->events      ? " (time, incarnation, what)" :
				"");
	for (uint64_t i = first_event(p); i < p->events; i++) {
		date(when, sizeof(when), event(p, i)->time_ns);
		printf("  %s  %u  %s\n", when, event(p, i)->incarnation, event(p, i)->text);
	}
}

static void print_process(const char *what, int pid)
{
	if (pid > 0)
		printf(", %s %d", what, pid);
}

static const char *then(const struct cordon_page *p, enum cordon_end how)
{
	return p->then[how] == CORDON_STOP ? "stop" : "restart";
}

static void print_one(const struct cli_page *page)
{
	const struct cordon_page *p = &page->page;
	char since[32], when[64];

	ago(since, sizeof(since), p->since_ns);
	date(when, sizeof(when), p->since_ns);
	if (page->lives)
		printf("%s: %s for %s (since %s)\n", p->name, cli_page_state(page), since, when);
	else
		printf("%s: ended: its supervisor is gone (cordon domain del %s removes what it "
		       "left); it was %s since %s\n",
		       p->name, p->name, cordon_state_name(p->state), when);
	printf("driver: %s, class %s, fence %s", p->driver, p->class, p->fence);
	if (p->frontend[0])
		printf(", front-end %s", p->frontend);
	if (p->wait[0])
		printf(", wait %s", p->wait);
	printf("\n");
	if (p->front[0])
		printf("devices: front %s%s%s\n", p->front, p->wire[0] ? ", wire " : "", p->wire);
	printf("policy: on crash %s, on exit %s, on hang %s; at most %u restarts in %u s; deadline %u "
	       "ms\n",
	       then(p, CORDON_END_CRASH), then(p, CORDON_END_EXIT), then(p, CORDON_END_HANG),
	       p->limit, p->limit_s, p->deadline_ms);
	printf("cores: domain %d, front-end %d\n", p->core, p->peer);
	printf("processes: supervisor %d%s", p->supervisor, page->lives ? "" : " (gone)");
	print_process("driver", p->domain);
	print_process("spare", p->spare);
	printf("\n");
	date(when, sizeof(when), p->made_ns);
	printf("incarnation: %u, of a domain added %s\n", p->incarnation, when);
	if (signal_name(p))
		printf("last death: SIG%s\n", signal_name(p));
	printf("counters that are not 0:\n");
	print_counters(page);
	print_events(p);
}

/* ---- JSON -------- */

static struct json_object *events_json(const struct cordon_page *p)
{
	struct json_object *list = json_object_new_array();

	for (uint64_t i = first_event(p); i < p->events; i++) {
		struct json_object *o = json_object_new_object();

		cli_json_number(o, "time_ns", event(p, i)->time_ns);
		cli_json_number(o, "incarnation", event(p, i)->incarnation);
		cli_json_string(o, "text", event(p, i)->text);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *one_json(const struct cli_page *page)
{
	const struct cordon_page *p = &page->page;
	struct json_object *o = json_object_new_object();
	struct json_object *common = json_object_new_object();
	struct json_object *own = json_object_new_object();
	struct json_object *policy = json_object_new_object();
	const char *name;

	cli_json_string(o, "name", p->name);
	cli_json_string(o, "state", cli_page_state(page));
	cli_json_string(o, "last_state", cordon_state_name(p->state));
	cli_json_number(o, "since_ns", p->since_ns);
	cli_json_number(o, "added_ns", p->made_ns);
	cli_json_number(o, "incarnation", p->incarnation);
	cli_json_string(o, "class", p->class);
	cli_json_string(o, "driver", p->driver);
	cli_json_string(o, "fence", p->fence);
	cli_json_string(o, "frontend", p->frontend[0] ? p->frontend : NULL);
	cli_json_string(o, "wait", p->wait[0] ? p->wait : NULL);
	cli_json_string(o, "front", p->front[0] ? p->front : NULL);
	cli_json_string(o, "wire", p->wire[0] ? p->wire : NULL);
	cli_json_cpu(o, "core", p->core);
	cli_json_cpu(o, "front_cpu", p->peer);
	cli_json_pid(o, "supervisor_pid", page->lives ? p->supervisor : 0);
	cli_json_pid(o, "driver_pid", page->lives ? p->domain : 0);
	cli_json_pid(o, "spare_pid", page->lives ? p->spare : 0);
	cli_json_string(o, "last_signal", signal_name(p));
	cli_json_string(policy, "on_crash", then(p, CORDON_END_CRASH));
	cli_json_string(policy, "on_exit", then(p, CORDON_END_EXIT));
	cli_json_string(policy, "on_hang", then(p, CORDON_END_HANG));
	cli_json_number(policy, "limit", p->limit);
	cli_json_number(policy, "limit_s", p->limit_s);
	cli_json_number(policy, "deadline_ms", p->deadline_ms);
	json_object_object_add(o, "policy", policy);
#define X(member, what) cli_json_counter(common, #member, VALUE(p->common.member));
	CORDON_COMMON(X)
#undef X
	for (unsigned i = 0; (name = cli_page_counter(page, i)); i++)
		cli_json_counter(own, name, VALUE(p->value[i]));
	json_object_object_add(o, "counters", common);
	json_object_object_add(o, "class_counters", own);
	cli_json_counter(o, "event_count", p->events);
	json_object_object_add(o, "events", events_json(p));
	return o;
}

int cli_domain_show(struct cli *c)
{
	struct json_object *list;
	struct cli_page *pages;
	int n = cli_pages(c, &pages);

	if (n < 0)
		return CLI_FAILED;
	if (c->json) {
		list = json_object_new_array();
		for (int i = 0; i < n; i++)
			json_object_array_add(list, one_json(&pages[i]));
		cli_json_print(list);
	} else if (c->name) {
		print_one(&pages[0]);
	} else {
		print_table(pages, n);
	}
	free(pages);
	return c->err.text[0] ? CLI_FAILED : CLI_OK;
}
