// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Made by cordon-cdl from all.cdl: the server's end. A change in here would be lost. */
#include "all.cdl_server.h"

static inline int call_open(struct all_server *s)
{
	int ret;

	if (!s->ops->open)
		return -EOPNOTSUPP;
	ret = s->ops->open(s->stub.state);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	s->stub.at = ALL_STATE_OPEN;
	return 0;
}

static int op_open(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	int ret = cordon_stub_permit(&s->stub, 2, 0x1);

	(void)len;
	(void)req;
	(void)reply;
	if (ret < 0)
		return ret;
	return call_open(s);
}

static inline int call_run(struct all_server *s)
{
	int ret;

	if (!s->ops->run)
		return -EOPNOTSUPP;
	ret = s->ops->run(s->stub.state);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	s->stub.at = ALL_STATE_RUNNING;
	return 0;
}

static int op_run(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	int ret = cordon_stub_permit(&s->stub, 2, 0x6);

	(void)len;
	(void)req;
	(void)reply;
	if (ret < 0)
		return ret;
	return call_run(s);
}

static inline int call_close(struct all_server *s)
{
	int ret;

	if (!s->ops->close)
		return -EOPNOTSUPP;
	ret = s->ops->close(s->stub.state);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	s->stub.at = ALL_STATE_CLOSED;
	return 0;
}

static int op_close(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	int ret = cordon_stub_permit(&s->stub, 2, 0x6);

	(void)len;
	(void)req;
	(void)reply;
	if (ret < 0)
		return ret;
	return call_close(s);
}

static inline int call_numbers(struct all_server *s, const struct all_numbers_req *in,
			       struct all_numbers_rep *out)
{
	int ret;

	if (!s->ops->numbers)
		return -EOPNOTSUPP;
	if (!all_numbers_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->numbers(s->stub.state, in->a, in->b, in->c, in->d, in->e, in->f, in->g, in->h,
			      &out->oa, &out->ob, &out->oc, &out->od, &out->oe, &out->of, &out->og,
			      &out->oh);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_numbers(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_numbers_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_numbers(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_numbers_rep);
}

static inline int call_ranges(struct all_server *s, const struct all_ranges_req *in,
			      struct all_ranges_rep *out)
{
	int ret;

	if (!s->ops->ranges)
		return -EOPNOTSUPP;
	if (!all_ranges_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->ranges(s->stub.state, in->mtu, in->small, in->large, in->least, &out->sum,
			     &out->any);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_ranges(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_ranges_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_ranges(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_ranges_rep);
}

static inline int call_kinds(struct all_server *s, const struct all_kinds_req *in,
			     struct all_kinds_rep *out)
{
	bool ob = false;
	enum all_link ol = (enum all_link)0;
	enum all_level ov = (enum all_level)0;
	enum all_plain op = (enum all_plain)0;
	int ret;

	if (!s->ops->kinds)
		return -EOPNOTSUPP;
	if (!all_kinds_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->kinds(s->stub.state, in->b, (enum all_link)in->l, (enum all_level)in->v,
			    (enum all_plain)in->p, in->f, in->w, &ob, &ol, &ov, &op, &out->of,
			    &out->ow);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	out->ob = ob;
	out->ol = (uint8_t)ol;
	out->ov = (int16_t)ov;
	out->op = (uint32_t)op;
	return 0;
}

static int op_kinds(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_kinds_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_kinds(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_kinds_rep);
}

static inline int call_arrays(struct all_server *s_, const struct all_arrays_req *in,
			      struct all_arrays_rep *out)
{
	bool b[3];
	enum all_link l[2];
	bool ob[3] = { 0 };
	enum all_link ol[2] = { 0 };
	int ret;

	if (!s_->ops->arrays)
		return -EOPNOTSUPP;
	if (!all_arrays_req_ok_(in))
		return cordon_stub_refuse(&s_->stub);
	for (uint32_t i_ = 0; i_ < 3; i_++)
		b[i_] = in->b[i_];
	for (uint32_t i_ = 0; i_ < 2; i_++)
		l[i_] = (enum all_link)in->l[i_];
	ret = s_->ops->arrays(s_->stub.state, in->mac, in->s, b, l, in->i, out->omac, out->os, ob,
			      ol, out->oi);
	if (ret != 0)
		return cordon_stub_error(&s_->stub, ret);
	for (uint32_t i_ = 0; i_ < 3; i_++)
		out->ob[i_] = ob[i_];
	for (uint32_t i_ = 0; i_ < 2; i_++)
		out->ol[i_] = (uint8_t)ol[i_];
	return 0;
}

static int op_arrays(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_arrays_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_arrays(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_arrays_rep);
}

static inline int call_text(struct all_server *s, const struct all_text_req *in,
			    struct all_text_rep *out)
{
	char line[33];
	char w[2];
	char oline[33] = { 0 };
	char ow[2] = { 0 };
	uint32_t oline_len_;
	uint32_t ow_len_;
	int ret;

	if (!s->ops->text)
		return -EOPNOTSUPP;
	if (!all_text_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	cordon_stub_get_str(line, in->line.at, in->line.len);
	cordon_stub_get_str(w, in->w.at, in->w.len);
	ret = s->ops->text(s->stub.state, line, w, oline, ow);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	if (!cordon_stub_put_str(out->oline.at, 32, oline, 32, &oline_len_))
		return cordon_stub_error(&s->stub, 0);
	out->oline.len = (uint8_t)oline_len_;
	if (!cordon_stub_put_str(out->ow.at, 1, ow, 1, &ow_len_))
		return cordon_stub_error(&s->stub, 0);
	out->ow.len = (uint8_t)ow_len_;
	return 0;
}

static int op_text(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_text_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_text(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_text_rep);
}

static inline int call_blob(struct all_server *s, const struct all_blob_req *in,
			    struct all_blob_rep *out)
{
	uint8_t okey[16] = { 0 };
	uint32_t okey_len = 0;
	uint32_t okey_len_;
	int ret;

	if (!s->ops->blob)
		return -EOPNOTSUPP;
	if (!all_blob_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->blob(s->stub.state, in->key.at, in->key.len, okey, &okey_len);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	if (!cordon_stub_put_bytes(out->okey.at, 16, okey, okey_len, 16, &okey_len_))
		return cordon_stub_error(&s->stub, 0);
	out->okey.len = (uint8_t)okey_len_;
	return 0;
}

static int op_blob(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_blob_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_blob(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_blob_rep);
}

static inline int call_structs(struct all_server *s_, const struct all_structs_req *in,
			       struct all_structs_rep *out)
{
	struct all_stats s;
	struct all_name n;
	struct all_stats os = { 0 };
	struct all_name on = { 0 };
	int ret;

	if (!s_->ops->structs)
		return -EOPNOTSUPP;
	if (!all_structs_req_ok_(in))
		return cordon_stub_refuse(&s_->stub);
	all_stats_wire_get_(&s, &in->s);
	all_name_wire_get_(&n, &in->n);
	ret = s_->ops->structs(s_->stub.state, &s, &n, &os, &on);
	if (ret != 0)
		return cordon_stub_error(&s_->stub, ret);
	all_stats_wire_put_(&out->os, &os);
	if (!all_name_wire_put_(&out->on, &on))
		return cordon_stub_error(&s_->stub, 0);
	return 0;
}

static int op_structs(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_structs_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_structs(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_structs_rep);
}

static inline int call_plain_one(struct all_server *s, const struct all_plain_one_req *in,
				 struct all_plain_one_rep *out)
{
	int ret;

	if (!s->ops->plain_one)
		return -EOPNOTSUPP;
	if (!all_plain_one_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->plain_one(s->stub.state, &in->p, &out->q);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_plain_one(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_plain_one_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_plain_one(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_plain_one_rep);
}

static inline int call_plain_two(struct all_server *s, const struct all_plain_two_req *in,
				 struct all_plain_two_rep *out)
{
	int ret;

	if (!s->ops->plain_two)
		return -EOPNOTSUPP;
	ret = s->ops->plain_two(s->stub.state, in->p, out->q);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_plain_two(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_plain_two_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_plain_two(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_plain_two_rep);
}

static inline int call_plain_more(struct all_server *s, const struct all_plain_more_req *in,
				  struct all_plain_more_rep *out)
{
	int ret;

	if (!s->ops->plain_more)
		return -EOPNOTSUPP;
	if (!all_plain_more_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->plain_more(s->stub.state, in->b, &in->p, &in->r, &out->t, &out->q);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_plain_more(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_plain_more_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_plain_more(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_plain_more_rep);
}

static inline int call_far(struct all_server *s, const struct all_far_req *in,
			   struct all_far_rep *out)
{
	struct all_group g;
	char note[301];
	struct all_group og = { 0 };
	char onote[301] = { 0 };
	uint8_t rest[301] = { 0 };
	uint32_t rest_len = 0;
	uint32_t onote_len_;
	uint32_t rest_len_;
	int ret;

	if (!s->ops->far)
		return -EOPNOTSUPP;
	if (!all_far_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	all_group_wire_get_(&g, &in->g);
	cordon_stub_get_str(note, in->note.at, in->note.len);
	ret = s->ops->far(s->stub.state, &g, note, &og, onote, rest, &rest_len);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	if (!all_group_wire_put_(&out->og, &og))
		return cordon_stub_error(&s->stub, 0);
	if (!cordon_stub_put_str(out->onote.at, 300, onote, 300, &onote_len_))
		return cordon_stub_error(&s->stub, 0);
	out->onote.len = (uint16_t)onote_len_;
	if (!cordon_stub_put_bytes(out->rest.at, 302, rest, rest_len, 301, &rest_len_))
		return cordon_stub_error(&s->stub, 0);
	out->rest.len = (uint16_t)rest_len_;
	return 0;
}

static int op_far(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_far_req in;
	struct all_far_rep out = { 0 };
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, &in, 408, 712);
	if (ret < 0)
		return ret;
	ret = call_far(s, &in, &out);
	cordon_stub_close_far(&s->stub, far.buf, &out, ret == 0 ? sizeof(out) : 0);
	return ret;
}

static inline int call_far_out(struct all_server *s, struct all_far_out_rep *out)
{
	int ret;

	if (!s->ops->far_out)
		return -EOPNOTSUPP;
	ret = s->ops->far_out(s->stub.state, out->o);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_far_out(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_far_out_rep out = { 0 };
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, NULL, 0, 160);
	if (ret < 0)
		return ret;
	ret = call_far_out(s, &out);
	cordon_stub_close_far(&s->stub, far.buf, &out, ret == 0 ? sizeof(out) : 0);
	return ret;
}

static inline int call_far_both(struct all_server *s, const struct all_far_both_req *in,
				struct all_far_both_rep *out)
{
	int ret;

	if (!s->ops->far_both)
		return -EOPNOTSUPP;
	ret = s->ops->far_both(s->stub.state, in->x, out->o);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_far_both(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_far_both_req in;
	struct all_far_both_rep out = { 0 };
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, &in, 1, 160);
	if (ret < 0)
		return ret;
	ret = call_far_both(s, &in, &out);
	cordon_stub_close_far(&s->stub, far.buf, &out, ret == 0 ? sizeof(out) : 0);
	return ret;
}

static inline int call_inwards(struct all_server *s, const struct all_inwards_req *in,
			       struct all_inwards_rep *out)
{
	int ret;

	if (!s->ops->inwards)
		return -EOPNOTSUPP;
	ret = s->ops->inwards(s->stub.state, in->i, &out->sum);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_inwards(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_inwards_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, &in, 160, 0);
	if (ret < 0)
		return ret;
	ret = call_inwards(s, &in, reply);
	cordon_stub_close_far(&s->stub, far.buf, NULL, 0);
	return ret < 0 ? ret : (int)sizeof(struct all_inwards_rep);
}

static inline int call_struct_array(struct all_server *s_, const struct all_struct_array_req *in,
				    struct all_struct_array_rep *out)
{
	struct all_stats s[2];
	struct all_stats os[2] = { 0 };
	int ret;

	if (!s_->ops->struct_array)
		return -EOPNOTSUPP;
	if (!all_struct_array_req_ok_(in))
		return cordon_stub_refuse(&s_->stub);
	for (uint32_t i = 0; i < 2; i++)
		all_stats_wire_get_(&s[i], &in->s[i]);
	ret = s_->ops->struct_array(s_->stub.state, s, os);
	if (ret != 0)
		return cordon_stub_error(&s_->stub, ret);
	for (uint32_t i = 0; i < 2; i++)
		all_stats_wire_put_(&out->os[i], &os[i]);
	return 0;
}

static int op_struct_array(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_struct_array_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_struct_array(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_struct_array_rep);
}

static inline int call_roster(struct all_server *s, const struct all_roster_req *in,
			      struct all_roster_rep *out)
{
	struct all_name names[2];
	struct all_name onames[2] = { 0 };
	int ret;

	if (!s->ops->roster)
		return -EOPNOTSUPP;
	if (!all_roster_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	for (uint32_t i = 0; i < 2; i++)
		all_name_wire_get_(&names[i], &in->names[i]);
	ret = s->ops->roster(s->stub.state, names, in->can, onames, out->ocan);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	for (uint32_t i = 0; i < 2; i++)
		if (!all_name_wire_put_(&out->onames[i], &onames[i]))
			return cordon_stub_error(&s->stub, 0);
	return 0;
}

static int op_roster(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_roster_req in;
	struct all_roster_rep out = { 0 };
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, &in, 68, 68);
	if (ret < 0)
		return ret;
	ret = call_roster(s, &in, &out);
	cordon_stub_close_far(&s->stub, far.buf, &out, ret == 0 ? sizeof(out) : 0);
	return ret;
}

static inline int call_load(struct all_server *s, const struct all_load_req *in)
{
	const uint32_t buf[1] = { in->image };
	int ret;

	if (!s->ops->load)
		return -EOPNOTSUPP;
	if (!cordon_stub_usable(&s->stub, in->image, in->len, false))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_take(&s->stub, buf, 1))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->load(s->stub.state, in->image, in->len);
	cordon_stub_return(&s->stub, buf, 1);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_load(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_load_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	return call_load(s, &in);
}

static inline int call_fill(struct all_server *s, const struct all_fill_req *in,
			    struct all_fill_rep *out)
{
	const uint32_t buf[1] = { in->to };
	int ret;

	if (!s->ops->fill)
		return -EOPNOTSUPP;
	if (!cordon_stub_usable(&s->stub, in->to, 0, true))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_take(&s->stub, buf, 1))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->fill(s->stub.state, in->to, &out->len);
	cordon_stub_return(&s->stub, buf, 1);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_fill(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_fill_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_fill(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_fill_rep);
}

static inline int call_change(struct all_server *s, const struct all_change_req *in)
{
	const uint32_t buf[1] = { in->both };
	int ret;

	if (!s->ops->change)
		return -EOPNOTSUPP;
	if (!cordon_stub_usable(&s->stub, in->both, in->len, true))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_take(&s->stub, buf, 1))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->change(s->stub.state, in->both, in->from, in->len);
	cordon_stub_return(&s->stub, buf, 1);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_change(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_change_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	return call_change(s, &in);
}

static inline int call_keep(struct all_server *s, const struct all_keep_req *in)
{
	const uint32_t buf[2] = { in->name, in->image };
	int ret;

	if (!s->ops->keep)
		return -EOPNOTSUPP;
	if (!cordon_stub_usable(&s->stub, in->name, 0, false))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_usable(&s->stub, in->image, in->len, false))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_take(&s->stub, buf, 2))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->keep(s->stub.state, in->name, in->image, in->len);
	cordon_stub_return(&s->stub, buf, ret == 0 ? 1 : 2);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_keep(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_keep_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	return call_keep(s, &in);
}

static inline int call_fetch(struct all_server *s, struct all_fetch_rep *out)
{
	int ret;

	if (!s->ops->fetch)
		return -EOPNOTSUPP;
	ret = s->ops->fetch(s->stub.state, &out->image, &out->len);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	if (cordon_pool_lend(s->stub.pool, out->image) < 0)
		return cordon_stub_error(&s->stub, 0);
	return 0;
}

static int op_fetch(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)req;
	if (ret < 0)
		return ret;
	ret = call_fetch(s, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_fetch_rep);
}

static inline int call_move(struct all_server *s, const struct all_move_req *in,
			    struct all_move_rep *out)
{
	const uint32_t buf[2] = { in->from, in->to };
	int ret;

	if (!s->ops->move)
		return -EOPNOTSUPP;
	if (!cordon_stub_usable(&s->stub, in->from, 0, false))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_usable(&s->stub, in->to, 0, true))
		return cordon_stub_refuse(&s->stub);
	if (!cordon_stub_take(&s->stub, buf, 2))
		return cordon_stub_refuse(&s->stub);
	ret = s->ops->move(s->stub.state, in->args, in->from, in->to, out->done);
	cordon_stub_return(&s->stub, buf, 2);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_move(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_move_req in;
	struct all_move_rep out = { 0 };
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, &in, 72, 64);
	if (ret < 0)
		return ret;
	ret = call_move(s, &in, &out);
	cordon_stub_close_far(&s->stub, far.buf, &out, ret == 0 ? sizeof(out) : 0);
	return ret;
}

static inline int call_shadow(struct all_server *s_, const struct all_shadow_req *in,
			      struct all_shadow_rep *out)
{
	int ret_;

	if (!s_->ops->shadow)
		return -EOPNOTSUPP;
	ret_ = s_->ops->shadow(s_->stub.state, in->c, in->w, in->i, in->ret, in->req, in->rep,
			       in->line, in->now, in->s, in->len, in->deadline, in->state,
			       &out->client, &out->far, &out->lent);
	if (ret_ != 0)
		return cordon_stub_error(&s_->stub, ret_);
	return 0;
}

static int op_shadow(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_shadow_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_shadow(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_shadow_rep);
}

static inline int call_link_state(struct all_server *s, const struct all_link_state_req *in)
{
	if (!s->ops->link_state)
		return -EOPNOTSUPP;
	if (!all_link_state_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	s->ops->link_state(s->stub.state, in->up, (enum all_link)in->how);
	return 0;
}

static int op_link_state(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_link_state_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x6);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	return call_link_state(s, &in);
}

static inline int call_long_news(struct all_server *s, const struct all_long_news_req *in)
{
	char text[101];

	if (!s->ops->long_news)
		return -EOPNOTSUPP;
	if (!all_long_news_req_ok_(in))
		return cordon_stub_refuse(&s->stub);
	cordon_stub_get_str(text, in->text.at, in->text.len);
	s->ops->long_news(s->stub.state, text);
	return 0;
}

static int op_long_news(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct cordon_far far;
	struct all_long_news_req in;
	int ret = cordon_stub_permit(&s->stub, 2, 0x7);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&far, req, sizeof(far));
	ret = cordon_stub_open_far(&s->stub, &far, &in, 101, 0);
	if (ret < 0)
		return ret;
	ret = call_long_news(s, &in);
	cordon_stub_close_far(&s->stub, far.buf, NULL, 0);
	return ret;
}

static inline int call_late(struct all_server *s, const struct all_late_req *in,
			    struct all_late_rep *out)
{
	int ret;

	if (!s->ops->late)
		return -EOPNOTSUPP;
	ret = s->ops->late(s->stub.state, in->a, &out->b);
	if (ret != 0)
		return cordon_stub_error(&s->stub, ret);
	return 0;
}

static int op_late(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_late_req in;
	int ret = cordon_stub_permit(&s->stub, 3, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_late(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_late_rep);
}

static inline int call_later(struct all_server *s_, const struct all_later_req *in)
{
	char s[9];
	int ret;

	if (!s_->ops->later)
		return -EOPNOTSUPP;
	if (!all_later_req_ok_(in))
		return cordon_stub_refuse(&s_->stub);
	cordon_stub_get_str(s, in->s.at, in->s.len);
	ret = s_->ops->later(s_->stub.state, s);
	if (ret != 0)
		return cordon_stub_error(&s_->stub, ret);
	s_->stub.at = ALL_STATE_OPEN;
	return 0;
}

static int op_later(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_later_req in;
	int ret = cordon_stub_permit(&s->stub, 3, 0x4);

	(void)len;
	(void)reply;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	return call_later(s, &in);
}

static inline int call_stats(struct all_server *s_, const struct all_stats_req *in,
			     struct all_stats_rep *out)
{
	struct all_stats s;
	struct all_stats t = { 0 };
	int ret;

	if (!s_->ops->stats)
		return -EOPNOTSUPP;
	if (!all_stats_req_ok_(in))
		return cordon_stub_refuse(&s_->stub);
	all_stats_wire_get_(&s, &in->s);
	ret = s_->ops->stats(s_->stub.state, &s, &t);
	if (ret != 0)
		return cordon_stub_error(&s_->stub, ret);
	all_stats_wire_put_(&out->t, &t);
	return 0;
}

static int op_stats(void *server, const void *req, unsigned len, void *reply)
{
	struct all_server *s = server;
	struct all_stats_req in;
	int ret = cordon_stub_permit(&s->stub, 3, 0x7);

	(void)len;
	if (ret < 0)
		return ret;
	cordon_stub_copy(&in, req, sizeof(in));
	ret = call_stats(s, &in, reply);
	return ret < 0 ? ret : (int)sizeof(struct all_stats_rep);
}

/* A line each. */
/* clang-format off */
static const struct cordon_op ops[ALL_OP_COUNT] = {
	[ALL_OP_HELLO] = { "hello", cordon_stub_hello, 8, 8 },
	[ALL_OP_OPEN] = { "open", op_open, 0, 0 },
	[ALL_OP_RUN] = { "run", op_run, 0, 0 },
	[ALL_OP_CLOSE] = { "close", op_close, 0, 0 },
	[ALL_OP_NUMBERS] = { "numbers", op_numbers, 32, 32 },
	[ALL_OP_RANGES] = { "ranges", op_ranges, 24, 24 },
	[ALL_OP_KINDS] = { "kinds", op_kinds, 24, 24 },
	[ALL_OP_ARRAYS] = { "arrays", op_arrays, 28, 28 },
	[ALL_OP_TEXT] = { "text", op_text, 35, 35 },
	[ALL_OP_BLOB] = { "blob", op_blob, 17, 17 },
	[ALL_OP_STRUCTS] = { "structs", op_structs, 56, 56 },
	[ALL_OP_PLAIN_ONE] = { "plain_one", op_plain_one, 16, 16 },
	[ALL_OP_PLAIN_TWO] = { "plain_two", op_plain_two, 16, 16 },
	[ALL_OP_PLAIN_MORE] = { "plain_more", op_plain_more, 32, 32 },
	[ALL_OP_FAR] = { "far", op_far, 8, 8 },
	[ALL_OP_FAR_OUT] = { "far_out", op_far_out, 8, 8 },
	[ALL_OP_FAR_BOTH] = { "far_both", op_far_both, 8, 8 },
	[ALL_OP_INWARDS] = { "inwards", op_inwards, 8, 8 },
	[ALL_OP_STRUCT_ARRAY] = { "struct_array", op_struct_array, 48, 48 },
	[ALL_OP_ROSTER] = { "roster", op_roster, 8, 8 },
	[ALL_OP_LOAD] = { "load", op_load, 8, 8 },
	[ALL_OP_FILL] = { "fill", op_fill, 4, 4 },
	[ALL_OP_CHANGE] = { "change", op_change, 8, 8 },
	[ALL_OP_KEEP] = { "keep", op_keep, 12, 12 },
	[ALL_OP_FETCH] = { "fetch", op_fetch, 0, 0 },
	[ALL_OP_MOVE] = { "move", op_move, 8, 8 },
	[ALL_OP_SHADOW] = { "shadow", op_shadow, 48, 48 },
	[ALL_OP_LINK_STATE] = { "link_state", op_link_state, 2, 2 },
	[ALL_OP_LONG_NEWS] = { "long_news", op_long_news, 8, 8 },
	[ALL_OP_LATE] = { "late", op_late, 4, 4 },
	[ALL_OP_LATER] = { "later", op_later, 9, 9 },
	[ALL_OP_STATS] = { "stats", op_stats, 24, 24 },
};
/* clang-format on */

const struct cordon_ops all_ops = { ALL_OP_COUNT, ops };
