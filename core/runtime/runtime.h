/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What an image offers its loader: one entry, and exit statuses that the supervisor explains. */
#ifndef CORDON_CORE_RUNTIME_RUNTIME_H
#define CORDON_CORE_RUNTIME_RUNTIME_H

#include "core/boot.h"

/* Exit statuses of a domain. */
#define CORDON_EXIT_DRIVER 64 /* the driver's poll failed */
#define CORDON_EXIT_LOADER 65 /* the loader failed; its status message says where */
#define CORDON_EXIT_OPEN 128 /* and an errno, 1-127: the driver's open failed */

/* Never returns. @boot stays readable. */
void cordon_start(const struct cordon_boot *boot);

#endif
