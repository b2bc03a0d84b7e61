/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The ways in which Linux wakes a thread that sleeps, behind one interface. A bell goes one way: one
 * thread rings it, another one sleeps on it. One ring ends one sleep; a ring that finds nobody asleep
 * is kept.
 */
#ifndef CORDON_BENCH_LADDER_BELL_H
#define CORDON_BENCH_LADDER_BELL_H

#include <liburing.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bench/ladder/rung.h"

struct bell {
	_Alignas(128) atomic_uint rung; /* futex */
	_Alignas(128) int fd[2]; /* where it is read, where written; -1: none */
	struct io_uring to; /* the sleeper's */
	struct io_uring from; /* the ringer's */
	bool attached; /* from is polled by the thread of the other direction's */
};

struct bell_kind {
	/* Zero, or -1 and why not in @why (WHY_SIZE bytes), and nothing is left then. @first: the
	 * bell of the other direction, if one was made before; NULL otherwise. */
	int (*make)(struct bell *b, const struct place *at, struct bell *first, char *why);
	/* What fails in these two ends the program: see rung_broken(). */
	void (*ring)(struct bell *b);
	void (*sleep)(struct bell *b);
	/* In the reverse order of making. */
	void (*drop)(struct bell *b);
};

extern const struct bell_kind bell_futex, bell_eventfd, bell_pipe, bell_socket;

/* A message from ring to ring; the same, submitted by the kernel's thread, which looks for it all the
 * time; and a read of an eventfd, for comparison. */
extern const struct bell_kind bell_uring, bell_uring_sqpoll, bell_uring_read;

/* Of eventfds, also for io_uring's. */
int bell_eventfd_make(struct bell *b, const struct place *at, struct bell *first, char *why);
void bell_eventfd_ring(struct bell *b);
void bell_fd_drop(struct bell *b);

#endif
