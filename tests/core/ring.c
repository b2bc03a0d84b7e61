// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The ring as the supervisor makes and drops it. What it refuses the driver is the attacks' to show.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/host.h"
#include "core/io.h"
#include "core/ring.h"
#include "core/sys.h"

#define SOON_MS 10000
#define FLOOD 20480u

static struct cordon_memory pool;

/* Where the ring's creator maps the pool, TSan keeps its own. */
#if defined(__SANITIZE_THREAD__)
#define TSAN 1
#else
#define TSAN 0
#endif

static int lacks_ring(void)
{
	char why[256] = "not under TSan";
	int ret = TSAN || cordon_host_probe(CORDON_PART_RING, why, sizeof(why)) != 0;

	if (ret)
		print_message("# %s\n", why);
	return ret;
}

#define NEEDS_RING()              \
	do {                      \
		if (lacks_ring()) \
			skip();   \
	} while (0)

static int fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int is_mapped(uint64_t at)
{
	unsigned char in;

	return mincore((void *)(uintptr_t)at, 1, &in) == 0;
}

/* Post @n reads on port 0, in rounds of what the ring holds. */
static void post_reads(const struct cordon_ring *r, unsigned n)
{
	uint8_t *rings = (uint8_t *)(uintptr_t)r->rings;
	struct io_uring_sqe *sqes = (struct io_uring_sqe *)(uintptr_t)r->sqes;
	_Atomic uint32_t *tail = (_Atomic uint32_t *)(void *)(rings + r->params.sq_off.tail);
	uint32_t *index = (uint32_t *)(void *)(rings + r->params.sq_off.array);
	uint32_t mask = r->params.sq_entries - 1;
	uint32_t t = atomic_load(tail);

	while (n > 0) {
		uint32_t some = n <= mask ? n : mask + 1;

		for (uint32_t i = 0; i < some; i++, t++) {
			sqes[t & mask] = (struct io_uring_sqe){ .opcode = IORING_OP_READ_FIXED,
								.flags = IOSQE_FIXED_FILE,
								.addr = r->buffers,
								.len = 64 };
			index[t & mask] = t & mask;
		}
		atomic_store(tail, t);
		assert_int_equal(cordon_sys6(__NR_io_uring_enter, r->fd, some, 0, 0, 0, 0), some);
		n -= some;
	}
}

/* A stream socket whose other end is a port with @n reads pending, and nobody else's. */
static int port_with_reads(struct cordon_ring *r, unsigned n)
{
	struct cordon_err e = { "" };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(cordon_ring_make(r, &pool, &pair[1], 1, CORDON_RING_READ_WRITE, &e), 0);
	assert_int_equal(cordon_ring_map(r, &e), 0);
	close(pair[1]);
	post_reads(r, n);
	return pair[0];
}

static int peer_sees_the_end(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	return poll(&p, 1, ms) == 1 && read(fd, &c, 1) == 0;
}

static void a_ring_reads_into_the_pool(void **state)
{
	struct cordon_ring r;
	int peer;

	(void)state;
	NEEDS_RING();
	peer = port_with_reads(&r, 1);
	memset(pool.addr, 0, 64);
	assert_int_equal(write(peer, "hello", 5), 5);
	assert_true(cordon_sys6(__NR_io_uring_enter, r.fd, 0, 1, IORING_ENTER_GETEVENTS, 0, 0) >=
		    0);
	assert_memory_equal(pool.addr, "hello", 5);
	cordon_ring_drop(&r);
	close(peer);
}

/* When it is gone, it is gone: at once, without waiting for the kernel's own clean-up. */
static void a_drop_cancels_what_is_pending(void **state)
{
	(void)state;
	NEEDS_RING();
	for (unsigned n = 0; n <= CORDON_IO_DEPTH; n += CORDON_IO_DEPTH / 4) {
		struct cordon_ring r;
		int peer = port_with_reads(&r, n);

		assert_false(peer_sees_the_end(peer, 0));
		cordon_ring_drop(&r);
		assert_true(peer_sees_the_end(peer, SOON_MS));
		close(peer);
	}
}

/* Cancelling one by one takes the square of it: 150,000 reads would keep a CPU in the kernel for
 * minutes. This number would take seconds, without a chance to preempt it; it is not timed. */
static void a_flood_is_left_to_the_kernel_and_ends(void **state)
{
	struct cordon_ring r;
	int peer;

	(void)state;
	NEEDS_RING();
	peer = port_with_reads(&r, FLOOD);
	cordon_ring_drop(&r);
	assert_true(peer_sees_the_end(peer, SOON_MS));
	close(peer);
}

static void a_drop_unmaps_and_closes_and_may_be_repeated(void **state)
{
	int before, peer;

	(void)state;
	NEEDS_RING();
	before = fds();
	for (int i = 0; i < 20; i++) {
		struct cordon_ring r;
		uint64_t rings, sqes;

		peer = port_with_reads(&r, 8);
		rings = r.rings;
		sqes = r.sqes;
		assert_true(is_mapped(rings) && is_mapped(sqes));
		cordon_ring_drop(&r);
		assert_int_equal(r.fd, -1);
		assert_false(is_mapped(rings));
		assert_false(is_mapped(sqes));
		cordon_ring_drop(&r);
		close(peer);
	}
	assert_int_equal(fds(), before);
}

static void a_ring_that_nobody_mapped_is_dropped_too(void **state)
{
	struct cordon_err e = { "" };
	struct cordon_ring r;
	int p[2], before = fds();

	(void)state;
	NEEDS_RING();
	assert_int_equal(pipe(p), 0);
	assert_int_equal(cordon_ring_make(&r, &pool, p, 2, CORDON_RING_READ_WRITE, &e), 0);
	assert_true(fcntl(r.fd, F_GETFD) & FD_CLOEXEC);
	cordon_ring_drop(&r);
	close(p[0]);
	close(p[1]);
	assert_int_equal(fds(), before);
}

static void ports_that_can_not_be_are_refused(void **state)
{
	const int closed = 1000;
	int many[CORDON_PORTS_MAX + 1] = { 0 };
	const struct {
		const int *ports;
		unsigned n;
	} bad[] = {
		{ &closed, 1 },
		{ many, 0 },
		{ many, CORDON_PORTS_MAX + 1 },
		{ many, ~0u },
	};
	int before = fds();

	(void)state;
	NEEDS_RING();
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cordon_err e = { "" };
		struct cordon_ring r;

		assert_true(cordon_ring_make(&r, &pool, bad[i].ports, bad[i].n,
					     CORDON_RING_READ_WRITE, &e) < 0);
		assert_non_null(strstr(e.text, "io_uring"));
		assert_int_equal(r.fd, -1);
		assert_int_equal(fds(), before);
		cordon_ring_drop(&r);
	}
}

static void a_pool_that_is_none_is_refused(void **state)
{
	struct cordon_memory none = CORDON_MEMORY_NONE;
	struct cordon_err e = { "" };
	struct cordon_ring r;
	int p = 0, before = fds();

	(void)state;
	NEEDS_RING();
	none.size = 4096;
	assert_int_equal(cordon_ring_make(&r, &none, &p, 1, CORDON_RING_READ_WRITE, &e), -EBADF);
	assert_non_null(strstr(e.text, "pool"));
	assert_int_equal(r.fd, -1);
	assert_int_equal(fds(), before);
}

/* What the restrictions leave: two operations on fixed files (@may: of a file, three), cancelling, and letting
 * go of them. */
static void takes_no_more(enum cordon_ring_may may)
{
	struct cordon_err e = { "" };
	struct cordon_ring r;
	uint8_t *rings;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqes;
	_Atomic uint32_t *tail, *cq;
	int p[2];

	assert_int_equal(pipe(p), 0);
	assert_int_equal(cordon_ring_make(&r, &pool, p, 1, may, &e), 0);
	assert_int_equal(cordon_ring_map(&r, &e), 0);
	/* Those of Linux 5.10 by right, newer ones if they are known. The two that end things stay. */
	for (long op = 0; op < 60; op++) {
		long ret;

		if (op == IORING_UNREGISTER_FILES || op == 24 /* SYNC_CANCEL */)
			continue;
		ret = cordon_sys6(__NR_io_uring_register, r.fd, op, 0, 0, 0, 0);
		assert_true(ret == -EACCES || (op > 12 && ret == -EINVAL));
	}
	rings = (uint8_t *)(uintptr_t)r.rings;
	sqe = (struct io_uring_sqe *)(uintptr_t)r.sqes;
	tail = (_Atomic uint32_t *)(void *)(rings + r.params.sq_off.tail);
	cq = (_Atomic uint32_t *)(void *)(rings + r.params.cq_off.tail);
	cqes = (struct io_uring_cqe *)(void *)(rings + r.params.cq_off.cqes);
	for (uint8_t op = 0; op < 64; op++) {
		uint32_t done = atomic_load(cq);

		if ((op == IORING_OP_READ_FIXED && may != CORDON_RING_WRITE) ||
		    op == IORING_OP_WRITE_FIXED ||
		    (op == IORING_OP_FSYNC && may == CORDON_RING_FILE))
			continue;
		*sqe = (struct io_uring_sqe){ .opcode = op, .flags = IOSQE_FIXED_FILE };
		((uint32_t *)(void *)(rings + r.params.sq_off.array))[atomic_load(tail) &
								      (r.params.sq_entries - 1)] =
			0;
		atomic_fetch_add(tail, 1);
		assert_int_equal(cordon_sys6(__NR_io_uring_enter, r.fd, 1, 0, 0, 0, 0), 1);
		assert_int_equal(atomic_load(cq), done + 1);
		/* Unknown to this kernel: EINVAL; else EACCES. */
		assert_true(cqes[done & (r.params.cq_entries - 1)].res == -EACCES ||
			    cqes[done & (r.params.cq_entries - 1)].res == -EINVAL);
		atomic_store((_Atomic uint32_t *)(void *)(rings + r.params.cq_off.head), done + 1);
	}
	cordon_ring_drop(&r);
	close(p[0]);
	close(p[1]);
}

static void it_takes_no_other_operation_and_only_registrations_that_end_things(void **state)
{
	(void)state;
	NEEDS_RING();
	takes_no_more(CORDON_RING_READ_WRITE);
	takes_no_more(CORDON_RING_WRITE);
}

static void of_a_file_it_takes_one_more(void **state)
{
	(void)state;
	NEEDS_RING();
	takes_no_more(CORDON_RING_FILE);
}

static int set_up(void **state)
{
	struct cordon_err e = { "" };

	(void)state;
	return cordon_memory_make(&pool, "test-pool", 1 << 16, &e);
}

static int clean_up(void **state)
{
	(void)state;
	cordon_memory_drop(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_reads_into_the_pool),
		cmocka_unit_test(a_drop_cancels_what_is_pending),
		cmocka_unit_test(a_flood_is_left_to_the_kernel_and_ends),
		cmocka_unit_test(a_drop_unmaps_and_closes_and_may_be_repeated),
		cmocka_unit_test(a_ring_that_nobody_mapped_is_dropped_too),
		cmocka_unit_test(ports_that_can_not_be_are_refused),
		cmocka_unit_test(a_pool_that_is_none_is_refused),
		cmocka_unit_test(
			it_takes_no_other_operation_and_only_registrations_that_end_things),
		cmocka_unit_test(of_a_file_it_takes_one_more),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
