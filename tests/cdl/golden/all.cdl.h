/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Made by cordon-cdl from all.cdl: what both ends share. A change in here would be lost. */
/*
 * All that the language has, for the tests: a device that does nothing
 * with everything.
 */
#ifndef ALL_CDL_H
#define ALL_CDL_H

#include <errno.h>
#include <stddef.h>
#include "channels/decode.h"
#include "channels/stub.h"

#define ALL_VERSION 3 /* the newest that is in here, */
#define ALL_OLDEST 2 /* and the oldest */

enum all_op {
	ALL_OP_HELLO = 0,
	ALL_OP_OPEN = 1,
	ALL_OP_RUN = 2,
	ALL_OP_CLOSE = 3,
	ALL_OP_NUMBERS = 4,
	ALL_OP_RANGES = 5,
	ALL_OP_KINDS = 6,
	ALL_OP_ARRAYS = 7,
	ALL_OP_TEXT = 8,
	ALL_OP_BLOB = 9,
	ALL_OP_STRUCTS = 10,
	ALL_OP_PLAIN_ONE = 11,
	ALL_OP_PLAIN_TWO = 12,
	ALL_OP_PLAIN_MORE = 13,
	ALL_OP_FAR = 14,
	ALL_OP_FAR_OUT = 15,
	ALL_OP_FAR_BOTH = 16,
	ALL_OP_INWARDS = 17,
	ALL_OP_STRUCT_ARRAY = 18,
	ALL_OP_ROSTER = 19,
	ALL_OP_LOAD = 20,
	ALL_OP_FILL = 21,
	ALL_OP_CHANGE = 22,
	ALL_OP_KEEP = 23,
	ALL_OP_FETCH = 24,
	ALL_OP_MOVE = 25,
	ALL_OP_SHADOW = 26,
	ALL_OP_LINK_STATE = 27,
	ALL_OP_LONG_NEWS = 28,
	ALL_OP_LATE = 29,
	ALL_OP_LATER = 30,
	ALL_OP_STATS = 31,
	ALL_OP_COUNT = 32,
};

/* A server begins in the first. */
enum all_state {
	ALL_STATE_CLOSED = 0,
	ALL_STATE_OPEN = 1,
	ALL_STATE_RUNNING = 2,
};

/* What fits a link; this: * / ends nothing, this: / * begins nothing. */
#define ALL_MTU_MAX 65521
#define ALL_SLOTS 4
#define ALL_LEAST (-9)
#define ALL_MOST 18446744073709551615ull

/* How a link is. */
enum all_link {
	ALL_LINK_DOWN = 0,
	ALL_LINK_UP = 5,
	ALL_LINK_UNKNOWN = 6, /* nobody knows */
};

enum all_level {
	ALL_LEVEL_LOWEST = -300,
	ALL_LEVEL_ZERO = 0,
	ALL_LEVEL_HIGHEST = 300,
};

enum all_plain {
	ALL_PLAIN_ONE = 0,
	ALL_PLAIN_TWO = 1,
};

/* What a device can do. */
#define ALL_FEATURES_TSO 0x1u /* cuts segments */
#define ALL_FEATURES_CSUM 0x2u
#define ALL_FEATURES_LAST 0x80000000u
#define ALL_FEATURES_ALL 0x80000003u

#define ALL_WIDE_LOW 0x1ull
#define ALL_WIDE_HIGH 0x8000000000000000ull
#define ALL_WIDE_ALL 0x8000000000000001ull

/* Counters. */
struct all_stats {
	uint64_t tx;
	uint8_t kind;
	int32_t worst;
	bool on;
};

struct all_name {
	char text[21]; /* in any language */
	uint8_t key[5];
	uint32_t key_len;
	enum all_link how;
	uint16_t id;
};

/* The same in C and on the wire. */
struct all_pair {
	uint32_t a;
	uint32_t f;
	uint64_t b;
};

struct all_point {
	int32_t x;
	int32_t y;
};

struct all_group {
	struct all_name first;
	struct all_stats each[2];
	uint32_t can;
	bool flag[3];
	enum all_link links[4];
	uint16_t numbers[3];
};

/* ---- on the wire --------------------------------------------------------------------------- */

static inline bool all_link_ok_(uint8_t value)
{
	switch (value) {
	case ALL_LINK_DOWN:
	case ALL_LINK_UP:
	case ALL_LINK_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static inline bool all_level_ok_(int16_t value)
{
	switch (value) {
	case ALL_LEVEL_LOWEST:
	case ALL_LEVEL_ZERO:
	case ALL_LEVEL_HIGHEST:
		return true;
	default:
		return false;
	}
}

static inline bool all_plain_ok_(uint32_t value)
{
	switch (value) {
	case ALL_PLAIN_ONE:
	case ALL_PLAIN_TWO:
		return true;
	default:
		return false;
	}
}

struct all_stats_wire {
	uint64_t tx;
	uint8_t kind;
	uint8_t pad2_[3];
	int32_t worst;
	uint8_t on;
	uint8_t pad4_[7];
};

_Static_assert(sizeof(struct all_stats_wire) == 24, "fixed width");
_Static_assert(offsetof(struct all_stats_wire, tx) == 0, "fixed place");
_Static_assert(offsetof(struct all_stats_wire, kind) == 8, "fixed place");
_Static_assert(offsetof(struct all_stats_wire, worst) == 12, "fixed place");
_Static_assert(offsetof(struct all_stats_wire, on) == 16, "fixed place");

static inline bool all_stats_wire_ok_(const struct all_stats_wire *w)
{
	if (w->kind < 1 || w->kind > 3)
		return false;
	if (!cordon_stub_zero(w->pad2_, 3))
		return false;
	if (w->on > 1)
		return false;
	if (!cordon_stub_zero(w->pad4_, 7))
		return false;
	return true;
}

static inline void all_stats_wire_put_(struct all_stats_wire *w, const struct all_stats *c)
{
	w->tx = c->tx;
	w->kind = c->kind;
	w->worst = c->worst;
	w->on = c->on;
}

static inline void all_stats_wire_get_(struct all_stats *c, const struct all_stats_wire *w)
{
	c->tx = w->tx;
	c->kind = w->kind;
	c->worst = w->worst;
	c->on = w->on;
}

struct all_name_wire {
	struct {
		uint8_t len;
		uint8_t at[20];
	} text;
	struct {
		uint8_t len;
		uint8_t at[5];
	} key;
	uint8_t how;
	uint16_t id;
};

_Static_assert(sizeof(struct all_name_wire) == 30, "fixed width");
_Static_assert(offsetof(struct all_name_wire, text) == 0, "fixed place");
_Static_assert(offsetof(struct all_name_wire, key) == 21, "fixed place");
_Static_assert(offsetof(struct all_name_wire, how) == 27, "fixed place");
_Static_assert(offsetof(struct all_name_wire, id) == 28, "fixed place");

static inline bool all_name_wire_ok_(const struct all_name_wire *w)
{
	if (!cordon_stub_str_ok(w->text.at, w->text.len, 20, 20))
		return false;
	if (!cordon_stub_bytes_ok(w->key.at, w->key.len, 5, 5))
		return false;
	if (!all_link_ok_(w->how))
		return false;
	return true;
}

static inline bool all_name_wire_put_(struct all_name_wire *w, const struct all_name *c)
{
	uint32_t text_len_;
	uint32_t key_len_;

	if (!cordon_stub_put_str(w->text.at, 20, c->text, 20, &text_len_))
		return false;
	w->text.len = (uint8_t)text_len_;
	if (!cordon_stub_put_bytes(w->key.at, 5, c->key, c->key_len, 5, &key_len_))
		return false;
	w->key.len = (uint8_t)key_len_;
	w->how = (uint8_t)c->how;
	w->id = c->id;
	return true;
}

static inline void all_name_wire_get_(struct all_name *c, const struct all_name_wire *w)
{
	cordon_stub_get_str(c->text, w->text.at, w->text.len);
	cordon_stub_copy(c->key, w->key.at, 5);
	c->key_len = w->key.len;
	c->how = (enum all_link)w->how;
	c->id = w->id;
}

_Static_assert(sizeof(struct all_pair) == 16, "fixed width");
_Static_assert(offsetof(struct all_pair, a) == 0, "fixed place");
_Static_assert(offsetof(struct all_pair, f) == 4, "fixed place");
_Static_assert(offsetof(struct all_pair, b) == 8, "fixed place");

static inline bool all_pair_wire_ok_(const struct all_pair *w)
{
	if (w->a < 1 || w->a > 10)
		return false;
	if ((w->f & ~ALL_FEATURES_ALL) != 0)
		return false;
	return true;
}

_Static_assert(sizeof(struct all_point) == 8, "fixed width");
_Static_assert(offsetof(struct all_point, x) == 0, "fixed place");
_Static_assert(offsetof(struct all_point, y) == 4, "fixed place");

struct all_group_wire {
	struct all_name_wire first;
	uint8_t pad1_[2];
	struct all_stats_wire each[2];
	uint32_t can;
	uint8_t flag[3];
	uint8_t links[4];
	uint8_t pad5_[1];
	uint16_t numbers[3];
	uint8_t pad6_[6];
};

_Static_assert(sizeof(struct all_group_wire) == 104, "fixed width");
_Static_assert(offsetof(struct all_group_wire, first) == 0, "fixed place");
_Static_assert(offsetof(struct all_group_wire, each) == 32, "fixed place");
_Static_assert(offsetof(struct all_group_wire, can) == 80, "fixed place");
_Static_assert(offsetof(struct all_group_wire, flag) == 84, "fixed place");
_Static_assert(offsetof(struct all_group_wire, links) == 87, "fixed place");
_Static_assert(offsetof(struct all_group_wire, numbers) == 92, "fixed place");

static inline bool all_group_wire_ok_(const struct all_group_wire *w)
{
	if (!all_name_wire_ok_(&w->first))
		return false;
	if (!cordon_stub_zero(w->pad1_, 2))
		return false;
	for (uint32_t i = 0; i < 2; i++)
		if (!all_stats_wire_ok_(&w->each[i]))
			return false;
	if ((w->can & ~ALL_FEATURES_ALL) != 0)
		return false;
	for (uint32_t i = 0; i < 3; i++)
		if (w->flag[i] > 1)
			return false;
	for (uint32_t i = 0; i < 4; i++)
		if (!all_link_ok_(w->links[i]))
			return false;
	if (!cordon_stub_zero(w->pad5_, 1))
		return false;
	if (!cordon_stub_zero(w->pad6_, 6))
		return false;
	return true;
}

static inline bool all_group_wire_put_(struct all_group_wire *w, const struct all_group *c)
{
	if (!all_name_wire_put_(&w->first, &c->first))
		return false;
	for (uint32_t i = 0; i < 2; i++)
		all_stats_wire_put_(&w->each[i], &c->each[i]);
	w->can = c->can;
	for (uint32_t i = 0; i < 3; i++)
		w->flag[i] = c->flag[i];
	for (uint32_t i = 0; i < 4; i++)
		w->links[i] = (uint8_t)c->links[i];
	cordon_stub_copy(w->numbers, c->numbers, 6);
	return true;
}

static inline void all_group_wire_get_(struct all_group *c, const struct all_group_wire *w)
{
	all_name_wire_get_(&c->first, &w->first);
	for (uint32_t i = 0; i < 2; i++)
		all_stats_wire_get_(&c->each[i], &w->each[i]);
	c->can = w->can;
	for (uint32_t i = 0; i < 3; i++)
		c->flag[i] = w->flag[i];
	for (uint32_t i = 0; i < 4; i++)
		c->links[i] = (enum all_link)w->links[i];
	cordon_stub_copy(c->numbers, w->numbers, 6);
}

struct all_numbers_req {
	uint8_t a;
	uint8_t pad1_[1];
	uint16_t b;
	uint32_t c;
	uint64_t d;
	int8_t e;
	uint8_t pad5_[1];
	int16_t f;
	int32_t g;
	int64_t h;
};

_Static_assert(sizeof(struct all_numbers_req) == 32, "fixed width");
_Static_assert(offsetof(struct all_numbers_req, a) == 0, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, b) == 2, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, c) == 4, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, d) == 8, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, e) == 16, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, f) == 18, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, g) == 20, "fixed place");
_Static_assert(offsetof(struct all_numbers_req, h) == 24, "fixed place");

static inline bool all_numbers_req_ok_(const struct all_numbers_req *w)
{
	if (!cordon_stub_zero(w->pad1_, 1))
		return false;
	if (!cordon_stub_zero(w->pad5_, 1))
		return false;
	return true;
}

struct all_numbers_rep {
	uint8_t oa;
	uint8_t pad1_[1];
	uint16_t ob;
	uint32_t oc;
	uint64_t od;
	int8_t oe;
	uint8_t pad5_[1];
	int16_t of;
	int32_t og;
	int64_t oh;
};

_Static_assert(sizeof(struct all_numbers_rep) == 32, "fixed width");
_Static_assert(offsetof(struct all_numbers_rep, oa) == 0, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, ob) == 2, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, oc) == 4, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, od) == 8, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, oe) == 16, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, of) == 18, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, og) == 20, "fixed place");
_Static_assert(offsetof(struct all_numbers_rep, oh) == 24, "fixed place");

static inline bool all_numbers_rep_ok_(const struct all_numbers_rep *w)
{
	if (!cordon_stub_zero(w->pad1_, 1))
		return false;
	if (!cordon_stub_zero(w->pad5_, 1))
		return false;
	return true;
}

struct all_ranges_req {
	uint32_t mtu;
	int8_t small;
	uint8_t pad2_[3];
	uint64_t large;
	int64_t least;
};

_Static_assert(sizeof(struct all_ranges_req) == 24, "fixed width");
_Static_assert(offsetof(struct all_ranges_req, mtu) == 0, "fixed place");
_Static_assert(offsetof(struct all_ranges_req, small) == 4, "fixed place");
_Static_assert(offsetof(struct all_ranges_req, large) == 8, "fixed place");
_Static_assert(offsetof(struct all_ranges_req, least) == 16, "fixed place");

static inline bool all_ranges_req_ok_(const struct all_ranges_req *w)
{
	if (w->mtu < 68 || w->mtu > 65521)
		return false;
	if (w->small < -5 || w->small > 5)
		return false;
	if (!cordon_stub_zero(w->pad2_, 3))
		return false;
	if (w->large < 9223372036854775808ull)
		return false;
	if (w->least < -9 || w->least > 0)
		return false;
	return true;
}

struct all_ranges_rep {
	uint8_t sum;
	uint8_t pad1_[1];
	int16_t any;
};

_Static_assert(sizeof(struct all_ranges_rep) == 4, "fixed width");
_Static_assert(offsetof(struct all_ranges_rep, sum) == 0, "fixed place");
_Static_assert(offsetof(struct all_ranges_rep, any) == 2, "fixed place");

static inline bool all_ranges_rep_ok_(const struct all_ranges_rep *w)
{
	if (w->sum > 9)
		return false;
	if (!cordon_stub_zero(w->pad1_, 1))
		return false;
	return true;
}

struct all_kinds_req {
	uint8_t b;
	uint8_t l;
	int16_t v;
	uint32_t p;
	uint32_t f;
	uint8_t pad5_[4];
	uint64_t w;
};

_Static_assert(sizeof(struct all_kinds_req) == 24, "fixed width");
_Static_assert(offsetof(struct all_kinds_req, b) == 0, "fixed place");
_Static_assert(offsetof(struct all_kinds_req, l) == 1, "fixed place");
_Static_assert(offsetof(struct all_kinds_req, v) == 2, "fixed place");
_Static_assert(offsetof(struct all_kinds_req, p) == 4, "fixed place");
_Static_assert(offsetof(struct all_kinds_req, f) == 8, "fixed place");
_Static_assert(offsetof(struct all_kinds_req, w) == 16, "fixed place");

static inline bool all_kinds_req_ok_(const struct all_kinds_req *w)
{
	if (w->b > 1)
		return false;
	if (!all_link_ok_(w->l))
		return false;
	if (!all_level_ok_(w->v))
		return false;
	if (!all_plain_ok_(w->p))
		return false;
	if ((w->f & ~ALL_FEATURES_ALL) != 0)
		return false;
	if (!cordon_stub_zero(w->pad5_, 4))
		return false;
	if ((w->w & ~ALL_WIDE_ALL) != 0)
		return false;
	return true;
}

struct all_kinds_rep {
	uint8_t ob;
	uint8_t ol;
	int16_t ov;
	uint32_t op;
	uint32_t of;
	uint8_t pad5_[4];
	uint64_t ow;
};

_Static_assert(sizeof(struct all_kinds_rep) == 24, "fixed width");
_Static_assert(offsetof(struct all_kinds_rep, ob) == 0, "fixed place");
_Static_assert(offsetof(struct all_kinds_rep, ol) == 1, "fixed place");
_Static_assert(offsetof(struct all_kinds_rep, ov) == 2, "fixed place");
_Static_assert(offsetof(struct all_kinds_rep, op) == 4, "fixed place");
_Static_assert(offsetof(struct all_kinds_rep, of) == 8, "fixed place");
_Static_assert(offsetof(struct all_kinds_rep, ow) == 16, "fixed place");

static inline bool all_kinds_rep_ok_(const struct all_kinds_rep *w)
{
	if (w->ob > 1)
		return false;
	if (!all_link_ok_(w->ol))
		return false;
	if (!all_level_ok_(w->ov))
		return false;
	if (!all_plain_ok_(w->op))
		return false;
	if ((w->of & ~ALL_FEATURES_ALL) != 0)
		return false;
	if (!cordon_stub_zero(w->pad5_, 4))
		return false;
	if ((w->ow & ~ALL_WIDE_ALL) != 0)
		return false;
	return true;
}

struct all_arrays_req {
	uint8_t mac[6];
	uint16_t s[2];
	uint8_t b[3];
	uint8_t l[2];
	uint8_t pad4_[1];
	int32_t i[3];
};

_Static_assert(sizeof(struct all_arrays_req) == 28, "fixed width");
_Static_assert(offsetof(struct all_arrays_req, mac) == 0, "fixed place");
_Static_assert(offsetof(struct all_arrays_req, s) == 6, "fixed place");
_Static_assert(offsetof(struct all_arrays_req, b) == 10, "fixed place");
_Static_assert(offsetof(struct all_arrays_req, l) == 13, "fixed place");
_Static_assert(offsetof(struct all_arrays_req, i) == 16, "fixed place");

static inline bool all_arrays_req_ok_(const struct all_arrays_req *w)
{
	for (uint32_t i = 0; i < 3; i++)
		if (w->b[i] > 1)
			return false;
	for (uint32_t i = 0; i < 2; i++)
		if (!all_link_ok_(w->l[i]))
			return false;
	if (!cordon_stub_zero(w->pad4_, 1))
		return false;
	return true;
}

struct all_arrays_rep {
	uint8_t omac[6];
	uint16_t os[2];
	uint8_t ob[3];
	uint8_t ol[2];
	uint8_t pad4_[1];
	int32_t oi[3];
};

_Static_assert(sizeof(struct all_arrays_rep) == 28, "fixed width");
_Static_assert(offsetof(struct all_arrays_rep, omac) == 0, "fixed place");
_Static_assert(offsetof(struct all_arrays_rep, os) == 6, "fixed place");
_Static_assert(offsetof(struct all_arrays_rep, ob) == 10, "fixed place");
_Static_assert(offsetof(struct all_arrays_rep, ol) == 13, "fixed place");
_Static_assert(offsetof(struct all_arrays_rep, oi) == 16, "fixed place");

static inline bool all_arrays_rep_ok_(const struct all_arrays_rep *w)
{
	for (uint32_t i = 0; i < 3; i++)
		if (w->ob[i] > 1)
			return false;
	for (uint32_t i = 0; i < 2; i++)
		if (!all_link_ok_(w->ol[i]))
			return false;
	if (!cordon_stub_zero(w->pad4_, 1))
		return false;
	return true;
}

struct all_text_req {
	struct {
		uint8_t len;
		uint8_t at[32];
	} line;
	struct {
		uint8_t len;
		uint8_t at[1];
	} w;
};

_Static_assert(sizeof(struct all_text_req) == 35, "fixed width");
_Static_assert(offsetof(struct all_text_req, line) == 0, "fixed place");
_Static_assert(offsetof(struct all_text_req, w) == 33, "fixed place");

static inline bool all_text_req_ok_(const struct all_text_req *w)
{
	if (!cordon_stub_str_ok(w->line.at, w->line.len, 32, 32))
		return false;
	if (!cordon_stub_str_ok(w->w.at, w->w.len, 1, 1))
		return false;
	return true;
}

struct all_text_rep {
	struct {
		uint8_t len;
		uint8_t at[32];
	} oline;
	struct {
		uint8_t len;
		uint8_t at[1];
	} ow;
};

_Static_assert(sizeof(struct all_text_rep) == 35, "fixed width");
_Static_assert(offsetof(struct all_text_rep, oline) == 0, "fixed place");
_Static_assert(offsetof(struct all_text_rep, ow) == 33, "fixed place");

static inline bool all_text_rep_ok_(const struct all_text_rep *w)
{
	if (!cordon_stub_str_ok(w->oline.at, w->oline.len, 32, 32))
		return false;
	if (!cordon_stub_str_ok(w->ow.at, w->ow.len, 1, 1))
		return false;
	return true;
}

struct all_blob_req {
	struct {
		uint8_t len;
		uint8_t at[16];
	} key;
};

_Static_assert(sizeof(struct all_blob_req) == 17, "fixed width");
_Static_assert(offsetof(struct all_blob_req, key) == 0, "fixed place");

static inline bool all_blob_req_ok_(const struct all_blob_req *w)
{
	if (!cordon_stub_bytes_ok(w->key.at, w->key.len, 16, 16))
		return false;
	return true;
}

struct all_blob_rep {
	struct {
		uint8_t len;
		uint8_t at[16];
	} okey;
};

_Static_assert(sizeof(struct all_blob_rep) == 17, "fixed width");
_Static_assert(offsetof(struct all_blob_rep, okey) == 0, "fixed place");

static inline bool all_blob_rep_ok_(const struct all_blob_rep *w)
{
	if (!cordon_stub_bytes_ok(w->okey.at, w->okey.len, 16, 16))
		return false;
	return true;
}

struct all_structs_req {
	struct all_stats_wire s;
	struct all_name_wire n;
	uint8_t pad2_[2];
};

_Static_assert(sizeof(struct all_structs_req) == 56, "fixed width");
_Static_assert(offsetof(struct all_structs_req, s) == 0, "fixed place");
_Static_assert(offsetof(struct all_structs_req, n) == 24, "fixed place");

static inline bool all_structs_req_ok_(const struct all_structs_req *w)
{
	if (!all_stats_wire_ok_(&w->s))
		return false;
	if (!all_name_wire_ok_(&w->n))
		return false;
	if (!cordon_stub_zero(w->pad2_, 2))
		return false;
	return true;
}

struct all_structs_rep {
	struct all_stats_wire os;
	struct all_name_wire on;
	uint8_t pad2_[2];
};

_Static_assert(sizeof(struct all_structs_rep) == 56, "fixed width");
_Static_assert(offsetof(struct all_structs_rep, os) == 0, "fixed place");
_Static_assert(offsetof(struct all_structs_rep, on) == 24, "fixed place");

static inline bool all_structs_rep_ok_(const struct all_structs_rep *w)
{
	if (!all_stats_wire_ok_(&w->os))
		return false;
	if (!all_name_wire_ok_(&w->on))
		return false;
	if (!cordon_stub_zero(w->pad2_, 2))
		return false;
	return true;
}

struct all_plain_one_req {
	struct all_pair p;
};

_Static_assert(sizeof(struct all_plain_one_req) == 16, "fixed width");
_Static_assert(offsetof(struct all_plain_one_req, p) == 0, "fixed place");

static inline bool all_plain_one_req_ok_(const struct all_plain_one_req *w)
{
	if (!all_pair_wire_ok_(&w->p))
		return false;
	return true;
}

struct all_plain_one_rep {
	struct all_pair q;
};

_Static_assert(sizeof(struct all_plain_one_rep) == 16, "fixed width");
_Static_assert(offsetof(struct all_plain_one_rep, q) == 0, "fixed place");

static inline bool all_plain_one_rep_ok_(const struct all_plain_one_rep *w)
{
	if (!all_pair_wire_ok_(&w->q))
		return false;
	return true;
}

struct all_plain_two_req {
	struct all_point p[2];
};

_Static_assert(sizeof(struct all_plain_two_req) == 16, "fixed width");
_Static_assert(offsetof(struct all_plain_two_req, p) == 0, "fixed place");

struct all_plain_two_rep {
	struct all_point q[2];
};

_Static_assert(sizeof(struct all_plain_two_rep) == 16, "fixed width");
_Static_assert(offsetof(struct all_plain_two_rep, q) == 0, "fixed place");

struct all_plain_more_req {
	uint8_t b;
	uint8_t pad1_[7];
	struct all_pair p;
	struct all_point r;
};

_Static_assert(sizeof(struct all_plain_more_req) == 32, "fixed width");
_Static_assert(offsetof(struct all_plain_more_req, b) == 0, "fixed place");
_Static_assert(offsetof(struct all_plain_more_req, p) == 8, "fixed place");
_Static_assert(offsetof(struct all_plain_more_req, r) == 24, "fixed place");

static inline bool all_plain_more_req_ok_(const struct all_plain_more_req *w)
{
	if (w->b > 1)
		return false;
	if (!cordon_stub_zero(w->pad1_, 7))
		return false;
	if (!all_pair_wire_ok_(&w->p))
		return false;
	return true;
}

struct all_plain_more_rep {
	struct all_point t;
	struct all_pair q;
};

_Static_assert(sizeof(struct all_plain_more_rep) == 24, "fixed width");
_Static_assert(offsetof(struct all_plain_more_rep, t) == 0, "fixed place");
_Static_assert(offsetof(struct all_plain_more_rep, q) == 8, "fixed place");

static inline bool all_plain_more_rep_ok_(const struct all_plain_more_rep *w)
{
	if (!all_pair_wire_ok_(&w->q))
		return false;
	return true;
}

struct all_far_req {
	struct all_group_wire g;
	struct {
		uint16_t len;
		uint8_t at[300];
	} note;
	uint8_t pad2_[2];
};

_Static_assert(sizeof(struct all_far_req) == 408, "fixed width");
_Static_assert(offsetof(struct all_far_req, g) == 0, "fixed place");
_Static_assert(offsetof(struct all_far_req, note) == 104, "fixed place");

static inline bool all_far_req_ok_(const struct all_far_req *w)
{
	if (!all_group_wire_ok_(&w->g))
		return false;
	if (!cordon_stub_str_ok(w->note.at, w->note.len, 300, 300))
		return false;
	if (!cordon_stub_zero(w->pad2_, 2))
		return false;
	return true;
}

struct all_far_rep {
	struct all_group_wire og;
	struct {
		uint16_t len;
		uint8_t at[300];
	} onote;
	struct {
		uint16_t len;
		uint8_t at[302];
	} rest;
	uint8_t pad3_[2];
};

_Static_assert(sizeof(struct all_far_rep) == 712, "fixed width");
_Static_assert(offsetof(struct all_far_rep, og) == 0, "fixed place");
_Static_assert(offsetof(struct all_far_rep, onote) == 104, "fixed place");
_Static_assert(offsetof(struct all_far_rep, rest) == 406, "fixed place");

static inline bool all_far_rep_ok_(const struct all_far_rep *w)
{
	if (!all_group_wire_ok_(&w->og))
		return false;
	if (!cordon_stub_str_ok(w->onote.at, w->onote.len, 300, 300))
		return false;
	if (!cordon_stub_bytes_ok(w->rest.at, w->rest.len, 301, 302))
		return false;
	if (!cordon_stub_zero(w->pad3_, 2))
		return false;
	return true;
}

struct all_far_out_rep {
	uint64_t o[20];
};

_Static_assert(sizeof(struct all_far_out_rep) == 160, "fixed width");
_Static_assert(offsetof(struct all_far_out_rep, o) == 0, "fixed place");

struct all_far_both_req {
	uint8_t x;
};

_Static_assert(sizeof(struct all_far_both_req) == 1, "fixed width");
_Static_assert(offsetof(struct all_far_both_req, x) == 0, "fixed place");

struct all_far_both_rep {
	uint64_t o[20];
};

_Static_assert(sizeof(struct all_far_both_rep) == 160, "fixed width");
_Static_assert(offsetof(struct all_far_both_rep, o) == 0, "fixed place");

struct all_inwards_req {
	uint64_t i[20];
};

_Static_assert(sizeof(struct all_inwards_req) == 160, "fixed width");
_Static_assert(offsetof(struct all_inwards_req, i) == 0, "fixed place");

struct all_inwards_rep {
	uint64_t sum;
};

_Static_assert(sizeof(struct all_inwards_rep) == 8, "fixed width");
_Static_assert(offsetof(struct all_inwards_rep, sum) == 0, "fixed place");

struct all_struct_array_req {
	struct all_stats_wire s[2];
};

_Static_assert(sizeof(struct all_struct_array_req) == 48, "fixed width");
_Static_assert(offsetof(struct all_struct_array_req, s) == 0, "fixed place");

static inline bool all_struct_array_req_ok_(const struct all_struct_array_req *w)
{
	for (uint32_t i = 0; i < 2; i++)
		if (!all_stats_wire_ok_(&w->s[i]))
			return false;
	return true;
}

struct all_struct_array_rep {
	struct all_stats_wire os[2];
};

_Static_assert(sizeof(struct all_struct_array_rep) == 48, "fixed width");
_Static_assert(offsetof(struct all_struct_array_rep, os) == 0, "fixed place");

static inline bool all_struct_array_rep_ok_(const struct all_struct_array_rep *w)
{
	for (uint32_t i = 0; i < 2; i++)
		if (!all_stats_wire_ok_(&w->os[i]))
			return false;
	return true;
}

struct all_roster_req {
	struct all_name_wire names[2];
	uint32_t can[2];
};

_Static_assert(sizeof(struct all_roster_req) == 68, "fixed width");
_Static_assert(offsetof(struct all_roster_req, names) == 0, "fixed place");
_Static_assert(offsetof(struct all_roster_req, can) == 60, "fixed place");

static inline bool all_roster_req_ok_(const struct all_roster_req *w)
{
	for (uint32_t i = 0; i < 2; i++)
		if (!all_name_wire_ok_(&w->names[i]))
			return false;
	for (uint32_t i = 0; i < 2; i++)
		if ((w->can[i] & ~ALL_FEATURES_ALL) != 0)
			return false;
	return true;
}

struct all_roster_rep {
	struct all_name_wire onames[2];
	uint32_t ocan[2];
};

_Static_assert(sizeof(struct all_roster_rep) == 68, "fixed width");
_Static_assert(offsetof(struct all_roster_rep, onames) == 0, "fixed place");
_Static_assert(offsetof(struct all_roster_rep, ocan) == 60, "fixed place");

static inline bool all_roster_rep_ok_(const struct all_roster_rep *w)
{
	for (uint32_t i = 0; i < 2; i++)
		if (!all_name_wire_ok_(&w->onames[i]))
			return false;
	for (uint32_t i = 0; i < 2; i++)
		if ((w->ocan[i] & ~ALL_FEATURES_ALL) != 0)
			return false;
	return true;
}

struct all_load_req {
	uint32_t image;
	uint32_t len;
};

_Static_assert(sizeof(struct all_load_req) == 8, "fixed width");
_Static_assert(offsetof(struct all_load_req, image) == 0, "fixed place");
_Static_assert(offsetof(struct all_load_req, len) == 4, "fixed place");

struct all_fill_req {
	uint32_t to;
};

_Static_assert(sizeof(struct all_fill_req) == 4, "fixed width");
_Static_assert(offsetof(struct all_fill_req, to) == 0, "fixed place");

struct all_fill_rep {
	uint32_t len;
};

_Static_assert(sizeof(struct all_fill_rep) == 4, "fixed width");
_Static_assert(offsetof(struct all_fill_rep, len) == 0, "fixed place");

struct all_change_req {
	uint32_t both;
	uint16_t from;
	uint16_t len;
};

_Static_assert(sizeof(struct all_change_req) == 8, "fixed width");
_Static_assert(offsetof(struct all_change_req, both) == 0, "fixed place");
_Static_assert(offsetof(struct all_change_req, from) == 4, "fixed place");
_Static_assert(offsetof(struct all_change_req, len) == 6, "fixed place");

struct all_keep_req {
	uint32_t name;
	uint32_t image;
	uint32_t len;
};

_Static_assert(sizeof(struct all_keep_req) == 12, "fixed width");
_Static_assert(offsetof(struct all_keep_req, name) == 0, "fixed place");
_Static_assert(offsetof(struct all_keep_req, image) == 4, "fixed place");
_Static_assert(offsetof(struct all_keep_req, len) == 8, "fixed place");

struct all_fetch_rep {
	uint32_t image;
	uint32_t len;
};

_Static_assert(sizeof(struct all_fetch_rep) == 8, "fixed width");
_Static_assert(offsetof(struct all_fetch_rep, image) == 0, "fixed place");
_Static_assert(offsetof(struct all_fetch_rep, len) == 4, "fixed place");

struct all_move_req {
	uint64_t args[8];
	uint32_t from;
	uint32_t to;
};

_Static_assert(sizeof(struct all_move_req) == 72, "fixed width");
_Static_assert(offsetof(struct all_move_req, args) == 0, "fixed place");
_Static_assert(offsetof(struct all_move_req, from) == 64, "fixed place");
_Static_assert(offsetof(struct all_move_req, to) == 68, "fixed place");

struct all_move_rep {
	uint64_t done[8];
};

_Static_assert(sizeof(struct all_move_rep) == 64, "fixed width");
_Static_assert(offsetof(struct all_move_rep, done) == 0, "fixed place");

struct all_shadow_req {
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
};

_Static_assert(sizeof(struct all_shadow_req) == 48, "fixed width");
_Static_assert(offsetof(struct all_shadow_req, c) == 0, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, w) == 4, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, i) == 8, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, ret) == 12, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, req) == 16, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, rep) == 20, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, line) == 24, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, now) == 28, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, s) == 32, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, len) == 36, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, deadline) == 40, "fixed place");
_Static_assert(offsetof(struct all_shadow_req, state) == 44, "fixed place");

struct all_shadow_rep {
	uint32_t client;
	uint32_t far;
	uint32_t lent;
};

_Static_assert(sizeof(struct all_shadow_rep) == 12, "fixed width");
_Static_assert(offsetof(struct all_shadow_rep, client) == 0, "fixed place");
_Static_assert(offsetof(struct all_shadow_rep, far) == 4, "fixed place");
_Static_assert(offsetof(struct all_shadow_rep, lent) == 8, "fixed place");

struct all_link_state_req {
	uint8_t up;
	uint8_t how;
};

_Static_assert(sizeof(struct all_link_state_req) == 2, "fixed width");
_Static_assert(offsetof(struct all_link_state_req, up) == 0, "fixed place");
_Static_assert(offsetof(struct all_link_state_req, how) == 1, "fixed place");

static inline bool all_link_state_req_ok_(const struct all_link_state_req *w)
{
	if (w->up > 1)
		return false;
	if (!all_link_ok_(w->how))
		return false;
	return true;
}

struct all_long_news_req {
	struct {
		uint8_t len;
		uint8_t at[100];
	} text;
};

_Static_assert(sizeof(struct all_long_news_req) == 101, "fixed width");
_Static_assert(offsetof(struct all_long_news_req, text) == 0, "fixed place");

static inline bool all_long_news_req_ok_(const struct all_long_news_req *w)
{
	if (!cordon_stub_str_ok(w->text.at, w->text.len, 100, 100))
		return false;
	return true;
}

struct all_late_req {
	uint32_t a;
};

_Static_assert(sizeof(struct all_late_req) == 4, "fixed width");
_Static_assert(offsetof(struct all_late_req, a) == 0, "fixed place");

struct all_late_rep {
	uint32_t b;
};

_Static_assert(sizeof(struct all_late_rep) == 4, "fixed width");
_Static_assert(offsetof(struct all_late_rep, b) == 0, "fixed place");

struct all_later_req {
	struct {
		uint8_t len;
		uint8_t at[8];
	} s;
};

_Static_assert(sizeof(struct all_later_req) == 9, "fixed width");
_Static_assert(offsetof(struct all_later_req, s) == 0, "fixed place");

static inline bool all_later_req_ok_(const struct all_later_req *w)
{
	if (!cordon_stub_str_ok(w->s.at, w->s.len, 8, 8))
		return false;
	return true;
}

struct all_stats_req {
	struct all_stats_wire s;
};

_Static_assert(sizeof(struct all_stats_req) == 24, "fixed width");
_Static_assert(offsetof(struct all_stats_req, s) == 0, "fixed place");

static inline bool all_stats_req_ok_(const struct all_stats_req *w)
{
	if (!all_stats_wire_ok_(&w->s))
		return false;
	return true;
}

struct all_stats_rep {
	struct all_stats_wire t;
};

_Static_assert(sizeof(struct all_stats_rep) == 24, "fixed width");
_Static_assert(offsetof(struct all_stats_rep, t) == 0, "fixed place");

static inline bool all_stats_rep_ok_(const struct all_stats_rep *w)
{
	if (!all_stats_wire_ok_(&w->t))
		return false;
	return true;
}

static inline bool all_listed_(int error)
{
	switch (error) {
	case EINVAL:
	case ENODEV:
	case EBUSY:
		return true;
	default:
		return false;
	}
}

/* What each version looks like on the wire, from the oldest on. */
static const uint32_t all_prints_[2] __attribute__((unused)) = {
	0x199509c5, /* 2 */
	0x077c89fb, /* 3 */
};

static const struct cordon_stub_interface all_interface __attribute__((unused)) = {
	.name = "all",
	.id = 0x13254bc4,
	.oldest = ALL_OLDEST,
	.newest = ALL_VERSION,
	.prints = all_prints_,
	.listed = all_listed_,
};

/* For traces and statistics: all.cdl_decode.c. */
extern const struct cordon_decode all_decode;

#endif
