// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The drivers themselves, polled here, behind the real front-end: a RAM disk, a file by read and write, and a
 * file through a ring. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/domain.h"
#include "core/host.h"
#include "core/plan.h"
#include "core/ring.h"
#include "core/stacks.h"
#include "tests/blk/rig.h"

extern CORDON_DRIVER(blk_null);
extern CORDON_DRIVER(blk_mem);
extern CORDON_DRIVER(blk_file);

#define ARG (CAPACITY | BLK_ARG_HOLES)

static struct cordon_domain domain;
static struct cordon_stacks stacks;
static struct cordon_boot boot;
static struct cordon_memory grant;
static uint8_t *heap;
static int file;

/* The driver answers calls by itself: the script is not asked. */
static uint64_t domain_clock(void)
{
	assert_true(cordon_domain_poll(&domain, BUDGET) >= 0);
	return rig.time += TICK;
}

static int is_tsan(void)
{
#if defined(__SANITIZE_THREAD__)
	return 1;
#else
	return 0;
#endif
}

/* A ring, if @mode asks for one and there can be one. 0: there can't. */
static int make_rings(enum cordon_io_mode mode)
{
	struct cordon_err e = { "" };
	char why[256] = "not under TSan";

	boot.ring.fd = boot.ring_ro.fd = -1;
	if (mode != CORDON_IO_URING)
		return 1;
	if (is_tsan() || cordon_host_probe(CORDON_PART_RING, why, sizeof(why)) != 0) {
		print_message("# %s\n", why);
		return 0;
	}
	assert_int_equal(cordon_ring_make(&boot.ring, &rig.life->pool_mem, &file, 1,
					  CORDON_RING_FILE, &e),
			 0);
	assert_int_equal(cordon_ring_map(&boot.ring, &e), 0);
	assert_int_equal(cordon_ring_make(&boot.ring_ro, &rig.life->ro_mem, &file, 1,
					  CORDON_RING_WRITE, &e),
			 0);
	assert_int_equal(cordon_ring_map(&boot.ring_ro, &e), 0);
	return 1;
}

/* An incarnation of @driver behind the front-end. 0: not on this host. */
static int begin(const struct cordon_driver *driver, enum cordon_io_mode mode, uint64_t arg)
{
	struct cordon_err e = { "" };

	rig.life = life_new();
	memset(&boot, 0, sizeof(boot));
	boot.size = sizeof(boot);
	boot.io_mode = mode;
	boot.chan_dims = cordon_class_blk.chan;
	boot.pool_dims = cordon_class_blk.pool;
	boot.chan = (uintptr_t)rig.life->chan_mem.addr;
	boot.pool = (uintptr_t)rig.life->pool_mem.addr;
	boot.pool_ro = (uintptr_t)rig.life->ro;
	boot.heap = (uintptr_t)heap;
	boot.heap_size = CORDON_HEAP_BYTES;
	boot.stacks = (uintptr_t)stacks.base;
	boot.stack_stride = stacks.stride;
	boot.stack_size = stacks.stack_size;
	boot.nstacks = stacks.n;
	boot.grant = (uintptr_t)grant.addr;
	boot.grant_size = grant.size;
	boot.nports = mode == CORDON_IO_NONE ? 0 : 1;
	boot.port_fd[0] = file;
	boot.port_size[0] = CAPACITY;
	boot.arg = arg;
	boot.bells.peer = boot.bells.wake = boot.bells.own = -1;
	if (!make_rings(mode))
		return 0;
	memset(heap, 0, CORDON_HEAP_BYTES);
	assert_int_equal(cordon_domain_init(&domain, driver, &boot), 0);
	rig.caller = (struct cordon_caller){ .client = &rig.life->a.client, .now = domain_clock };
	assert_int_equal(blk_front_start(&rig.f, &rig.life->a, &rig.life->pool, &rig.caller, &e),
			 0);
	life_drop(rig.before);
	rig.before = NULL;
	return 1;
}

static void end(void)
{
	(void)cordon_ring_drop(&boot.ring);
	(void)cordon_ring_drop(&boot.ring_ro);
	rig_die();
}

static int set_up(void **state)
{
	char name[] = "/tmp/cordon-blk-XXXXXX";
	struct cordon_err e;

	rig_set_up(state);
	file = mkstemp(name);
	assert_true(file >= 0);
	unlink(name);
	assert_int_equal(ftruncate(file, (off_t)CAPACITY), 0);
	heap = aligned_alloc(64, CORDON_HEAP_BYTES);
	assert_non_null(heap);
	assert_int_equal(cordon_stacks_map(4, 65536, &stacks), 0);
	assert_int_equal(cordon_memory_make(&grant, "grant", CAPACITY, &e), 0);
	return 0;
}

static int tear_down(void **state)
{
	rig_tear_down(state);
	cordon_memory_drop(&grant);
	cordon_stacks_unmap(&stacks);
	free(heap);
	close(file);
	return 0;
}

/* Until all is answered. */
static void finish(void)
{
	for (unsigned rounds = 0; rig.f.table.sent.n + rig.f.table.waiting.n > 0; rounds++) {
		assert_true(rounds < 100000000);
		(void)blk_front_poll(&rig.f, BUDGET);
		assert_true(cordon_domain_poll(&domain, BUDGET) >= 0);
	}
}

static void wants(uint32_t i, enum blk_status status)
{
	finish();
	done_with(i, status);
}

static void reads_as(uint64_t offset, uint32_t bytes, uint8_t byte)
{
	uint32_t i = submit(BLK_READ, offset, bytes);

	finish();
	for (uint32_t k = 0; k < blk_segments(bytes); k++) {
		uint32_t n;
		const uint8_t *data = blk_front_data(&rig.f, i, k, &n);

		for (uint32_t at = 0; at < n; at++)
			assert_int_equal(data[at], byte);
	}
	done_with(i, BLK_S_OK);
}

/* What every disk does. */
static void use(void)
{
	uint32_t i[8];

	for (unsigned n = 0; n < 8; n++)
		i[n] = write_of(n * 131072, 131072, (uint8_t)(n + 1));
	finish();
	for (unsigned n = 0; n < 8; n++)
		done_with(i[n], BLK_S_OK);
	for (unsigned n = 0; n < 8; n++)
		reads_as(n * 131072, 131072, (uint8_t)(n + 1));
	wants(write_of(CAPACITY - 512, 512, 77), BLK_S_OK);
	reads_as(CAPACITY - 512, 512, 77);
	wants(submit(BLK_ZERO, 131072, 65536), BLK_S_OK);
	reads_as(131072, 65536, 0);
	reads_as(196608, 65536, 2);
	wants(submit(BLK_DISCARD, 0, 4096), BLK_S_OK);
}

static void a_ram_disk_outlives_its_driver(void **state)
{
	(void)state;
	begin(&cordon_driver_blk_mem, CORDON_IO_NONE, ARG);
	use();
	end();
	begin(&cordon_driver_blk_mem, CORDON_IO_NONE, ARG);
	reads_as(131072, 65536, 0);
	reads_as(262144, 131072, 3);
	end();
}

static void null_answers_everything(void **state)
{
	(void)state;
	begin(&cordon_driver_blk_null, CORDON_IO_NONE, UINT64_C(1) << 40);
	wants(write_of((UINT64_C(1) << 40) - 512, 512, 1), BLK_S_OK);
	reads_as(0, BLK_BYTES_MAX, 0);
	wants(submit(BLK_ZERO, 0, 65536), BLK_S_OK);
	end();
}

static void a_file(enum cordon_io_mode mode)
{
	uint8_t bytes[512];
	struct stat before, after;
	uint32_t i;

	if (!begin(&cordon_driver_blk_file, mode, ARG)) {
		rig_die();
		skip();
	}
	use();
	wants(submit(BLK_FLUSH, 0, 0), BLK_S_OK);
	i = ask(BLK_WRITE, BLK_FUA, 4096, 512);
	fill(i, 0x21);
	blk_front_submit(&rig.f, i);
	wants(i, BLK_S_OK);
	assert_int_equal(pread(file, bytes, 512, 4096), 512);
	assert_int_equal(bytes[511], 0x21);
	/* A hole gives space back; NO_HOLE keeps it. */
	fstat(file, &before);
	i = ask(BLK_ZERO, BLK_NO_HOLE | BLK_FUA, 524288, 65536);
	blk_front_submit(&rig.f, i);
	wants(i, BLK_S_OK);
	wants(submit(BLK_ZERO, 262144, 65536), BLK_S_OK);
	fstat(file, &after);
	assert_true(after.st_blocks < before.st_blocks);
	reads_as(524288, 65536, 0);
	reads_as(262144, 65536, 0);
	/* What isn't there any more can't be read. */
	assert_int_equal(ftruncate(file, 4096), 0);
	wants(submit(BLK_READ, 0, 4096), BLK_S_OK);
	wants(submit(BLK_READ, 65536, 65536), BLK_S_IO);
	end();
}

static void a_file_by_read_and_write(void **state)
{
	(void)state;
	a_file(CORDON_IO_RW);
}

static void a_file_through_a_ring(void **state)
{
	(void)state;
	a_file(CORDON_IO_URING);
}

static void what_is_read_only_is_not_written(void **state)
{
	char path[64];
	int to;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	to = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(to >= 0);
	close(file);
	file = to;
	begin(&cordon_driver_blk_file, CORDON_IO_RW, CAPACITY | BLK_ARG_READ_ONLY | BLK_ARG_HOLES);
	assert_int_equal(rig.f.limits.features & (BLK_F_READ_ONLY | BLK_F_ZERO), BLK_F_READ_ONLY);
	reads_as(0, 65536, 0);
	/* Whatever the front-end lets through. */
	wants(write_of(0, 512, 1), BLK_S_ROFS);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_ram_disk_outlives_its_driver, set_up, tear_down),
		cmocka_unit_test_setup_teardown(null_answers_everything, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_by_read_and_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_through_a_ring, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_read_only_is_not_written, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
