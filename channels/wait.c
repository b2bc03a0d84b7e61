// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/wait.h"

void cordon_waiter_init(struct cordon_waiter *w, struct cordon_line *mine,
			const struct cordon_line *peer)
{
	*w = (struct cordon_waiter){ .mine = mine, .peer = peer };
}
