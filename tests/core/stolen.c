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

static void running_and_waiting_are_the_first_two_numbers(void **state)
{
	static const char *const bad[] = { "", "123", "a b", "1 b" };
	struct cordon_stolen s;

	(void)state;
	cordon_stolen_times(&s, "123 456 7\n");
	assert_int_equal(s.ran_ns, 123);
	assert_int_equal(s.waited_ns, 456);
	cordon_stolen_times(&s, "0 18446744073709551615 7\n");
	assert_int_equal(s.waited_ns, UINT64_MAX);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.ran_ns = s.waited_ns = 1;
		cordon_stolen_times(&s, bad[i]);
		assert_int_equal(s.ran_ns, 0);
		assert_int_equal(s.waited_ns, 0);
	}
}

static void ready_is_what_runs_or_would(void **state)
{
	static const struct {
		const char *text;
		int ready;
		uint64_t sleeps;
	} rows[] = {
		{ "Name:\tx\nState:\tR (running)\nvoluntary_ctxt_switches:\t7\n"
		  "nonvoluntary_ctxt_switches:\t9\n",
		  1, 7 },
		{ "Name:\tx\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t7\n", 0, 7 },
		{ "Name:\tx\nState:\tT (stopped)\nvoluntary_ctxt_switches:\t7\n", 0, 7 },
		/* No count of sleeps: not known. */
		{ "Name:\tx\nState:\tR (running)\n", 0, 0 },
		{ "Name:\tx\nState:\tR (running)\nnonvoluntary_ctxt_switches:\t9\n", 0, 0 },
		{ "Name:\tState:\tR\nvoluntary_ctxt_switches:\tx\n", 0, 0 },
		{ "", 0, 0 },
	};
	struct cordon_stolen s;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cordon_stolen_state(&s, rows[i].text);
		assert_int_equal(s.ready, rows[i].ready);
		assert_int_equal(s.sleeps, rows[i].sleeps);
	}
}

static void both_are_added_and_neither_goes_back(void **state)
{
	const struct cordon_stolen a = { .at_ns = 1000, .waited_ns = 100, .steal_ns = 1000 };
	const struct cordon_stolen b = { .at_ns = 2000, .waited_ns = 150, .steal_ns = 1003 };
	const struct cordon_stolen none = { .at_ns = 2000 };

	(void)state;
	assert_int_equal(cordon_stolen_between(&a, &b), 53);
	assert_int_equal(cordon_stolen_between(&b, &a), 0);
	assert_int_equal(cordon_stolen_between(&a, &a), 0);
	/* Gone meanwhile, so that nothing could be read. */
	assert_int_equal(cordon_stolen_between(&a, &none), 0);
}

/* Linux counts a wait when it has ended. */
static void a_wait_that_goes_on_is_what_a_ready_process_did_not_run(void **state)
{
	const struct cordon_stolen a = { .at_ns = 1000,
					 .ran_ns = 500,
					 .waited_ns = 100,
					 .steal_ns = 10,
					 .sleeps = 3,
					 .ready = 1 };
	struct cordon_stolen b = a;

	(void)state;
	b.at_ns = 2000;
	b.ran_ns = 700;
	assert_int_equal(cordon_stolen_between(&a, &b), 800);
	/* Running all the time is a hang. */
	b.ran_ns = 1500;
	assert_int_equal(cordon_stolen_between(&a, &b), 0);
	b.ran_ns = 1600;
	assert_int_equal(cordon_stolen_between(&a, &b), 0);
	/* So is sleeping, now or meanwhile. */
	b.ran_ns = 700;
	b.ready = 0;
	assert_int_equal(cordon_stolen_between(&a, &b), 0);
	b.ready = 1;
	b.sleeps = 4;
	assert_int_equal(cordon_stolen_between(&a, &b), 0);
	/* No more than has passed. */
	b.sleeps = 3;
	b.steal_ns = 900;
	assert_int_equal(cordon_stolen_between(&a, &b), 1000);
}

static void nothing_is_read_of_a_process_that_is_none(void **state)
{
	struct cordon_stolen s = { .waited_ns = 1, .ran_ns = 1, .ready = 1 };
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
		cmocka_unit_test(running_and_waiting_are_the_first_two_numbers),
		cmocka_unit_test(ready_is_what_runs_or_would),
		cmocka_unit_test(both_are_added_and_neither_goes_back),
		cmocka_unit_test(a_wait_that_goes_on_is_what_a_ready_process_did_not_run),
		cmocka_unit_test(nothing_is_read_of_a_process_that_is_none),
		cmocka_unit_test(a_process_that_others_keep_from_its_cpu_has_waited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
