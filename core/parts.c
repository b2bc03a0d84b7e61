// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/parts.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	const char *what;
} parts[CORDON_PART_COUNT] = {
#define X(id, n, w) [CORDON_PART_##id] = { n, w },
	CORDON_PARTS(X)
#undef X
};

const char *cordon_part_name(enum cordon_part part)
{
	return part < CORDON_PART_COUNT ? parts[part].name : "?";
}

const char *cordon_part_what(enum cordon_part part)
{
	return part < CORDON_PART_COUNT ? parts[part].what : "?";
}

int cordon_part_find(const char *name)
{
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		if (strcmp(parts[i].name, name) == 0)
			return i;
	return -EINVAL;
}
