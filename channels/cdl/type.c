// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/type.h"

#include <stdio.h>

static const char *const names[] = {
	[CDL_U8] = "u8",     [CDL_U16] = "u16",	    [CDL_U32] = "u32",	   [CDL_U64] = "u64",
	[CDL_I8] = "i8",     [CDL_I16] = "i16",	    [CDL_I32] = "i32",	   [CDL_I64] = "i64",
	[CDL_BOOL] = "bool", [CDL_ENUM] = "enum",   [CDL_FLAGS] = "flags", [CDL_STRUCT] = "struct",
	[CDL_STR] = "str",   [CDL_BYTES] = "bytes", [CDL_BUF] = "buf",
};

const char *cdl_kind_name(enum cdl_kind kind)
{
	return names[kind];
}

uint32_t cdl_int_size(enum cdl_kind kind)
{
	if (kind == CDL_BOOL)
		return 1;
	return 1u << (kind & 3);
}

cdl_int cdl_int_least(enum cdl_kind kind)
{
	return cdl_is_signed(kind) ? -((cdl_int)1 << (cdl_int_size(kind) * 8 - 1)) : 0;
}

cdl_int cdl_int_greatest(enum cdl_kind kind)
{
	if (kind == CDL_BOOL)
		return 1;
	return ((cdl_int)1 << (cdl_int_size(kind) * 8 - cdl_is_signed(kind))) - 1;
}

bool cdl_is_same(const struct cdl_type *type)
{
	if (type->kind == CDL_STRUCT)
		return type->def->record.plain;
	return cdl_is_int(type->kind) || type->kind == CDL_FLAGS || type->kind == CDL_BUF;
}

enum cdl_kind cdl_carrier(const struct cdl_type *type)
{
	switch (type->kind) {
	case CDL_ENUM:
	case CDL_FLAGS:
		return type->def->base;
	case CDL_BOOL:
		return CDL_U8;
	case CDL_BUF:
		return CDL_U32;
	default:
		return type->kind;
	}
}

uint32_t cdl_len_size(const struct cdl_type *type)
{
	return type->max > 255 ? 2 : 1;
}

uint32_t cdl_room(const struct cdl_type *type)
{
	uint32_t len = cdl_len_size(type);

	return (type->max + len - 1) / len * len;
}

uint32_t cdl_size_of(const struct cdl_type *type)
{
	switch (type->kind) {
	case CDL_STRUCT:
		return type->def->record.size;
	case CDL_STR:
	case CDL_BYTES:
		return cdl_len_size(type) + cdl_room(type);
	default:
		return cdl_int_size(cdl_carrier(type));
	}
}

uint32_t cdl_align_of(const struct cdl_type *type)
{
	switch (type->kind) {
	case CDL_STRUCT:
		return type->def->record.align;
	case CDL_STR:
	case CDL_BYTES:
		return cdl_len_size(type);
	default:
		return cdl_int_size(cdl_carrier(type));
	}
}

const char *cdl_int_text(cdl_int value, char *to, size_t size)
{
	bool less = value < 0;

	(void)snprintf(to, size, "%s%llu", less ? "-" : "",
		       (unsigned long long)(less ? -value : value));
	return to;
}
