/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a domain is told when it begins: where its grants are mapped and what their dimensions are.
 * The loader (process fence) or the supervisor (inline, thread) fills it; it lies in private memory
 * of the domain and is never shared. Addresses are those of the domain.
 */
#ifndef CORDON_CORE_BOOT_H
#define CORDON_CORE_BOOT_H

#include <stdint.h>
#include <linux/io_uring.h>
#include "channels/layout.h"
#include "channels/pool.h"

#define CORDON_PORTS_MAX 4u

/* How a domain does I/O on its ports. */
enum cordon_io_mode {
	CORDON_IO_NONE, /* no port */
	CORDON_IO_URING, /* READ_FIXED and WRITE_FIXED (of a file: FSYNC too) on restricted rings */
	CORDON_IO_RW, /* read and write (of a file: pread, pwrite, fdatasync) on the descriptors */
};

/* A ring as its creator made it, and where it is mapped. */
struct cordon_ring {
	struct io_uring_params params;
	uint64_t buffers; /* address of its memory in the ring's creator: fixed buffer 0 begins there */
	uint64_t rings; /* mapping of both rings (IORING_FEAT_SINGLE_MMAP), bytes below */
	uint64_t rings_size;
	uint64_t sqes;
	uint64_t sqes_size;
	int32_t fd;
	int32_t witness; /* the supervisor's: see ring.h */
};

/* Nanoseconds since some moment: base + ((counter - start) * mult >> 32). */
struct cordon_clock {
	uint64_t start;
	uint64_t base;
	uint64_t mult;
};

/* Doorbells; -1: there is none. See bell.h. */
struct cordon_bells {
	int32_t own; /* an eventfd: the front-end rings it. The supervisor's alone */
	int32_t wake; /* an epoll set: what the domain sleeps on. -1: it never sleeps */
	int32_t peer; /* an eventfd: the domain rings it. -1: the front-end never sleeps */
	uint32_t zero;
};

struct cordon_boot {
	uint32_t size; /* of this structure, for a loader and an image of different age */
	uint32_t io_mode;
	struct cordon_chan_dims chan_dims;
	struct cordon_pool_dims pool_dims;
	uint64_t chan;
	uint64_t pool;
	uint64_t pool_ro; /* 0: the pool has no such part */
	uint64_t grant; /* memory that outlives this incarnation; bytes, 0: there is none */
	uint64_t grant_size;
	uint64_t heap; /* private memory for cordon_alloc(), zeroed */
	uint64_t heap_size;
	uint64_t stacks; /* of fibers: see cordon_sched_init() */
	uint64_t stack_stride;
	uint64_t stack_size;
	uint32_t nstacks;
	uint32_t nports;
	int32_t port_fd[CORDON_PORTS_MAX]; /* io_mode RW; of a file always: holes are made there */
	/* Bytes of a port that is a file or a block device, on which I/O is at offsets below that (io_file.h);
	 * 0: one of frames. */
	uint64_t port_size[CORDON_PORTS_MAX];
	/* io_mode URING; fixed file i is port i. One for the pool, and, if the pool has a part that can
	 * only be read, one that only writes to ports, for that: what a ring names it may write to,
	 * whatever the domain may. */
	struct cordon_ring ring, ring_ro;
	struct cordon_clock clock;
	struct cordon_bells bells;
	uint32_t wait; /* enum cordon_wait: the domain's, and that of a front-end in user space */
	uint32_t backstop_ms; /* a sleep ends after that, whatever happens */
	uint64_t arg; /* the class's, or for tests: handed through from the command line */
};

/* Whether port @i is a file or block device, and whether there is such a port. */
static inline int cordon_boot_is_file(const struct cordon_boot *b, unsigned i)
{
	return i < b->nports && i < CORDON_PORTS_MAX && b->port_size[i] > 0;
}

static inline int cordon_boot_has_file(const struct cordon_boot *b)
{
	for (unsigned i = 0; i < CORDON_PORTS_MAX; i++)
		if (cordon_boot_is_file(b, i))
			return 1;
	return 0;
}

#endif
