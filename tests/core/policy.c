// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What is decided of a domain that ended by itself: by a made-up clock, to the nanosecond.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/policy.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)

static struct cordon_policy policy;

static struct cordon_verdict decide(uint64_t now, uint64_t lived)
{
	return cordon_policy_decide(&policy, CORDON_END_CRASH, now, lived);
}

static int set_up(void **state)
{
	(void)state;
	policy = (struct cordon_policy){ .limit = 3, .window_ns = 10 * S };
	return 0;
}

static void each_end_has_its_policy(void **state)
{
	(void)state;
	for (int stopped = 0; stopped < CORDON_END_COUNT; stopped++) {
		set_up(NULL);
		policy.then[stopped] = CORDON_STOP;
		for (int how = 0; how < CORDON_END_COUNT; how++) {
			struct cordon_verdict v =
				cordon_policy_decide(&policy, (enum cordon_end)how, S, S);

			assert_int_equal(v.then, how == stopped ? CORDON_STOP : CORDON_RESTART);
			assert_false(v.flaps);
		}
	}
}

static void restart_is_the_default_and_the_first_is_not_delayed(void **state)
{
	struct cordon_verdict v = decide(0, 0);

	(void)state;
	assert_int_equal(v.then, CORDON_RESTART);
	assert_int_equal(v.delay_ns, 0);
}

/* Three may be restarted in ten seconds, the fourth not. */
static void one_more_than_the_limit_in_the_window_flaps(void **state)
{
	struct cordon_verdict v;

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(decide(S + i * S, S).then, CORDON_RESTART);
	v = decide(11 * S - 1, S);
	assert_int_equal(v.then, CORDON_STOP);
	assert_true(v.flaps);
}

static void the_window_moves(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(decide(S + i * S, S).then, CORDON_RESTART);
	/* The first is ten seconds old: it counts no more; the second does. */
	assert_int_equal(decide(11 * S, S).then, CORDON_RESTART);
	assert_int_equal(decide(12 * S - 1, S).then, CORDON_STOP);
	assert_int_equal(decide(12 * S, S).then, CORDON_RESTART);
}

static void one_every_so_often_goes_on_for_ever(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		assert_int_equal(decide(i * 10 * S / 3 + i, 3 * S).then, CORDON_RESTART);
}

static void a_refused_restart_is_not_counted(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		(void)decide(S, S);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(decide(2 * S, S).then, CORDON_STOP);
	assert_int_equal(decide(11 * S, S).then, CORDON_RESTART);
}

static void a_limit_of_none_allows_none(void **state)
{
	struct cordon_verdict v;

	(void)state;
	policy.limit = 0;
	v = decide(S, S);
	assert_int_equal(v.then, CORDON_STOP);
	assert_true(v.flaps);
}

static void limits_up_to_the_greatest_hold_exactly(void **state)
{
	static const unsigned limits[] = { 1, 2, 7, CORDON_LIMIT_MAX };

	(void)state;
	for (unsigned k = 0; k < sizeof(limits) / sizeof(limits[0]); k++) {
		set_up(NULL);
		policy.limit = limits[k];
		for (unsigned i = 0; i < limits[k]; i++)
			assert_int_equal(decide(S + i, S).then, CORDON_RESTART);
		assert_int_equal(decide(2 * S, S).then, CORDON_STOP);
		/* And once more, when the ring has gone round. */
		for (unsigned i = 0; i < limits[k]; i++)
			assert_int_equal(decide(20 * S + i, S).then, CORDON_RESTART);
		assert_int_equal(decide(21 * S, S).then, CORDON_STOP);
	}
}

static void short_lives_are_delayed_more_and_more_up_to_a_second(void **state)
{
	static const uint64_t ms[] = { 0, 0, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000 };

	(void)state;
	policy.limit = CORDON_LIMIT_MAX;
	for (unsigned i = 0; i < sizeof(ms) / sizeof(ms[0]); i++)
		assert_int_equal(decide(i * S, CORDON_SHORT_LIFE_NS - 1).delay_ns, ms[i] * MS);
	for (unsigned i = 0; i < 500; i++)
		assert_int_equal(decide(i * 20 * S, 0).delay_ns, S);
}

/* However long the delays have become. */
static void delays_do_not_hide_that_it_flaps(void **state)
{
	uint64_t now = S;

	(void)state;
	policy.limit = 20;
	for (unsigned i = 0; i < 20; i++) {
		struct cordon_verdict v = decide(now, 5 * MS);

		assert_int_equal(v.then, CORDON_RESTART);
		now += v.delay_ns + 5 * MS;
	}
	assert_true(now > 12 * S);
	assert_true(decide(now, 5 * MS).flaps);
}

static void a_long_life_ends_the_delays(void **state)
{
	(void)state;
	policy.limit = CORDON_LIMIT_MAX;
	for (unsigned i = 0; i < 6; i++)
		(void)decide(i * S, 0);
	assert_int_equal(decide(7 * S, CORDON_SHORT_LIFE_NS).delay_ns, 0);
	assert_int_equal(decide(8 * S, 0).delay_ns, 0);
	assert_int_equal(decide(9 * S, 0).delay_ns, 0);
	assert_int_equal(decide(10 * S, 0).delay_ns, 10 * MS);
}

static void somebody_who_looks_after_it_makes_all_forgotten(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		(void)decide(S, 0);
	cordon_policy_forget(&policy);
	for (uint64_t i = 0; i < 3; i++) {
		struct cordon_verdict v = decide(S, 0);

		assert_int_equal(v.then, CORDON_RESTART);
		assert_int_equal(v.delay_ns, i < 2 ? 0 : 10 * MS);
	}
	assert_int_equal(decide(S, 0).then, CORDON_STOP);
}

static void ends_have_names(void **state)
{
	(void)state;
	assert_string_equal(cordon_end_name(CORDON_END_CRASH), "crashed");
	assert_string_equal(cordon_end_name(CORDON_END_EXIT), "exited");
	assert_string_equal(cordon_end_name(CORDON_END_HANG), "hung");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_end_has_its_policy),
		TEST(restart_is_the_default_and_the_first_is_not_delayed),
		TEST(one_more_than_the_limit_in_the_window_flaps),
		TEST(the_window_moves),
		TEST(one_every_so_often_goes_on_for_ever),
		TEST(a_refused_restart_is_not_counted),
		TEST(a_limit_of_none_allows_none),
		TEST(limits_up_to_the_greatest_hold_exactly),
		TEST(short_lives_are_delayed_more_and_more_up_to_a_second),
		TEST(delays_do_not_hide_that_it_flaps),
		TEST(a_long_life_ends_the_delays),
		TEST(somebody_who_looks_after_it_makes_all_forgotten),
		TEST(ends_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
