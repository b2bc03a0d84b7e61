// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Backtraces through the complete fence: of a domain that lives, and of one that its filter ends.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include <cmocka.h>

#include "channels/chan.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/cores.h"
#include "core/host.h"
#include "core/trace.h"
#include "tests/attack/stage.h"
#include "tests/core/traced.h"

#define DEADLINE_NS UINT64_C(60000000000)

static cordon_parts missing;
static struct stage s;
static struct cordon_chan chan;
static struct cordon_caller caller = { .client = &chan.client, .now = cordon_clock_monotonic };
static char text[65536];

static int start(void **state)
{
	struct cordon_cores_ask ask = { .core = NULL };
	struct cordon_cores cores;
	unsigned there = 0;

	(void)state;
	assert_int_equal(cordon_cores_pick(&ask, &cores), 0);
	(void)cordon_host_check(0, &missing, NULL);
	assert_int_equal(stage_open(&s, ALL_PARTS & ~missing, cores.core, CORDON_IO_NONE, -1), 0);
	assert_int_equal(beside(s.image, sizeof(s.image), "../core/img_traced"), 0);
	assert_int_equal(cordon_chan_init_a(&chan, s.inc.chan.addr, &s.inc.boot.chan_dims), 0);
	if (s.inc.fence->start(&s.inc, &s.err) < 0)
		print_message("# %s\n", s.err.text);
	assert_true(s.inc.pid > 0);
	assert_int_equal(s.inc.fence->go(&s.inc), 0);
	while (there < 2)
		assert_int_equal(cordon_call(&caller, TRACED_OP_THERE, NULL, 0, &there,
					     sizeof(there), DEADLINE_NS),
				 sizeof(there));
	return 0;
}

static int end(void **state)
{
	struct cordon_death death;

	(void)state;
	s.inc.fence->end(&s.inc, &death);
	cordon_cgroup_drop(s.inc.cgroup);
	stage_close(&s);
	return 0;
}

/* The fence is the tracer, in this thread; that it is stopped is heard here. */
static int stopped(void)
{
	int status = 0;

	assert_int_equal(waitpid(s.inc.pid, &status, __WALL), s.inc.pid);
	assert_true(WIFSTOPPED(status));
	return status >> 8;
}

static void trace(void)
{
	int image = open(s.image, O_RDONLY | O_CLOEXEC);
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct cordon_err e = { "" };
	int snapshot = cordon_trace_capture(s.inc.pid, &s.inc.layout, &e);

	assert_string_equal(e.text, "");
	assert_true(snapshot >= 0 && image >= 0 && out);
	assert_int_equal(cordon_trace_print(snapshot, image, out, &e), 0);
	fclose(out);
	close(image);
	close(snapshot);
}

static void a_live_domain_shows_its_fibers(void **state)
{
	unsigned there;

	(void)state;
	if (!s.inc.autopsy.traced) {
		print_message("# no ptrace here\n");
		skip();
	}
	assert_int_equal(ptrace(PTRACE_INTERRUPT, s.inc.pid, NULL, NULL), 0);
	assert_int_equal(stopped(), SIGTRAP | PTRACE_EVENT_STOP << 8);
	trace();
	assert_int_equal(ptrace(PTRACE_CONT, s.inc.pid, NULL, NULL), 0);
	assert_non_null(strstr(text, "fiber 0 blocked, started as sleeper+0x0 ("));
	assert_non_null(strstr(text, "  wait_for_ever+0x"));
	assert_non_null(strstr(text, "  take_turns+0x"));
	assert_int_equal(cordon_call(&caller, TRACED_OP_THERE, NULL, 0, &there, sizeof(there),
				     DEADLINE_NS),
			 sizeof(there));
}

static void one_that_its_filter_ends_shows_who_called(void **state)
{
	enum traced_order what = TRACED_SYSCALL;

	(void)state;
	if (!s.inc.autopsy.traced || (missing & CORDON_PART_BIT(CORDON_PART_SECCOMP))) {
		print_message("# no ptrace or no seccomp here\n");
		skip();
	}
	assert_int_equal(cordon_call(&caller, TRACED_OP_ORDER, &what, sizeof(what), NULL, 0,
				     DEADLINE_NS),
			 0);
	assert_int_equal(stopped(), SIGTRAP | PTRACE_EVENT_EXIT << 8);
	trace();
	assert_int_equal(ptrace(PTRACE_CONT, s.inc.pid, NULL, NULL), 0);
	assert_non_null(strstr(text, " running, started as poller_main+0x0 ("));
	assert_non_null(strstr(text, "\n  call_the_kernel+0x"));
	assert_non_null(strstr(text, "\n  traced_poll+0x"));
	assert_null(strstr(text, "nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_live_domain_shows_its_fibers, start, end),
		cmocka_unit_test_setup_teardown(one_that_its_filter_ends_shows_who_called, start,
						end),
	};

	if (geteuid() != 0) {
		printf("1..1\nok 1 - backtraces # SKIP needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
