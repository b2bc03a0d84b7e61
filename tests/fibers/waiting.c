// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Fibers: block and wake, scopes.
#include "tests/fibers/fibers.h"

static struct cordon_fiber *seen;

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocked_until_woken),
		cmocka_unit_test(wake_before_block_is_kept_once),
		cmocka_unit_test(wake_of_a_ready_fiber_is_kept),
		cmocka_unit_test(wake_ends_with_its_fiber),
		cmocka_unit_test(scope_joins_from_plain_code),
		cmocka_unit_test(scope_joins_from_a_fiber),
		cmocka_unit_test(join_blocks),
		cmocka_unit_test(scopes_nest),
		cmocka_unit_test(scopes_need_no_stacks),
		cmocka_unit_test(exhausted_scope_runs_directly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
