// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/decode.h"

/* Structs in structs: what is deeper is not shown. */
#define DEPTH_MAX 8u
/* Of an array, so many. */
#define SHOWN 16u

struct printer {
	char *to;
	size_t at, size;
};

static void put(struct printer *p, const char *s)
{
	for (; *s && p->at + 1 < p->size; s++)
		p->to[p->at++] = *s;
}

static void put_char(struct printer *p, char c)
{
	char s[2] = { c, '\0' };

	put(p, s);
}

static void put_number(struct printer *p, uint64_t value, unsigned base)
{
	char digits[24];
	unsigned i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (base == 16)
		put(p, "0x");
	put(p, &digits[i]);
}

static void put_signed(struct printer *p, int64_t value)
{
	if (value < 0)
		put_char(p, '-');
	put_number(p, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

/* Little endian, as all that is shared. */
static uint64_t number_at(const uint8_t *at, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size && i < 8; i++)
		value |= (uint64_t)at[i] << (i * 8);
	return value;
}

static int64_t extend(uint64_t value, unsigned size)
{
	uint64_t sign = size && size < 8 ? (uint64_t)1 << (size * 8 - 1) : 0;

	return (int64_t)((value ^ sign) - sign);
}

static const char *name_of(const struct cordon_decode_name *names, unsigned n, int64_t value)
{
	for (unsigned i = 0; i < n; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

static void put_enum(struct printer *p, const struct cordon_decode_field *f, uint64_t value)
{
	const char *name = name_of(f->names, f->n, extend(value, f->size));

	/* One without a sign may be that large. */
	if (!name)
		name = name_of(f->names, f->n, (int64_t)value);
	if (name)
		put(p, name);
	else
		put_signed(p, extend(value, f->size));
}

static void put_flags(struct printer *p, const struct cordon_decode_field *f, uint64_t value)
{
	bool some = false;

	for (unsigned i = 0; i < f->n; i++) {
		uint64_t flag = (uint64_t)f->names[i].value;

		if (!(value & flag))
			continue;
		if (some)
			put_char(p, '|');
		put(p, f->names[i].name);
		value &= ~flag;
		some = true;
	}
	if (some && value)
		put_char(p, '|');
	if (value || !some)
		put_number(p, value, value ? 16 : 10);
}

static void put_text(struct printer *p, const uint8_t *at, size_t len)
{
	put_char(p, '"');
	for (size_t i = 0; i < len; i++) {
		if (at[i] < ' ' || at[i] > '~' || at[i] == '"' || at[i] == '\\') {
			put_char(p, '\\');
			put_char(p, 'x');
			put_char(p, "0123456789abcdef"[at[i] >> 4]);
			put_char(p, "0123456789abcdef"[at[i] & 15]);
		} else {
			put_char(p, (char)at[i]);
		}
	}
	put_char(p, '"');
}

static void put_hex(struct printer *p, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		put_char(p, "0123456789abcdef"[at[i] >> 4]);
		put_char(p, "0123456789abcdef"[at[i] & 15]);
	}
}

static void put_fields(struct printer *p, const struct cordon_decode_field *f, unsigned n,
		       const uint8_t *at, size_t len, unsigned depth);

/* One value, all of whose bytes are there. */
static void put_value(struct printer *p, const struct cordon_decode_field *f, const uint8_t *at,
		      unsigned depth)
{
	uint64_t value = f->kind == CORDON_DECODE_STRUCT ? 0 : number_at(at, f->size);

	switch (f->kind) {
	case CORDON_DECODE_INT:
		put_signed(p, extend(value, f->size));
		break;
	case CORDON_DECODE_BOOL:
		put(p, value == 0 ? "false" : value == 1 ? "true" : "neither");
		break;
	case CORDON_DECODE_ENUM:
		put_enum(p, f, value);
		break;
	case CORDON_DECODE_FLAGS:
		put_flags(p, f, value);
		break;
	case CORDON_DECODE_STR:
		put_text(p, at + f->size, value < f->max ? value : f->max);
		break;
	case CORDON_DECODE_BYTES:
		put_hex(p, at + f->size, value < f->max ? value : f->max);
		break;
	case CORDON_DECODE_BUF:
		put(p, "buf ");
		put_number(p, value, 10);
		break;
	case CORDON_DECODE_STRUCT:
		put_char(p, '{');
		if (depth < DEPTH_MAX)
			put_fields(p, f->fields, f->n, at, f->size, depth + 1);
		else
			put(p, "...");
		put_char(p, '}');
		break;
	default:
		put_number(p, value, 10);
	}
}

static void put_field(struct printer *p, const struct cordon_decode_field *f, const uint8_t *at,
		      size_t len, unsigned depth)
{
	size_t one = (size_t)f->size + f->max;
	size_t n = f->count ? f->count : 1;

	put(p, f->name);
	put_char(p, '=');
	if (f->at > len || one * n > len - f->at) {
		put_char(p, '?');
		return;
	}
	at += f->at;
	if (!f->count) {
		put_value(p, f, at, depth);
		return;
	}
	if (f->kind == CORDON_DECODE_UINT && f->size == 1) {
		put_hex(p, at, n < 4 * SHOWN ? n : 4 * SHOWN);
		put(p, n > 4 * SHOWN ? "..." : "");
		return;
	}
	put_char(p, '[');
	for (size_t i = 0; i < n && i < SHOWN; i++) {
		put(p, i ? ", " : "");
		put_value(p, f, at + i * one, depth);
	}
	put(p, n > SHOWN ? ", ...]" : "]");
}

static void put_fields(struct printer *p, const struct cordon_decode_field *f, unsigned n,
		       const uint8_t *at, size_t len, unsigned depth)
{
	for (unsigned i = 0; i < n; i++) {
		put(p, i ? ", " : "");
		put_field(p, &f[i], at, len, depth);
	}
}

static const struct cordon_decode_op *op_of(const struct cordon_decode *d, unsigned op)
{
	return op < d->n ? &d->op[op] : NULL;
}

static size_t end(struct printer *p)
{
	p->to[p->at] = '\0';
	return p->at;
}

const char *cordon_decode_name(const struct cordon_decode *d, unsigned op)
{
	const struct cordon_decode_op *o = op_of(d, op);

	return o ? o->name : "unknown";
}

const char *cordon_decode_error(const struct cordon_decode *d, int error)
{
	return name_of(d->errors, d->nerrors, error);
}

static void put_op(struct printer *p, const struct cordon_decode *d, unsigned op)
{
	put(p, cordon_decode_name(d, op));
	if (op_of(d, op))
		return;
	put_char(p, ' ');
	put_number(p, op, 10);
}

size_t cordon_decode_request(const struct cordon_decode *d, unsigned op, const void *p, size_t len,
			     char *to, size_t size)
{
	const struct cordon_decode_op *o = op_of(d, op);
	struct printer out = { to, 0, size };

	put_op(&out, d, op);
	put_char(&out, '(');
	if (o && o->far && len >= 8) {
		put_number(&out, number_at((const uint8_t *)p + 4, 4), 10);
		put(&out, " bytes in buf ");
		put_number(&out, number_at(p, 4), 10);
	} else if (o && !o->far) {
		put_fields(&out, o->req, o->nreq, p, len, 0);
	} else {
		put_number(&out, len, 10);
		put(&out, " bytes");
	}
	put_char(&out, ')');
	return end(&out);
}

size_t cordon_decode_reply(const struct cordon_decode *d, unsigned op, int error, const void *p,
			   size_t len, char *to, size_t size)
{
	const struct cordon_decode_op *o = op_of(d, op);
	struct printer out = { to, 0, size };
	const char *name = cordon_decode_error(d, error);

	put_op(&out, d, op);
	put(&out, ": ");
	if (error) {
		put_char(&out, '-');
		if (name)
			put(&out, name);
		else
			put_signed(&out, error);
		return end(&out);
	}
	put_char(&out, '0');
	if (o && o->nrep && !o->far_reply) {
		put(&out, " (");
		put_fields(&out, o->rep, o->nrep, p, len, 0);
		put_char(&out, ')');
	} else if (o && o->far_reply) {
		put(&out, " (in the buffer)");
	}
	return end(&out);
}
