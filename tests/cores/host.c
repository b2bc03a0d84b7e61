// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What the host is said to offer: probes tell the truth, say why, and leave nothing behind. */
#include "core/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ALL (CORDON_PART_BIT(CORDON_PART_COUNT) - 1)

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void nothing_left(int descriptors)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(entries("/proc/self/fd"), descriptors);
}

static ino_t namespace(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void every_probe(void **state)
{
	static const char *const names[] = {
		"user", "mnt", "pid_for_children", "net", "ipc", "uts"
	};
	int descriptors = entries("/proc/self/fd"), version, groups = 0;
	ino_t was[6];
	char why[512], dir[PATH_MAX];
	bool grouped = cordon_host_cgroup(dir, sizeof(dir), &version) == 0;

	(void)state;
	if (grouped)
		groups = entries(dir);
	for (int i = 0; i < 6; i++)
		was[i] = namespace(names[i]);
	for (int i = 0; i < CORDON_PART_COUNT; i++) {
		enum cordon_part part = (enum cordon_part)i;
		int err;

		memset(why, 'x', sizeof(why));
		err = cordon_host_probe(part, why, sizeof(why));
		assert_non_null(memchr(why, '\0', sizeof(why)));
		print_message("# %s: %d %s\n", cordon_part_name(part), err, why);
		assert_true(err <= 0);
		assert_true((err != 0) == (why[0] != '\0'));
		assert_null(strchr(why, '\n'));
		nothing_left(descriptors);
	}
	for (int i = 0; i < 6; i++)
		assert_int_equal(namespace(names[i]), was[i]);
	if (grouped)
		assert_int_equal(entries(dir), groups);
	assert_int_equal(cordon_host_probe(CORDON_PART_RLIMITS, why, sizeof(why)), 0);
	assert_int_equal(cordon_host_probe(CORDON_PART_COUNT, why, sizeof(why)), -EINVAL);
	assert_true(why[0]);
}

/* Children of probes are nobody's business: not of a handler, and not lost to SIG_IGN. */
static volatile sig_atomic_t chld;

static void on_chld(int sig)
{
	(void)sig;
	chld++;
}

static void no_sigchld(void **state)
{
	char why[512];
	int with[CORDON_PART_COUNT];
	struct sigaction old;

	(void)state;
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = on_chld }, &old);
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		with[i] = cordon_host_probe((enum cordon_part)i, why, sizeof(why));
	assert_int_equal(chld, 0);
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		assert_int_equal(cordon_host_probe((enum cordon_part)i, why, sizeof(why)), with[i]);
	sigaction(SIGCHLD, &old, NULL);
}

/* ---- hosts that lack something ------------------------------------------------------------------ */

struct answer {
	int err[CORDON_PART_COUNT];
	char why[CORDON_PART_COUNT][512];
	int check;
	cordon_parts missing;
	char report[4096];
};

/* All probes in a child that @spoil has taken something from. */
static struct answer *ask_spoiled(int (*spoil)(void *), void *arg, cordon_parts without)
{
	struct answer *a =
		mmap(NULL, sizeof(*a), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	assert_true(a != MAP_FAILED);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		FILE *f = fmemopen(a->report, sizeof(a->report) - 1, "w");

		if (!f || spoil(arg))
			_exit(1);
		for (int i = 0; i < CORDON_PART_COUNT; i++)
			a->err[i] = cordon_host_probe((enum cordon_part)i, a->why[i],
						      sizeof(a->why[i]));
		a->check = cordon_host_check(without, &a->missing, f);
		fclose(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		assert_true((a->err[i] != 0) == (a->why[i][0] != '\0'));
	return a;
}

struct denial {
	const char *call;
	uint32_t action;
	unsigned index; /* of an argument */
	int arg; /* -1: any; else the call is denied only if this argument has these bits */
};

static int deny(void *arg)
{
	const struct denial *d = arg;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int call = seccomp_syscall_resolve_name(d->call), err;

	if (d->arg < 0)
		err = seccomp_rule_add(filter, d->action, call, 0);
	else
		err = seccomp_rule_add(filter, d->action, call, 1,
				       SCMP_CMP(d->index, SCMP_CMP_MASKED_EQ, (scmp_datum_t)d->arg,
						(scmp_datum_t)d->arg));
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

static int deny_nothing(void *arg)
{
	(void)arg;
	return 0;
}

static struct answer *ask_denied(const char *call, uint32_t action, int arg, cordon_parts without)
{
	struct denial d = { call, action, 0, arg };

	return ask_spoiled(deny, &d, without);
}

/* Only @parts may differ from what this host answers undisturbed. */
static void others_same(const struct answer *a, cordon_parts parts)
{
	struct answer *plain = ask_spoiled(deny_nothing, NULL, 0);

	for (int i = 0; i < CORDON_PART_COUNT; i++)
		if (!(parts & CORDON_PART_BIT(i)))
			assert_int_equal(a->err[i], plain->err[i]);
	munmap(plain, sizeof(*plain));
}

#define assert_says(text, part)                                             \
	do {                                                                \
		if (!strstr(text, part))                                    \
			fail_msg("\"%s\" does not say \"%s\"", text, part); \
	} while (0)

static void no_uring(void **state)
{
	const cordon_parts ring = CORDON_PART_BIT(CORDON_PART_RING);
	const cordon_parts uring = CORDON_PART_BIT(CORDON_PART_URING);
	struct answer *a = ask_denied("io_uring_setup", SCMP_ACT_ERRNO(EPERM), -1, 0);

	(void)state;
	assert_int_equal(a->err[CORDON_PART_URING], -EPERM);
	assert_says(a->why[CORDON_PART_URING], "io_uring");
	assert_says(a->why[CORDON_PART_URING], "kernel.io_uring_");
	assert_int_equal(a->err[CORDON_PART_RING], -EPERM);
	assert_says(a->why[CORDON_PART_RING], "kernel.io_uring_");
	others_same(a, ring | uring);
	/* One line for one reason. */
	assert_int_equal(a->check, -ENOTSUP);
	assert_true(a->missing & uring);
	assert_false(a->missing & ring);
	assert_says(a->report, "uring: missing: io_uring");
	assert_null(strstr(a->report, "\nring:"));
	munmap(a, sizeof(*a));

	a = ask_denied("io_uring_setup", SCMP_ACT_ERRNO(ENOSYS), -1, uring);
	assert_int_equal(a->err[CORDON_PART_URING], -ENOSYS);
	assert_says(a->why[CORDON_PART_URING], "container profile");
	assert_false(a->missing & (uring | ring)); /* given up */
	munmap(a, sizeof(*a));

	a = ask_denied("io_uring_setup", SCMP_ACT_KILL_PROCESS, -1, 0);
	assert_int_equal(a->err[CORDON_PART_URING], -ECANCELED);
	assert_says(a->why[CORDON_PART_URING], "killed");
	munmap(a, sizeof(*a));
}

/* A kernel before 5.10 refuses the registration. */
static void no_restrictions(void **state)
{
	const cordon_parts ring = CORDON_PART_BIT(CORDON_PART_RING);
	struct denial d = { "io_uring_register", SCMP_ACT_ERRNO(EINVAL), 1,
			    IORING_REGISTER_RESTRICTIONS };
	struct answer *a = ask_spoiled(deny, &d, 0);

	(void)state;
	if (a->err[CORDON_PART_URING]) {
		munmap(a, sizeof(*a));
		skip();
	}
	assert_int_equal(a->err[CORDON_PART_RING], -EINVAL);
	assert_says(a->why[CORDON_PART_RING], "5.10");
	assert_true(a->missing & ring);
	assert_int_equal(strncmp(a->report, "ring: missing: ", 15) == 0 ||
				 strstr(a->report, "\nring: missing: ") != NULL,
			 1);
	others_same(a, ring);
	munmap(a, sizeof(*a));
}

static void no_landlock(void **state)
{
	static const struct {
		int err;
		const char *says;
	} cases[] = { { EPERM, "profile" },
		      { EOPNOTSUPP, "lsm=" },
		      { ENOSYS, "CONFIG_SECURITY_LANDLOCK" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer *a = ask_denied("landlock_create_ruleset",
					      SCMP_ACT_ERRNO((uint32_t)cases[i].err), -1, 0);

		assert_int_equal(a->err[CORDON_PART_LANDLOCK], -cases[i].err);
		assert_says(a->why[CORDON_PART_LANDLOCK], cases[i].says);
		assert_true(a->missing & CORDON_PART_BIT(CORDON_PART_LANDLOCK));
		assert_int_equal(a->check, -ENOTSUP);
		others_same(a, CORDON_PART_BIT(CORDON_PART_LANDLOCK));
		munmap(a, sizeof(*a));
	}
}

static void no_seccomp(void **state)
{
	/* 2: SECCOMP_GET_ACTION_AVAIL. The filter itself is loaded by operation 1, before. */
	struct answer *a = ask_denied("seccomp", SCMP_ACT_ERRNO(EOPNOTSUPP), 2, 0);

	(void)state;
	assert_int_equal(a->err[CORDON_PART_SECCOMP], -EOPNOTSUPP);
	assert_says(a->why[CORDON_PART_SECCOMP], "CONFIG_SECCOMP_FILTER");
	others_same(a, CORDON_PART_BIT(CORDON_PART_SECCOMP));
	munmap(a, sizeof(*a));
}

static void no_userns(void **state)
{
	const cordon_parts userns = CORDON_PART_BIT(CORDON_PART_USERNS);
	struct answer *a = ask_denied("unshare", SCMP_ACT_ERRNO(EPERM), CLONE_NEWUSER, 0);

	(void)state;
	assert_int_equal(a->err[CORDON_PART_USERNS], -EPERM);
	assert_says(a->why[CORDON_PART_USERNS], "user namespaces");
	assert_true(a->missing & userns);
	if (geteuid() == 0)
		others_same(a, userns); /* root makes the others without */
	munmap(a, sizeof(*a));

	a = ask_denied("unshare", SCMP_ACT_ERRNO(ENOSPC), CLONE_NEWUSER, userns);
	assert_int_equal(a->err[CORDON_PART_USERNS], -ENOSPC);
	assert_says(a->why[CORDON_PART_USERNS], "user.max_user_namespaces");
	assert_false(a->missing & userns);
	munmap(a, sizeof(*a));

	/* Without either, the others say what they would need. */
	a = ask_denied("unshare", SCMP_ACT_ERRNO(EPERM), -1, 0);
	for (int i = CORDON_PART_MOUNTNS; i <= CORDON_PART_UTSNS; i++) {
		assert_int_equal(a->err[i], -EPERM);
		assert_says(a->why[i], " namespaces need root or user namespaces");
		assert_true(a->missing & CORDON_PART_BIT(i));
	}
	munmap(a, sizeof(*a));
}

/* A security module that lets user namespaces be made, and denies all capabilities in them. */
static void hollow_userns(void **state)
{
	struct answer *a = ask_denied("unshare", SCMP_ACT_ERRNO(EPERM), CLONE_NEWUTS, 0);

	(void)state;
	assert_int_equal(a->err[CORDON_PART_USERNS], -EPERM);
	assert_int_equal(a->err[CORDON_PART_UTSNS], -EPERM);
	munmap(a, sizeof(*a));
}

static void no_namespace(void **state)
{
	struct answer *a = ask_denied("unshare", SCMP_ACT_ERRNO(EINVAL), CLONE_NEWIPC, 0);

	(void)state;
	assert_int_equal(a->err[CORDON_PART_IPCNS], -EINVAL);
	assert_says(a->why[CORDON_PART_IPCNS], "CONFIG_IPC_NS");
	others_same(a, CORDON_PART_BIT(CORDON_PART_IPCNS));
	munmap(a, sizeof(*a));

	a = ask_denied("unshare", SCMP_ACT_ERRNO(ENOSPC), CLONE_NEWNS, 0);
	assert_int_equal(a->err[CORDON_PART_MOUNTNS], -ENOSPC);
	assert_says(a->why[CORDON_PART_MOUNTNS], "user.max_mnt_namespaces");
	others_same(a, CORDON_PART_BIT(CORDON_PART_MOUNTNS));
	munmap(a, sizeof(*a));
}

static void no_caps(void **state)
{
	struct answer *a = ask_denied("capset", SCMP_ACT_ERRNO(EPERM), -1, 0);

	(void)state;
	assert_int_equal(a->err[CORDON_PART_CAPS], -EPERM);
	assert_says(a->why[CORDON_PART_CAPS], "bounding set");
	others_same(a, CORDON_PART_BIT(CORDON_PART_CAPS));
	munmap(a, sizeof(*a));
}

static int become_nobody(void *arg)
{
	(void)arg;
	return setgid(65534) || setuid(65534);
}

/* As an ordinary user: what user namespaces give is there if they are; a group isn't ours to make. */
static void nobody(void **state)
{
	struct answer *a;

	(void)state;
	if (geteuid() != 0)
		skip();
	a = ask_spoiled(become_nobody, NULL, 0);
	if (!a->err[CORDON_PART_USERNS])
		for (int i = CORDON_PART_MOUNTNS; i <= CORDON_PART_UTSNS; i++)
			assert_int_equal(a->err[i], 0);
	assert_int_equal(a->err[CORDON_PART_CAPS] == 0, a->err[CORDON_PART_USERNS] == 0);
	assert_int_not_equal(a->err[CORDON_PART_CGROUP], 0);
	munmap(a, sizeof(*a));
}

static void check_parts(void **state)
{
	cordon_parts missing = ~0u;

	(void)state;
	assert_int_equal(cordon_host_check(ALL, &missing, NULL), 0);
	assert_int_equal(missing, 0);
	assert_int_equal(cordon_host_check(0, &missing, NULL), missing ? -ENOTSUP : 0);
	assert_int_equal(cordon_host_check(missing, NULL, NULL), 0);
}

static void texts_fit(void **state)
{
	char why[8] = "xxxxxxx";

	(void)state;
	assert_int_equal(cordon_host_probe(CORDON_PART_COUNT, why, 4), -EINVAL);
	assert_string_equal(why, "no ");
	assert_memory_equal(why, "no \0xxx", 8);
	assert_int_equal(cordon_host_probe(CORDON_PART_COUNT, NULL, 0), -EINVAL);
}

static void describes(void **state)
{
	char text[2048] = "";
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");

	(void)state;
	cordon_host_describe(f);
	fclose(f);
	assert_says(text, "cpu: ");
	assert_says(text, "\ncpus: ");
	assert_says(text, " online (");
	assert_says(text, "\nmemory: ");
	assert_says(text, "\nkernel: Linux ");
	assert_int_equal(text[strlen(text) - 1], '\n');
}

/* ---- control groups ----------------------------------------------------------------------------- */

static int find(const char *cgroup, const char *mounts, struct cordon_cgroup *found)
{
	/* fmemopen() refuses an empty buffer */
	FILE *c = fmemopen((void *)(uintptr_t)cgroup, strlen(cgroup) + 1, "r");
	FILE *m = fmemopen((void *)(uintptr_t)mounts, strlen(mounts) + 1, "r");
	int err = cordon_cgroup_find(c, m, "memory", found);

	fclose(c);
	fclose(m);
	return err;
}

#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_MOUNT "35 31 0:32 %s /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
#define V1_OTHER                                                                      \
	"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" \
	"33 31 0:30 / /mnt/x rw - cgroup cgroup rw,name=memory\n"                     \
	"34 31 0:31 / /memory rw - tmpfs tmpfs rw,memory\n"

static void finds_cgroups(void **state)
{
	static const struct {
		const char *cgroup, *mounts;
		int err, version;
		const char *mount, *own;
	} cases[] = {
		{ "0::/user.slice/a b.scope\n", V2_MOUNT, 0, 2, "/sys/fs/cgroup",
		  "/sys/fs/cgroup/user.slice/a b.scope" },
		{ "0::/\n", V2_MOUNT, 0, 2, "/sys/fs/cgroup", "/sys/fs/cgroup" },
		/* outside of the namespace's root */
		{ "0::/../sibling\n", V2_MOUNT, 0, 2, "/sys/fs/cgroup", "/sys/fs/cgroup" },
		/* version 1, hybrid: the controller's own hierarchy */
		{ "9:name=memory:/n\n4:cpu,memory:/a\n3:memoryx:/b\n0::/c\n",
		  V1_OTHER V2_MOUNT
		  "35 31 0:32 / /sys/fs/cgroup/m rw - cgroup cgroup rw,cpu,memory\n",
		  0, 1, "/sys/fs/cgroup/m", "/sys/fs/cgroup/m/a" },
		/* hybrid without it in version 1 */
		{ "4:cpu:/a\n0::/c\n", V1_OTHER V2_MOUNT, 0, 2, "/sys/fs/cgroup",
		  "/sys/fs/cgroup/c" },
		/* a container without a cgroup namespace */
		{ "4:memory:/docker/12\n",
		  "35 31 0:32 /docker/12 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n", 0,
		  1, "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory" },
		{ "4:memory:/docker/12/x\n",
		  "35 31 0:32 /docker/12 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n", 0,
		  1, "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/x" },
		/* /docker/1 is not above /docker/12; a later mount is */
		{ "4:memory:/docker/12\n",
		  "35 31 0:32 /docker/1 /one rw - cgroup cgroup rw,memory\n"
		  "36 31 0:32 /docker /two rw - cgroup cgroup rw,memory\n",
		  0, 1, "/two", "/two/12" },
		{ "4:memory:/docker/12\n",
		  "35 31 0:32 /docker/1 /one rw - cgroup cgroup rw,memory\n", 0, 1, "/one",
		  "/one" },
		/* escapes, optional fields */
		{ "4:memory:/\n",
		  "35 31 0:32 / /a\\040b\\134c rw master:1 shared:2 - cgroup cgroup rw,memory\n", 0,
		  1, "/a b\\c", "/a b\\c" },
		{ "4:memory:/\n", V2_MOUNT, -ENOENT, 0, NULL, NULL },
		{ "4:cpu:/\n", V2_MOUNT, -ENOENT, 0, NULL, NULL },
		{ "0::/\n", V1_OTHER, -ENOENT, 0, NULL, NULL },
		{ "", "", -ENOENT, 0, NULL, NULL },
		{ "0\n:\n::\n0:\n", "- \n - \n - cgroup2\n1 2 3 4 - cgroup2 x y\n", -ENOENT, 0,
		  NULL, NULL },
	};
	struct cordon_cgroup found;
	char path[2 * PATH_MAX], mounts[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int err = find(cases[i].cgroup, cases[i].mounts, &found);

		if (err != cases[i].err)
			fail_msg("case %zu: %d", i, err);
		if (err)
			continue;
		assert_int_equal(found.version, cases[i].version);
		assert_string_equal(found.mount, cases[i].mount);
		assert_string_equal(found.own, cases[i].own);
	}
	snprintf(mounts, sizeof(mounts), V1_MOUNT, "/");
	memset(path, 'a', sizeof(path));
	memcpy(path, "4:memory:/", 10);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(find(path, mounts, &found), -ENAMETOOLONG);
	path[PATH_MAX + 5] = '\0'; /* fits by itself, not below its mount */
	assert_int_equal(find(path, mounts, &found), -ENAMETOOLONG);
	path[1000] = '\0';
	assert_int_equal(find(path, mounts, &found), 0);
}

static char top[32];

static void make(const char *name, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s%s", top, name);
	if (!text) {
		assert_int_equal(mkdir(path, 0755), 0);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A version 2 tree of ordinary files: top/a/b. */
static int make_tree(void **state)
{
	static const char *const groups[] = { "", "/a", "/a/b" };
	char name[64];

	(void)state;
	strcpy(top, "/tmp/cordon-test-XXXXXX");
	assert_non_null(mkdtemp(top));
	for (size_t i = 0; i < 3; i++) {
		if (i)
			make(groups[i], NULL);
		snprintf(name, sizeof(name), "%s/cgroup.procs", groups[i]);
		make(name, "");
	}
	return 0;
}

static int remove_tree(void **state)
{
	static const char *const names[] = { "cgroup.procs", "cgroup.controllers",
					     "cgroup.subtree_control" };
	static const char *const groups[] = { "/a/b", "/a", "" };
	char path[256];

	(void)state;
	for (int g = 0; g < 3; g++) {
		for (int i = 0; i < 3; i++) {
			snprintf(path, sizeof(path), "%s%s/%s", top, groups[g], names[i]);
			unlink(path);
		}
		snprintf(path, sizeof(path), "%s%s", top, groups[g]);
		rmdir(path);
	}
	return 0;
}

static void picks_cgroups(void **state)
{
	struct cordon_cgroup at = { .version = 2 };
	char dir[PATH_MAX], why[512] = "", want[PATH_MAX];

	(void)state;
	snprintf(at.mount, sizeof(at.mount), "%s", top);
	snprintf(at.own, sizeof(at.own), "%s/a/b", top);

	/* no controller anywhere */
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), -EOPNOTSUPP);
	assert_says(why, "offers no memory controller");

	/* offered, passed on by nobody; the root is where to switch it on */
	make("/cgroup.controllers", "cpu memory pids\n");
	make("/cgroup.subtree_control", "cpu memory_x\n");
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), -EOPNOTSUPP);
	snprintf(want, sizeof(want), "echo +memory > %s/cgroup.subtree_control", top);
	assert_says(why, want);

	make("/cgroup.subtree_control", "cpu memory\n");
	make("/a/cgroup.controllers", "cpu memory\n");
	make("/a/cgroup.subtree_control", "\n");
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), 0);
	assert_string_equal(dir, top);

	/* the nearest one, so that limits around us hold */
	make("/a/cgroup.subtree_control", "memory\n");
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), 0);
	snprintf(want, sizeof(want), "%s/a", top);
	assert_string_equal(dir, want);
	assert_int_equal(cordon_cgroup_pick(&at, dir, strlen(want), why, sizeof(why)),
			 -ENAMETOOLONG);

	/* version 1: our own, which needs no passing on; one that is gone: the next above */
	at.version = 1;
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), 0);
	assert_string_equal(dir, at.own);
	snprintf(at.own, sizeof(at.own), "%s/a/gone/x (deleted)", top);
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), 0);
	assert_string_equal(dir, want);

	/* never above the mount, even where that is gone, too */
	snprintf(at.mount, sizeof(at.mount), "%s/a/gone", top);
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), -ENOENT);
	assert_true(why[0]);
	snprintf(at.own, sizeof(at.own), "%s", at.mount);
	assert_int_equal(cordon_cgroup_pick(&at, dir, sizeof(dir), why, sizeof(why)), -ENOENT);
}

static int pick_as_nobody(const struct cordon_cgroup *at)
{
	char dir[PATH_MAX], why[512] = "";

	if (setegid(65534) || seteuid(65534))
		return 1;
	if (cordon_cgroup_pick(at, dir, sizeof(dir), why, sizeof(why)) != -EACCES)
		return 2;
	return strstr(why, "run as root") ? 0 : 3;
}

/* The effective user counts; a readable group is not a writable one. */
static void unwritable_cgroups(void **state)
{
	struct cordon_cgroup at;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(top, 0755), 0);
	make("/cgroup.subtree_control", "memory\n");
	for (int version = 1; version <= 2; version++) {
		int status;
		pid_t pid;

		at = (struct cordon_cgroup){ .version = version };
		snprintf(at.mount, sizeof(at.mount), "%s", top);
		snprintf(at.own, sizeof(at.own), "%s/a", top);
		/* version 2: making groups is of no use without moving processes */
		make("/a/cgroup.subtree_control", "memory\n");
		assert_int_equal(chmod(at.own, version == 2 ? 0777 : 0755), 0);
		pid = fork();
		if (pid == 0)
			_exit(pick_as_nobody(&at));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* What is found here can really be used, where we may try. */
static void real_cgroup(void **state)
{
	char dir[PATH_MAX], path[PATH_MAX + 64];
	int version = 0, err = cordon_host_cgroup(dir, sizeof(dir), &version);

	(void)state;
	if (err)
		skip();
	print_message("# memory cgroup version %d under %s\n", version, dir);
	snprintf(path, sizeof(path), "%s/cordon-test-%d", dir, (int)getpid());
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/cordon-test-%d/%s", dir, (int)getpid(),
		 version == 1 ? "memory.limit_in_bytes" : "memory.max");
	err = access(path, W_OK);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(err, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_probe),
		cmocka_unit_test(no_sigchld),
		cmocka_unit_test(no_uring),
		cmocka_unit_test(no_restrictions),
		cmocka_unit_test(no_landlock),
		cmocka_unit_test(no_seccomp),
		cmocka_unit_test(no_userns),
		cmocka_unit_test(hollow_userns),
		cmocka_unit_test(no_namespace),
		cmocka_unit_test(no_caps),
		cmocka_unit_test(nobody),
		cmocka_unit_test(check_parts),
		cmocka_unit_test(texts_fit),
		cmocka_unit_test(describes),
		cmocka_unit_test(finds_cgroups),
		cmocka_unit_test_setup_teardown(picks_cgroups, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(unwritable_cgroups, make_tree, remove_tree),
		cmocka_unit_test(real_cgroup),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
