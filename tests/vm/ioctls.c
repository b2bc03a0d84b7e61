// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* ioctls [SECONDS [SEED]]: wrong ioctls on /dev/cordon, one by one and at random. Run in a guest by
 * tests/vm/module.sh and bench/campaign-kernel. */
#include "tests/vm/kdomain.h"

#include <linux/capability.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

static struct k_memory memory;

static int fresh(void)
{
	int fd = open("/dev/cordon", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		abort();
	return fd;
}

static void is(int got, int want, const char *name)
{
	k_check(got == want, name, got);
}

static int named(void)
{
	struct cordon_k_domain k = k_domain("ioctls");
	int fd = fresh();

	if (k_ioctl(fd, CORDON_K_DOMAIN, &k) < 0)
		abort();
	return fd;
}

static int fronted(void)
{
	struct cordon_k_net k = k_net("io0");
	int fd = named();

	k.deadline_ms = 5;
	if (k_ioctl(fd, CORDON_K_NET, &k) < 0)
		abort();
	return fd;
}

static void info(void)
{
	struct cordon_k_info i = { .size = sizeof(i) };
	int fd = fresh();

	is(k_ioctl(fd, CORDON_K_INFO, &i), 0, "info");
	is((int)i.abi, CORDON_K_ABI, "info_abi");
	is((int)i.cores[0], 2, "info_says_the_cores");
	i.size--;
	is(k_ioctl(fd, CORDON_K_INFO, &i), -EINVAL, "info_of_another_size");
	is(k_ioctl(fd, CORDON_K_INFO, NULL), -EFAULT, "info_to_nowhere");
	is(k_ioctl(fd, _IOWR(0xc0, 0, char), &i), -ENOTTY, "an_ioctl_of_another_size");
	is(k_ioctl(fd, _IO(0xc0, 77), &i), -ENOTTY, "an_unknown_ioctl");
	close(fd);
}

static void orders(void)
{
	static const unsigned long early[] = { CORDON_K_PING, CORDON_K_STOP, CORDON_K_DRAIN,
					       CORDON_K_DETACH };
	struct cordon_k_domain d = k_domain("ioctls");
	struct cordon_k_net n = k_net("io0");
	struct cordon_k_attach a = k_attach(&memory);
	struct cordon_k_stats s = { .size = sizeof(s) };
	int fd = fresh();

	is(k_ioctl(fd, CORDON_K_NET, &n), -EBADFD, "net_before_domain");
	is(k_ioctl(fd, CORDON_K_ATTACH, &a), -EBADFD, "attach_before_domain");
	is(k_ioctl(fd, CORDON_K_STATS, &s), -EBADFD, "stats_before_net");
	is(k_ioctl(fd, CORDON_K_DOMAIN, &d), 0, "domain");
	is(k_ioctl(fd, CORDON_K_DOMAIN, &d), -EBADFD, "domain_twice");
	is(k_ioctl(fd, CORDON_K_ATTACH, &a), -EBADFD, "attach_before_net");
	is(k_ioctl(fd, CORDON_K_NET, &n), 0, "net");
	is(k_ioctl(fd, CORDON_K_NET, &n), -EBADFD, "net_twice");
	for (unsigned i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		is(k_ioctl(fd, early[i], NULL), -EBADFD, "an_order_before_attach");
	is(k_ioctl(fd, CORDON_K_ABORT, NULL), 0, "abort_of_nothing");
	close(fd);
}

/* @want, and words. */
static void refused(int got, int want, const char *why, const char *word, const char *name)
{
	is(got, want, name);
	if (!strstr(why, word)) {
		printf("# %s says \"%s\"\n", name, why);
		k_bad = 1;
	}
}

static void domains(void)
{
	static const char *const bad[] = { "", "a b", "a/b", "\n" };
	struct cordon_k_domain k;
	int fd = fresh(), other;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		k = k_domain(bad[i]);
		refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EINVAL, k.why, "name", "a_bad_name");
	}
	k = k_domain("x");
	memset(k.name, 'x', sizeof(k.name));
	refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EINVAL, k.why, "name", "a_name_without_end");
	k = k_domain("x");
	k.flags = 2;
	refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EINVAL, k.why, "flags", "domain_flags");
	k = k_domain("x");
	k.zero = 1;
	refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EINVAL, k.why, "flags", "domain_zero");
	k = k_domain("x");
	k.core = 4000000000u;
	refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EINVAL, k.why, "no CPU", "no_such_core");
	k = k_domain("x");
	k.core = 0;
	refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EPERM, k.why, "last one", "the_last_core");
	k.flags = CORDON_K_UNRESERVED;
	refused(k_ioctl(fd, CORDON_K_DOMAIN, &k), -EPERM, k.why, "last one",
		"the_last_core_unreserved");
	k = k_domain("x");
	is(k_ioctl(fd, CORDON_K_DOMAIN, &k), 0, "a_reserved_core");
	other = fresh();
	k = k_domain("y");
	refused(k_ioctl(other, CORDON_K_DOMAIN, &k), -EBUSY, k.why, "another domain",
		"a_core_twice");
	close(fd);
	k = k_domain("y");
	is(k_ioctl(other, CORDON_K_DOMAIN, &k), 0, "a_core_that_was_given_back");
	close(other);
}

static void nets(void)
{
	struct cordon_k_net good = k_net("io0"), k;
	int fd = named();

#define WRONG(field, value, error, word)                                                   \
	do {                                                                               \
		k = good;                                                                  \
		k.field = value;                                                           \
		refused(k_ioctl(fd, CORDON_K_NET, &k), error, k.why, word, "net_" #field); \
	} while (0)
	WRONG(flags, 1, -EINVAL, "flags");
	WRONG(zero, 1, -EINVAL, "flags");
	WRONG(name[0], '/', -EINVAL, "name");
	WRONG(name[0], 0, -EINVAL, "name");
	WRONG(name[2], '%', -EINVAL, "name");
	WRONG(mac[0], 1, -EINVAL, "address");
	WRONG(mtu, 67, -EINVAL, "MTU");
	WRONG(mtu, 65522, -EINVAL, "MTU");
	WRONG(receive, 3, -EINVAL, "receive");
	WRONG(deadline_ms, 0, -EINVAL, "deadline");
	WRONG(deadline_ms, 60001, -EINVAL, "deadline");
	WRONG(features, 0x10, -EINVAL, "features");
	k = good;
	strcpy(k.name, "lo");
	refused(k_ioctl(fd, CORDON_K_NET, &k), -EEXIST, k.why, "another kind", "net_lo");
	k = good;
	memset(k.name, 'x', sizeof(k.name));
	refused(k_ioctl(fd, CORDON_K_NET, &k), -EINVAL, k.why, "name", "net_name_without_end");
	close(fd);
#undef WRONG
}

static void blks(void)
{
	struct cordon_k_blk good = k_blk("io0"), k;
	struct cordon_k_net n = k_net("io0");
	int fd = named(), other;

#define WRONG(field, value, error, word)                                                   \
	do {                                                                               \
		k = good;                                                                  \
		k.field = value;                                                           \
		refused(k_ioctl(fd, CORDON_K_BLK, &k), error, k.why, word, "blk_" #field); \
	} while (0)
	WRONG(flags, 1, -EINVAL, "flags");
	WRONG(zero, 1, -EINVAL, "flags");
	WRONG(name[0], '0', -EINVAL, "name");
	WRONG(name[1], '/', -EINVAL, "name");
	WRONG(complete, 3, -EINVAL, "answers");
	WRONG(deadline_ms, 0, -EINVAL, "deadline");
	WRONG(deadline_ms, 60001, -EINVAL, "deadline");
	WRONG(features, BLK_F_FLUSH, -EINVAL, "features");
	k = good;
	strcpy(k.name, "null");
	refused(k_ioctl(fd, CORDON_K_BLK, &k), -EEXIST, k.why, "is there", "blk_null");
	k = good;
	memset(k.name, 'x', sizeof(k.name));
	refused(k_ioctl(fd, CORDON_K_BLK, &k), -EINVAL, k.why, "name", "blk_name_without_end");
	k = k_blk("");
	is(k_ioctl(fd, CORDON_K_BLK, &k), 0, "blk");
	is(strcmp(k.name, "cordon0"), 0, "blk_is_given_a_name");
	is(k_ioctl(fd, CORDON_K_BLK, &k), -EBADFD, "blk_twice");
	is(k_ioctl(fd, CORDON_K_NET, &n), -EBADFD, "net_after_blk");
	close(fd);
	other = named();
	is(k_ioctl(other, CORDON_K_BLK, &k), 0, "a_name_that_was_given_back");
	close(other);
#undef WRONG
}

static void attaches(void)
{
	struct cordon_k_attach good = k_attach(&memory), k;
	uint8_t *holes;
	int fd = fronted();

#define WRONG(field, value, error)                                             \
	do {                                                                   \
		k = good;                                                      \
		k.field = value;                                               \
		is(k_ioctl(fd, CORDON_K_ATTACH, &k), error, "attach_" #field); \
	} while (0)
	WRONG(size, 8, -EINVAL);
	WRONG(flags, 1, -EINVAL);
	WRONG(more, 0, -EINVAL); /* not one for each queue */
	WRONG(more, 17, -EINVAL);
	WRONG(more, 0xffffffffu, -EINVAL);
	WRONG(calls, 0, -EINVAL);
	WRONG(calls, 65, -EINVAL);
	WRONG(ab, 0, -EINVAL);
	WRONG(ab, 5, -EINVAL);
	WRONG(ba, 0x80000000u, -EINVAL);
	WRONG(small, 0xffffffffu, -EINVAL);
	WRONG(ro_big, CORDON_POOL_MAX + 1, -EINVAL);
	WRONG(wait, 3, -EINVAL);
	WRONG(chan, good.chan + 64, -EINVAL);
	WRONG(chan, 0, -EFAULT);
	WRONG(pool, ~0ull << 12, -EINVAL);
	WRONG(pool, 0xffff888000000000ull, -EFAULT);
	WRONG(pool, 0x8000000000000000ull, -EFAULT);
	WRONG(pool_ro, good.chan, -EFAULT); /* too short */
	WRONG(bell, 12345, -EBADF);
	WRONG(bell, fd, -EINVAL);
	WRONG(ears, 0, -EINVAL);
	holes = mmap(NULL, memory.npool, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	WRONG(pool, (uintptr_t)holes, -EFAULT); /* not writable */
	munmap(holes + 4096, 4096);
	mprotect(holes, 4096, PROT_READ | PROT_WRITE);
	WRONG(pool, (uintptr_t)holes, -EFAULT);
	/* No driver there, and none after that. */
	k = good;
	refused(k_ioctl(fd, CORDON_K_ATTACH, &k), -ETIMEDOUT, k.why, "speak our interface",
		"no_driver");
	is(k_ioctl(fd, CORDON_K_DETACH, NULL), -EBADFD, "a_failed_attach_leaves_nothing");
	close(fd);
#undef WRONG
}

/* ---- at random, by two threads on the same files */

#define FILES 4
static int files[FILES];
static atomic_bool done;

static uint32_t pick(unsigned *seed, const uint32_t *from, unsigned n)
{
	unsigned i = (unsigned)rand_r(seed) % (n + 1);

	return i < n ? from[i] : (uint32_t)rand_r(seed) * 2654435761u;
}

static void *random_ones(void *arg)
{
	static const uint32_t small[] = { 0, 0, 0, 0, 0, 1, 2 };
	static const unsigned long cmds[] = { CORDON_K_INFO,   CORDON_K_DOMAIN, CORDON_K_NET,
					      CORDON_K_ATTACH, CORDON_K_PING,	CORDON_K_STOP,
					      CORDON_K_DRAIN,  CORDON_K_DETACH, CORDON_K_STATS,
					      CORDON_K_ABORT,  CORDON_K_BLK };
	unsigned seed = (unsigned)(uintptr_t)arg;
	unsigned long n = 0;

	while (!atomic_load(&done)) {
		int i = rand_r(&seed) % FILES;
		unsigned long cmd =
			cmds[(unsigned)rand_r(&seed) % (sizeof(cmds) / sizeof(cmds[0]))];
		union {
			struct cordon_k_info info;
			struct cordon_k_domain d;
			struct cordon_k_net n;
			struct cordon_k_blk b;
			struct cordon_k_attach a;
			struct cordon_k_stats s;
			uint32_t word[256];
		} u;
		struct cordon_k_domain d = k_domain("random");
		struct cordon_k_net net = k_net("rnd0");
		struct cordon_k_attach a = k_attach(&memory);

		memset(&u, 0, sizeof(u));
		if (cmd == CORDON_K_DOMAIN) {
			d.core = pick(&seed, (const uint32_t[]){ 1, 1, 1, 0 }, 4);
			d.flags = pick(&seed, small, 7);
			memcpy(&u, &d, sizeof(d));
		} else if (cmd == CORDON_K_NET) {
			net.name[3] = (char)('0' + i);
			net.deadline_ms = pick(&seed, (const uint32_t[]){ 1, 1, 2, 3 }, 4) % 20;
			net.flags = pick(&seed, small, 7);
			memcpy(&u, &net, sizeof(net));
		} else if (cmd == CORDON_K_BLK) {
			struct cordon_k_blk b = k_blk(rand_r(&seed) % 2 ? "" : "rnd");

			b.deadline_ms = pick(&seed, (const uint32_t[]){ 1, 1, 2, 3 }, 4) % 20;
			b.features = pick(&seed, small, 7);
			memcpy(&u, &b, sizeof(b));
		} else if (cmd == CORDON_K_ATTACH) {
			a.flags = pick(&seed, small, 7);
			a.ab = pick(&seed, (const uint32_t[]){ 256, 256, 128, 4 }, 4);
			a.bell = (int32_t)pick(&seed, (const uint32_t[]){ ~0u, ~0u, ~0u }, 3);
			a.wait = pick(&seed, (const uint32_t[]){ 0, 1, 2 }, 3);
			memcpy(&u, &a, sizeof(a));
		}
		u.word[0] = pick(&seed,
				 (const uint32_t[]){ _IOC_SIZE(cmd), _IOC_SIZE(cmd), _IOC_SIZE(cmd),
						     _IOC_SIZE(cmd) },
				 4);
		if (rand_r(&seed) % 16 == 0)
			u.word[(unsigned)rand_r(&seed) % 256] = (uint32_t)rand_r(&seed);
		(void)k_ioctl(files[i], cmd, &u);
		/* Another file in its place, while the other thread may be in it. */
		if (rand_r(&seed) % 64 == 0) {
			int fd = fresh();

			dup3(fd, files[i], O_CLOEXEC);
			close(fd);
		}
		n++;
	}
	return (void *)n;
}

static unsigned seconds = 5, random_seed = 1;

static void at_random(void)
{
	pthread_t t[2];
	void *n;

	printf("# seed %u\n", random_seed);
	for (int i = 0; i < FILES; i++)
		files[i] = fresh();
	for (uintptr_t i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, random_ones, (void *)(random_seed + i));
	sleep(seconds);
	atomic_store(&done, true);
	for (int i = 0; i < 2; i++) {
		pthread_join(t[i], &n);
		printf("# %lu ioctls\n", (unsigned long)n);
	}
	for (int i = 0; i < FILES; i++)
		close(files[i]);
}

static void rights(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	syscall(SYS_capget, &h, d);
	d[0].effective &= ~(1u << CAP_NET_ADMIN);
	syscall(SYS_capset, &h, d);
	is(open("/dev/cordon", O_RDWR) < 0 ? -errno : 0, -EPERM, "without_CAP_NET_ADMIN");
	d[0].effective |= 1u << CAP_NET_ADMIN;
	d[0].effective &= ~(1u << CAP_SYS_ADMIN);
	syscall(SYS_capset, &h, d);
	is(open("/dev/cordon", O_RDWR) < 0 ? -errno : 0, -EPERM, "without_CAP_SYS_ADMIN");
}

/* What the module says of CPU 1. */
static int refusal(void)
{
	struct cordon_k_domain k = k_domain("x");
	int ret = k_ioctl(fresh(), CORDON_K_DOMAIN, &k);

	puts(k.why);
	return ret != -EPERM;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "refused") == 0)
		return refusal();
	k_memory_make(&memory);
	if (argc > 1)
		seconds = (unsigned)atoi(argv[1]);
	if (argc > 2)
		random_seed = (unsigned)strtoul(argv[2], NULL, 0);
	k_test("what_the_module_says", info);
	k_test("orders_at_the_wrong_time", orders);
	k_test("bad_domains_and_cores", domains);
	k_test("bad_devices", nets);
	k_test("a_disk_that_can_not_be_is_refused", blks);
	k_test("bad_memory", attaches);
	k_test("random_ioctls", at_random);
	k_test("only_for_administrators", rights);
	return k_failed;
}
