// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon host check. */
#include <errno.h>
#include <hwloc.h>
#include <stdio.h>
#include <sys/utsname.h>
#include "core/cli/command.h"
#include "core/cli/json.h"
#include "core/cores.h"
#include "core/facts.h"
#include "core/host.h"

struct check {
	struct cordon_cores cores;
	struct cordon_fact fact[CORDON_FACTS_MAX];
	unsigned nfacts;
	int packages, nodes, ncores, cpus; /* 0: unknown */
	struct {
		int lacks;
		char why[512];
	} part[CORDON_PART_COUNT];
	int lacks; /* any */
};

static void look_at_topology(struct check *k)
{
	hwloc_topology_t t;

	if (hwloc_topology_init(&t) < 0)
		return;
	if (hwloc_topology_load(t) == 0) {
		k->packages = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_PACKAGE);
		k->nodes = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE);
		k->ncores = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_CORE);
		k->cpus = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_PU);
	}
	hwloc_topology_destroy(t);
}

static void look(struct check *k)
{
	struct cordon_cores_ask ask = { .core = NULL };

	(void)cordon_cores_pick(&ask, &k->cores);
	k->nfacts = cordon_facts("", k->cores.core, k->fact);
	look_at_topology(k);
	for (int i = 0; i < CORDON_PART_COUNT; i++) {
		k->part[i].lacks = cordon_host_probe((enum cordon_part)i, k->part[i].why,
						     sizeof(k->part[i].why)) != 0;
		k->lacks |= k->part[i].lacks;
	}
}

static void print_text(const struct check *k)
{
	cordon_host_describe(stdout);
	printf("topology: %d packages, %d memory nodes, %d cores, %d CPUs\n", k->packages, k->nodes,
	       k->ncores, k->cpus);
	if (k->cores.core >= 0)
		printf("core: %d (%s), front-end CPU %d\n", k->cores.core, k->cores.reason,
		       k->cores.peer);
	else
		printf("core: none: %s\n", k->cores.reason);
	if (k->cores.warning[0])
		printf("warning: %s\n", k->cores.warning);
	for (unsigned i = 0; i < k->nfacts; i++) {
		const struct cordon_fact *f = &k->fact[i];

		printf("%s: %s", f->name, f->readable ? f->value : "unreadable");
		if (f->advice[0])
			printf(" (%s)", f->advice);
		printf("\n");
	}
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		printf("%-9s %s%s\n", cordon_part_name((enum cordon_part)i),
		       k->part[i].lacks ? "missing: " : "",
		       k->part[i].lacks ? k->part[i].why : cordon_part_what((enum cordon_part)i));
}

static void print_json(const struct check *k)
{
	struct json_object *o = json_object_new_object();
	struct json_object *top = json_object_new_object();
	struct json_object *facts = json_object_new_object();
	struct json_object *parts = json_object_new_object();
	struct utsname uts = { 0 };

	uname(&uts);
	cli_json_string(o, "kernel", uts.release);
	cli_json_string(o, "machine", uts.machine);
	cli_json_number(top, "packages", k->packages);
	cli_json_number(top, "nodes", k->nodes);
	cli_json_number(top, "cores", k->ncores);
	cli_json_number(top, "cpus", k->cpus);
	json_object_object_add(o, "topology", top);
	cli_json_cpu(o, "core", k->cores.core);
	cli_json_cpu(o, "front_cpu", k->cores.peer);
	cli_json_string(o, "reason", k->cores.reason);
	cli_json_string(o, "warning", k->cores.warning[0] ? k->cores.warning : NULL);
	for (unsigned i = 0; i < k->nfacts; i++) {
		const struct cordon_fact *f = &k->fact[i];
		struct json_object *item = json_object_new_object();

		cli_json_string(item, "value", f->readable ? f->value : NULL);
		cli_json_string(item, "advice", f->advice[0] ? f->advice : NULL);
		json_object_object_add(facts, f->name, item);
	}
	json_object_object_add(o, "facts", facts);
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		cli_json_string(parts, cordon_part_name((enum cordon_part)i),
				k->part[i].lacks ? k->part[i].why : NULL);
	json_object_object_add(o, "fence_missing", parts);
	cli_json_print(o);
}

int cli_host_check(struct cli *c)
{
	static struct check k;

	look(&k);
	if (c->json)
		print_json(&k);
	else
		print_text(&k);
	return k.lacks ? CLI_FAILED : CLI_OK;
}
