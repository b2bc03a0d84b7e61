// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/fence.h"

#include <string.h>

const struct cordon_fence *cordon_fence_find(const char *name)
{
	static const struct cordon_fence *const fences[] = { &cordon_fence_inline,
							     &cordon_fence_thread,
							     &cordon_fence_process };

	for (unsigned i = 0; i < sizeof(fences) / sizeof(fences[0]); i++)
		if (strcmp(fences[i]->name, name) == 0)
			return fences[i];
	return NULL;
}
