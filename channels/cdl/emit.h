/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What is made of an interface. Each cdl_emit_*() of the first part writes one file; the others are
 * what those share. All that is written is formatted as the kernel does it, by construction.
 *
 * Of a value there are two forms: C's, in which programs see it (bool, enum, char[]), and the wire's,
 * in which it travels (fixed widths, explicit zeros). A wire form is checked as a whole before any of it
 * is made into C's.
 */
#ifndef CORDON_CDL_EMIT_H
#define CORDON_CDL_EMIT_H

#include "channels/cdl/mem.h"
#include "channels/cdl/text.h"
#include "channels/cdl/tree.h"

struct cdl_emit {
	const struct cdl_interface *i;
	struct cdl_mem *mem;
	struct cdl_text *out;
	const char *base; /* of the source's name: "net.cdl" */
	const char *prefix, *upper; /* of all that is declared: "net", "NET" */
};

void cdl_emit_header(struct cdl_emit *e); /* net.cdl.h */
void cdl_emit_client(struct cdl_emit *e); /* net.cdl_client.h */
void cdl_emit_server_header(struct cdl_emit *e); /* net.cdl_server.h */
void cdl_emit_server(struct cdl_emit *e); /* net.cdl_server.c */
void cdl_emit_decode(struct cdl_emit *e); /* net.cdl_decode.c */
void cdl_emit_fuzz(struct cdl_emit *e); /* net.cdl_fuzz.c */
void cdl_emit_doc(struct cdl_emit *e); /* net.cdl.md */

/* ---- common (emit.c) --------------------------------------------------------------------------- */

/* The licence, and where the file comes from. */
void cdl_emit_top(struct cdl_emit *e, bool header, const char *what);
/* Documentation as a comment, @tabs deep. Nothing where there is none. */
void cdl_emit_comment(struct cdl_emit *e, unsigned tabs, const char *doc);
/* A section's line. */
void cdl_emit_section(struct cdl_emit *e, const char *name);
/* @s in capitals. */
const char *cdl_emit_upper(struct cdl_emit *e, const char *s);
/* "uint32_t", "enum net_link", "struct net_stats": in C, on the wire. */
const char *cdl_emit_ctype(struct cdl_emit *e, const struct cdl_type *type);
const char *cdl_emit_wtype(struct cdl_emit *e, const struct cdl_type *type);
/* @value as a constant of C. */
const char *cdl_emit_int(struct cdl_emit *e, cdl_int value);
/* A name for a variable of ours beside those of @fields (NULL: none): @name, or @name with an underscore. */
const char *cdl_emit_local(struct cdl_emit *e, const struct cdl_fields *fields, const char *name);

/* Whether @f travels in the request, in the reply. */
bool cdl_emit_in_req(const struct cdl_field *f);
bool cdl_emit_in_rep(const struct cdl_field *f);

/* ---- C's form (emit_types.c) ------------------------------------------------------------------- */

/* Constants, enums, flags, structs. */
void cdl_emit_types(struct cdl_emit *e);
/* Declare @f as a member or a variable: one line or two, @tabs deep. */
void cdl_emit_member(struct cdl_emit *e, unsigned tabs, const struct cdl_field *f, const char *end);
/* The argument @f as a parameter (one or two); and as it is passed on, where there are such parameters. */
void cdl_emit_param(struct cdl_emit *e, struct cdl_list *l, const struct cdl_field *f);
void cdl_emit_pass(struct cdl_list *l, const struct cdl_field *f);

/* ---- the wire's form (emit_wire.c) ------------------------------------------------------------- */

/* Structs, with their checks and conversions; requests and replies, with their checks. */
void cdl_emit_wire(struct cdl_emit *e);

/* ---- between the two (emit_convert.c) ----------------------------------------------------------- */

/* From C's form @c to the wire's @w, and back; @bad is what to do when it doesn't fit. Of bytes, @len is
 * their length. @i: a variable to count with. */
void cdl_emit_put(struct cdl_emit *e, const struct cdl_field *f, const char *w, const char *c,
		  const char *len, const char *i, const char *bad);
void cdl_emit_get(struct cdl_emit *e, const struct cdl_field *f, const char *w, const char *c,
		  const char *len, const char *i);
/* Functions that do so with a struct. */
void cdl_emit_struct_put(struct cdl_emit *e, const struct cdl_def *d);
void cdl_emit_struct_get(struct cdl_emit *e, const struct cdl_def *d);

/* ---- the harness (emit_fuzz.c) ------------------------------------------------------------------ */

/* That @f, of a name that is a variable or, if it is a struct and @address says so, its address, is within
 * what the interface says. */
void cdl_emit_expect(struct cdl_emit *e, const struct cdl_field *f, const char *i, bool address);
/* A caller for each method, whose replies are any bytes (emit_answers.c). */
void cdl_emit_answers(struct cdl_emit *e);

#endif
