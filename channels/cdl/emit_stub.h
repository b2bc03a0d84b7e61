/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The stubs of one method: for the emitter of net.cdl_client.h. */
#ifndef CORDON_CDL_EMIT_STUB_H
#define CORDON_CDL_EMIT_STUB_H

#include "channels/cdl/emit.h"

/* Names of ours, beside the arguments'. */
struct cdl_stub {
	struct cdl_emit *e;
	const struct cdl_method *m;
	const char *name; /* net_set_mac */
	const char *op; /* NET_OP_SET_MAC */
	const char *c, *w, *i, *line, *now, *deadline, *ret, *req, *rep, *far, *lent, *client;
	bool lends; /* buffers of whatever sort */
};

struct cdl_stub cdl_stub_of(struct cdl_emit *e, const struct cdl_method *m);

/* Some of a method's arguments, as parameters and as they are passed on. */
void cdl_stub_params(const struct cdl_stub *s, struct cdl_list *l,
		     bool (*which)(const struct cdl_field *));
void cdl_stub_passed(const struct cdl_stub *s, struct cdl_list *l,
		     bool (*which)(const struct cdl_field *));
/* Lent buffers that bound what comes with the reply: who makes arguments of a reply needs them, too. */
void cdl_stub_bounds(const struct cdl_stub *s, struct cdl_list *l, bool pass);

/* The argument that is the whole request already, as it lies in the caller's memory; or NULL. */
const struct cdl_field *cdl_stub_whole(const struct cdl_stub *s);

/* From arguments to a request, and from a reply to arguments (emit_args.c). */
void cdl_emit_args_put(const struct cdl_stub *s);
void cdl_emit_args_get(const struct cdl_stub *s);

/* The stubs (emit_stub.c). */
void cdl_emit_blocking(const struct cdl_stub *s);
void cdl_emit_oneway(const struct cdl_stub *s);
void cdl_emit_started(const struct cdl_stub *s);
void cdl_emit_scoped(const struct cdl_stub *s);

#endif
