/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What of this host disturbs a domain on its core, as far as anybody may read it in sysfs and proc. */
#ifndef CORDON_CORE_FACTS_H
#define CORDON_CORE_FACTS_H

#define CORDON_FACTS_MAX 16

struct cordon_fact {
	const char *name; /* static */
	int readable; /* 0: there is something, and we may not read it */
	char value[320]; /* one line; empty if it isn't readable */
	char advice[320]; /* what to do, or empty */
};

/*
 * Fill in @facts, of a host whose / is at @root ("" for this one), for a domain on CPU @core; below
 * 0: none was found. Returns how many there are. Blocks on small files only; changes nothing, and
 * needs no rights.
 */
unsigned cordon_facts(const char *root, int core, struct cordon_fact facts[CORDON_FACTS_MAX]);

#endif
