// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Fibers: order, integrity over switches, block and wake, the pool, scopes, guards.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/fiber.h"
#include "core/stacks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static struct cordon_sched sched;
static struct cordon_stacks stacks;

/* What happened, in order. */
static char trace[256];
static size_t traced;

static void note(char c)
{
	if (traced < sizeof(trace) - 1)
		trace[traced++] = c;
}

static void with_stacks(unsigned n)
{
	memset(trace, 0, sizeof(trace));
	traced = 0;
	assert_int_equal(cordon_stacks_map(n, 65536, &stacks), 0);
	assert_int_equal(cordon_sched_init(&sched, stacks.base, stacks.stride, stacks.stack_size,
					   stacks.n),
			 0);
}

static void done(void)
{
	assert_int_equal(sched.live, 0);
	assert_int_equal(sched.ready, 0);
	cordon_stacks_unmap(&stacks);
}

static void run_all(void)
{
	while (cordon_sched_run(&sched, 100))
		;
}

/* ---- start, yield, run ----------------------------------------------------------------------- */

static void note_twice(void *arg)
{
	const char *name = arg;

	note(name[0]);
	cordon_fiber_yield(&sched);
	note(name[1]);
}

static char ab[] = "Aa", bb[] = "Bb", cb[] = "Cc";

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
	assert_ptr_equal(a, (void *)cordon_fiber_place((uintptr_t)stacks.base + stacks.stride));
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

/* ---- block and wake -------------------------------------------------------------------------- */

static struct cordon_fiber *sleeper;
static bool go;

static void sleep_until_go(void *arg)
{
	(void)arg;
	sleeper = cordon_fiber_current(&sched);
	note('s');
	while (!go)
		cordon_fiber_block(&sched);
	note('w');
}

static void blocked_until_woken(void **state)
{
	(void)state;
	with_stacks(2);
	go = false;
	cordon_fiber_start(&sched, sleep_until_go, NULL);
	run_all();
	assert_int_equal(sched.live, 1);
	assert_int_equal(sched.ready, 0);
	cordon_fiber_start(&sched, note_twice, ab);
	run_all();
	assert_string_equal(trace, "sAa");
	go = true;
	cordon_fiber_wake(sleeper);
	cordon_fiber_wake(sleeper);
	assert_int_equal(sched.ready, 1);
	assert_string_equal(trace, "sAa");
	run_all();
	assert_string_equal(trace, "sAaw");
	done();
}

static void wake_then_block(void *arg)
{
	struct cordon_fiber *self = cordon_fiber_current(&sched);

	(void)arg;
	cordon_fiber_wake(self);
	cordon_fiber_wake(self);
	cordon_fiber_block(&sched);
	note('1');
	cordon_fiber_block(&sched);
	note('2');
}

static void wake_before_block_is_kept_once(void **state)
{
	(void)state;
	with_stacks(1);
	cordon_fiber_start(&sched, wake_then_block, NULL);
	seen = sched.head;
	run_all();
	assert_string_equal(trace, "1");
	assert_int_equal(sched.live, 1);
	cordon_fiber_wake(seen);
	run_all();
	assert_string_equal(trace, "12");
	done();
}

static void yield_then_block(void *arg)
{
	(void)arg;
	sleeper = cordon_fiber_current(&sched);
	cordon_fiber_yield(&sched);
	cordon_fiber_block(&sched);
	note('w');
}

static void wake_of_a_ready_fiber_is_kept(void **state)
{
	(void)state;
	with_stacks(1);
	cordon_fiber_start(&sched, yield_then_block, NULL);
	cordon_sched_run(&sched, 1);
	cordon_fiber_wake(sleeper);
	assert_int_equal(sched.ready, 1);
	run_all();
	assert_string_equal(trace, "w");
	done();
}

static void wake_and_end(void *arg)
{
	(void)arg;
	cordon_fiber_wake(cordon_fiber_current(&sched));
}

static void block_once(void *arg)
{
	(void)arg;
	sleeper = cordon_fiber_current(&sched);
	cordon_fiber_block(&sched);
	note('w');
}

static void wake_ends_with_its_fiber(void **state)
{
	(void)state;
	with_stacks(1);
	cordon_fiber_start(&sched, wake_and_end, NULL);
	run_all();
	cordon_fiber_start(&sched, block_once, NULL);
	run_all();
	assert_string_equal(trace, "");
	cordon_fiber_wake(sleeper);
	run_all();
	assert_string_equal(trace, "w");
	done();
}

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

/* ---- scopes ---------------------------------------------------------------------------------- */

static void scope_joins_from_plain_code(void **state)
{
	struct cordon_scope scope;

	(void)state;
	with_stacks(3);
	cordon_scope_init(&scope, &sched);
	cordon_scope_join(&scope);
	assert_int_equal(cordon_scope_start(&scope, note_twice, ab), 0);
	assert_int_equal(cordon_scope_start(&scope, note_twice, bb), 0);
	note('.');
	cordon_scope_join(&scope);
	note('.');
	assert_string_equal(trace, ".ABab.");
	assert_int_equal(cordon_scope_start(&scope, note_twice, cb), 0);
	cordon_scope_join(&scope);
	assert_string_equal(trace, ".ABab.Cc");
	done();
}

static void fan_out(void *arg)
{
	struct cordon_scope scope;

	(void)arg;
	cordon_scope_init(&scope, &sched);
	cordon_scope_start(&scope, note_twice, ab);
	cordon_scope_start(&scope, note_twice, bb);
	note('(');
	cordon_scope_join(&scope);
	note(')');
}

static void scope_joins_from_a_fiber(void **state)
{
	(void)state;
	with_stacks(4);
	cordon_fiber_start(&sched, fan_out, NULL);
	cordon_fiber_start(&sched, note_twice, cb);
	run_all();
	assert_string_equal(trace, "(CABcab)");
	done();
}

/* The joiner sleeps: a scope of fibers that wait does not keep it running. */
static void fan_out_and_wait(void *arg)
{
	struct cordon_scope scope;

	(void)arg;
	cordon_scope_init(&scope, &sched);
	cordon_scope_start(&scope, sleep_until_go, NULL);
	/* A wake that has nothing to do with the scope must not end the join. */
	cordon_fiber_wake(cordon_fiber_current(&sched));
	cordon_scope_join(&scope);
	note(')');
}

static void join_blocks(void **state)
{
	(void)state;
	with_stacks(2);
	go = false;
	cordon_fiber_start(&sched, fan_out_and_wait, NULL);
	run_all();
	assert_int_equal(sched.live, 2);
	assert_int_equal(sched.ready, 0);
	assert_string_equal(trace, "s");
	go = true;
	cordon_fiber_wake(sleeper);
	run_all();
	assert_string_equal(trace, "sw)");
	done();
}

struct tree {
	unsigned depth;
	unsigned leaves;
};

static void grow(void *arg)
{
	struct tree *tree = arg, left, right;
	struct cordon_scope scope;

	if (!tree->depth) {
		cordon_fiber_yield(&sched);
		tree->leaves = 1;
		return;
	}
	left = right = (struct tree){ .depth = tree->depth - 1 };
	cordon_scope_init(&scope, &sched);
	cordon_scope_start(&scope, grow, &left);
	cordon_scope_start(&scope, grow, &right);
	cordon_scope_join(&scope);
	tree->leaves = left.leaves + right.leaves;
}

static unsigned grow_with(unsigned n)
{
	struct tree tree = { .depth = 6 };
	struct cordon_scope scope;

	with_stacks(n);
	cordon_scope_init(&scope, &sched);
	cordon_scope_start(&scope, grow, &tree);
	cordon_scope_join(&scope);
	done();
	return tree.leaves;
}

static void scopes_nest(void **state)
{
	(void)state;
	assert_int_equal(grow_with(127), 64);
}

static void scopes_need_no_stacks(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 20; n++)
		assert_int_equal(grow_with(n), 64);
}

static void exhausted_scope_runs_directly(void **state)
{
	struct cordon_scope scope;

	(void)state;
	with_stacks(1);
	cordon_scope_init(&scope, &sched);
	assert_int_equal(cordon_scope_start(&scope, note_twice, ab), 0);
	assert_int_equal(cordon_scope_start(&scope, note_twice, bb), 1);
	assert_string_equal(trace, "Bb");
	cordon_scope_join(&scope);
	assert_string_equal(trace, "BbAa");
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
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(budget_bounds_a_run),
		cmocka_unit_test(run_goes_first_and_alone),
		cmocka_unit_test(plain_code_is_no_fiber),
		cmocka_unit_test(init_refuses_bad_sizes),
		cmocka_unit_test(million_switches_keep_registers_and_stacks),
		cmocka_unit_test(a_switch_leaves_frame_and_address_where_the_header_says),
		cmocka_unit_test(stack_is_aligned),
		cmocka_unit_test(odd_areas_are_aligned),
		cmocka_unit_test(keep_fp_separates_control_words),
		cmocka_unit_test(fp_is_shared_by_default),
		cmocka_unit_test(blocked_until_woken),
		cmocka_unit_test(wake_before_block_is_kept_once),
		cmocka_unit_test(wake_of_a_ready_fiber_is_kept),
		cmocka_unit_test(wake_ends_with_its_fiber),
		cmocka_unit_test(exhausted_pool_refuses),
		cmocka_unit_test(no_stacks_no_fibers),
		cmocka_unit_test(stacks_are_used_again),
		cmocka_unit_test(a_thousand_and_twenty_four_fibers),
		cmocka_unit_test(scope_joins_from_plain_code),
		cmocka_unit_test(scope_joins_from_a_fiber),
		cmocka_unit_test(join_blocks),
		cmocka_unit_test(scopes_nest),
		cmocka_unit_test(scopes_need_no_stacks),
		cmocka_unit_test(exhausted_scope_runs_directly),
		cmocka_unit_test(overflow_hits_the_guard),
		cmocka_unit_test(map_checks_and_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
