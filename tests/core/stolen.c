// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Who had the core: what is read of /proc, and what is not there.
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/stolen.h"

static const char stat_text[] = "cpu  10 20 30 40 50 60 70 800 0 0\n"
				"cpu0 1 2 3 4 5 6 7 8 0 0\n"
				"cpu1 1 2 3 4 5 6 7 18 0 0\n"
				"cpu10 1 2 3 4 5 6 7 28 0 0\n"
				"intr 1 2 3\n"
				"ctxt 9\n";

static void steal_is_the_eighth_number_of_the_cpu(void **state)
{
	(void)state;
	assert_int_equal(cordon_stolen_steal(stat_text, 0, 100), 80000000);
	assert_int_equal(cordon_stolen_steal(stat_text, 1, 100), 180000000);
	assert_int_equal(cordon_stolen_steal(stat_text, 10, 100), 280000000);
	assert_int_equal(cordon_stolen_steal(stat_text, 1, 1000), 18000000);
}

static void a_cpu_that_is_not_there_lost_nothing(void **state)
{
	static const char *const texts[] = { "",
					     "\n",
					     "cpu",
					     "cpu0",
					     "\ncpu0",
					     "\ncpu0 ",
					     "\ncpu0 1 2 3 4 5 6 7",
					     "\ncpu0 1 2 3 4 5 6 7\ncpu1",
					     "\ncpu0 a b c d e f g h",
					     "\ncpu0 1 2 3 4 5 6 7 x",
					     "\ncpu01 1 2 3 4 5 6 7 8" };

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(cordon_stolen_steal(texts[i], 0, 100), 0);
	assert_int_equal(cordon_stolen_steal(stat_text, 2, 100), 0);
	assert_int_equal(cordon_stolen_steal(stat_text, -1, 100), 0);
	assert_int_equal(cordon_stolen_steal(stat_text, 2147483647, 100), 0);
}

/* A kernel of before steal was counted has seven; the next line is not taken for the rest. */
static void a_short_line_takes_nothing_of_the_next(void **state)
{
	(void)state;
	assert_int_equal(cordon_stolen_steal("\ncpu0 1 2 3 4 5 6 7\n99 99\n", 0, 100), 0);
}

static void waiting_is_the_second_number(void **state)
{
	(void)state;
	assert_int_equal(cordon_stolen_waited("123 456 7\n"), 456);
	assert_int_equal(cordon_stolen_waited("0 18446744073709551615 7\n"), UINT64_MAX);
	assert_int_equal(cordon_stolen_waited(""), 0);
	assert_int_equal(cordon_stolen_waited("123"), 0);
	assert_int_equal(cordon_stolen_waited("a b"), 0);
	assert_int_equal(cordon_stolen_waited("1 b"), 0);
}

static void both_are_added_and_neither_goes_back(void **state)
{
	const struct cordon_stolen a = { 100, 1000 }, b = { 150, 1003 };
	const struct cordon_stolen none = { 0, 0 };

	(void)state;
	assert_int_equal(cordon_stolen_between(&a, &b), 53);
	assert_int_equal(cordon_stolen_between(&b, &a), 0);
	assert_int_equal(cordon_stolen_between(&a, &a), 0);
	/* Gone meanwhile, so that nothing could be read. */
	assert_int_equal(cordon_stolen_between(&a, &none), 0);
}

static void nothing_is_read_of_a_process_that_is_none(void **state)
{
	struct cordon_stolen s = { 1, 1 };
	pid_t pid;

	(void)state;
	cordon_stolen_read(&s, 0, 0);
	assert_int_equal(s.waited_ns, 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	cordon_stolen_read(&s, pid, 0);
	assert_int_equal(s.waited_ns, 0);
}

/* Without it a busy host would be a hang. Waits until two that share a CPU have kept each other from
 * it for a while. */
static void a_process_that_others_keep_from_its_cpu_has_waited(void **state)
{
	struct cordon_stolen before, now;
	cpu_set_t set, old;
	pid_t pid[2];

	(void)state;
	if (access("/proc/self/schedstat", R_OK) < 0) {
		print_message("# no /proc/PID/schedstat\n");
		skip();
	}
	assert_int_equal(sched_getaffinity(0, sizeof(old), &old), 0);
	CPU_ZERO(&set);
	for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&set) == 0; i++)
		if (CPU_ISSET(i, &old))
			CPU_SET(i, &set);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			(void)sched_setaffinity(0, sizeof(set), &set);
			alarm(120);
			for (;;)
				;
		}
		assert_true(pid[i] > 0);
	}
	cordon_stolen_read(&before, pid[0], 0);
	do {
		sched_yield();
		cordon_stolen_read(&now, pid[0], 0);
		assert_int_equal(waitpid(pid[0], NULL, WNOHANG), 0);
	} while (cordon_stolen_between(&before, &now) < 20000000);
	for (int i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		assert_int_equal(waitpid(pid[i], NULL, 0), pid[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steal_is_the_eighth_number_of_the_cpu),
		cmocka_unit_test(a_cpu_that_is_not_there_lost_nothing),
		cmocka_unit_test(a_short_line_takes_nothing_of_the_next),
		cmocka_unit_test(waiting_is_the_second_number),
		cmocka_unit_test(both_are_added_and_neither_goes_back),
		cmocka_unit_test(nothing_is_read_of_a_process_that_is_none),
		cmocka_unit_test(a_process_that_others_keep_from_its_cpu_has_waited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
