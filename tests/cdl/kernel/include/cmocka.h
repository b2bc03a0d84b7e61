/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * As much of cmocka as tests/cdl has need of, for the kernel: what is not so is said and counted, and the
 * test goes on, for there is no way out of the middle of one.
 */
#ifndef CORDON_TESTS_CDL_KERNEL_CMOCKA_H
#define CORDON_TESTS_CDL_KERNEL_CMOCKA_H

#include <linux/kernel.h>
#include <linux/string.h>

struct CMUnitTest {
	const char *name;
	void (*fn)(void **state);
};

void cdl_failed(const char *file, int line, const char *what);
/* How many failed. */
int cdl_run(const struct CMUnitTest *tests, unsigned int n);

/* What main() is called in each file of tests (Kbuild): how many failed. */
int cdl_types(void);
int cdl_lies(void);
int cdl_buffers(void);

#define cmocka_unit_test(f) \
	{                   \
#f, f       \
	}
#define cmocka_run_group_tests(tests, setup, teardown) cdl_run(tests, ARRAY_SIZE(tests))

#define cdl_holds(c, what)                                     \
	do {                                                   \
		if (!(c))                                      \
			cdl_failed(__FILE__, __LINE__, #what); \
	} while (0)
#define assert_true(c) cdl_holds(c, c)
#define assert_false(c) cdl_holds(!(c), !(c))
#define assert_null(p) cdl_holds(!(p), p == NULL)
#define assert_non_null(p) cdl_holds(p, p != NULL)
#define assert_int_equal(a, b) cdl_holds((u64)(a) == (u64)(b), a == b)
#define assert_int_not_equal(a, b) cdl_holds((u64)(a) != (u64)(b), a != b)
#define assert_in_range(v, low, high) \
	cdl_holds((u64)(v) >= (u64)(low) && (u64)(v) <= (u64)(high), low <= v <= high)
#define assert_memory_equal(a, b, n) cdl_holds(memcmp(a, b, n) == 0, *a == *b)
#define assert_string_equal(a, b) cdl_holds(strcmp(a, b) == 0, a == b)

#endif
