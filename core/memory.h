/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Shared memory: always a sealed memfd that the supervisor made. Its size is fixed for good, and
 * its pages are there before anybody else sees it.
 */
#ifndef CORDON_CORE_MEMORY_H
#define CORDON_CORE_MEMORY_H

#include <stddef.h>
#include "core/err.h"

struct cordon_memory {
	int fd; /* -1: none */
	void *addr; /* mapped here, readable and writable */
	size_t size; /* bytes, whole pages */
};

#define CORDON_MEMORY_NONE ((struct cordon_memory){ .fd = -1 })

/* Make, seal, map and prefault @size bytes (rounded up to pages) called @name in /proc. 0 or
 * -errno. */
int cordon_memory_make(struct cordon_memory *m, const char *name, size_t size,
		       struct cordon_err *e);

/* A descriptor by which it can be mapped read-only, and no other way; or -errno. */
int cordon_memory_reader(const struct cordon_memory *m, struct cordon_err *e);

/* From now on this thread's new memory comes from NUMA node @node, if it has some; -1: from any. */
void cordon_memory_near(int node);

/* Unmap and close, if there is anything. */
void cordon_memory_drop(struct cordon_memory *m);

/* A memfd with @size bytes of @data, sealed against every change. @exec: it may be executed. The
 * descriptor, or -errno. */
int cordon_memory_frozen(const char *name, const void *data, size_t size, int exec,
			 struct cordon_err *e);

/* The same with what the file at @path holds, at most 16 MB. */
int cordon_memory_frozen_file(const char *path, int exec, struct cordon_err *e);

#endif
