/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the attacks do. No libc: this runs inside an image, behind a complete fence. Each returns an
 * exit status of attacks.h. */
#ifndef CORDON_TESTS_ATTACK_HOSTILE_H
#define CORDON_TESTS_ATTACK_HOSTILE_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "core/boot.h"
#include "core/sys.h"
#include "tests/attack/attacks.h"

#define HERE (-100) /* AT_FDCWD */

/* The kernel's structures, for want of a libc. */
struct hostile_sockaddr {
	uint16_t family, port;
	uint32_t addr;
	uint64_t zero;
};

static inline const struct attack_facts *facts_of(const struct cordon_boot *b)
{
	return (const struct attack_facts *)(uintptr_t)b->pool;
}

static inline uint8_t *scratch_of(const struct cordon_boot *b)
{
	return (uint8_t *)(uintptr_t)(b->pool + ATTACK_SCRATCH);
}

static inline int refused(long ret)
{
	return ret < 0 && ret > -128 ? ATTACK_ERRNO + (int)-ret : ATTACK_LOST;
}

static inline int won_if(int won)
{
	return won ? ATTACK_WON : ATTACK_LOST;
}

static inline int is_secret(const char *text)
{
	for (unsigned i = 0; i < sizeof(SECRET) - 1; i++)
		if (text[i] != SECRET[i])
			return 0;
	return 1;
}

static inline struct hostile_sockaddr listener(const struct cordon_boot *b)
{
	uint16_t port = (uint16_t)facts_of(b)->udp;

	return (struct hostile_sockaddr){ 2, (uint16_t)(port >> 8 | port << 8), 0x0100007f, 0 };
}

static inline int attack_file(void)
{
	char text[64];
	long fd = cordon_sys6(__NR_openat, HERE, (long)"/etc/passwd", 0, 0, 0, 0);
	long n;

	if (fd < 0)
		return refused(fd);
	n = cordon_sys3(__NR_read, fd, (long)text, sizeof(text));
	return n < 0 ? refused(n) : won_if(n > 0);
}

static inline int attack_exec(void)
{
	char sh[] = "/bin/sh", c[] = "-c", what[] = "exit 16";
	char *argv[4], *envp[1];

	_Static_assert(ATTACK_WON == 16, "what the shell exits with");
	argv[0] = sh;
	argv[1] = c;
	argv[2] = what;
	argv[3] = envp[0] = NULL;
	return refused(cordon_sys3(__NR_execve, (long)sh, (long)argv, (long)envp));
}

static inline int attack_fork(void)
{
	int status = 0;
	long pid = cordon_sys6(__NR_clone, 17 /* SIGCHLD */, 0, 0, 0, 0, 0);

	if (pid == 0)
		cordon_sys3(__NR_exit_group, 7, 0, 0);
	if (pid < 0)
		return refused(pid);
	pid = cordon_sys6(__NR_wait4, pid, (long)&status, 0, 0, 0, 0);
	return pid < 0 ? refused(pid) : won_if(status == 7 << 8);
}

static inline int attack_send(const struct cordon_boot *b)
{
	struct hostile_sockaddr to = listener(b);
	long fd = cordon_sys3(__NR_socket, 2, 2, 0);
	long n;

	if (fd < 0)
		return refused(fd);
	n = cordon_sys6(__NR_sendto, fd, (long)DATAGRAM, sizeof(DATAGRAM), 0, (long)&to,
			sizeof(to));
	return n < 0 ? refused(n) : ATTACK_WON;
}

static inline int attack_kill(const struct cordon_boot *b)
{
	long ret = cordon_sys3(__NR_kill, (long)facts_of(b)->pid, ATTACK_SIGNAL, 0);

	return ret < 0 ? refused(ret) : ATTACK_WON;
}

static inline int attack_peek(const struct cordon_boot *b)
{
	char text[sizeof(SECRET)] = "";
	struct {
		uint64_t at, len;
	} to = { (uint64_t)text, sizeof(text) }, from = { facts_of(b)->addr, sizeof(text) };
	long n = cordon_sys6(__NR_process_vm_readv, (long)facts_of(b)->pid, (long)&to, 1,
			     (long)&from, 1, 0);

	return n < 0 ? refused(n) : won_if(is_secret(text));
}

static inline int attack_ptrace(const struct cordon_boot *b)
{
	long ret = cordon_sys6(__NR_ptrace, 16 /* ATTACH */, (long)facts_of(b)->pid, 0, 0, 0, 0);

	return ret < 0 ? refused(ret) : ATTACK_WON;
}

static inline int attack_shm(const struct cordon_boot *b)
{
	long at = cordon_sys3(__NR_shmat, facts_of(b)->shm, 0, 010000 /* RDONLY */);

	if (at < 0 && at > -4096)
		return refused(at);
	return won_if(is_secret((const char *)(uintptr_t)at));
}

static inline int attack_wild(const struct cordon_boot *b)
{
	return won_if(is_secret((const char *)(uintptr_t)facts_of(b)->addr));
}

/* Any that is open: this domain was granted none. */
static inline int attack_fds(void)
{
	for (int fd = 0; fd < 1024; fd++)
		if (cordon_sys3(__NR_fcntl, fd, 1 /* F_GETFD */, 0) >= 0)
			return ATTACK_WON;
	return ATTACK_LOST;
}

static inline int attack_memory(void)
{
	long at = cordon_sys6(__NR_mmap, 0, (long)ATTACK_BYTES, 3, 0x22, -1, 0);

	if (at < 0 && at > -4096)
		return refused(at);
	for (uint64_t i = 0; i < ATTACK_BYTES; i += 4096)
		*(volatile uint8_t *)(uintptr_t)((uint64_t)at + i) = 1;
	return ATTACK_WON;
}

static inline int attack_core(const struct cordon_boot *b)
{
	uint64_t set[16] = { 0 };
	unsigned cpu = facts_of(b)->cpu % 1024, now = ~0u;
	long ret;

	set[cpu / 64] = (uint64_t)1 << cpu % 64;
	ret = cordon_sys3(__NR_sched_setaffinity, 0, sizeof(set), (long)set);
	if (ret < 0)
		return refused(ret);
	cordon_sys3(__NR_getcpu, (long)&now, 0, 0);
	return won_if(now == cpu);
}

/* All capabilities that are permitted become effective. */
static inline void raise_caps(void)
{
	struct {
		uint32_t version;
		int32_t pid;
	} head = { 0x20080522, 0 };
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	cordon_sys3(__NR_capget, (long)&head, (long)data, 0);
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	cordon_sys3(__NR_capset, (long)&head, (long)data, 0);
}

static inline int attack_name(void)
{
	long ret;

	raise_caps();
	ret = cordon_sys3(__NR_sethostname, (long)NEW_NAME, sizeof(NEW_NAME) - 1, 0);
	return ret < 0 ? refused(ret) : ATTACK_WON;
}

static inline int attack_mount(void)
{
	long ret;

	raise_caps();
	ret = cordon_sys6(__NR_mount, (long)"cordon", (long)"/", (long)"tmpfs", 0, 0, 0);
	return ret < 0 ? refused(ret) : ATTACK_WON;
}

static inline int attack_unshare(void)
{
	char name[] = NEW_NAME;
	long ret = cordon_sys3(__NR_unshare, 0x10000000 | 0x04000000 /* USER, UTS */, 0, 0);

	if (ret < 0)
		return refused(ret);
	ret = cordon_sys3(__NR_sethostname, (long)name, sizeof(name) - 1, 0);
	return ret < 0 ? refused(ret) : ATTACK_WON;
}

static inline int attack_punch(const struct cordon_boot *b)
{
	volatile uint8_t *page = scratch_of(b);
	long ret;

	*page = 0x5a;
	ret = cordon_sys3(__NR_madvise, (long)page, 4096, 9 /* REMOVE */);
	return ret < 0 ? refused(ret) : won_if(*page == 0);
}

static inline int attack_code(const struct cordon_boot *b)
{
#if defined(__x86_64__)
	static const uint8_t code[] = { 0xb8, 42, 0, 0, 0, 0xc3 }; /* mov $42, %eax; ret */
	int (*fn)(void) = (int (*)(void))(uintptr_t)scratch_of(b);
	long ret;

	memcpy(scratch_of(b), code, sizeof(code));
	ret = cordon_sys3(__NR_mprotect, (long)scratch_of(b), 4096, 5 /* READ, EXEC */);
	return ret < 0 ? refused(ret) : won_if(fn() == 42);
#else
	(void)b;
	return ATTACK_BROKEN;
#endif
}

static inline long int80(long nr, long a, long b, long c)
{
#if defined(__x86_64__)
	long ret;

	__asm__ __volatile__("int $0x80"
			     : "=a"(ret)
			     : "a"(nr), "b"(a), "c"(b), "d"(c)
			     : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
#else
	return -ENOSYS + 0 * (nr + a + b + c);
#endif
}

/* What lies in the part of the pool that is only to be read. */
static inline int attack_rewrite(const struct cordon_boot *b)
{
	volatile uint8_t *frame = (volatile uint8_t *)(uintptr_t)b->pool_ro;

	if (!frame)
		return ATTACK_BROKEN;
	*frame = (uint8_t) ~*frame;
	return ATTACK_WON;
}

static inline int attack_int80(void)
{
	long pid = int80(20 /* getpid */, 0, 0, 0);

	return pid < 0 ? refused(pid) : won_if(pid > 0);
}

/* One system call; surviving it is what counts, and how it ended what is told. */
static inline int attack_syscall(const struct cordon_boot *b)
{
	long nr = (long)(b->arg >> 16 & 0xffffffff);
	unsigned how = (unsigned)(b->arg >> 48);
	long fd = how & HOW_FD ? b->io_mode == CORDON_IO_RW ? b->port_fd[0] : b->ring.fd : 0;

	long ret = how & HOW_INT80 ? int80(nr, fd, 0, 0) : cordon_sys6(nr, fd, 0, 0, 0, 0, 0);

	return ret < 0 && ret > -128 ? refused(ret) : ATTACK_WON;
}

#endif
