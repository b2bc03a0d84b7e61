// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/waiting.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
	[CORDON_WAIT_SPIN] = "spin",
	[CORDON_WAIT_ADAPTIVE] = "adaptive",
	[CORDON_WAIT_SLEEP] = "sleep",
};

const char *cordon_wait_name(enum cordon_wait wait)
{
	return names[wait];
}

int cordon_wait_find(const char *name)
{
	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -EINVAL;
}
