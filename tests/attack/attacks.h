/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The attacks: one table for the hostile image, which executes them (hostile.h), and for the runner
 * (attacks.c), which judges them. An attack is refused as long as one of its parts of the fence is
 * up, and succeeds when all of them are gone; both are tried.
 */
#ifndef CORDON_TESTS_ATTACK_ATTACKS_H
#define CORDON_TESTS_ATTACK_ATTACKS_H

#include <stdint.h>
#include "core/parts.h"

#define PART(id) CORDON_PART_BIT(CORDON_PART_##id)
/* What is no part that --without could take away: a process of its own, and a supervisor that
 * watches. */
#define PART_PROCESS ((cordon_parts)1 << 31)
#define PART_WATCH ((cordon_parts)1 << 30)

/* What an attack needs besides its image. */
#define NEEDS_PORT 1 /* a ring on a socket that has a datagram for the reader */
#define NEEDS_TAP 2 /* a ring on a TAP device */
#define NEEDS_DECOY 4 /* another process of the same host user */
#define SEEN_UDP 8 /* the runner sees whether it succeeded: a datagram arrives */
#define SEEN_KILL 16 /* ... the decoy dies */
#define SEEN_NAME 32 /* ... the host's name has changed */
#define ASIDE_RLIMITS 128 /* they go too: the program would start, but could open no library */
#define NEEDS_INT80 256 /* a kernel that takes system calls of 32-bit code */
#define NO_WAY 64 /* refused with and without part ring: the kernel's own checks */

/*
 * X(identifier, name, parts each of which stops it alone, needs, Landlock ABI from which on that
 * part stops it)
 */
#define ATTACKS(X)                                                                                 \
	X(FILE, "read a file by its path",                                                         \
	  PART(SECCOMP) | PART(LANDLOCK) | PART(MOUNTNS) | PART(RLIMITS), 0, 1)                    \
	X(EXEC, "run a program", PART(SECCOMP) | PART(LANDLOCK) | PART(MOUNTNS), ASIDE_RLIMITS, 1) \
	X(FORK, "start a process", PART(SECCOMP) | PART(RLIMITS), 0, 0)                            \
	X(SEND, "send a UDP datagram", PART(SECCOMP) | PART(NETNS) | PART(RLIMITS), SEEN_UDP, 0)   \
	X(KILL, "signal a process of the same user", PART(SECCOMP) | PART(PIDNS) | PART(LANDLOCK), \
	  NEEDS_DECOY | SEEN_KILL, 6)                                                              \
	X(PEEK, "read another process's memory",                                                   \
	  PART(SECCOMP) | PART(PIDNS) | PART(LANDLOCK) | PART(USERNS), NEEDS_DECOY, 1)             \
	X(PTRACE, "attach to another process",                                                     \
	  PART(SECCOMP) | PART(PIDNS) | PART(LANDLOCK) | PART(USERNS), NEEDS_DECOY, 1)             \
	X(SHM, "read System V shared memory", PART(SECCOMP) | PART(IPCNS), 0, 0)                   \
	X(WILD, "read the supervisor's memory", PART_PROCESS, 0, 0)                                \
	X(FDS, "use the supervisor's descriptors", PART(SECCOMP) | PART_PROCESS, 0, 0)             \
	X(MEMORY, "take 128 MB of memory", PART(SECCOMP) | PART(CGROUP), 0, 0)                     \
	X(CORE, "move to the front-end's core", PART(SECCOMP), 0, 0)                               \
	X(NAME, "change the host's name", PART(SECCOMP) | PART(CAPS) | PART(UTSNS) | PART(USERNS), \
	  SEEN_NAME, 0)                                                                            \
	X(MOUNT, "mount a file system", PART(SECCOMP) | PART(CAPS) | PART(LANDLOCK), 0, 1)         \
	X(UNSHARE, "become root of a new user namespace", PART(SECCOMP), 0, 0)                     \
	X(PUNCH, "punch a hole into the pool", PART(SECCOMP), 0, 0)                                \
	X(CODE, "run code written into the pool", PART(SECCOMP), 0, 0)                             \
	X(REWRITE, "change a frame that may be sent again", PART_PROCESS, 0, 0)                    \
	X(INT80, "enter the kernel by int 0x80", PART(SECCOMP), NEEDS_INT80, 0)                    \
	X(RING_FILE, "ring: read a file by its path",                                              \
	  PART(RING) | PART(LANDLOCK) | PART(MOUNTNS) | PART(RLIMITS), NEEDS_PORT, 1)              \
	X(RING_SEND, "ring: send a UDP datagram", PART(RING) | PART(NETNS) | PART(RLIMITS),        \
	  NEEDS_PORT | SEEN_UDP, 0)                                                                \
	X(RING_READ, "ring: read to memory outside the pool", PART(RING), NEEDS_PORT, 0)           \
	X(RING_REWRITE, "ring: change a frame that may be sent again", PART(RING), NEEDS_PORT, 0)  \
	X(RING_OPS, "ring: any other operation or flag", PART(RING), NEEDS_PORT, 0)                \
	X(RING_ASYNC, "ring: have a kernel thread do it", PART(RING) | PART(RLIMITS), NEEDS_PORT,  \
	  0)                                                                                       \
	X(RING_REGISTER, "ring: register memory of its own", PART(SECCOMP) | PART(RING),           \
	  NEEDS_PORT, 0)                                                                           \
	X(RING_BOUNDS, "ring: foreign ports, buffers, addresses", 0, NEEDS_PORT | NO_WAY, 0)       \
	X(FLOOD, "ring: 150,000 reads in flight", PART(CGROUP), NEEDS_TAP, 0)                      \
	X(HANG, "never answer", PART_WATCH, 0, 0)                                                  \
	X(SYSCALL, "", 0, 0, 0) /* one system call; for syscalls.c */

enum attack {
	ATTACK_NONE,
#define X(id, name, parts, needs, abi) ATTACK_##id,
	ATTACKS(X)
#undef X
		ATTACK_COUNT
};

/* boot.arg of the image: the attack; of ATTACK_SYSCALL also the call. */
#define ATTACK_ARG(attack, nr, how) \
	((uint64_t)(attack) | (uint64_t)(nr) << 16 | (uint64_t)(how) << 48)
#define HOW_FD 1 /* the first argument is the granted descriptor, or else 0 like all others */
#define HOW_INT80 2 /* by int 0x80 */

/* Exit status of the image. exit_group is the one call that always works. */
#define ATTACK_WON 0x10 /* and it was checked inside */
#define ATTACK_LOST 0x11 /* refused, without an error number */
#define ATTACK_BROKEN 0x12 /* it could not be tried */
#define ATTACK_ERRNO 0x80 /* plus the error number with which it was refused */

/* What the attacker is told, at the start of the pool: no more than a leak could tell. */
struct attack_facts {
	uint64_t pid; /* of the decoy */
	uint64_t addr; /* of the secret, in the supervisor and in the decoy */
	uint32_t udp; /* port of a listener on 127.0.0.1 */
	uint32_t cpu; /* the front-end's */
	int32_t shm; /* number of a segment with the secret, readable by all */
};

#define SECRET "the supervisor's secret"
#define DATAGRAM "a datagram of sixteen bytes"
#define NEW_NAME "owned"
#define ATTACK_SIGNAL 10 /* SIGUSR1 */
#define ATTACK_SCRATCH 8192u /* offset in the pool, page-aligned, free for the attack */
#define ATTACK_READS 150000u
#define ATTACK_BYTES ((uint64_t)128 << 20)

#endif
