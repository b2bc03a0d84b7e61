// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The runner of the attacks. Each is tried against the full fence, against each part of the fence
 * alone that is said to stop it, and with all of those taken away; what happened is read from wait
 * status, exit status and what the outside sees. Prints TAP.
 *
 *   --table      a table for people instead: only what was refused and then succeeded
 *   --json FILE  also rows of figures
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/cores.h"
#include "core/host.h"
#include "tests/attack/attacks.h"
#include "tests/attack/entry.h"
#include "tests/attack/scene.h"

static const struct attack_info attacks[] = {
#define X(id, name, parts, needs, abi) { ATTACK_##id, name, parts, needs, abi },
	ATTACKS(X)
#undef X
};

static struct scene scene; /* this host, and the runner's end */
static cordon_parts missing;
static int table;
static int failed, tests;
static unsigned runs, refusals, wins, won_wanted, full_runs;
static json_object *rows;

static const char *part_label(cordon_parts part)
{
	if (part == PART_PROCESS)
		return "process";
	if (part == PART_WATCH)
		return "deadline";
	return cordon_part_name((enum cordon_part)__builtin_ctz(part));
}

static void list_parts(char *text, size_t size, cordon_parts parts)
{
	text[0] = '\0';
	for (; parts; parts &= parts - 1)
		snprintf(text + strlen(text), size - strlen(text), "%s%s", text[0] ? ", " : "",
			 part_label(parts & -parts));
}

static struct outcome attempt(const struct attack_info *a, cordon_parts up)
{
	struct outcome o;

	runs++;
	if (a->id == ATTACK_HANG && (up & PART_WATCH))
		return scene_command(&scene);
	if ((a->needs & ASIDE_RLIMITS) && (a->parts & ~up))
		up &= ~PART(RLIMITS);
	o = scene_run(&scene, a, up);
	if (o.kind == BROKEN)
		printf("# %s: %s\n", a->name, o.how);
	return o;
}

/* Was it this part that refused, in the way in which this part refuses? */
static int fits(cordon_parts part, const struct outcome *o)
{
	int sig = WIFSIGNALED(o->status) ? WTERMSIG(o->status) : 0;

	if (o->kind != REFUSED)
		return 0;
	switch (part) {
	case PART(SECCOMP):
		return sig == SIGSYS;
	case PART(CGROUP):
		return sig == SIGKILL && o->oom > 0;
	case PART_PROCESS:
		return sig == SIGSEGV || sig == 0;
	default:
		return sig == 0;
	}
}

/* The part that acts first; refusals by others are seen when it is taken away. */
static cordon_parts first_of(cordon_parts stops)
{
	if (stops & PART(SECCOMP))
		return PART(SECCOMP);
	if (stops & PART(RING))
		return PART(RING);
	return stops & -stops;
}

struct verdict {
	char how[512]; /* "seccomp SIGSYS, landlock EACCES" */
	char without[128];
	struct outcome full, none;
	int ok, layers_ok;
};

static void add_how(struct verdict *v, cordon_parts part, const char *how)
{
	size_t n = strlen(v->how);

	snprintf(v->how + n, sizeof(v->how) - n, "%s%s%s%s", n ? ", " : "",
		 part ? part_label(part) : "", part ? " " : "", how);
}

/* @all: what this host has, and the two that always are. */
static void judge(const struct attack_info *a, cordon_parts all, cordon_parts stops,
		  struct verdict *v)
{
	cordon_parts first = first_of(stops);

	memset(v, 0, sizeof(*v));
	v->full = attempt(a, all);
	v->ok = fits(first, &v->full);
	add_how(v, first, v->full.how);
	for (cordon_parts left = stops & ~first; left; left &= left - 1) {
		cordon_parts part = left & -left;
		struct outcome o = attempt(a, all & ~(stops & ~part));

		/* That process would have to be one and none. */
		if (!fits(part, &o))
			v->ok = 0;
		add_how(v, part, o.how);
	}
	if (a->needs & NO_WAY)
		stops = PART(RING);
	list_parts(v->without, sizeof(v->without), stops);
	v->none = attempt(a, all & ~stops);
	if (v->none.kind != (a->needs & NO_WAY ? REFUSED : WON))
		v->ok = 0;
}

static void print_row(const struct attack_info *a, const struct verdict *v)
{
	if (v->full.kind == REFUSED && v->none.kind == WON)
		printf("%-37s | %-66s | %s (without %s)\n", a->name, v->how, v->none.how,
		       v->without);
	fflush(stdout);
}

static void print_test(const struct attack_info *a, const struct verdict *v)
{
	printf("%sok %d - %s: %s; without %s: %s\n", v->ok ? "" : "not ", ++tests, a->name, v->how,
	       v->without, v->none.how);
	failed += !v->ok;
	fflush(stdout);
}

static void skip(const struct attack_info *a, const char *why)
{
	if (!table)
		printf("ok %d - %s # SKIP %s\n", ++tests, a->name, why);
	else
		printf("%-37s | not tried: %s\n", a->name, why);
}

static void add_row(const char *name, unsigned value, const char *unit, unsigned bound, unsigned n)
{
	json_object *row = json_object_new_object();

	json_object_object_add(row, "name", json_object_new_string(name));
	json_object_object_add(row, "value", json_object_new_int((int)value));
	json_object_object_add(row, "unit", json_object_new_string(unit));
	json_object_object_add(row, "bound", json_object_new_int((int)bound));
	json_object_object_add(row, "ok", json_object_new_boolean(value == bound));
	json_object_object_add(row, "n", json_object_new_int((int)n));
	json_object_array_add(rows, row);
}

static void one(const struct attack_info *a)
{
	cordon_parts all = (ALL_PARTS & ~missing) | PART_PROCESS | PART_WATCH;
	cordon_parts stops = a->parts & all;
	struct verdict v;
	char why[96];

	if (scene.landlock_abi < a->landlock_abi)
		stops &= ~PART(LANDLOCK);
	if ((a->needs & (NEEDS_PORT | NEEDS_TAP)) && !(all & PART(URING)))
		return skip(a, "this host allows no io_uring");
	if ((a->needs & NEEDS_INT80) && !has_int80())
		return skip(a, "this kernel has no such way in");
	if (!stops && !(a->needs & NO_WAY)) {
		list_parts(why, sizeof(why), a->parts);
		snprintf(why + strlen(why), sizeof(why) - strlen(why), ": this host has none");
		return skip(a, why);
	}
	judge(a, all, stops, &v);
	full_runs++;
	refusals += v.full.kind == REFUSED;
	won_wanted += !(a->needs & NO_WAY);
	wins += !(a->needs & NO_WAY) && v.none.kind == WON;
	if (table)
		print_row(a, &v);
	else
		print_test(a, &v);
}

static void summary(const char *file)
{
	char lost[128];

	list_parts(lost, sizeof(lost), missing);
	if (missing)
		printf("%sthis host lacks: %s\n", table ? "" : "# ", lost);
	if (table)
		printf("process: its own address space and descriptors (else: fence thread); deadline: of "
		       "the supervisor\n%u of %u refused; %u of %u succeed once what stops them is taken away\n",
		       refusals, full_runs, wins, won_wanted);
	if (!file)
		return;
	add_row("attacks_refused", refusals, "attacks", full_runs, full_runs);
	add_row("attacks_that_succeed_without_the_part", wins, "attacks", won_wanted, won_wanted);
	if (json_object_to_file_ext(file, rows, JSON_C_TO_STRING_PRETTY) < 0) {
		fprintf(stderr, "attacks: %s: %s\n", file, strerror(errno));
		failed++;
	}
}

/* A part that stops nothing would be a promise that nobody keeps. */
static void each_part_counts(void)
{
	/* The kernel module keeps to reserved cores, where there is one. */
	cordon_parts idle = ALL_PARTS & ~PART(URING) & ~PART(RESERVED);
	char names[128];

	for (unsigned i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		idle &= ~attacks[i].parts;
	list_parts(names, sizeof(names), idle);
	printf("%sok %d - each part of the fence stops some attack%s%s\n", idle ? "not " : "",
	       ++tests, idle ? ", not: " : "", names);
	failed += idle != 0;
}

static int open_scene(void)
{
	struct cordon_cores_ask ask = { .core = NULL };
	struct cordon_cores cores;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(to);

	if (cordon_cores_pick(&ask, &cores) < 0) {
		printf("# no core: %s\n", cores.reason);
		return -ENODEV;
	}
	scene.core = cores.core;
	scene.peer = cores.peer;
	scene.landlock_abi = landlock_version();
	/* Made before any thread of ours leaves the network. */
	scene.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (scene.udp < 0 || bind(scene.udp, (struct sockaddr *)&to, len) < 0 ||
	    getsockname(scene.udp, (struct sockaddr *)&to, &len) < 0)
		return -errno;
	scene.udp_port = ntohs(to.sin_port);
	return 0;
}

int main(int argc, char **argv)
{
	const char *file = NULL;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--table") == 0) {
			table = 1;
		} else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc) {
			file = argv[++i];
		} else {
			fprintf(stderr, "usage: attacks [--table] [--json FILE]\n");
			return 2;
		}
	}
	if (geteuid() != 0) {
		printf("1..1\nok 1 - attacks # SKIP needs root\n");
		return 0;
	}
	if (open_scene() < 0)
		return 1;
	rows = json_object_new_array();
	(void)cordon_host_check(0, &missing, NULL);
	if (table)
		printf("%-37s | %-66s | %s\n", "attack", "stopped by, each alone", "else");
	/* The last one is a tool. */
	for (unsigned i = 0; i + 1 < sizeof(attacks) / sizeof(attacks[0]); i++)
		one(&attacks[i]);
	if (!table)
		each_part_counts();
	summary(file);
	json_object_put(rows);
	if (!table)
		printf("1..%d\n# %u domains started\n", tests, runs);
	return failed || refusals != full_runs || wins != won_wanted;
}
