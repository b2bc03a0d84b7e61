// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A hostile driver: from its first instruction it does nothing but the attack that it is told. */
#include "core/driver.h"
#include "core/runtime/runtime.h"
#include "tests/attack/hostile.h"
#include "tests/attack/hostile_ring.h"

/* What the Makefile links an image for; never used. */
extern CORDON_DRIVER(attack);
CORDON_DRIVER(attack) = { 0 };

static int attack(const struct cordon_boot *b)
{
	switch (b->arg & 0xffff) {
	case ATTACK_FILE:
		return attack_file();
	case ATTACK_EXEC:
		return attack_exec();
	case ATTACK_FORK:
		return attack_fork();
	case ATTACK_SEND:
		return attack_send(b);
	case ATTACK_KILL:
		return attack_kill(b);
	case ATTACK_PEEK:
		return attack_peek(b);
	case ATTACK_PTRACE:
		return attack_ptrace(b);
	case ATTACK_SHM:
		return attack_shm(b);
	case ATTACK_WILD:
		return attack_wild(b);
	case ATTACK_FDS:
		return attack_fds();
	case ATTACK_MEMORY:
		return attack_memory();
	case ATTACK_CORE:
		return attack_core(b);
	case ATTACK_NAME:
		return attack_name();
	case ATTACK_MOUNT:
		return attack_mount();
	case ATTACK_UNSHARE:
		return attack_unshare();
	case ATTACK_PUNCH:
		return attack_punch(b);
	case ATTACK_CODE:
		return attack_code(b);
	case ATTACK_REWRITE:
		return attack_rewrite(b);
	case ATTACK_INT80:
		return attack_int80();
	case ATTACK_RING_FILE:
		return ring_file(b);
	case ATTACK_RING_SEND:
		return ring_send(b);
	case ATTACK_RING_READ:
		return ring_read(b);
	case ATTACK_RING_REWRITE:
		return ring_rewrite(b);
	case ATTACK_RING_OPS:
		return ring_ops(b);
	case ATTACK_RING_ASYNC:
		return ring_async(b);
	case ATTACK_RING_REGISTER:
		return ring_register(b);
	case ATTACK_RING_BOUNDS:
		return ring_bounds(b);
	case ATTACK_FLOOD:
		return ring_flood(b);
	case ATTACK_SYSCALL:
		return attack_syscall(b);
	case ATTACK_HANG:
		for (;;)
			cordon_relax();
	default:
		return ATTACK_BROKEN;
	}
}

void cordon_start(const struct cordon_boot *boot)
{
	int status = attack(boot);

	for (;;)
		cordon_sys3(__NR_exit_group, status, 0, 0);
}
