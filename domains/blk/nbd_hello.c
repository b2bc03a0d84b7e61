// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The handshake: fixed newstyle, one export. */
#include "domains/blk/nbd.h"

#include <errno.h>
#include <sys/socket.h>

/* An option that is longer than that is no option. */
#define OPTION_MAX (1u << 20)

static void put(struct nbd_conn *c, const uint8_t *end)
{
	c->nout = (uint32_t)(end - c->out);
}

static uint8_t *put_reply(uint8_t *p, uint32_t option, uint32_t type, uint32_t length)
{
	p = nbd_put64(p, NBD_REP_MAGIC);
	p = nbd_put32(p, option);
	p = nbd_put32(p, type);
	return nbd_put32(p, length);
}

static uint16_t flags_of(const struct blk_limits *l)
{
	uint32_t f = NBD_F_HAS_FLAGS | NBD_F_SEND_FLUSH | NBD_F_CAN_MULTI_CONN;

	/* Without a cache, whatever is answered is durable. */
	if (!(l->features & BLK_F_FLUSH) || (l->features & BLK_F_FUA))
		f |= NBD_F_SEND_FUA;
	if (l->features & BLK_F_READ_ONLY)
		f |= NBD_F_READ_ONLY;
	if (l->features & BLK_F_DISCARD)
		f |= NBD_F_SEND_TRIM;
	if (l->features & BLK_F_ZERO)
		f |= NBD_F_SEND_WRITE_ZEROES;
	return (uint16_t)f;
}

static uint8_t *put_export(uint8_t *p, const struct blk_limits *l)
{
	p = nbd_put64(p, l->capacity);
	return nbd_put16(p, flags_of(l));
}

void nbd_hello_begin(struct nbd_conn *c)
{
	uint8_t *p = nbd_put64(c->out, NBD_MAGIC);

	p = nbd_put64(p, NBD_OPT_MAGIC);
	put(c, nbd_put16(p, NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES));
	c->phase = NBD_HELLO;
}

static void refuse(struct nbd_conn *c, uint32_t why)
{
	c->server->refused++;
	put(c, put_reply(c->out, c->option, why, 0));
}

static void export_name(struct nbd_conn *c)
{
	uint8_t *p;

	/* The one option that can't be refused. */
	if (c->length) {
		nbd_break(c);
		return;
	}
	p = put_export(c->out, &c->server->front->limits);
	if (!c->no_zeroes) {
		memset(p, 0, 124);
		p += 124;
	}
	put(c, p);
	c->phase = NBD_REQUEST;
}

static void list(struct nbd_conn *c)
{
	uint8_t *p;

	if (c->length) {
		refuse(c, NBD_REP_ERR_INVALID);
		return;
	}
	p = put_reply(c->out, c->option, NBD_REP_SERVER, 4);
	p = nbd_put32(p, 0);
	put(c, put_reply(p, c->option, NBD_REP_ACK, 0));
}

/* INFO or GO: a name's length, the name, how many wishes, the wishes. All is told, whatever they are. */
static void info(struct nbd_conn *c)
{
	const struct blk_limits *l = &c->server->front->limits;
	uint32_t name = c->length >= 6 ? nbd_get32(c->data) : UINT32_MAX;
	uint8_t *p;

	if (c->length < 6 || name > c->length - 6 ||
	    c->length - 6 - name != 2u * nbd_get16(c->data + 4 + name)) {
		refuse(c, NBD_REP_ERR_INVALID);
		return;
	}
	if (name) {
		refuse(c, NBD_REP_ERR_UNKNOWN);
		return;
	}
	p = put_reply(c->out, c->option, NBD_REP_INFO, 12);
	p = nbd_put16(p, NBD_INFO_EXPORT);
	p = put_export(p, l);
	p = put_reply(p, c->option, NBD_REP_INFO, 14);
	p = nbd_put16(p, NBD_INFO_BLOCK_SIZE);
	p = nbd_put32(p, l->block);
	p = nbd_put32(p, l->block < 4096 ? 4096 : l->block);
	p = nbd_put32(p, l->max_bytes);
	put(c, put_reply(p, c->option, NBD_REP_ACK, 0));
	if (c->option == NBD_OPT_GO)
		c->phase = NBD_REQUEST;
}

static void option(struct nbd_conn *c)
{
	c->phase = NBD_OPTION;
	switch (c->option) {
	case NBD_OPT_EXPORT_NAME:
		export_name(c);
		break;
	case NBD_OPT_ABORT:
		put(c, put_reply(c->out, c->option, NBD_REP_ACK, 0));
		c->phase = NBD_LEAVING;
		break;
	case NBD_OPT_LIST:
		list(c);
		break;
	case NBD_OPT_INFO:
	case NBD_OPT_GO:
		info(c);
		break;
	default:
		refuse(c, NBD_REP_ERR_UNSUP);
		break;
	}
}

static void option_header(struct nbd_conn *c)
{
	c->option = nbd_get32(c->in + 8);
	c->length = nbd_get32(c->in + 12);
	if (nbd_get64(c->in) != NBD_OPT_MAGIC || c->length > OPTION_MAX)
		nbd_break(c);
	else if (c->length > sizeof(c->data))
		nbd_drain(c, c->length, NBD_OPTION);
	else
		c->phase = NBD_OPTION_DATA;
}

static void client_flags(struct nbd_conn *c)
{
	uint32_t flags = nbd_get32(c->in);

	if (flags & ~(NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES)) {
		nbd_break(c);
		return;
	}
	c->no_zeroes = (flags & NBD_NO_ZEROES) != 0;
	c->phase = NBD_OPTION;
}

static int drain(struct nbd_conn *c)
{
	struct iovec iov = { c->data, c->drain < sizeof(c->data) ? c->drain : sizeof(c->data) };
	size_t n = nbd_receive(c, &iov, 1);

	c->drain -= n;
	if (!c->drain) {
		c->phase = NBD_OPTION;
		refuse(c, NBD_REP_ERR_TOO_BIG);
	}
	return n > 0;
}

int nbd_hello_step(struct nbd_conn *c)
{
	/* The answer to one option is gone before the next is read. */
	if (c->nout)
		return 0;
	switch (c->phase) {
	case NBD_HELLO:
		if (!nbd_fill(c, c->in, 4))
			return 0;
		client_flags(c);
		return 1;
	case NBD_OPTION:
		if (!nbd_fill(c, c->in, NBD_OPTION_BYTES))
			return 0;
		option_header(c);
		return 1;
	case NBD_OPTION_DATA:
		if (!nbd_fill(c, c->data, c->length))
			return 0;
		option(c);
		return 1;
	default:
		return drain(c);
	}
}
