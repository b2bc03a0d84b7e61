/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The parts of the process fence. A host that lacks one is reported, and a domain is refused unless
 * the user gives the part up by name (--without landlock). Tests take parts away one by one to see
 * that each attack is stopped by the part that is said to stop it. One part, RESERVED, is not this
 * host's to have or to lack: the kernel module looks at the core when it is given one.
 */
#ifndef CORDON_CORE_PARTS_H
#define CORDON_CORE_PARTS_H

#include <stdint.h>

/* X(identifier, name, what it is good for) */
#define CORDON_PARTS(X)                                                                 \
	X(USERNS, "userns", "the domain's user is nobody outside")                      \
	X(MOUNTNS, "mountns", "the domain's root directory is empty")                   \
	X(PIDNS, "pidns", "other processes have no number to be named by")              \
	X(NETNS, "netns", "no network interface is in reach")                           \
	X(IPCNS, "ipcns", "no System V or POSIX IPC object is in reach")                \
	X(UTSNS, "utsns", "the host's name can't be changed")                           \
	X(CGROUP, "cgroup", "memory is bounded, the kernel's on its behalf included")   \
	X(RLIMITS, "rlimits", "no new process, no new descriptor, no core file")        \
	X(CAPS, "caps", "no capability, and none to be had")                            \
	X(LANDLOCK, "landlock", "no file is in reach, whatever the root directory")     \
	X(SECCOMP, "seccomp", "no system call but the listed ones")                     \
	X(RING, "ring", "the io_uring does I/O on the granted ports, and nothing else") \
	X(URING, "uring", "I/O by io_uring (without it: read and write on the ports)")  \
	X(RESERVED, "reserved", "no core but a reserved one (of --frontend netdev)")

enum cordon_part {
#define X(id, name, what) CORDON_PART_##id,
	CORDON_PARTS(X)
#undef X
		CORDON_PART_COUNT
};

/* A set of parts. */
typedef uint32_t cordon_parts;
#define CORDON_PART_BIT(part) ((cordon_parts)1 << (part))

/* The name of a part as the user types it, and what it is good for; static strings. */
const char *cordon_part_name(enum cordon_part part);
const char *cordon_part_what(enum cordon_part part);

/* The part called @name, or -EINVAL. */
int cordon_part_find(const char *name);

#endif
