// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/chan.h"

#include <string.h>

static void more_init(struct cordon_chan *c, struct cordon_line *credits)
{
	struct cordon_line *lines = credits + 2 * c->dims.more;

	for (uint32_t i = 0; i < c->dims.more; i++, lines += c->dims.ab) {
		if (c->b)
			cordon_stream_rx_init(&c->more_rx[i], lines, c->dims.ab, &credits[2 * i]);
		else
			cordon_stream_tx_init(&c->more_tx[i], lines, c->dims.ab, &credits[2 * i]);
	}
}

static int chan_init(struct cordon_chan *c, struct cordon_line *lines,
		     const struct cordon_chan_dims *dims, int b)
{
	struct cordon_line *ab, *ba;

	if ((uintptr_t)lines % CORDON_LINE_SIZE != 0 || cordon_chan_dims_check(dims) < 0)
		return -EINVAL;
	memset(c, 0, sizeof(*c));
	c->dims = *dims;
	c->b = b;
	cordon_waiter_init(&c->waiter, &lines[b ? CORDON_LINE_B_WAIT : CORDON_LINE_A_WAIT],
			   &lines[b ? CORDON_LINE_A_WAIT : CORDON_LINE_B_WAIT]);
	ab = lines + CORDON_LINE_FIRST_CALL + dims->calls;
	ba = ab + dims->ab;
	if (b)
		cordon_server_init(&c->server, lines + CORDON_LINE_FIRST_CALL, dims->calls);
	else
		cordon_client_init(&c->client, lines + CORDON_LINE_FIRST_CALL, dims->calls);
	if (dims->ab && !b)
		cordon_stream_tx_init(&c->tx, ab, dims->ab, &lines[CORDON_LINE_B_CREDIT]);
	if (dims->ab && b)
		cordon_stream_rx_init(&c->rx, ab, dims->ab, &lines[CORDON_LINE_B_CREDIT]);
	if (dims->ba && b)
		cordon_stream_tx_init(&c->tx, ba, dims->ba, &lines[CORDON_LINE_A_CREDIT]);
	if (dims->ba && !b)
		cordon_stream_rx_init(&c->rx, ba, dims->ba, &lines[CORDON_LINE_A_CREDIT]);
	more_init(c, ba + dims->ba);
	return 0;
}

int cordon_chan_init_a(struct cordon_chan *c, void *mem, const struct cordon_chan_dims *dims)
{
	return chan_init(c, mem, dims, 0);
}

int cordon_chan_init_b(struct cordon_chan *c, void *mem, const struct cordon_chan_dims *dims)
{
	return chan_init(c, mem, dims, 1);
}
