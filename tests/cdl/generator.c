// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The generator, in this process: what it makes of golden/all.cdl, to the byte; what it says of each
 * file in errors.txt; and that no input brings it down. CORDON_CDL_UPDATE=1 writes the golden files anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "channels/cdl/compile.h"

#define GOLDEN "tests/cdl/golden/"
#define ALL ((1u << CDL_FILE_COUNT) - 1)
/* Most where a sanitizer looks at what they do. */
#if defined(__SANITIZE_ADDRESS__)
#define MUTATIONS 20000u
#else
#define MUTATIONS 2000u
#endif

static const char *const ends[CDL_FILE_COUNT] = {
#define X(id, end, option, what) end,
	CDL_FILES(X)
#undef X
};

/* All of the file, with an end; the caller's to free. */
static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	char *text = malloc(1 << 20);

	if (!f)
		print_message("# %s is not there\n", path);
	assert_true(f && text);
	*len = fread(text, 1, (1 << 20) - 1, f);
	assert_int_equal(fclose(f), 0);
	text[*len] = '\0';
	return text;
}

static void write_file(const char *path, const struct cdl_text *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text->at, 1, text->len, f), text->len);
	assert_int_equal(fclose(f), 0);
}

static unsigned compile(const char *text, size_t len, struct cdl_output *out, struct cdl_text *said)
{
	/* As large as it is, so that the sanitizer sees who reads behind it. */
	char *copy = malloc(len ? len : 1);
	struct cdl_source source = { "t.cdl", copy, len };
	unsigned errors;

	assert_non_null(copy);
	memcpy(copy, text, len);
	errors = cdl_compile(&source, "all.cdl", ALL, out, said);
	free(copy);
	return errors;
}

static void golden_files(void **state)
{
	struct cdl_output out = { 0 };
	struct cdl_text said = { 0 };
	char *text, path[128];
	size_t len;

	(void)state;
	text = read_file(GOLDEN "all.cdl", &len);
	assert_int_equal(compile(text, len, &out, &said), 0);
	assert_int_equal(said.len, 0);
	free(text);
	for (unsigned k = 0; k < CDL_FILE_COUNT; k++) {
		(void)snprintf(path, sizeof(path), GOLDEN "all.cdl%s", ends[k]);
		if (getenv("CORDON_CDL_UPDATE"))
			write_file(path, &out.file[k]);
		text = read_file(path, &len);
		if (len != out.file[k].len || memcmp(text, out.file[k].at, len) != 0)
			print_message("# %s is not what is made now\n", path);
		assert_int_equal(len, out.file[k].len);
		assert_memory_equal(text, out.file[k].at, len);
		free(text);
	}
	cdl_output_free(&out);
}

static void the_same_twice_and_only_what_is_wanted(void **state)
{
	struct cdl_output a = { 0 }, b = { 0 };
	struct cdl_text said = { 0 };
	struct cdl_source source = { .name = "t.cdl" };
	size_t len;
	char *text = read_file(GOLDEN "all.cdl", &len);

	(void)state;
	source.text = text;
	source.len = len;
	assert_int_equal(cdl_compile(&source, "all.cdl", ALL, &a, &said), 0);
	for (unsigned k = 0; k < CDL_FILE_COUNT; k++) {
		assert_int_equal(cdl_compile(&source, "all.cdl", 1u << k, &b, &said), 0);
		for (unsigned other = 0; other < CDL_FILE_COUNT; other++)
			assert_int_equal(b.file[other].len, other == k ? a.file[k].len : 0);
		assert_memory_equal(a.file[k].at, b.file[k].at, a.file[k].len);
		cdl_output_free(&b);
	}
	cdl_output_free(&a);
	free(text);
}

/* "\0" in the list is a NUL in the file. */
static size_t with_nuls(char *text, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		bool nul = text[i] == '\\' && i + 1 < len && text[i + 1] == '0';

		text[to++] = nul ? '\0' : text[i];
		i += nul;
	}
	return to;
}

static void what_is_said_of_errors(void **state)
{
	size_t len;
	char *list = read_file("tests/cdl/errors.txt", &len);
	char *at = strstr(list, "\n== ");
	unsigned cases = 0, bad = 0;

	(void)state;
	while (at) {
		char *title = at + 4, *text = strchr(title, '\n') + 1;
		char *end = strncmp(text, "--\n", 3) == 0 ? text : strstr(text, "\n--\n") + 1;
		char *want = end + 3;
		struct cdl_output out = { 0 };
		struct cdl_text said = { 0 };
		size_t want_len;

		at = strstr(want, "\n== ");
		want_len = at ? (size_t)(at + 1 - want) : strlen(want);
		if (compile(text, with_nuls(text, (size_t)(end - text)), &out, &said) == 0 ||
		    said.len != want_len || memcmp(said.at, want, want_len) != 0) {
			print_message("# %.*s: it says\n%s\n", (int)strcspn(title, "\n"), title,
				      said.at ? said.at : "nothing");
			bad++;
		}
		/* Nothing is made. */
		for (unsigned k = 0; k < CDL_FILE_COUNT; k++)
			bad += out.file[k].len != 0;
		cdl_text_free(&said);
		cases++;
	}
	free(list);
	assert_int_equal(bad, 0);
	assert_true(cases > 100);
}

static void a_file_that_is_too_large(void **state)
{
	struct cdl_output out = { 0 };
	struct cdl_text said = { 0 };
	char *text = malloc(CDL_SOURCE_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', CDL_SOURCE_MAX + 1);
	assert_int_equal(compile(text, CDL_SOURCE_MAX + 1, &out, &said), 1);
	assert_non_null(strstr(said.at, "error: a file of more than 1048576 bytes"));
	cdl_text_free(&said);
	/* As large as may be: one of everything that is bounded, over and over. */
	for (unsigned k = 0; k < 6; k++) {
		static const char *const pieces[] = { "(",	   "int f(u8 a[1<<1]);",
						      "/// doc\n", "interface a 1 {",
						      "{",	   "}" };
		size_t n = strlen(pieces[k]), room = CDL_SOURCE_MAX - 20;

		memcpy(text, "interface t 1 {     ", 20);
		for (size_t i = 0; i + n <= room; i += n)
			memcpy(text + 20 + i, pieces[k], n);
		assert_true(compile(text, 20 + room / n * n, &out, &said) > 0);
		cdl_text_free(&said);
	}
	free(text);
}

/* ---- mutations: the same ones in every run ------------------------------------------------------ */

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

static size_t mutate(char *text, size_t len, size_t room)
{
	static const char *const words[] = {
		"int ",	       "oneway ",  "struct ",	 "enum ",      "flags ",
		"const ",      "in ",	   "out ",	 "inout ",     "lend ",
		"give ",       "buf ",	   "u8 ",	 "u64 ",       "str<9> ",
		"bytes<300> ", " since 2", " when open", "-> open",    "<= image.len",
		" in 1..2",    "[3]",	   "[2000]",	 "{",	       "}",
		"(",	       ")",	   ";",		 ",",	       "/*",
		"*/",	       "//",	   "= 1",	 "<<",	       "0xffffffffffffffff",
		"errors {",    "states {", "\n",	 "interface ",
	};
	size_t at = rnd((uint32_t)len + 1), some = rnd(40);
	const char *word;

	switch (rnd(5)) {
	case 0: /* one byte */
		if (at < len)
			text[at] = (char)rnd(256);
		return len;
	case 1: /* some are missing */
		some = at + some < len ? some : len - at;
		memmove(text + at, text + at + some, len - at - some);
		return len - some;
	case 2: /* some are there twice */
		if (at + some > len || len + some > room)
			return len;
		memmove(text + at + some, text + at, len - at);
		return len + some;
	case 3: /* the end is missing */
		return rnd(50) ? len : at;
	default:
		word = words[rnd(sizeof(words) / sizeof(words[0]))];
		some = strlen(word);
		if (len + some > room)
			return len;
		memmove(text + at + some, text + at, len - at);
		memcpy(text + at, word, some);
		return len + some;
	}
}

/* The source's lines, most of which are left out: small files are read to their ends more often. */
static size_t pick(const char *text, char *to)
{
	size_t len = 0;

	while (*text) {
		size_t n = strcspn(text, "\n") + 1;

		if (len == 0 || rnd(6) == 0 || strncmp(text, "interface", 9) == 0) {
			memcpy(to + len, text, n);
			len += n;
		}
		text += n;
	}
	return len;
}

static void no_input_brings_it_down(void **state)
{
	size_t len, room;
	char *text = read_file(GOLDEN "all.cdl", &len);
	char *copy = malloc(room = len + 4096);
	unsigned good = 0;

	(void)state;
	assert_non_null(copy);
	seed = 1;
	for (unsigned k = 0; k < MUTATIONS; k++) {
		struct cdl_output out = { 0 };
		struct cdl_text said = { 0 };
		size_t n = k % 8 ? pick(text, copy) : len;

		if (k % 8 == 0)
			memcpy(copy, text, len);
		for (uint32_t i = rnd(4); i > 0; i--)
			n = mutate(copy, n, room);
		if (compile(copy, n, &out, &said) == 0) {
			assert_int_equal(said.len, 0);
			good++;
		} else {
			assert_true(said.len > 0);
		}
		cdl_output_free(&out);
		cdl_text_free(&said);
	}
	free(copy);
	free(text);
	/* Not all of them were refused at their first byte. */
	assert_true(good > MUTATIONS / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_files),
		cmocka_unit_test(the_same_twice_and_only_what_is_wanted),
		cmocka_unit_test(what_is_said_of_errors),
		cmocka_unit_test(a_file_that_is_too_large),
		cmocka_unit_test(no_input_brings_it_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
