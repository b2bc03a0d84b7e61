// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The parts of the fence have names that people type, and say what they are good for.
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/parts.h"

static void each_part_is_found_by_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		assert_int_equal(cordon_part_find(cordon_part_name((enum cordon_part)i)), i);
}

static void each_part_says_what_it_is_good_for(void **state)
{
	(void)state;
	for (int i = 0; i < CORDON_PART_COUNT; i++) {
		const char *what = cordon_part_what((enum cordon_part)i);

		assert_true(strlen(what) > 10);
		assert_null(strchr(what, '\n'));
	}
}

static void names_are_short_and_easy_to_type(void **state)
{
	(void)state;
	for (int i = 0; i < CORDON_PART_COUNT; i++) {
		const char *name = cordon_part_name((enum cordon_part)i);

		assert_in_range(strlen(name), 1, 9);
		for (const char *c = name; *c; c++)
			assert_true(islower((unsigned char)*c));
	}
}

static void nothing_else_is_a_part(void **state)
{
	static const char *const bad[] = { "",	     " ",	"userns ", " userns",
					   "USERNS", "usernsx", "user",	   "userns,pidns",
					   "-1",     "0",	"all",	   "seccomp\n" };

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cordon_part_find(bad[i]), -EINVAL);
}

static void all_parts_fit_a_set(void **state)
{
	cordon_parts all = 0;

	(void)state;
	for (int i = 0; i < CORDON_PART_COUNT; i++) {
		assert_int_equal(all & CORDON_PART_BIT(i), 0);
		all |= CORDON_PART_BIT(i);
	}
	assert_int_equal(__builtin_popcount(all), CORDON_PART_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_is_found_by_its_name),
		cmocka_unit_test(each_part_says_what_it_is_good_for),
		cmocka_unit_test(names_are_short_and_easy_to_type),
		cmocka_unit_test(nothing_else_is_a_part),
		cmocka_unit_test(all_parts_fit_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
