// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Which system calls does a domain survive? Each number is tried in a process of its own, natively,
 * in its x32 form and by int 0x80, with all arguments 0 and with the granted descriptor first:
 * behind the complete fence, and behind the filter alone for each mode of ports. And, since not all
 * arguments can be tried, the filter's program is walked: whatever the arguments, no way leads to
 * "allow" for a number that is not in syscalls.list. Run from the root of the repository.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "core/cores.h"
#include "core/filter.h"
#include "core/host.h"
#include "core/bell.h"
#include "core/waiting.h"
#include "tests/attack/attacks.h"
#include "tests/attack/entry.h"
#include "tests/attack/filter_walk.h"
#include "tests/attack/hostile.h"
#include "tests/attack/stage.h"

#define LIST "tests/attack/syscalls.list"
#define NUMBERS 1024u
#define NUMBERS_32 512u
#define X32 0x40000000u
#define SURVIVES_MS 500

#define MODES 11u
#define FILE_MODES 9u /* from here on: port 0 is a file */
#define FILE_SIZE UINT64_C(1048576)

static unsigned numbers_32; /* 0: there is no int 0x80 here */

static const char *const modes[MODES] = { "none",  "ring",  "rw",  "none+", "ring+", "rw+",
					  "none!", "ring!", "rw!", "file",  "holes" };
static const enum cordon_io_mode mode_of[] = { CORDON_IO_NONE, CORDON_IO_URING, CORDON_IO_RW };

static enum cordon_io_mode io_mode(unsigned m)
{
	return m < FILE_MODES ? mode_of[m % 3] : mode_of[m == FILE_MODES ? 2 : 1];
}

/* By the list. Calls that the kernel itself lets pass any filter must lead nowhere. */
static uint8_t allowed[MODES][NUMBERS], exempt[NUMBERS];
enum fate { KILLED, SURVIVES, LEADS_NOWHERE };
static int tests, failed;

static int read_list(void)
{
	FILE *f = fopen(LIST, "re");
	char line[256], mode[8], number[8], name[64], *end;
	unsigned long nr;
	int n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] == '#')
			continue;
		if (sscanf(line, "%7s %7s %63s", mode, number, name) != 3)
			return -EINVAL;
		nr = strtoul(number, &end, 10);
		if (*end || nr >= NUMBERS)
			return -EINVAL;
		if (strcmp(mode, "kernel") == 0) {
			exempt[nr] = 1;
			continue;
		}
		if (seccomp_syscall_resolve_name(name) != (int)nr)
			return -EINVAL;
		for (unsigned m = 0; m < MODES; m++)
			if (strcmp(modes[m], mode) == 0)
				n += allowed[m][nr] = 1;
	}
	if (f)
		fclose(f);
	return n ? 0 : -ENOENT;
}

static const char *name_of(uint32_t arch, unsigned nr)
{
	static char text[64];
	char *name = seccomp_syscall_resolve_num_arch(arch, (int)nr);

	snprintf(text, sizeof(text), "%u (%s)", nr, name ? name : "?");
	free(name);
	return text;
}

/* Prints what was not as expected; returns how many. */
static int expect(const char *form, uint32_t arch, unsigned nr, enum fate fate, int may)
{
	if ((fate != KILLED) == may)
		return 0;
	if (fate == LEADS_NOWHERE && arch == SCMP_ARCH_X86_64 && nr < NUMBERS && exempt[nr])
		return 0;
	printf("# %s %s %s\n", form, name_of(arch, nr), may ? "is killed" : "survives");
	return 1;
}

static void test(int bad, const char *what, const char *mode, unsigned tries)
{
	printf("%sok %d - %s, ports %s: %u tried\n", bad ? "not " : "", ++tests, what, mode, tries);
	fflush(stdout);
	failed += bad != 0;
}

static enum fate fate_of(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return KILLED;
	if (WIFSIGNALED(status) ? WTERMSIG(status) == SIGILL :
				  WEXITSTATUS(status) == ATTACK_ERRNO + ENXIO)
		return LEADS_NOWHERE;
	return SURVIVES;
}

static void grants(struct cordon_boot *b, unsigned m)
{
	unsigned wait = m < FILE_MODES ? m / 3 : 0;

	b->io_mode = io_mode(m);
	b->nports = b->io_mode != CORDON_IO_NONE;
	b->port_size[0] = m < FILE_MODES ? 0 : FILE_SIZE;
	b->wait = wait == 1 ? CORDON_WAIT_SLEEP : CORDON_WAIT_SPIN;
	b->bells = CORDON_BELLS_NONE;
	if (wait == 1)
		b->bells.wake = CORDON_FD_WAKE;
	if (wait > 0)
		b->bells.peer = CORDON_FD_PEER;
	b->ring.fd = CORDON_FD_RING;
	b->ring_ro.fd = CORDON_FD_RING_RO;
	b->port_fd[0] = CORDON_FD_PORT;
}

/* ---- the program ---------------------------------------------------------------------------------- */

static void walk(unsigned m, const struct cordon_plan *plan)
{
	static const uint32_t archs[] = {
		AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 0, ~0u
	};
	unsigned tries = 0;
	int bad = 0;

	for (unsigned a = 0; a < sizeof(archs) / sizeof(archs[0]); a++) {
		for (unsigned i = 0; i < 2 * 4096 + 3 * plan->nfilter; i++) {
			const struct sock_filter *f = &plan->filter[(i - 8192) / 3];
			uint32_t nr = i < 4096 ? i :
				      i < 8192 ? X32 + i - 4096 :
						 f->k - 1 + (i - 8192) % 3;
			int may = archs[a] == AUDIT_ARCH_X86_64 && nr < NUMBERS && allowed[m][nr];
			int can = filter_can_allow(plan->filter, plan->nfilter, archs[a], nr);

			bad += can < 0 || expect("some arguments:", archs[a], nr,
						 can ? SURVIVES : KILLED, may);
			tries++;
		}
	}
	test(bad, "no argument opens another call", modes[m], tries);
}

/* ---- many tries ------------------------------------------------------------------------------------ */

/* The numbers are tried in as many processes at once as there are CPUs. */
static unsigned shares = 1;

struct job {
	unsigned m;
	const struct cordon_plan *plan;
	cordon_parts parts;
	int core;
};

/* Each share begins with a number of its own. Returns what was not as expected. */
static int in_shares(int (*share)(const struct job *j, unsigned first), const struct job *j)
{
	int bad = 0, status;

	fflush(stdout);
	for (unsigned i = 0; i < shares; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			bad = share(j, i);
			fflush(stdout);
			_exit(bad < 100 ? bad : 100);
		}
		bad += pid < 0;
	}
	while (wait(&status) > 0)
		bad += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	return bad;
}

/* ---- the filter alone ------------------------------------------------------------------------------ */

/* In a child: whatever it survives is not to do harm. */
static void __attribute__((noreturn))
try(const struct cordon_plan *plan, unsigned how, const long *a, long nr)
{
	const struct itimerval limit = { .it_value = { 0, SURVIVES_MS * 1000 } };
	const struct rlimit none = { 0, 0 };
	struct sock_fprog prog = { (unsigned short)plan->nfilter,
				   (struct sock_filter *)(uintptr_t)plan->filter };

	long ret;

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &limit, NULL);
	if (syscall(SYS_setresgid, 65534, 65534, 65534) < 0 ||
	    syscall(SYS_setresuid, 65534, 65534, 65534) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		kill(getpid(), SIGSYS);
	if (how & HOW_INT80)
		ret = int80(nr, a[0], a[1], a[2]);
	else
		ret = cordon_sys6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	for (;;)
		cordon_sys3(__NR_exit_group, ret < 0 && ret > -128 ? refused(ret) : ATTACK_WON, 0,
			    0);
}

static enum fate survives(const struct cordon_plan *plan, unsigned how, const long *a, long nr)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		try(plan, how, a, nr);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return SURVIVES;
	return fate_of(status);
}

static enum fate survives_some(const struct cordon_plan *plan, unsigned how, long nr)
{
	const struct cordon_boot *b = &plan->boot;
	const long tries[][6] = {
		{ 0 },
		{ b->io_mode == CORDON_IO_RW ? b->port_fd[0] : b->ring.fd },
		{ b->port_size[0] ? CORDON_FD_PORT : CORDON_FD_WAKE, 3 /* a hole */, 0, 4096 },
		{ CORDON_FD_PEER, 0, sizeof(uint64_t) },
	};
	/* The bells, or a hole in a file, where there are some, in the form in which they are allowed. */
	unsigned n = how || nr >= X32 ? 2 : b->bells.peer >= 0 ? 4 : b->port_size[0] ? 3 : 2;
	enum fate fate = KILLED;

	for (unsigned i = 0; i < n && fate == KILLED; i++)
		fate = survives(plan, how, tries[i], nr);
	return fate;
}

static int filter_share(const struct job *j, unsigned first)
{
	unsigned m = j->m;
	int bad = 0;

	for (unsigned nr = first; nr < NUMBERS; nr += shares)
		bad += expect("native", SCMP_ARCH_X86_64, nr, survives_some(j->plan, 0, nr),
			      allowed[m][nr]);
	for (unsigned nr = first; nr < NUMBERS; nr += shares)
		bad += expect("x32", SCMP_ARCH_X32, nr, survives_some(j->plan, 0, X32 | nr), 0);
	for (unsigned nr = first; nr < numbers_32; nr += shares)
		bad += expect("int 0x80", SCMP_ARCH_X86, nr, survives_some(j->plan, HOW_INT80, nr),
			      0);
	return bad;
}

static void filter_alone(unsigned m, const struct cordon_plan *plan)
{
	const struct job j = { .m = m, .plan = plan };

	test(in_shares(filter_share, &j), "filter alone, each number", modes[m],
	     2 * (2 * NUMBERS + numbers_32));
}

/* ---- arguments of what is allowed ------------------------------------------------------------------ */

#define RING CORDON_FD_RING
#define RING_RO CORDON_FD_RING_RO
#define PORT CORDON_FD_PORT
#define WAKE CORDON_FD_WAKE
#define PEER CORDON_FD_PEER

static const struct {
	uint8_t mode; /* index */
	uint8_t may;
	uint16_t nr;
	long a[6];
} arguments[] = {
	{ 1, 1, 426, { RING, 0, 0, 0, 0, 0 } },
	{ 1, 1, 426, { RING, 256, 0, 1 /* GETEVENTS */, 0, 8 } },
	{ 1, 1, 426, { RING_RO, 256, 0, 1, 0, 8 } },
	{ 1, 0, 426, { RING_RO, 0, 0, 2, 0, 0 } },
	{ 1, 0, 426, { RING - 1, 0, 0, 0, 0, 0 } },
	{ 1, 0, 426, { RING_RO + 1, 0, 0, 0, 0, 0 } },
	{ 1, 0, 426, { 0, 0, 0, 0, 0, 0 } },
	{ 1, 0, 426, { -1, 0, 0, 0, 0, 0 } },
	{ 1, 0, 426, { RING | 1L << 32, 0, 0, 0, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 2 /* SQ_WAKEUP */, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 4 /* SQ_WAIT */, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 8 /* EXT_ARG */, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 9, 4096, 24 } },
	{ 1, 0, 426, { RING, 0, 0, 16 /* REGISTERED_RING */, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 32 /* ABS_TIMER */, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 64 /* EXT_ARG_REG */, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 1L << 31, 0, 0 } },
	{ 1, 0, 426, { RING, 0, 0, 1, 4096 /* signal mask */, 8 } },
	{ 1, 0, 426, { RING, 0, 0, 1, 1L << 32, 8 } },
	{ 1, 0, 0, { PORT, 0, 0 } },
	{ 1, 0, 1, { PORT, 0, 0 } },
	{ 1, 0, 0, { RING, 0, 0 } },
	{ 2, 1, 0, { PORT, 0, 0 } },
	{ 2, 1, 1, { PORT, 0, 0 } },
	{ 2, 0, 0, { PORT + 1, 0, 0 } },
	{ 2, 0, 1, { PORT + 1, 0, 0 } },
	{ 2, 0, 0, { PORT - 1, 0, 0 } },
	{ 2, 0, 1, { PORT - 1, 0, 0 } },
	{ 2, 0, 0, { PORT | 1L << 32, 0, 0 } },
	{ 2, 0, 1, { -1, 0, 0 } },
	{ 2, 0, 426, { RING, 0, 0, 0, 0, 0 } },
	{ 1, 0, 281, { WAKE, 0, 0, 0, 0, 0 } },
	{ 1, 0, 1, { PEER, 0, 8 } },
	{ 3, 1, 281, { WAKE, 0, 1, 0, 0, 0 } },
	{ 3, 0, 281, { WAKE, 0, 1, 0, 4096 /* signal mask */, 8 } },
	{ 3, 0, 281, { WAKE, 0, 1, 0, 1L << 32, 8 } },
	{ 3, 0, 281, { PEER, 0, 1, 0, 0, 0 } },
	{ 3, 0, 281, { WAKE | 1L << 32, 0, 1, 0, 0, 0 } },
	{ 3, 1, 1, { PEER, 0, 8 } },
	{ 3, 0, 1, { PEER, 0, 9 } },
	{ 3, 0, 1, { PEER, 0, 0 } },
	{ 3, 0, 1, { PEER, 0, 8 | 1L << 32 } },
	{ 3, 0, 1, { WAKE, 0, 8 } },
	{ 3, 0, 0, { PEER, 0, 8 } },
	{ 3, 0, 0, { WAKE, 0, 8 } },
	{ 3, 0, 426, { RING, 0, 0, 0, 0, 0 } },
	{ 4, 1, 426, { RING, 256, 0, 1 /* GETEVENTS */, 0, 8 } },
	{ 4, 0, 426, { RING, 0, 1, 9 /* EXT_ARG */, 4096, 24 } },
	{ 4, 0, 426, { WAKE, 0, 0, 0, 0, 0 } },
	{ 4, 0, 1, { RING, 0, 8 } },
	{ 5, 1, 1, { PORT, 0, 0 } },
	{ 5, 1, 1, { PEER, 0, 8 } },
	{ 5, 0, 1, { PEER, 0, 0 } },
	{ 5, 0, 0, { PEER, 0, 8 } },
	{ 6, 1, 1, { PEER, 0, 8 } },
	{ 6, 0, 1, { PEER, 0, 9 } },
	{ 6, 0, 1, { WAKE, 0, 8 } },
	{ 6, 0, 1, { 0, 0, 8 } },
	{ 6, 0, 281, { WAKE, 0, 1, 0, 0, 0 } },
	{ 7, 1, 426, { RING, 256, 0, 1 /* GETEVENTS */, 0, 8 } },
	{ 8, 0, 1, { PEER, 0, 0 } },
	{ 9, 1, 17, { PORT, 0, 0, 0 } },
	{ 9, 1, 18, { PORT, 0, 0, 0 } },
	{ 9, 1, 75, { PORT } },
	{ 9, 0, 17, { PORT + 1, 0, 0, 0 } },
	{ 9, 0, 18, { PORT - 1, 0, 0, 0 } },
	{ 9, 0, 75, { PORT + 1 } },
	{ 9, 0, 75, { PORT | 1L << 32 } },
	{ 9, 0, 0, { PORT, 0, 0 } },
	{ 9, 0, 1, { PORT, 0, 0 } },
	{ 9, 1, 285, { PORT, 3 /* KEEP_SIZE, PUNCH_HOLE */, 0, FILE_SIZE } },
	{ 9, 1, 285, { PORT, 0x11 /* KEEP_SIZE, ZERO_RANGE */, FILE_SIZE - 1, 1 } },
	{ 9, 0, 285, { PORT, 3, FILE_SIZE, 1 } },
	{ 9, 0, 285, { PORT, 3, 0, FILE_SIZE + 1 } },
	{ 9, 0, 285, { PORT, 3, -1, 1 } },
	{ 9, 0, 285, { PORT, 3, 0, -1 } },
	{ 9, 0, 285, { PORT, 3, 1L << 32, 1 } },
	{ 9, 0, 285, { PORT, 0, 0, 1 } },
	{ 9, 0, 285, { PORT, 1 /* KEEP_SIZE */, 0, 1 } },
	{ 9, 0, 285, { PORT, 2, 0, 1 } },
	{ 9, 0, 285, { PORT, 8 /* COLLAPSE_RANGE */, 0, 1 } },
	{ 9, 0, 285, { PORT, 0x10, 0, 1 } },
	{ 9, 0, 285, { PORT, 0x20 /* INSERT_RANGE */, 0, 1 } },
	{ 9, 0, 285, { PORT, 0x40 /* UNSHARE_RANGE */, 0, 1 } },
	{ 9, 0, 285, { PORT, 3 | 1L << 32, 0, 1 } },
	{ 9, 0, 285, { PORT + 1, 3, 0, 1 } },
	{ 10, 1, 285, { PORT, 3, 0, 1 } },
	{ 10, 1, 426, { RING, 256, 0, 1 /* GETEVENTS */, 0, 8 } },
	{ 10, 0, 17, { PORT, 0, 0, 0 } },
	{ 10, 0, 18, { PORT, 0, 0, 0 } },
	{ 10, 0, 75, { PORT } },
	{ 10, 0, 285, { PORT, 0, 0, 1 } },
};

static void check_arguments(unsigned m, const struct cordon_plan *plan)
{
	unsigned tries = 0;
	int bad = 0;

	for (unsigned i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		char form[64];

		if (arguments[i].mode != m)
			continue;
		snprintf(form, sizeof(form), "arguments, line %u:", i + 1);
		bad += expect(form, SCMP_ARCH_X86_64, arguments[i].nr,
			      survives(plan, 0, arguments[i].a, arguments[i].nr), arguments[i].may);
		tries++;
	}
	if (tries)
		test(bad, "arguments of what is allowed", modes[m], tries);
}

/* ---- the complete fence ---------------------------------------------------------------------------- */

static enum fate life(struct stage *s, uint64_t arg)
{
	struct ending end;

	stage_run(s, arg, SURVIVES_MS, &end);
	if (end.started < 0) {
		printf("# %s\n", end.text);
		return SURVIVES;
	}
	return end.late ? SURVIVES : fate_of(end.status);
}

/* A life takes 25 ms. Each number that Linux has or may soon have, in the form in which something is
 * allowed; of the others, which the same filter is asked about above, every seventh. */
#define LINUX_HAS 640u

static unsigned is_tried(unsigned nr, int native)
{
	return nr % 7 == 0 || (native && nr < LINUX_HAS);
}

static int complete_share(const struct job *j, unsigned first)
{
	static struct stage s;
	int pair[2], bad = 0;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0 ||
	    stage_open(&s, j->parts, j->core, io_mode(j->m), pair[0]) < 0) {
		printf("# %s\n", s.err.text);
		return 1;
	}
	for (unsigned nr = first; nr < NUMBERS && bad < 20; nr += shares) {
		enum fate alive;

		if (is_tried(nr, 1)) {
			alive = life(&s, ATTACK_ARG(ATTACK_SYSCALL, nr, 0));
			if (alive == KILLED)
				alive = life(&s, ATTACK_ARG(ATTACK_SYSCALL, nr, HOW_FD));
			bad += expect("native", SCMP_ARCH_X86_64, nr, alive, allowed[j->m][nr]);
		}
		if (!is_tried(nr, 0))
			continue;
		alive = life(&s, ATTACK_ARG(ATTACK_SYSCALL, X32 | nr, 0));
		bad += expect("x32", SCMP_ARCH_X32, nr, alive, 0);
		if (nr >= numbers_32)
			continue;
		alive = life(&s, ATTACK_ARG(ATTACK_SYSCALL, nr, HOW_INT80));
		bad += expect("int 0x80", SCMP_ARCH_X86, nr, alive, 0);
	}
	stage_close(&s);
	return bad;
}

static void complete(unsigned m, cordon_parts parts, int core)
{
	const struct job j = { .m = m, .parts = parts, .core = core };
	unsigned tries = 0;

	for (unsigned nr = 0; nr < NUMBERS; nr++)
		tries += 2 * is_tried(nr, 1) + is_tried(nr, 0) * (nr < numbers_32 ? 2 : 1);
	test(in_shares(complete_share, &j), "complete fence, from the first instruction", modes[m],
	     tries);
}

int main(void)
{
	static struct cordon_plan plan;
	struct cordon_cores_ask ask = { .core = NULL };
	struct cordon_cores cores;
	cordon_parts missing = 0;
	struct cordon_err e = { "" };
	unsigned m;

#if !defined(__x86_64__)
	printf("1..1\nok 1 - system calls # SKIP the list is of x86-64\n");
	return 0;
#endif
	if (geteuid() != 0 || read_list() < 0) {
		printf(geteuid() != 0 ? "1..1\nok 1 - system calls # SKIP needs root\n" :
					"1..1\nnot ok 1 - " LIST " can't be read\n");
		return geteuid() == 0;
	}
	numbers_32 = has_int80() ? NUMBERS_32 : 0;
	if (!numbers_32)
		printf("ok %d - int 0x80, each number # SKIP this kernel has no such way in\n",
		       ++tests);
	shares = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	for (m = 0; m < MODES; m++) {
		memset(&plan, 0, sizeof(plan));
		grants(&plan.boot, m);
		if (cordon_filter_make(&plan, &e) < 0) {
			test(1, e.text, modes[m], 0);
			continue;
		}
		walk(m, &plan);
		filter_alone(m, &plan);
		check_arguments(m, &plan);
	}
	(void)cordon_host_check(0, &missing, NULL);
	m = missing & PART(URING) ? 2 : 1;
	if (missing & PART(SECCOMP) || cordon_cores_pick(&ask, &cores) < 0)
		printf("ok %d - complete fence # SKIP no seccomp or no core here\n", ++tests);
	else
		complete(m, ALL_PARTS & ~missing, cores.core);
	printf("1..%d\n", tests);
	return failed != 0;
}
