/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The disk, served as an NBD export on a UNIX socket: the user of struct blk_front. One export, whose
 * name is empty, and up to NBD_CONNS clients at once; more wait until one goes. A flush of one covers the
 * answered writes of all.
 *
 * A client is not trusted with more than the disk: it has its share of slots and buffers, whether or not it
 * reads its answers, and what it says wrong is answered with an error, or ends its connection. Data go
 * from the socket to the pool's buffers and back, with no copy in between.
 *
 * One thread, the front-end's; nothing blocks. While there is no driver, clients wait.
 */
#ifndef CORDON_DOMAINS_BLK_NBD_H
#define CORDON_DOMAINS_BLK_NBD_H

#include <sys/uio.h>
#include "domains/blk/front.h"
#include "domains/blk/nbd_proto.h"

#define NBD_CONNS 4u
/* A client's share of the slots. */
#define NBD_CONN_SLOTS (BLK_FRONT_SLOTS / NBD_CONNS)

enum nbd_phase {
	NBD_HELLO, /* the client's flags are awaited */
	NBD_OPTION, /* an option's header */
	NBD_OPTION_DATA,
	NBD_REQUEST, /* a request's header */
	NBD_DATA, /* the data of a write */
	NBD_DRAIN, /* data that are thrown away; then the phase goes back to the one before */
	NBD_LEAVING, /* no more is read; closed when all is answered */
	NBD_BROKEN, /* closed in the next round */
};

struct nbd_request {
	struct nbd_conn *conn; /* NULL: none, or it has gone */
	uint64_t cookie;
	uint64_t left; /* of a long discard: what follows the part that is at the driver */
	uint32_t next; /* in the list of answers */
	uint32_t big; /* big buffers that it took, of the client's share */
	uint8_t reply[NBD_REPLY_BYTES];
};

struct nbd_conn {
	struct nbd_server *server;
	int fd; /* -1: none */
	enum nbd_phase phase, after; /* DRAIN goes on with @after */
	int readable, writable; /* until the socket says otherwise */

	uint8_t in[NBD_REQUEST_BYTES]; /* flags or a header */
	uint32_t have; /* bytes of it, or of @data */
	uint64_t drain;
	uint8_t drained_with; /* enum blk_status: the answer to a write whose data are thrown away */

	/* handshake */
	int no_zeroes;
	uint32_t option, length;
	uint8_t data[NBD_NAME_MAX + 64];
	uint8_t out[256];
	uint32_t nout, out_sent;

	/* requests */
	uint32_t slots; /* taken */
	uint32_t big[2]; /* buffers taken: [0] of reads, [1] of writes */
	uint32_t slot, filled; /* the write whose data come in */
	uint32_t first, last; /* answers to be sent; BLK_NO_SLOT: none */
	uint64_t sent; /* bytes of the first */
};

/* X(member, name): counters beside the front-end's. */
#define NBD_COUNTERS(X)                                      \
	X(clients, "nbd_clients") /* so far */               \
	X(refused, "nbd_refused") /* requests and options */ \
	X(broken, "nbd_broken") /* connections, for what was said */

struct nbd_server {
	struct blk_front *front;
	int listen_fd, epoll_fd;
	int knock; /* clients wait to be let in */
	struct nbd_conn conn[NBD_CONNS];
	struct nbd_request request[BLK_FRONT_SLOTS];
#define X(member, name) uint64_t member;
	NBD_COUNTERS(X)
#undef X
};

/* Listen on the socket @path, over one that nobody listens on; for its owner alone. @front is borrowed.
 * 0 or -errno with the line; then nothing is left. */
int nbd_open(struct nbd_server *s, struct blk_front *front, const char *path, struct cordon_err *e);

/* Up to @budget pieces of work, each way of each client; how many were done. Only while all data are in
 * the buffers of the driver that @front has; while that doesn't run, answers are sent, and nothing is read. */
unsigned nbd_poll(struct nbd_server *s, unsigned budget);

/* For the front-end: request @slot was answered. */
void nbd_answered(void *server, uint32_t slot);

/* Hang up on all, and close; the socket's name stays. */
void nbd_close(struct nbd_server *s);

/* ---- nbd_hello.c ------------------------------------------------------------------------------ */

void nbd_hello_begin(struct nbd_conn *c);

/* One step of the handshake: 1 if it was done, 0 if the socket, or the front-end, doesn't let us now. */
int nbd_hello_step(struct nbd_conn *c);

/* ---- nbd_request.c ---------------------------------------------------------------------------- */

/* The same of a client that shook hands. */
int nbd_request_step(struct nbd_conn *c);

/* ---- nbd_reply.c ------------------------------------------------------------------------------ */

/* The answer to request @i, which is ours, is ready to be sent: @status. */
void nbd_ready(struct nbd_conn *c, uint32_t i, uint8_t status);

/* Send what is ready, of a handshake too, as far as the socket takes it; whether it took any. */
int nbd_reply(struct nbd_conn *c);

/* Let go of all that @c had; what it had sent whole goes on. */
void nbd_forget(struct nbd_conn *c);

/* ---- nbd.c ------------------------------------------------------------------------------------ */

/* Read up to @n bytes: how many came; 0: none now, or the connection is at its end (then it leaves, or is
 * broken). */
size_t nbd_receive(struct nbd_conn *c, struct iovec *iov, int n);

/* Read into @to until it holds @size bytes, of which c->have are there: 1, then c->have is 0 again; 0. */
int nbd_fill(struct nbd_conn *c, void *to, uint32_t size);

/* Throw away @n bytes, then go on with @after. */
void nbd_drain(struct nbd_conn *c, uint64_t n, enum nbd_phase after);

/* The client doesn't speak NBD as we do. */
void nbd_break(struct nbd_conn *c);

#endif
