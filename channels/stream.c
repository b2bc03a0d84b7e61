// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/stream.h"

#include <string.h>

void cordon_stream_tx_init(struct cordon_stream_tx *tx, struct cordon_line *lines, uint32_t size,
			   const struct cordon_line *credits)
{
	memset(tx, 0, sizeof(*tx));
	tx->lines = lines;
	tx->credits = credits;
	tx->size = size;
	tx->shift = (unsigned)__builtin_ctz(size);
}

void cordon_stream_rx_init(struct cordon_stream_rx *rx, const struct cordon_line *lines,
			   uint32_t size, struct cordon_line *credits)
{
	memset(rx, 0, sizeof(*rx));
	rx->lines = lines;
	rx->credits = credits;
	rx->size = size;
	rx->shift = (unsigned)__builtin_ctz(size);
}

int cordon_stream_tx_refresh(struct cordon_stream_tx *tx)
{
	uint64_t c = cordon_peek(tx->credits);

	if (c - tx->credited > tx->sent - tx->credited) {
		tx->faults++;
		return -EPROTO;
	}
	tx->credited = c;
	return 0;
}
