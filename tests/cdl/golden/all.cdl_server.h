/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Made by cordon-cdl from all.cdl: the server's end. A change in here would be lost. */
#ifndef ALL_CDL_SERVER_H
#define ALL_CDL_SERVER_H

#include "all.cdl.h"

/*
 * What a server does. Constant. Arguments were checked and are private copies; results are
 * 0 or an error that the interface lists, negative. NULL: not by this server (-EOPNOTSUPP).
 * Buffers are the server's while the handler runs; one that was given, longer if it
 * returns 0.
 */
struct all_server_ops {
	/* Nothing in, nothing out. */
	int (*open)(void *state);
	int (*run)(void *state);
	int (*close)(void *state);
	/* Every integer, both ways: what comes out is what went in. */
	int (*numbers)(void *state, uint8_t a, uint16_t b, uint32_t c, uint64_t d, int8_t e,
		       int16_t f, int32_t g, int64_t h, uint8_t *oa, uint16_t *ob, uint32_t *oc,
		       uint64_t *od, int8_t *oe, int16_t *of, int32_t *og, int64_t *oh);
	int (*ranges)(void *state, uint32_t mtu, int8_t small, uint64_t large, int64_t least,
		      uint8_t *sum, int16_t *any);
	int (*kinds)(void *state, bool b, enum all_link l, enum all_level v, enum all_plain p,
		     uint32_t f, uint64_t w, bool *ob, enum all_link *ol, enum all_level *ov,
		     enum all_plain *op, uint32_t *of, uint64_t *ow);
	int (*arrays)(void *state, const uint8_t mac[6], const uint16_t s[2], const bool b[3],
		      const enum all_link l[2], const int32_t i[3], uint8_t omac[6], uint16_t os[2],
		      bool ob[3], enum all_link ol[2], int32_t oi[3]);
	int (*text)(void *state, const char *line, const char *w, char oline[33], char ow[2]);
	int (*blob)(void *state, const uint8_t *key, uint32_t key_len, uint8_t okey[16],
		    uint32_t *okey_len);
	int (*structs)(void *state, const struct all_stats *s, const struct all_name *n,
		       struct all_stats *os, struct all_name *on);
	/* Structs that are the same in C, alone and beside others. */
	int (*plain_one)(void *state, const struct all_pair *p, struct all_pair *q);
	int (*plain_two)(void *state, const struct all_point p[2], struct all_point q[2]);
	int (*plain_more)(void *state, bool b, const struct all_pair *p, const struct all_point *r,
			  struct all_point *t, struct all_pair *q);
	/* More than a line holds, both ways. */
	int (*far)(void *state, const struct all_group *g, const char *note, struct all_group *og,
		   char onote[301], uint8_t rest[301], uint32_t *rest_len);
	/* More than a line holds, out only. */
	int (*far_out)(void *state, uint64_t o[20]);
	/* Something in a line, more out than it holds. */
	int (*far_both)(void *state, uint8_t x, uint64_t o[20]);
	int (*inwards)(void *state, const uint64_t i[20], uint64_t *sum);
	int (*struct_array)(void *state, const struct all_stats s[2], struct all_stats os[2]);
	/* Structs that may not fit, in an array; and sets of bits. */
	int (*roster)(void *state, const struct all_name names[2], const uint32_t can[2],
		      struct all_name onames[2], uint32_t ocan[2]);
	/* A buffer to be read. */
	int (*load)(void *state, uint32_t image, uint32_t len);
	/* A buffer to be filled; says how far. */
	int (*fill)(void *state, uint32_t to, uint32_t *len);
	int (*change)(void *state, uint32_t both, uint16_t from, uint16_t len);
	/* Two, one of which is kept. */
	int (*keep)(void *state, uint32_t name, uint32_t image, uint32_t len);
	/* What was kept. */
	int (*fetch)(void *state, uint32_t *image, uint32_t *len);
	/* Everything at once. */
	int (*move)(void *state, const uint64_t args[8], uint32_t from, uint32_t to,
		    uint64_t done[8]);
	/* Names that our own would like to have. */
	int (*shadow)(void *state_, uint32_t c, uint32_t w, uint32_t i, uint32_t ret, uint32_t req,
		      uint32_t rep, uint32_t line, uint32_t now, uint32_t s, uint32_t len,
		      uint32_t deadline, uint32_t state, uint32_t *client, uint32_t *far,
		      uint32_t *lent);
	void (*link_state)(void *state, bool up, enum all_link how);
	void (*long_news)(void *state, const char *text);
	/* Came later. */
	int (*late)(void *state, uint32_t a, uint32_t *b);
	int (*later)(void *state, const char *s);
	/* Called as what it carries. */
	int (*stats)(void *state, const struct all_stats *s, struct all_stats *t);
};

struct all_server {
	struct cordon_stub_server stub;
	const struct all_server_ops *ops;
};

/* @state is handed to the handlers. For one life of the channel. */
static inline void all_server_init(struct all_server *s, const struct all_server_ops *ops,
				   void *state, struct cordon_pool *pool)
{
	cordon_stub_serve(&s->stub, &all_interface, state, pool);
	s->ops = ops;
}

/* For cordon_serve(), whose state is a struct all_server or begins with one. */
extern const struct cordon_ops all_ops;

#endif
