/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Work handed from the supervisor's control thread to its front-end loop: an rte_ring (DPDK) within
 * one trust domain, on our own memory, through the header's inline functions alone, so that neither
 * EAL nor its constructors come in.
 */
#ifndef CORDON_CORE_WORK_H
#define CORDON_CORE_WORK_H

/* A piece of work: run by the loop in a fiber, or in its place where no fiber is free. It belongs to
 * whoever hands it over, who learns of its end from what @fn does. */
struct cordon_work {
	void (*fn)(struct cordon_work *work);
};

struct cordon_workq;

/* A queue of @size (a power of two) pieces of work from one thread to one; NULL: no memory, or a wrong
 * size. To be freed when nobody uses it. */
struct cordon_workq *cordon_workq_make(unsigned size);
void cordon_workq_free(struct cordon_workq *q);

/* Hand over @work. 0, or -EAGAIN if the queue is full. Never blocks. One thread only. */
int cordon_workq_put(struct cordon_workq *q, struct cordon_work *work);

/* The next piece of work, or NULL. One thread only. */
struct cordon_work *cordon_workq_get(struct cordon_workq *q);

#endif
