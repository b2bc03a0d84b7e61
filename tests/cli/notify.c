// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What systemd is told, over a socket of the test's own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cli/notify.h"

static int listener;
static char path[64];

/* @abstract: a name without a file, as systemd may hand out. */
static void listen_at(int abstract)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len;

	snprintf(path, sizeof(path), "%s/cordon-notify-%d", abstract ? "@" : "/tmp", (int)getpid());
	if (abstract)
		snprintf(path, sizeof(path), "@cordon-notify-%d", (int)getpid());
	len = strlen(path);
	memcpy(a.sun_path, path, len);
	if (abstract)
		a.sun_path[0] = '\0';
	else
		(void)unlink(path);
	listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static int setup(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	unsetenv("NOTIFY_SOCKET");
	listener = -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (listener >= 0)
		close(listener);
	if (path[0] == '/')
		(void)unlink(path);
	return 0;
}

/* The next message is @want; NULL: there is none. */
static void heard(const char *want)
{
	char text[512] = "";
	ssize_t n = recv(listener, text, sizeof(text) - 1, 0);

	if (!want)
		assert_int_equal(n, -1);
	else
		assert_string_equal(text, want);
}

static void a_life(void **state)
{
	struct cli_notify n;

	(void)state;
	setenv("WATCHDOG_USEC", "30000000", 1);
	listen_at(0);
	cli_notify_open(&n);
	cli_notify_tell(&n, CORDON_STATE_STARTING, "starting");
	heard("STATUS=starting");
	cli_notify_tell(&n, CORDON_STATE_SERVING, "serving: driver null");
	heard("READY=1");
	heard("STATUS=serving: driver null");
	cli_notify_tell(&n, CORDON_STATE_SERVING, NULL);
	heard("WATCHDOG=1");
	cli_notify_tell(&n, CORDON_STATE_RESTARTING, "killed by SIGSEGV");
	heard("STATUS=killed by SIGSEGV");
	cli_notify_tell(&n, CORDON_STATE_SERVING, "serving again");
	heard("STATUS=serving again");
	cli_notify_tell(&n, CORDON_STATE_ENDED, "told to stop");
	heard("STOPPING=1");
	heard("STATUS=told to stop");
	cli_notify_tell(&n, CORDON_STATE_ENDED, "gone");
	heard("STATUS=gone");
	heard(NULL);
	cli_notify_close(&n);
}

static void a_name_without_a_file(void **state)
{
	struct cli_notify n;

	(void)state;
	listen_at(1);
	cli_notify_open(&n);
	cli_notify_tell(&n, CORDON_STATE_SERVING, "serving");
	heard("READY=1");
	heard("STATUS=serving");
	cli_notify_close(&n);
}

/* Signs of life go to a watchdog that watches, and watches us. */
static void no_watchdog(void **state)
{
	static const char *const set[][2] = { { NULL, NULL }, { "0", NULL }, { "30000000", "1" } };
	struct cli_notify n;

	(void)state;
	listen_at(0);
	for (unsigned i = 0; i < 3; i++) {
		if (set[i][0])
			setenv("WATCHDOG_USEC", set[i][0], 1);
		if (set[i][1])
			setenv("WATCHDOG_PID", set[i][1], 1);
		cli_notify_open(&n);
		cli_notify_tell(&n, CORDON_STATE_SERVING, NULL);
		heard(NULL);
		cli_notify_close(&n);
	}
}

/* A socket that is no longer there, is full, or has a name that can't be: nothing waits or fails. */
static void nobody_listens(void **state)
{
	static const char *const bad[] = { "", "/", "relative", "/nonexistent/socket", "@" };
	char too_long[200];
	struct cli_notify n;

	(void)state;
	for (unsigned i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		memset(too_long, 'a', sizeof(too_long) - 1);
		too_long[0] = '/';
		too_long[sizeof(too_long) - 1] = '\0';
		setenv("NOTIFY_SOCKET",
		       i < sizeof(bad) / sizeof(bad[0]) ? bad[i] : (const char *)too_long, 1);
		cli_notify_open(&n);
		cli_notify_tell(&n, CORDON_STATE_SERVING, "serving");
		cli_notify_close(&n);
	}
	listen_at(0);
	cli_notify_open(&n);
	for (int i = 0; i < 100000; i++)
		cli_notify_tell(&n, CORDON_STATE_SERVING, "serving");
	heard("READY=1");
	cli_notify_close(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_life, setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_without_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(no_watchdog, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_listens, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
