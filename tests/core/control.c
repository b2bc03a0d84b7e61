// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Orders by the control socket, both ends: only root, only words, and nobody holds the supervisor up.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/control.h"
#include "core/page.h"

#define PATIENCE_MS 20000

/* As it goes over the socket. */
struct reply {
	int32_t code;
	char text[CORDON_REPLY_MAX];
};

static char name[CORDON_NAME_MAX], dir[64];
static struct cordon_control control;
static struct cordon_request request;

static int set_up(void **state)
{
	struct cordon_err e = { "" };

	(void)state;
	snprintf(name, sizeof(name), "control-%d", (int)getpid());
	snprintf(dir, sizeof(dir), "%s/%s", CORDON_RUN_DIR, name);
	if (geteuid() != 0)
		return 0;
	(void)mkdir(CORDON_RUN_DIR, 0755);
	(void)mkdir(dir, 0755);
	return cordon_control_open(&control, dir, &e);
}

static int clean_up(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	cordon_control_close(&control);
	(void)rmdir(dir);
	(void)rmdir(CORDON_RUN_DIR);
	return 0;
}

#define NEEDS_ROOT()                                     \
	do {                                             \
		if (geteuid() != 0) {                    \
			print_message("# needs root\n"); \
			skip();                          \
		}                                        \
	} while (0)

static int exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* A client that does as it likes; nothing of it blocks. */
static int client(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	assert_true(fd >= 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", control.path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static int next(void)
{
	return cordon_control_next(&control, &request);
}

/* The answer at @fd: its code; -1 if the supervisor hung up without one; -2: neither yet. */
static int answer_at(int fd, char *text)
{
	struct reply r = { .code = -3 };
	ssize_t n = recv(fd, &r, sizeof(r), 0);

	if (n < 0 && errno == EAGAIN)
		return -2;
	if (n <= 0)
		return -1;
	assert_true((size_t)n > offsetof(struct reply, text));
	assert_int_equal(r.text[(size_t)n - offsetof(struct reply, text) - 1], 0);
	if (text)
		snprintf(text, CORDON_REPLY_MAX, "%s", r.text);
	return r.code;
}

static void expect_refusal(const void *message, size_t len)
{
	char text[CORDON_REPLY_MAX];
	int fd = client();

	assert_int_equal(send(fd, message, len, 0), (ssize_t)len);
	assert_int_equal(next(), 0);
	assert_int_equal(answer_at(fd, text), 1);
	assert_non_null(strstr(text, "not an order"));
	close(fd);
	assert_int_equal(control.conn_fd, -1);
}

static void an_order_is_read_and_answered(void **state)
{
	char text[CORDON_REPLY_MAX];
	int fd;

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(next(), 0);
	fd = client();
	assert_int_equal(next(), 0);
	assert_int_equal(send(fd, "replace\0driver=tap", 19, 0), 19);
	assert_int_equal(next(), 1);
	assert_int_equal(request.n, 2);
	assert_string_equal(request.word[0], "replace");
	assert_string_equal(request.word[1], "driver=tap");
	cordon_control_answer(&control, 5, "so it is");
	assert_int_equal(answer_at(fd, text), 5);
	assert_string_equal(text, "so it is");
	assert_int_equal(answer_at(fd, NULL), -1);
	close(fd);
}

static void as_many_words_as_there_may_be_and_no_more(void **state)
{
	char words[2 * CORDON_WORDS_MAX + 2];
	int fd;

	(void)state;
	NEEDS_ROOT();
	for (unsigned i = 0; i <= CORDON_WORDS_MAX; i++)
		memcpy(words + (size_t)2 * i, "w", 2);
	fd = client();
	assert_int_equal(send(fd, words, (size_t)2 * CORDON_WORDS_MAX, 0), 2 * CORDON_WORDS_MAX);
	assert_int_equal(next(), 1);
	assert_int_equal(request.n, CORDON_WORDS_MAX);
	cordon_control_answer(&control, 0, "");
	close(fd);
	expect_refusal(words, sizeof(words));
}

static void what_is_too_long_or_no_words_is_refused(void **state)
{
	static char long_word[CORDON_REQUEST_MAX + 1];
	static const char *const bad[] = { "a\n", "\x1b[2J", "a\tb", "\x7f", "\x01" };
	int fd;

	(void)state;
	NEEDS_ROOT();
	expect_refusal("stop", 4); /* without its end */
	expect_refusal("a\0b", 3);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refusal(bad[i], strlen(bad[i]) + 1);
	memset(long_word, 'a', sizeof(long_word));
	long_word[sizeof(long_word) - 1] = '\0';
	expect_refusal(long_word, sizeof(long_word));
	/* Its first bytes are words with their ends; all of it is too long. */
	memset(long_word, 0, 4);
	expect_refusal(long_word, sizeof(long_word));
	/* The longest that may be. */
	memset(long_word, 'a', sizeof(long_word));
	long_word[CORDON_REQUEST_MAX - 1] = '\0';
	fd = client();
	assert_int_equal(send(fd, long_word, CORDON_REQUEST_MAX, 0), CORDON_REQUEST_MAX);
	assert_int_equal(next(), 1);
	assert_int_equal(strlen(request.word[0]), CORDON_REQUEST_MAX - 1);
	cordon_control_answer(&control, 0, "");
	close(fd);
}

/* The empty message, which is no end of file, and the empty word, which is a word. */
static void empty_messages_and_words_do_no_harm(void **state)
{
	int fd;

	(void)state;
	NEEDS_ROOT();
	fd = client();
	assert_int_equal(send(fd, "", 0, 0), 0);
	assert_int_equal(next(), 0);
	close(fd);
	while (control.conn_fd >= 0)
		(void)next();
	fd = client();
	assert_int_equal(send(fd, "", 1, 0), 1);
	assert_int_equal(next(), 1);
	assert_int_equal(request.n, 1);
	assert_string_equal(request.word[0], "");
	cordon_control_answer(&control, 2, "");
	assert_int_equal(answer_at(fd, NULL), 2);
	close(fd);
}

static void two_clients_are_served_one_after_the_other(void **state)
{
	int a, b;

	(void)state;
	NEEDS_ROOT();
	a = client();
	b = client();
	assert_int_equal(send(b, "b", 2, 0), 2);
	assert_int_equal(send(a, "a", 2, 0), 2);
	assert_int_equal(next(), 1);
	assert_string_equal(request.word[0], "a");
	assert_int_equal(answer_at(b, NULL), -2);
	cordon_control_answer(&control, 10, "");
	assert_int_equal(next(), 1);
	assert_string_equal(request.word[0], "b");
	cordon_control_answer(&control, 11, "");
	assert_int_equal(answer_at(a, NULL), 10);
	assert_int_equal(answer_at(b, NULL), 11);
	close(a);
	close(b);
}

/* It is shown out, after a while, by who comes to look; and nobody waits for it. */
static void a_silent_client_is_shown_out(void **state)
{
	int silent, other;

	(void)state;
	NEEDS_ROOT();
	silent = client();
	other = client();
	assert_int_equal(send(other, "stop", 5, 0), 5);
	assert_int_equal(next(), 0);
	assert_int_equal(answer_at(silent, NULL), -2);
	/* Its time is over: set back the clock instead of waiting. */
	control.until_ns = cordon_clock_monotonic() - 1;
	assert_int_equal(next(), 0);
	assert_int_equal(answer_at(silent, NULL), -1);
	assert_int_equal(next(), 1);
	assert_string_equal(request.word[0], "stop");
	cordon_control_answer(&control, 0, "");
	assert_int_equal(answer_at(other, NULL), 0);
	close(silent);
	close(other);
}

static void a_client_that_goes_away_does_no_harm(void **state)
{
	int fd;

	(void)state;
	NEEDS_ROOT();
	/* Before it is accepted, before it said something, after that, after it was read. */
	close(client());
	assert_int_equal(next(), 0);
	fd = client();
	assert_int_equal(next(), 0);
	close(fd);
	assert_int_equal(next(), 0);
	assert_int_equal(control.conn_fd, -1);
	fd = client();
	assert_int_equal(send(fd, "stop", 5, 0), 5);
	close(fd);
	/* What it wanted still counts. */
	assert_int_equal(next(), 1);
	cordon_control_answer(&control, 0, "nobody hears it");
	fd = client();
	assert_int_equal(send(fd, "stop", 5, 0), 5);
	assert_int_equal(next(), 1);
	close(fd);
	cordon_control_answer(&control, 0, "nobody hears it");
	assert_int_equal(control.conn_fd, -1);
}

static void a_client_that_says_more_than_one_thing_is_heard_once(void **state)
{
	int fd;

	(void)state;
	NEEDS_ROOT();
	fd = client();
	assert_int_equal(send(fd, "stop", 5, 0), 5);
	assert_int_equal(send(fd, "start", 6, 0), 6);
	assert_int_equal(next(), 1);
	assert_string_equal(request.word[0], "stop");
	cordon_control_answer(&control, 0, "");
	assert_int_equal(next(), 0);
	close(fd);
}

static void an_answer_is_cut_at_its_room_and_keeps_its_end(void **state)
{
	static char much[3 * CORDON_REPLY_MAX];
	char text[CORDON_REPLY_MAX];
	int fd;

	(void)state;
	NEEDS_ROOT();
	memset(much, 'x', sizeof(much) - 1);
	fd = client();
	assert_int_equal(send(fd, "stop", 5, 0), 5);
	assert_int_equal(next(), 1);
	cordon_control_answer(&control, 0, much);
	assert_int_equal(answer_at(fd, text), 0);
	assert_int_equal(strlen(text), CORDON_REPLY_MAX - 1);
	close(fd);
}

/* A child: exits with @fn's. */
static pid_t start(int (*fn)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(60);
		_exit(fn());
	}
	assert_true(pid > 0);
	return pid;
}

static int status_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void wait_for_input(void)
{
	struct pollfd p = { .fd = cordon_control_fd(&control), .events = POLLIN };

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
}

static int ask(int ms, char *text, struct cordon_err *e)
{
	static const char *const words[] = { "replace", "driver=null" };

	return cordon_control_ask(name, words, 2, ms, text, e);
}

static int ask_and_hear(void)
{
	char text[CORDON_REPLY_MAX] = "";
	int code = ask(PATIENCE_MS, text, NULL);

	return code == 4 && strcmp(text, "four") == 0 ? 0 : 1;
}

static void asking_brings_the_answer(void **state)
{
	pid_t pid;

	(void)state;
	NEEDS_ROOT();
	pid = start(ask_and_hear);
	do
		wait_for_input();
	while (next() == 0);
	assert_int_equal(request.n, 2);
	assert_string_equal(request.word[1], "driver=null");
	cordon_control_answer(&control, 4, "four");
	assert_int_equal(status_of(pid), 0);
}

static int ask_in_vain(void)
{
	char text[CORDON_REPLY_MAX] = "";
	struct cordon_err e = { "" };

	return ask(PATIENCE_MS, text, &e) == -EPROTO && strstr(e.text, "ended meanwhile") ? 0 : 1;
}

static void who_ends_before_it_answers_is_said_to(void **state)
{
	pid_t pid;

	(void)state;
	NEEDS_ROOT();
	pid = start(ask_in_vain);
	do
		wait_for_input();
	while (next() == 0);
	cordon_control_close(&control);
	assert_int_equal(status_of(pid), 0);
	set_up(NULL);
}

/* Nobody accepts; at the end nobody has room for one more in the queue either. */
static void asking_waits_no_longer_than_told(void **state)
{
	char text[CORDON_REPLY_MAX];
	int fds[64];
	unsigned n;

	(void)state;
	NEEDS_ROOT();
	for (int full = 0; full < 2; full++) {
		struct cordon_err e = { "" };

		n = 0;
		while (full && n < 64) {
			struct sockaddr_un a = { .sun_family = AF_UNIX };

			fds[n] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
			snprintf(a.sun_path, sizeof(a.sun_path), "%s", control.path);
			if (connect(fds[n++], (struct sockaddr *)&a, sizeof(a)) < 0)
				break;
		}
		alarm(60);
		assert_int_equal(ask(50, text, &e), -ETIMEDOUT);
		alarm(0);
		assert_non_null(strstr(e.text, name));
		while (n > 0)
			close(fds[--n]);
	}
	cordon_control_close(&control);
	set_up(NULL);
}

static void without_a_supervisor_it_says_so(void **state)
{
	char text[CORDON_REPLY_MAX];
	struct cordon_err e = { "" };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	NEEDS_ROOT();
	cordon_control_close(&control);
	assert_int_equal(ask(1000, text, &e), -ENOENT);
	assert_non_null(strstr(e.text, "no supervisor"));
	/* A stale one: its supervisor is dead. */
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", control.path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
	assert_int_equal(ask(1000, text, &e), -ECONNREFUSED);
	assert_non_null(strstr(e.text, "no supervisor"));
	/* It is taken over. */
	set_up(NULL);
	fd = client();
	close(fd);
	assert_int_equal(next(), 0);
}

static void the_socket_is_roots_alone_and_goes_with_its_supervisor(void **state)
{
	struct stat st;
	mode_t old;

	(void)state;
	NEEDS_ROOT();
	cordon_control_close(&control);
	assert_false(exists(control.path));
	cordon_control_close(&control);
	old = umask(0);
	set_up(NULL);
	assert_int_equal(umask(old), 0);
	assert_int_equal(stat(control.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(fcntl(control.listen_fd, F_GETFD) & FD_CLOEXEC);
}

static int ask_as_nobody(void)
{
	char text[CORDON_REPLY_MAX];
	struct cordon_err e = { "" };

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 2;
	return ask(1000, text, &e) == -EACCES && strstr(e.text, "root") ? 0 : 1;
}

/* Had somebody opened the socket to all: who asks still counts. */
static int ask_through_an_open_door(void)
{
	char text[CORDON_REPLY_MAX] = "";

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 2;
	return ask(PATIENCE_MS, text, NULL) == 1 && strstr(text, "only root") ? 0 : 1;
}

static void only_root_gives_orders(void **state)
{
	pid_t pid;

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(status_of(start(ask_as_nobody)), 0);
	assert_int_equal(chmod(control.path, 0666), 0);
	pid = start(ask_through_an_open_door);
	do {
		wait_for_input();
		assert_int_equal(next(), 0);
	} while (control.conn_fd >= 0);
	assert_int_equal(status_of(pid), 0);
}

static void what_does_not_fit_is_not_sent(void **state)
{
	static char word[CORDON_REQUEST_MAX + 1];
	const char *words[CORDON_WORDS_MAX + 1];
	char text[CORDON_REPLY_MAX];
	struct cordon_err e = { "" };

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	words[0] = word;
	assert_int_equal(cordon_control_ask(name, words, 1, 1000, text, &e), -E2BIG);
	assert_non_null(strstr(e.text, "too long"));
}

static void a_directory_that_is_not_there_is_an_error(void **state)
{
	struct cordon_err e = { "" };
	struct cordon_control c;

	(void)state;
	assert_true(cordon_control_open(&c, "/nowhere/at/all", &e) < 0);
	assert_non_null(strstr(e.text, "/nowhere/at/all"));
	assert_int_equal(c.listen_fd, -1);
	cordon_control_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_read_and_answered),
		cmocka_unit_test(as_many_words_as_there_may_be_and_no_more),
		cmocka_unit_test(what_is_too_long_or_no_words_is_refused),
		cmocka_unit_test(empty_messages_and_words_do_no_harm),
		cmocka_unit_test(two_clients_are_served_one_after_the_other),
		cmocka_unit_test(a_silent_client_is_shown_out),
		cmocka_unit_test(a_client_that_goes_away_does_no_harm),
		cmocka_unit_test(a_client_that_says_more_than_one_thing_is_heard_once),
		cmocka_unit_test(an_answer_is_cut_at_its_room_and_keeps_its_end),
		cmocka_unit_test(asking_brings_the_answer),
		cmocka_unit_test(who_ends_before_it_answers_is_said_to),
		cmocka_unit_test(asking_waits_no_longer_than_told),
		cmocka_unit_test(without_a_supervisor_it_says_so),
		cmocka_unit_test(the_socket_is_roots_alone_and_goes_with_its_supervisor),
		cmocka_unit_test(only_root_gives_orders),
		cmocka_unit_test(what_does_not_fit_is_not_sent),
		cmocka_unit_test(a_directory_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
