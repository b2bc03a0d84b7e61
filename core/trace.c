// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/trace.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include "core/confine.h"
#include "core/loader/image.h"
#include "core/memory.h"
#include "core/trace_walk.h"

#define TEXT_MAX 32768u

/* ---- the snapshot ---------------------------------------------------------------------------- */

static int take_registers(pid_t pid, struct cordon_snapshot *s)
{
	struct user_regs_struct regs;
	struct iovec iov = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &iov) < 0)
		return -errno;
#if defined(__x86_64__)
	s->pc = regs.rip;
	s->sp = regs.rsp;
	s->frame = regs.rbp;
#elif defined(__aarch64__)
	s->pc = regs.pc;
	s->sp = regs.sp;
	s->frame = regs.regs[29];
#else
#error "cordon: no registers known of this architecture"
#endif
	return 0;
}

/* What can't be read stays zero, but for a process that can't be read at all. */
static int take_stacks(pid_t pid, const struct cordon_layout *l, uint8_t *to)
{
	for (uint32_t i = 0; i <= l->nstacks; i++) {
		struct iovec here = { to + i * l->stack_size, l->stack_size };
		struct iovec there = { (void *)(uintptr_t)cordon_layout_stack(l, i),
				       l->stack_size };

		if (process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 && errno != EFAULT)
			return -errno;
	}
	return 0;
}

int cordon_trace_capture(pid_t pid, const struct cordon_layout *where, struct cordon_err *e)
{
	struct cordon_snapshot *s;
	size_t size;
	int ret;

	if (!cordon_layout_ok(where))
		return cordon_fail(e, -EINVAL, "process %d: its stacks can't be as large as said",
				   (int)pid);
	size = cordon_layout_bytes(where);
	s = calloc(1, size);
	if (!s)
		return cordon_fail(e, -ENOMEM, "snapshot of process %d: no memory", (int)pid);
	s->magic = CORDON_SNAPSHOT_MAGIC;
	s->where = *where;
	ret = take_registers(pid, s);
	if (ret == 0)
		ret = take_stacks(pid, where, (uint8_t *)s + CORDON_SNAPSHOT_HEAD);
	if (ret == 0)
		ret = cordon_memory_frozen("cordon-snapshot", s, size, 0, e);
	free(s);
	return ret < 0 ?
		       cordon_fail(e, ret, "snapshot of process %d: %s", (int)pid, strerror(-ret)) :
		       ret;
}

/* ---- the reading ----------------------------------------------------------------------------- */

/* Map the file @fd of at most @max bytes for reading; touched by the child alone. */
static int map_file(int fd, uint64_t max, const uint8_t **at, size_t *size)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || (uint64_t)st.st_size > max)
		return -EINVAL;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	*at = p;
	*size = (size_t)st.st_size;
	return 0;
}

static void unmap_file(const uint8_t *at, size_t size)
{
	if (at)
		munmap((void *)(uintptr_t)at, size);
}

int cordon_trace_print(int snapshot, int image, FILE *out, struct cordon_err *e)
{
	const uint64_t most =
		CORDON_SNAPSHOT_HEAD + (CORDON_TRACE_STACKS + 1) * CORDON_TRACE_STACK_MAX;
	struct cordon_trace_files f = { 0 };
	char *text = malloc(TEXT_MAX);
	int ret = -ENOMEM;

	if (!text)
		goto out;
	ret = map_file(snapshot, most, &f.snapshot, &f.snapshot_size);
	if (ret == 0 && image >= 0)
		ret = map_file(image, CORDON_IMAGE_FILE_MAX, &f.image, &f.image_size);
	if (ret < 0)
		goto out;
	ret = cordon_confine(cordon_trace_walk, &f, text, TEXT_MAX, e);
	fputs(text, out);
	if (ret == 0)
		ret = -EINVAL;
out:
	unmap_file(f.image, f.image_size);
	unmap_file(f.snapshot, f.snapshot_size);
	free(text);
	return ret < 0 ? cordon_fail(e, ret, "backtrace: %s",
				     ret == -EINVAL ? "not a snapshot" : strerror(-ret)) :
			 0;
}
