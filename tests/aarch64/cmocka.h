/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the tests that run under qemu-aarch64 use of cmocka, with the same meaning and TAP output:
 * Debian has no cmocka for a cross compiler. In every other build <cmocka.h> is cmocka's.
 */
#ifndef CORDON_TESTS_AARCH64_CMOCKA_H
#define CORDON_TESTS_AARCH64_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	CMFixtureFunction setup, teardown;
};

enum { CM_PASSED, CM_FAILED, CM_SKIPPED };

static jmp_buf cm_end;

static inline __attribute__((noreturn, format(printf, 3, 4))) void
cm_fail(const char *file, int line, const char *format, ...)
{
	va_list ap;

	printf("# %s:%d: ", file, line);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	longjmp(cm_end, CM_FAILED);
}

static inline __attribute__((format(printf, 1, 2))) void print_message(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
}

static inline uint64_t cm_int(const char *file, int line, const char *text, uint64_t a, uint64_t b,
			      int equal)
{
	if ((a == b) != equal)
		cm_fail(file, line, "%s: %#llx, %#llx", text, (unsigned long long)a,
			(unsigned long long)b);
	return a;
}

#define CM_(x) ((uint64_t)(x))
#define CM_PTR_(x) ((uint64_t)(uintptr_t)(x))
#define CM_TEST_(x, text) ((x) ? (void)0 : cm_fail(__FILE__, __LINE__, "%s", text))

#define assert_true(x) CM_TEST_(x, #x)
#define assert_false(x) CM_TEST_(!(x), "not " #x)
#define assert_null(x) CM_TEST_((x) == NULL, #x " is not NULL")
#define assert_non_null(x) CM_TEST_((x) != NULL, #x " is NULL")
#define assert_int_equal(a, b) (void)cm_int(__FILE__, __LINE__, #a " is not " #b, CM_(a), CM_(b), 1)
#define assert_int_not_equal(a, b) (void)cm_int(__FILE__, __LINE__, #a " is " #b, CM_(a), CM_(b), 0)
#define assert_ptr_equal(a, b) \
	(void)cm_int(__FILE__, __LINE__, #a " is not " #b, CM_PTR_(a), CM_PTR_(b), 1)
#define assert_ptr_not_equal(a, b) \
	(void)cm_int(__FILE__, __LINE__, #a " is " #b, CM_PTR_(a), CM_PTR_(b), 0)
#define assert_in_range(x, low, high) \
	CM_TEST_(CM_(x) - CM_(low) <= CM_(high) - CM_(low), #x " is not in range")
#define assert_string_equal(a, b) CM_TEST_(!strcmp(a, b), #a " is not " #b)
#define assert_memory_equal(a, b, n) CM_TEST_(!memcmp(a, b, n), #a " differs from " #b)
#define skip() longjmp(cm_end, CM_SKIPPED)

#define cmocka_unit_test(t)             \
	{                               \
		.name = #t, .test = (t) \
	}
#define cmocka_unit_test_setup(t, s)                  \
	{                                             \
		.name = #t, .test = (t), .setup = (s) \
	}
#define cmocka_unit_test_teardown(t, d)                  \
	{                                                \
		.name = #t, .test = (t), .teardown = (d) \
	}
#define cmocka_unit_test_setup_teardown(t, s, d)                       \
	{                                                              \
		.name = #t, .test = (t), .setup = (s), .teardown = (d) \
	}
#define cmocka_run_group_tests(tests, setup, teardown) \
	cm_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

static inline int cm_one(const struct CMUnitTest *t)
{
	void *state = NULL;
	volatile int how = setjmp(cm_end);

	if (how == CM_PASSED) {
		if (t->setup && t->setup(&state) != 0)
			how = CM_FAILED;
		else
			t->test(&state);
	}
	if (t->teardown && t->teardown(&state) != 0)
		how = CM_FAILED;
	return how;
}

static inline int cm_run(const struct CMUnitTest *tests, size_t n, CMFixtureFunction setup,
			 CMFixtureFunction teardown)
{
	int failed = 0;

	printf("1..%zu\n", n);
	fflush(stdout);
	if (setup && (setjmp(cm_end) || setup(NULL) != 0))
		return 1;
	for (size_t i = 0; i < n; i++) {
		int how = cm_one(&tests[i]);

		if (how == CM_SKIPPED)
			printf("not ok %zu # SKIP %s\n", i + 1, tests[i].name);
		else
			printf("%s %zu - %s\n", how ? "not ok" : "ok", i + 1, tests[i].name);
		fflush(stdout);
		failed += how == CM_FAILED;
	}
	if (teardown && teardown(NULL) != 0)
		failed++;
	return failed;
}

#endif
