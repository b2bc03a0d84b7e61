/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Memory that goes at the end, all at once. There is always some: without, the program ends (2). */
#ifndef CORDON_CDL_MEM_H
#define CORDON_CDL_MEM_H

#include <stddef.h>

struct cdl_mem {
	struct cdl_chunk *last;
};

/* @size zeroed bytes, until cdl_mem_free(). */
void *cdl_alloc(struct cdl_mem *m, size_t size);
/* The @len bytes at @s, with an end. */
char *cdl_copy(struct cdl_mem *m, const char *s, size_t len);
char *cdl_print(struct cdl_mem *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cdl_mem_free(struct cdl_mem *m);

/* malloc() and realloc() that end the program when there is no memory. */
void *cdl_realloc(void *p, size_t size);

#endif
