// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/pool.h"

#include <string.h>

_Static_assert(CORDON_BUF_SMALL % 64 == 0 && CORDON_BUF_BIG % 64 == 0, "buffers begin on a line");

int cordon_pool_dims_check(const struct cordon_pool_dims *d)
{
	if (d->small > CORDON_POOL_MAX || d->big > CORDON_POOL_MAX)
		return -EINVAL;
	return d->small + d->big > 0 && d->small + d->big <= CORDON_POOL_MAX ? 0 : -EINVAL;
}

uint64_t cordon_pool_size(const struct cordon_pool_dims *d)
{
	return (uint64_t)d->big * CORDON_BUF_BIG + (uint64_t)d->small * CORDON_BUF_SMALL;
}

size_t cordon_pool_private_size(const struct cordon_pool_dims *d)
{
	size_t n = (size_t)d->small + d->big;

	return n * sizeof(uint32_t) + n;
}

void cordon_pool_init(struct cordon_pool *p, void *mem, const struct cordon_pool_dims *d,
		      void *private, int owner)
{
	memset(p, 0, sizeof(*p));
	p->mem = mem;
	p->dims = *d;
	p->free[0] = private;
	p->free[1] = p->free[0] + d->small;
	p->state = (uint8_t *)(p->free[1] + d->big);
	memset(p->state, owner ? CORDON_BUF_FREE : CORDON_BUF_PEER, cordon_pool_count(p));
	/* Pushed from the last to the first, so that the first is taken first. */
	for (uint32_t i = cordon_pool_count(p); owner && i-- > 0;)
		p->free[i < d->big][p->nfree[i < d->big]++] = i;
}

int cordon_pool_get(struct cordon_pool *p, uint32_t len)
{
	int big = len > CORDON_BUF_SMALL;
	uint32_t i;

	if (len > CORDON_BUF_BIG)
		return -EMSGSIZE;
	if (p->nfree[big] == 0)
		return -ENOBUFS;
	i = p->free[big][--p->nfree[big]];
	p->state[i] = CORDON_BUF_MINE;
	return (int)i;
}

int cordon_pool_put(struct cordon_pool *p, uint32_t i)
{
	int big = i < p->dims.big;

	if (i >= cordon_pool_count(p) || p->state[i] != CORDON_BUF_MINE)
		return -EINVAL;
	p->state[i] = CORDON_BUF_FREE;
	p->free[big][p->nfree[big]++] = i;
	return 0;
}
