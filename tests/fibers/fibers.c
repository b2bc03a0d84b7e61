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
#elif defined(__aarch64__)
/* The same: x19 to x29, and d8 to d15. */
unsigned yield_with_registers(void (*yield)(struct cordon_sched *), struct cordon_sched *,
			      uint64_t seed);
#define CHECK_X(r) "	add x2, x2, #1; cmp x2, x" #r "; cinc w0, w0, ne\n"
#define CHECK_D(r) "	add x2, x2, #1; fmov x1, d" #r "; cmp x2, x1; cinc w0, w0, ne\n"
#define SET_X(r) "	add x2, x2, #1; mov x" #r ", x2\n"
#define SET_D(r) "	add x2, x2, #1; fmov d" #r ", x2\n"
#define EACH(x, d)                                                                              \
	x(19) x(20) x(21) x(22) x(23) x(24) x(25) x(26) x(27) x(28) x(29) d(8) d(9) d(10) d(11) \
		d(12) d(13) d(14) d(15)
__asm__(".pushsection .text\n"
	".type yield_with_registers, %function\n"
	"yield_with_registers:\n"
	"	stp x29, x30, [sp, #-176]!\n"
	"	stp x19, x20, [sp, #16]; stp x21, x22, [sp, #32]; stp x23, x24, [sp, #48]\n"
	"	stp x25, x26, [sp, #64]; stp x27, x28, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]; stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]; stp d14, d15, [sp, #144]\n"
	"	str x2, [sp, #160]\n"
	"	mov x9, x0; mov x0, x1\n" EACH(
		SET_X,
		SET_D) "	blr x9\n"
		       "	ldr x2, [sp, #160]\n"
		       "	mov w0, wzr\n" EACH(
			       CHECK_X,
			       CHECK_D) "	ldp d14, d15, [sp, #144]; ldp d12, d13, [sp, #128]\n"
					"	ldp d10, d11, [sp, #112]; ldp d8, d9, [sp, #96]\n"
					"	ldp x27, x28, [sp, #80]; ldp x25, x26, [sp, #64]; ldp x23, x24, [sp, #48]\n"
					"	ldp x21, x22, [sp, #32]; ldp x19, x20, [sp, #16]\n"
					"	ldp x29, x30, [sp], #176\n"
					"	ret\n"
					".size yield_with_registers, . - yield_with_registers\n"
					".popsection\n");
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

static uintptr_t saved(const struct cordon_fiber *fiber, size_t offset)
{
	uintptr_t v;

	memcpy(&v, (const char *)fiber->sp + offset, sizeof(v));
	return v;
}

/* Two that have not run yet: no frame, and the same place to go on, whatever they will run. */
static void a_switch_leaves_frame_and_address_where_the_header_says(void **state)
{
	const struct cordon_fiber *a, *b;

	(void)state;
	with_stacks(2);
	cordon_fiber_start(&sched, note_twice, ab);
	cordon_fiber_start(&sched, churn, bb);
	a = sched.head;
	b = sched.tail;
	assert_int_equal(saved(a, CORDON_SWITCH_FRAME), 0);
	assert_int_not_equal(saved(a, CORDON_SWITCH_PC), 0);
	assert_int_equal(saved(a, CORDON_SWITCH_PC), saved(b, CORDON_SWITCH_PC));
	assert_ptr_equal(a, (void *)cordon_fiber_place((uintptr_t)stacks.base + stacks.stride, 0));
	run_all();
	done();
}

static void nothing(void *arg)
{
	(void)arg;
}

static void sixteen_fibers_share_no_set_of_a_cache(void **state)
{
	const uintptr_t page = CORDON_STACK_MIN, line = 64;
	uint64_t sets = 0;

	(void)state;
	with_stacks(16);
	for (unsigned i = 0; i < 16; i++)
		cordon_fiber_start(&sched, nothing, NULL);
	for (const struct cordon_fiber *f = sched.head; f; f = f->next)
		sets |= (uint64_t)1 << (uintptr_t)f % page / line;
	assert_int_equal(__builtin_popcountll(sets), 16);
	run_all();
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

/* The control words of floating point in one, and the bits that change how they round. */
#if defined(__x86_64__)
#define ROUND (UINT64_C(0x0c00) << 32 | 0x4000)

static uint64_t fp_control(void)
{
	uint32_t mxcsr;
	uint16_t x87;

	__asm__ __volatile__("stmxcsr %0; fnstcw %1" : "=m"(mxcsr), "=m"(x87));
	return (uint64_t)x87 << 32 | mxcsr;
}

static void set_fp_control(uint64_t v)
{
	uint32_t mxcsr = (uint32_t)v;
	uint16_t x87 = (uint16_t)(v >> 32);

	__asm__ __volatile__("ldmxcsr %0; fldcw %1" ::"m"(mxcsr), "m"(x87));
}
#elif defined(__aarch64__)
#define ROUND (UINT64_C(1) << 22)

static uint64_t fp_control(void)
{
	uint64_t v;

	__asm__ __volatile__("mrs %0, fpcr" : "=r"(v));
	return v;
}

static void set_fp_control(uint64_t v)
{
	__asm__ __volatile__("msr fpcr, %0" ::"r"(v));
}
#endif

static uint64_t first_fp;

static void change_fp(void *arg)
{
	(void)arg;
	note(first_fp == fp_control() ? 'o' : 'x');
	set_fp_control(first_fp | ROUND);
	cordon_fiber_yield(&sched);
	note((first_fp | ROUND) == fp_control() ? 'k' : 'l');
}

static void keep_fp_separates_control_words(void **state)
{
	uint64_t before = first_fp = fp_control();

	(void)state;
	with_stacks(2);
	cordon_sched_keep_fp(&sched);
	cordon_fiber_start(&sched, change_fp, NULL);
	cordon_fiber_start(&sched, change_fp, NULL);
	cordon_sched_run(&sched, 1);
	assert_int_equal(fp_control(), before);
	run_all();
	assert_string_equal(trace, "ookk");
	assert_int_equal(fp_control(), before);
	done();
}

static void fp_is_shared_by_default(void **state)
{
	uint64_t before = first_fp = fp_control();
	bool shared;

	(void)state;
	with_stacks(1);
	cordon_fiber_start(&sched, change_fp, NULL);
	cordon_sched_run(&sched, 1);
	shared = fp_control() == (before | ROUND);
	set_fp_control(before);
	run_all();
	assert_true(shared);
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(budget_bounds_a_run),
		cmocka_unit_test(run_goes_first_and_alone),
		cmocka_unit_test(plain_code_is_no_fiber),
		cmocka_unit_test(init_refuses_bad_sizes),
		cmocka_unit_test(million_switches_keep_registers_and_stacks),
		cmocka_unit_test(a_switch_leaves_frame_and_address_where_the_header_says),
		cmocka_unit_test(sixteen_fibers_share_no_set_of_a_cache),
		cmocka_unit_test(stack_is_aligned),
		cmocka_unit_test(odd_areas_are_aligned),
		cmocka_unit_test(keep_fp_separates_control_words),
		cmocka_unit_test(fp_is_shared_by_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
