// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * kill [-k N] [-s N] [-c N] [-g MS] [-i IMAGE] [-r SEED] [-o DIR] NAME NETNS ADDRESS NETNS ADDRESS:
 * a campaign against the driver (tap) of domain NAME, which carries TCP traffic between two network
 * namespaces meanwhile: N times kill -9, N times SIGSTOP, N crashes inside of the driver (of IMAGE,
 * build/V/tests/restart/img_mortal, which is put in for that by an order; SEED is the domain's
 * --arg), at random moments, MS apart on average.
 *
 * Each connection is to arrive whole. For each fault: how long until the first frame is delivered
 * that was sent after it. After the last fault there is to be nothing that wasn't there after the
 * first. DIR gets all values (values: KIND MS_FROM_FAULT MS_FROM_KILL MS_AS_SAID MS_TO_NOTICE, a line
 * each) and the results (rows: NAME|VALUE|UNIT|BOUND|OK|N). Exit status: 1 if anything was not whole
 * or was left, 2 usage; being slow is a matter of the rows.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/campaign/chance.h"
#include "bench/campaign/probe.h"
#include "bench/campaign/report.h"
#include "bench/campaign/traffic.h"
#include "core/clock.h"
#include "core/control.h"
#include "core/page.h"
#include "tests/restart/mortal.h"

#define PATIENCE_NS INT64_C(60000000000)
#define SHOW_EVERY 25u

struct campaign {
	const char *name, *dir, *image;
	struct place place[2];
	unsigned gap_ms;
	uint64_t seed, chance;
	struct fault *fault;
	unsigned n;
	unsigned unasked; /* lives that ended without our doing */
	struct probe *probe;
	struct traffic *traffic;
};

static void __attribute__((noreturn)) die(const char *what, const struct cordon_err *e)
{
	fprintf(stderr, "kill: %s%s%s\n", what, e ? ": " : "", e ? e->text : "");
	exit(1);
}

static void nap(int64_t ns)
{
	const struct timespec t = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&t, NULL);
}

static void read_page(const struct campaign *c, struct cordon_page *page)
{
	struct cordon_err e = { "" };
	int lives = 0;

	if (cordon_page_read(c->name, page, &lives, &e) < 0)
		die("page", &e);
	if (!lives || page->state == CORDON_STATE_FAILED || page->state == CORDON_STATE_ENDED)
		die(page->events ? page->event[(page->events - 1) % CORDON_PAGE_EVENTS].text :
				   "the supervisor is gone",
		    NULL);
}

/* ---- the life of the domain ---------------------------------------------------------------------- */

/* What its supervisor said when incarnation @n began: *@ms, and when it said so. 0: nothing yet. */
static int64_t said_again(const struct cordon_page *page, unsigned n, double *ms)
{
	for (unsigned i = 0; i < CORDON_PAGE_EVENTS; i++) {
		unsigned which;

		if (sscanf(page->event[i].text, "serving again: incarnation %u, after %lf ms",
			   &which, ms) == 2 &&
		    which == n)
			return page->event[i].time_ns;
	}
	return 0;
}

/* Wait until an incarnation after @old serves. Returns when its supervisor noticed the end of the one
 * before (CLOCK_REALTIME), and *@ms as it says. */
static int64_t await_next(struct campaign *c, unsigned old, double *ms)
{
	int64_t until = probe_now() + PATIENCE_NS;
	struct cordon_page page;
	int64_t at = 0;

	do {
		nap(1000000);
		if (probe_now() > until)
			die("the domain did not come back in a minute", NULL);
		read_page(c, &page);
		if (page.incarnation > old)
			at = said_again(&page, page.incarnation, ms);
	} while (!at || page.state != CORDON_STATE_SERVING);
	c->unasked += page.incarnation - old - 1;
	return at - (int64_t)(*ms * 1e6);
}

static void order(struct campaign *c, const char *what)
{
	const char *words[] = { "replace", what };
	struct cordon_err e = { "" };
	char text[CORDON_REPLY_MAX] = "";
	int ret = cordon_control_ask(c->name, words, 2, 60000, text, &e);

	if (ret != 0)
		die(ret < 0 ? e.text : text, NULL);
}

/* ---- faults -------------------------------------------------------------------------------------- */

/* By pidfd, and only if the number is still the domain's when we have that. */
static int64_t hit(struct campaign *c, struct cordon_page *page, int sig)
{
	for (;;) {
		int domain, fd;
		int64_t t;

		read_page(c, page);
		domain = page->domain;
		fd = domain > 0 ? (int)syscall(SYS_pidfd_open, domain, 0) : -1;
		read_page(c, page);
		if (fd >= 0 && page->domain == domain && page->state == CORDON_STATE_SERVING) {
			t = probe_now();
			if (syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) == 0) {
				close(fd);
				return t;
			}
		}
		if (fd >= 0)
			close(fd);
		nap(1000000);
	}
}

/* The driver's own death: we sleep until it is over. */
static int64_t await_death(struct campaign *c, struct cordon_page *page)
{
	uint64_t now = cordon_cycles();
	int64_t t = probe_now();
	struct cordon_clock clock;
	int64_t ns;

	cordon_clock_calibrate(&clock);
	ns = (int64_t)((unsigned __int128)(mortal_next(c->seed, now) - now) * clock.mult >> 32);
	read_page(c, page);
	nap(ns + 1000000);
	return t + ns;
}

static double ms_between(int64_t from, int64_t to)
{
	return (double)(to - from) / 1e6;
}

static void one_fault(struct campaign *c, enum kind kind)
{
	struct fault *f = &c->fault[c->n];
	struct cordon_page page;
	int64_t at, killed, arrived;

	f->kind = kind;
	if (kind != CRASH)
		nap((int64_t)(chance(&c->chance) % c->gap_ms + c->gap_ms / 2) * 1000000);
	at = kind == CRASH ? await_death(c, &page) :
			     hit(c, &page, kind == STOP ? SIGSTOP : SIGKILL);
	killed = await_next(c, page.incarnation, &f->said);
	f->noticed = ms_between(at, killed);
	if (kind != STOP)
		killed = at;
	arrived = probe_first_after(c->probe, killed);
	if (arrived < 0)
		die("no probe arrives any more", NULL);
	f->since_kill = ms_between(killed, arrived);
	f->since_fault = ms_between(at, probe_first_after(c->probe, at));
	c->n++;
}

static void show_progress(const struct campaign *c)
{
	struct traffic_sum sum;

	traffic_read(c->traffic, &sum);
	report_progress(c->fault, c->n, &sum);
}

static void faults(struct campaign *c, unsigned kills, unsigned stops, unsigned crashes)
{
	char what[4200];

	while (kills + stops > 0) {
		enum kind k = chance(&c->chance) % (kills + stops) < kills ? KILL : STOP;

		kills -= k == KILL;
		stops -= k == STOP;
		one_fault(c, k);
		if (c->n % SHOW_EVERY == 0)
			show_progress(c);
	}
	if (crashes == 0)
		return;
	snprintf(what, sizeof(what), "image=%s", c->image);
	order(c, what);
	while (crashes-- > 0) {
		one_fault(c, CRASH);
		if (c->n % SHOW_EVERY == 0)
			show_progress(c);
	}
	order(c, "driver=tap");
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static void start_traffic(struct campaign *c)
{
	struct cordon_err e = { "" };

	c->traffic = traffic_start(c->place, chance(&c->chance), 0, &e);
	if (!c->traffic)
		die("start", &e);
}

/* Count what there is while nothing moves, and go on. */
static void count(struct campaign *c, struct traffic_sum *sum, struct left *left)
{
	struct cordon_err e = { "" };

	traffic_stop(c->traffic, sum);
	if (left_count(c->name, left, &e) < 0)
		die("count", &e);
}

static int open_netns(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path, NULL);
	return fd;
}

static int run(struct campaign *c, unsigned kills, unsigned stops, unsigned crashes)
{
	struct traffic_sum early, late;
	struct left first, last;
	struct cordon_err e = { "" };
	struct probe_sum probes;
	int good;

	c->fault = calloc(kills + stops + crashes, sizeof(*c->fault));
	c->probe = c->fault ? probe_start(c->place, &e) : NULL;
	if (!c->probe)
		die("start", &e);
	start_traffic(c);
	one_fault(c, KILL);
	count(c, &early, &first);
	start_traffic(c);
	faults(c, kills - 1, stops, crashes);
	count(c, &late, &last);
	probe_stop(c->probe, &probes);
	late.connections += early.connections;
	late.bytes += early.bytes;
	late.broken += early.broken;
	good = report(c->dir, c->fault, c->n,
		      &(struct report){ late, probes, first, last, c->unasked });
	free(c->fault);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct campaign c = { .dir = ".", .image = "", .gap_ms = 650, .seed = 1 };
	unsigned n[KINDS] = { 200, 50, 50 };
	int opt;

	while ((opt = getopt(argc, argv, "k:s:c:g:i:r:o:")) != -1) {
		switch (opt) {
		case 'k':
			n[KILL] = (unsigned)atoi(optarg);
			break;
		case 's':
			n[STOP] = (unsigned)atoi(optarg);
			break;
		case 'c':
			n[CRASH] = (unsigned)atoi(optarg);
			break;
		case 'g':
			c.gap_ms = (unsigned)atoi(optarg);
			break;
		case 'i':
			c.image = optarg;
			break;
		case 'r':
			c.seed = strtoull(optarg, NULL, 10);
			break;
		case 'o':
			c.dir = optarg;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 5 || n[KILL] == 0 || c.gap_ms == 0) {
		fprintf(stderr, "usage: kill [OPTIONS] NAME NETNS ADDRESS NETNS ADDRESS\n");
		return 2;
	}
	c.name = argv[optind];
	c.chance = c.seed;
	for (int i = 0; i < 2; i++)
		c.place[i] = (struct place){ open_netns(argv[optind + 1 + 2 * i]),
					     argv[optind + 2 + 2 * i] };
	return run(&c, n[KILL], n[STOP], n[CRASH]);
}
