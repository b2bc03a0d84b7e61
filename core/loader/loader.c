// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The loader: the trusted program that a process domain executes first. It gives up its rights one
 * after the other, maps what the domain was granted, loads the driver's image when nothing but the
 * last filter is left to be put up, and jumps. A static program, from a sealed memfd; it inherits
 * the descriptors of plan.h and nothing else.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/loader/image.h"
#include "core/plan.h"
#include "core/runtime/runtime.h"
#include "core/waiting.h"

#define GUARD 65536u

static struct cordon_plan plan;

static void say(enum cordon_step step, int error, const struct cordon_layout *layout)
{
	struct cordon_plan_status s = { .step = step, .error = error };

	if (layout)
		s.layout = *layout;
	if (write(CORDON_FD_STATUS, &s, sizeof(s)) != sizeof(s))
		_exit(CORDON_EXIT_LOADER);
}

static int has(enum cordon_part part)
{
	return (plan.parts & CORDON_PART_BIT(part)) != 0;
}

static int read_plan(void)
{
	if (pread(CORDON_FD_PLAN, &plan, sizeof(plan), 0) != sizeof(plan))
		return -EINVAL;
	if (plan.magic != CORDON_PLAN_MAGIC || plan.boot.size != sizeof(plan.boot) ||
	    plan.nfilter > CORDON_FILTER_MAX || plan.boot.nports > CORDON_PORTS_MAX)
		return -EINVAL;
	return 0;
}

/* Die with the supervisor. It lives now, or the status pipe will break. */
static int die_with_supervisor(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? -errno : 0;
}

/* An empty, read-only root. It is put over a directory that is there on every system. */
static int empty_root(void)
{
	static const char *const dirs[] = { "/proc", "/tmp", "/dev", "/run" };
	unsigned i;

	if (!has(CORDON_PART_MOUNTNS))
		return 0;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mount("cordon", dirs[i], "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			  "size=4k,nr_inodes=1,mode=0500") == 0)
			break;
	if (i == sizeof(dirs) / sizeof(dirs[0]) || chdir(dirs[i]) < 0)
		return -errno;
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	if (mount(NULL, "/", NULL,
		  MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return -errno;
	return 0;
}

static int limit(int what, rlim_t to)
{
	struct rlimit r = { to, to };

	return setrlimit((__rlimit_resource_t)what, &r) < 0 ? -errno : 0;
}

static int set_limits(void)
{
	const struct cordon_boot *b = &plan.boot;
	uint64_t file = 0;
	int ret = 0;

	if (!has(CORDON_PART_RLIMITS))
		return 0;
	for (unsigned i = 0; i < b->nports; i++)
		file = b->port_size[i] > file ? b->port_size[i] : file;
	ret = limit(RLIMIT_CORE, 0);
	/* A file can be waited for in threads of the kernel alone, which count as ours. */
	if (ret == 0)
		ret = limit(RLIMIT_NPROC,
			    file && b->io_mode == CORDON_IO_URING ? CORDON_RING_WORKERS : 0);
	/* No file grows. */
	if (ret == 0)
		ret = limit(RLIMIT_FSIZE, file);
	if (ret == 0)
		ret = limit(RLIMIT_NOFILE, CORDON_FD_END);
	if (ret == 0)
		ret = limit(RLIMIT_MSGQUEUE, 0);
	if (ret == 0)
		ret = limit(RLIMIT_SIGPENDING, 0);
	return ret;
}

static int become_nobody(void)
{
	/* In a user namespace, that happened before the exec: root in there is nobody outside. */
	if (has(CORDON_PART_USERNS))
		return die_with_supervisor();
	if (setgroups(0, NULL) < 0 || setresgid(plan.uid, plan.uid, plan.uid) < 0)
		return -errno;
	/* Keep the capabilities up to the next step, which drops them for good. */
	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || setresuid(plan.uid, plan.uid, plan.uid) < 0)
		return -errno;
	/* A change of user clears that. */
	return die_with_supervisor();
}

static int drop_caps(void)
{
	if (!has(CORDON_PART_CAPS))
		return 0;
	capng_clear(CAPNG_SELECT_ALL);
	if (!has(CORDON_PART_USERNS)) {
		/* Permitted, but not effective after setresuid: the bounding set needs SETPCAP. */
		if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_SETPCAP) < 0 ||
		    capng_apply(CAPNG_SELECT_CAPS) < 0)
			return -EPERM;
		capng_clear(CAPNG_SELECT_ALL);
	}
	if (capng_lock() != 0 || capng_apply(CAPNG_SELECT_ALL) != 0)
		return -EPERM;
	/* Ask the kernel, not the library: nothing may be left. */
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (prctl(PR_CAPBSET_READ, cap) == 1)
			return -EPERM;
	return 0;
}

static int landlock(void)
{
	/* Sizes and rights by ABI; see linux/landlock.h of the newest kernel known. */
	struct {
		uint64_t fs, net, scoped;
	} attr = { 0 };
	static const uint64_t fs_rights[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff };
	int abi, fd, ret = 0;
	size_t size;

	if (!has(CORDON_PART_LANDLOCK))
		return 0;
	abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return abi < 0 ? -errno : -ENOTSUP;
	attr.fs = fs_rights[abi < 5 ? abi : 5];
	attr.net = abi >= 4 ? 0x3 : 0;
	attr.scoped = abi >= 6 ? 0x3 : 0;
	size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int map_shared(int fd, uint64_t size, uint64_t offset, int prot, uint64_t *at)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED | MAP_POPULATE, fd, (off_t)offset);

	*at = (uint64_t)(uintptr_t)p;
	return p == MAP_FAILED ? -errno : 0;
}

static int map_private(uint64_t size, uint64_t *at)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	*at = (uint64_t)(uintptr_t)p;
	return p == MAP_FAILED ? -errno : 0;
}

static int map_stacks(struct cordon_boot *b)
{
	uint64_t stride = GUARD + CORDON_STACK_BYTES;
	uint8_t *area =
		mmap(NULL, stride * CORDON_STACKS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		return -errno;
	for (unsigned i = 0; i < CORDON_STACKS; i++)
		if (mmap(area + i * stride + GUARD, CORDON_STACK_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1,
			 0) == MAP_FAILED)
			return -errno;
	b->stacks = (uint64_t)(uintptr_t)area;
	b->stack_stride = stride;
	b->stack_size = CORDON_STACK_BYTES;
	/* The last one is the image's first stack. */
	b->nstacks = CORDON_STACKS - 1;
	return 0;
}

static int map_ring(int fd, struct cordon_ring *ring)
{
	int ret = map_shared(fd, ring->rings_size, IORING_OFF_SQ_RING, PROT_READ | PROT_WRITE,
			     &ring->rings);

	if (ret == 0)
		ret = map_shared(fd, ring->sqes_size, IORING_OFF_SQES, PROT_READ | PROT_WRITE,
				 &ring->sqes);
	return ret;
}

static int map_grants(void)
{
	struct cordon_boot *b = &plan.boot;
	int uring = b->io_mode == CORDON_IO_URING;
	int ret = map_shared(CORDON_FD_CHAN, plan.chan_size, 0, PROT_READ | PROT_WRITE, &b->chan);

	if (ret == 0)
		ret = map_shared(CORDON_FD_POOL, plan.pool_size, 0, PROT_READ | PROT_WRITE,
				 &b->pool);
	if (ret == 0 && plan.pool_ro_size > 0)
		ret = map_shared(CORDON_FD_POOL_RO, plan.pool_ro_size, 0, PROT_READ, &b->pool_ro);
	if (ret == 0 && b->grant_size > 0)
		ret = map_shared(CORDON_FD_GRANT, b->grant_size, 0, PROT_READ | PROT_WRITE,
				 &b->grant);
	if (ret == 0 && uring)
		ret = map_ring(CORDON_FD_RING, &b->ring);
	if (ret == 0 && uring && b->ring_ro.fd >= 0)
		ret = map_ring(CORDON_FD_RING_RO, &b->ring_ro);
	b->heap_size = CORDON_HEAP_BYTES;
	if (ret == 0)
		ret = map_private(b->heap_size, &b->heap);
	return ret == 0 ? map_stacks(b) : ret;
}

static int close_rest(void)
{
	int ring = plan.boot.io_mode == CORDON_IO_URING;

	close(CORDON_FD_PLAN);
	close(CORDON_FD_IMAGE);
	close(CORDON_FD_CHAN);
	close(CORDON_FD_POOL);
	close(CORDON_FD_POOL_RO);
	close(CORDON_FD_GRANT);
	if (!ring)
		close(CORDON_FD_RING);
	if (!ring || plan.boot.ring_ro.fd < 0)
		close(CORDON_FD_RING_RO);
	if (plan.boot.bells.wake < 0)
		close(CORDON_FD_WAKE);
	if (plan.boot.bells.peer < 0)
		close(CORDON_FD_PEER);
	for (unsigned i = 0; i < plan.boot.nports; i++)
		if (ring && !cordon_boot_is_file(&plan.boot, i))
			close((int)(CORDON_FD_PORT + i));
	if (syscall(SYS_close_range, CORDON_FD_PORT + plan.boot.nports, ~0U, 0) < 0)
		return -errno;
	/* What is open stays open; nothing can be opened any more. */
	return has(CORDON_PART_RLIMITS) ? limit(RLIMIT_NOFILE, 0) : 0;
}

static int install_filter(void)
{
	struct sock_fprog prog = { (unsigned short)plan.nfilter, plan.filter };

	if (!has(CORDON_PART_SECCOMP))
		return 0;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0 ? -errno : 0;
}

/* Enter the image on its own stack: boot in the first argument, a zero return address above. */
static void __attribute__((noreturn))
jump(uint64_t entry, const struct cordon_boot *boot, uint64_t stack)
{
#if defined(__x86_64__)
	__asm__ __volatile__("mov %0, %%rsp\n\t"
			     "xor %%ebp, %%ebp\n\t"
			     "push $0\n\t"
			     "jmp *%1"
			     :
			     : "S"(stack), "a"(entry), "D"(boot)
			     : "memory");
#elif defined(__aarch64__)
	__asm__ __volatile__("mov sp, %0\n\t"
			     "mov x29, xzr\n\t"
			     "mov x30, xzr\n\t"
			     "mov x0, %2\n\t"
			     "br %1"
			     :
			     : "r"(stack), "r"(entry), "r"(boot)
			     : "x0", "memory");
#else
#error "cordon: no way into an image for this architecture"
#endif
	__builtin_unreachable();
}

static void must(enum cordon_step step, int ret)
{
	if (ret == 0)
		return;
	say(step, ret, NULL);
	_exit(CORDON_EXIT_LOADER);
}

int main(void)
{
	struct cordon_image image = { 0 };
	struct cordon_layout layout;
	struct cordon_boot *boot;
	uint64_t top;
	char gate;

	must(CORDON_STEP_PLAN, read_plan());
	must(CORDON_STEP_ROOT, empty_root());
	must(CORDON_STEP_LIMITS, set_limits());
	must(CORDON_STEP_USER, become_nobody());
	must(CORDON_STEP_CAPS, drop_caps());
	must(CORDON_STEP_NNP, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0);
	must(CORDON_STEP_LANDLOCK, landlock());
	must(CORDON_STEP_GRANTS, map_grants());
	must(CORDON_STEP_IMAGE, cordon_image_load(CORDON_FD_IMAGE, &image));
	must(CORDON_STEP_CLOSE, close_rest());

	/* The boot structure lies at the top of the image's first stack. */
	top = plan.boot.stacks + CORDON_STACKS * plan.boot.stack_stride;
	boot = (struct cordon_boot *)((top - sizeof(*boot)) & ~(uint64_t)63);
	*boot = plan.boot;
	layout = (struct cordon_layout){
		.image = image.base,
		.image_size = image.span,
		.stacks = boot->stacks,
		.stack_stride = boot->stack_stride,
		.stack_size = boot->stack_size,
		.plain = top - boot->stack_size,
		.nstacks = boot->nstacks,
	};
	say(CORDON_STEP_READY, 0, &layout);
	/* A spare waits here. A supervisor that is gone, or doesn't need it, closes its end. */
	if (read(CORDON_FD_STATUS, &gate, 1) != 1)
		_exit(CORDON_EXIT_LOADER);
	close(CORDON_FD_STATUS);
	/* From here on nobody hears us; the exit status has to do. */
	if (install_filter() < 0)
		_exit(CORDON_EXIT_LOADER);
	jump(image.entry, boot, (uint64_t)(uintptr_t)boot);
}
