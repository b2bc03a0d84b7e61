// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Answers, and what is let go of with them. */
#include "domains/blk/nbd.h"

#include <errno.h>
#include <sys/socket.h>

#define IOVS 64u

static uint32_t error_of(uint8_t status)
{
	static const uint32_t errors[BLK_S_COUNT] = {
		[BLK_S_OK] = 0,
		[BLK_S_IO] = NBD_EIO,
		[BLK_S_NOSPC] = NBD_ENOSPC,
		[BLK_S_INVAL] = NBD_EINVAL,
		[BLK_S_ROFS] = NBD_EPERM,
		[BLK_S_NOTSUPP] = NBD_ENOTSUP,
	};

	return status < BLK_S_COUNT ? errors[status] : NBD_EIO;
}

static void release(struct nbd_server *s, uint32_t i)
{
	struct nbd_request *r = &s->request[i];
	struct nbd_conn *c = r->conn;

	if (c) {
		c->slots--;
		c->big[s->front->slots[i].request.op == BLK_WRITE] -= r->big;
	}
	r->conn = NULL;
	blk_front_release(s->front, i);
}

void nbd_ready(struct nbd_conn *c, uint32_t i, uint8_t status)
{
	struct nbd_request *r = &c->server->request[i];
	uint8_t *p = nbd_put32(r->reply, NBD_REPLY_MAGIC);

	p = nbd_put32(p, error_of(status));
	(void)nbd_put64(p, r->cookie);
	r->next = BLK_NO_SLOT;
	if (c->first == BLK_NO_SLOT)
		c->first = i;
	else
		c->server->request[c->last].next = i;
	c->last = i;
}

void nbd_answered(void *server, uint32_t i)
{
	struct nbd_server *s = server;
	struct blk_slot *slot = &s->front->slots[i];
	struct nbd_request *r = &s->request[i];

	if (r->left && slot->status == BLK_S_OK) {
		slot->request.offset += slot->request.bytes;
		slot->request.bytes = blk_limits_part(&s->front->limits, r->left);
		r->left -= slot->request.bytes;
		blk_front_submit(s->front, i);
	} else if (r->conn) {
		nbd_ready(r->conn, i, slot->status);
	} else {
		release(s, i);
	}
}

/* The bytes of answer @i, as pieces; returns how many pieces. */
static int pieces(struct nbd_server *s, uint32_t i, struct iovec *iov)
{
	const struct blk_slot *slot = &s->front->slots[i];
	int n = 1;

	iov[0] = (struct iovec){ s->request[i].reply, NBD_REPLY_BYTES };
	if (slot->request.op != BLK_READ || slot->status != BLK_S_OK)
		return n;
	for (uint32_t k = 0; k < slot->request.nbufs; k++) {
		uint32_t bytes;
		uint8_t *data = blk_front_data(s->front, i, k, &bytes);

		iov[n++] = (struct iovec){ data, bytes };
	}
	return n;
}

static uint64_t bytes_of(const struct iovec *iov, int n)
{
	uint64_t bytes = 0;

	for (int i = 0; i < n; i++)
		bytes += iov[i].iov_len;
	return bytes;
}

/* Send @n pieces but for their first @skip bytes. How many bytes went. */
static size_t transmit(struct nbd_conn *c, struct iovec *iov, int n, uint64_t skip)
{
	struct msghdr msg = { 0 };
	ssize_t sent;

	for (; n > 0 && skip >= iov->iov_len; n--, iov++)
		skip -= iov->iov_len;
	if (!n)
		return 0;
	iov->iov_base = (uint8_t *)iov->iov_base + skip;
	iov->iov_len -= skip;
	msg.msg_iov = iov;
	msg.msg_iovlen = (size_t)n;
	sent = sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0)
		return (size_t)sent;
	if (errno == EAGAIN)
		c->writable = 0;
	else if (errno != EINTR)
		c->phase = NBD_BROKEN;
	return 0;
}

static int say_hello(struct nbd_conn *c)
{
	struct iovec iov = { c->out, c->nout };
	size_t sent = transmit(c, &iov, 1, c->out_sent);

	c->out_sent += (uint32_t)sent;
	if (c->out_sent == c->nout)
		c->nout = c->out_sent = 0;
	return sent > 0;
}

int nbd_reply(struct nbd_conn *c)
{
	struct nbd_server *s = c->server;
	struct iovec iov[IOVS];
	size_t sent;
	int n = 0;

	if (!c->writable || c->phase == NBD_BROKEN)
		return 0;
	if (c->nout)
		return say_hello(c);
	for (uint32_t i = c->first; i != BLK_NO_SLOT && n + 1 + (int)BLK_SEGMENTS_MAX <= (int)IOVS;
	     i = s->request[i].next)
		n += pieces(s, i, iov + n);
	if (!n)
		return 0;
	sent = transmit(c, iov, n, c->sent);
	c->sent += sent;
	while (c->first != BLK_NO_SLOT) {
		uint32_t i = c->first;
		uint64_t whole = bytes_of(iov, pieces(s, i, iov));

		if (c->sent < whole)
			break;
		c->sent -= whole;
		c->first = s->request[i].next;
		release(s, i);
	}
	return sent > 0;
}

void nbd_forget(struct nbd_conn *c)
{
	struct nbd_server *s = c->server;

	for (uint32_t i = 0; i < BLK_FRONT_SLOTS; i++) {
		if (s->request[i].conn != c)
			continue;
		if (s->front->slots[i].state == BLK_SLOT_HELD)
			release(s, i);
		else
			s->request[i].conn = NULL;
	}
}
