/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Walks a seccomp program as far as number and architecture decide, and both ways where an argument
 * does. */
#ifndef CORDON_TESTS_ATTACK_FILTER_WALK_H
#define CORDON_TESTS_ATTACK_FILTER_WALK_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

struct filter_value {
	int known;
	uint32_t v;
};

static inline int filter_jump(const struct sock_filter *f, struct filter_value a, int *taken)
{
	if (!a.known)
		return 0;
	switch (BPF_OP(f->code)) {
	case BPF_JEQ:
		*taken = a.v == f->k;
		return 1;
	case BPF_JGT:
		*taken = a.v > f->k;
		return 1;
	case BPF_JGE:
		*taken = a.v >= f->k;
		return 1;
	case BPF_JSET:
		*taken = (a.v & f->k) != 0;
		return 1;
	default:
		return 0;
	}
}

/* From @pc with @a in the accumulator: 1 if some arguments are allowed, 0 if none are. -ENOTSUP: a
 * program of another kind than libseccomp writes; then it can't be judged. */
static inline int filter_walk(const struct sock_filter *prog, unsigned n, unsigned pc,
			      uint32_t arch, uint32_t nr, struct filter_value a)
{
	while (pc < n) {
		const struct sock_filter *f = &prog[pc++];
		int taken, ret;

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a.known = f->k == offsetof(struct seccomp_data, nr) ||
				  f->k == offsetof(struct seccomp_data, arch);
			a.v = f->k == offsetof(struct seccomp_data, nr) ? nr : arch;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a.v &= f->k;
			break;
		case BPF_RET | BPF_K:
			/* Anything but a kill lets the process go on. */
			return (f->k & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_KILL_PROCESS;
		case BPF_JMP | BPF_JA:
			pc += f->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			if (!filter_jump(f, a, &taken)) {
				ret = filter_walk(prog, n, pc + f->jt, arch, nr, a);
				if (ret != 0)
					return ret;
				taken = 0;
			}
			pc += taken ? f->jt : f->jf;
			break;
		default:
			return -ENOTSUP;
		}
	}
	return -ENOTSUP;
}

static inline int filter_can_allow(const struct sock_filter *prog, unsigned n, uint32_t arch,
				   uint32_t nr)
{
	return filter_walk(prog, n, 0, arch, nr, (struct filter_value){ 0, 0 });
}

#endif
