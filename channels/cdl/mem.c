// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536u

struct cdl_chunk {
	struct cdl_chunk *before;
	size_t used, size;
	alignas(16) char at[];
};

void *cdl_realloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		fputs("cordon-cdl: no memory\n", stderr);
		exit(2);
	}
	return p;
}

void *cdl_alloc(struct cdl_mem *m, size_t size)
{
	struct cdl_chunk *c = m->last;
	void *p;

	size = (size + 15) & ~(size_t)15;
	if (!c || c->size - c->used < size) {
		size_t room = size > CHUNK ? size : CHUNK;

		c = cdl_realloc(NULL, sizeof(*c) + room);
		c->before = m->last;
		c->used = 0;
		c->size = room;
		m->last = c;
	}
	p = c->at + c->used;
	c->used += size;
	return memset(p, 0, size);
}

char *cdl_copy(struct cdl_mem *m, const char *s, size_t len)
{
	char *p = cdl_alloc(m, len + 1);

	memcpy(p, s, len);
	return p;
}

char *cdl_print(struct cdl_mem *m, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = cdl_alloc(m, (size_t)len + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return p;
}

void cdl_mem_free(struct cdl_mem *m)
{
	while (m->last) {
		struct cdl_chunk *c = m->last;

		m->last = c->before;
		free(c);
	}
}
