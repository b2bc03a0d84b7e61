// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The driver of the domain that is measured: see domain.h. */
#include "bench/ladder/domain.h"
#include "bench/ladder/handler.h"
#include "core/driver.h"

struct ladder {
	struct cordon_domain *domain;
	uint8_t *copy; /* of the last buffer */
	uint64_t sum; /* so that what comes is looked at */
};

static int ladder_open(struct cordon_domain *domain, void *state)
{
	struct ladder *l = state;

	l->domain = domain;
	l->copy = cordon_alloc(domain, CORDON_BUF_BIG);
	return l->copy ? 0 : -ENOMEM;
}

static int op_handle(void *state, const void *req, unsigned len, void *reply)
{
	struct message m;

	(void)state;
	memcpy(&m, req, sizeof(m));
	handle(m.cycles);
	memcpy(reply, &m, sizeof(m));
	return (int)len;
}

static int messages(struct ladder *l, unsigned budget)
{
	struct cordon_stream_rx *rx = &cordon_domain_chan(l->domain)->rx;
	unsigned done = 0;
	struct message m = { .seq = 0 };
	uint16_t op;

	while (done < budget && cordon_stream_recv(rx, &op, &m) >= 0) {
		l->sum += m.seq;
		done++;
	}
	return (int)done;
}

static int descs(struct ladder *l, unsigned budget)
{
	struct cordon_stream_rx *rx = &cordon_domain_chan(l->domain)->rx;
	struct cordon_desc d[32];
	unsigned done = 0, n;

	while (done < budget && (n = cordon_stream_get(rx, d, 32)) > 0) {
		for (unsigned i = 0; i < n; i++)
			l->sum += d[i].buf;
		done += n;
	}
	return (int)done;
}

static int buffers(struct ladder *l)
{
	struct cordon_chan *chan = cordon_domain_chan(l->domain);
	struct cordon_pool *pool = cordon_domain_pool(l->domain);
	struct cordon_desc d[CORDON_DESCS_PER_LINE];
	unsigned n, back = 0;

	if (!cordon_stream_tx_ready(&chan->tx))
		return 0;
	n = cordon_stream_get(&chan->rx, d, CORDON_DESCS_PER_LINE);
	for (unsigned i = 0; i < n; i++) {
		uint32_t len = cordon_desc_len(d[i]);

		if (cordon_pool_take(pool, d[i].buf) < 0)
			continue;
		if (len <= cordon_pool_bufsize(pool, d[i].buf)) {
			memcpy(l->copy, cordon_pool_data(pool, d[i].buf), len);
			l->sum += l->copy[len - 1];
		}
		cordon_pool_lend(pool, d[i].buf);
		d[back++] = d[i];
	}
	cordon_stream_put(&chan->tx, d, back);
	return (int)n;
}

static int ladder_poll(void *state, unsigned budget)
{
	struct ladder *l = state;

	switch ((enum ladder_sink)cordon_domain_arg(l->domain)) {
	case LADDER_MESSAGES:
		return messages(l, budget);
	case LADDER_DESCS:
		return descs(l, budget);
	case LADDER_BUFFERS:
		return buffers(l);
	case LADDER_NOTHING:
		break;
	}
	return 0;
}

static const struct cordon_op ops[] = {
	[LADDER_OP] = { "handle", op_handle, sizeof(struct message), sizeof(struct message) },
};

static const struct cordon_ops control = { 1, ops };

CORDON_DRIVER(ladder) = {
	.state_size = sizeof(struct ladder),
	.control = &control,
	.open = ladder_open,
	.poll = ladder_poll,
};
