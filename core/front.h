/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The front-end's loop: a thread of the supervisor that runs the trusted half of a split driver. The
 * control thread hands it work through a queue and learns of the end by a descriptor. Where the
 * front-end runs elsewhere (struct cordon_elsewhere), the thread carries orders there, and sleeps.
 */
#ifndef CORDON_CORE_FRONT_H
#define CORDON_CORE_FRONT_H

#include <pthread.h>
#include <stdatomic.h>
#include "core/bell.h"
#include "core/class.h"
#include "core/fence.h"
#include "core/fiber.h"
#include "core/loop.h"
#include "core/page.h"
#include "core/sleeper.h"
#include "core/work.h"

enum cordon_order {
	CORDON_ORDER_ATTACH, /* an incarnation that runs; after DETACH, if there was one */
	CORDON_ORDER_PING,
	CORDON_ORDER_STOP,
	CORDON_ORDER_DRAIN,
	CORDON_ORDER_DETACH,
};

struct cordon_front;

/* One order of the control thread; at most one at a time is under way. */
struct cordon_task {
	struct cordon_work work; /* the first member */
	struct cordon_front *front;
	enum cordon_order order;
	struct cordon_incarnation *inc; /* ATTACH */
	int result;
	atomic_bool done;
	struct cordon_err err;
};

struct cordon_front {
	const struct cordon_class *class;
	void *state; /* of the class */
	struct cordon_page *page;
	struct cordon_incarnation *inc; /* attached; NULL: none */
	struct cordon_chan chan; /* side A */
	struct cordon_pool pool; /* owner */
	void *tables;
	struct cordon_caller caller;
	uint8_t last[CORDON_PAYLOAD_SIZE]; /* the last call's request */
	struct cordon_stacks stacks;
	struct cordon_sched sched;
	struct cordon_loop loop;
	struct cordon_workq *queue;
	struct cordon_task task;
	int done_fd; /* readable when the task is done */
	unsigned idle; /* rounds without work, in a row */
	enum cordon_wait wait; /* of the incarnation that is, or was, attached */
	struct cordon_sleeper sleeper; /* while one is */
	struct cordon_ears ears;
	uint64_t sleeps, rings; /* counters, of those before */
	atomic_bool cancel; /* calls under way are given up */
	uint64_t polls, useful,
		work; /* counters: rounds, those that did something, what they did */
	unsigned rounds; /* since the counters were shown */
	pthread_t thread;
	int runs;
};

/* Start the loop for @class (whose state is open) on CPU @cpu, with no incarnation yet; counters go to
 * @page, which says already what the domain is. 0, or -errno with the line; then nothing is left. */
int cordon_front_start(struct cordon_front *f, const struct cordon_class *class, void *state,
		       struct cordon_page *page, int cpu, struct cordon_err *e);

/* Give an order; @inc for ATTACH, kept until DETACH. f->done_fd becomes readable when it is done.
 * -EBUSY while another is under way. */
int cordon_front_order(struct cordon_front *f, enum cordon_order order,
		       struct cordon_incarnation *inc);

/* Whether the last order is done; then its result is f->task.result. Empties f->done_fd. */
int cordon_front_done(struct cordon_front *f);

/* Have the order that is under way, if one is, give up its calls (-ECANCELED), and wait for its end.
 * 0; -EDEADLK: the loop itself hangs, which only an inline driver can bring about. */
int cordon_front_abort(struct cordon_front *f, int timeout_ms);

/* End the loop and free what start made. Waits for the thread; an order under way fails with
 * -ECANCELED. */
void cordon_front_end(struct cordon_front *f);

#endif
