/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is known of the types that there are. */
#ifndef CORDON_CDL_TYPE_H
#define CORDON_CDL_TYPE_H

#include "channels/cdl/tree.h"

/* As it is written; "enum", "flags", "struct" for those. */
const char *cdl_kind_name(enum cdl_kind kind);
/* An integer: u8 to i64. */
static inline bool cdl_is_int(enum cdl_kind kind)
{
	return kind <= CDL_I64;
}

static inline bool cdl_is_signed(enum cdl_kind kind)
{
	return kind >= CDL_I8 && kind <= CDL_I64;
}

/* Of an integer or a bool: bytes, and the least and the greatest. */
uint32_t cdl_int_size(enum cdl_kind kind);
cdl_int cdl_int_least(enum cdl_kind kind);
cdl_int cdl_int_greatest(enum cdl_kind kind);

/* C's form of it is the wire's, to the bit. */
bool cdl_is_same(const struct cdl_type *type);

/* What carries @type: an enum's base, u8 for a bool; an integer stays what it is. */
enum cdl_kind cdl_carrier(const struct cdl_type *type);

/* Bytes of a str's or bytes' length on the wire; and what room its bytes have there. */
uint32_t cdl_len_size(const struct cdl_type *type);
uint32_t cdl_room(const struct cdl_type *type);

/* One of @type on the wire: bytes, and of what they begin at a multiple. */
uint32_t cdl_size_of(const struct cdl_type *type);
uint32_t cdl_align_of(const struct cdl_type *type);

/* @value in C and in documents: decimal. @size: 48 is enough. */
const char *cdl_int_text(cdl_int value, char *to, size_t size);

#endif
