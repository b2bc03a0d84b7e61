// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon top: what domains do, by the differences of their pages' counters. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/cli/json.h"
#include "core/cli/pages.h"

#define VALUE(x) atomic_load_explicit(&(x), memory_order_relaxed)

struct sample {
	struct cli_page *pages;
	int n;
	uint64_t at_ns;
};

/* What a domain did between two samples, a second. */
struct rates {
	double calls, polls, frames;
	double call_ns; /* mean of a call; 0: there was none */
	double useful; /* of the polls, percent */
	int has_frames;
};

static double change(uint64_t now, uint64_t before)
{
	/* A counter that went back belongs to a domain that was added anew. */
	return now >= before ? (double)(now - before) : (double)now;
}

/* Both ways together, if the class counts frames. */
static int frames(const struct cli_page *p, uint64_t *sum)
{
	const char *name;
	int has = 0;

	*sum = 0;
	for (unsigned i = 0; (name = cli_page_counter(p, i)); i++)
		if (strcmp(name, "tx_frames") == 0 || strcmp(name, "rx_frames") == 0) {
			*sum += VALUE(p->page.value[i]);
			has = 1;
		}
	return has;
}

static const struct cli_page *find(const struct sample *s, const struct cli_page *p)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->pages[i].page.name, p->page.name) == 0 &&
		    s->pages[i].page.made_ns == p->page.made_ns)
			return &s->pages[i];
	return NULL;
}

static void rate(const struct sample *old, const struct sample *now, const struct cli_page *p,
		 struct rates *r)
{
	const struct cli_page *q = find(old, p);
	double s = (double)(now->at_ns - old->at_ns) / 1e9;
	uint64_t f, g;

	*r = (struct rates){ .has_frames = frames(p, &f) };
	if (!q || s <= 0)
		return;
	(void)frames(q, &g);
#define CHANGE(member) change(VALUE(p->page.common.member), VALUE(q->page.common.member))
	r->calls = CHANGE(calls);
	r->call_ns = r->calls > 0 ? CHANGE(call_ns) / r->calls : 0;
	r->polls = CHANGE(polls);
	r->useful = r->polls > 0 ? 100 * CHANGE(useful_polls) / r->polls : 0;
	r->frames = change(f, g) / s;
	r->calls /= s;
	r->polls /= s;
#undef CHANGE
}

/* A number in five columns: 123, 12.3k, 4.56M. */
static const char *brief(double v, char *text, size_t size)
{
	if (v < 10000)
		snprintf(text, size, "%.0f", v);
	else if (v < 1e6)
		snprintf(text, size, "%.1fk", v / 1e3);
	else if (v < 1e9)
		snprintf(text, size, "%.2fM", v / 1e6);
	else
		snprintf(text, size, "%.2fG", v / 1e9);
	return text;
}

/* @eol: what ends a line, on a terminal with the rest of the line cleared. */
static void print_sample(const struct sample *old, const struct sample *now, const char *eol)
{
	char a[16], b[16], c[16], d[16];

	printf("%-12s %-10s %-9s %4s %8s %8s %8s %5s %6s %8s %7s %8s%s", "NAME", "STATE", "DRIVER",
	       "CORE", "CALLS/S", "NS/CALL", "ROUND/S", "USE%", "DEPTH", "FRAMES/S", "ERRORS",
	       "RESTARTS", eol);
	for (int i = 0; i < now->n; i++) {
		const struct cordon_page *p = &now->pages[i].page;
		struct rates r;

		rate(old, now, &now->pages[i], &r);
		printf("%-12s %-10s %-9s %4d %8s %8s %8s %5.1f %6" PRIu64 " %8s %7" PRIu64
		       " %8" PRIu64 "%s",
		       p->name, cli_page_state(&now->pages[i]), p->driver, p->core,
		       brief(r.calls, a, sizeof(a)), brief(r.call_ns, b, sizeof(b)),
		       brief(r.polls, c, sizeof(c)), r.useful, VALUE(p->common.depth_peak),
		       r.has_frames ? brief(r.frames, d, sizeof(d)) : "-", VALUE(p->common.errors),
		       VALUE(p->common.restarts), eol);
	}
	if (now->n == 0)
		printf("no domains%s", eol);
}

static void print_json(const struct sample *old, const struct sample *now)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	cli_json_number(o, "time_ns", (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
	cli_json_counter(o, "interval_ns", now->at_ns - old->at_ns);
	for (int i = 0; i < now->n; i++) {
		const struct cordon_page *p = &now->pages[i].page;
		struct json_object *d = json_object_new_object();
		struct rates r;

		rate(old, now, &now->pages[i], &r);
		cli_json_string(d, "name", p->name);
		cli_json_string(d, "state", cli_page_state(&now->pages[i]));
		cli_json_string(d, "driver", p->driver);
		cli_json_cpu(d, "core", p->core);
		cli_json_number(d, "calls_per_s", (int64_t)r.calls);
		cli_json_number(d, "call_ns", (int64_t)r.call_ns);
		cli_json_number(d, "polls_per_s", (int64_t)r.polls);
		json_object_object_add(d, "useful_percent",
				       json_object_new_double((double)(int)(r.useful * 10) / 10));
		json_object_object_add(d, "frames_per_s",
				       r.has_frames ? json_object_new_int64((int64_t)r.frames) :
						      NULL);
		cli_json_counter(d, "depth", VALUE(p->common.depth));
		cli_json_counter(d, "depth_peak", VALUE(p->common.depth_peak));
		cli_json_counter(d, "errors", VALUE(p->common.errors));
		cli_json_counter(d, "restarts", VALUE(p->common.restarts));
		json_object_array_add(list, d);
	}
	json_object_object_add(o, "domains", list);
	cli_json_print(o);
}

/* ---- the terminal -------- */

struct screen {
	int on;
	struct termios before;
};

static void screen_open(struct screen *s)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &s->before) < 0)
		return;
	t = s->before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	s->on = tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
	if (s->on)
		printf("\033[?1049h\033[?25l"); /* another screen, no cursor */
}

static void screen_close(struct screen *s)
{
	if (!s->on)
		return;
	printf("\033[?25h\033[?1049l");
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

/* Wait for the next sample; 1 if the user has had enough. */
static int wait_next(int signal_fd, int keys, unsigned ms)
{
	struct pollfd p[2] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = keys ? STDIN_FILENO : -1, .events = POLLIN },
	};
	uint64_t end = cordon_clock_monotonic() + (uint64_t)ms * 1000000u;

	for (;;) {
		uint64_t now = cordon_clock_monotonic();
		char key = 0;

		if (now >= end)
			return 0;
		(void)poll(p, 2, (int)((end - now + 999999) / 1000000));
		if (p[0].revents)
			return 1;
		if (p[1].revents && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			return 1;
	}
}

static int take_sample(struct cli *c, struct sample *s)
{
	s->n = cli_pages(c, &s->pages);
	s->at_ns = cordon_clock_monotonic();
	/* Of all domains, one that can't be read now may be there the next time. */
	if (s->n >= 0)
		c->err.text[0] = '\0';
	return s->n;
}

int cli_top(struct cli *c)
{
	int terminal = !c->batch && !c->json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	struct sample old = { NULL, 0, 0 }, now;
	struct screen screen = { .on = 0 };
	unsigned done = 0;
	sigset_t set;
	int signal_fd;
	int ret = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (terminal) {
		/* ^Z would leave the terminal as it is here. */
		sigaddset(&set, SIGTSTP);
		sigprocmask(SIG_BLOCK, &set, NULL);
		sigdelset(&set, SIGTSTP);
	}
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (take_sample(c, &old) < 0)
		return CLI_FAILED;
	if (terminal)
		screen_open(&screen);
	while (!wait_next(signal_fd, screen.on, c->delay_ms ? c->delay_ms : 1000)) {
		ret = take_sample(c, &now);
		if (ret < 0)
			break;
		if (screen.on)
			printf("\033[H");
		if (c->json)
			print_json(&old, &now);
		else
			print_sample(&old, &now, screen.on ? "\033[K\n" : "\n");
		if (screen.on)
			printf("\033[J");
		free(old.pages);
		old = now;
		if (fflush(stdout) != 0 || (c->count && ++done == c->count))
			break;
	}
	screen_close(&screen);
	free(old.pages);
	close(signal_fd);
	return ret < 0 ? CLI_FAILED : CLI_OK;
}
