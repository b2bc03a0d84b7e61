/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel module, as far as every class and host check need it; core/kernel/uapi.h has the rest. */
#ifndef CORDON_CORE_MODULE_H
#define CORDON_CORE_MODULE_H

#include <stddef.h>
#include "core/err.h"
#include "core/kernel/uapi.h"

/* Where the module is found. Changed by tests only. */
extern const char *cordon_module_path;

/*
 * Open it, and ask what it is: @info is filled in. The descriptor, which is one domain to be, or
 * -errno with the line that says what to do: -ENOENT, -ENXIO, -ENODEV: it isn't loaded; -EACCES,
 * -EPERM: not for us; -EPROTO: it is not cordon's, or of another version.
 */
int cordon_module_open(const char *path, struct cordon_k_info *info, struct cordon_err *e);

/* The cores that it hands out, as a list in @list; returns how many. */
int cordon_module_cores(const struct cordon_k_info *info, char *list, size_t size);

#endif
