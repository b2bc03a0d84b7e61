/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What grammar can't say: that an interface means something, and can be written as C. */
#ifndef CORDON_CDL_CHECK_H
#define CORDON_CDL_CHECK_H

#include "channels/cdl/mem.h"
#include "channels/cdl/tree.h"

/* Check @i, and fill in what follows from it. What is wrong is in @diag; only if nothing is, may @i be
 * used. */
void cdl_check(struct cdl_interface *i, struct cdl_diag *diag, struct cdl_mem *mem);

/* ---- its parts, in their own files ------------------------------------------------------------- */

/* Names that C can take, and none twice in what is made (names.c). */
void cdl_check_names(const struct cdl_interface *i, struct cdl_diag *diag, struct cdl_mem *mem);

/* Directions, buffers and bounds of @m's arguments (arguments.c). */
void cdl_check_arguments(struct cdl_method *m, struct cdl_diag *diag);

/* What lies where, of a struct when those in it are laid out; of a method's request and reply. */
void cdl_layout_def(struct cdl_def *d, struct cdl_diag *diag, struct cdl_mem *mem);
void cdl_layout_method(struct cdl_method *m, struct cdl_diag *diag, struct cdl_mem *mem);

/* What is on the wire, as one number for each version: two parties that agree on a version and have other
 * numbers have other files (prints.c). */
void cdl_fingerprints(struct cdl_interface *i, struct cdl_mem *mem);

#endif
