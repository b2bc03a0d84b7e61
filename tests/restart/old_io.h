/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Between tests/restart/old_io.c and its driver: what lies in the pool. */
#ifndef CORDON_TESTS_RESTART_OLD_IO_H
#define CORDON_TESTS_RESTART_OLD_IO_H

#include <stdatomic.h>
#include <stdint.h>

#define OLD_IO_MESSAGE 4096u /* offset of what is written: the life's number first */
#define OLD_IO_SIZE 64u

/* At offset 0: how many writes have been handed to the kernel. */
struct old_io {
	_Atomic uint32_t submitted;
};

/* The driver's argument: how many writes, and its life's number. */
#define OLD_IO_ARG(life, writes) ((uint64_t)(life) << 32 | (writes))

#endif
