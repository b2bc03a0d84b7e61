/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Names for what goes over a channel: constant tables, made by cordon-cdl, and what prints calls with
 * them. For traces and statistics: it reads what it is given, believes nothing, and prints ASCII.
 */
#ifndef CORDON_CHANNELS_DECODE_H
#define CORDON_CHANNELS_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cordon_decode_kind {
	CORDON_DECODE_UINT,
	CORDON_DECODE_INT,
	CORDON_DECODE_BOOL,
	CORDON_DECODE_ENUM, /* of @names */
	CORDON_DECODE_FLAGS, /* of @names */
	CORDON_DECODE_STR, /* a length of @size bytes, then room for @max */
	CORDON_DECODE_BYTES,
	CORDON_DECODE_BUF,
	CORDON_DECODE_STRUCT, /* of @fields, @size bytes */
};

struct cordon_decode_name {
	int64_t value; /* of flags, the bit's pattern */
	const char *name;
};

struct cordon_decode_field {
	const char *name;
	uint8_t kind; /* enum cordon_decode_kind */
	uint16_t at, size; /* bytes */
	uint16_t count; /* of an array; 0: none */
	uint16_t max;
	uint16_t n; /* of @names or @fields */
	const struct cordon_decode_name *names;
	const struct cordon_decode_field *fields;
};

struct cordon_decode_op {
	const char *name;
	bool oneway;
	bool far; /* the line has a buffer's index and a length: the request is there, */
	bool far_reply; /* and the reply */
	uint16_t nreq, nrep;
	const struct cordon_decode_field *req, *rep;
};

struct cordon_decode {
	const char *name; /* of the interface */
	unsigned n;
	const struct cordon_decode_op *op; /* by number */
	unsigned nerrors;
	const struct cordon_decode_name *errors; /* that it lists, and that every call may have */
};

/* The operation's name; "unknown" for a number that is none. Never NULL. */
const char *cordon_decode_name(const struct cordon_decode *d, unsigned op);

/* The error's name, for a positive number; NULL if it isn't one of the interface's. */
const char *cordon_decode_error(const struct cordon_decode *d, int error);

/*
 * Print the request or the reply of @op, @len bytes at @p as they stood in the line, as
 * "set_mtu(mtu=1500)", "set_mtu: 0", "stats: 0 (s={tx=1, rx=2})", to @to, with an end, cut at @size
 * (at least 1). @error: of a reply: 0, or a positive number. Returns the length of what is there.
 */
size_t cordon_decode_request(const struct cordon_decode *d, unsigned op, const void *p, size_t len,
			     char *to, size_t size);
size_t cordon_decode_reply(const struct cordon_decode *d, unsigned op, int error, const void *p,
			   size_t len, char *to, size_t size);

#endif
