// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Fibers: order, and integrity over switches.
#include "tests/fibers/fibers.h"

/* ---- start, yield, run ----------------------------------------------------------------------- */

static void first_in_first_out(void **state)
{
	(void)state;
	with_stacks(3);
	cordon_fiber_start(&sched, note_twice, ab);
	cordon_fiber_start(&sched, note_twice, bb);
	cordon_fiber_start(&sched, note_twice, cb);
	note('.');
	assert_int_equal(cordon_sched_run(&sched, 100), 6);
	assert_string_equal(trace, ".ABCabc");
	done();
}

static void budget_bounds_a_run(void **state)
{
	(void)state;
	with_stacks(3);
	cordon_fiber_start(&sched, note_twice, ab);
	cordon_fiber_start(&sched, note_twice, bb);
	cordon_fiber_start(&sched, note_twice, cb);
	assert_int_equal(cordon_sched_run(&sched, 0), 0);
	assert_int_equal(cordon_sched_run(&sched, 2), 2);
	assert_string_equal(trace, "AB");
	assert_int_equal(sched.ready, 3);
	assert_int_equal(cordon_sched_run(&sched, sched.ready), 3);
	assert_string_equal(trace, "ABCab");
	assert_int_equal(cordon_sched_run(&sched, 100), 1);
	assert_int_equal(cordon_sched_run(&sched, 100), 0);
	done();
}

static void run_goes_first_and_alone(void **state)
{
	(void)state;
	with_stacks(2);
	cordon_fiber_start(&sched, note_twice, ab);
	assert_int_equal(cordon_fiber_run(&sched, note_twice, bb), 0);
	assert_string_equal(trace, "B");
	assert_int_equal(cordon_fiber_run(&sched, note_twice, cb), -EAGAIN);
	run_all();
	assert_string_equal(trace, "BAba");
	done();
}

static struct cordon_fiber *seen;
static int refused, ran_nobody;

static void look(void *arg)
{
	(void)arg;
	seen = cordon_fiber_current(&sched);
	refused = cordon_fiber_run(&sched, note_twice, ab);
	ran_nobody = (int)cordon_sched_run(&sched, 100);
}

static void plain_code_is_no_fiber(void **state)
{
	(void)state;
	with_stacks(2);
	assert_null(cordon_fiber_current(&sched));
	cordon_fiber_start(&sched, look, NULL);
	cordon_fiber_start(&sched, note_twice, bb);
	cordon_fiber_yield(&sched);
	assert_int_equal(cordon_fiber_block(&sched), -EINVAL);
	assert_string_equal(trace, "");
	run_all();
	assert_non_null(seen);
	assert_int_equal(refused, -EINVAL);
	assert_int_equal(ran_nobody, 0);
	assert_null(cordon_fiber_current(&sched));
	done();
}

static void init_refuses_bad_sizes(void **state)
{
	static char area[2 * CORDON_STACK_MIN];

	(void)state;
	assert_int_equal(cordon_sched_init(&sched, area, CORDON_STACK_MIN, CORDON_STACK_MIN, 2), 0);
	assert_int_equal(cordon_sched_init(&sched, NULL, CORDON_STACK_MIN, CORDON_STACK_MIN, 1),
			 -EINVAL);
	assert_int_equal(cordon_sched_init(&sched, area, CORDON_STACK_MIN, CORDON_STACK_MIN - 1, 1),
			 -EINVAL);
	assert_int_equal(cordon_sched_init(&sched, area, CORDON_STACK_MIN, CORDON_STACK_MIN + 1, 1),
			 -EINVAL);
	assert_int_equal(cordon_sched_init(&sched, area, SIZE_MAX / 2, CORDON_STACK_MIN, 3),
			 -EINVAL);
	assert_int_equal(cordon_sched_init(&sched, area, SIZE_MAX / 2, CORDON_STACK_MIN, 2),
			 -EINVAL);
}

/* ---- integrity ------------------------------------------------------------------------------- */

#if defined(__x86_64__)
/*
 * unsigned yield_with_registers(void (*yield)(struct cordon_sched *), struct cordon_sched *,
 *                               uint64_t seed): fill the callee-saved registers from @seed, yield,
 * and return how many of them are not what they were.
 */
unsigned yield_with_registers(void (*yield)(struct cordon_sched *), struct cordon_sched *,
			      uint64_t seed);
__asm__(".pushsection .text\n"
	".type yield_with_registers, @function\n"
	"yield_with_registers:\n"
	"	push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
	"	push %rdx\n"
	"	mov %rdi, %rax; mov %rsi, %rdi\n"
	"	lea 1(%rdx), %rbx; lea 2(%rdx), %rbp; lea 3(%rdx), %r12\n"
	"	lea 4(%rdx), %r13; lea 5(%rdx), %r14; lea 6(%rdx), %r15\n"
	"	call *%rax\n"
	"	pop %rdx\n"
	"	xor %eax, %eax\n"
	"	add $1, %rdx; cmp %rdx, %rbx; setne %cl; movzbl %cl, %ecx; add %ecx, %eax\n"
	"	add $1, %rdx; cmp %rdx, %rbp; setne %cl; movzbl %cl, %ecx; add %ecx, %eax\n"
	"	add $1, %rdx; cmp %rdx, %r12; setne %cl; movzbl %cl, %ecx; add %ecx, %eax\n"
	"	add $1, %rdx; cmp %rdx, %r13; setne %cl; movzbl %cl, %ecx; add %ecx, %eax\n"
	"	add $1, %rdx; cmp %rdx, %r14; setne %cl; movzbl %cl, %ecx; add %ecx, %eax\n"
	"	add $1, %rdx; cmp %rdx, %r15; setne %cl; movzbl %cl, %ecx; add %ecx, %eax\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
	"	ret\n"
	".size yield_with_registers, . - yield_with_registers\n"
	".popsection\n");
#else
static unsigned yield_with_registers(void (*yield)(struct cordon_sched *), struct cordon_sched *s,
				     uint64_t seed)
{
	(void)seed;
	yield(s);
	return 0;
}
#endif

static uint64_t switches, damaged;

static void churn(void *arg)
{
	uint64_t seed = (uint64_t)(uintptr_t)arg * 0x9e3779b97f4a7c15u;
	volatile uint64_t frame[32];

	for (unsigned i = 0; i < 32; i++)
		frame[i] = seed ^ i;
	for (unsigned i = 0; i < 250000; i++) {
		damaged += yield_with_registers(cordon_fiber_yield, &sched, seed + i);
		switches++;
	}
	for (unsigned i = 0; i < 32; i++)
		damaged += frame[i] != (seed ^ i);
}

static void million_switches_keep_registers_and_stacks(void **state)
{
	(void)state;
	with_stacks(4);
	switches = damaged = 0;
	for (uintptr_t i = 1; i <= 4; i++)
		cordon_fiber_start(&sched, churn, (void *)i);
	run_all();
	assert_int_equal(switches, 1000000);
	assert_int_equal(damaged, 0);
	done();
}

static uintptr_t misaligned;

static void look_at_frame(void *arg)
{
	(void)arg;
	misaligned |= (uintptr_t)__builtin_frame_address(0) & 15;
	cordon_fiber_yield(&sched);
}

static void stack_is_aligned(void **state)
{
	(void)state;
	with_stacks(1);
	misaligned = 0;
	cordon_fiber_start(&sched, look_at_frame, NULL);
	run_all();
	assert_int_equal(misaligned, 0);
	done();
}

/* An area of any size and place will do: the scheduler aligns. */
static void odd_areas_are_aligned(void **state)
{
	static char area[3 * 16384 + 7];

	(void)state;
	misaligned = 0;
	assert_int_equal(cordon_sched_init(&sched, area + 5, 16387, 16385, 2), 0);
	cordon_fiber_start(&sched, look_at_frame, NULL);
	cordon_fiber_start(&sched, look_at_frame, NULL);
	run_all();
	assert_int_equal(misaligned, 0);
	assert_int_equal(sched.live, 0);
}

#if defined(__x86_64__)
static uint32_t mxcsr(void)
{
	uint32_t v;

	__asm__ __volatile__("stmxcsr %0" : "=m"(v));
	return v;
}

static uint16_t x87(void)
{
	uint16_t v;

	__asm__ __volatile__("fnstcw %0" : "=m"(v));
	return v;
}

static void set_fp(uint32_t csr, uint16_t cw)
{
	__asm__ __volatile__("ldmxcsr %0; fldcw %1" ::"m"(csr), "m"(cw));
}

static uint32_t first_csr;
static uint16_t first_cw;

/* Round up, truncate on the x87. */
static void change_fp(void *arg)
{
	uint32_t csr = first_csr | 0x4000;
	uint16_t cw = first_cw | 0x0c00;

	(void)arg;
	note(first_csr == mxcsr() && first_cw == x87() ? 'o' : 'x');
	set_fp(csr, cw);
	cordon_fiber_yield(&sched);
	note(csr == mxcsr() && cw == x87() ? 'k' : 'l');
}

static void keep_fp_separates_control_words(void **state)
{
	uint32_t csr = first_csr = mxcsr();
	uint16_t cw = first_cw = x87();

	(void)state;
	with_stacks(2);
	cordon_sched_keep_fp(&sched);
	cordon_fiber_start(&sched, change_fp, NULL);
	cordon_fiber_start(&sched, change_fp, NULL);
	cordon_sched_run(&sched, 1);
	assert_int_equal(mxcsr(), csr);
	assert_int_equal(x87(), cw);
	run_all();
	assert_string_equal(trace, "ookk");
	assert_int_equal(mxcsr(), csr);
	assert_int_equal(x87(), cw);
	done();
}

static void fp_is_shared_by_default(void **state)
{
	uint32_t csr = first_csr = mxcsr();
	uint16_t cw = first_cw = x87();
	bool shared;

	(void)state;
	with_stacks(1);
	cordon_fiber_start(&sched, change_fp, NULL);
	cordon_sched_run(&sched, 1);
	shared = mxcsr() == (csr | 0x4000) && x87() == (cw | 0x0c00);
	set_fp(csr, cw);
	run_all();
	assert_true(shared);
	done();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(budget_bounds_a_run),
		cmocka_unit_test(run_goes_first_and_alone),
		cmocka_unit_test(plain_code_is_no_fiber),
		cmocka_unit_test(init_refuses_bad_sizes),
		cmocka_unit_test(million_switches_keep_registers_and_stacks),
		cmocka_unit_test(stack_is_aligned),
		cmocka_unit_test(odd_areas_are_aligned),
#if defined(__x86_64__)
		cmocka_unit_test(keep_fp_separates_control_words),
		cmocka_unit_test(fp_is_shared_by_default),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
