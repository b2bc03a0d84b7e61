// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Requests and replies that no stub writes. None reaches a handler, or the caller's memory. */
#include "tests/cdl/all.h"

/* ---- requests ---------------------------------------------------------------------------------- */

static uint8_t wire[CORDON_PAYLOAD_SIZE];

/* What the server says to @len bytes of @wire. */
static int ask(unsigned op, size_t len)
{
	uint8_t reply[CORDON_PAYLOAD_SIZE];
	int ret = cordon_call(&caller, (uint16_t)op, wire, len, reply, sizeof(reply), 1000);

	return ret > 0 ? 0 : ret;
}

/* A request of @len bytes at @req is good as it is, and wrong with byte @at as @value. */
static void wrong(unsigned op, const void *req, size_t len, size_t at, unsigned value)
{
	unsigned before;

	memcpy(wire, req, len);
	assert_int_equal(ask(op, len), 0);
	before = handled;
	assert_int_not_equal(wire[at], value);
	wire[at] = (uint8_t)value;
	assert_int_equal(ask(op, len), -EINVAL);
	assert_int_equal(handled, before);
}

static void requests_with_values_that_can_not_be(void **state)
{
	struct all_kinds_req k = { .b = 1, .l = 5, .v = 300, .p = 1, .f = 1, .w = 1 };
	struct all_text_req t = { .line = { 3, "abc" }, .w = { 1, "x" } };
	struct all_blob_req b = { .key = { 2, { 0, 1 } } };
	struct all_structs_req st = { .s = { .kind = 1, .on = 1 }, .n = { .how = 5 } };
	struct all_numbers_req n = { .a = 1 };

	(void)state;
	open_connected();
	for (unsigned v = 2; v < 256; v++)
		wrong(ALL_OP_KINDS, &k, sizeof(k), offsetof(struct all_kinds_req, b), v);
	for (unsigned v = 1; v < 256; v++)
		if (v != 5 && v != 6)
			wrong(ALL_OP_KINDS, &k, sizeof(k), offsetof(struct all_kinds_req, l), v);
	wrong(ALL_OP_KINDS, &k, sizeof(k), offsetof(struct all_kinds_req, v) + 1, 0);
	wrong(ALL_OP_KINDS, &k, sizeof(k), offsetof(struct all_kinds_req, p) + 3, 0x80);
	wrong(ALL_OP_KINDS, &k, sizeof(k), offsetof(struct all_kinds_req, f), 5);
	wrong(ALL_OP_KINDS, &k, sizeof(k), offsetof(struct all_kinds_req, w), 3);
	/* Too long, an end within, something behind the end. */
	for (unsigned v = 33; v < 256; v++)
		wrong(ALL_OP_TEXT, &t, sizeof(t), 0, v);
	wrong(ALL_OP_TEXT, &t, sizeof(t), 0, 4);
	wrong(ALL_OP_TEXT, &t, sizeof(t), 0, 2);
	wrong(ALL_OP_TEXT, &t, sizeof(t), 2, 0);
	wrong(ALL_OP_TEXT, &t, sizeof(t), 32, 'x');
	wrong(ALL_OP_TEXT, &t, sizeof(t), 33, 2);
	wrong(ALL_OP_BLOB, &b, sizeof(b), 0, 17);
	wrong(ALL_OP_BLOB, &b, sizeof(b), 0, 255);
	wrong(ALL_OP_BLOB, &b, sizeof(b), 3, 1);
	/* What is left between. */
	wrong(ALL_OP_NUMBERS, &n, sizeof(n), 1, 1);
	wrong(ALL_OP_NUMBERS, &n, sizeof(n), offsetof(struct all_numbers_req, e) + 1, 0xff);
	wrong(ALL_OP_STRUCTS, &st, sizeof(st), 9, 1);
	wrong(ALL_OP_STRUCTS, &st, sizeof(st), 23, 1);
	wrong(ALL_OP_STRUCTS, &st, sizeof(st), sizeof(st) - 1, 1);
	wrong(ALL_OP_STRUCTS, &st, sizeof(st), offsetof(struct all_structs_req, n.how), 1);
}

static void requests_of_a_wrong_length(void **state)
{
	(void)state;
	open_connected();
	for (unsigned op = 0; op < ALL_OP_COUNT + 3; op++) {
		for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
			memset(wire, 0, sizeof(wire));
			if (op >= ALL_OP_COUNT)
				assert_int_equal(ask(op, len), -EOPNOTSUPP);
			else if (len < all_ops.op[op].min || len > all_ops.op[op].max)
				assert_int_equal(ask(op, len), -EINVAL);
		}
	}
	assert_int_equal(handled, 0);
}

static int ask_far(unsigned op, uint32_t buf, uint32_t len)
{
	struct cordon_far far = { buf, len };

	memcpy(wire, &far, sizeof(far));
	return ask(op, sizeof(far));
}

static void arguments_in_buffers_that_are_not_there(void **state)
{
	const uint32_t size = sizeof(struct all_inwards_req);
	int buf, ro, twice;

	(void)state;
	open_connected();
	buf = cordon_pool_get(&pool[0], 1);
	ro = cordon_pool_get_ro(&pool[0], 1);
	twice = cordon_pool_get(&pool[0], 1);
	assert_true(buf >= 0 && ro >= 0 && twice >= 0);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)buf, size), 0);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)ro, size), 0);
	assert_int_equal(handled, 2);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)buf, size - 1), -EINVAL);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)buf, size + 1), -EINVAL);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)buf, 0), -EINVAL);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)buf, UINT32_MAX), -EINVAL);
	assert_int_equal(ask_far(ALL_OP_INWARDS, BUFS, size), -EINVAL);
	assert_int_equal(ask_far(ALL_OP_INWARDS, UINT32_MAX, size), -EINVAL);
	/* A reply can't be written there. */
	assert_int_equal(ask_far(ALL_OP_FAR_OUT, (uint32_t)ro, 0), -EINVAL);
	assert_int_equal(ask_far(ALL_OP_FAR_OUT, (uint32_t)buf, 0), 0);
	/* One that the server has already. */
	assert_int_equal(cordon_pool_take(&pool[1], (uint32_t)twice), 0);
	assert_int_equal(ask_far(ALL_OP_INWARDS, (uint32_t)twice, size), -EINVAL);
	assert_int_equal(cordon_pool_lend(&pool[1], (uint32_t)twice), 0);
	/* The same for arguments and as an argument. */
	memset(cordon_pool_data(&pool[0], (uint32_t)buf), 0, CORDON_BUF_SMALL);
	((struct all_move_req *)cordon_pool_data(&pool[0], (uint32_t)buf))->from = (uint32_t)buf;
	((struct all_move_req *)cordon_pool_data(&pool[0], (uint32_t)buf))->to = (uint32_t)twice;
	assert_int_equal(ask_far(ALL_OP_MOVE, (uint32_t)buf, sizeof(struct all_move_req)), -EINVAL);
	assert_int_equal(handled, 3);
	/* All came back. */
	for (uint32_t i = 0; i < BUFS; i++)
		assert_int_equal(pool[1].state[i], CORDON_BUF_PEER);
}

static void buffers_that_were_not_lent(void **state)
{
	(void)state;
	open_connected();
	for (uint32_t buf = 0; buf < BUFS; buf++)
		assert_int_equal(cordon_pool_take(&pool[1], buf), 0);
	for (uint32_t buf = 0; buf < BUFS + 2; buf++) {
		struct all_load_req r = { .image = buf };

		memcpy(wire, &r, sizeof(r));
		assert_int_equal(ask(ALL_OP_LOAD, sizeof(r)), -EINVAL);
	}
	assert_int_equal(handled, 0);
	assert_int_equal(pool[1].faults, BUFS);
}

/* Whatever one bit of a good request is turned to: the handler's checks (all.h) hold. */
static void any_bit_of_a_request(void **state)
{
	struct all_ranges_req r = { .mtu = 68, .large = UINT64_MAX };
	struct all_text_req t = { .line = { 2, "ab" }, .w = { 1, "x" } };

	(void)state;
	open_connected();
	for (unsigned bit = 0; bit < 8 * sizeof(r); bit++) {
		int ret;

		memcpy(wire, &r, sizeof(r));
		wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ret = ask(ALL_OP_RANGES, sizeof(r));
		assert_true(ret == 0 || ret == -EINVAL);
	}
	for (unsigned bit = 0; bit < 8 * sizeof(t); bit++) {
		int ret;

		memcpy(wire, &t, sizeof(t));
		wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ret = ask(ALL_OP_TEXT, sizeof(t));
		assert_true(ret == 0 || ret == -EINVAL);
	}
}

/* ---- replies ----------------------------------------------------------------------------------- */

/* A hostile server's answer on line 0: @have bytes, of which it says that they are @len. */
static void forge(const void *reply, size_t have, unsigned len, uint16_t error)
{
	uint8_t payload[CORDON_PAYLOAD_SIZE] = { 0 };

	if (have)
		memcpy(payload, reply, have);
	cordon_copy_out(&lines[0], payload, sizeof(payload));
	cordon_publish(&lines[0], cordon_hdr(client.turn[0] + 1, error, (uint8_t)len, 0));
}

static int finish_kinds(const struct all_kinds_rep *r, unsigned len)
{
	bool b = true;
	enum all_link l = (enum all_link)77;
	enum all_level v = (enum all_level)77;
	enum all_plain p = (enum all_plain)77;
	uint32_t f = 77;
	uint64_t w = 77;
	int line, ret;

	line = all_kinds_start(&c, 0, ALL_LINK_UP, ALL_LEVEL_ZERO, ALL_PLAIN_ONE, 0, 0, NEVER);
	assert_int_equal(line, 0);
	forge(r, sizeof(*r), len, 0);
	while ((ret = all_kinds_finish(&c, line, 0, &b, &l, &v, &p, &f, &w)) == -EAGAIN)
		;
	if (ret == 0)
		assert_true(b == r->ob && l == r->ol && v == r->ov && p == r->op && f == r->of &&
			    w == r->ow);
	else
		assert_true(b && l == 77 && v == 77 && p == 77 && f == 77 && w == 77);
	return ret;
}

static void replies_with_values_that_can_not_be(void **state)
{
	const struct all_kinds_rep good = {
		.ob = 1, .ol = 6, .ov = -300, .op = 1, .of = 3, .ow = 1
	};
	uint64_t lies = 0;

	(void)state;
	open_connected();
	silent = 1;
	assert_int_equal(finish_kinds(&good, sizeof(good)), 0);
	for (unsigned len = 0; len < 256; len++) {
		uint64_t before = c.stub.faults + client.faults;

		if (len == sizeof(good))
			continue;
		assert_int_equal(finish_kinds(&good, len), -EPROTO);
		assert_true(c.stub.faults + client.faults > before);
	}
	for (unsigned bit = 0; bit < 8 * sizeof(good); bit++) {
		struct all_kinds_rep r = good;
		int ret;

		((uint8_t *)&r)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ret = finish_kinds(&r, sizeof(r));
		assert_true(ret == 0 || ret == -EPROTO);
		lies += ret != 0;
	}
	/* All but a bool's lowest bit, an enum's that makes another, and known flags. */
	assert_in_range(lies, 8 * sizeof(good) - 10, 8 * sizeof(good) - 4);
}

static int finish_text(const struct all_text_rep *r)
{
	char oline[33] = "before", ow[2] = "b";
	int line, ret;

	line = all_text_start(&c, "a", "b", NEVER);
	assert_int_equal(line, 0);
	forge(r, sizeof(*r), sizeof(*r), 0);
	while ((ret = all_text_finish(&c, line, 0, oline, ow)) == -EAGAIN)
		;
	if (ret < 0) {
		assert_string_equal(oline, "before");
		assert_string_equal(ow, "b");
	}
	return ret;
}

static void replies_with_strings_that_can_not_be(void **state)
{
	struct all_text_rep r = { .oline = { 3, "abc" }, .ow = { 1, "x" } };

	(void)state;
	open_connected();
	silent = 1;
	assert_int_equal(finish_text(&r), 0);
	r.oline.at[1] = 0;
	assert_int_equal(finish_text(&r), -EPROTO);
	r.oline.at[1] = 'b';
	for (unsigned len = 0; len < 256; len++) {
		r.oline.len = (uint8_t)len;
		assert_int_equal(finish_text(&r), len == 3 ? 0 : -EPROTO);
	}
	r.oline.len = 3;
	r.oline.at[31] = 1;
	assert_int_equal(finish_text(&r), -EPROTO);
	memset(r.oline.at, 'q', 32);
	r.oline.len = 32;
	assert_int_equal(finish_text(&r), 0);
	r.ow.len = 2;
	assert_int_equal(finish_text(&r), -EPROTO);
}

static int finish_error(unsigned error)
{
	int line = all_open_start(&c, NEVER), ret;

	assert_int_equal(line, 0);
	forge(NULL, 0, 0, (uint16_t)error);
	while ((ret = all_open_finish(&c, line, 0)) == -EAGAIN)
		;
	return ret;
}

static void errors_that_no_server_of_this_interface_has(void **state)
{
	(void)state;
	open_connected();
	silent = 1;
	for (unsigned error = 1; error < 65536; error++) {
		switch (error) {
		case EINVAL:
		case ENODEV:
		case EBUSY:
		case EPERM:
		case EOPNOTSUPP:
		case EIO:
			assert_int_equal(finish_error(error), -(int)error);
			break;
		default:
			assert_int_equal(finish_error(error), -EPROTO);
		}
	}
	assert_true(c.stub.faults > 4000);
}

/* Buffers that come with a reply: what was never the server's to give. */
static void replies_that_give_what_they_do_not_have(void **state)
{
	static const uint32_t bufs[] = { BUFS, BUFS + 1, 0x80000000, UINT32_MAX };
	struct all_fetch_rep r;
	uint32_t image = 5, len = 5;
	int mine, line;

	(void)state;
	open_connected();
	silent = 1;
	mine = cordon_pool_get(&pool[0], 1);
	for (size_t k = 0; k <= COUNT(bufs); k++) {
		r = (struct all_fetch_rep){ .image = k < COUNT(bufs) ? bufs[k] : (uint32_t)mine };
		line = all_fetch_start(&c, NEVER);
		forge(&r, sizeof(r), sizeof(r), 0);
		assert_int_equal(all_fetch_finish(&c, line, 0, &image, &len), -EPROTO);
		assert_true(image == 5 && len == 5);
	}
	assert_int_equal(pool[0].state[mine], CORDON_BUF_MINE);
}

/* What is in the buffer is read once, when it is ours again, and checked as all else. */
static void far_replies_that_lie(void **state)
{
	struct all_group g = { .each = { { .kind = 1 }, { .kind = 1 } } }, og;
	struct all_far_rep rep = { .og = { .each = { { .kind = 1 }, { .kind = 1 } } } };
	uint8_t rest[301];
	char onote[301];
	uint32_t len, buf;
	int line, ret;

	(void)state;
	open_connected();
	silent = 1;
	for (unsigned bit = 0; bit < 8 * sizeof(rep); bit++) {
		struct all_far_rep r = rep;

		memset(&og, 0xee, sizeof(og));
		line = all_far_start(&c, &g, "", NEVER);
		assert_int_equal(line, 0);
		buf = c.stub.lent[0].buf[0];
		((uint8_t *)&r)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memcpy(cordon_pool_data(&pool[0], buf), &r, sizeof(r));
		forge(NULL, 0, 0, 0);
		while ((ret = all_far_finish(&c, line, 0, &og, onote, rest, &len)) == -EAGAIN)
			;
		assert_true(ret == 0 || ret == -EPROTO);
		if (ret < 0)
			assert_int_equal(((uint8_t *)&og)[0], 0xee);
		else
			assert_true(og.each[0].kind >= 1 && og.each[0].kind <= 3);
	}
	assert_true(c.stub.faults > 0);
	no_buffer_is_missing();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_with_values_that_can_not_be),
		cmocka_unit_test(requests_of_a_wrong_length),
		cmocka_unit_test(arguments_in_buffers_that_are_not_there),
		cmocka_unit_test(buffers_that_were_not_lent),
		cmocka_unit_test(any_bit_of_a_request),
		cmocka_unit_test(replies_with_values_that_can_not_be),
		cmocka_unit_test(replies_with_strings_that_can_not_be),
		cmocka_unit_test(errors_that_no_server_of_this_interface_has),
		cmocka_unit_test(replies_that_give_what_they_do_not_have),
		cmocka_unit_test(far_replies_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
