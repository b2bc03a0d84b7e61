// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What a host is said to be, on made-up hosts: a tree of files in a directory of the test's own.
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/facts.h"
#include "core/kernel/uapi.h"

#define CPU "sys/devices/system/cpu/"

static char root[64];
static struct cordon_fact fact[CORDON_FACTS_MAX];
static unsigned nfacts;

/* The kernel module, played: any file will do. */
static struct cordon_k_info module;
static int module_error;

int ioctl(int fd, unsigned long request, ...)
{
	struct cordon_k_info *info;
	va_list ap;

	va_start(ap, request);
	info = va_arg(ap, struct cordon_k_info *);
	va_end(ap);
	if (request != CORDON_K_INFO)
		return (int)syscall(SYS_ioctl, fd, request, info);
	assert_int_equal(info->size, sizeof(*info));
	*info = module;
	errno = module_error;
	return errno ? -1 : 0;
}

static int setup(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/cordon-facts-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make(const char *file, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", root, file);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(path, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*p = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static const struct cordon_fact *find(const char *name)
{
	for (unsigned i = 0; i < nfacts; i++)
		if (strcmp(fact[i].name, name) == 0)
			return &fact[i];
	fail_msg("no fact %s", name);
	return NULL;
}

/* What is said has @value in it, and the advice @advice ("": there is none). */
static void is(const char *name, const char *value, const char *advice)
{
	const struct cordon_fact *f = find(name);

	assert_true(f->readable);
	if (!strstr(f->value, value))
		fail_msg("%s: '%s' has no '%s'", name, f->value, value);
	if (!strstr(f->advice, advice) || (!advice[0] && f->advice[0]))
		fail_msg("%s: advice '%s', not '%s'", name, f->advice, advice);
}

static void usual_host(void)
{
	make(CPU "online", "0-3\n");
	make(CPU "isolated", "\n");
	make(CPU "nohz_full", "(null)\n");
	make(CPU "smt/control", "on\n");
	make(CPU "cpu3/topology/thread_siblings_list", "1,3\n");
	make(CPU "cpuidle/current_driver", "intel_idle\n");
	make(CPU "cpu3/cpuidle/state0/name", "POLL\n");
	make(CPU "cpu3/cpuidle/state0/latency", "0\n");
	make(CPU "cpu3/cpuidle/state0/disable", "0\n");
	make(CPU "cpu3/cpuidle/state1/name", "C6\n");
	make(CPU "cpu3/cpuidle/state1/latency", "133\n");
	make(CPU "cpu3/cpuidle/state1/disable", "0\n");
	make(CPU "cpu3/cpufreq/scaling_governor", "powersave\n");
	make(CPU "vulnerabilities/meltdown", "Mitigation: PTI\n");
	make(CPU "vulnerabilities/l1tf", "Not affected\n");
	make(CPU "vulnerabilities/mds", "Vulnerable: no microcode\n");
	make("sys/kernel/iommu_groups/0/type", "DMA\n");
	make("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
	make("proc/cmdline", "quiet\n");
	make("dev/net/tun", "");
}

static void a_usual_host(void **state)
{
	(void)state;
	usual_host();
	nfacts = cordon_facts(root, 3, fact);
	is("isolated", "none", "CPU 3");
	is("nohz_full", "none", "CPU 3");
	is("smt", "1,3", "nosmt");
	is("idle", "C6 (133 us", "max_cstate");
	is("governor", "powersave", "performance");
	is("mitigations", "1 flaws mitigated, 1 do not concern this CPU, 1 open", "mds");
	is("iommu", "1 groups", "");
	is("clock", "hpet", "cycle counter");
	is("tap", "/dev/net/tun", "");
	is("module", "not loaded", "modprobe cordon");
	is("boot_line", "isolcpus=domain,managed_irq,3 nohz_full=3 rcu_nocbs=3 irqaffinity=0-2",
	   "CPU 3");
}

static void a_prepared_host(void **state)
{
	(void)state;
	usual_host();
	make(CPU "isolated", "2-3\n");
	make(CPU "nohz_full", "3\n");
	make(CPU "smt/control", "off\n");
	make(CPU "cpu3/topology/thread_siblings_list", "3\n");
	make(CPU "cpu3/cpuidle/state1/disable", "1\n");
	make(CPU "cpu3/cpufreq/scaling_governor", "performance\n");
	make("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	make("proc/cmdline", "isolcpus=2-3 nohz_full=3 rcu_nocbs=3 irqaffinity=0-1\n");
	nfacts = cordon_facts(root, 3, fact);
	is("isolated", "2-3", "");
	is("nohz_full", "3", "");
	is("smt", "no sibling", "");
	is("idle", "POLL (0 us", "");
	is("governor", "performance", "");
	is("clock", "tsc", "");
	is("boot_line", "as it should be", "");
}

/* A kernel that can't be tickless is not told to be. */
static void a_simple_kernel(void **state)
{
	char path[128];

	(void)state;
	usual_host();
	snprintf(path, sizeof(path), "%s/" CPU "nohz_full", root);
	assert_int_equal(unlink(path), 0);
	nfacts = cordon_facts(root, 3, fact);
	is("nohz_full", "can't", "");
	is("boot_line", "isolcpus=domain,managed_irq,3 irqaffinity=0-2", "CPU 3");
	assert_null(strstr(find("boot_line")->value, "nohz_full"));
}

static void one_cpu(void **state)
{
	(void)state;
	usual_host();
	make(CPU "online", "0\n");
	nfacts = cordon_facts(root, 0, fact);
	is("boot_line", "no core to spare", "");
}

/* Nothing there at all: each fact says so, and none claims that it was not allowed to look. */
static void an_empty_host(void **state)
{
	(void)state;
	nfacts = cordon_facts(root, 1, fact);
	assert_true(nfacts >= 10);
	for (unsigned i = 0; i < nfacts; i++) {
		assert_true(fact[i].readable);
		assert_true(fact[i].value[0]);
	}
	nfacts = cordon_facts(root, -1, fact);
	is("boot_line", "no core to spare", "");
}

/* What may not be read is unreadable, not missing. */
static void a_closed_host(void **state)
{
	char path[128];

	(void)state;
	usual_host();
	snprintf(path, sizeof(path), "%s/sys/kernel/iommu_groups", root);
	assert_int_equal(chmod(path, 0), 0);
	snprintf(path, sizeof(path), "%s/" CPU "isolated", root);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(root, 0755), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	nfacts = cordon_facts(root, 3, fact);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_false(find("isolated")->readable);
	assert_false(find("iommu")->readable);
	is("governor", "powersave", "performance");
	snprintf(path, sizeof(path), "%s/sys/kernel/iommu_groups", root);
	(void)chmod(path, 0755);
}

/* What the kernel module says of itself. */
static void a_host_with_the_module(void **state)
{
	(void)state;
	usual_host();
	make("dev/cordon", "");
	module = (struct cordon_k_info){ .abi = CORDON_K_ABI };
	module_error = 0;
	nfacts = cordon_facts(root, 3, fact);
	is("module", "hands out no core", "cordon.cores=");
	module.cores[0] = UINT64_C(1) << 63 | 2;
	module.cores[1] = 3;
	module.cores[CORDON_K_CPUS / 64 - 1] = UINT64_C(1) << 63;
	nfacts = cordon_facts(root, 3, fact);
	is("module", "hands out CPU 1,63-65,1023", "");
	module.abi++;
	nfacts = cordon_facts(root, 3, fact);
	is("module", "of another version", "make install-module");
	module_error = ENOTTY;
	nfacts = cordon_facts(root, 3, fact);
	is("module", "of another version", "make install-module");
}

/* Texts that go on for ever, or aren't what they should be. */
static void a_strange_host(void **state)
{
	char text[5000];

	(void)state;
	usual_host();
	memset(text, '7', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	make(CPU "isolated", text);
	make(CPU "online", "all of them");
	make(CPU "cpu3/cpufreq/scaling_governor", text);
	make(CPU "vulnerabilities/mds", text);
	nfacts = cordon_facts(root, 3, fact);
	for (unsigned i = 0; i < nfacts; i++)
		assert_true(strlen(fact[i].value) < sizeof(fact[i].value));
	is("boot_line", "no core to spare", "");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_usual_host),  T(a_prepared_host), T(a_simple_kernel), T(one_cpu),
		T(an_empty_host), T(a_closed_host),   T(a_strange_host),  T(a_host_with_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
