/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An interface, as it was read and checked. Lists are in the order of the source. */
#ifndef CORDON_CDL_TREE_H
#define CORDON_CDL_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include "channels/cdl/diag.h"

/* What bounds an interface. */
#define CDL_FIELDS_MAX 64u /* members of a struct, arguments of a method */
#define CDL_ITEMS_MAX 512u /* methods; types; constants; names of an enum */
#define CDL_STATES_MAX 32u
#define CDL_BUFS_MAX 3u /* of a method; the stub needs one more for what does not fit a line */
#define CDL_BYTES_MAX 2048u /* of arguments: a small buffer of the pool */
#define CDL_LINE 56u /* of them, in a line */

/* All that a constant expression can be. */
typedef __int128 cdl_int;

enum cdl_kind {
	CDL_U8,
	CDL_U16,
	CDL_U32,
	CDL_U64,
	CDL_I8,
	CDL_I16,
	CDL_I32,
	CDL_I64,
	CDL_BOOL,
	CDL_ENUM,
	CDL_FLAGS,
	CDL_STRUCT,
	CDL_STR,
	CDL_BYTES,
	CDL_BUF,
};

struct cdl_name {
	struct cdl_name *next;
	const char *name, *doc;
	struct cdl_place place;
	cdl_int value; /* of a constant, of an enum */
};

struct cdl_names {
	struct cdl_name *first, *last;
	unsigned n;
};

struct cdl_type {
	enum cdl_kind kind;
	struct cdl_def *def; /* of an enum, flags, a struct */
	bool array;
	uint32_t count; /* of an array: 1 or more; else 1 */
	uint32_t max; /* of str, bytes: the most bytes */
};

enum cdl_hold { CDL_HOLD_NOT, CDL_HOLD_LEND, CDL_HOLD_GIVE };

/* A member of a struct, or an argument. */
struct cdl_field {
	struct cdl_field *next;
	const char *name, *doc;
	struct cdl_place place;
	struct cdl_type type;
	bool in, out; /* of a buffer: read, written by the peer */
	enum cdl_hold hold;
	bool range;
	cdl_int low, high;
	const char *within; /* NULL, or the buffer whose length bounds it */
	struct cdl_place within_place;
	const struct cdl_field *buf;
};

struct cdl_fields {
	struct cdl_field *first, *last;
	unsigned n;
};

/* One struct on the wire. Everything lies at a multiple of its own size; what is left between is zero. */
struct cdl_slot {
	const struct cdl_field *field;
	uint32_t at, pad; /* bytes before it */
};

struct cdl_record {
	struct cdl_slot *slot;
	unsigned n;
	uint32_t size, align, tail; /* bytes behind the last */
	bool checked; /* there is something that can be wrong with it */
	bool fails; /* there is something that may not fit into it */
	bool plain; /* C's form of it is the same, to the bit */
};

/* An enum, flags or a struct. */
struct cdl_def {
	struct cdl_def *next;
	enum cdl_kind kind;
	const char *name, *doc;
	struct cdl_place place;
	enum cdl_kind base; /* of an enum, flags */
	struct cdl_names names; /* of an enum, flags */
	struct cdl_fields fields; /* of a struct */
	struct cdl_record record; /* of a struct */
	uint32_t print; /* see prints.c */
	bool used; /* by a method, or by what one uses */
};

struct cdl_method {
	struct cdl_method *next;
	const char *name, *doc;
	struct cdl_place place;
	bool oneway;
	struct cdl_fields args;
	struct cdl_names when; /* empty: always */
	struct cdl_name to; /* the state after it; no name: as before */
	uint32_t when_set; /* of states, by number; all if there is none */
	unsigned to_state;
	unsigned since;
	struct cdl_place since_place;
	unsigned number;
	struct cdl_record req, rep;
	bool req_far, rep_far; /* in a buffer, since a line can't hold them */
	unsigned bufs; /* that the request lends or gives, */
	unsigned given; /* of these; */
	unsigned back; /* that the reply gives */
};

struct cdl_interface {
	const char *name, *doc;
	struct cdl_place place;
	unsigned oldest, newest; /* version */
	struct cdl_names errors, states, consts;
	struct cdl_def *defs, *last_def;
	struct cdl_method *methods, *last_method;
	unsigned ndefs, nmethods;
	bool has_errors;
	bool pool; /* it needs one */
	const char *licence; /* as its first line says, or NULL */
	uint32_t *prints; /* of what is on the wire, by version from the oldest on */
};

#endif
