// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The supervisor over the fences that are none, with a class of the test's own.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/page.h"
#include "core/supervisor.h"

#define SECOND UINT64_C(1000000000)
#define SOON_MS 60000

/* ---- a driver, and a front-end that calls it -------- */

static int answer(void *state, const void *req, unsigned len, void *reply)
{
	(void)req, (void)len, (void)reply;
	++*(unsigned *)state;
	return 0;
}

static int hang(void *state, const void *req, unsigned len, void *reply)
{
	volatile int for_ever = 1;

	(void)state, (void)req, (void)len, (void)reply;
	while (for_ever)
		cordon_relax();
	return 0;
}

static const struct cordon_op answers[] = { { "answer", answer, 0, 0 } };
static const struct cordon_op hangs[] = { { "hang", hang, 0, 0 } };
static const struct cordon_ops answering = { 1, answers };
static const struct cordon_ops hanging = { 1, hangs };
static const struct cordon_ops nothing = { 0, NULL };

static int open_well(struct cordon_domain *d, void *state)
{
	(void)d, (void)state;
	return 0;
}

static int open_badly(struct cordon_domain *d, void *state)
{
	(void)d, (void)state;
	return -ENODEV;
}

static int idle(void *state, unsigned budget)
{
	(void)state, (void)budget;
	return 0;
}

/* After the first sign of life that it was asked for while it served: before that, it has not begun. */
static int fail_later(void *state, unsigned budget)
{
	(void)budget;
	return *(const unsigned *)state > 1 ? -EIO : 0;
}

/* As a fault would, that nobody handles. */
static int crash_later(void *state, unsigned budget)
{
	unsigned *n = state;

	(void)budget;
	if (++*n > 100000) {
		(void)signal(SIGSEGV, SIG_DFL);
		(void)raise(SIGSEGV);
	}
	return 0;
}

enum { WELL, OPEN_FAILS, POLL_FAILS, REFUSES, HANGS, CRASHES };

static const struct cordon_driver drivers[] = {
	[WELL] = { 64, &answering, open_well, idle, NULL },
	[OPEN_FAILS] = { 64, &answering, open_badly, idle, NULL },
	[POLL_FAILS] = { 64, &answering, open_well, fail_later, NULL },
	[REFUSES] = { 64, &nothing, open_well, idle, NULL },
	[HANGS] = { 64, &hanging, open_well, idle, NULL },
	[CRASHES] = { 64, &answering, open_well, crash_later, NULL },
};

static const struct cordon_driver_entry entries[] = {
	[WELL] = { "well", &drivers[WELL], "" },
	[OPEN_FAILS] = { "open-fails", &drivers[OPEN_FAILS], "" },
	[POLL_FAILS] = { "poll-fails", &drivers[POLL_FAILS], "" },
	[REFUSES] = { "refuses", &drivers[REFUSES], "" },
	[HANGS] = { "hangs", &drivers[HANGS], "" },
	[CRASHES] = { "crashes", &drivers[CRASHES], "" },
	{ NULL, NULL, NULL },
};

struct toy {
	struct cordon_caller *caller;
	uint64_t deadline_ns;
	int open;
};

static int toys_open;

static int toy_open(void *front, const struct cordon_args *args, struct cordon_ports *ports,
		    struct cordon_err *e)
{
	struct toy *t = front;

	(void)e;
	t->deadline_ns = args->deadline_ns;
	ports->n = 0;
	toys_open++;
	return 0;
}

static int toy_call(struct toy *t)
{
	return t->caller ? cordon_call(t->caller, 0, NULL, 0, NULL, 0, t->deadline_ns) : 0;
}

static int toy_start(void *front, struct cordon_chan *chan, struct cordon_pool *pool,
		     struct cordon_caller *caller, struct cordon_err *e)
{
	int ret;

	(void)chan, (void)pool;
	((struct toy *)front)->caller = caller;
	ret = toy_call(front);
	return ret < 0 ? cordon_fail(e, ret, "the toy is broken: %s", strerror(-ret)) : 0;
}

static unsigned toy_poll(void *front, unsigned budget)
{
	(void)front, (void)budget;
	return 0;
}

static int toy_order(void *front)
{
	return toy_call(front);
}

static unsigned toy_count(const void *front, uint64_t *values, unsigned n)
{
	(void)front;
	values[0] = 1;
	return n > 0;
}

static void toy_close(void *front)
{
	(void)front;
	toys_open--;
}

static void toy_detach(void *front)
{
	(void)front;
}

static void toy_gauge(const void *front, struct cordon_gauge *g)
{
	(void)front;
	*g = (struct cordon_gauge){ 0 };
}

static const struct cordon_decode_op toy_op = { .name = "count" };
static const struct cordon_decode toy_decode = { .name = "toy", .n = 1, .op = &toy_op };

static void toy_devices(const void *front, const char **host_side, const char **wire_side)
{
	(void)front;
	*host_side = *wire_side = "";
}

static const char *const counters[] = { "ones", NULL };
static const struct cordon_option options[] = { { NULL, NULL, NULL } };

static const struct cordon_class toy = {
	.name = "toy",
	.drivers = entries,
	.options = options,
	.chan = { .calls = 4, .ab = 64, .ba = 64 },
	.pool = { .small = 64, .big = 2 },
	.front_size = sizeof(struct toy),
	.open = toy_open,
	.start = toy_start,
	.poll = toy_poll,
	.ping = toy_order,
	.stop = toy_order,
	.drain = toy_order,
	.detach = toy_detach,
	.gauge = toy_gauge,
	.decode = &toy_decode,
	.devices = toy_devices,
	.count = toy_count,
	.counters = counters,
	.close = toy_close,
};

/* ---- runs, in children, as a supervisor is its process's only thread -------- */

static char name[CORDON_NAME_MAX];
static char page[96];

static const struct cordon_fence *const fences[] = { &cordon_fence_inline, &cordon_fence_thread };

static struct cordon_config config_of(const struct cordon_fence *fence, int driver)
{
	return (struct cordon_config){ .name = name,
				       .class = &toy,
				       .driver = &entries[driver],
				       .args = { .driver = entries[driver].name,
						 .deadline_ns = 20 * SECOND },
				       .fence = fence,
				       .memory_limit = 64 << 20,
				       .deadline_ms = 20000,
				       .on_crash = CORDON_STOP,
				       .on_exit = CORDON_STOP,
				       .on_hang = CORDON_STOP,
				       .show_counters = 1 };
}

static int needs_root(void)
{
	if (geteuid() != 0)
		print_message("# needs root\n");
	return geteuid() != 0;
}

struct child {
	pid_t pid;
	int said; /* what it printed and, last, its error */
	char text[8192];
	size_t n;
};

/* @times runs; the exit status is the outcome, or 99 if something was left in the process. */
static int supervise(const struct cordon_config *config, unsigned times, FILE *out)
{
	int fds[2] = { 0, 0 }, outcome = 0;

	for (unsigned i = 0; i < times; i++) {
		struct cordon_err e = { "" };

		outcome = (int)cordon_supervise(config, out, &e);
		fprintf(out, "error: %s\n", e.text);
		fflush(out);
		/* The first run may leave what is made once. */
		fds[i > 0] = 0;
		for (int fd = 0; fd < 256; fd++)
			fds[i > 0] += fcntl(fd, F_GETFD) >= 0;
		if (toys_open != 0 || (i > 0 && fds[0] != fds[1]))
			return 99;
	}
	return outcome;
}

static void begin(struct child *c, const struct cordon_config *config, unsigned times)
{
	int p[2];

	memset(c, 0, sizeof(*c));
	assert_int_equal(pipe(p), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		FILE *out = fdopen(p[1], "w");

		close(p[0]);
		dup2(p[1], STDERR_FILENO);
		_exit(out ? supervise(config, times, out) : 98);
	}
	close(p[1]);
	c->said = p[0];
}

/* Read on until @text has been said @times, or to the end. */
static int says(struct child *c, const char *text, unsigned times)
{
	for (;;) {
		struct pollfd p = { .fd = c->said, .events = POLLIN };
		unsigned found = 0;
		ssize_t n;

		for (const char *s = c->text; (s = strstr(s, text)); s++)
			found++;
		if (found >= times)
			return 1;
		if (poll(&p, 1, SOON_MS) != 1)
			return 0;
		n = read(c->said, c->text + c->n, sizeof(c->text) - 1 - c->n);
		if (n <= 0)
			return 0;
		c->n += (size_t)n;
	}
}

static int end(struct child *c)
{
	int status = 0;

	(void)says(c, "\xff", 1); /* to the end */
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	close(c->said);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void a_domain_serves_until_it_is_told_to_stop(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	for (unsigned i = 0; i < 2; i++) {
		struct cordon_config config = config_of(fences[i], WELL);
		struct child c;

		begin(&c, &config, 1);
		assert_true(says(&c, ": serving: ", 1));
		assert_int_equal(access(page, R_OK), 0);
		assert_int_equal(kill(c.pid, SIGTERM), 0);
		assert_int_equal(end(&c), CORDON_RAN);
		assert_non_null(strstr(c.text, ": ones 1\n"));
		assert_non_null(strstr(c.text, "error: \n"));
		assert_int_equal(access(page, F_OK), -1);
	}
}

static void ten_runs_in_one_process_leave_no_descriptor(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	for (unsigned i = 0; i < 2; i++) {
		struct cordon_config config = config_of(fences[i], WELL);
		struct child c;

		begin(&c, &config, 10);
		for (unsigned k = 1; k <= 10; k++) {
			assert_true(says(&c, ": serving: ", k));
			assert_int_equal(kill(c.pid, SIGINT), 0);
			assert_true(says(&c, "error: \n", k));
		}
		assert_int_equal(end(&c), CORDON_RAN);
	}
}

static void ends_with(int driver, int outcome, const char *text)
{
	for (unsigned i = 0; i < 2; i++) {
		struct cordon_config config = config_of(fences[i], driver);
		struct child c;

		begin(&c, &config, 1);
		assert_int_equal(end(&c), outcome);
		if (!strstr(c.text, text))
			fail_msg("'%s' is not in: %s", text, c.text);
		assert_int_equal(access(page, F_OK), -1);
	}
}

static void a_driver_that_fails_in_open_is_refused(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	ends_with(OPEN_FAILS, CORDON_REFUSED, "No such device");
}

static void a_driver_that_fails_later_has_died(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	ends_with(POLL_FAILS, CORDON_DIED, "the driver failed: Input/output error");
}

static void a_driver_that_refuses_a_call_has_died(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	ends_with(REFUSES, CORDON_DIED, "the toy is broken");
}

static void one_that_fails_again_and_again_is_restarted_up_to_the_limit(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	for (unsigned i = 0; i < 2; i++) {
		struct cordon_config config = config_of(fences[i], POLL_FAILS);
		struct child c;

		config.on_exit = CORDON_RESTART;
		config.limit = 3;
		config.limit_s = 3600;
		begin(&c, &config, 1);
		assert_int_equal(end(&c), CORDON_FLAPPED);
		assert_non_null(strstr(c.text, ": serving again: incarnation 4, "));
		assert_non_null(strstr(c.text, ": incarnation 4 exited "));
		assert_non_null(strstr(c.text, ": failed: more than 3 restarts in 3600 s"));
		assert_null(strstr(c.text, "incarnation 5"));
		assert_int_equal(access(page, F_OK), -1);
	}
}

/* Of a crash in its own address space no supervisor can tell, whatever the policy; the next one can. */
static void a_crash_ends_the_supervisor_and_the_next_one_takes_over(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	for (unsigned i = 0; i < 2; i++) {
		struct cordon_config config = config_of(fences[i], CRASHES);
		struct cordon_config next = config_of(fences[i], WELL);
		struct child c;

		config.on_crash = CORDON_RESTART;
		config.limit = 3;
		config.limit_s = 3600;
		begin(&c, &config, 1);
		assert_int_equal(end(&c), -SIGSEGV);
		assert_int_equal(access(page, F_OK), 0);
		begin(&c, &next, 1);
		assert_true(says(&c, ": serving: ", 1));
		assert_int_equal(kill(c.pid, SIGTERM), 0);
		assert_int_equal(end(&c), CORDON_RAN);
		assert_int_equal(access(page, F_OK), -1);
	}
}

static void a_hang_is_not_restarted_whatever_the_policy(void **state)
{
	struct cordon_config config = config_of(&cordon_fence_thread, HANGS);
	struct child c;

	(void)state;
	if (needs_root())
		skip();
	config.args.deadline_ns = SECOND / 10;
	config.deadline_ms = 100;
	config.on_hang = CORDON_RESTART;
	config.limit = 3;
	config.limit_s = 3600;
	begin(&c, &config, 1);
	assert_int_equal(end(&c), CORDON_HUNG);
	assert_non_null(strstr(c.text, "ended with its supervisor"));
	assert_null(strstr(c.text, "serving again"));
}

/* It can't be ended without a fence; its process can, and says so. */
static void a_thread_that_hangs_takes_its_supervisor_with_it(void **state)
{
	struct cordon_config config = config_of(&cordon_fence_thread, HANGS);
	struct child c;

	(void)state;
	if (needs_root())
		skip();
	config.args.deadline_ns = SECOND / 10;
	config.deadline_ms = 100;
	begin(&c, &config, 1);
	assert_int_equal(end(&c), CORDON_HUNG);
	assert_non_null(strstr(c.text, "taken for hung"));
	assert_non_null(strstr(c.text, "ended with its supervisor"));
	assert_int_equal(access(page, F_OK), -1);
}

static void a_signal_ends_a_thread_that_hangs(void **state)
{
	struct cordon_config config = config_of(&cordon_fence_thread, HANGS);
	struct child c;

	(void)state;
	if (needs_root())
		skip();
	config.args.deadline_ns = 3600 * SECOND;
	config.deadline_ms = 3600000;
	begin(&c, &config, 1);
	for (int i = 0; i < 6000 && access(page, F_OK) < 0; i++)
		poll(NULL, 0, 10);
	assert_int_equal(kill(c.pid, SIGTERM), 0);
	assert_int_equal(end(&c), CORDON_HUNG);
	assert_int_equal(access(page, F_OK), -1);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(name, sizeof(name), "cf%d", (int)getpid());
	snprintf(page, sizeof(page), "%s/%s/stats", CORDON_RUN_DIR, name);
	return 0;
}

/* What a run that crashed left. */
static int clean_up(void **state)
{
	char path[96];

	(void)state;
	(void)unlink(page);
	snprintf(path, sizeof(path), "%s/%s/lock", CORDON_RUN_DIR, name);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/%s", CORDON_RUN_DIR, name);
	(void)rmdir(path);
	(void)rmdir(CORDON_RUN_DIR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_serves_until_it_is_told_to_stop),
		cmocka_unit_test(ten_runs_in_one_process_leave_no_descriptor),
		cmocka_unit_test(a_driver_that_fails_in_open_is_refused),
		cmocka_unit_test(a_driver_that_fails_later_has_died),
		cmocka_unit_test(a_driver_that_refuses_a_call_has_died),
		cmocka_unit_test(one_that_fails_again_and_again_is_restarted_up_to_the_limit),
		cmocka_unit_test(a_crash_ends_the_supervisor_and_the_next_one_takes_over),
		cmocka_unit_test(a_hang_is_not_restarted_whatever_the_policy),
		cmocka_unit_test(a_thread_that_hangs_takes_its_supervisor_with_it),
		cmocka_unit_test(a_signal_ends_a_thread_that_hangs),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
