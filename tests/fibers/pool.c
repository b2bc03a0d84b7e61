// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Fibers: the pool of stacks, and their guards.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fibers/fibers.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

/* ---- the pool -------------------------------------------------------------------------------- */

static void exhausted_pool_refuses(void **state)
{
	(void)state;
	with_stacks(2);
	assert_int_equal(cordon_fiber_start(&sched, note_twice, ab), 0);
	assert_int_equal(cordon_fiber_start(&sched, note_twice, bb), 0);
	assert_int_equal(cordon_fiber_start(&sched, note_twice, cb), -EAGAIN);
	run_all();
	assert_int_equal(cordon_fiber_start(&sched, note_twice, cb), 0);
	run_all();
	assert_string_equal(trace, "ABabCc");
	done();
}

static void no_stacks_no_fibers(void **state)
{
	(void)state;
	assert_int_equal(cordon_sched_init(&sched, NULL, 0, 0, 0), 0);
	assert_int_equal(cordon_fiber_start(&sched, note_twice, ab), -EAGAIN);
	assert_int_equal(cordon_fiber_run(&sched, note_twice, ab), -EAGAIN);
	assert_int_equal(cordon_sched_run(&sched, 100), 0);
}

static unsigned ended;

static void use_stack(void *arg)
{
	volatile char frame[1024];

	(void)arg;
	memset((char *)(uintptr_t)frame, 0x5a, sizeof(frame));
	cordon_fiber_yield(&sched);
	ended++;
}

static void stacks_are_used_again(void **state)
{
	(void)state;
	with_stacks(3);
	ended = 0;
	for (unsigned i = 0; i < 3000; i++) {
		while (cordon_fiber_start(&sched, use_stack, NULL) == -EAGAIN)
			cordon_sched_run(&sched, 1);
	}
	run_all();
	assert_int_equal(ended, 3000);
	done();
}

static unsigned wrong;

static void count_to_ten(void *arg)
{
	volatile uintptr_t mine[64];

	for (unsigned i = 0; i < 64; i++)
		mine[i] = (uintptr_t)arg + i;
	for (unsigned i = 0; i < 10; i++)
		cordon_fiber_yield(&sched);
	for (unsigned i = 0; i < 64; i++)
		wrong += mine[i] != (uintptr_t)arg + i;
	ended++;
}

static void a_thousand_and_twenty_four_fibers(void **state)
{
	(void)state;
	with_stacks(1024);
	ended = wrong = 0;
	for (uintptr_t i = 0; i < 1024; i++)
		assert_int_equal(cordon_fiber_start(&sched, count_to_ten, (void *)(i * 1000)), 0);
	assert_int_equal(sched.live, 1024);
	run_all();
	assert_int_equal(ended, 1024);
	assert_int_equal(wrong, 0);
	done();
}

/* ---- stacks ---------------------------------------------------------------------------------- */

#if !defined(SANITIZED)
static __attribute__((noinline)) unsigned char dig(unsigned depth)
{
	volatile unsigned char frame[512] = { 0 };

	frame[depth % 512] = (unsigned char)depth;
	if (depth)
		frame[0] += dig(depth - 1);
	return frame[depth % 512];
}

static void dig_deep(void *arg)
{
	(void)arg;
	dig(65536 / 512 + 8);
	_exit(0);
}

static void dig_shallow(void *arg)
{
	(void)arg;
	dig(32);
	_exit(0);
}

static int in_child(void (*fn)(void *))
{
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none);
		/* The second: its guard lies between two stacks. */
		cordon_fiber_start(&sched, note_twice, ab);
		cordon_fiber_start(&sched, fn, NULL);
		run_all();
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void overflow_hits_the_guard(void **state)
{
	int status;

	(void)state;
	with_stacks(2);
	assert_int_equal(in_child(dig_shallow), 0);
	status = in_child(dig_deep);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	done();
}
#else
static void overflow_hits_the_guard(void **state)
{
	(void)state;
	print_message("# sanitizers take the signal themselves\n");
	skip();
}
#endif

static void map_checks_and_rounds(void **state)
{
	(void)state;
	assert_int_equal(cordon_stacks_map(1, 0, &stacks), -EINVAL);
	assert_int_equal(cordon_stacks_map(1, SIZE_MAX, &stacks), -EINVAL);
	assert_int_equal(cordon_stacks_map(3, SIZE_MAX / 2, &stacks), -EINVAL);
	assert_null(stacks.base);
	assert_int_equal(cordon_stacks_map(1, PTRDIFF_MAX - 1048576, &stacks), -ENOMEM);
	assert_null(stacks.base);
	assert_int_equal(cordon_stacks_map(0, 4096, &stacks), 0);
	assert_null(stacks.base);
	cordon_stacks_unmap(&stacks);
	assert_int_equal(cordon_stacks_map(2, 1, &stacks), 0);
	assert_int_equal(stacks.stack_size, (size_t)sysconf(_SC_PAGESIZE));
	assert_int_equal(stacks.stride, stacks.stack_size + CORDON_STACK_GUARD);
	assert_int_equal(stacks.n, 2);
	cordon_stacks_unmap(&stacks);
	assert_null(stacks.base);
	cordon_stacks_unmap(&stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exhausted_pool_refuses),
		cmocka_unit_test(no_stacks_no_fibers),
		cmocka_unit_test(stacks_are_used_again),
		cmocka_unit_test(a_thousand_and_twenty_four_fibers),
		cmocka_unit_test(overflow_hits_the_guard),
		cmocka_unit_test(map_checks_and_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
