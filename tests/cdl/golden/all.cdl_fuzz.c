// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Made by cordon-cdl from all.cdl: any bytes as requests and as replies. A change in here would be lost. */
#include <string.h>
#include "channels/cdl/fuzz.h"
#include "all.cdl_client.h"
#include "all.cdl_server.h"

static inline bool expect_stats(const struct all_stats *s)
{
	struct all_stats_wire w;

	memset(&w, 0, sizeof(w));
	all_stats_wire_put_(&w, s);
	return all_stats_wire_ok_(&w);
}

static inline bool expect_name(const struct all_name *s)
{
	struct all_name_wire w;

	memset(&w, 0, sizeof(w));
	if (!all_name_wire_put_(&w, s))
		return false;
	return all_name_wire_ok_(&w);
}

static inline bool expect_pair(const struct all_pair *s)
{
	return all_pair_wire_ok_(s);
}

static inline bool expect_point(const struct all_point *s)
{
	return cordon_fuzz_readable(s, sizeof(*s));
}

static inline bool expect_group(const struct all_group *s)
{
	struct all_group_wire w;

	memset(&w, 0, sizeof(w));
	if (!all_group_wire_put_(&w, s))
		return false;
	return all_group_wire_ok_(&w);
}

/* ---- a hostile client ---------------------------------------------------------------------- */

static int do_open(void *state)
{
	(void)state;
	return cordon_fuzz_result();
}

static int do_run(void *state)
{
	(void)state;
	return cordon_fuzz_result();
}

static int do_close(void *state)
{
	(void)state;
	return cordon_fuzz_result();
}

static int do_numbers(void *state, uint8_t a, uint16_t b, uint32_t c, uint64_t d, int8_t e,
		      int16_t f, int32_t g, int64_t h, uint8_t *oa, uint16_t *ob, uint32_t *oc,
		      uint64_t *od, int8_t *oe, int16_t *of, int32_t *og, int64_t *oh)
{
	(void)state;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	(void)e;
	(void)f;
	(void)g;
	(void)h;
	cordon_fuzz_bytes(oa, 1);
	cordon_fuzz_bytes(ob, 2);
	cordon_fuzz_bytes(oc, 4);
	cordon_fuzz_bytes(od, 8);
	cordon_fuzz_bytes(oe, 1);
	cordon_fuzz_bytes(of, 2);
	cordon_fuzz_bytes(og, 4);
	cordon_fuzz_bytes(oh, 8);
	return cordon_fuzz_result();
}

static int do_ranges(void *state, uint32_t mtu, int8_t small, uint64_t large, int64_t least,
		     uint8_t *sum, int16_t *any)
{
	(void)state;
	(void)mtu;
	cordon_fuzz_expect(mtu >= 68 && mtu <= 65521);
	(void)small;
	cordon_fuzz_expect(small >= -5 && small <= 5);
	(void)large;
	cordon_fuzz_expect(large >= 9223372036854775808ull);
	(void)least;
	cordon_fuzz_expect(least >= -9 && least <= 0);
	cordon_fuzz_bytes(sum, 1);
	cordon_fuzz_bytes(any, 2);
	return cordon_fuzz_result();
}

static int do_kinds(void *state, bool b, enum all_link l, enum all_level v, enum all_plain p,
		    uint32_t f, uint64_t w, bool *ob, enum all_link *ol, enum all_level *ov,
		    enum all_plain *op, uint32_t *of, uint64_t *ow)
{
	(void)state;
	(void)b;
	cordon_fuzz_expect(*(const uint8_t *)&b <= 1);
	(void)l;
	cordon_fuzz_expect(all_link_ok_((uint8_t)l));
	(void)v;
	cordon_fuzz_expect(all_level_ok_((int16_t)v));
	(void)p;
	cordon_fuzz_expect(all_plain_ok_((uint32_t)p));
	(void)f;
	cordon_fuzz_expect((f & ~ALL_FEATURES_ALL) == 0);
	(void)w;
	cordon_fuzz_expect((w & ~ALL_WIDE_ALL) == 0);
	(void)ob;
	(void)ol;
	(void)ov;
	(void)op;
	cordon_fuzz_bytes(of, 4);
	cordon_fuzz_bytes(ow, 8);
	return cordon_fuzz_result();
}

static int do_arrays(void *state, const uint8_t mac[6], const uint16_t s[2], const bool b[3],
		     const enum all_link l[2], const int32_t i[3], uint8_t omac[6], uint16_t os[2],
		     bool ob[3], enum all_link ol[2], int32_t oi[3])
{
	(void)state;
	(void)mac;
	cordon_fuzz_expect(cordon_fuzz_readable(mac, 6));
	(void)s;
	cordon_fuzz_expect(cordon_fuzz_readable(s, 4));
	(void)b;
	for (uint32_t i_ = 0; i_ < 3; i_++)
		cordon_fuzz_expect(*(const uint8_t *)&b[i_] <= 1);
	(void)l;
	for (uint32_t i_ = 0; i_ < 2; i_++)
		cordon_fuzz_expect(all_link_ok_((uint8_t)l[i_]));
	(void)i;
	cordon_fuzz_expect(cordon_fuzz_readable(i, 12));
	cordon_fuzz_bytes(omac, 6);
	cordon_fuzz_bytes(os, 4);
	(void)ob;
	(void)ol;
	cordon_fuzz_bytes(oi, 12);
	return cordon_fuzz_result();
}

static int do_text(void *state, const char *line, const char *w, char oline[33], char ow[2])
{
	(void)state;
	(void)line;
	cordon_fuzz_expect(memchr(line, 0, 33) != NULL);
	(void)w;
	cordon_fuzz_expect(memchr(w, 0, 2) != NULL);
	cordon_fuzz_bytes(oline, 33);
	cordon_fuzz_bytes(ow, 2);
	return cordon_fuzz_result();
}

static int do_blob(void *state, const uint8_t *key, uint32_t key_len, uint8_t okey[16],
		   uint32_t *okey_len)
{
	(void)state;
	(void)key;
	cordon_fuzz_expect(key_len <= 16 && cordon_fuzz_readable(key, key_len));
	cordon_fuzz_bytes(okey, 16);
	cordon_fuzz_bytes(okey_len, 4);
	*okey_len %= 18;
	return cordon_fuzz_result();
}

static int do_structs(void *state, const struct all_stats *s, const struct all_name *n,
		      struct all_stats *os, struct all_name *on)
{
	(void)state;
	(void)s;
	cordon_fuzz_expect(expect_stats(s));
	(void)n;
	cordon_fuzz_expect(expect_name(n));
	(void)os;
	(void)on;
	return cordon_fuzz_result();
}

static int do_plain_one(void *state, const struct all_pair *p, struct all_pair *q)
{
	(void)state;
	(void)p;
	cordon_fuzz_expect(expect_pair(p));
	(void)q;
	return cordon_fuzz_result();
}

static int do_plain_two(void *state, const struct all_point p[2], struct all_point q[2])
{
	(void)state;
	(void)p;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect(expect_point(&p[i]));
	(void)q;
	return cordon_fuzz_result();
}

static int do_plain_more(void *state, bool b, const struct all_pair *p, const struct all_point *r,
			 struct all_point *t, struct all_pair *q)
{
	(void)state;
	(void)b;
	cordon_fuzz_expect(*(const uint8_t *)&b <= 1);
	(void)p;
	cordon_fuzz_expect(expect_pair(p));
	(void)r;
	cordon_fuzz_expect(expect_point(r));
	(void)t;
	(void)q;
	return cordon_fuzz_result();
}

static int do_far(void *state, const struct all_group *g, const char *note, struct all_group *og,
		  char onote[301], uint8_t rest[301], uint32_t *rest_len)
{
	(void)state;
	(void)g;
	cordon_fuzz_expect(expect_group(g));
	(void)note;
	cordon_fuzz_expect(memchr(note, 0, 301) != NULL);
	(void)og;
	cordon_fuzz_bytes(onote, 301);
	cordon_fuzz_bytes(rest, 301);
	cordon_fuzz_bytes(rest_len, 4);
	*rest_len %= 303;
	return cordon_fuzz_result();
}

static int do_far_out(void *state, uint64_t o[20])
{
	(void)state;
	cordon_fuzz_bytes(o, 160);
	return cordon_fuzz_result();
}

static int do_far_both(void *state, uint8_t x, uint64_t o[20])
{
	(void)state;
	(void)x;
	cordon_fuzz_bytes(o, 160);
	return cordon_fuzz_result();
}

static int do_inwards(void *state, const uint64_t i[20], uint64_t *sum)
{
	(void)state;
	(void)i;
	cordon_fuzz_expect(cordon_fuzz_readable(i, 160));
	cordon_fuzz_bytes(sum, 8);
	return cordon_fuzz_result();
}

static int do_struct_array(void *state, const struct all_stats s[2], struct all_stats os[2])
{
	(void)state;
	(void)s;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect(expect_stats(&s[i]));
	(void)os;
	return cordon_fuzz_result();
}

static int do_roster(void *state, const struct all_name names[2], const uint32_t can[2],
		     struct all_name onames[2], uint32_t ocan[2])
{
	(void)state;
	(void)names;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect(expect_name(&names[i]));
	(void)can;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect((can[i] & ~ALL_FEATURES_ALL) == 0);
	(void)onames;
	cordon_fuzz_bytes(ocan, 8);
	return cordon_fuzz_result();
}

static int do_load(void *state, uint32_t image, uint32_t len)
{
	(void)state;
	(void)image;
	cordon_fuzz_use(image, false);
	(void)len;
	cordon_fuzz_expect(len <= cordon_pool_bufsize(&cordon_fuzz.pool, image));
	return cordon_fuzz_result();
}

static int do_fill(void *state, uint32_t to, uint32_t *len)
{
	(void)state;
	(void)to;
	cordon_fuzz_use(to, true);
	cordon_fuzz_bytes(len, 4);
	return cordon_fuzz_result();
}

static int do_change(void *state, uint32_t both, uint16_t from, uint16_t len)
{
	(void)state;
	(void)both;
	cordon_fuzz_use(both, true);
	(void)from;
	(void)len;
	cordon_fuzz_expect(len <= cordon_pool_bufsize(&cordon_fuzz.pool, both));
	return cordon_fuzz_result();
}

static int do_keep(void *state, uint32_t name, uint32_t image, uint32_t len)
{
	(void)state;
	(void)name;
	cordon_fuzz_use(name, false);
	(void)image;
	cordon_fuzz_use(image, false);
	(void)len;
	cordon_fuzz_expect(len <= cordon_pool_bufsize(&cordon_fuzz.pool, image));
	return cordon_fuzz_keep(cordon_fuzz_result(), image);
}

static int do_fetch(void *state, uint32_t *image, uint32_t *len)
{
	(void)state;
	cordon_fuzz_bytes(image, 4);
	cordon_fuzz_bytes(len, 4);
	return cordon_fuzz_result();
}

static int do_move(void *state, const uint64_t args[8], uint32_t from, uint32_t to,
		   uint64_t done[8])
{
	(void)state;
	(void)args;
	cordon_fuzz_expect(cordon_fuzz_readable(args, 64));
	(void)from;
	cordon_fuzz_use(from, false);
	(void)to;
	cordon_fuzz_use(to, true);
	cordon_fuzz_bytes(done, 64);
	return cordon_fuzz_result();
}

static int do_shadow(void *state_, uint32_t c, uint32_t w, uint32_t i, uint32_t ret, uint32_t req,
		     uint32_t rep, uint32_t line, uint32_t now, uint32_t s, uint32_t len,
		     uint32_t deadline, uint32_t state, uint32_t *client, uint32_t *far,
		     uint32_t *lent)
{
	(void)state_;
	(void)c;
	(void)w;
	(void)i;
	(void)ret;
	(void)req;
	(void)rep;
	(void)line;
	(void)now;
	(void)s;
	(void)len;
	(void)deadline;
	(void)state;
	cordon_fuzz_bytes(client, 4);
	cordon_fuzz_bytes(far, 4);
	cordon_fuzz_bytes(lent, 4);
	return cordon_fuzz_result();
}

static void do_link_state(void *state, bool up, enum all_link how)
{
	(void)state;
	(void)up;
	cordon_fuzz_expect(*(const uint8_t *)&up <= 1);
	(void)how;
	cordon_fuzz_expect(all_link_ok_((uint8_t)how));
}

static void do_long_news(void *state, const char *text)
{
	(void)state;
	(void)text;
	cordon_fuzz_expect(memchr(text, 0, 101) != NULL);
}

static int do_late(void *state, uint32_t a, uint32_t *b)
{
	(void)state;
	(void)a;
	cordon_fuzz_bytes(b, 4);
	return cordon_fuzz_result();
}

static int do_later(void *state, const char *s)
{
	(void)state;
	(void)s;
	cordon_fuzz_expect(memchr(s, 0, 9) != NULL);
	return cordon_fuzz_result();
}

static int do_stats(void *state, const struct all_stats *s, struct all_stats *t)
{
	(void)state;
	(void)s;
	cordon_fuzz_expect(expect_stats(s));
	(void)t;
	return cordon_fuzz_result();
}

static const struct all_server_ops handlers_ = {
	.open = do_open,
	.run = do_run,
	.close = do_close,
	.numbers = do_numbers,
	.ranges = do_ranges,
	.kinds = do_kinds,
	.arrays = do_arrays,
	.text = do_text,
	.blob = do_blob,
	.structs = do_structs,
	.plain_one = do_plain_one,
	.plain_two = do_plain_two,
	.plain_more = do_plain_more,
	.far = do_far,
	.far_out = do_far_out,
	.far_both = do_far_both,
	.inwards = do_inwards,
	.struct_array = do_struct_array,
	.roster = do_roster,
	.load = do_load,
	.fill = do_fill,
	.change = do_change,
	.keep = do_keep,
	.fetch = do_fetch,
	.move = do_move,
	.shadow = do_shadow,
	.link_state = do_link_state,
	.long_news = do_long_news,
	.late = do_late,
	.later = do_later,
	.stats = do_stats,
};

/* How long arguments in a buffer are. */
/* clang-format off */
static const int far_[ALL_OP_COUNT] = {
	[ALL_OP_HELLO] = -1,
	[ALL_OP_OPEN] = -1,
	[ALL_OP_RUN] = -1,
	[ALL_OP_CLOSE] = -1,
	[ALL_OP_NUMBERS] = -1,
	[ALL_OP_RANGES] = -1,
	[ALL_OP_KINDS] = -1,
	[ALL_OP_ARRAYS] = -1,
	[ALL_OP_TEXT] = -1,
	[ALL_OP_BLOB] = -1,
	[ALL_OP_STRUCTS] = -1,
	[ALL_OP_PLAIN_ONE] = -1,
	[ALL_OP_PLAIN_TWO] = -1,
	[ALL_OP_PLAIN_MORE] = -1,
	[ALL_OP_FAR] = 408,
	[ALL_OP_FAR_OUT] = 0,
	[ALL_OP_FAR_BOTH] = 1,
	[ALL_OP_INWARDS] = 160,
	[ALL_OP_STRUCT_ARRAY] = -1,
	[ALL_OP_ROSTER] = 68,
	[ALL_OP_LOAD] = -1,
	[ALL_OP_FILL] = -1,
	[ALL_OP_CHANGE] = -1,
	[ALL_OP_KEEP] = -1,
	[ALL_OP_FETCH] = -1,
	[ALL_OP_MOVE] = 72,
	[ALL_OP_SHADOW] = -1,
	[ALL_OP_LINK_STATE] = -1,
	[ALL_OP_LONG_NEWS] = 101,
	[ALL_OP_LATE] = -1,
	[ALL_OP_LATER] = -1,
	[ALL_OP_STATS] = -1,
};
/* clang-format on */

static void fuzz_requests(void)
{
	struct all_server s;

	all_server_init(&s, &handlers_, NULL, &cordon_fuzz.pool);
	cordon_fuzz_run(&all_ops, &s.stub, far_);
}

/* ---- a hostile server ---------------------------------------------------------------------- */

static void answer_open(struct all_client *c)
{
	int line, ret;

	line = all_open_start(c, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_open_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
}

static void answer_run(struct all_client *c)
{
	int line, ret;

	line = all_run_start(c, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_run_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
}

static void answer_close(struct all_client *c)
{
	int line, ret;

	line = all_close_start(c, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_close_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
}

static void answer_numbers(struct all_client *c_)
{
	uint8_t oa = 0;
	uint16_t ob = 0;
	uint32_t oc = 0;
	uint64_t od = 0;
	int8_t oe = 0;
	int16_t of = 0;
	int32_t og = 0;
	int64_t oh = 0;
	int line, ret;

	line = all_numbers_start(c_, 0, 0, 0, 0, 0, 0, 0, 0, UINT64_MAX);
	cordon_fuzz_answer(&c_->stub, line, 32, 0);
	do
		ret = all_numbers_finish(c_, line, 0, &oa, &ob, &oc, &od, &oe, &of, &og, &oh);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
}

static void answer_ranges(struct all_client *c)
{
	uint8_t sum = 0;
	int16_t any = 0;
	int line, ret;

	line = all_ranges_start(c, 0, 0, 0, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 4, 0);
	do
		ret = all_ranges_finish(c, line, 0, &sum, &any);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(sum <= 9);
}

static void answer_kinds(struct all_client *c)
{
	bool ob = false;
	enum all_link ol = (enum all_link)0;
	enum all_level ov = (enum all_level)0;
	enum all_plain op = (enum all_plain)0;
	uint32_t of = 0;
	uint64_t ow = 0;
	int line, ret;

	line = all_kinds_start(c, false, (enum all_link)0, (enum all_level)0, (enum all_plain)0, 0,
			       0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 24, 0);
	do
		ret = all_kinds_finish(c, line, 0, &ob, &ol, &ov, &op, &of, &ow);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(*(const uint8_t *)&ob <= 1);
	cordon_fuzz_expect(all_link_ok_((uint8_t)ol));
	cordon_fuzz_expect(all_level_ok_((int16_t)ov));
	cordon_fuzz_expect(all_plain_ok_((uint32_t)op));
	cordon_fuzz_expect((of & ~ALL_FEATURES_ALL) == 0);
	cordon_fuzz_expect((ow & ~ALL_WIDE_ALL) == 0);
}

static void answer_arrays(struct all_client *c)
{
	uint8_t mac[6] = { 0 };
	uint16_t s[2] = { 0 };
	bool b[3] = { 0 };
	enum all_link l[2] = { 0 };
	int32_t i[3] = { 0 };
	uint8_t omac[6] = { 0 };
	uint16_t os[2] = { 0 };
	bool ob[3] = { 0 };
	enum all_link ol[2] = { 0 };
	int32_t oi[3] = { 0 };
	int line, ret;

	line = all_arrays_start(c, mac, s, b, l, i, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 28, 0);
	do
		ret = all_arrays_finish(c, line, 0, omac, os, ob, ol, oi);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(cordon_fuzz_readable(omac, 6));
	cordon_fuzz_expect(cordon_fuzz_readable(os, 4));
	for (uint32_t i_ = 0; i_ < 3; i_++)
		cordon_fuzz_expect(*(const uint8_t *)&ob[i_] <= 1);
	for (uint32_t i_ = 0; i_ < 2; i_++)
		cordon_fuzz_expect(all_link_ok_((uint8_t)ol[i_]));
	cordon_fuzz_expect(cordon_fuzz_readable(oi, 12));
}

static void answer_text(struct all_client *c)
{
	char oline[33] = { 0 };
	char ow[2] = { 0 };
	int line_, ret;

	line_ = all_text_start(c, "", "", UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line_, 35, 0);
	do
		ret = all_text_finish(c, line_, 0, oline, ow);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(memchr(oline, 0, 33) != NULL);
	cordon_fuzz_expect(memchr(ow, 0, 2) != NULL);
}

static void answer_blob(struct all_client *c)
{
	uint8_t okey[16] = { 0 };
	uint32_t okey_len = 0;
	int line, ret;

	line = all_blob_start(c, NULL, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 17, 0);
	do
		ret = all_blob_finish(c, line, 0, okey, &okey_len);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(okey_len <= 16 && cordon_fuzz_readable(okey, okey_len));
}

static void answer_structs(struct all_client *c)
{
	struct all_stats s = { 0 };
	struct all_name n = { 0 };
	struct all_stats os = { 0 };
	struct all_name on = { 0 };
	int line, ret;

	line = all_structs_start(c, &s, &n, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 56, 0);
	do
		ret = all_structs_finish(c, line, 0, &os, &on);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(expect_stats(&os));
	cordon_fuzz_expect(expect_name(&on));
}

static void answer_plain_one(struct all_client *c)
{
	struct all_pair p = { 0 };
	struct all_pair q = { 0 };
	int line, ret;

	line = all_plain_one_start(c, &p, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 16, 0);
	do
		ret = all_plain_one_finish(c, line, 0, &q);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(expect_pair(&q));
}

static void answer_plain_two(struct all_client *c)
{
	struct all_point p[2] = { 0 };
	struct all_point q[2] = { 0 };
	int line, ret;

	line = all_plain_two_start(c, p, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 16, 0);
	do
		ret = all_plain_two_finish(c, line, 0, q);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect(expect_point(&q[i]));
}

static void answer_plain_more(struct all_client *c)
{
	struct all_pair p = { 0 };
	struct all_point r = { 0 };
	struct all_point t = { 0 };
	struct all_pair q = { 0 };
	int line, ret;

	line = all_plain_more_start(c, false, &p, &r, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 24, 0);
	do
		ret = all_plain_more_finish(c, line, 0, &t, &q);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(expect_point(&t));
	cordon_fuzz_expect(expect_pair(&q));
}

static void answer_far(struct all_client *c)
{
	struct all_group g = { 0 };
	struct all_group og = { 0 };
	char onote[301] = { 0 };
	uint8_t rest[301] = { 0 };
	uint32_t rest_len = 0;
	int line, ret;

	line = all_far_start(c, &g, "", UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 712);
	do
		ret = all_far_finish(c, line, 0, &og, onote, rest, &rest_len);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(expect_group(&og));
	cordon_fuzz_expect(memchr(onote, 0, 301) != NULL);
	cordon_fuzz_expect(rest_len <= 301 && cordon_fuzz_readable(rest, rest_len));
}

static void answer_far_out(struct all_client *c)
{
	uint64_t o[20] = { 0 };
	int line, ret;

	line = all_far_out_start(c, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 160);
	do
		ret = all_far_out_finish(c, line, 0, o);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(cordon_fuzz_readable(o, 160));
}

static void answer_far_both(struct all_client *c)
{
	uint64_t o[20] = { 0 };
	int line, ret;

	line = all_far_both_start(c, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 160);
	do
		ret = all_far_both_finish(c, line, 0, o);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(cordon_fuzz_readable(o, 160));
}

static void answer_inwards(struct all_client *c)
{
	uint64_t i[20] = { 0 };
	uint64_t sum = 0;
	int line, ret;

	line = all_inwards_start(c, i, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 8, 0);
	do
		ret = all_inwards_finish(c, line, 0, &sum);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
}

static void answer_struct_array(struct all_client *c)
{
	struct all_stats s[2] = { 0 };
	struct all_stats os[2] = { 0 };
	int line, ret;

	line = all_struct_array_start(c, s, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 48, 0);
	do
		ret = all_struct_array_finish(c, line, 0, os);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect(expect_stats(&os[i]));
}

static void answer_roster(struct all_client *c)
{
	struct all_name names[2] = { 0 };
	uint32_t can[2] = { 0 };
	struct all_name onames[2] = { 0 };
	uint32_t ocan[2] = { 0 };
	int line, ret;

	line = all_roster_start(c, names, can, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 68);
	do
		ret = all_roster_finish(c, line, 0, onames, ocan);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect(expect_name(&onames[i]));
	for (uint32_t i = 0; i < 2; i++)
		cordon_fuzz_expect((ocan[i] & ~ALL_FEATURES_ALL) == 0);
}

static void answer_load(struct all_client *c)
{
	uint32_t image = cordon_fuzz_mine();
	int line, ret;

	line = all_load_start(c, image, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_load_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	cordon_fuzz_lent(image);
}

static void answer_fill(struct all_client *c)
{
	uint32_t to = cordon_fuzz_mine();
	uint32_t len = 0;
	int line, ret;

	line = all_fill_start(c, to, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 4, 0);
	do
		ret = all_fill_finish(c, line, 0, to, &len);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	cordon_fuzz_lent(to);
	if (ret < 0)
		return;
	cordon_fuzz_expect(len <= cordon_pool_bufsize(&cordon_fuzz.pool, to));
}

static void answer_change(struct all_client *c)
{
	uint32_t both = cordon_fuzz_mine();
	int line, ret;

	line = all_change_start(c, both, 0, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_change_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	cordon_fuzz_lent(both);
}

static void answer_keep(struct all_client *c)
{
	uint32_t name = cordon_fuzz_mine();
	uint32_t image = cordon_fuzz_mine();
	int line, ret;

	line = all_keep_start(c, name, image, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_keep_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	cordon_fuzz_lent(name);
	cordon_fuzz_gave(image);
}

static void answer_fetch(struct all_client *c)
{
	uint32_t image = 0;
	uint32_t len = 0;
	int line, ret;

	line = all_fetch_start(c, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 8, 0);
	do
		ret = all_fetch_finish(c, line, 0, &image, &len);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret == 0)
		cordon_fuzz_received(image);
	if (ret < 0)
		return;
	cordon_fuzz_expect(len <= cordon_pool_bufsize(&cordon_fuzz.pool, image));
}

static void answer_move(struct all_client *c)
{
	uint64_t args[8] = { 0 };
	uint32_t from = cordon_fuzz_mine();
	uint32_t to = cordon_fuzz_mine();
	uint64_t done[8] = { 0 };
	int line, ret;

	line = all_move_start(c, args, from, to, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 64);
	do
		ret = all_move_finish(c, line, 0, done);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	cordon_fuzz_lent(from);
	cordon_fuzz_lent(to);
	if (ret < 0)
		return;
	cordon_fuzz_expect(cordon_fuzz_readable(done, 64));
}

static void answer_shadow(struct all_client *c_)
{
	uint32_t client = 0;
	uint32_t far = 0;
	uint32_t lent = 0;
	int line_, ret_;

	line_ = all_shadow_start(c_, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UINT64_MAX);
	cordon_fuzz_answer(&c_->stub, line_, 12, 0);
	do
		ret_ = all_shadow_finish(c_, line_, 0, &client, &far, &lent);
	while (ret_ == -EAGAIN);
	cordon_fuzz_expect(ret_ <= 0);
	if (ret_ < 0)
		return;
}

static void answer_late(struct all_client *c)
{
	uint32_t b = 0;
	int line, ret;

	line = all_late_start(c, 0, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 4, 0);
	do
		ret = all_late_finish(c, line, 0, &b);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
}

static void answer_later(struct all_client *c)
{
	int line, ret;

	line = all_later_start(c, "", UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 0, 0);
	do
		ret = all_later_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
}

static void answer_stats(struct all_client *c)
{
	struct all_stats s = { 0 };
	struct all_stats t = { 0 };
	int line, ret;

	line = all_stats_start(c, &s, UINT64_MAX);
	cordon_fuzz_answer(&c->stub, line, 24, 0);
	do
		ret = all_stats_finish(c, line, 0, &t);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(ret <= 0);
	if (ret < 0)
		return;
	cordon_fuzz_expect(expect_stats(&t));
}

static void answer_connect(struct all_client *c)
{
	int line = all_connect_start(c, UINT64_MAX), ret;

	cordon_fuzz_answer(&c->stub, line, 8, 0);
	do
		ret = all_connect_finish(c, line, 0);
	while (ret == -EAGAIN);
	cordon_fuzz_expect(c->stub.version <= ALL_VERSION);
	c->stub.version = ALL_VERSION;
}

/* clang-format off */
static void (*const answers_[])(struct all_client *c) = {
	answer_connect,
	answer_open,
	answer_run,
	answer_close,
	answer_numbers,
	answer_ranges,
	answer_kinds,
	answer_arrays,
	answer_text,
	answer_blob,
	answer_structs,
	answer_plain_one,
	answer_plain_two,
	answer_plain_more,
	answer_far,
	answer_far_out,
	answer_far_both,
	answer_inwards,
	answer_struct_array,
	answer_roster,
	answer_load,
	answer_fill,
	answer_change,
	answer_keep,
	answer_fetch,
	answer_move,
	answer_shadow,
	answer_late,
	answer_later,
	answer_stats,
};
/* clang-format on */

static void fuzz_replies(void)
{
	struct all_client c;

	all_client_init(&c, &cordon_fuzz.client, &cordon_fuzz.pool);
	answer_connect(&c);
	while (cordon_fuzz.left) {
		answers_[cordon_fuzz_byte() % 30u](&c);
		cordon_fuzz_idle();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (cordon_fuzz_begin(data, size))
		fuzz_replies();
	else
		fuzz_requests();
	return 0;
}
