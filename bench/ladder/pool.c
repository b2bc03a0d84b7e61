// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Pools of many sizes: what it costs that a buffer goes out and comes back. */
#include <stdlib.h>
#include "bench/ladder/order.h"
#include "bench/ladder/rungs.h"
#include "channels/pool.h"

struct buffers {
	struct cordon_pool pool;
	void *tables;
	uint32_t next; /* of those that are out: who comes back next */
};

/* The buffers themselves are not touched: there are none. */
static void *begin(const struct rung *r, const struct place *at, char *why)
{
	const struct cordon_pool_dims dims = { .small = *(const uint32_t *)r->with };
	struct buffers *b = calloc(1, sizeof(*b));

	(void)at, (void)why;
	if (!b)
		return NULL;
	b->tables = malloc(cordon_pool_private_size(&dims));
	if (cordon_pool_dims_check(&dims) == 0 && b->tables) {
		cordon_pool_init(&b->pool, NULL, NULL, &dims, b->tables, 1);
		return b;
	}
	free(b->tables);
	free(b);
	return NULL;
}

static void *begin_out(const struct rung *r, const struct place *at, char *why)
{
	struct buffers *b = begin(r, at, why);

	for (uint32_t i = 0; b && i < cordon_pool_count(&b->pool); i++)
		(void)cordon_pool_lend(&b->pool,
				       (uint32_t)cordon_pool_get(&b->pool, CORDON_BUF_SMALL));
	return b;
}

static void end(void *state)
{
	struct buffers *b = state;

	free(b->tables);
	free(b);
}

static void out(struct buffers *b)
{
	int i = cordon_pool_get(&b->pool, CORDON_BUF_SMALL);

	b->next = (uint32_t)i;
	if (i < 0 || cordon_pool_lend(&b->pool, b->next) < 0)
		rung_broken("cordon pool, out");
}

static void back(struct buffers *b)
{
	if (cordon_pool_take(&b->pool, b->next) < 0 || cordon_pool_put(&b->pool, b->next) < 0)
		rung_broken("cordon pool, back");
}

static void run_one(void *state, unsigned n)
{
	while (n--) {
		out(state);
		back(state);
	}
}

/* The one that has come back goes out again. */
static void run_out(void *state, unsigned n)
{
	struct buffers *b = state;

	while (n--) {
		back(b);
		out(b);
		b->next = order_next(b->next, cordon_pool_count(&b->pool));
	}
}

#define SIZE(n) \
	.local = 1, .every = CURVE, .batch = 4096, .with = &(const uint32_t){ n }, .end = end
#define POOL(n, one, all)                                                              \
	{ .name = "cordon pool of " #n ", one out",                                    \
	  SIZE(n),                                                                     \
	  .begin = begin,                                                              \
	  .run = run_one,                                                              \
	  .what = one },                                                               \
	{                                                                              \
		.name = "cordon pool of " #n ", all out", SIZE(n), .begin = begin_out, \
		.run = run_out, .what = all                                            \
	}

const struct rung rungs_pool[] = {
	POOL(1, "a buffer is got, lent, taken and put; then the same one again",
	     "all buffers are lent; one at a time, in any order, is taken, put, got and lent anew"),
	POOL(16, "of 16", "of 16"),
	POOL(256, "of 256", "of 256"),
	POOL(4096, "of 4,096", "of 4,096"),
	POOL(65536, "of 65,536", "of 65,536"),
	POOL(1048576, "of a million", "of a million: of its tables, a byte each"),
	{ .name = NULL },
};
