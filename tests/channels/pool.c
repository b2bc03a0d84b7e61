// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Pools: who may touch which buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "channels/pool.h"

#define BIG 3u
#define SMALL 5u
#define ALL (BIG + SMALL)
#define RO_BIG 2u
#define RO_SMALL 4u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct cordon_pool_dims dims = { .small = SMALL, .big = BIG };
static _Alignas(64) uint8_t shared[BIG * CORDON_BUF_BIG + SMALL * CORDON_BUF_SMALL];
static uint64_t owner_tables[16], peer_tables[16];
/* The two ends: all buffers begin with the owner. */
static struct cordon_pool owner, peer;

static int open_pool(void **state)
{
	(void)state;
	cordon_pool_init(&owner, shared, NULL, &dims, owner_tables, 1);
	cordon_pool_init(&peer, shared, NULL, &dims, peer_tables, 0);
	return 0;
}

static uint32_t get(struct cordon_pool *p, uint32_t len)
{
	int i = cordon_pool_get(p, len);

	assert_true(i >= 0);
	return (uint32_t)i;
}

static void impossible_dimensions_are_refused(void **state)
{
	static const struct cordon_pool_dims wrong[] = {
		{ 0, 0, 0, 0 },
		{ CORDON_POOL_MAX + 1, 0, 0, 0 },
		{ 0, CORDON_POOL_MAX + 1, 0, 0 },
		{ 0, 0, CORDON_POOL_MAX + 1, 0 },
		{ 0, 0, 0, CORDON_POOL_MAX + 1 },
		{ CORDON_POOL_MAX, 1, 0, 0 },
		{ 1, 0, 0, CORDON_POOL_MAX },
		{ UINT32_MAX, 1, 0, 0 },
		{ 0, UINT32_MAX, 2, 0 },
		{ 0x80000000, 0x80000001, 0, 0 },
		{ 0x40000000, 0x40000000, 0x40000000, 0x40000001 },
	};
	static const struct cordon_pool_dims right[] = {
		{ 1, 0, 0, 0 },
		{ 0, 1, 0, 0 },
		{ 0, 0, 1, 0 },
		{ 0, 0, 0, 1 },
		{ CORDON_POOL_MAX, 0, 0, 0 },
		{ CORDON_POOL_MAX - 3, 1, 1, 1 },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(wrong); k++)
		assert_int_equal(cordon_pool_dims_check(&wrong[k]), -EINVAL);
	for (size_t k = 0; k < COUNT(right); k++)
		assert_int_equal(cordon_pool_dims_check(&right[k]), 0);
}

static void sizes_do_not_overflow(void **state)
{
	struct cordon_pool_dims d = { .small = 0, .big = CORDON_POOL_MAX };

	(void)state;
	assert_true(cordon_pool_size(&d) == (uint64_t)CORDON_POOL_MAX * CORDON_BUF_BIG);
	assert_true(cordon_pool_size(&d) > UINT32_MAX);
	assert_int_equal(cordon_pool_size(&dims), sizeof(shared));
	assert_int_equal(cordon_pool_private_size(&dims), ALL * 5);
}

static void buffers_lie_side_by_side_within_the_pool(void **state)
{
	uint64_t at = 0;

	(void)state;
	for (uint32_t i = 0; i < ALL; i++) {
		assert_int_equal(cordon_pool_offset(&owner, i), at);
		assert_ptr_equal(cordon_pool_data(&owner, i), shared + at);
		assert_int_equal(cordon_pool_bufsize(&owner, i),
				 i < BIG ? CORDON_BUF_BIG : CORDON_BUF_SMALL);
		at += cordon_pool_bufsize(&owner, i);
	}
	assert_int_equal(at, sizeof(shared));
}

static void a_buffer_is_as_long_as_was_asked_for(void **state)
{
	static const uint32_t lens[] = { 0, 1, 2047, 2048, 2049, 67583, 67584 };

	(void)state;
	for (size_t k = 0; k < COUNT(lens); k++) {
		uint32_t i = get(&owner, lens[k]);

		assert_true(cordon_pool_bufsize(&owner, i) >= lens[k]);
		assert_int_equal(i<BIG, lens[k]> CORDON_BUF_SMALL);
		assert_int_equal(cordon_pool_put(&owner, i), 0);
	}
}

static void a_length_that_no_buffer_has_is_refused(void **state)
{
	(void)state;
	assert_int_equal(cordon_pool_get(&owner, CORDON_BUF_BIG + 1), -EMSGSIZE);
	assert_int_equal(cordon_pool_get(&owner, UINT32_MAX), -EMSGSIZE);
}

static void every_buffer_is_handed_out_once(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (unsigned k = 0; k < SMALL; k++)
		seen |= 1u << get(&owner, 1);
	for (unsigned k = 0; k < BIG; k++)
		seen |= 1u << get(&owner, CORDON_BUF_BIG);
	assert_int_equal(seen, (1u << ALL) - 1);
}

static void an_empty_pool_says_so(void **state)
{
	(void)state;
	for (unsigned k = 0; k < SMALL; k++)
		get(&owner, 1);
	assert_int_equal(cordon_pool_get(&owner, 1), -ENOBUFS);
	for (unsigned k = 0; k < BIG; k++)
		get(&owner, CORDON_BUF_BIG);
	assert_int_equal(cordon_pool_get(&owner, CORDON_BUF_BIG), -ENOBUFS);
	assert_int_equal(cordon_pool_put(&owner, 0), 0);
	assert_int_equal(cordon_pool_get(&owner, CORDON_BUF_BIG), 0);
}

static void small_never_takes_big(void **state)
{
	struct cordon_pool_dims big = { .small = 0, .big = 2 };

	(void)state;
	for (unsigned k = 0; k < SMALL; k++)
		assert_true(get(&owner, 1) >= BIG);
	assert_int_equal(cordon_pool_get(&owner, 1), -ENOBUFS);
	cordon_pool_init(&owner, shared, NULL, &big, owner_tables, 1);
	assert_int_equal(cordon_pool_get(&owner, CORDON_BUF_SMALL), -ENOBUFS);
	get(&owner, CORDON_BUF_SMALL + 1);
}

static void big_never_takes_small(void **state)
{
	(void)state;
	for (unsigned k = 0; k < BIG; k++)
		assert_true(get(&owner, CORDON_BUF_SMALL + 1) < BIG);
	assert_int_equal(cordon_pool_get(&owner, CORDON_BUF_SMALL + 1), -ENOBUFS);
}

static void the_buffer_freed_last_is_taken_first(void **state)
{
	uint32_t a = get(&owner, 1), b = get(&owner, 1), c = get(&owner, 1);

	(void)state;
	assert_int_equal(cordon_pool_put(&owner, b), 0);
	assert_int_equal(cordon_pool_put(&owner, a), 0);
	assert_int_equal(cordon_pool_put(&owner, c), 0);
	assert_int_equal(get(&owner, 1), c);
	assert_int_equal(get(&owner, 1), a);
	assert_int_equal(get(&owner, 1), b);
}

static void only_mine_can_be_put_and_only_once(void **state)
{
	uint32_t i = get(&owner, 1);

	(void)state;
	assert_int_equal(cordon_pool_put(&owner, i), 0);
	assert_int_equal(cordon_pool_put(&owner, i), -EINVAL);
	i = get(&owner, 1);
	assert_int_equal(cordon_pool_lend(&owner, i), 0);
	assert_int_equal(cordon_pool_put(&owner, i), -EINVAL);
	assert_int_equal(cordon_pool_put(&owner, ALL), -EINVAL);
	assert_int_equal(cordon_pool_put(&owner, UINT32_MAX), -EINVAL);
	assert_int_equal(owner.nfree[0] + owner.nfree[1], ALL - 1);
}

static void only_mine_can_be_lent_and_only_once(void **state)
{
	uint32_t i = get(&owner, 1);

	(void)state;
	assert_int_equal(cordon_pool_lend(&owner, i), 0);
	assert_int_equal(cordon_pool_lend(&owner, i), -EINVAL);
	assert_int_equal(cordon_pool_lend(&owner, 0), -EINVAL);
	assert_int_equal(cordon_pool_lend(&owner, ALL), -EINVAL);
	assert_int_equal(cordon_pool_lend(&owner, UINT32_MAX), -EINVAL);
}

static void a_peer_cannot_return_what_it_does_not_have(void **state)
{
	static const uint32_t outside[] = { ALL, ALL + 1, 0x7fffffff, 0x80000000, UINT32_MAX };
	uint32_t mine = get(&owner, 1);

	(void)state;
	for (uint32_t i = 0; i < ALL; i++)
		assert_int_equal(cordon_pool_take(&owner, i), -EINVAL);
	assert_int_equal(owner.state[mine], CORDON_BUF_MINE);
	for (size_t k = 0; k < COUNT(outside); k++)
		assert_int_equal(cordon_pool_take(&owner, outside[k]), -EINVAL);
	assert_int_equal(owner.faults, ALL + COUNT(outside));
}

static void a_peer_cannot_return_a_buffer_twice(void **state)
{
	uint32_t i = get(&owner, 1);

	(void)state;
	assert_int_equal(cordon_pool_lend(&owner, i), 0);
	assert_int_equal(cordon_pool_take(&owner, i), 0);
	assert_int_equal(cordon_pool_take(&owner, i), -EINVAL);
	assert_int_equal(cordon_pool_put(&owner, i), 0);
	assert_int_equal(cordon_pool_take(&owner, i), -EINVAL);
	assert_int_equal(owner.faults, 2);
}

static void a_peer_begins_with_nothing_free(void **state)
{
	(void)state;
	assert_int_equal(cordon_pool_get(&peer, 1), -ENOBUFS);
	assert_int_equal(cordon_pool_get(&peer, CORDON_BUF_BIG), -ENOBUFS);
	for (uint32_t i = 0; i < ALL; i++) {
		assert_int_equal(cordon_pool_put(&peer, i), -EINVAL);
		assert_int_equal(cordon_pool_lend(&peer, i), -EINVAL);
	}
}

static void a_buffer_goes_round_between_the_two_ends(void **state)
{
	uint32_t i = get(&owner, 1);

	(void)state;
	assert_int_equal(cordon_pool_lend(&owner, i), 0);
	assert_int_equal(cordon_pool_take(&peer, i), 0);
	assert_int_equal(cordon_pool_put(&peer, i), 0);
	assert_int_equal(get(&peer, 1), i);
	assert_int_equal(cordon_pool_lend(&peer, i), 0);
	assert_int_equal(cordon_pool_take(&owner, i), 0);
	assert_int_equal(cordon_pool_put(&owner, i), 0);
	assert_int_equal(owner.faults + peer.faults, 0);
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

static const struct cordon_pool_dims with_ro = { .small = SMALL,
						 .big = BIG,
						 .ro_small = RO_SMALL,
						 .ro_big = RO_BIG };
static uint8_t ro[RO_BIG * CORDON_BUF_BIG + RO_SMALL * CORDON_BUF_SMALL];

static void read_only_buffers_are_others_in_memory_of_their_own(void **state)
{
	uint64_t at = 0;
	uint32_t n = 0;
	int i;

	(void)state;
	cordon_pool_init(&owner, shared, ro, &with_ro, owner_tables, 1);
	assert_int_equal(cordon_pool_size(&with_ro), sizeof(shared));
	assert_int_equal(cordon_pool_ro_size(&with_ro), sizeof(ro));
	assert_int_equal(cordon_pool_count(&owner), ALL + RO_BIG + RO_SMALL);
	for (uint32_t k = 0; k < cordon_pool_count(&owner); k++) {
		assert_int_equal(cordon_pool_is_ro(&owner, k), k >= ALL);
		if (k < ALL)
			continue;
		assert_int_equal(cordon_pool_offset(&owner, k), at);
		assert_ptr_equal(cordon_pool_data(&owner, k), ro + at);
		at += cordon_pool_bufsize(&owner, k);
	}
	assert_int_equal(at, sizeof(ro));
	/* Each get has its own, and none of the others'. */
	while ((i = cordon_pool_get_ro(&owner, 1)) >= 0) {
		assert_in_range(i, ALL + RO_BIG, ALL + RO_BIG + RO_SMALL - 1);
		n++;
	}
	assert_int_equal(n, RO_SMALL);
	while ((i = cordon_pool_get_ro(&owner, CORDON_BUF_BIG)) >= 0) {
		assert_in_range(i, ALL, ALL + RO_BIG - 1);
		n++;
	}
	assert_int_equal(n, RO_SMALL + RO_BIG);
	assert_int_equal(cordon_pool_get_ro(&owner, CORDON_BUF_BIG + 1), -EMSGSIZE);
	assert_int_equal(owner.nfree[CORDON_SORT_SMALL], SMALL);
	assert_int_equal(owner.nfree[CORDON_SORT_BIG], BIG);
	for (uint32_t k = ALL; k < ALL + RO_BIG + RO_SMALL; k++)
		assert_int_equal(cordon_pool_put(&owner, k), 0);
	assert_int_equal(cordon_pool_get_ro(&owner, 1), ALL + RO_BIG + RO_SMALL - 1);
	while ((i = cordon_pool_get(&owner, 1)) >= 0)
		assert_in_range(i, BIG, ALL - 1);
	assert_int_equal(owner.nfree[CORDON_SORT_RO_SMALL], RO_SMALL - 1);
}

static void random_use_agrees_with_a_simple_model(void **state)
{
	const char *env = getenv("CORDON_SEED");
	uint64_t r = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
	uint8_t model[ALL];
	uint64_t faults = 0;

	(void)state;
	printf("# seed %llu\n", (unsigned long long)r);
	memset(model, CORDON_BUF_FREE, sizeof(model));
	for (unsigned round = 0; round < 1000000; round++) {
		uint32_t i = draw(&r, ALL + 2);
		int was = i < ALL ? model[i] : -1;
		int got;

		switch (draw(&r, 4)) {
		case 0:
			got = cordon_pool_get(&owner, i % 2 ? CORDON_BUF_BIG : CORDON_BUF_SMALL);
			if (got < 0) {
				assert_int_equal(got, -ENOBUFS);
				for (uint32_t k = 0; k < ALL; k++)
					assert_true(model[k] != CORDON_BUF_FREE ||
						    (k < BIG) != i % 2);
				break;
			}
			assert_true(got < (int)ALL && (got < (int)BIG) == i % 2);
			assert_int_equal(model[got], CORDON_BUF_FREE);
			model[got] = CORDON_BUF_MINE;
			break;
		case 1:
			got = cordon_pool_put(&owner, i);
			assert_int_equal(got, was == CORDON_BUF_MINE ? 0 : -EINVAL);
			if (got == 0)
				model[i] = CORDON_BUF_FREE;
			break;
		case 2:
			got = cordon_pool_lend(&owner, i);
			assert_int_equal(got, was == CORDON_BUF_MINE ? 0 : -EINVAL);
			if (got == 0)
				model[i] = CORDON_BUF_PEER;
			break;
		default:
			got = cordon_pool_take(&owner, i);
			assert_int_equal(got, was == CORDON_BUF_PEER ? 0 : -EINVAL);
			if (got == 0)
				model[i] = CORDON_BUF_MINE;
			else
				faults++;
		}
	}
	assert_int_equal(owner.faults, faults);
	assert_memory_equal(owner.state, model, ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(impossible_dimensions_are_refused),
		cmocka_unit_test(sizes_do_not_overflow),
		cmocka_unit_test_setup(buffers_lie_side_by_side_within_the_pool, open_pool),
		cmocka_unit_test_setup(a_buffer_is_as_long_as_was_asked_for, open_pool),
		cmocka_unit_test_setup(a_length_that_no_buffer_has_is_refused, open_pool),
		cmocka_unit_test_setup(every_buffer_is_handed_out_once, open_pool),
		cmocka_unit_test_setup(an_empty_pool_says_so, open_pool),
		cmocka_unit_test_setup(small_never_takes_big, open_pool),
		cmocka_unit_test_setup(big_never_takes_small, open_pool),
		cmocka_unit_test_setup(the_buffer_freed_last_is_taken_first, open_pool),
		cmocka_unit_test_setup(only_mine_can_be_put_and_only_once, open_pool),
		cmocka_unit_test_setup(only_mine_can_be_lent_and_only_once, open_pool),
		cmocka_unit_test_setup(a_peer_cannot_return_what_it_does_not_have, open_pool),
		cmocka_unit_test_setup(a_peer_cannot_return_a_buffer_twice, open_pool),
		cmocka_unit_test_setup(a_peer_begins_with_nothing_free, open_pool),
		cmocka_unit_test_setup(a_buffer_goes_round_between_the_two_ends, open_pool),
		cmocka_unit_test_setup(read_only_buffers_are_others_in_memory_of_their_own,
				       open_pool),
		cmocka_unit_test_setup(random_use_agrees_with_a_simple_model, open_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
