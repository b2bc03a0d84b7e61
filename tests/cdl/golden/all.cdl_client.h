/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Made by cordon-cdl from all.cdl: the client's stubs. A change in here would be lost. */
#ifndef ALL_CDL_CLIENT_H
#define ALL_CDL_CLIENT_H

#include "all.cdl.h"
#if defined(__KERNEL__)
#include "core/kernel/stub.h"
#else
#include "core/stub.h"
#endif

/* One thread's; for one life of the server. */
struct all_client {
	struct cordon_stub stub;
};

/* For blocking calls, cordon_stub_by() says who makes them. */
static inline void all_client_init(struct all_client *c, struct cordon_client *client,
				   struct cordon_pool *pool)
{
	cordon_stub_init(&c->stub, &all_interface, client, pool);
}

/* Agree on a version: before all other calls. */
static inline int all_connect_start(struct all_client *c, uint64_t deadline)
{
	return cordon_stub_hello_start(&c->stub, deadline);
}

static inline int all_connect_finish(struct all_client *c, int line, uint64_t now)
{
	return cordon_stub_hello_finish(&c->stub, line, now);
}

static inline int all_connect(struct all_client *c)
{
	struct cordon_hello req = cordon_stub_hello_req(&c->stub);
	struct cordon_hello_reply rep;
	int line, ret;

	ret = cordon_stub_call(&c->stub, CORDON_STUB_HELLO, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	return cordon_stub_hello_result(&c->stub, line, ret, &rep);
}

/* ---- requests and replies ------------------------------------------------------------------ */

static inline void all_numbers_put_(struct all_numbers_req *w, uint8_t a, uint16_t b, uint32_t c,
				    uint64_t d, int8_t e, int16_t f, int32_t g, int64_t h)
{
	w->a = a;
	w->b = b;
	w->c = c;
	w->d = d;
	w->e = e;
	w->f = f;
	w->g = g;
	w->h = h;
}

static inline int all_numbers_get_(struct all_client *c_, const struct all_numbers_rep *w,
				   uint8_t *oa, uint16_t *ob, uint32_t *oc, uint64_t *od,
				   int8_t *oe, int16_t *of, int32_t *og, int64_t *oh)
{
	if (!all_numbers_rep_ok_(w))
		return cordon_stub_lied(&c_->stub);
	*oa = w->oa;
	*ob = w->ob;
	*oc = w->oc;
	*od = w->od;
	*oe = w->oe;
	*of = w->of;
	*og = w->og;
	*oh = w->oh;
	return 0;
}

static inline void all_ranges_put_(struct all_ranges_req *w, uint32_t mtu, int8_t small,
				   uint64_t large, int64_t least)
{
	w->mtu = mtu;
	w->small = small;
	w->large = large;
	w->least = least;
}

static inline int all_ranges_get_(struct all_client *c, const struct all_ranges_rep *w,
				  uint8_t *sum, int16_t *any)
{
	if (!all_ranges_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	*sum = w->sum;
	*any = w->any;
	return 0;
}

static inline void all_kinds_put_(struct all_kinds_req *w_, bool b, enum all_link l,
				  enum all_level v, enum all_plain p, uint32_t f, uint64_t w)
{
	w_->b = b;
	w_->l = (uint8_t)l;
	w_->v = (int16_t)v;
	w_->p = (uint32_t)p;
	w_->f = f;
	w_->w = w;
}

static inline int all_kinds_get_(struct all_client *c, const struct all_kinds_rep *w_, bool *ob,
				 enum all_link *ol, enum all_level *ov, enum all_plain *op,
				 uint32_t *of, uint64_t *ow)
{
	if (!all_kinds_rep_ok_(w_))
		return cordon_stub_lied(&c->stub);
	*ob = w_->ob;
	*ol = (enum all_link)w_->ol;
	*ov = (enum all_level)w_->ov;
	*op = (enum all_plain)w_->op;
	*of = w_->of;
	*ow = w_->ow;
	return 0;
}

static inline void all_arrays_put_(struct all_arrays_req *w, const uint8_t mac[6],
				   const uint16_t s[2], const bool b[3], const enum all_link l[2],
				   const int32_t i[3])
{
	cordon_stub_copy(w->mac, mac, 6);
	cordon_stub_copy(w->s, s, 4);
	for (uint32_t i_ = 0; i_ < 3; i_++)
		w->b[i_] = b[i_];
	for (uint32_t i_ = 0; i_ < 2; i_++)
		w->l[i_] = (uint8_t)l[i_];
	cordon_stub_copy(w->i, i, 12);
}

static inline int all_arrays_get_(struct all_client *c, const struct all_arrays_rep *w,
				  uint8_t omac[6], uint16_t os[2], bool ob[3], enum all_link ol[2],
				  int32_t oi[3])
{
	if (!all_arrays_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	cordon_stub_copy(omac, w->omac, 6);
	cordon_stub_copy(os, w->os, 4);
	for (uint32_t i_ = 0; i_ < 3; i_++)
		ob[i_] = w->ob[i_];
	for (uint32_t i_ = 0; i_ < 2; i_++)
		ol[i_] = (enum all_link)w->ol[i_];
	cordon_stub_copy(oi, w->oi, 12);
	return 0;
}

static inline int all_text_put_(struct all_text_req *w_, const char *line, const char *w)
{
	uint32_t line_len_;
	uint32_t w_len_;

	if (!cordon_stub_put_str(w_->line.at, 32, line, 32, &line_len_))
		return -EINVAL;
	w_->line.len = (uint8_t)line_len_;
	if (!cordon_stub_put_str(w_->w.at, 1, w, 1, &w_len_))
		return -EINVAL;
	w_->w.len = (uint8_t)w_len_;
	return 0;
}

static inline int all_text_get_(struct all_client *c, const struct all_text_rep *w_, char oline[33],
				char ow[2])
{
	if (!all_text_rep_ok_(w_))
		return cordon_stub_lied(&c->stub);
	cordon_stub_get_str(oline, w_->oline.at, w_->oline.len);
	cordon_stub_get_str(ow, w_->ow.at, w_->ow.len);
	return 0;
}

static inline int all_blob_put_(struct all_blob_req *w, const uint8_t *key, uint32_t key_len)
{
	uint32_t key_len_;

	if (!cordon_stub_put_bytes(w->key.at, 16, key, key_len, 16, &key_len_))
		return -EINVAL;
	w->key.len = (uint8_t)key_len_;
	return 0;
}

static inline int all_blob_get_(struct all_client *c, const struct all_blob_rep *w,
				uint8_t okey[16], uint32_t *okey_len)
{
	if (!all_blob_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	cordon_stub_copy(okey, w->okey.at, 16);
	*okey_len = w->okey.len;
	return 0;
}

static inline int all_structs_put_(struct all_structs_req *w, const struct all_stats *s,
				   const struct all_name *n)
{
	all_stats_wire_put_(&w->s, s);
	if (!all_name_wire_put_(&w->n, n))
		return -EINVAL;
	return 0;
}

static inline int all_structs_get_(struct all_client *c, const struct all_structs_rep *w,
				   struct all_stats *os, struct all_name *on)
{
	if (!all_structs_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	all_stats_wire_get_(os, &w->os);
	all_name_wire_get_(on, &w->on);
	return 0;
}

static inline int all_plain_one_get_(struct all_client *c, const struct all_plain_one_rep *w,
				     struct all_pair *q)
{
	if (!all_plain_one_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	*q = w->q;
	return 0;
}

static inline int all_plain_two_get_(struct all_client *c, const struct all_plain_two_rep *w,
				     struct all_point q[2])
{
	(void)c;
	cordon_stub_copy(q, w->q, 16);
	return 0;
}

static inline void all_plain_more_put_(struct all_plain_more_req *w, bool b,
				       const struct all_pair *p, const struct all_point *r)
{
	w->b = b;
	w->p = *p;
	w->r = *r;
}

static inline int all_plain_more_get_(struct all_client *c, const struct all_plain_more_rep *w,
				      struct all_point *t, struct all_pair *q)
{
	if (!all_plain_more_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	*t = w->t;
	*q = w->q;
	return 0;
}

static inline int all_far_put_(struct all_far_req *w, const struct all_group *g, const char *note)
{
	uint32_t note_len_;

	if (!all_group_wire_put_(&w->g, g))
		return -EINVAL;
	if (!cordon_stub_put_str(w->note.at, 300, note, 300, &note_len_))
		return -EINVAL;
	w->note.len = (uint16_t)note_len_;
	return 0;
}

static inline int all_far_get_(struct all_client *c, const struct all_far_rep *w,
			       struct all_group *og, char onote[301], uint8_t rest[301],
			       uint32_t *rest_len)
{
	if (!all_far_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	all_group_wire_get_(og, &w->og);
	cordon_stub_get_str(onote, w->onote.at, w->onote.len);
	cordon_stub_copy(rest, w->rest.at, 301);
	*rest_len = w->rest.len;
	return 0;
}

static inline int all_far_out_get_(struct all_client *c, const struct all_far_out_rep *w,
				   uint64_t o[20])
{
	(void)c;
	cordon_stub_copy(o, w->o, 160);
	return 0;
}

static inline void all_far_both_put_(struct all_far_both_req *w, uint8_t x)
{
	w->x = x;
}

static inline int all_far_both_get_(struct all_client *c, const struct all_far_both_rep *w,
				    uint64_t o[20])
{
	(void)c;
	cordon_stub_copy(o, w->o, 160);
	return 0;
}

static inline void all_inwards_put_(struct all_inwards_req *w, const uint64_t i[20])
{
	cordon_stub_copy(w->i, i, 160);
}

static inline int all_inwards_get_(struct all_client *c, const struct all_inwards_rep *w,
				   uint64_t *sum)
{
	(void)c;
	*sum = w->sum;
	return 0;
}

static inline void all_struct_array_put_(struct all_struct_array_req *w,
					 const struct all_stats s[2])
{
	for (uint32_t i = 0; i < 2; i++)
		all_stats_wire_put_(&w->s[i], &s[i]);
}

static inline int all_struct_array_get_(struct all_client *c, const struct all_struct_array_rep *w,
					struct all_stats os[2])
{
	if (!all_struct_array_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	for (uint32_t i = 0; i < 2; i++)
		all_stats_wire_get_(&os[i], &w->os[i]);
	return 0;
}

static inline int all_roster_put_(struct all_roster_req *w, const struct all_name names[2],
				  const uint32_t can[2])
{
	for (uint32_t i = 0; i < 2; i++)
		if (!all_name_wire_put_(&w->names[i], &names[i]))
			return -EINVAL;
	cordon_stub_copy(w->can, can, 8);
	return 0;
}

static inline int all_roster_get_(struct all_client *c, const struct all_roster_rep *w,
				  struct all_name onames[2], uint32_t ocan[2])
{
	if (!all_roster_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	for (uint32_t i = 0; i < 2; i++)
		all_name_wire_get_(&onames[i], &w->onames[i]);
	cordon_stub_copy(ocan, w->ocan, 8);
	return 0;
}

static inline void all_load_put_(struct all_load_req *w, uint32_t image, uint32_t len)
{
	w->image = image;
	w->len = len;
}

static inline void all_fill_put_(struct all_fill_req *w, uint32_t to)
{
	w->to = to;
}

static inline int all_fill_get_(struct all_client *c, const struct all_fill_rep *w, uint32_t to,
				uint32_t *len)
{
	if (w->len > cordon_pool_bufsize(c->stub.pool, to))
		return cordon_stub_lied(&c->stub);
	(void)c;
	*len = w->len;
	return 0;
}

static inline void all_change_put_(struct all_change_req *w, uint32_t both, uint16_t from,
				   uint16_t len)
{
	w->both = both;
	w->from = from;
	w->len = len;
}

static inline void all_keep_put_(struct all_keep_req *w, uint32_t name, uint32_t image,
				 uint32_t len)
{
	w->name = name;
	w->image = image;
	w->len = len;
}

static inline int all_fetch_get_(struct all_client *c, const struct all_fetch_rep *w,
				 uint32_t *image, uint32_t *len)
{
	if (!cordon_stub_may_take(c->stub.pool, w->image, 0))
		return cordon_stub_lied(&c->stub);
	if (!cordon_stub_may_take(c->stub.pool, w->image, w->len))
		return cordon_stub_lied(&c->stub);
	if (cordon_pool_take(c->stub.pool, w->image) < 0)
		return cordon_stub_lied(&c->stub);
	*image = w->image;
	*len = w->len;
	return 0;
}

static inline void all_move_put_(struct all_move_req *w, const uint64_t args[8], uint32_t from,
				 uint32_t to)
{
	cordon_stub_copy(w->args, args, 64);
	w->from = from;
	w->to = to;
}

static inline int all_move_get_(struct all_client *c, const struct all_move_rep *w,
				uint64_t done[8])
{
	(void)c;
	cordon_stub_copy(done, w->done, 64);
	return 0;
}

static inline void all_shadow_put_(struct all_shadow_req *w_, uint32_t c, uint32_t w, uint32_t i,
				   uint32_t ret, uint32_t req, uint32_t rep, uint32_t line,
				   uint32_t now, uint32_t s, uint32_t len, uint32_t deadline,
				   uint32_t state)
{
	w_->c = c;
	w_->w = w;
	w_->i = i;
	w_->ret = ret;
	w_->req = req;
	w_->rep = rep;
	w_->line = line;
	w_->now = now;
	w_->s = s;
	w_->len = len;
	w_->deadline = deadline;
	w_->state = state;
}

static inline int all_shadow_get_(struct all_client *c_, const struct all_shadow_rep *w_,
				  uint32_t *client, uint32_t *far, uint32_t *lent)
{
	(void)c_;
	*client = w_->client;
	*far = w_->far;
	*lent = w_->lent;
	return 0;
}

static inline void all_link_state_put_(struct all_link_state_req *w, bool up, enum all_link how)
{
	w->up = up;
	w->how = (uint8_t)how;
}

static inline int all_long_news_put_(struct all_long_news_req *w, const char *text)
{
	uint32_t text_len_;

	if (!cordon_stub_put_str(w->text.at, 100, text, 100, &text_len_))
		return -EINVAL;
	w->text.len = (uint8_t)text_len_;
	return 0;
}

static inline void all_late_put_(struct all_late_req *w, uint32_t a)
{
	w->a = a;
}

static inline int all_late_get_(struct all_client *c, const struct all_late_rep *w, uint32_t *b)
{
	(void)c;
	*b = w->b;
	return 0;
}

static inline int all_later_put_(struct all_later_req *w, const char *s)
{
	uint32_t s_len_;

	if (!cordon_stub_put_str(w->s.at, 8, s, 8, &s_len_))
		return -EINVAL;
	w->s.len = (uint8_t)s_len_;
	return 0;
}

static inline void all_stats_put_(struct all_stats_req *w, const struct all_stats *s)
{
	all_stats_wire_put_(&w->s, s);
}

static inline int all_stats_get_(struct all_client *c, const struct all_stats_rep *w,
				 struct all_stats *t)
{
	if (!all_stats_rep_ok_(w))
		return cordon_stub_lied(&c->stub);
	all_stats_wire_get_(t, &w->t);
	return 0;
}

/* ---- calls that wait ----------------------------------------------------------------------- */

/* Nothing in, nothing out. */
static inline int all_open(struct all_client *c)
{
	int line, ret;

	ret = cordon_stub_call(&c->stub, ALL_OP_OPEN, NULL, 0, NULL, 0, &line);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

static inline int all_run(struct all_client *c)
{
	int line, ret;

	ret = cordon_stub_call(&c->stub, ALL_OP_RUN, NULL, 0, NULL, 0, &line);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

static inline int all_close(struct all_client *c)
{
	int line, ret;

	ret = cordon_stub_call(&c->stub, ALL_OP_CLOSE, NULL, 0, NULL, 0, &line);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* Every integer, both ways: what comes out is what went in. */
static inline int all_numbers(struct all_client *c_, uint8_t a, uint16_t b, uint32_t c, uint64_t d,
			      int8_t e, int16_t f, int32_t g, int64_t h, uint8_t *oa, uint16_t *ob,
			      uint32_t *oc, uint64_t *od, int8_t *oe, int16_t *of, int32_t *og,
			      int64_t *oh)
{
	struct all_numbers_req req = { 0 };
	struct all_numbers_rep rep;
	int line, ret;

	all_numbers_put_(&req, a, b, c, d, e, f, g, h);
	ret = cordon_stub_call(&c_->stub, ALL_OP_NUMBERS, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c_->stub, line, ret);
	return all_numbers_get_(c_, &rep, oa, ob, oc, od, oe, of, og, oh);
}

static inline int all_ranges(struct all_client *c, uint32_t mtu, int8_t small, uint64_t large,
			     int64_t least, uint8_t *sum, int16_t *any)
{
	struct all_ranges_req req = { 0 };
	struct all_ranges_rep rep;
	int line, ret;

	all_ranges_put_(&req, mtu, small, large, least);
	ret = cordon_stub_call(&c->stub, ALL_OP_RANGES, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_ranges_get_(c, &rep, sum, any);
}

static inline int all_kinds(struct all_client *c, bool b, enum all_link l, enum all_level v,
			    enum all_plain p, uint32_t f, uint64_t w, bool *ob, enum all_link *ol,
			    enum all_level *ov, enum all_plain *op, uint32_t *of, uint64_t *ow)
{
	struct all_kinds_req req = { 0 };
	struct all_kinds_rep rep;
	int line, ret;

	all_kinds_put_(&req, b, l, v, p, f, w);
	ret = cordon_stub_call(&c->stub, ALL_OP_KINDS, &req, sizeof(req), &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_kinds_get_(c, &rep, ob, ol, ov, op, of, ow);
}

static inline int all_arrays(struct all_client *c, const uint8_t mac[6], const uint16_t s[2],
			     const bool b[3], const enum all_link l[2], const int32_t i[3],
			     uint8_t omac[6], uint16_t os[2], bool ob[3], enum all_link ol[2],
			     int32_t oi[3])
{
	struct all_arrays_req req = { 0 };
	struct all_arrays_rep rep;
	int line, ret;

	all_arrays_put_(&req, mac, s, b, l, i);
	ret = cordon_stub_call(&c->stub, ALL_OP_ARRAYS, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_arrays_get_(c, &rep, omac, os, ob, ol, oi);
}

static inline int all_text(struct all_client *c, const char *line, const char *w, char oline[33],
			   char ow[2])
{
	struct all_text_req req = { 0 };
	struct all_text_rep rep;
	int line_, ret;

	ret = all_text_put_(&req, line, w);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_TEXT, &req, sizeof(req), &rep, sizeof(rep), &line_);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line_, ret);
	return all_text_get_(c, &rep, oline, ow);
}

static inline int all_blob(struct all_client *c, const uint8_t *key, uint32_t key_len,
			   uint8_t okey[16], uint32_t *okey_len)
{
	struct all_blob_req req = { 0 };
	struct all_blob_rep rep;
	int line, ret;

	ret = all_blob_put_(&req, key, key_len);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_BLOB, &req, sizeof(req), &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_blob_get_(c, &rep, okey, okey_len);
}

static inline int all_structs(struct all_client *c, const struct all_stats *s,
			      const struct all_name *n, struct all_stats *os, struct all_name *on)
{
	struct all_structs_req req = { 0 };
	struct all_structs_rep rep;
	int line, ret;

	ret = all_structs_put_(&req, s, n);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_STRUCTS, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_structs_get_(c, &rep, os, on);
}

/* Structs that are the same in C, alone and beside others. */
static inline int all_plain_one(struct all_client *c, const struct all_pair *p, struct all_pair *q)
{
	struct all_plain_one_rep rep;
	int line, ret;

	ret = cordon_stub_call(&c->stub, ALL_OP_PLAIN_ONE, p, sizeof(struct all_plain_one_req),
			       &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_plain_one_get_(c, &rep, q);
}

static inline int all_plain_two(struct all_client *c, const struct all_point p[2],
				struct all_point q[2])
{
	struct all_plain_two_rep rep;
	int line, ret;

	ret = cordon_stub_call(&c->stub, ALL_OP_PLAIN_TWO, p, sizeof(struct all_plain_two_req),
			       &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_plain_two_get_(c, &rep, q);
}

static inline int all_plain_more(struct all_client *c, bool b, const struct all_pair *p,
				 const struct all_point *r, struct all_point *t, struct all_pair *q)
{
	struct all_plain_more_req req = { 0 };
	struct all_plain_more_rep rep;
	int line, ret;

	all_plain_more_put_(&req, b, p, r);
	ret = cordon_stub_call(&c->stub, ALL_OP_PLAIN_MORE, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_plain_more_get_(c, &rep, t, q);
}

/* More than a line holds, both ways. */
static inline int all_far(struct all_client *c, const struct all_group *g, const char *note,
			  struct all_group *og, char onote[301], uint8_t rest[301],
			  uint32_t *rest_len)
{
	struct all_far_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	struct all_far_rep rep;
	int line, ret;

	ret = all_far_put_(&req, g, note);
	if (ret < 0)
		return ret;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 408, 712);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_FAR, &far, sizeof(far), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, &rep, sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_far_get_(c, &rep, og, onote, rest, rest_len);
}

/* More than a line holds, out only. */
static inline int all_far_out(struct all_client *c, uint64_t o[20])
{
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	struct all_far_out_rep rep;
	int line, ret;

	ret = cordon_stub_far(&c->stub, &lent, &far, NULL, 0, 160);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_FAR_OUT, &far, sizeof(far), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, &rep, sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_far_out_get_(c, &rep, o);
}

/* Something in a line, more out than it holds. */
static inline int all_far_both(struct all_client *c, uint8_t x, uint64_t o[20])
{
	struct all_far_both_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	struct all_far_both_rep rep;
	int line, ret;

	all_far_both_put_(&req, x);
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 1, 160);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_FAR_BOTH, &far, sizeof(far), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, &rep, sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_far_both_get_(c, &rep, o);
}

static inline int all_inwards(struct all_client *c, const uint64_t i[20], uint64_t *sum)
{
	struct all_inwards_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	struct all_inwards_rep rep;
	int line, ret;

	all_inwards_put_(&req, i);
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 160, 160);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_INWARDS, &far, sizeof(far), &rep, sizeof(rep),
			       &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, NULL, 0);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_inwards_get_(c, &rep, sum);
}

static inline int all_struct_array(struct all_client *c, const struct all_stats s[2],
				   struct all_stats os[2])
{
	struct all_struct_array_req req = { 0 };
	struct all_struct_array_rep rep;
	int line, ret;

	all_struct_array_put_(&req, s);
	ret = cordon_stub_call(&c->stub, ALL_OP_STRUCT_ARRAY, &req, sizeof(req), &rep, sizeof(rep),
			       &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_struct_array_get_(c, &rep, os);
}

/* Structs that may not fit, in an array; and sets of bits. */
static inline int all_roster(struct all_client *c, const struct all_name names[2],
			     const uint32_t can[2], struct all_name onames[2], uint32_t ocan[2])
{
	struct all_roster_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	struct all_roster_rep rep;
	int line, ret;

	ret = all_roster_put_(&req, names, can);
	if (ret < 0)
		return ret;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 68, 68);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_ROSTER, &far, sizeof(far), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, &rep, sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_roster_get_(c, &rep, onames, ocan);
}

/* A buffer to be read. */
static inline int all_load(struct all_client *c, uint32_t image, uint32_t len)
{
	struct all_load_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int line, ret;

	all_load_put_(&req, image, len);
	lent.buf[0] = image;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_LOAD, &req, sizeof(req), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, NULL, 0);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* A buffer to be filled; says how far. */
static inline int all_fill(struct all_client *c, uint32_t to, uint32_t *len)
{
	struct all_fill_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	struct all_fill_rep rep;
	int line, ret;

	all_fill_put_(&req, to);
	lent.buf[0] = to;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_FILL, &req, sizeof(req), &rep, sizeof(rep), &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, NULL, 0);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_fill_get_(c, &rep, to, len);
}

static inline int all_change(struct all_client *c, uint32_t both, uint16_t from, uint16_t len)
{
	struct all_change_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int line, ret;

	all_change_put_(&req, both, from, len);
	lent.buf[0] = both;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_CHANGE, &req, sizeof(req), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, NULL, 0);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* Two, one of which is kept. */
static inline int all_keep(struct all_client *c, uint32_t name, uint32_t image, uint32_t len)
{
	struct all_keep_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int line, ret;

	all_keep_put_(&req, name, image, len);
	lent.buf[0] = name;
	lent.buf[1] = image;
	lent.n = 2;
	lent.given = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_KEEP, &req, sizeof(req), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, NULL, 0);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* What was kept. */
static inline int all_fetch(struct all_client *c, uint32_t *image, uint32_t *len)
{
	struct all_fetch_rep rep;
	int line, ret;

	ret = cordon_stub_call(&c->stub, ALL_OP_FETCH, NULL, 0, &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_fetch_get_(c, &rep, image, len);
}

/* Everything at once. */
static inline int all_move(struct all_client *c, const uint64_t args[8], uint32_t from, uint32_t to,
			   uint64_t done[8])
{
	struct all_move_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	struct all_move_rep rep;
	int line, ret;

	all_move_put_(&req, args, from, to);
	lent.buf[1] = from;
	lent.buf[2] = to;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 72, 72);
	if (ret < 0)
		return ret;
	lent.n = 3;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_MOVE, &far, sizeof(far), NULL, 0, &line);
	cordon_stub_ended(&c->stub, &lent, line, ret, &rep, sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_move_get_(c, &rep, done);
}

/* Names that our own would like to have. */
static inline int all_shadow(struct all_client *c_, uint32_t c, uint32_t w, uint32_t i,
			     uint32_t ret, uint32_t req, uint32_t rep, uint32_t line, uint32_t now,
			     uint32_t s, uint32_t len, uint32_t deadline, uint32_t state,
			     uint32_t *client, uint32_t *far, uint32_t *lent)
{
	struct all_shadow_req req_ = { 0 };
	struct all_shadow_rep rep_;
	int line_, ret_;

	all_shadow_put_(&req_, c, w, i, ret, req, rep, line, now, s, len, deadline, state);
	ret_ = cordon_stub_call(&c_->stub, ALL_OP_SHADOW, &req_, sizeof(req_), &rep_, sizeof(rep_),
				&line_);
	if (ret_ != (int)sizeof(rep_))
		return cordon_stub_failed(&c_->stub, line_, ret_);
	return all_shadow_get_(c_, &rep_, client, far, lent);
}

static inline int all_link_state(struct all_client *c, bool up, enum all_link how)
{
	struct all_link_state_req req = { 0 };
	int ret;

	all_link_state_put_(&req, up, how);
	ret = cordon_call_start(c->stub.client, ALL_OP_LINK_STATE, &req, sizeof(req), UINT64_MAX);
	if (ret < 0)
		return ret;
	cordon_call_detach(c->stub.client, ret);
	cordon_stub_sent(&c->stub);
	return 0;
}

static inline int all_long_news(struct all_client *c, const char *text)
{
	struct all_long_news_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	ret = all_long_news_put_(&req, text);
	if (ret < 0)
		return ret;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 101, 101);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_LONG_NEWS, &far, sizeof(far), UINT64_MAX);
	ret = cordon_stub_started(&c->stub, &lent, ret);
	if (ret < 0)
		return ret;
	cordon_call_detach(c->stub.client, ret);
	cordon_stub_sent(&c->stub);
	return 0;
}

/* Came later. */
static inline int all_late(struct all_client *c, uint32_t a, uint32_t *b)
{
	struct all_late_req req = { 0 };
	struct all_late_rep rep;
	int line, ret;

	if (c->stub.version < 3)
		return -EOPNOTSUPP;
	all_late_put_(&req, a);
	ret = cordon_stub_call(&c->stub, ALL_OP_LATE, &req, sizeof(req), &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_late_get_(c, &rep, b);
}

static inline int all_later(struct all_client *c, const char *s)
{
	struct all_later_req req = { 0 };
	int line, ret;

	if (c->stub.version < 3)
		return -EOPNOTSUPP;
	ret = all_later_put_(&req, s);
	if (ret < 0)
		return ret;
	ret = cordon_stub_call(&c->stub, ALL_OP_LATER, &req, sizeof(req), NULL, 0, &line);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* Called as what it carries. */
static inline int all_stats(struct all_client *c, const struct all_stats *s, struct all_stats *t)
{
	struct all_stats_req req = { 0 };
	struct all_stats_rep rep;
	int line, ret;

	if (c->stub.version < 3)
		return -EOPNOTSUPP;
	all_stats_put_(&req, s);
	ret = cordon_stub_call(&c->stub, ALL_OP_STATS, &req, sizeof(req), &rep, sizeof(rep), &line);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_stats_get_(c, &rep, t);
}

/* ---- calls that are started, and finished later -------------------------------------------- */

/* The line of the call, for all_open_finish(), or -errno. */
static inline int all_open_start(struct all_client *c, uint64_t deadline)
{
	return cordon_call_start(c->stub.client, ALL_OP_OPEN, NULL, 0, deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_open_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_run_finish(), or -errno. */
static inline int all_run_start(struct all_client *c, uint64_t deadline)
{
	return cordon_call_start(c->stub.client, ALL_OP_RUN, NULL, 0, deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_run_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_close_finish(), or -errno. */
static inline int all_close_start(struct all_client *c, uint64_t deadline)
{
	return cordon_call_start(c->stub.client, ALL_OP_CLOSE, NULL, 0, deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_close_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_numbers_finish(), or -errno. */
static inline int all_numbers_start(struct all_client *c_, uint8_t a, uint16_t b, uint32_t c,
				    uint64_t d, int8_t e, int16_t f, int32_t g, int64_t h,
				    uint64_t deadline)
{
	struct all_numbers_req req = { 0 };

	all_numbers_put_(&req, a, b, c, d, e, f, g, h);
	return cordon_call_start(c_->stub.client, ALL_OP_NUMBERS, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_numbers_finish(struct all_client *c_, int line, uint64_t now, uint8_t *oa,
				     uint16_t *ob, uint32_t *oc, uint64_t *od, int8_t *oe,
				     int16_t *of, int32_t *og, int64_t *oh)
{
	struct all_numbers_rep rep;
	int ret;

	ret = cordon_call_poll(c_->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c_->stub, line, ret);
	return all_numbers_get_(c_, &rep, oa, ob, oc, od, oe, of, og, oh);
}

/* The line of the call, for all_ranges_finish(), or -errno. */
static inline int all_ranges_start(struct all_client *c, uint32_t mtu, int8_t small, uint64_t large,
				   int64_t least, uint64_t deadline)
{
	struct all_ranges_req req = { 0 };

	all_ranges_put_(&req, mtu, small, large, least);
	return cordon_call_start(c->stub.client, ALL_OP_RANGES, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_ranges_finish(struct all_client *c, int line, uint64_t now, uint8_t *sum,
				    int16_t *any)
{
	struct all_ranges_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_ranges_get_(c, &rep, sum, any);
}

/* The line of the call, for all_kinds_finish(), or -errno. */
static inline int all_kinds_start(struct all_client *c, bool b, enum all_link l, enum all_level v,
				  enum all_plain p, uint32_t f, uint64_t w, uint64_t deadline)
{
	struct all_kinds_req req = { 0 };

	all_kinds_put_(&req, b, l, v, p, f, w);
	return cordon_call_start(c->stub.client, ALL_OP_KINDS, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_kinds_finish(struct all_client *c, int line, uint64_t now, bool *ob,
				   enum all_link *ol, enum all_level *ov, enum all_plain *op,
				   uint32_t *of, uint64_t *ow)
{
	struct all_kinds_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_kinds_get_(c, &rep, ob, ol, ov, op, of, ow);
}

/* The line of the call, for all_arrays_finish(), or -errno. */
static inline int all_arrays_start(struct all_client *c, const uint8_t mac[6], const uint16_t s[2],
				   const bool b[3], const enum all_link l[2], const int32_t i[3],
				   uint64_t deadline)
{
	struct all_arrays_req req = { 0 };

	all_arrays_put_(&req, mac, s, b, l, i);
	return cordon_call_start(c->stub.client, ALL_OP_ARRAYS, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_arrays_finish(struct all_client *c, int line, uint64_t now, uint8_t omac[6],
				    uint16_t os[2], bool ob[3], enum all_link ol[2], int32_t oi[3])
{
	struct all_arrays_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_arrays_get_(c, &rep, omac, os, ob, ol, oi);
}

/* The line of the call, for all_text_finish(), or -errno. */
static inline int all_text_start(struct all_client *c, const char *line, const char *w,
				 uint64_t deadline)
{
	struct all_text_req req = { 0 };
	int ret;

	ret = all_text_put_(&req, line, w);
	if (ret < 0)
		return ret;
	return cordon_call_start(c->stub.client, ALL_OP_TEXT, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_text_finish(struct all_client *c, int line_, uint64_t now, char oline[33],
				  char ow[2])
{
	struct all_text_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line_, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line_, ret);
	return all_text_get_(c, &rep, oline, ow);
}

/* The line of the call, for all_blob_finish(), or -errno. */
static inline int all_blob_start(struct all_client *c, const uint8_t *key, uint32_t key_len,
				 uint64_t deadline)
{
	struct all_blob_req req = { 0 };
	int ret;

	ret = all_blob_put_(&req, key, key_len);
	if (ret < 0)
		return ret;
	return cordon_call_start(c->stub.client, ALL_OP_BLOB, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_blob_finish(struct all_client *c, int line, uint64_t now, uint8_t okey[16],
				  uint32_t *okey_len)
{
	struct all_blob_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_blob_get_(c, &rep, okey, okey_len);
}

/* The line of the call, for all_structs_finish(), or -errno. */
static inline int all_structs_start(struct all_client *c, const struct all_stats *s,
				    const struct all_name *n, uint64_t deadline)
{
	struct all_structs_req req = { 0 };
	int ret;

	ret = all_structs_put_(&req, s, n);
	if (ret < 0)
		return ret;
	return cordon_call_start(c->stub.client, ALL_OP_STRUCTS, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_structs_finish(struct all_client *c, int line, uint64_t now,
				     struct all_stats *os, struct all_name *on)
{
	struct all_structs_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_structs_get_(c, &rep, os, on);
}

/* The line of the call, for all_plain_one_finish(), or -errno. */
static inline int all_plain_one_start(struct all_client *c, const struct all_pair *p,
				      uint64_t deadline)
{
	return cordon_call_start(c->stub.client, ALL_OP_PLAIN_ONE, p,
				 sizeof(struct all_plain_one_req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_plain_one_finish(struct all_client *c, int line, uint64_t now,
				       struct all_pair *q)
{
	struct all_plain_one_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_plain_one_get_(c, &rep, q);
}

/* The line of the call, for all_plain_two_finish(), or -errno. */
static inline int all_plain_two_start(struct all_client *c, const struct all_point p[2],
				      uint64_t deadline)
{
	return cordon_call_start(c->stub.client, ALL_OP_PLAIN_TWO, p,
				 sizeof(struct all_plain_two_req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_plain_two_finish(struct all_client *c, int line, uint64_t now,
				       struct all_point q[2])
{
	struct all_plain_two_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_plain_two_get_(c, &rep, q);
}

/* The line of the call, for all_plain_more_finish(), or -errno. */
static inline int all_plain_more_start(struct all_client *c, bool b, const struct all_pair *p,
				       const struct all_point *r, uint64_t deadline)
{
	struct all_plain_more_req req = { 0 };

	all_plain_more_put_(&req, b, p, r);
	return cordon_call_start(c->stub.client, ALL_OP_PLAIN_MORE, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_plain_more_finish(struct all_client *c, int line, uint64_t now,
					struct all_point *t, struct all_pair *q)
{
	struct all_plain_more_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_plain_more_get_(c, &rep, t, q);
}

/* The line of the call, for all_far_finish(), or -errno. */
static inline int all_far_start(struct all_client *c, const struct all_group *g, const char *note,
				uint64_t deadline)
{
	struct all_far_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	ret = all_far_put_(&req, g, note);
	if (ret < 0)
		return ret;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 408, 712);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_FAR, &far, sizeof(far), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_far_finish(struct all_client *c, int line, uint64_t now, struct all_group *og,
				 char onote[301], uint8_t rest[301], uint32_t *rest_len)
{
	struct all_far_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, &rep,
			  sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_far_get_(c, &rep, og, onote, rest, rest_len);
}

/* The line of the call, for all_far_out_finish(), or -errno. */
static inline int all_far_out_start(struct all_client *c, uint64_t deadline)
{
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	ret = cordon_stub_far(&c->stub, &lent, &far, NULL, 0, 160);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_FAR_OUT, &far, sizeof(far), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_far_out_finish(struct all_client *c, int line, uint64_t now, uint64_t o[20])
{
	struct all_far_out_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, &rep,
			  sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_far_out_get_(c, &rep, o);
}

/* The line of the call, for all_far_both_finish(), or -errno. */
static inline int all_far_both_start(struct all_client *c, uint8_t x, uint64_t deadline)
{
	struct all_far_both_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_far_both_put_(&req, x);
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 1, 160);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_FAR_BOTH, &far, sizeof(far), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_far_both_finish(struct all_client *c, int line, uint64_t now, uint64_t o[20])
{
	struct all_far_both_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, &rep,
			  sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_far_both_get_(c, &rep, o);
}

/* The line of the call, for all_inwards_finish(), or -errno. */
static inline int all_inwards_start(struct all_client *c, const uint64_t i[20], uint64_t deadline)
{
	struct all_inwards_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_inwards_put_(&req, i);
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 160, 160);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_INWARDS, &far, sizeof(far), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_inwards_finish(struct all_client *c, int line, uint64_t now, uint64_t *sum)
{
	struct all_inwards_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, NULL, 0);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_inwards_get_(c, &rep, sum);
}

/* The line of the call, for all_struct_array_finish(), or -errno. */
static inline int all_struct_array_start(struct all_client *c, const struct all_stats s[2],
					 uint64_t deadline)
{
	struct all_struct_array_req req = { 0 };

	all_struct_array_put_(&req, s);
	return cordon_call_start(c->stub.client, ALL_OP_STRUCT_ARRAY, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_struct_array_finish(struct all_client *c, int line, uint64_t now,
					  struct all_stats os[2])
{
	struct all_struct_array_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_struct_array_get_(c, &rep, os);
}

/* The line of the call, for all_roster_finish(), or -errno. */
static inline int all_roster_start(struct all_client *c, const struct all_name names[2],
				   const uint32_t can[2], uint64_t deadline)
{
	struct all_roster_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	ret = all_roster_put_(&req, names, can);
	if (ret < 0)
		return ret;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 68, 68);
	if (ret < 0)
		return ret;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_ROSTER, &far, sizeof(far), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_roster_finish(struct all_client *c, int line, uint64_t now,
				    struct all_name onames[2], uint32_t ocan[2])
{
	struct all_roster_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, &rep,
			  sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_roster_get_(c, &rep, onames, ocan);
}

/* The line of the call, for all_load_finish(), or -errno. */
static inline int all_load_start(struct all_client *c, uint32_t image, uint32_t len,
				 uint64_t deadline)
{
	struct all_load_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_load_put_(&req, image, len);
	lent.buf[0] = image;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_LOAD, &req, sizeof(req), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_load_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, NULL, 0);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_fill_finish(), or -errno. */
static inline int all_fill_start(struct all_client *c, uint32_t to, uint64_t deadline)
{
	struct all_fill_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_fill_put_(&req, to);
	lent.buf[0] = to;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_FILL, &req, sizeof(req), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_fill_finish(struct all_client *c, int line, uint64_t now, uint32_t to,
				  uint32_t *len)
{
	struct all_fill_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, NULL, 0);
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_fill_get_(c, &rep, to, len);
}

/* The line of the call, for all_change_finish(), or -errno. */
static inline int all_change_start(struct all_client *c, uint32_t both, uint16_t from, uint16_t len,
				   uint64_t deadline)
{
	struct all_change_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_change_put_(&req, both, from, len);
	lent.buf[0] = both;
	lent.n = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_CHANGE, &req, sizeof(req), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_change_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, NULL, 0);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_keep_finish(), or -errno. */
static inline int all_keep_start(struct all_client *c, uint32_t name, uint32_t image, uint32_t len,
				 uint64_t deadline)
{
	struct all_keep_req req = { 0 };
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_keep_put_(&req, name, image, len);
	lent.buf[0] = name;
	lent.buf[1] = image;
	lent.n = 2;
	lent.given = 1;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_KEEP, &req, sizeof(req), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_keep_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, NULL, 0);
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_fetch_finish(), or -errno. */
static inline int all_fetch_start(struct all_client *c, uint64_t deadline)
{
	return cordon_call_start(c->stub.client, ALL_OP_FETCH, NULL, 0, deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_fetch_finish(struct all_client *c, int line, uint64_t now, uint32_t *image,
				   uint32_t *len)
{
	struct all_fetch_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_fetch_get_(c, &rep, image, len);
}

/* The line of the call, for all_move_finish(), or -errno. */
static inline int all_move_start(struct all_client *c, const uint64_t args[8], uint32_t from,
				 uint32_t to, uint64_t deadline)
{
	struct all_move_req req = { 0 };
	struct cordon_far far;
	struct cordon_stub_lent lent = { 0 };
	int ret;

	all_move_put_(&req, args, from, to);
	lent.buf[1] = from;
	lent.buf[2] = to;
	ret = cordon_stub_far(&c->stub, &lent, &far, &req, 72, 72);
	if (ret < 0)
		return ret;
	lent.n = 3;
	ret = cordon_stub_lend(&c->stub, &lent);
	if (ret < 0)
		return ret;
	ret = cordon_call_start(c->stub.client, ALL_OP_MOVE, &far, sizeof(far), deadline);
	return cordon_stub_started(&c->stub, &lent, ret);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_move_finish(struct all_client *c, int line, uint64_t now, uint64_t done[8])
{
	struct all_move_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	cordon_stub_ended(&c->stub, cordon_stub_lent_on(&c->stub, line), line, ret, &rep,
			  sizeof(rep));
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return all_move_get_(c, &rep, done);
}

/* The line of the call, for all_shadow_finish(), or -errno. */
static inline int all_shadow_start(struct all_client *c_, uint32_t c, uint32_t w, uint32_t i,
				   uint32_t ret, uint32_t req, uint32_t rep, uint32_t line,
				   uint32_t now, uint32_t s, uint32_t len, uint32_t deadline,
				   uint32_t state, uint64_t deadline_)
{
	struct all_shadow_req req_ = { 0 };

	all_shadow_put_(&req_, c, w, i, ret, req, rep, line, now, s, len, deadline, state);
	return cordon_call_start(c_->stub.client, ALL_OP_SHADOW, &req_, sizeof(req_), deadline_);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_shadow_finish(struct all_client *c_, int line_, uint64_t now_,
				    uint32_t *client, uint32_t *far, uint32_t *lent)
{
	struct all_shadow_rep rep_;
	int ret_;

	ret_ = cordon_call_poll(c_->stub.client, line_, now_, &rep_, sizeof(rep_));
	if (ret_ == -EAGAIN)
		return ret_;
	if (ret_ != (int)sizeof(rep_))
		return cordon_stub_failed(&c_->stub, line_, ret_);
	return all_shadow_get_(c_, &rep_, client, far, lent);
}

/* The line of the call, for all_late_finish(), or -errno. */
static inline int all_late_start(struct all_client *c, uint32_t a, uint64_t deadline)
{
	struct all_late_req req = { 0 };

	if (c->stub.version < 3)
		return -EOPNOTSUPP;
	all_late_put_(&req, a);
	return cordon_call_start(c->stub.client, ALL_OP_LATE, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_late_finish(struct all_client *c, int line, uint64_t now, uint32_t *b)
{
	struct all_late_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_late_get_(c, &rep, b);
}

/* The line of the call, for all_later_finish(), or -errno. */
static inline int all_later_start(struct all_client *c, const char *s, uint64_t deadline)
{
	struct all_later_req req = { 0 };
	int ret;

	if (c->stub.version < 3)
		return -EOPNOTSUPP;
	ret = all_later_put_(&req, s);
	if (ret < 0)
		return ret;
	return cordon_call_start(c->stub.client, ALL_OP_LATER, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_later_finish(struct all_client *c, int line, uint64_t now)
{
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, NULL, 0);
	if (ret == -EAGAIN)
		return ret;
	if (ret != 0)
		return cordon_stub_failed(&c->stub, line, ret);
	return 0;
}

/* The line of the call, for all_stats_finish(), or -errno. */
static inline int all_stats_start(struct all_client *c, const struct all_stats *s,
				  uint64_t deadline)
{
	struct all_stats_req req = { 0 };

	if (c->stub.version < 3)
		return -EOPNOTSUPP;
	all_stats_put_(&req, s);
	return cordon_call_start(c->stub.client, ALL_OP_STATS, &req, sizeof(req), deadline);
}

/* -EAGAIN: not yet. Anything else, and the call is over. */
static inline int all_stats_finish(struct all_client *c, int line, uint64_t now,
				   struct all_stats *t)
{
	struct all_stats_rep rep;
	int ret;

	ret = cordon_call_poll(c->stub.client, line, now, &rep, sizeof(rep));
	if (ret == -EAGAIN)
		return ret;
	if (ret != (int)sizeof(rep))
		return cordon_stub_failed(&c->stub, line, ret);
	return all_stats_get_(c, &rep, t);
}

/* ---- calls that are part of a scope -------------------------------------------------------- */
#if !defined(__KERNEL__)

struct all_open_call {
	struct all_client *client;
	int ret; /* as all_open() returned it */
};

static inline void all_open_run_(void *arg)
{
	struct all_open_call *call = (struct all_open_call *)arg;

	call->ret = all_open(call->client);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_open_in(struct cordon_scope *scope, struct all_open_call *call)
{
	(void)cordon_scope_start(scope, all_open_run_, call);
}

struct all_run_call {
	struct all_client *client;
	int ret; /* as all_run() returned it */
};

static inline void all_run_run_(void *arg)
{
	struct all_run_call *call = (struct all_run_call *)arg;

	call->ret = all_run(call->client);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_run_in(struct cordon_scope *scope, struct all_run_call *call)
{
	(void)cordon_scope_start(scope, all_run_run_, call);
}

struct all_close_call {
	struct all_client *client;
	int ret; /* as all_close() returned it */
};

static inline void all_close_run_(void *arg)
{
	struct all_close_call *call = (struct all_close_call *)arg;

	call->ret = all_close(call->client);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_close_in(struct cordon_scope *scope, struct all_close_call *call)
{
	(void)cordon_scope_start(scope, all_close_run_, call);
}

struct all_numbers_call {
	struct all_client *client;
	uint8_t a;
	uint16_t b;
	uint32_t c;
	uint64_t d;
	int8_t e;
	int16_t f;
	int32_t g;
	int64_t h;
	uint8_t oa;
	uint16_t ob;
	uint32_t oc;
	uint64_t od;
	int8_t oe;
	int16_t of;
	int32_t og;
	int64_t oh;
	int ret; /* as all_numbers() returned it */
};

static inline void all_numbers_run_(void *arg)
{
	struct all_numbers_call *call = (struct all_numbers_call *)arg;

	call->ret = all_numbers(call->client, call->a, call->b, call->c, call->d, call->e, call->f,
				call->g, call->h, &call->oa, &call->ob, &call->oc, &call->od,
				&call->oe, &call->of, &call->og, &call->oh);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_numbers_in(struct cordon_scope *scope, struct all_numbers_call *call)
{
	(void)cordon_scope_start(scope, all_numbers_run_, call);
}

struct all_ranges_call {
	struct all_client *client;
	uint32_t mtu;
	int8_t small;
	uint64_t large;
	int64_t least;
	uint8_t sum;
	int16_t any;
	int ret; /* as all_ranges() returned it */
};

static inline void all_ranges_run_(void *arg)
{
	struct all_ranges_call *call = (struct all_ranges_call *)arg;

	call->ret = all_ranges(call->client, call->mtu, call->small, call->large, call->least,
			       &call->sum, &call->any);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_ranges_in(struct cordon_scope *scope, struct all_ranges_call *call)
{
	(void)cordon_scope_start(scope, all_ranges_run_, call);
}

struct all_kinds_call {
	struct all_client *client;
	bool b;
	enum all_link l;
	enum all_level v;
	enum all_plain p;
	uint32_t f;
	uint64_t w;
	bool ob;
	enum all_link ol;
	enum all_level ov;
	enum all_plain op;
	uint32_t of;
	uint64_t ow;
	int ret; /* as all_kinds() returned it */
};

static inline void all_kinds_run_(void *arg)
{
	struct all_kinds_call *call = (struct all_kinds_call *)arg;

	call->ret = all_kinds(call->client, call->b, call->l, call->v, call->p, call->f, call->w,
			      &call->ob, &call->ol, &call->ov, &call->op, &call->of, &call->ow);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_kinds_in(struct cordon_scope *scope, struct all_kinds_call *call)
{
	(void)cordon_scope_start(scope, all_kinds_run_, call);
}

struct all_arrays_call {
	struct all_client *client;
	const uint8_t *mac;
	const uint16_t *s;
	const bool *b;
	const enum all_link *l;
	const int32_t *i;
	uint8_t omac[6];
	uint16_t os[2];
	bool ob[3];
	enum all_link ol[2];
	int32_t oi[3];
	int ret; /* as all_arrays() returned it */
};

static inline void all_arrays_run_(void *arg)
{
	struct all_arrays_call *call = (struct all_arrays_call *)arg;

	call->ret = all_arrays(call->client, call->mac, call->s, call->b, call->l, call->i,
			       call->omac, call->os, call->ob, call->ol, call->oi);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_arrays_in(struct cordon_scope *scope, struct all_arrays_call *call)
{
	(void)cordon_scope_start(scope, all_arrays_run_, call);
}

struct all_text_call {
	struct all_client *client;
	const char *line;
	const char *w;
	char oline[33];
	char ow[2];
	int ret; /* as all_text() returned it */
};

static inline void all_text_run_(void *arg)
{
	struct all_text_call *call = (struct all_text_call *)arg;

	call->ret = all_text(call->client, call->line, call->w, call->oline, call->ow);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_text_in(struct cordon_scope *scope, struct all_text_call *call)
{
	(void)cordon_scope_start(scope, all_text_run_, call);
}

struct all_blob_call {
	struct all_client *client;
	const uint8_t *key;
	uint32_t key_len;
	uint8_t okey[16];

	uint32_t okey_len;
	int ret; /* as all_blob() returned it */
};

static inline void all_blob_run_(void *arg)
{
	struct all_blob_call *call = (struct all_blob_call *)arg;

	call->ret = all_blob(call->client, call->key, call->key_len, call->okey, &call->okey_len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_blob_in(struct cordon_scope *scope, struct all_blob_call *call)
{
	(void)cordon_scope_start(scope, all_blob_run_, call);
}

struct all_structs_call {
	struct all_client *client;
	const struct all_stats *s;
	const struct all_name *n;
	struct all_stats os;
	struct all_name on;
	int ret; /* as all_structs() returned it */
};

static inline void all_structs_run_(void *arg)
{
	struct all_structs_call *call = (struct all_structs_call *)arg;

	call->ret = all_structs(call->client, call->s, call->n, &call->os, &call->on);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_structs_in(struct cordon_scope *scope, struct all_structs_call *call)
{
	(void)cordon_scope_start(scope, all_structs_run_, call);
}

struct all_plain_one_call {
	struct all_client *client;
	const struct all_pair *p;
	struct all_pair q;
	int ret; /* as all_plain_one() returned it */
};

static inline void all_plain_one_run_(void *arg)
{
	struct all_plain_one_call *call = (struct all_plain_one_call *)arg;

	call->ret = all_plain_one(call->client, call->p, &call->q);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_plain_one_in(struct cordon_scope *scope, struct all_plain_one_call *call)
{
	(void)cordon_scope_start(scope, all_plain_one_run_, call);
}

struct all_plain_two_call {
	struct all_client *client;
	const struct all_point *p;
	struct all_point q[2];
	int ret; /* as all_plain_two() returned it */
};

static inline void all_plain_two_run_(void *arg)
{
	struct all_plain_two_call *call = (struct all_plain_two_call *)arg;

	call->ret = all_plain_two(call->client, call->p, call->q);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_plain_two_in(struct cordon_scope *scope, struct all_plain_two_call *call)
{
	(void)cordon_scope_start(scope, all_plain_two_run_, call);
}

struct all_plain_more_call {
	struct all_client *client;
	bool b;
	const struct all_pair *p;
	const struct all_point *r;
	struct all_point t;
	struct all_pair q;
	int ret; /* as all_plain_more() returned it */
};

static inline void all_plain_more_run_(void *arg)
{
	struct all_plain_more_call *call = (struct all_plain_more_call *)arg;

	call->ret = all_plain_more(call->client, call->b, call->p, call->r, &call->t, &call->q);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_plain_more_in(struct cordon_scope *scope, struct all_plain_more_call *call)
{
	(void)cordon_scope_start(scope, all_plain_more_run_, call);
}

struct all_far_call {
	struct all_client *client;
	const struct all_group *g;
	const char *note;
	struct all_group og;
	char onote[301];
	uint8_t rest[301];

	uint32_t rest_len;
	int ret; /* as all_far() returned it */
};

static inline void all_far_run_(void *arg)
{
	struct all_far_call *call = (struct all_far_call *)arg;

	call->ret = all_far(call->client, call->g, call->note, &call->og, call->onote, call->rest,
			    &call->rest_len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_far_in(struct cordon_scope *scope, struct all_far_call *call)
{
	(void)cordon_scope_start(scope, all_far_run_, call);
}

struct all_far_out_call {
	struct all_client *client;
	uint64_t o[20];
	int ret; /* as all_far_out() returned it */
};

static inline void all_far_out_run_(void *arg)
{
	struct all_far_out_call *call = (struct all_far_out_call *)arg;

	call->ret = all_far_out(call->client, call->o);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_far_out_in(struct cordon_scope *scope, struct all_far_out_call *call)
{
	(void)cordon_scope_start(scope, all_far_out_run_, call);
}

struct all_far_both_call {
	struct all_client *client;
	uint8_t x;
	uint64_t o[20];
	int ret; /* as all_far_both() returned it */
};

static inline void all_far_both_run_(void *arg)
{
	struct all_far_both_call *call = (struct all_far_both_call *)arg;

	call->ret = all_far_both(call->client, call->x, call->o);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_far_both_in(struct cordon_scope *scope, struct all_far_both_call *call)
{
	(void)cordon_scope_start(scope, all_far_both_run_, call);
}

struct all_inwards_call {
	struct all_client *client;
	const uint64_t *i;
	uint64_t sum;
	int ret; /* as all_inwards() returned it */
};

static inline void all_inwards_run_(void *arg)
{
	struct all_inwards_call *call = (struct all_inwards_call *)arg;

	call->ret = all_inwards(call->client, call->i, &call->sum);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_inwards_in(struct cordon_scope *scope, struct all_inwards_call *call)
{
	(void)cordon_scope_start(scope, all_inwards_run_, call);
}

struct all_struct_array_call {
	struct all_client *client;
	const struct all_stats *s;
	struct all_stats os[2];
	int ret; /* as all_struct_array() returned it */
};

static inline void all_struct_array_run_(void *arg)
{
	struct all_struct_array_call *call = (struct all_struct_array_call *)arg;

	call->ret = all_struct_array(call->client, call->s, call->os);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_struct_array_in(struct cordon_scope *scope,
				       struct all_struct_array_call *call)
{
	(void)cordon_scope_start(scope, all_struct_array_run_, call);
}

struct all_roster_call {
	struct all_client *client;
	const struct all_name *names;
	const uint32_t *can;
	struct all_name onames[2];
	uint32_t ocan[2];
	int ret; /* as all_roster() returned it */
};

static inline void all_roster_run_(void *arg)
{
	struct all_roster_call *call = (struct all_roster_call *)arg;

	call->ret = all_roster(call->client, call->names, call->can, call->onames, call->ocan);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_roster_in(struct cordon_scope *scope, struct all_roster_call *call)
{
	(void)cordon_scope_start(scope, all_roster_run_, call);
}

struct all_load_call {
	struct all_client *client;
	uint32_t image;
	uint32_t len;
	int ret; /* as all_load() returned it */
};

static inline void all_load_run_(void *arg)
{
	struct all_load_call *call = (struct all_load_call *)arg;

	call->ret = all_load(call->client, call->image, call->len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_load_in(struct cordon_scope *scope, struct all_load_call *call)
{
	(void)cordon_scope_start(scope, all_load_run_, call);
}

struct all_fill_call {
	struct all_client *client;
	uint32_t to;
	uint32_t len;
	int ret; /* as all_fill() returned it */
};

static inline void all_fill_run_(void *arg)
{
	struct all_fill_call *call = (struct all_fill_call *)arg;

	call->ret = all_fill(call->client, call->to, &call->len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_fill_in(struct cordon_scope *scope, struct all_fill_call *call)
{
	(void)cordon_scope_start(scope, all_fill_run_, call);
}

struct all_change_call {
	struct all_client *client;
	uint32_t both;
	uint16_t from;
	uint16_t len;
	int ret; /* as all_change() returned it */
};

static inline void all_change_run_(void *arg)
{
	struct all_change_call *call = (struct all_change_call *)arg;

	call->ret = all_change(call->client, call->both, call->from, call->len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_change_in(struct cordon_scope *scope, struct all_change_call *call)
{
	(void)cordon_scope_start(scope, all_change_run_, call);
}

struct all_keep_call {
	struct all_client *client;
	uint32_t name;
	uint32_t image;
	uint32_t len;
	int ret; /* as all_keep() returned it */
};

static inline void all_keep_run_(void *arg)
{
	struct all_keep_call *call = (struct all_keep_call *)arg;

	call->ret = all_keep(call->client, call->name, call->image, call->len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_keep_in(struct cordon_scope *scope, struct all_keep_call *call)
{
	(void)cordon_scope_start(scope, all_keep_run_, call);
}

struct all_fetch_call {
	struct all_client *client;
	uint32_t image;
	uint32_t len;
	int ret; /* as all_fetch() returned it */
};

static inline void all_fetch_run_(void *arg)
{
	struct all_fetch_call *call = (struct all_fetch_call *)arg;

	call->ret = all_fetch(call->client, &call->image, &call->len);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_fetch_in(struct cordon_scope *scope, struct all_fetch_call *call)
{
	(void)cordon_scope_start(scope, all_fetch_run_, call);
}

struct all_move_call {
	struct all_client *client;
	const uint64_t *args;
	uint32_t from;
	uint32_t to;
	uint64_t done[8];
	int ret; /* as all_move() returned it */
};

static inline void all_move_run_(void *arg)
{
	struct all_move_call *call = (struct all_move_call *)arg;

	call->ret = all_move(call->client, call->args, call->from, call->to, call->done);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_move_in(struct cordon_scope *scope, struct all_move_call *call)
{
	(void)cordon_scope_start(scope, all_move_run_, call);
}

struct all_shadow_call {
	struct all_client *client_;
	uint32_t c;
	uint32_t w;
	uint32_t i;
	uint32_t ret;
	uint32_t req;
	uint32_t rep;
	uint32_t line;
	uint32_t now;
	uint32_t s;
	uint32_t len;
	uint32_t deadline;
	uint32_t state;
	uint32_t client;
	uint32_t far;
	uint32_t lent;
	int ret_; /* as all_shadow() returned it */
};

static inline void all_shadow_run_(void *arg)
{
	struct all_shadow_call *call = (struct all_shadow_call *)arg;

	call->ret_ = all_shadow(call->client_, call->c, call->w, call->i, call->ret, call->req,
				call->rep, call->line, call->now, call->s, call->len,
				call->deadline, call->state, &call->client, &call->far,
				&call->lent);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_shadow_in(struct cordon_scope *scope, struct all_shadow_call *call)
{
	(void)cordon_scope_start(scope, all_shadow_run_, call);
}

struct all_late_call {
	struct all_client *client;
	uint32_t a;
	uint32_t b;
	int ret; /* as all_late() returned it */
};

static inline void all_late_run_(void *arg)
{
	struct all_late_call *call = (struct all_late_call *)arg;

	call->ret = all_late(call->client, call->a, &call->b);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_late_in(struct cordon_scope *scope, struct all_late_call *call)
{
	(void)cordon_scope_start(scope, all_late_run_, call);
}

struct all_later_call {
	struct all_client *client;
	const char *s;
	int ret; /* as all_later() returned it */
};

static inline void all_later_run_(void *arg)
{
	struct all_later_call *call = (struct all_later_call *)arg;

	call->ret = all_later(call->client, call->s);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_later_in(struct cordon_scope *scope, struct all_later_call *call)
{
	(void)cordon_scope_start(scope, all_later_run_, call);
}

struct all_stats_call {
	struct all_client *client;
	const struct all_stats *s;
	struct all_stats t;
	int ret; /* as all_stats() returned it */
};

static inline void all_stats_run_(void *arg)
{
	struct all_stats_call *call = (struct all_stats_call *)arg;

	call->ret = all_stats(call->client, call->s, &call->t);
}

/* As a part of @scope; @call until it is joined. */
static inline void all_stats_in(struct cordon_scope *scope, struct all_stats_call *call)
{
	(void)cordon_scope_start(scope, all_stats_run_, call);
}

#endif

#endif
