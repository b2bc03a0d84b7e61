// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The queue of work from one thread to the loop: in order, bounded, and nothing is lost.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/work.h"

#define ITEMS 1000000

struct item {
	struct cordon_work work; /* the first member */
	unsigned number;
};

static void a_queue_is_a_power_of_two_long(void **state)
{
	static const unsigned bad[] = { 0, 1, 3, 6, 17, 1000, 0x80000001u, ~0u };

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(cordon_workq_make(bad[i]));
	for (unsigned size = 2; size <= 65536; size *= 2) {
		struct cordon_workq *q = cordon_workq_make(size);

		assert_non_null(q);
		cordon_workq_free(q);
	}
	cordon_workq_free(NULL);
}

static void an_empty_queue_gives_nothing(void **state)
{
	struct cordon_workq *q = cordon_workq_make(4);

	(void)state;
	assert_null(cordon_workq_get(q));
	assert_null(cordon_workq_get(q));
	cordon_workq_free(q);
}

static void work_comes_out_in_order(void **state)
{
	struct cordon_workq *q = cordon_workq_make(8);
	struct item items[7];

	(void)state;
	/* Round and round, so that the cursors pass the end many times. */
	for (unsigned round = 0; round < 1000; round++) {
		unsigned n = 1 + round % 7;

		for (unsigned i = 0; i < n; i++)
			assert_int_equal(cordon_workq_put(q, &items[i].work), 0);
		for (unsigned i = 0; i < n; i++)
			assert_ptr_equal(cordon_workq_get(q), &items[i].work);
		assert_null(cordon_workq_get(q));
	}
	cordon_workq_free(q);
}

static void a_full_queue_says_so_and_keeps_what_it_has(void **state)
{
	struct cordon_workq *q = cordon_workq_make(16);
	struct item items[16];
	unsigned n = 0;

	(void)state;
	while (n < 16 && cordon_workq_put(q, &items[n].work) == 0)
		n++;
	assert_int_equal(n, 15);
	assert_int_equal(cordon_workq_put(q, &items[15].work), -EAGAIN);
	assert_ptr_equal(cordon_workq_get(q), &items[0].work);
	assert_int_equal(cordon_workq_put(q, &items[15].work), 0);
	assert_int_equal(cordon_workq_put(q, &items[0].work), -EAGAIN);
	for (unsigned i = 1; i < 16; i++)
		assert_ptr_equal(cordon_workq_get(q), &items[i].work);
	assert_null(cordon_workq_get(q));
	cordon_workq_free(q);
}

static struct cordon_workq *shared;
static void *produce(void *arg)
{
	struct item *all = arg;

	for (unsigned i = 0; i < ITEMS; i++) {
		/* Written just before: the queue must carry it over. */
		all[i].number = i;
		while (cordon_workq_put(shared, &all[i].work) == -EAGAIN)
			sched_yield();
	}
	return NULL;
}

static void what_a_thread_hands_over_arrives_once_and_in_order(void **state)
{
	struct item *all = calloc(ITEMS, sizeof(*all));
	unsigned next = 0, wrong = 0;
	pthread_t thread;

	(void)state;
	shared = cordon_workq_make(256);
	assert_non_null(all);
	assert_non_null(shared);
	assert_int_equal(pthread_create(&thread, NULL, produce, all), 0);
	while (next < ITEMS) {
		const struct item *it = (struct item *)cordon_workq_get(shared);

		if (!it) {
			sched_yield();
			continue;
		}
		wrong += it->number != next++;
	}
	pthread_join(thread, NULL);
	assert_null(cordon_workq_get(shared));
	assert_int_equal(wrong, 0);
	cordon_workq_free(shared);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_is_a_power_of_two_long),
		cmocka_unit_test(an_empty_queue_gives_nothing),
		cmocka_unit_test(work_comes_out_in_order),
		cmocka_unit_test(a_full_queue_says_so_and_keeps_what_it_has),
		cmocka_unit_test(what_a_thread_hands_over_arrives_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
