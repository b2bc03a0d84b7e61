// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/control.h"
#include "core/host.h"
#include "core/life.h"
#include "core/orders.h"
#include "core/rights.h"

#define PING_EVERY_MS 250
/* A domain that may sleep is woken less often for that: a tenth of a millisecond each time. */
#define PING_ASLEEP_MS 1000

struct supervisor {
	struct cordon_life life;
	char crowded[300]; /* a warning, or empty */
	struct cordon_run run;
	struct cordon_control control;
	struct cordon_request request;
	void *front_state;
	sigset_t old_mask;
	int deleted; /* by order */
};

/* One loop can't sleep for both parties: it would have to know what each driver waits for. */
static int check_wait(const struct cordon_config *c, struct cordon_err *e)
{
	if (c->fence->poll && c->wait != CORDON_WAIT_SPIN)
		return cordon_fail(e, -EINVAL,
				   "domain %s: fence %s only spins: --wait %s needs fence process "
				   "or thread",
				   c->name, c->fence->name, cordon_wait_name(c->wait));
	return 0;
}

static int check_host(struct cordon_life *l, struct cordon_err *e)
{
	cordon_parts missing = 0;
	char parts[160] = "";
	int ret;

	if (l->c->fence != &cordon_fence_process)
		return 0;
	ret = cordon_host_check(l->c->without, &missing, l->out);
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		if (missing & CORDON_PART_BIT(i))
			snprintf(parts + strlen(parts), sizeof(parts) - strlen(parts), " %s",
				 cordon_part_name((enum cordon_part)i));
	if (ret < 0)
		return cordon_fail(e, ret,
				   "domain %s: parts of the fence are missing here:%s (cordon host "
				   "check says why, --without PART gives one up)",
				   l->c->name, parts);
	return 0;
}

static int pick_cores(struct cordon_life *l, char *crowded, size_t size, struct cordon_err *e)
{
	struct cordon_cores_ask ask = { .core = l->c->core,
					.peer = l->c->peer,
					.share_smt = l->c->share_smt };
	const struct cordon_elsewhere *elsewhere = l->c->class->elsewhere;
	char taken[256], wanted[256] = "";
	int ret;

	if (elsewhere && elsewhere->cores)
		elsewhere->cores(wanted, sizeof(wanted));
	ask.wanted = wanted[0] ? wanted : NULL;
	cordon_run_taken(l->c->name, taken, sizeof(taken));
	ask.taken = taken[0] ? taken : NULL;
	ret = cordon_cores_pick(&ask, &l->cores);
	if (ask.taken && l->c->wait == CORDON_WAIT_SLEEP &&
	    (ret < 0 || l->cores.core == l->cores.peer)) {
		/* None is free: one is shared with domains that sleep too. */
		cordon_run_awake(l->c->name, taken, sizeof(taken));
		ask.taken = taken[0] ? taken : NULL;
		ret = cordon_cores_pick(&ask, &l->cores);
	}
	if (ask.taken && (ret < 0 || l->cores.core == l->cores.peer)) {
		/* Better slow than not at all; but say so. */
		ask.taken = NULL;
		ret = cordon_cores_pick(&ask, &l->cores);
		if (ret == 0)
			snprintf(crowded, size, "other domains run on CPU %s, and none is left",
				 taken);
	}
	if (ret < 0)
		return cordon_fail(e, ret, "domain %s: %s", l->c->name, l->cores.reason);
	return 0;
}

static void fill_page(struct supervisor *s)
{
	struct cordon_life *l = &s->life;
	const struct cordon_config *c = l->c;
	const char *front = "", *wire = "";
	struct cordon_page *p = s->run.page;

	c->class->devices(s->front_state, &front, &wire);
	snprintf(p->name, sizeof(p->name), "%s", c->name);
	snprintf(p->class, sizeof(p->class), "%s", c->class->name);
	snprintf(p->driver, sizeof(p->driver), "%s", c->driver->name);
	snprintf(p->fence, sizeof(p->fence), "%s", c->fence->name);
	snprintf(p->wait, sizeof(p->wait), "%s", cordon_wait_name(c->wait));
	snprintf(p->front, sizeof(p->front), "%s", front);
	snprintf(p->wire, sizeof(p->wire), "%s", wire);
	for (p->count = 0; p->count < CORDON_PAGE_VALUES && c->class->counters[p->count];)
		p->count++;
	for (int how = 0; how < CORDON_END_COUNT; how++)
		p->then[how] = (uint8_t)l->policy.then[how];
	p->limit = c->limit;
	p->limit_s = c->limit_s;
	p->deadline_ms = c->deadline_ms;
	p->supervisor = getpid();
	p->core = l->cores.core;
	p->peer = l->cores.peer;
	p->magic = CORDON_PAGE_MAGIC;
	cordon_page_state(p, CORDON_STATE_STARTING);
	p->made_ns = p->since_ns;
}

static int serving(const struct supervisor *s)
{
	return cordon_life_serves(&s->life);
}

static void say_serving(struct supervisor *s)
{
	struct cordon_life *l = &s->life;
	const struct cordon_config *c = l->c;
	char core[360] = "";

	if (s->crowded[0])
		cordon_life_say(l, "warning: %s", s->crowded);
	if (l->cores.warning[0])
		cordon_life_say(l, "warning: %s", l->cores.warning);
	if (c->fence->own_core)
		snprintf(core, sizeof(core), "core %d (%s), ", l->cores.core, l->cores.reason);
	cordon_life_state(l, CORDON_STATE_SERVING);
	cordon_life_say(l, "serving: driver %s, fence %s, %s%sfront-end CPU %d", l->driver.name,
			c->fence->name, l->inc.boot.io_mode == CORDON_IO_RW ? "read/write, " : "",
			core, l->cores.peer);
}

/* ---- when it ends by itself ---------------------------------------------------------------------- */

/* The last call by name, with what it carried: @text has room for more than how it ended. */
static const char *last_words(const struct supervisor *s, char *text, size_t size)
{
	const struct cordon_caller *c = &s->life.front.caller;
	const char *how = c->waiting ? " unanswered" : " answered";
	size_t room = size - strlen(how), n;

	/* The module calls by itself: what it said is not known. */
	if (s->life.c->class->elsewhere)
		snprintf(text, room, "%s",
			 cordon_decode_name(s->life.c->class->decode, c->last_op));
	else
		(void)cordon_decode_request(s->life.c->class->decode, c->last_op, c->last,
					    c->last_len, text, room);
	n = strlen(text);
	snprintf(text + n, size - n, "%s", how);
	return text;
}

static enum cordon_outcome outcome_of(enum cordon_end how)
{
	return how == CORDON_END_HANG ? CORDON_HUNG : CORDON_DIED;
}

static void heed_order(struct supervisor *s)
{
	char text[CORDON_REPLY_MAX];
	int code = 0;

	if (strcmp(s->request.word[0], "del") == 0) {
		s->deleted = 1;
		snprintf(text, sizeof(text), "domain %s: ending", s->life.c->name);
	} else {
		code = cordon_orders_heed(&s->life, &s->request, text, sizeof(text));
	}
	cordon_control_answer(&s->control, code, text);
}

/* Wait before the next restart. 1: a signal or an order came between, and there is none to be made. */
static int nap(struct supervisor *s, uint64_t ns)
{
	uint64_t now = cordon_clock_monotonic();
	uint64_t until = now + ns;
	struct pollfd p[2] = {
		{ .fd = s->life.signal_fd, .events = POLLIN },
		{ .fd = cordon_control_fd(&s->control), .events = POLLIN },
	};

	/* Looked for at least once: a driver that hangs whenever it begins is not delayed. */
	do {
		(void)poll(p, 2, (int)((until - now + 999999u) / 1000000u));
		if (p[0].revents)
			return 1;
		if (p[1].revents && cordon_control_next(&s->control, &s->request))
			heed_order(s);
		if (s->deleted || s->life.page->state != CORDON_STATE_RESTARTING)
			return 1;
		now = cordon_clock_monotonic();
	} while (now < until);
	return 0;
}

/* It is not to be restarted: what is known of it is said, and the domain stays as it is. */
static enum cordon_outcome give_up(struct supervisor *s, enum cordon_end how, int flaps,
				   const char *why, struct cordon_err *e)
{
	struct cordon_life *l = &s->life;

	/* Its memory stays: what it had is sent again if somebody starts the domain. */
	cordon_life_unprepare(l);
	cordon_life_state(l, CORDON_STATE_FAILED);
	if (flaps)
		cordon_life_say(l, "failed: more than %u restarts in %u s; not restarted",
				l->c->limit, l->c->limit_s);
	else
		cordon_life_say(l, "failed: %s; not restarted", cordon_end_name(how));
	cordon_fail(e, -EPIPE, "domain %s: %s%s", l->c->name, why,
		    flaps ? "; restarted too often" : "");
	return flaps ? CORDON_FLAPPED : outcome_of(how);
}

/*
 * The incarnation has ended (or is to be ended: it hangs), as @why says if it hangs. Restart it if
 * that is the policy. CORDON_RAN: it serves again, or a signal came; else how it ended.
 */
static enum cordon_outcome next_life(struct supervisor *s, enum cordon_end how, const char *why,
				     struct cordon_err *e)
{
	struct cordon_life *l = &s->life;
	struct cordon_err trouble = { "" };

	for (;;) {
		uint64_t noticed = cordon_clock_monotonic();
		uint64_t lived = noticed - l->began_ns;
		struct cordon_verdict v;
		struct cordon_death death;
		char said[sizeof(trouble.text) + 240], last[160];
		int ret;

		/* In our own address space, nobody can end it but with us. */
		if (how == CORDON_END_HANG && l->c->fence != &cordon_fence_process) {
			cordon_fail(e, -ETIMEDOUT, "domain %s: %s", l->c->name, why);
			return CORDON_HUNG;
		}
		l->inc.trace_wanted = how == CORDON_END_HANG;
		cordon_life_state(l, CORDON_STATE_RESTARTING);
		last_words(s, last, sizeof(last));
		ret = cordon_life_end(l, &death);
		if (ret == -EDEADLK) {
			cordon_fail(e, ret, "domain %s: the front-end's loop hangs", l->c->name);
			return CORDON_HUNG;
		}
		if (how != CORDON_END_HANG)
			how = death.signal ? CORDON_END_CRASH : CORDON_END_EXIT;
		cordon_page_count(how == CORDON_END_CRASH ? &l->page->common.crashes :
				  how == CORDON_END_EXIT  ? &l->page->common.exits :
							    &l->page->common.hangs);
		cordon_page_begin(l->page);
		l->page->last_signal = death.signal;
		cordon_page_end(l->page);
		snprintf(said, sizeof(said), "%s%s%s", why, why[0] ? "; " : "", death.text);
		cordon_life_say(l,
				"incarnation %u %s after %" PRIu64 ".%03" PRIu64
				" s: %s; last call: %s",
				l->page->incarnation, cordon_end_name(how), lived / 1000000000u,
				lived / 1000000u % 1000u, said, last);
		if (ret < 0) {
			cordon_life_say(l, "its I/O does not end: its ports can't be used again");
			return give_up(s, how, 0, said, e);
		}
		v = cordon_policy_decide(&l->policy, how, noticed, lived);
		if (v.then == CORDON_STOP)
			return give_up(s, how, v.flaps, said, e);
		if (nap(s, v.delay_ns))
			return CORDON_RAN;
		trouble.text[0] = '\0';
		ret = cordon_life_begin(l, &trouble);
		if (ret == 0) {
			uint64_t us = (cordon_clock_monotonic() - noticed) / 1000u;

			cordon_page_count(&l->page->common.restarts);
			cordon_life_state(l, CORDON_STATE_SERVING);
			cordon_life_say(l,
					"serving again: incarnation %u, after %" PRIu64
					".%03" PRIu64 " ms",
					l->page->incarnation, us / 1000u, us % 1000u);
			return CORDON_RAN;
		}
		if (ret == -EINTR)
			return CORDON_RAN;
		/* The next one failed too: once more, as the policy says. */
		how = ret == -ETIMEDOUT || ret == -EDEADLK ? CORDON_END_HANG : CORDON_END_EXIT;
		why = trouble.text;
		if (!cordon_incarnation_is(&l->inc)) {
			cordon_life_say(l, "can't be restarted: %s", trouble.text);
			return give_up(s, how, 0, trouble.text, e);
		}
	}
}

/* ---- signs of life ------------------------------------------------------------------------------- */

/* Ask for one. CORDON_RAN: there is one, or there will be. */
static enum cordon_outcome ping(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_life *l = &s->life;
	uint64_t had_ns = 0;
	char why[160];
	int ret;

	/* Asked again after a silence that was explained, the count goes on from the first time. */
	if (l->silences == 0)
		cordon_life_asked(l);
	ret = cordon_life_order(l, CORDON_ORDER_PING, NULL, l->signal_fd);
	if (ret == 0) {
		l->silences = 0;
		if (l->c->tell)
			l->c->tell(l->c->tell_arg, CORDON_STATE_SERVING, NULL);
		return CORDON_RAN;
	}
	if (ret == -EINTR)
		return CORDON_RAN;
	if (ret == -EPIPE && cordon_incarnation_ended(&l->inc))
		return next_life(s, CORDON_END_CRASH, "", e);
	/* -EPIPE: no call line is left on which to ask; they come back as soon as the domain runs. */
	if ((ret == -ETIMEDOUT || ret == -EPIPE) && cordon_life_starved(l, &had_ns))
		return CORDON_RAN;
	if (ret == -ETIMEDOUT || ret == -EDEADLK || ret == -EPIPE)
		snprintf(why, sizeof(why), "no sign of life for %u ms%s%s: taken for hung, killed",
			 l->c->deadline_ms, l->inc.autopsy.stopped ? ", stopped by SIG" : "",
			 l->inc.autopsy.stopped ? sigabbrev_np(l->inc.autopsy.stopped) : "");
	else
		snprintf(why, sizeof(why), "asked for a sign of life: %s: killed", strerror(-ret));
	return next_life(s, CORDON_END_HANG, why, e);
}

/* ---- the loop ------------------------------------------------------------------------------------ */

/* One wait, and what comes of it. CORDON_RAN: go on. */
static enum cordon_outcome turn(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_life *l = &s->life;
	struct pollfd p[4] = {
		{ .fd = s->life.signal_fd, .events = POLLIN },
		{ .fd = l->sigchld_fd, .events = POLLIN },
		{ .fd = l->inc.death_fd, .events = POLLIN },
		{ .fd = cordon_control_fd(&s->control), .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int n;

	if (serving(s))
		cordon_life_prepare(l);
	n = poll(p, 4, l->c->wait == CORDON_WAIT_SPIN ? PING_EVERY_MS : PING_ASLEEP_MS);

	if (p[0].revents)
		return CORDON_RAN;
	while (p[1].revents && read(l->sigchld_fd, &info, sizeof(info)) > 0)
		;
	if (cordon_incarnation_ended(&l->inc))
		return next_life(s, CORDON_END_CRASH, "", e);
	/* Also when it is time: one who connected and says nothing is shown out. */
	if ((p[3].revents || n == 0) && cordon_control_next(&s->control, &s->request))
		heed_order(s);
	if (!serving(s)) {
		if (l->c->tell)
			l->c->tell(l->c->tell_arg, (enum cordon_state)l->page->state, NULL);
		return CORDON_RAN;
	}
	return n == 0 ? ping(s, e) : CORDON_RAN;
}

/* Told to stop. A driver that doesn't is ended by its fence; one without can't be. */
static enum cordon_outcome finish(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_life *l = &s->life;
	int ret = serving(s) ? cordon_life_quiesce(l) : 0;

	if (l->c->fence == &cordon_fence_process || (ret != -ETIMEDOUT && ret != -EDEADLK))
		return CORDON_RAN;
	cordon_fail(e, ret, "domain %s: told to stop and does not: taken for hung", l->c->name);
	return CORDON_HUNG;
}

static int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* What was made once is made. Who is not let drop rights is no worse off than before. */
static void drop_rights(struct supervisor *s)
{
	struct cordon_life *l = &s->life;
	const struct cordon_class *class = l->c->class;
	uint64_t keep = cordon_rights_needed(l->c->fence, &l->spec, l->ports.n);
	struct cordon_err e = { "" };

	if (class->rights)
		keep |= class->rights(s->front_state);
	if (cordon_rights_keep(keep, &e) < 0)
		cordon_life_say(l, "warning: %s", e.text);
}

static enum cordon_outcome serve(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_life *l = &s->life;
	enum cordon_outcome out = CORDON_RAN;

	drop_rights(s);
	say_serving(s);
	while (!s->deleted && !readable(s->life.signal_fd)) {
		out = turn(s, e);
		cordon_orders_report(&s->life);
		if (out == CORDON_RAN)
			continue;
		/* Not while a driver of our own address space hangs in it. */
		if (!l->c->stay || serving(s))
			return out;
		e->text[0] = '\0';
	}
	return finish(s, e);
}

/* The first incarnation: if it doesn't begin, there is no domain. */
static enum cordon_outcome first_life(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_life *l = &s->life;
	struct cordon_err why = { "" };
	struct cordon_death death;
	int ret = cordon_life_begin(l, &why);
	int hung = ret == -ETIMEDOUT || ret == -EDEADLK;
	int made = cordon_incarnation_is(&l->inc);
	char last[160];

	if (ret == 0 || ret == -EINTR)
		return CORDON_RAN;
	last_words(s, last, sizeof(last));
	if ((hung && l->c->fence != &cordon_fence_process) ||
	    cordon_life_end(l, &death) == -EDEADLK) {
		cordon_fail(e, ret, "domain %s: %s: taken for hung", l->c->name, why.text);
		return CORDON_HUNG;
	}
	if (!made)
		cordon_fail(e, ret, "%s", why.text);
	else if (ret == -EPIPE)
		cordon_fail(e, ret, "domain %s: %s; last call: %s", l->c->name, death.text, last);
	else if (hung)
		cordon_fail(e, ret, "domain %s: %s: taken for hung, killed; last call: %s",
			    l->c->name, why.text, last);
	else
		cordon_fail(e, ret, "domain %s: %s", l->c->name, why.text);
	return !made ? CORDON_REFUSED : hung ? CORDON_HUNG : CORDON_DIED;
}

static void print_counters(struct supervisor *s)
{
	const struct cordon_page *p = s->run.page;

	/* Relaxed: each counter stands for itself. */
	for (unsigned i = 0; i < p->count && s->life.c->class->counters[i]; i++)
		fprintf(s->life.out, "%s: %s %" PRIu64 "\n", s->life.c->name,
			s->life.c->class->counters[i],
			atomic_load_explicit(&p->value[i], memory_order_relaxed));
}

/* Signals that end us in one descriptor, those of our children in another. */
static int take_signals(struct supervisor *s, struct cordon_err *e)
{
	sigset_t set;
	sigset_t chld;

	sigemptyset(&set);
	sigemptyset(&chld);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGCHLD);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &s->old_mask);
	sigdelset(&set, SIGPIPE);
	sigdelset(&set, SIGCHLD);
	s->life.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->life.sigchld_fd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->life.signal_fd < 0 || s->life.sigchld_fd < 0 ?
		       cordon_fail(e, -errno, "signalfd: %s", strerror(errno)) :
		       0;
}

/* Without a fence a driver that hangs can't be ended; this process can. */
static void __attribute__((noreturn)) leave(struct supervisor *s, const struct cordon_err *e)
{
	fprintf(s->life.out, "%s: fence %s: ended with its supervisor\n", s->life.c->name,
		s->life.c->fence->name);
	fflush(s->life.out);
	fprintf(stderr, "cordon: %s\n", e->text);
	/* Threads still run, and may write to the page: it stays mapped. */
	s->run.page = NULL;
	cordon_run_close(&s->run);
	_exit(CORDON_HUNG);
}

static void put_back_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;

	/* Those that came while we were at it have been heeded. */
	while (s->life.signal_fd >= 0 && read(s->life.signal_fd, &info, sizeof(info)) > 0)
		;
	if (s->life.signal_fd >= 0)
		close(s->life.signal_fd);
	if (s->life.sigchld_fd >= 0)
		close(s->life.sigchld_fd);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
}

static void init(struct supervisor *s, const struct cordon_config *c, FILE *out)
{
	struct cordon_life *l = &s->life;

	l->c = c;
	l->out = out;
	l->sigchld_fd = l->signal_fd = l->trace_fd = -1;
	cordon_incarnation_init(&l->inc);
	cordon_incarnation_init(&l->spare);
	cordon_incarnation_init(&l->past);
	l->ports.grant = CORDON_MEMORY_NONE;
	l->policy.then[CORDON_END_CRASH] = c->on_crash;
	l->policy.then[CORDON_END_EXIT] = c->on_exit;
	l->policy.then[CORDON_END_HANG] = c->on_hang;
	l->policy.limit = c->limit < CORDON_LIMIT_MAX ? c->limit : CORDON_LIMIT_MAX;
	l->policy.window_ns = (uint64_t)c->limit_s * 1000000000u;
}

/* What outlives the driver is not made by its incarnations. */
static int make_grant(struct cordon_life *l, struct cordon_err *e)
{
	if (!l->ports.grant_size)
		return 0;
	cordon_memory_near(l->cores.node);
	return cordon_memory_make(&l->ports.grant, "cordon-grant", l->ports.grant_size, e);
}

enum cordon_outcome cordon_supervise(const struct cordon_config *c, FILE *out, struct cordon_err *e)
{
	struct supervisor *s = calloc(1, sizeof(*s));
	enum cordon_outcome outcome = CORDON_REFUSED;
	struct cordon_death death;
	struct cordon_life *l;

	if (!s) {
		cordon_fail(e, -ENOMEM, "domain %s: no memory", c->name);
		return CORDON_REFUSED;
	}
	l = &s->life;
	init(s, c, out);
	if (cordon_name_check(c->name, e) < 0 || cordon_life_find(l, c->driver, c->image, e) < 0 ||
	    check_wait(c, e) < 0 || check_host(l, e) < 0 ||
	    pick_cores(l, s->crowded, sizeof(s->crowded), e) < 0)
		goto out_free;
	l->spec.core = l->cores.core;
	s->front_state = calloc(1, c->class->front_size);
	if (!s->front_state) {
		cordon_fail(e, -ENOMEM, "domain %s: no memory", c->name);
		goto out_free;
	}
	/* Before anything is made: what a signal ends from here on is cleaned up. */
	if (take_signals(s, e) < 0)
		goto out_signals;
	if (cordon_run_open(&s->run, c->name, e) < 0)
		goto out_signals;
	l->page = s->run.page;
	l->dir = s->run.dir;
	if (cordon_control_open(&s->control, s->run.dir, e) < 0)
		goto out_run;
	if (c->class->open(s->front_state, &c->args, &l->ports, e) < 0)
		goto out_control;
	fill_page(s);
	if (make_grant(l, e) < 0)
		goto out_ports;
	if (cordon_front_start(&l->front, c->class, s->front_state, s->run.page, l->cores.peer, e) <
	    0)
		goto out_ports;
	outcome = first_life(s, e);
	if (outcome == CORDON_RAN)
		outcome = readable(l->signal_fd) ? finish(s, e) : serve(s, e);
	if (outcome == CORDON_HUNG && c->fence != &cordon_fence_process && serving(s))
		leave(s, e);
	if (serving(s))
		(void)cordon_life_end(l, &death);
	cordon_life_unprepare(l);
	cordon_front_end(&l->front);
	cordon_life_forget(l);
	if (l->trace_fd >= 0)
		close(l->trace_fd);
	if (c->show_counters)
		print_counters(s);
	if (c->tell)
		c->tell(c->tell_arg, CORDON_STATE_ENDED, e->text[0] ? e->text : "ended");
out_ports:
	cordon_memory_drop(&l->ports.grant);
	for (unsigned i = 0; i < l->ports.n; i++)
		close(l->ports.fd[i]);
	c->class->close(s->front_state);
out_control:
	cordon_control_close(&s->control);
out_run:
	cordon_run_close(&s->run);
out_signals:
	put_back_signals(s);
	free(s->front_state);
out_free:
	free(s);
	return outcome;
}
