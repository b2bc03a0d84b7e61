// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

struct why {
	char *text;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static int say(struct why *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (why->size)
		vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	return err;
}

/* ---- a child to try things in -------- */

/*
 * Run @fn in a child; it returns 0 or a positive errno. The child is a raw clone without an exit
 * signal, so that neither the caller's SIGCHLD handling nor its other waits see it, and it may be
 * the copy of one thread of many: @fn makes system calls and nothing else.
 */
static int in_child(int (*fn)(void *arg), void *arg)
{
	int status;
	long pid = syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL);

	if (pid < 0)
		return -errno;
	if (pid == 0)
		syscall(SYS_exit_group, fn(arg));
	while (waitpid((pid_t)pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
}

/* Sentences for what any probe may meet. */
static int say_general(struct why *why, int err, const char *what)
{
	switch (err) {
	case -ECANCELED:
		return say(why, err, "%s: the probe was killed: a seccomp profile forbids it",
			   what);
	case -EAGAIN:
		return say(why, err, "%s: no process for the probe: raise ulimit -u", what);
	case -EPERM:
	case -EACCES:
		return say(why, err, "%s: denied by a seccomp, container or security profile",
			   what);
	case -ENOSYS:
		return say(why, err, "%s: the kernel lacks it, or a container profile hides it",
			   what);
	default:
		return say(why, err, "%s: %s", what, strerror(-err));
	}
}

/* A small number from /proc/sys, or -1. */
static int sysctl_value(const char *path)
{
	char text[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '-';
	close(fd);
	return text[0] >= '0' && text[0] <= '9' ? atoi(text) : -1;
}

/* ---- namespaces and capabilities -------- */

struct space {
	enum cordon_part part;
	int flag;
	const char *name, *config, *sysctl;
};

static const struct space spaces[] = {
	{ CORDON_PART_USERNS, CLONE_NEWUSER, "user", "USER_NS", "user" },
	{ CORDON_PART_MOUNTNS, CLONE_NEWNS, "mount", "NAMESPACES", "mnt" },
	{ CORDON_PART_PIDNS, CLONE_NEWPID, "PID", "PID_NS", "pid" },
	{ CORDON_PART_NETNS, CLONE_NEWNET, "network", "NET_NS", "net" },
	{ CORDON_PART_IPCNS, CLONE_NEWIPC, "IPC", "IPC_NS", "ipc" },
	{ CORDON_PART_UTSNS, CLONE_NEWUTS, "UTS", "UTS_NS", "uts" },
};

/*
 * A user namespace that is worth something: security modules let it be made and then deny all
 * capabilities in it, which the second unshare needs.
 */
static int try_userns(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	if (unshare(CLONE_NEWUTS) < 0 && (errno == EPERM || errno == EACCES))
		return errno;
	return 0;
}

static int try_space_in_userns(void *arg)
{
	const struct space *s = arg;

	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	return unshare(s->flag) < 0 ? errno : 0;
}

static int try_space(void *arg)
{
	const struct space *s = arg;

	return unshare(s->flag) < 0 ? errno : 0;
}

static int probe_userns(struct why *why)
{
	int err = in_child(try_userns, NULL);

	switch (err) {
	case 0:
		return 0;
	case -ENOSPC:
		return say(why, err,
			   "no user namespace is left: raise user.max_user_namespaces "
			   "(/proc/sys/user/max_user_namespaces is %d)",
			   sysctl_value("/proc/sys/user/max_user_namespaces"));
	case -EINVAL:
		return say(why, err, "user namespaces: the kernel lacks CONFIG_USER_NS");
	case -EPERM:
	case -EACCES:
		if (sysctl_value("/proc/sys/kernel/unprivileged_userns_clone") == 0)
			return say(why, err,
				   "user namespaces are for root alone: set "
				   "kernel.unprivileged_userns_clone=1");
		if (sysctl_value("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
			return say(why, err,
				   "AppArmor denies user namespaces: set "
				   "kernel.apparmor_restrict_unprivileged_userns=0");
		return say(why, err,
			   "user namespaces: denied by a seccomp, container or security profile, "
			   "or by a chroot");
	default:
		return say_general(why, err, "user namespaces");
	}
}

static int probe_space(const struct space *s, struct why *why)
{
	char what[32];
	struct space copy = *s;
	int err = in_child(try_space_in_userns, &copy);

	/* Where user namespaces are given up, root makes the others without. */
	if (err)
		err = in_child(try_space, &copy);
	if (!err)
		return 0;
	snprintf(what, sizeof(what), "%s namespaces", s->name);
	if (err == -ENOSPC)
		return say(why, err, "%s: none is left: raise user.max_%s_namespaces", what,
			   s->sysctl);
	if (err == -EINVAL)
		return say(why, err, "%s: the kernel lacks CONFIG_%s", what, s->config);
	if (err == -EPERM) {
		int len = snprintf(why->text, why->size, "%s need root or ", what);

		/* The reason is then that of the user namespace. */
		if (len >= 0 && (size_t)len < why->size) {
			struct why rest = { why->text + len, why->size - (size_t)len };

			if (probe_userns(&rest))
				return err;
		}
	}
	return say_general(why, err, what);
}

static int drop_caps(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	int cap, r;

	for (cap = 0; (r = prctl(PR_CAPBSET_READ, cap, 0, 0, 0)) >= 0; cap++)
		if (r && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return errno;
	if (!cap)
		return errno;
	if (syscall(SYS_capset, &header, none) < 0)
		return errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? errno : 0;
}

static int try_caps(void *arg)
{
	(void)arg;
	return drop_caps();
}

static int try_caps_in_userns(void *arg)
{
	(void)arg;
	return unshare(CLONE_NEWUSER) < 0 ? errno : drop_caps();
}

static int probe_caps(struct why *why)
{
	int err = in_child(try_caps, NULL);

	if (err)
		err = in_child(try_caps_in_userns, NULL);
	if (err == -EPERM)
		return say(why, err,
			   "the capability bounding set can't be dropped: run as root, "
			   "or allow user namespaces");
	return err ? say_general(why, err, "dropping capabilities") : 0;
}

/* ---- Landlock, seccomp, io_uring -------- */

static int try_landlock(void *arg)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	(void)arg;
	if (abi < 0)
		return errno;
	return abi >= 1 ? 0 : EOPNOTSUPP;
}

static int probe_landlock(struct why *why)
{
	int err = in_child(try_landlock, NULL);

	if (err == -EOPNOTSUPP)
		return say(why, err,
			   "Landlock is built in but off: add landlock to the lsm= list "
			   "of the boot line");
	if (err == -ENOSYS)
		return say(why, err,
			   "Landlock: the kernel lacks it (5.13, "
			   "CONFIG_SECURITY_LANDLOCK), or a container profile hides it");
	return err ? say_general(why, err, "Landlock") : 0;
}

static int try_seccomp(void *arg)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	(void)arg;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ? errno : 0;
}

static int probe_seccomp(struct why *why)
{
	int err = in_child(try_seccomp, NULL);

	if (err == -EOPNOTSUPP || err == -EINVAL || err == -ENOSYS)
		return say(why, err,
			   "seccomp: the kernel can't kill a process by filter "
			   "(4.14, CONFIG_SECCOMP_FILTER)");
	return err ? say_general(why, err, "seccomp") : 0;
}

static int try_uring(void *arg)
{
	struct io_uring_params params = { 0 };

	(void)arg;
	return syscall(SYS_io_uring_setup, 1, &params) < 0 ? errno : 0;
}

static int try_ring(void *arg)
{
	struct io_uring_params params = { .flags = IORING_SETUP_R_DISABLED };
	struct io_uring_restriction only[2] = {
		{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_READ_FIXED },
		{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_WRITE_FIXED },
	};
	long fd = syscall(SYS_io_uring_setup, 1, &params);

	(void)arg;
	if (fd < 0)
		return errno;
	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_RESTRICTIONS, only, 2) < 0)
		return errno;
	return syscall(SYS_io_uring_register, fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0) < 0 ?
		       errno :
		       0;
}

static int probe_uring(struct why *why)
{
	int err = in_child(try_uring, NULL);
	int disabled = sysctl_value("/proc/sys/kernel/io_uring_disabled");

	if (err == -EPERM && disabled == 2)
		return say(why, err, "io_uring is switched off: set kernel.io_uring_disabled=0");
	if (err == -EPERM && disabled == 1)
		return say(why, err,
			   "io_uring is for privileged users: join the group of "
			   "kernel.io_uring_group, or set kernel.io_uring_disabled=0");
	if (err == -EPERM || err == -EACCES)
		return say(why, err,
			   "io_uring: denied by a seccomp or container profile "
			   "(kernel.io_uring_disabled is %d)",
			   disabled);
	if (err == -ENOMEM)
		return say(why, err, "io_uring: no locked memory is left: raise ulimit -l");
	return err ? say_general(why, err, "io_uring") : 0;
}

static int probe_ring(struct why *why)
{
	int err = in_child(try_ring, NULL);

	if (!err || probe_uring(why))
		return err;
	if (err == -EINVAL)
		return say(why, err, "restricted io_uring: the kernel lacks it (5.10)");
	return say_general(why, err, "restricted io_uring");
}

/* ---- control groups -------- */

/* Is @word in @list, whose items @separators part? */
static bool listed(const char *list, const char *word, const char *separators)
{
	size_t len = strlen(word);

	for (;;) {
		list += strspn(list, separators);
		if (!*list)
			return false;
		if (strcspn(list, separators) == len && strncmp(list, word, len) == 0)
			return true;
		list += strcspn(list, separators);
	}
}

/* mountinfo writes blanks, tabs, newlines and backslashes as \ooo. In place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* "ID:CONTROLLERS:PATH": our path in the hierarchy of @controller. */
static int find_path(FILE *f, const char *controller, char *path, size_t size)
{
	char *line = NULL;
	size_t room = 0;
	int version = -ENOENT;

	while (version != 1 && getline(&line, &room, f) > 0) {
		char *list = strchr(line, ':');
		char *name = list ? strchr(list + 1, ':') : NULL;
		bool v2 = strncmp(line, "0::", 3) == 0;

		if (!name)
			continue;
		*name++ = '\0';
		if (!v2 && !listed(list + 1, controller, ","))
			continue;
		name[strcspn(name, "\n")] = '\0';
		if ((size_t)snprintf(path, size, "%s", name) >= size) {
			version = -ENAMETOOLONG;
			break;
		}
		version = v2 ? 2 : 1;
	}
	free(line);
	return version;
}

/* What of @path lies below @root, a directory of the same hierarchy; NULL: it lies outside. */
static const char *below(const char *path, const char *root)
{
	size_t len = strlen(root);

	if (strncmp(path, "/..", 3) == 0)
		return NULL;
	if (strcmp(root, "/") == 0)
		return strcmp(path, "/") == 0 ? "" : path;
	if (strncmp(path, root, len) == 0 && (path[len] == '\0' || path[len] == '/'))
		return path + len;
	return NULL;
}

/* "ID PARENT DEV ROOT MOUNT OPTIONS [FIELDS...] - TYPE SOURCE OPTIONS" */
static int find_mount(FILE *f, const char *controller, const char *path,
		      struct cordon_cgroup *found)
{
	const char *type = found->version == 1 ? "cgroup" : "cgroup2";
	char *line = NULL;
	size_t room = 0;
	int err = -ENOENT;

	while (getline(&line, &room, f) > 0) {
		char *tail = strstr(line, " - "), *field[5], *end[3], *save = NULL;
		const char *rest;
		bool whole = true;

		if (!tail)
			continue;
		*tail = '\0';
		for (int i = 0; i < 5; i++)
			whole &= (field[i] = strtok_r(i ? NULL : line, " ", &save)) != NULL;
		save = NULL;
		for (int i = 0; i < 3; i++)
			whole &= (end[i] = strtok_r(i ? NULL : tail + 3, " \n", &save)) != NULL;
		if (!whole || strcmp(end[0], type) != 0 ||
		    (found->version == 1 && !listed(end[2], controller, ",")))
			continue;
		unescape(field[3]);
		unescape(field[4]);
		rest = below(path, field[3]);
		if ((size_t)snprintf(found->mount, sizeof(found->mount), "%s", field[4]) >=
			    sizeof(found->mount) ||
		    (size_t)snprintf(found->own, sizeof(found->own), "%s%s", field[4],
				     rest ? rest : "") >= sizeof(found->own)) {
			err = -ENAMETOOLONG;
			break;
		}
		err = 0;
		if (rest)
			break; /* else a later mount may show our group */
	}
	free(line);
	return err;
}

int cordon_cgroup_find(FILE *cgroup, FILE *mountinfo, const char *controller,
		       struct cordon_cgroup *found)
{
	char path[PATH_MAX] = "";
	int version = find_path(cgroup, controller, path, sizeof(path));

	*found = (struct cordon_cgroup){ .version = version };
	return version < 0 ? version : find_mount(mountinfo, controller, path, found);
}

/* Is @word in the file @name of the group @dir? */
static bool group_lists(const char *dir, const char *name, const char *word)
{
	char path[PATH_MAX + 32], text[512];
	ssize_t len;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return listed(text, word, " \n");
}

/* May we make groups in @dir and, in version 2, move processes from @dir into them? */
static int group_writable(const char *dir, int version)
{
	char procs[PATH_MAX + 32];

	if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) < 0)
		return -errno;
	if (version == 1)
		return 0;
	if ((size_t)snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir) >= sizeof(procs))
		return -ENAMETOOLONG;
	return faccessat(AT_FDCWD, procs, W_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int cordon_cgroup_pick(const struct cordon_cgroup *found, char *dir, size_t size, char *why_text,
		       size_t why_size)
{
	struct why why = { why_text, why_size };
	size_t mount = strlen(found->mount);
	int err = -ENOENT;
	char at[PATH_MAX], off[PATH_MAX] = "";

	snprintf(at, sizeof(at), "%s", found->own);
	for (;;) {
		char *slash;
		int r = group_writable(at, found->version);

		if (!r && found->version == 2 &&
		    !group_lists(at, "cgroup.subtree_control", "memory")) {
			r = -EOPNOTSUPP;
			if (group_lists(at, "cgroup.controllers", "memory"))
				snprintf(off, sizeof(off), "%s", at);
		}
		if (!r) {
			if ((size_t)snprintf(dir, size, "%s", at) >= size)
				return say(&why, -ENAMETOOLONG, "%.128s: the path is too long", at);
			return 0;
		}
		/* A group that is gone says less than one above it that may not be written. */
		if (err == -ENOENT || r == -EOPNOTSUPP)
			err = r;
		slash = strrchr(at, '/');
		if (!slash || (size_t)(slash - at) < mount)
			break;
		*slash = '\0';
	}
	if (err == -EOPNOTSUPP && off[0])
		return say(&why, err,
			   "memory cgroup: off in the groups that we may write: "
			   "echo +memory > %s/cgroup.subtree_control",
			   off);
	if (err == -EOPNOTSUPP)
		return say(&why, err,
			   "memory cgroup: %s offers no memory controller (a boot line "
			   "without cgroup_disable=memory, or a delegation, gives it)",
			   found->mount);
	return say(&why, err, "memory cgroup: %s: %s: run as root, or have a group delegated",
		   found->own, strerror(-err));
}

static int find_cgroup(char *dir, size_t size, int *version, struct why *why)
{
	struct cordon_cgroup found;
	FILE *cgroup = fopen("/proc/self/cgroup", "re");
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	int err = -ENOENT;

	if (cgroup && mounts)
		err = cordon_cgroup_find(cgroup, mounts, "memory", &found);
	if (cgroup)
		fclose(cgroup);
	if (mounts)
		fclose(mounts);
	if (err)
		return say(why, err, "memory cgroup: no cgroup file system with it is mounted");
	*version = found.version;
	return cordon_cgroup_pick(&found, dir, size, why->text, why->size);
}

int cordon_host_cgroup(char *dir, size_t size, int *version)
{
	return find_cgroup(dir, size, version, &(struct why){ NULL, 0 });
}

/* ---- CPUs -------- */

#define CPU_BYTES (CORDON_HOST_CPU_LONGS * sizeof(unsigned long))

static int try_cpus(void *arg)
{
	/* The kernel cuts this down to the cpuset; a refusal leaves what we have. */
	memset(arg, 0xff, CPU_BYTES);
	syscall(SYS_sched_setaffinity, 0, CPU_BYTES, arg);
	memset(arg, 0, CPU_BYTES);
	return syscall(SYS_sched_getaffinity, 0, CPU_BYTES, arg) < 0 ? errno : 0;
}

int cordon_host_cpus(unsigned long bits[CORDON_HOST_CPU_LONGS])
{
	void *shared =
		mmap(NULL, CPU_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int err;

	if (shared == MAP_FAILED)
		return -errno;
	err = in_child(try_cpus, shared);
	memcpy(bits, shared, CPU_BYTES);
	munmap(shared, CPU_BYTES);
	return err;
}

/* ---- all of it -------- */

int cordon_host_probe(enum cordon_part part, char *why_text, size_t size)
{
	struct why why = { why_text, size };
	char dir[PATH_MAX];
	int version;

	if (size)
		why_text[0] = '\0';
	for (size_t i = 1; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (spaces[i].part == part)
			return probe_space(&spaces[i], &why);
	switch (part) {
	case CORDON_PART_USERNS:
		return probe_userns(&why);
	case CORDON_PART_CGROUP:
		return find_cgroup(dir, sizeof(dir), &version, &why);
	case CORDON_PART_RLIMITS:
		return 0; /* as old as Linux */
	case CORDON_PART_RESERVED:
		return 0; /* the kernel module will say (module.h) */
	case CORDON_PART_CAPS:
		return probe_caps(&why);
	case CORDON_PART_LANDLOCK:
		return probe_landlock(&why);
	case CORDON_PART_SECCOMP:
		return probe_seccomp(&why);
	case CORDON_PART_RING:
		return probe_ring(&why);
	case CORDON_PART_URING:
		return probe_uring(&why);
	default:
		return say(&why, -EINVAL, "no such part of the fence");
	}
}

int cordon_host_check(cordon_parts without, cordon_parts *missing, FILE *report)
{
	const cordon_parts ring = CORDON_PART_BIT(CORDON_PART_RING);
	const cordon_parts uring = CORDON_PART_BIT(CORDON_PART_URING);
	cordon_parts lost = 0;
	char why[512];

	if ((without & uring) || cordon_host_probe(CORDON_PART_URING, why, sizeof(why)))
		without |= ring;
	for (int i = 0; i < CORDON_PART_COUNT; i++) {
		enum cordon_part part = (enum cordon_part)i;

		if (without & CORDON_PART_BIT(part))
			continue;
		if (!cordon_host_probe(part, why, sizeof(why)))
			continue;
		lost |= CORDON_PART_BIT(part);
		if (report)
			fprintf(report, "%s: missing: %s\n", cordon_part_name(part), why);
	}
	if (missing)
		*missing = lost;
	return lost ? -ENOTSUP : 0;
}

/* The value of the first line of @path that starts with @key ("": the first line), blanks cut. */
static bool first_value(const char *path, const char *key, char *value, size_t size)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	bool hit = false;

	value[0] = '\0';
	while (f && !hit && getline(&line, &room, f) > 0) {
		const char *from = line;

		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		hit = true;
		if (*key)
			from = strchr(line, ':') ? strchr(line, ':') + 1 : "";
		from += strspn(from, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(from, "\n"), from);
	}
	free(line);
	if (f)
		fclose(f);
	return hit && value[0];
}

void cordon_host_describe(FILE *out)
{
	char model[128], flags[8192], online[128], isolated[128], memory[64];
	struct utsname uts = { 0 };

	uname(&uts);
	if (!first_value("/proc/cpuinfo", "model name", model, sizeof(model)))
		snprintf(model, sizeof(model), "unknown");
	first_value("/proc/cpuinfo", "flags", flags, sizeof(flags));
	if (!first_value("/sys/devices/system/cpu/online", "", online, sizeof(online)))
		snprintf(online, sizeof(online), "unknown");
	if (!first_value("/sys/devices/system/cpu/isolated", "", isolated, sizeof(isolated)))
		snprintf(isolated, sizeof(isolated), "none");
	if (!first_value("/proc/meminfo", "MemTotal", memory, sizeof(memory)))
		snprintf(memory, sizeof(memory), "unknown");
	fprintf(out, "cpu: %s (%s)%s\n", model, uts.machine,
		listed(flags, "hypervisor", " ") ? ", in a virtual machine" : "");
	fprintf(out, "cpus: %ld online (%s), isolated: %s\n", sysconf(_SC_NPROCESSORS_ONLN), online,
		isolated);
	fprintf(out, "memory: %s\n", memory);
	fprintf(out, "kernel: %s %s\n", uts.sysname, uts.release);
}
