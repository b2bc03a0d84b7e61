// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A driver that posts as many writes as it is told, all at once, and then waits to be killed. It uses
 * the ring by itself: the runtime would not let it post so many. */
#include "core/driver.h"
#include "core/runtime/runtime.h"
#include "tests/attack/hostile_ring.h"
#include "tests/restart/old_io.h"

/* What the Makefile links an image for; never used. */
extern CORDON_DRIVER(old_io);
CORDON_DRIVER(old_io) = { 0 };

void cordon_start(const struct cordon_boot *boot)
{
	struct old_io *shared = (struct old_io *)(uintptr_t)boot->pool;
	struct hostile_ring r = hostile_ring(boot);
	struct io_uring_sqe sqe = sqe_of(IORING_OP_WRITE_FIXED, 0, NULL, OLD_IO_SIZE);
	uint32_t writes = (uint32_t)boot->arg;

	*(uint64_t *)(uintptr_t)(boot->pool + OLD_IO_MESSAGE) = boot->arg >> 32;
	sqe.flags = IOSQE_FIXED_FILE;
	sqe.addr = boot->ring.buffers + OLD_IO_MESSAGE;
	for (uint32_t i = 0; i < writes; i++) {
		if (ring_submit(&r, &sqe) != 1)
			break;
		/* There is always room for what has ended. */
		atomic_store(r.cq_head, atomic_load(r.cq_tail));
		atomic_fetch_add(&shared->submitted, 1);
	}
	/* As long as this process is there to listen, the kernel goes on with them. */
	for (;;)
		(void)cordon_sys6(__NR_io_uring_enter, boot->ring.fd, 0, 0, IORING_ENTER_GETEVENTS,
				  0, 0);
}
