// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Shared memory: its size is fixed, what is frozen stays, and bad files are refused by name.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/memory.h"

static char dir[] = "/tmp/cordon-memory-XXXXXX";

static char *in_dir(const char *file)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return path;
}

static void make_file(const char *file, const void *data, size_t size, off_t length)
{
	int fd = open(in_dir(file), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	if (length)
		assert_int_equal(ftruncate(fd, length), 0);
	close(fd);
}

static int fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void the_size_is_fixed_for_good(void **state)
{
	struct cordon_memory m;
	struct cordon_err e = { "" };
	int seals;

	(void)state;
	assert_int_equal(cordon_memory_make(&m, "test", 5000, &e), 0);
	assert_int_equal(m.size, 8192);
	assert_int_equal(ftruncate(m.fd, 4096), -1);
	assert_int_equal(ftruncate(m.fd, 16384), -1);
	assert_int_equal(pwrite(m.fd, "x", 1, 8192), -1);
	seals = fcntl(m.fd, F_GET_SEALS);
	assert_int_equal(seals & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
			 F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	assert_int_equal(fcntl(m.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_true(fcntl(m.fd, F_GETFD) & FD_CLOEXEC);
	cordon_memory_drop(&m);
}

static void it_is_zeroed_present_and_shared(void **state)
{
	struct cordon_memory m;
	struct cordon_err e = { "" };
	unsigned char present[3] = { 0, 0, 0 };
	uint8_t *again;

	(void)state;
	assert_int_equal(cordon_memory_make(&m, "test", 3 * 4096, &e), 0);
	for (size_t i = 0; i < m.size; i++)
		assert_int_equal(((uint8_t *)m.addr)[i], 0);
	assert_int_equal(mincore(m.addr, m.size, present), 0);
	assert_true(present[0] & present[1] & present[2] & 1);
	again = mmap(NULL, m.size, PROT_READ, MAP_SHARED, m.fd, 0);
	assert_true(again != MAP_FAILED);
	((uint8_t *)m.addr)[4097] = 7;
	assert_int_equal(again[4097], 7);
	munmap(again, m.size);
	cordon_memory_drop(&m);
}

static void it_carries_its_name(void **state)
{
	struct cordon_memory m;
	struct cordon_err e = { "" };
	char path[64], link[128] = "";

	(void)state;
	assert_int_equal(cordon_memory_make(&m, "the-name", 1, &e), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", m.fd);
	assert_true(readlink(path, link, sizeof(link) - 1) > 0);
	assert_non_null(strstr(link, "memfd:the-name"));
	cordon_memory_drop(&m);
}

static void a_drop_closes_and_may_be_repeated(void **state)
{
	struct cordon_memory m = CORDON_MEMORY_NONE;
	struct cordon_err e = { "" };
	int before = fds();

	(void)state;
	cordon_memory_drop(&m);
	assert_int_equal(cordon_memory_make(&m, "test", 1, &e), 0);
	cordon_memory_drop(&m);
	cordon_memory_drop(&m);
	assert_int_equal(m.fd, -1);
	assert_int_equal(fds(), before);
}

static void memory_that_can_not_be_had_is_an_error(void **state)
{
	static const size_t sizes[] = { 0, (size_t)1 << 60, SIZE_MAX / 2, SIZE_MAX - 4095 };

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct cordon_memory m;
		struct cordon_err e = { "" };
		int before = fds();

		assert_true(cordon_memory_make(&m, "huge", sizes[i], &e) < 0);
		assert_non_null(strstr(e.text, "huge"));
		assert_int_equal(m.fd, -1);
		assert_int_equal(fds(), before);
	}
}

static void what_is_frozen_can_not_be_written(void **state)
{
	struct cordon_err e = { "" };
	char data[] = "frozen", back[16] = "";
	char path[64];
	int fd = cordon_memory_frozen("test", data, sizeof(data), 0, &e);
	int again;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, back, sizeof(back), 0), sizeof(data));
	assert_string_equal(back, data);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 100), -1);
	assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1), -1);
	/* Nor by a descriptor opened anew. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	if (again >= 0)
		assert_int_equal(pwrite(again, "x", 1, 0), -1);
	if (again >= 0)
		close(again);
	close(fd);
}

static void a_frozen_file_is_a_copy(void **state)
{
	struct cordon_err e = { "" };
	char back[16] = "";
	int fd;

	(void)state;
	make_file("copy", "before", 6, 0);
	fd = cordon_memory_frozen_file(in_dir("copy"), 0, &e);
	assert_true(fd >= 0);
	make_file("copy", "after!", 6, 0);
	assert_int_equal(pread(fd, back, sizeof(back), 0), 6);
	assert_string_equal(back, "before");
	close(fd);
}

static void a_file_of_16_mb_is_taken_and_no_larger_one(void **state)
{
	struct cordon_err e = { "" };
	int fd;

	(void)state;
	make_file("most", "x", 1, 16 << 20);
	make_file("more", "x", 1, (16 << 20) + 1);
	fd = cordon_memory_frozen_file(in_dir("most"), 0, &e);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(cordon_memory_frozen_file(in_dir("more"), 0, &e), -EINVAL);
	assert_non_null(strstr(e.text, "/more"));
}

/* A pipe that nobody writes to is not waited for. */
static void what_is_no_file_is_refused_by_name(void **state)
{
	static const struct {
		const char *path;
		int error;
	} bad[] = {
		{ "/nonexistent/file", -ENOENT }, { "", -ENOENT },	    { "/tmp", -EINVAL },
		{ "/dev/null", -EINVAL },	  { "/dev/zero", -EINVAL },
	};
	int before = fds();

	(void)state;
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	make_file("empty", "", 0, 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cordon_err e = { "" };

		assert_int_equal(cordon_memory_frozen_file(bad[i].path, 0, &e), bad[i].error);
		assert_non_null(strstr(e.text, bad[i].path));
		assert_true(strlen(e.text) > strlen(bad[i].path));
	}
	assert_int_equal(cordon_memory_frozen_file(in_dir("fifo"), 0, NULL), -EINVAL);
	assert_int_equal(cordon_memory_frozen_file(in_dir("empty"), 0, NULL), -EINVAL);
	assert_int_equal(fds(), before);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int clean_up(void **state)
{
	static const char *const files[] = { "copy", "most", "more", "fifo", "empty" };

	(void)state;
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(in_dir(files[i]));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_size_is_fixed_for_good),
		cmocka_unit_test(it_is_zeroed_present_and_shared),
		cmocka_unit_test(it_carries_its_name),
		cmocka_unit_test(a_drop_closes_and_may_be_repeated),
		cmocka_unit_test(memory_that_can_not_be_had_is_an_error),
		cmocka_unit_test(what_is_frozen_can_not_be_written),
		cmocka_unit_test(a_frozen_file_is_a_copy),
		cmocka_unit_test(a_file_of_16_mb_is_taken_and_no_larger_one),
		cmocka_unit_test(what_is_no_file_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
