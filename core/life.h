/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The life of a domain: its incarnations one after the other, as the supervisor's control thread
 * sees it. core/supervisor.c makes and ends what outlives them (devices, front-end, page), and
 * decides; here is what is done. All functions are the control thread's, and may block for as long
 * as the domain's deadline allows, and a little more.
 */
#ifndef CORDON_CORE_LIFE_H
#define CORDON_CORE_LIFE_H

#include <limits.h>
#include <stdio.h>
#include "core/cores.h"
#include "core/front.h"
#include "core/incarnation.h"
#include "core/stolen.h"
#include "core/supervisor.h"

struct cordon_life {
	const struct cordon_config *c;
	FILE *out;
	struct cordon_driver_entry driver; /* c's, until it is replaced */
	char driver_name[64];
	struct cordon_cores cores;
	struct cordon_ports ports;
	char image[PATH_MAX], loader[PATH_MAX];
	struct cordon_spec spec;
	struct cordon_front front;
	struct cordon_page *page;
	const char *dir; /* its run directory */
	struct cordon_policy policy;
	struct cordon_incarnation inc, spare;
	struct cordon_incarnation past; /* memory of the last one, until its frames are sent again */
	int attached; /* inc has begun, and has sent again what past had: past can be dropped */
	int signal_fd; /* readable: it is told to end; not read here */
	int sigchld_fd; /* readable: attend to the domains */
	int spare_failures; /* in a row */
	int trace_fd; /* a snapshot of the last one that ended by itself, not yet reported; -1: none */
	uint32_t trace_of; /* incarnation */
	uint64_t began_ns; /* CLOCK_MONOTONIC: the incarnation's first instruction */
	struct cordon_stolen
		stolen; /* when the driver was asked for a sign of life, and how it stood */
	unsigned silences; /* explained by a core taken by others, in a row */
};

/* Whether an incarnation is there. */
static inline int cordon_life_serves(const struct cordon_life *l)
{
	return cordon_incarnation_is(&l->inc);
}

/* Say what happens: a line of @out, an event of the page, and the word of c->tell(). Printf-style. */
void cordon_life_say(struct cordon_life *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Set the state, for the page and for c->tell(). */
void cordon_life_state(struct cordon_life *l, enum cordon_state state);

/* Make an incarnation (the spare, if there is one) and attach it to the front-end. 0 or -errno with
 * the line; -ETIMEDOUT, -EDEADLK: it hangs; -EINTR: a signal came. What is there then is to be ended by
 * cordon_life_end(). */
int cordon_life_begin(struct cordon_life *l, struct cordon_err *e);

/* The driver is asked for something now. */
void cordon_life_asked(struct cordon_life *l);

/* It did not answer within the deadline: whether others had its core for so long since it was asked. Then
 * that is said, once in a row, and counted. @had_ns: how long those before it had it; what it had is added. */
int cordon_life_starved(struct cordon_life *l, uint64_t *had_ns);

/* Give the front-end an order and wait for its end; for the domain's end (-EPIPE); at most for the
 * domain's deadline and some more (-EDEADLK: the front-end's loop itself hangs); or, if @signal_fd is
 * not -1, for that (-EINTR). Returns the order's result. */
int cordon_life_order(struct cordon_life *l, enum cordon_order what, struct cordon_incarnation *inc,
		      int signal_fd);

/* End the incarnation: fence the past, and detach it from the front-end, which keeps what was in
 * flight. Its memory is kept until the next one has begun. 0; -ETIMEDOUT: its ports are lost;
 * -EDEADLK: the loop hangs, nothing was ended. */
int cordon_life_end(struct cordon_life *l, struct cordon_death *death);

/* Stop the driver in order: no new work, all that it had comes back. 0, or -errno if it doesn't play;
 * it is then in the state of one that is to be ended. */
int cordon_life_quiesce(struct cordon_life *l);

/* When the domain serves: forget the memory of the last incarnation, and make a spare, if one is wanted
 * and memory allows; a failure is said, and tolerated. */
void cordon_life_prepare(struct cordon_life *l);

/* Drop the spare. */
void cordon_life_unprepare(struct cordon_life *l);

/*
 * Put driver @driver (NULL: the same) from @image (NULL: its usual place, or the same) into the place
 * of the one that runs, in order: what it had in flight comes back before it is ended. If the new one
 * can't be made, nothing has changed; if it doesn't begin, the old one is begun again. 0 or -errno
 * with the line.
 */
int cordon_life_replace(struct cordon_life *l, const struct cordon_driver_entry *driver,
			const char *image, struct cordon_err *e);

/* Forget the memory of the last incarnation. */
void cordon_life_forget(struct cordon_life *l);

/* Find the image of @driver (copied; @image NULL: in its usual place) and the loader, and fill in l->spec.
 * 0 or -errno with the line; then nothing has changed. */
int cordon_life_find(struct cordon_life *l, const struct cordon_driver_entry *driver,
		     const char *image, struct cordon_err *e);

#endif
