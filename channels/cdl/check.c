// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/check.h"

#include <string.h>
#include "channels/cdl/parse.h"
#include "channels/cdl/type.h"

/* What a server may be said to return. Not those by which a call itself fails. */
static const char *const known[] = {
	"E2BIG",       "EACCES",       "EADDRINUSE",   "EADDRNOTAVAIL", "EAFNOSUPPORT",
	"EALREADY",    "EBADF",	       "EBADFD",       "EBADMSG",	"EBUSY",
	"ECHILD",      "ECOMM",	       "ECONNABORTED", "ECONNREFUSED",	"ECONNRESET",
	"EDEADLK",     "EDESTADDRREQ", "EDOM",	       "EDQUOT",	"EEXIST",
	"EFAULT",      "EFBIG",	       "EHOSTDOWN",    "EHOSTUNREACH",	"EILSEQ",
	"EINPROGRESS", "EINTR",	       "EINVAL",       "EIO",		"EISCONN",
	"EISDIR",      "EKEYEXPIRED",  "EKEYREJECTED", "EKEYREVOKED",	"ELOOP",
	"EMEDIUMTYPE", "EMFILE",       "EMLINK",       "ENAMETOOLONG",	"ENETDOWN",
	"ENETRESET",   "ENETUNREACH",  "ENFILE",       "ENOBUFS",	"ENODATA",
	"ENODEV",      "ENOENT",       "ENOKEY",       "ENOLCK",	"ENOLINK",
	"ENOMEDIUM",   "ENOMEM",       "ENOSPC",       "ENOSYS",	"ENOTBLK",
	"ENOTCONN",    "ENOTDIR",      "ENOTEMPTY",    "ENOTTY",	"ENOTUNIQ",
	"ENXIO",       "EOVERFLOW",    "EPERM",	       "EPFNOSUPPORT",	"EPROTONOSUPPORT",
	"EPROTOTYPE",  "ERANGE",       "EREMOTEIO",    "EROFS",		"ESHUTDOWN",
	"ESPIPE",      "ESRCH",	       "ESTALE",       "ETIME",		"ETXTBSY",
	"EUCLEAN",     "EUSERS",       "EXDEV",	       "EXFULL",
};
static const char *const of_calls[] = { "EMSGSIZE",  "EAGAIN", "EWOULDBLOCK", "ETIMEDOUT", "EPIPE",
					"ECANCELED", "EPROTO", "EOPNOTSUPP",  "ENOTSUP" };

static bool among(const char *const *list, size_t n, const char *name)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(list[k], name) == 0)
			return true;
	return false;
}

#define AMONG(list, name) among(list, sizeof(list) / sizeof((list)[0]), name)

static void check_errors(const struct cdl_interface *i, struct cdl_diag *diag)
{
	for (const struct cdl_name *e = i->errors.first; e; e = e->next) {
		if (AMONG(of_calls, e->name))
			cdl_error(diag, e->place,
				  "%s says that the call itself failed: expected an error of the "
				  "server's",
				  e->name);
		else if (!AMONG(known, e->name))
			cdl_error(diag, e->place,
				  "there is no error '%s': expected one of errno.h, as EINVAL",
				  e->name);
	}
}

static void check_enum(struct cdl_def *d, struct cdl_diag *diag)
{
	/* In C, an enum is an int. */
	cdl_int least = cdl_int_least(d->base), most = cdl_int_greatest(d->base);
	bool flags = d->kind == CDL_FLAGS;

	if (flags && cdl_is_signed(d->base))
		cdl_error(diag, d->place, "flags with a sign: expected u8, u16, u32 or u64");
	if (!flags && least < cdl_int_least(CDL_I32))
		least = cdl_int_least(CDL_I32);
	if (!flags && most > cdl_int_greatest(CDL_I32))
		most = cdl_int_greatest(CDL_I32);
	for (const struct cdl_name *n = d->names.first; n; n = n->next) {
		const struct cdl_name *old = d->names.first;

		if (n->value < least || n->value > most)
			cdl_error(diag, n->place, "the value of '%s' does not fit %s%s", n->name,
				  cdl_kind_name(d->base), flags ? "" : ", or an int of C");
		else if (flags && (n->value == 0 || n->value & (n->value - 1)))
			cdl_error(diag, n->place, "'%s' is not one bit: expected a power of two",
				  n->name);
		while (old->value != n->value)
			old = old->next;
		if (old == n)
			continue;
		cdl_error(diag, n->place, "'%s' and '%s' are the same value", n->name, old->name);
		cdl_note(diag, old->place, "here");
	}
}

static void check_members(struct cdl_def *d, struct cdl_diag *diag)
{
	for (struct cdl_field *f = d->fields.first; f; f = f->next) {
		f->in = true;
		if (f->type.kind == CDL_BUF)
			cdl_error(diag, f->place,
				  "a buffer in a struct: expected it as an argument");
		if (f->within)
			cdl_error(diag, f->within_place,
				  "the length of a buffer bounds an argument, not a member");
	}
}

static int state_of(const struct cdl_interface *i, const struct cdl_name *name,
		    struct cdl_diag *diag)
{
	int number = 0;

	for (const struct cdl_name *s = i->states.first; s; s = s->next, number++)
		if (strcmp(s->name, name->name) == 0)
			return number;
	cdl_error(diag, name->place, "there is no state '%s': expected one of 'states { ... };'",
		  name->name);
	return -1;
}

static void check_states(const struct cdl_interface *i, struct cdl_method *m, struct cdl_diag *diag)
{
	m->when_set = m->when.n ? 0 :
				  UINT32_MAX >> (CDL_STATES_MAX - (i->states.n ? i->states.n : 1));
	for (const struct cdl_name *w = m->when.first; w; w = w->next) {
		int state = state_of(i, w, diag);

		if (state >= 0)
			m->when_set |= 1u << state;
	}
	if (m->to.name) {
		int state = state_of(i, &m->to, diag);

		m->to_state = state < 0 ? 0 : (unsigned)state;
	}
}

/* The number of an operation is its place, so new ones come last. */
static void check_since(const struct cdl_interface *i, struct cdl_method *m,
			const struct cdl_method *before, struct cdl_diag *diag)
{
	if (m->since && (m->since > i->newest || m->since < i->oldest)) {
		cdl_error(diag, m->since_place, "there is no version %u: expected %u to %u",
			  m->since, i->oldest, i->newest);
		return;
	}
	if (!m->since)
		m->since = i->oldest;
	if (!before || before->since <= m->since)
		return;
	cdl_error(diag, m->place,
		  "'%s' is older than the method before it: expected new ones last, since a call's "
		  "number is its place",
		  m->name);
	cdl_note(diag, before->place, "this one is since %u", before->since);
}

/* No deeper than there are types: each uses those before it, and is looked at once. */
static void use(const struct cdl_fields *fields)
{
	for (const struct cdl_field *f = fields->first; f; f = f->next) {
		if (!f->type.def || f->type.def->used)
			continue;
		f->type.def->used = true;
		use(&f->type.def->fields);
	}
}

void cdl_check(struct cdl_interface *i, struct cdl_diag *diag, struct cdl_mem *mem)
{
	const struct cdl_method *before = NULL;

	if (!i->methods)
		cdl_error(diag, i->place, "an interface without a method");
	check_errors(i, diag);
	cdl_check_names(i, diag, mem);
	for (struct cdl_def *d = i->defs; d; d = d->next) {
		if (d->kind == CDL_STRUCT) {
			check_members(d, diag);
			cdl_layout_def(d, diag, mem);
		} else {
			check_enum(d, diag);
		}
	}
	for (struct cdl_method *m = i->methods; m; m = m->next) {
		check_states(i, m, diag);
		check_since(i, m, before, diag);
		cdl_check_arguments(m, diag);
		use(&m->args);
		cdl_layout_method(m, diag, mem);
		i->pool = i->pool || m->req_far || m->rep_far || m->bufs || m->back;
		before = m;
	}
	if (!diag->errors)
		cdl_fingerprints(i, mem);
}
