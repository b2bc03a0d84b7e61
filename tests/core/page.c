// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The run directory: one supervisor a name, readable by all, and gone afterwards.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/page.h"

static char name[CORDON_NAME_MAX];
static char dir[64];

static int exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static char *in_dir(const char *file)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return path;
}

#define NEEDS_ROOT()                                     \
	do {                                             \
		if (geteuid() != 0) {                    \
			print_message("# needs root\n"); \
			skip();                          \
		}                                        \
	} while (0)

/* In a child, @fn returns its exit status. */
static int in_child(int (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void names_are_letters_digits_dash_and_underscore(void **state)
{
	static const char *const good[] = {
		"a", "A9", "0", "net-0", "net_0", "a--", "_", "0123456789012345678901234567890"
	};
	static const char *const bad[] = { "",	    "-",
					   "-a",    ".",
					   "..",    "a.b",
					   "a/b",   "/",
					   "../a",  "a b",
					   " a",    "a\n",
					   "a\t",   "a%s",
					   "a\x7f", "\xc3\xa4",
					   "a\\",   "a:b",
					   "a*",    "~",
					   "a'b",   "01234567890123456789012345678901" };

	(void)state;
	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(cordon_name_check(good[i], NULL), 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cordon_err e = { "" };

		assert_int_equal(cordon_name_check(bad[i], &e), -EINVAL);
		assert_non_null(strstr(e.text, bad[i]));
	}
}

static void it_is_made_and_removed(void **state)
{
	struct cordon_err e = { "" };
	struct cordon_run run;

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(cordon_run_open(&run, name, &e), 0);
	assert_string_equal(run.dir, dir);
	assert_true(exists(in_dir("stats")) && exists(in_dir("lock")));
	cordon_run_close(&run);
	assert_false(exists(dir));
	cordon_run_close(&run);
}

static int open_refused(void)
{
	struct cordon_err e = { "" };
	struct cordon_run run;

	if (cordon_run_open(&run, name, &e) != -EBUSY || run.lock_fd != -1)
		return 1;
	return !strstr(e.text, name) || !strstr(e.text, "runs already");
}

static void a_second_one_of_the_name_is_refused(void **state)
{
	struct cordon_err e = { "" };
	struct cordon_run run;

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(cordon_run_open(&run, name, &e), 0);
	assert_int_equal(in_child(open_refused), 0);
	assert_int_equal(open_refused(), 0);
	assert_true(exists(in_dir("stats")) && exists(in_dir("lock")));
	cordon_run_close(&run);
	assert_false(exists(dir));
}

static int open_and_die(void)
{
	struct cordon_run run;

	if (cordon_run_open(&run, name, NULL) < 0)
		return 1;
	run.page->value[0] = 42;
	return kill(getpid(), SIGKILL);
}

static void a_stale_one_is_taken_over(void **state)
{
	struct cordon_err e = { "" };
	const struct cordon_page *old;
	struct cordon_run run;
	int fd;

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(in_child(open_and_die), -SIGKILL);
	fd = open(in_dir("stats"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	old = mmap(NULL, sizeof(*old), PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(old, MAP_FAILED);
	close(fd);
	assert_int_equal(cordon_run_open(&run, name, &e), 0);
	/* A fresh page; who has the old one keeps it. */
	assert_int_equal(run.page->value[0], 0);
	run.page->value[0] = 43;
	assert_int_equal(old->value[0], 42);
	munmap((void *)(uintptr_t)old, sizeof(*old));
	cordon_run_close(&run);
	assert_false(exists(dir));
}

/* As another user: read, and nothing else. */
static int look(void)
{
	const struct cordon_page *p;
	int fd;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 1;
	if (open(in_dir("stats"), O_RDWR | O_CLOEXEC) >= 0 || unlink(in_dir("stats")) == 0 ||
	    unlink(in_dir("lock")) == 0 || open(in_dir("lock"), O_RDWR | O_CLOEXEC) >= 0 ||
	    open(in_dir("new"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
		return 2;
	fd = open(in_dir("stats"), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 3;
	if (mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED ||
	    fchmod(fd, 0666) == 0)
		return 4;
	p = mmap(NULL, sizeof(*p), PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 5;
	return p->magic == CORDON_PAGE_MAGIC && p->count == 2 && p->value[1] == 17 &&
			       strcmp(p->name, name) == 0 ?
		       0 :
		       6;
}

static void others_may_map_the_page_and_change_nothing(void **state)
{
	struct cordon_err e = { "" };
	struct cordon_run run;
	mode_t old;

	(void)state;
	NEEDS_ROOT();
	old = umask(077);
	assert_int_equal(cordon_run_open(&run, name, &e), 0);
	umask(old);
	run.page->magic = CORDON_PAGE_MAGIC;
	run.page->count = 2;
	run.page->value[1] = 17;
	snprintf(run.page->name, sizeof(run.page->name), "%s", name);
	assert_int_equal(in_child(look), 0);
	cordon_run_close(&run);
}

static void a_file_in_the_place_of_the_directory_is_an_error(void **state)
{
	struct cordon_err e = { "" };
	struct cordon_run run;
	int fd;

	(void)state;
	NEEDS_ROOT();
	(void)mkdir(CORDON_RUN_DIR, 0755);
	fd = open(dir, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(cordon_run_open(&run, name, &e), -ENOTDIR);
	assert_non_null(strstr(e.text, dir));
	assert_true(exists(dir));
	unlink(dir);
	(void)rmdir(CORDON_RUN_DIR);
}

/* A symbolic link in the place of the lock or the page is never followed. */
static void links_are_not_followed(void **state)
{
	struct cordon_err e = { "" };
	char victim[] = "/tmp/cordon-page-XXXXXX";
	struct cordon_run run;
	struct stat st;
	int fd = mkstemp(victim);

	(void)state;
	assert_true(fd >= 0);
	if (geteuid() == 0) {
		(void)mkdir(CORDON_RUN_DIR, 0755);
		assert_int_equal(mkdir(dir, 0755), 0);
		assert_int_equal(symlink(victim, in_dir("lock")), 0);
		assert_int_equal(cordon_run_open(&run, name, &e), -ELOOP);
		assert_int_equal(unlink(in_dir("lock")), 0);
		assert_int_equal(symlink(victim, in_dir("stats")), 0);
		assert_int_equal(cordon_run_open(&run, name, &e), 0);
		run.page->magic = CORDON_PAGE_MAGIC;
		cordon_run_close(&run);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_size, 0);
	}
	close(fd);
	unlink(victim);
	NEEDS_ROOT();
}

/* A tiny file system over /run, in a mount namespace of its own, filled up. */
static int open_on_a_full_one(void)
{
	static char block[4096];
	struct cordon_err e = { "" };
	struct cordon_run run;
	int fd, ret;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("test", "/run", "tmpfs", 0, "size=16k,nr_inodes=16") < 0)
		return 77;
	fd = open("/run/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
	ret = cordon_run_open(&run, name, &e);
	if (ret != -ENOSPC || !strstr(e.text, dir) || run.lock_fd != -1 || run.page)
		return 1;
	if (exists(dir) || exists(CORDON_RUN_DIR))
		return 2;
	/* It was the disk: with room, it goes. */
	unlink("/run/filler");
	if (cordon_run_open(&run, name, &e) < 0)
		return 3;
	cordon_run_close(&run);
	return exists(CORDON_RUN_DIR) ? 4 : 0;
}

static void a_full_file_system_is_noticed_at_once(void **state)
{
	int ret;

	(void)state;
	NEEDS_ROOT();
	ret = in_child(open_on_a_full_one);
	if (ret == 77) {
		print_message("# needs a mount namespace\n");
		skip();
	}
	assert_int_equal(ret, 0);
}

/* Many come and go at the same time, also under one name: each opens, or hears that one runs. Ends
 * that remove the directories meanwhile must not fail them. */
static int come_and_go(void)
{
	char mine[CORDON_NAME_MAX];
	int opened = 0;

	snprintf(mine, sizeof(mine), "cp%d", (int)getpid());
	for (int i = 0; i < 400; i++) {
		struct cordon_err e = { "" };
		struct cordon_run run;
		int ret = cordon_run_open(&run, i % 2 ? name : mine, &e);

		if (ret == 0) {
			opened++;
			if (run.page->value[0]++ != 0)
				return 2;
			cordon_run_close(&run);
		} else if (ret != -EBUSY || i % 2 == 0) {
			fprintf(stderr, "%d: %s\n", ret, e.text);
			return 1;
		}
	}
	return opened ? 0 : 3;
}

static void those_that_come_and_go_at_once_do_not_disturb_each_other(void **state)
{
	pid_t pid[4];

	(void)state;
	NEEDS_ROOT();
	for (unsigned i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(come_and_go());
		assert_true(pid[i] > 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		int status = -1;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	assert_false(exists(dir));
}

static int set_up(void **state)
{
	(void)state;
	snprintf(name, sizeof(name), "cp%d-test", (int)getpid());
	snprintf(dir, sizeof(dir), "%s/%s", CORDON_RUN_DIR, name);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	(void)unlink(in_dir("stats"));
	(void)unlink(in_dir("lock"));
	(void)unlink(dir);
	(void)rmdir(dir);
	(void)rmdir(CORDON_RUN_DIR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_letters_digits_dash_and_underscore),
		cmocka_unit_test(it_is_made_and_removed),
		cmocka_unit_test(a_second_one_of_the_name_is_refused),
		cmocka_unit_test(a_stale_one_is_taken_over),
		cmocka_unit_test(others_may_map_the_page_and_change_nothing),
		cmocka_unit_test(a_file_in_the_place_of_the_directory_is_an_error),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(a_full_file_system_is_noticed_at_once),
		cmocka_unit_test(those_that_come_and_go_at_once_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
