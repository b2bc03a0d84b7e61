/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The fuzz harness of an interface, of requests and of replies: on inputs in CORPUS that make fuzz-cdl
 * found, and on the same neighbours of theirs in every run.
 */
#ifndef CORDON_TESTS_CDL_CORPUS_H
#define CORDON_TESTS_CDL_CORPUS_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/cdl/random.h"

/* Most where a sanitizer looks at what they do. */
#if defined(__SANITIZE_ADDRESS__)
#define NEIGHBOURS 2000u
#else
#define NEIGHBOURS 400u
#endif
#define LONGEST 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory of just that size: a sanitizer sees who reads behind it. */
static void run(const uint8_t *input, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);

	assert_non_null(data);
	memcpy(data, input, size);
	assert_int_equal(LLVMFuzzerTestOneInput(data, size), 0);
	free(data);
}

static size_t read_input(const char *name, uint8_t *input)
{
	char path[512];
	size_t size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	size = fread(input, 1, LONGEST, f);
	fclose(f);
	return size;
}

static void neighbours_of(const uint8_t *input, size_t size)
{
	uint8_t data[LONGEST];

	for (unsigned k = 0; size && k < NEIGHBOURS; k++) {
		memcpy(data, input, size);
		for (unsigned i = 1 + rnd() % 3; i > 0; i--)
			data[rnd() % size] = (uint8_t)rnd();
		run(data, rnd() % 4 ? size : rnd() % size + 1);
	}
}

static void inputs_that_were_found_and_their_neighbours(void **state)
{
	struct dirent **entry;
	int n = scandir(CORPUS, &entry, NULL, alphasort), used = 0;

	(void)state;
	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		if (entry[i]->d_name[0] != '.') {
			uint8_t input[LONGEST];
			size_t size = read_input(entry[i]->d_name, input);

			run(input, size);
			neighbours_of(input, size);
			used++;
		}
		free(entry[i]);
	}
	free(entry);
	assert_true(used > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inputs_that_were_found_and_their_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
