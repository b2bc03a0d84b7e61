// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* librte_ring's functions would bring in librte_eal; its inline ones need the structure alone. In C11
 * atomics, which ThreadSanitizer understands. */
#include <rte_config.h>
#ifndef RTE_USE_C11_MEM_MODEL
#define RTE_USE_C11_MEM_MODEL
#endif
#include <rte_ring.h>

struct cordon_workq {
	struct rte_ring ring;
	/* The ring's table follows. */
};

struct cordon_workq *cordon_workq_make(unsigned size)
{
	struct cordon_workq *q;

	if (size < 2 || (size & (size - 1)) != 0)
		return NULL;
	q = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*q) + size * sizeof(void *) +
						       RTE_CACHE_LINE_SIZE -
						       size * sizeof(void *) % RTE_CACHE_LINE_SIZE);
	if (!q)
		return NULL;
	/* What rte_ring_init() sets: one producer, one consumer. */
	memset(q, 0, sizeof(*q));
	q->ring.size = size;
	q->ring.mask = size - 1;
	q->ring.capacity = size - 1;
	q->ring.prod.sync_type = RTE_RING_SYNC_ST;
	q->ring.cons.sync_type = RTE_RING_SYNC_ST;
	return q;
}

void cordon_workq_free(struct cordon_workq *q)
{
	free(q);
}

int cordon_workq_put(struct cordon_workq *q, struct cordon_work *work)
{
	return rte_ring_sp_enqueue(&q->ring, work) == 0 ? 0 : -EAGAIN;
}

struct cordon_work *cordon_workq_get(struct cordon_workq *q)
{
	void *work = NULL;

	return rte_ring_sc_dequeue(&q->ring, &work) == 0 ? work : NULL;
}
