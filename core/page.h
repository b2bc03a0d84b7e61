/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The run directory of a domain, /run/cordon/NAME:
 *
 *   lock     held as long as the supervisor lives
 *   stats    the page: what the domain is, its counters, what happened to it; read-only to all
 *   control  the socket for orders (control.h)
 *   trace    the last backtrace (report.h), if there is one
 *
 * The supervisor alone writes the page. Counters are stored whole and don't belong to one moment.
 * All else changes under @turn, which is odd meanwhile (a sequence lock): a reader copies the page
 * and takes the copy if the turn was even and the same before and after. Nothing in the page comes
 * from a domain but the class's counters that say so by name.
 */
#ifndef CORDON_CORE_PAGE_H
#define CORDON_CORE_PAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include "core/err.h"

#define CORDON_RUN_DIR "/run/cordon"
#define CORDON_PAGE_MAGIC UINT64_C(0x34656761706e6463)
#define CORDON_PAGE_VALUES 96
#define CORDON_PAGE_EVENTS 32
#define CORDON_PAGE_CALLS 16
#define CORDON_NAME_MAX 32 /* bytes of a domain's name, with its end */

/* X(identifier, name): the life of a domain. */
#define CORDON_STATES(X)                                                          \
	X(STARTING, "starting") /* its first incarnation is on the way */         \
	X(SERVING, "serving")                                                     \
	X(RESTARTING, "restarting") /* one has ended, the next is on the way */   \
	X(STOPPED, "stopped") /* by order; its devices are kept */                \
	X(FAILED, "failed") /* not restarted, or too often: the events say why */ \
	X(ENDED, "ended") /* the supervisor has gone */

enum cordon_state {
#define X(id, name) CORDON_STATE_##id,
	CORDON_STATES(X)
#undef X
		CORDON_STATE_COUNT
};

/* X(member, what it counts): the counters that every domain has. */
#define CORDON_COMMON(X)                                            \
	X(polls, "rounds of the front-end's loop")                  \
	X(useful_polls, "rounds that did something")                \
	X(work, "pieces of work done in them")                      \
	X(calls, "calls answered")                                  \
	X(call_ns, "nanoseconds that those took, in all")           \
	X(call_errors, "calls that failed")                         \
	X(depth, "pieces of work at the driver now")                \
	X(depth_peak, "most at any moment")                         \
	X(errors, "what the driver did wrong, all kinds")           \
	X(sleeps, "times the front-end slept")                      \
	X(rings, "doorbells that it rang")                          \
	X(vain_rings, "rings of the driver that brought nothing")   \
	X(restarts, "incarnations after the first")                 \
	X(crashes, "incarnations ended by a signal")                \
	X(exits, "incarnations that ended by themselves")           \
	X(hangs, "incarnations killed for silence past a deadline") \
	X(replacements, "planned changes of driver")                \
	X(starved, "silences explained by a core taken by others")

/* What happened, newest kept: event i (from 0) lies at i modulo CORDON_PAGE_EVENTS. */
struct cordon_event {
	int64_t time_ns; /* CLOCK_REALTIME */
	uint32_t incarnation;
	uint32_t zero;
	char text[240]; /* one line, without the domain's name */
};

struct cordon_page {
	uint64_t magic;
	_Atomic uint32_t turn; /* odd while what follows, up to the counters, changes */
	uint32_t state; /* enum cordon_state */
	uint32_t count; /* values in use, in the order of the class's counters */
	uint32_t incarnation; /* 1: the first */
	int32_t supervisor; /* process numbers */
	int32_t domain; /* 0: none, or not a process of its own */
	int32_t spare; /* the incarnation that waits; 0: none */
	int32_t core, peer;
	int32_t last_signal; /* of the last incarnation that ended; 0: none */
	int64_t made_ns; /* CLOCK_REALTIME: when the domain was added */
	int64_t since_ns; /* CLOCK_REALTIME: in this state */
	/* What is done when an incarnation ends by itself: enum cordon_then (policy.h), by enum
	 * cordon_end; more than @limit restarts in @limit_s seconds, and none is made. */
	uint8_t then[4];
	uint32_t limit, limit_s;
	uint32_t deadline_ms; /* of a sign of life */
	char name[CORDON_NAME_MAX];
	char class[16], driver[16], fence[16], wait[16];
	char front[16], wire[16]; /* devices, as the class calls them; may be empty */
	char frontend[16]; /* as the class calls it; empty: it has only one */
	uint64_t events; /* how many there have been */
	struct cordon_event event[CORDON_PAGE_EVENTS];
	struct {
#define X(member, what) _Atomic uint64_t member;
		CORDON_COMMON(X)
#undef X
	} common;
	_Atomic uint64_t
		call[CORDON_PAGE_CALLS]; /* answered, by operation; the last: and those behind */
	_Atomic uint64_t value[CORDON_PAGE_VALUES];
};

struct cordon_run {
	char dir[64];
	int lock_fd; /* -1: no directory */
	struct cordon_page *page;
};

/* 0 if @name may name a domain (letters, digits, - and _, at most 31, no leading -); else -EINVAL
 * with the line. */
int cordon_name_check(const char *name, struct cordon_err *e);

/* The name of a state; "unknown" for any other number. */
const char *cordon_state_name(uint32_t state);

/* Make the directory of @name, or take over that of a supervisor that is gone. -EBUSY if one lives.
 * 0 or -errno with the line; then nothing is left. */
int cordon_run_open(struct cordon_run *run, const char *name, struct cordon_err *e);

/* The cores that living domains other than @name have taken, as a list of CPU numbers in @list
 * ("1,3"; empty if there are none). */
void cordon_run_taken(const char *name, char *list, size_t size);

/* The same without those whose domains all sleep when they are idle, and can share. */
void cordon_run_awake(const char *name, char *list, size_t size);

/* Remove it. */
void cordon_run_close(struct cordon_run *run);

/* Count one more. */
static inline void cordon_page_count(_Atomic uint64_t *counter)
{
	/* Relaxed: each counter stands for itself. */
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Begin and end a change of what is not a counter. One thread. Never block. */
void cordon_page_begin(struct cordon_page *p);
void cordon_page_end(struct cordon_page *p);

/* Add an event (printf-style; cut at its room), and set the state. One thread, not between begin and
 * end. */
void cordon_page_event(struct cordon_page *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void cordon_page_state(struct cordon_page *p, enum cordon_state state);

/*
 * For everybody: a copy of the page of domain @name. Needs no rights. *@lives: whether its
 * supervisor does; if not, the page is what it left. 0; -ENOENT: there is no such domain; -EPROTO:
 * the page is of another version, or not one; other -errno. Each with the line. May sleep a few
 * milliseconds while the page changes.
 */
int cordon_page_read(const char *name, struct cordon_page *copy, int *lives, struct cordon_err *e);

/* The names of all domains, in order, each with a page: @names has room for @max. Returns how many
 * there are (maybe more than @max), 0 without a run directory. */
unsigned cordon_page_names(char (*names)[CORDON_NAME_MAX], unsigned max);

#endif
