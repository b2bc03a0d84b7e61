/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Instead of the real one, whose calls wait for a domain: user space's, on a call of ours (core/call.h here).
 * Nothing that is made by cordon-cdl is replaced. */
#include "core/stub.h"
