/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Places at which a tracer may attach to a running program (docs/tracing.md): one nop each, and a note
 * in a section that is not loaded, which says where the arguments lie. Arguments are what has been
 * computed there anyway.
 *
 * There are none in the kernel's module, none without <sys/sdt.h> (systemtap-sdt-dev), and none in the
 * images of drivers: the kernel attaches to a place in a file, and an image is a copy in anonymous
 * memory (core/loader/image.c). CORDON_NO_PROBES leaves them out.
 */
#ifndef CORDON_CHANNELS_PROBE_H
#define CORDON_CHANNELS_PROBE_H

#if !defined(__KERNEL__) && !defined(CORDON_IMAGE) && !defined(CORDON_NO_PROBES) && \
	defined(__has_include)
#if __has_include(<sys/sdt.h>)
#define CORDON_PROBES 1
#if defined(__clang__)
/* Given the choice, it stores what is in a register. */
#define STAP_SDT_ARG_CONSTRAINT nr
#endif
#include <sys/sdt.h>
#endif
#endif

#if defined(CORDON_PROBES)
#define CORDON_PROBE0(name) STAP_PROBE(cordon, name)
#define CORDON_PROBE1(name, a) STAP_PROBE1(cordon, name, a)
#define CORDON_PROBE2(name, a, b) STAP_PROBE2(cordon, name, a, b)
#define CORDON_PROBE3(name, a, b, c) STAP_PROBE3(cordon, name, a, b, c)
#else
#define CORDON_PROBE0(name) ((void)0)
#define CORDON_PROBE1(name, a) ((void)0)
#define CORDON_PROBE2(name, a, b) ((void)0)
#define CORDON_PROBE3(name, a, b, c) ((void)0)
#endif

#endif
