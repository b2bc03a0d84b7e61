/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The last backtrace of a domain, /run/cordon/NAME/trace: of a live one by order, of a dead one when it
 * ended by itself or hung. */
#ifndef CORDON_CORE_REPORT_H
#define CORDON_CORE_REPORT_H

#include "core/err.h"

/* Write what @snapshot (trace.h) holds to the file "trace" in directory @dir, under the line @title;
 * @image is the path of the driver's image, for the functions' names. Blocks some milliseconds. 0 or
 * -errno with the line; then the file is gone or as it was. */
int cordon_report_trace(const char *dir, const char *title, int snapshot, const char *image,
			struct cordon_err *e);

#endif
