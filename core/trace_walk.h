/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The reading of a snapshot: bytes in, text out. Everything in both files is taken for hostile, the
 * header too. To be run in a process without rights.
 */
#ifndef CORDON_CORE_TRACE_WALK_H
#define CORDON_CORE_TRACE_WALK_H

#include <stddef.h>
#include "core/trace.h"

#define CORDON_SNAPSHOT_MAGIC UINT64_C(0x3170616e73646e63)
#define CORDON_SNAPSHOT_HEAD 4096u /* bytes before the stacks */
#define CORDON_TRACE_STACKS 64u
#define CORDON_TRACE_STACK_MAX ((uint64_t)256 << 10)

/* The beginning of a snapshot. At HEAD follow the stacks of the fibers, stack_size bytes each, and
 * the plain one. */
struct cordon_snapshot {
	uint64_t magic;
	struct cordon_layout where;
	uint64_t pc, sp, frame; /* registers of the domain's thread */
};

_Static_assert(sizeof(struct cordon_snapshot) <= CORDON_SNAPSHOT_HEAD, "the stacks follow");

/* Whether @where can be: its counts and sizes, not its addresses. */
int cordon_layout_ok(const struct cordon_layout *where);

/* The address of the lowest byte of stack @i; the plain one comes after the fibers'. */
uint64_t cordon_layout_stack(const struct cordon_layout *where, uint32_t i);

/* Bytes of a snapshot of @where, which is ok. */
uint64_t cordon_layout_bytes(const struct cordon_layout *where);

/* The snapshot and the image (NULL: none), mapped. */
struct cordon_trace_files {
	const uint8_t *snapshot;
	size_t snapshot_size;
	const uint8_t *image;
	size_t image_size;
};

/* Write at most @room bytes of text about @files (a struct cordon_trace_files); returns how many.
 * Doesn't block, enters no kernel, ends in a time that the sizes bound. As cordon_confine() wants. */
size_t cordon_trace_walk(void *files, char *text, size_t room);

#endif
