// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/pool.h"

#include <string.h>

_Static_assert(CORDON_BUF_SMALL % 64 == 0 && CORDON_BUF_BIG % 64 == 0, "buffers begin on a line");

int cordon_pool_dims_check(const struct cordon_pool_dims *d)
{
	uint64_t all = (uint64_t)d->small + d->big + d->ro_small + d->ro_big;

	return all > 0 && all <= CORDON_POOL_MAX ? 0 : -EINVAL;
}

static uint64_t bytes(uint32_t small, uint32_t big)
{
	return (uint64_t)big * CORDON_BUF_BIG + (uint64_t)small * CORDON_BUF_SMALL;
}

uint64_t cordon_pool_size(const struct cordon_pool_dims *d)
{
	return bytes(d->small, d->big);
}

uint64_t cordon_pool_ro_size(const struct cordon_pool_dims *d)
{
	return bytes(d->ro_small, d->ro_big);
}

size_t cordon_pool_private_size(const struct cordon_pool_dims *d)
{
	size_t n = (size_t)d->small + d->big + d->ro_small + d->ro_big;

	return n * sizeof(uint32_t) + n;
}

static unsigned sort_of(const struct cordon_pool *p, uint32_t i)
{
	return (cordon_pool_is_ro(p, i) ? CORDON_SORT_RO_SMALL : CORDON_SORT_SMALL) +
	       (unsigned)cordon_pool_is_big(p, i);
}

void cordon_pool_init(struct cordon_pool *p, void *mem, void *ro, const struct cordon_pool_dims *d,
		      void *private, int owner)
{
	memset(p, 0, sizeof(*p));
	p->mem = mem;
	p->ro = ro;
	p->dims = *d;
	p->free[CORDON_SORT_SMALL] = private;
	p->free[CORDON_SORT_BIG] = p->free[CORDON_SORT_SMALL] + d->small;
	p->free[CORDON_SORT_RO_SMALL] = p->free[CORDON_SORT_BIG] + d->big;
	p->free[CORDON_SORT_RO_BIG] = p->free[CORDON_SORT_RO_SMALL] + d->ro_small;
	p->state = (uint8_t *)(p->free[CORDON_SORT_RO_BIG] + d->ro_big);
	memset(p->state, owner ? CORDON_BUF_FREE : CORDON_BUF_PEER, cordon_pool_count(p));
	/* Pushed from the last to the first, so that the first is taken first. */
	for (uint32_t i = cordon_pool_count(p); owner && i-- > 0;) {
		unsigned sort = sort_of(p, i);

		p->free[sort][p->nfree[sort]++] = i;
	}
}

static int get(struct cordon_pool *p, uint32_t len, unsigned sort)
{
	uint32_t i;

	if (len > CORDON_BUF_BIG)
		return -EMSGSIZE;
	sort += len > CORDON_BUF_SMALL;
	if (p->nfree[sort] == 0)
		return -ENOBUFS;
	i = p->free[sort][--p->nfree[sort]];
	p->state[i] = CORDON_BUF_MINE;
	return (int)i;
}

int cordon_pool_get(struct cordon_pool *p, uint32_t len)
{
	return get(p, len, CORDON_SORT_SMALL);
}

int cordon_pool_get_ro(struct cordon_pool *p, uint32_t len)
{
	return get(p, len, CORDON_SORT_RO_SMALL);
}

int cordon_pool_put(struct cordon_pool *p, uint32_t i)
{
	unsigned sort;

	if (i >= cordon_pool_count(p) || p->state[i] != CORDON_BUF_MINE)
		return -EINVAL;
	sort = sort_of(p, i);
	p->state[i] = CORDON_BUF_FREE;
	p->free[sort][p->nfree[sort]++] = i;
	return 0;
}
