// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * cordon-cdl [-o DIR] [--header] [--client] ... FILE.cdl: the stub compiler. Writes what is made of
 * FILE.cdl to DIR (default: where it is), or one part of it to standard output (-o -).
 *
 * Exit status: 0, 1: errors in the file, 2: usage, or a file that can't be read or written.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "channels/cdl/compile.h"
#include "channels/cdl/mem.h"

#if !defined(CORDON_VERSION)
#define CORDON_VERSION "0.1"
#endif

#define PATH_SIZE 4096

static const char *const ends[CDL_FILE_COUNT] = {
#define X(id, end, option, what) end,
	CDL_FILES(X)
#undef X
};

/* What there is of each file that is to be written: a name beside it, until all are complete. */
struct writing {
	char path[PATH_SIZE], temporary[PATH_SIZE];
	int made;
};

static void usage(FILE *to)
{
	fputs("usage: cordon-cdl [-o DIR] [PART...] FILE.cdl\n"
	      "Make stubs of an interface. Without a PART, all:\n",
	      to);
#define X(id, end, option, what) fprintf(to, "  --%-14s FILE.cdl%-11s %s\n", option, end, what);
	CDL_FILES(X)
#undef X
	fputs("  -o, --output DIR  where to (default: beside FILE.cdl); -: one part, standard output\n"
	      "      --version     print the version\n"
	      "  -h, --help        print this\n",
	      to);
}

static int fail(const char *what, const char *name)
{
	fprintf(stderr, "cordon-cdl: %s %s: %s\n", what, name, strerror(errno));
	return -1;
}

/* All of @name ("-": standard input), up to one byte more than there may be. */
static int read_source(const char *name, struct cdl_text *to)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	size_t n;

	if (!f)
		return fail("can't open", name);
	to->room = CDL_SOURCE_MAX + 2;
	to->at = cdl_realloc(NULL, to->room);
	errno = 0;
	n = fread(to->at, 1, CDL_SOURCE_MAX + 1, f);
	to->len = n;
	to->at[n] = '\0';
	if (ferror(f)) {
		(void)fail("can't read", name);
		if (f != stdin)
			(void)fclose(f);
		return -1;
	}
	if (f != stdin)
		(void)fclose(f);
	return 0;
}

static int write_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_temporary(struct writing *w, const struct cdl_text *text)
{
	int fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int ret;

	if (fd < 0)
		return fail("can't write", w->temporary);
	w->made = 1;
	ret = write_all(fd, text->at, text->len);
	if (close(fd) < 0)
		ret = -1;
	return ret < 0 ? fail("can't write", w->temporary) : 0;
}

/* All complete, and only then any in its place: who builds from them sees old or new ones. */
static int write_files(const struct cdl_output *out, unsigned wanted, const char *dir,
		       const char *base)
{
	struct writing *w = cdl_realloc(NULL, CDL_FILE_COUNT * sizeof(*w));
	int ret = 0;

	memset(w, 0, CDL_FILE_COUNT * sizeof(*w));
	for (unsigned k = 0; k < CDL_FILE_COUNT && ret == 0; k++) {
		int n;

		if (!(wanted >> k & 1))
			continue;
		(void)snprintf(w[k].path, PATH_SIZE, "%s/%s%s", dir, base, ends[k]);
		n = snprintf(w[k].temporary, PATH_SIZE, "%s/.%s%s.%ld", dir, base, ends[k],
			     (long)getpid());
		errno = ENAMETOOLONG;
		ret = n < PATH_SIZE ? write_temporary(&w[k], &out->file[k]) :
				      fail("can't write", dir);
	}
	for (unsigned k = 0; k < CDL_FILE_COUNT; k++) {
		if (!w[k].made)
			continue;
		if (ret == 0 && rename(w[k].temporary, w[k].path) < 0)
			ret = fail("can't write", w[k].path);
		if (ret < 0)
			(void)unlink(w[k].temporary);
	}
	free(w);
	return ret;
}

static int print_one(const struct cdl_output *out, unsigned wanted)
{
	const struct cdl_text *t = &out->file[__builtin_ctz(wanted)];

	return write_all(STDOUT_FILENO, t->at, t->len) < 0 ?
		       fail("can't write to", "standard output") :
		       0;
}

struct command {
	const char *output; /* NULL: beside the source */
	const char *file;
	unsigned wanted;
};

/* 0, or what to exit with, plus one. */
static int arguments(int argc, char **argv, struct command *c)
{
	enum { VERSION = 1000 };
	static const struct option options[] = {
#define X(id, end, option, what) { option, no_argument, NULL, 2000 + CDL_FILE_##id },
		CDL_FILES(X)
#undef X
			{ "output", required_argument, NULL, 'o' },
		{ "version", no_argument, NULL, VERSION },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (o >= 2000) {
			c->wanted |= 1u << (o - 2000);
		} else if (o == 'o') {
			c->output = optarg;
		} else if (o == VERSION) {
			puts("cordon-cdl " CORDON_VERSION);
			return 1;
		} else {
			usage(o == 'h' ? stdout : stderr);
			return o == 'h' ? 1 : 3;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return 3;
	}
	c->file = argv[optind];
	if (!c->wanted)
		c->wanted = (1u << CDL_FILE_COUNT) - 1;
	return 0;
}

int main(int argc, char **argv)
{
	struct cdl_text text = { 0 }, said = { 0 };
	struct cdl_output output = { 0 };
	struct command c = { 0 };
	struct cdl_source source;
	const char *base;
	char *dir;
	bool print;
	int ret = arguments(argc, argv, &c);

	if (ret)
		return ret - 1;
	print = c.output && strcmp(c.output, "-") == 0;
	if (print && c.wanted & (c.wanted - 1)) {
		fputs("cordon-cdl: standard output takes one part: say which\n", stderr);
		return 2;
	}
	base = strrchr(c.file, '/') ? strrchr(c.file, '/') + 1 : c.file;
	dir = base == c.file ? strdup(".") : strndup(c.file, (size_t)(base - c.file));
	if (strcmp(c.file, "-") == 0)
		base = "stdin.cdl";
	if (!dir || read_source(c.file, &text) < 0) {
		free(dir);
		cdl_text_free(&text);
		return 2;
	}
	source = (struct cdl_source){ strcmp(c.file, "-") == 0 ? base : c.file, text.at, text.len };
	if (cdl_compile(&source, base, c.wanted, &output, &said))
		ret = 1;
	else if (print)
		ret = print_one(&output, c.wanted) < 0 ? 2 : 0;
	else
		ret = write_files(&output, c.wanted, c.output ? c.output : dir, base) < 0 ? 2 : 0;
	if (said.at)
		fputs(said.at, stderr);
	cdl_output_free(&output);
	cdl_text_free(&said);
	cdl_text_free(&text);
	free(dir);
	return ret;
}
