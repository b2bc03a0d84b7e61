// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Made by cordon-cdl from all.cdl: names for traces and statistics. A change in here would be lost. */
#include "all.cdl.h"

/* A line each. */
/* clang-format off */

static const struct cordon_decode_name names_link[] = {
	{ 0, "down" },
	{ 5, "up" },
	{ 6, "unknown" },
};

static const struct cordon_decode_name names_level[] = {
	{ -300, "lowest" },
	{ 0, "zero" },
	{ 300, "highest" },
};

static const struct cordon_decode_name names_plain[] = {
	{ 0, "one" },
	{ 1, "two" },
};

static const struct cordon_decode_name names_features[] = {
	{ 1, "tso" },
	{ 2, "csum" },
	{ 2147483648, "last" },
};

static const struct cordon_decode_name names_wide[] = {
	{ 1, "low" },
	{ (-9223372036854775807ll - 1), "high" },
};

static const struct cordon_decode_field fields_stats[] = {
	{ .name = "tx", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8 },
	{ .name = "kind", .kind = CORDON_DECODE_UINT, .at = 8, .size = 1 },
	{ .name = "worst", .kind = CORDON_DECODE_INT, .at = 12, .size = 4 },
	{ .name = "on", .kind = CORDON_DECODE_BOOL, .at = 16, .size = 1 },
};

static const struct cordon_decode_field fields_name[] = {
	{ .name = "text", .kind = CORDON_DECODE_STR, .at = 0, .size = 1, .max = 20 },
	{ .name = "key", .kind = CORDON_DECODE_BYTES, .at = 21, .size = 1, .max = 5 },
	{ .name = "how", .kind = CORDON_DECODE_ENUM, .at = 27, .size = 1, .names = names_link, .n = 3 },
	{ .name = "id", .kind = CORDON_DECODE_UINT, .at = 28, .size = 2 },
};

static const struct cordon_decode_field fields_pair[] = {
	{ .name = "a", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
	{ .name = "f", .kind = CORDON_DECODE_FLAGS, .at = 4, .size = 4, .names = names_features, .n = 3 },
	{ .name = "b", .kind = CORDON_DECODE_UINT, .at = 8, .size = 8 },
};

static const struct cordon_decode_field fields_point[] = {
	{ .name = "x", .kind = CORDON_DECODE_INT, .at = 0, .size = 4 },
	{ .name = "y", .kind = CORDON_DECODE_INT, .at = 4, .size = 4 },
};

static const struct cordon_decode_field fields_group[] = {
	{ .name = "first", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 30, .fields = fields_name, .n = 4 },
	{ .name = "each", .kind = CORDON_DECODE_STRUCT, .at = 32, .size = 24, .count = 2, .fields = fields_stats, .n = 4 },
	{ .name = "can", .kind = CORDON_DECODE_FLAGS, .at = 80, .size = 4, .names = names_features, .n = 3 },
	{ .name = "flag", .kind = CORDON_DECODE_BOOL, .at = 84, .size = 1, .count = 3 },
	{ .name = "links", .kind = CORDON_DECODE_ENUM, .at = 87, .size = 1, .count = 4, .names = names_link, .n = 3 },
	{ .name = "numbers", .kind = CORDON_DECODE_UINT, .at = 92, .size = 2, .count = 3 },
};

static const struct cordon_decode_field req_numbers[] = {
	{ .name = "a", .kind = CORDON_DECODE_UINT, .at = 0, .size = 1 },
	{ .name = "b", .kind = CORDON_DECODE_UINT, .at = 2, .size = 2 },
	{ .name = "c", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
	{ .name = "d", .kind = CORDON_DECODE_UINT, .at = 8, .size = 8 },
	{ .name = "e", .kind = CORDON_DECODE_INT, .at = 16, .size = 1 },
	{ .name = "f", .kind = CORDON_DECODE_INT, .at = 18, .size = 2 },
	{ .name = "g", .kind = CORDON_DECODE_INT, .at = 20, .size = 4 },
	{ .name = "h", .kind = CORDON_DECODE_INT, .at = 24, .size = 8 },
};

static const struct cordon_decode_field rep_numbers[] = {
	{ .name = "oa", .kind = CORDON_DECODE_UINT, .at = 0, .size = 1 },
	{ .name = "ob", .kind = CORDON_DECODE_UINT, .at = 2, .size = 2 },
	{ .name = "oc", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
	{ .name = "od", .kind = CORDON_DECODE_UINT, .at = 8, .size = 8 },
	{ .name = "oe", .kind = CORDON_DECODE_INT, .at = 16, .size = 1 },
	{ .name = "of", .kind = CORDON_DECODE_INT, .at = 18, .size = 2 },
	{ .name = "og", .kind = CORDON_DECODE_INT, .at = 20, .size = 4 },
	{ .name = "oh", .kind = CORDON_DECODE_INT, .at = 24, .size = 8 },
};

static const struct cordon_decode_field req_ranges[] = {
	{ .name = "mtu", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
	{ .name = "small", .kind = CORDON_DECODE_INT, .at = 4, .size = 1 },
	{ .name = "large", .kind = CORDON_DECODE_UINT, .at = 8, .size = 8 },
	{ .name = "least", .kind = CORDON_DECODE_INT, .at = 16, .size = 8 },
};

static const struct cordon_decode_field rep_ranges[] = {
	{ .name = "sum", .kind = CORDON_DECODE_UINT, .at = 0, .size = 1 },
	{ .name = "any", .kind = CORDON_DECODE_INT, .at = 2, .size = 2 },
};

static const struct cordon_decode_field req_kinds[] = {
	{ .name = "b", .kind = CORDON_DECODE_BOOL, .at = 0, .size = 1 },
	{ .name = "l", .kind = CORDON_DECODE_ENUM, .at = 1, .size = 1, .names = names_link, .n = 3 },
	{ .name = "v", .kind = CORDON_DECODE_ENUM, .at = 2, .size = 2, .names = names_level, .n = 3 },
	{ .name = "p", .kind = CORDON_DECODE_ENUM, .at = 4, .size = 4, .names = names_plain, .n = 2 },
	{ .name = "f", .kind = CORDON_DECODE_FLAGS, .at = 8, .size = 4, .names = names_features, .n = 3 },
	{ .name = "w", .kind = CORDON_DECODE_FLAGS, .at = 16, .size = 8, .names = names_wide, .n = 2 },
};

static const struct cordon_decode_field rep_kinds[] = {
	{ .name = "ob", .kind = CORDON_DECODE_BOOL, .at = 0, .size = 1 },
	{ .name = "ol", .kind = CORDON_DECODE_ENUM, .at = 1, .size = 1, .names = names_link, .n = 3 },
	{ .name = "ov", .kind = CORDON_DECODE_ENUM, .at = 2, .size = 2, .names = names_level, .n = 3 },
	{ .name = "op", .kind = CORDON_DECODE_ENUM, .at = 4, .size = 4, .names = names_plain, .n = 2 },
	{ .name = "of", .kind = CORDON_DECODE_FLAGS, .at = 8, .size = 4, .names = names_features, .n = 3 },
	{ .name = "ow", .kind = CORDON_DECODE_FLAGS, .at = 16, .size = 8, .names = names_wide, .n = 2 },
};

static const struct cordon_decode_field req_arrays[] = {
	{ .name = "mac", .kind = CORDON_DECODE_UINT, .at = 0, .size = 1, .count = 6 },
	{ .name = "s", .kind = CORDON_DECODE_UINT, .at = 6, .size = 2, .count = 2 },
	{ .name = "b", .kind = CORDON_DECODE_BOOL, .at = 10, .size = 1, .count = 3 },
	{ .name = "l", .kind = CORDON_DECODE_ENUM, .at = 13, .size = 1, .count = 2, .names = names_link, .n = 3 },
	{ .name = "i", .kind = CORDON_DECODE_INT, .at = 16, .size = 4, .count = 3 },
};

static const struct cordon_decode_field rep_arrays[] = {
	{ .name = "omac", .kind = CORDON_DECODE_UINT, .at = 0, .size = 1, .count = 6 },
	{ .name = "os", .kind = CORDON_DECODE_UINT, .at = 6, .size = 2, .count = 2 },
	{ .name = "ob", .kind = CORDON_DECODE_BOOL, .at = 10, .size = 1, .count = 3 },
	{ .name = "ol", .kind = CORDON_DECODE_ENUM, .at = 13, .size = 1, .count = 2, .names = names_link, .n = 3 },
	{ .name = "oi", .kind = CORDON_DECODE_INT, .at = 16, .size = 4, .count = 3 },
};

static const struct cordon_decode_field req_text[] = {
	{ .name = "line", .kind = CORDON_DECODE_STR, .at = 0, .size = 1, .max = 32 },
	{ .name = "w", .kind = CORDON_DECODE_STR, .at = 33, .size = 1, .max = 1 },
};

static const struct cordon_decode_field rep_text[] = {
	{ .name = "oline", .kind = CORDON_DECODE_STR, .at = 0, .size = 1, .max = 32 },
	{ .name = "ow", .kind = CORDON_DECODE_STR, .at = 33, .size = 1, .max = 1 },
};

static const struct cordon_decode_field req_blob[] = {
	{ .name = "key", .kind = CORDON_DECODE_BYTES, .at = 0, .size = 1, .max = 16 },
};

static const struct cordon_decode_field rep_blob[] = {
	{ .name = "okey", .kind = CORDON_DECODE_BYTES, .at = 0, .size = 1, .max = 16 },
};

static const struct cordon_decode_field req_structs[] = {
	{ .name = "s", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 24, .fields = fields_stats, .n = 4 },
	{ .name = "n", .kind = CORDON_DECODE_STRUCT, .at = 24, .size = 30, .fields = fields_name, .n = 4 },
};

static const struct cordon_decode_field rep_structs[] = {
	{ .name = "os", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 24, .fields = fields_stats, .n = 4 },
	{ .name = "on", .kind = CORDON_DECODE_STRUCT, .at = 24, .size = 30, .fields = fields_name, .n = 4 },
};

static const struct cordon_decode_field req_plain_one[] = {
	{ .name = "p", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 16, .fields = fields_pair, .n = 3 },
};

static const struct cordon_decode_field rep_plain_one[] = {
	{ .name = "q", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 16, .fields = fields_pair, .n = 3 },
};

static const struct cordon_decode_field req_plain_two[] = {
	{ .name = "p", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 8, .count = 2, .fields = fields_point, .n = 2 },
};

static const struct cordon_decode_field rep_plain_two[] = {
	{ .name = "q", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 8, .count = 2, .fields = fields_point, .n = 2 },
};

static const struct cordon_decode_field req_plain_more[] = {
	{ .name = "b", .kind = CORDON_DECODE_BOOL, .at = 0, .size = 1 },
	{ .name = "p", .kind = CORDON_DECODE_STRUCT, .at = 8, .size = 16, .fields = fields_pair, .n = 3 },
	{ .name = "r", .kind = CORDON_DECODE_STRUCT, .at = 24, .size = 8, .fields = fields_point, .n = 2 },
};

static const struct cordon_decode_field rep_plain_more[] = {
	{ .name = "t", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 8, .fields = fields_point, .n = 2 },
	{ .name = "q", .kind = CORDON_DECODE_STRUCT, .at = 8, .size = 16, .fields = fields_pair, .n = 3 },
};

static const struct cordon_decode_field req_far[] = {
	{ .name = "g", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 104, .fields = fields_group, .n = 6 },
	{ .name = "note", .kind = CORDON_DECODE_STR, .at = 104, .size = 2, .max = 300 },
};

static const struct cordon_decode_field rep_far[] = {
	{ .name = "og", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 104, .fields = fields_group, .n = 6 },
	{ .name = "onote", .kind = CORDON_DECODE_STR, .at = 104, .size = 2, .max = 300 },
	{ .name = "rest", .kind = CORDON_DECODE_BYTES, .at = 406, .size = 2, .max = 301 },
};

static const struct cordon_decode_field rep_far_out[] = {
	{ .name = "o", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8, .count = 20 },
};

static const struct cordon_decode_field req_far_both[] = {
	{ .name = "x", .kind = CORDON_DECODE_UINT, .at = 0, .size = 1 },
};

static const struct cordon_decode_field rep_far_both[] = {
	{ .name = "o", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8, .count = 20 },
};

static const struct cordon_decode_field req_inwards[] = {
	{ .name = "i", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8, .count = 20 },
};

static const struct cordon_decode_field rep_inwards[] = {
	{ .name = "sum", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8 },
};

static const struct cordon_decode_field req_struct_array[] = {
	{ .name = "s", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 24, .count = 2, .fields = fields_stats, .n = 4 },
};

static const struct cordon_decode_field rep_struct_array[] = {
	{ .name = "os", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 24, .count = 2, .fields = fields_stats, .n = 4 },
};

static const struct cordon_decode_field req_roster[] = {
	{ .name = "names", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 30, .count = 2, .fields = fields_name, .n = 4 },
	{ .name = "can", .kind = CORDON_DECODE_FLAGS, .at = 60, .size = 4, .count = 2, .names = names_features, .n = 3 },
};

static const struct cordon_decode_field rep_roster[] = {
	{ .name = "onames", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 30, .count = 2, .fields = fields_name, .n = 4 },
	{ .name = "ocan", .kind = CORDON_DECODE_FLAGS, .at = 60, .size = 4, .count = 2, .names = names_features, .n = 3 },
};

static const struct cordon_decode_field req_load[] = {
	{ .name = "image", .kind = CORDON_DECODE_BUF, .at = 0, .size = 4 },
	{ .name = "len", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
};

static const struct cordon_decode_field req_fill[] = {
	{ .name = "to", .kind = CORDON_DECODE_BUF, .at = 0, .size = 4 },
};

static const struct cordon_decode_field rep_fill[] = {
	{ .name = "len", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
};

static const struct cordon_decode_field req_change[] = {
	{ .name = "both", .kind = CORDON_DECODE_BUF, .at = 0, .size = 4 },
	{ .name = "from", .kind = CORDON_DECODE_UINT, .at = 4, .size = 2 },
	{ .name = "len", .kind = CORDON_DECODE_UINT, .at = 6, .size = 2 },
};

static const struct cordon_decode_field req_keep[] = {
	{ .name = "name", .kind = CORDON_DECODE_BUF, .at = 0, .size = 4 },
	{ .name = "image", .kind = CORDON_DECODE_BUF, .at = 4, .size = 4 },
	{ .name = "len", .kind = CORDON_DECODE_UINT, .at = 8, .size = 4 },
};

static const struct cordon_decode_field rep_fetch[] = {
	{ .name = "image", .kind = CORDON_DECODE_BUF, .at = 0, .size = 4 },
	{ .name = "len", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
};

static const struct cordon_decode_field req_move[] = {
	{ .name = "args", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8, .count = 8 },
	{ .name = "from", .kind = CORDON_DECODE_BUF, .at = 64, .size = 4 },
	{ .name = "to", .kind = CORDON_DECODE_BUF, .at = 68, .size = 4 },
};

static const struct cordon_decode_field rep_move[] = {
	{ .name = "done", .kind = CORDON_DECODE_UINT, .at = 0, .size = 8, .count = 8 },
};

static const struct cordon_decode_field req_shadow[] = {
	{ .name = "c", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
	{ .name = "w", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
	{ .name = "i", .kind = CORDON_DECODE_UINT, .at = 8, .size = 4 },
	{ .name = "ret", .kind = CORDON_DECODE_UINT, .at = 12, .size = 4 },
	{ .name = "req", .kind = CORDON_DECODE_UINT, .at = 16, .size = 4 },
	{ .name = "rep", .kind = CORDON_DECODE_UINT, .at = 20, .size = 4 },
	{ .name = "line", .kind = CORDON_DECODE_UINT, .at = 24, .size = 4 },
	{ .name = "now", .kind = CORDON_DECODE_UINT, .at = 28, .size = 4 },
	{ .name = "s", .kind = CORDON_DECODE_UINT, .at = 32, .size = 4 },
	{ .name = "len", .kind = CORDON_DECODE_UINT, .at = 36, .size = 4 },
	{ .name = "deadline", .kind = CORDON_DECODE_UINT, .at = 40, .size = 4 },
	{ .name = "state", .kind = CORDON_DECODE_UINT, .at = 44, .size = 4 },
};

static const struct cordon_decode_field rep_shadow[] = {
	{ .name = "client", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
	{ .name = "far", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
	{ .name = "lent", .kind = CORDON_DECODE_UINT, .at = 8, .size = 4 },
};

static const struct cordon_decode_field req_link_state[] = {
	{ .name = "up", .kind = CORDON_DECODE_BOOL, .at = 0, .size = 1 },
	{ .name = "how", .kind = CORDON_DECODE_ENUM, .at = 1, .size = 1, .names = names_link, .n = 3 },
};

static const struct cordon_decode_field req_long_news[] = {
	{ .name = "text", .kind = CORDON_DECODE_STR, .at = 0, .size = 1, .max = 100 },
};

static const struct cordon_decode_field req_late[] = {
	{ .name = "a", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
};

static const struct cordon_decode_field rep_late[] = {
	{ .name = "b", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
};

static const struct cordon_decode_field req_later[] = {
	{ .name = "s", .kind = CORDON_DECODE_STR, .at = 0, .size = 1, .max = 8 },
};

static const struct cordon_decode_field req_stats[] = {
	{ .name = "s", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 24, .fields = fields_stats, .n = 4 },
};

static const struct cordon_decode_field rep_stats[] = {
	{ .name = "t", .kind = CORDON_DECODE_STRUCT, .at = 0, .size = 24, .fields = fields_stats, .n = 4 },
};

static const struct cordon_decode_field hello_req[] = {
	{ .name = "id", .kind = CORDON_DECODE_UINT, .at = 0, .size = 4 },
	{ .name = "oldest", .kind = CORDON_DECODE_UINT, .at = 4, .size = 2 },
	{ .name = "newest", .kind = CORDON_DECODE_UINT, .at = 6, .size = 2 },
};

static const struct cordon_decode_field hello_rep[] = {
	{ .name = "version", .kind = CORDON_DECODE_UINT, .at = 0, .size = 2 },
	{ .name = "print", .kind = CORDON_DECODE_UINT, .at = 4, .size = 4 },
};

static const struct cordon_decode_name errors[] = {
	{ EINVAL, "EINVAL" },
	{ EPERM, "EPERM" },
	{ EOPNOTSUPP, "EOPNOTSUPP" },
	{ EIO, "EIO" },
	{ EPROTO, "EPROTO" },
	{ EPROTONOSUPPORT, "EPROTONOSUPPORT" },
	{ ENODEV, "ENODEV" },
	{ EBUSY, "EBUSY" },
};

static const struct cordon_decode_op ops[] = {
	{ .name = "hello", .nreq = 3, .req = hello_req, .nrep = 2, .rep = hello_rep },
	{ .name = "open" },
	{ .name = "run" },
	{ .name = "close" },
	{ .name = "numbers", .nreq = 8, .req = req_numbers, .nrep = 8, .rep = rep_numbers },
	{ .name = "ranges", .nreq = 4, .req = req_ranges, .nrep = 2, .rep = rep_ranges },
	{ .name = "kinds", .nreq = 6, .req = req_kinds, .nrep = 6, .rep = rep_kinds },
	{ .name = "arrays", .nreq = 5, .req = req_arrays, .nrep = 5, .rep = rep_arrays },
	{ .name = "text", .nreq = 2, .req = req_text, .nrep = 2, .rep = rep_text },
	{ .name = "blob", .nreq = 1, .req = req_blob, .nrep = 1, .rep = rep_blob },
	{ .name = "structs", .nreq = 2, .req = req_structs, .nrep = 2, .rep = rep_structs },
	{ .name = "plain_one", .nreq = 1, .req = req_plain_one, .nrep = 1, .rep = rep_plain_one },
	{ .name = "plain_two", .nreq = 1, .req = req_plain_two, .nrep = 1, .rep = rep_plain_two },
	{ .name = "plain_more", .nreq = 3, .req = req_plain_more, .nrep = 2, .rep = rep_plain_more },
	{ .name = "far", .far = true, .far_reply = true, .nreq = 2, .req = req_far, .nrep = 3, .rep = rep_far },
	{ .name = "far_out", .far = true, .far_reply = true, .nrep = 1, .rep = rep_far_out },
	{ .name = "far_both", .far = true, .far_reply = true, .nreq = 1, .req = req_far_both, .nrep = 1, .rep = rep_far_both },
	{ .name = "inwards", .far = true, .nreq = 1, .req = req_inwards, .nrep = 1, .rep = rep_inwards },
	{ .name = "struct_array", .nreq = 1, .req = req_struct_array, .nrep = 1, .rep = rep_struct_array },
	{ .name = "roster", .far = true, .far_reply = true, .nreq = 2, .req = req_roster, .nrep = 2, .rep = rep_roster },
	{ .name = "load", .nreq = 2, .req = req_load },
	{ .name = "fill", .nreq = 1, .req = req_fill, .nrep = 1, .rep = rep_fill },
	{ .name = "change", .nreq = 3, .req = req_change },
	{ .name = "keep", .nreq = 3, .req = req_keep },
	{ .name = "fetch", .nrep = 2, .rep = rep_fetch },
	{ .name = "move", .far = true, .far_reply = true, .nreq = 3, .req = req_move, .nrep = 1, .rep = rep_move },
	{ .name = "shadow", .nreq = 12, .req = req_shadow, .nrep = 3, .rep = rep_shadow },
	{ .name = "link_state", .oneway = true, .nreq = 2, .req = req_link_state },
	{ .name = "long_news", .oneway = true, .far = true, .nreq = 1, .req = req_long_news },
	{ .name = "late", .nreq = 1, .req = req_late, .nrep = 1, .rep = rep_late },
	{ .name = "later", .nreq = 1, .req = req_later },
	{ .name = "stats", .nreq = 1, .req = req_stats, .nrep = 1, .rep = rep_stats },
};
/* clang-format on */

const struct cordon_decode all_decode = {
	.name = "all",
	.n = ALL_OP_COUNT,
	.op = ops,
	.nerrors = sizeof(errors) / sizeof(errors[0]),
	.errors = errors,
};
