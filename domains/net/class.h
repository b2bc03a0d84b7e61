/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef CORDON_DOMAINS_NET_CLASS_H
#define CORDON_DOMAINS_NET_CLASS_H

#include "core/class.h"

/* Network drivers: null, tap, packet, behind a TAP device. */
extern const struct cordon_class cordon_class_net;

#endif
