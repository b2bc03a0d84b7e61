/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The plan of a process domain: what the supervisor tells the loader. It travels in a sealed memfd;
 * the loader believes it. Everything else that the loader reads (the image) is hostile.
 */
#ifndef CORDON_CORE_PLAN_H
#define CORDON_CORE_PLAN_H

#include <linux/filter.h>
#include <stdint.h>
#include "core/boot.h"
#include "core/parts.h"

#define CORDON_PLAN_MAGIC 0x6e6f6472u
#define CORDON_FILTER_MAX 256u
#define CORDON_STACKS 8u
#define CORDON_STACK_BYTES 65536u
#define CORDON_HEAP_BYTES ((uint64_t)4 << 20)
/* Threads in which the kernel waits for a file, on behalf of its ring. */
#define CORDON_RING_WORKERS 32u

/* The descriptors with which the loader starts. Those from RING on stay open in the domain, if
 * granted; no other does. */
enum cordon_plan_fd {
	CORDON_FD_PLAN = 3,
	CORDON_FD_STATUS,
	CORDON_FD_IMAGE,
	CORDON_FD_CHAN,
	CORDON_FD_POOL,
	CORDON_FD_POOL_RO,
	CORDON_FD_GRANT,
	CORDON_FD_RING,
	CORDON_FD_RING_RO,
	CORDON_FD_WAKE, /* what the domain sleeps on */
	CORDON_FD_PEER, /* the front-end's doorbell */
	CORDON_FD_PORT, /* and following, without a ring or of files */
	CORDON_FD_END = CORDON_FD_PORT + CORDON_PORTS_MAX,
};

struct cordon_plan {
	uint32_t magic;
	cordon_parts parts; /* of the fence, to be put up by the loader */
	uint32_t uid; /* to become, where there is no user namespace */
	uint32_t nfilter;
	uint64_t chan_size;
	uint64_t pool_size;
	uint64_t pool_ro_size; /* 0: none */
	struct cordon_boot boot; /* addresses are the loader's to fill */
	struct sock_filter filter[CORDON_FILTER_MAX];
};

/* Where the loader put things: addresses and sizes in the domain, for who looks at it from outside. */
struct cordon_layout {
	uint64_t image; /* what address 0 of the image became, and how much is mapped from there */
	uint64_t image_size;
	uint64_t stacks; /* of fibers: see cordon_sched_init() */
	uint64_t stack_stride;
	uint64_t stack_size; /* of these and of the plain one */
	uint64_t plain; /* lowest byte of the stack on which the image begins */
	uint32_t nstacks;
	uint32_t zero;
};

/* What the loader says on its socket: its last step and why it failed there, or READY and the layout;
 * then it waits for one byte before it goes on. Nothing of the driver's has run then: it is to be
 * believed. */
struct cordon_plan_status {
	uint32_t step;
	int32_t error;
	struct cordon_layout layout;
};

/* The loader's steps, numbered on from the supervisor's (see fence_process.c). */
#define CORDON_STEPS(X)                                    \
	X(PLAN, 8, "reading the plan")                     \
	X(ROOT, 9, "putting an empty root directory")      \
	X(LIMITS, 10, "setting resource limits")           \
	X(USER, 11, "becoming nobody")                     \
	X(CAPS, 12, "dropping capabilities")               \
	X(NNP, 13, "setting no_new_privs")                 \
	X(LANDLOCK, 14, "restricting paths by Landlock")   \
	X(GRANTS, 15, "mapping the grants")                \
	X(IMAGE, 16, "loading the driver's image")         \
	X(CLOSE, 17, "closing what is not granted")        \
	X(FILTER, 18, "installing the system call filter") \
	X(READY, 19, "jumping to the image")

enum cordon_step {
#define X(id, number, what) CORDON_STEP_##id = (number),
	CORDON_STEPS(X)
#undef X
};

#endif
