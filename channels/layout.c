// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/layout.h"

#include <errno.h>

static int stream_lines_ok(uint32_t n)
{
	if (n == 0)
		return 1;
	return n >= CORDON_STREAM_LINES_MIN && n <= CORDON_STREAM_LINES_MAX && (n & (n - 1)) == 0;
}

int cordon_chan_dims_check(const struct cordon_chan_dims *d)
{
	if (d->calls < 1 || d->calls > CORDON_CALL_LINES_MAX || d->more > CORDON_MORE_MAX ||
	    (d->more && !d->ab))
		return -EINVAL;
	return stream_lines_ok(d->ab) && stream_lines_ok(d->ba) ? 0 : -EINVAL;
}
