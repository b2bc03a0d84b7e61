/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* From a source to files, in memory: nothing is read or written. */
#ifndef CORDON_CDL_COMPILE_H
#define CORDON_CDL_COMPILE_H

#include "channels/cdl/diag.h"

#define CDL_SOURCE_MAX (1u << 20) /* bytes */

/* X(identifier, what is behind the source's name, option, what it is) */
#define CDL_FILES(X)                                                                      \
	X(HEADER, ".h", "header", "types, numbers, what is on the wire")                  \
	X(CLIENT, "_client.h", "client", "the client's stubs")                            \
	X(SERVER_HEADER, "_server.h", "server-header", "the server's handlers and state") \
	X(SERVER, "_server.c", "server", "the server's dispatch")                         \
	X(DECODE, "_decode.c", "decode", "names for traces and statistics")               \
	X(FUZZ, "_fuzz.c", "fuzz", "a libFuzzer harness for both ends")                   \
	X(DOC, ".md", "doc", "documentation")

enum cdl_file {
#define X(id, end, option, what) CDL_FILE_##id,
	CDL_FILES(X)
#undef X
		CDL_FILE_COUNT
};

struct cdl_output {
	struct cdl_text file[CDL_FILE_COUNT];
};

/*
 * Compile @source; @base is its name without directories, which the files made name. What is wrong is
 * printed to @said. Returns how many errors there were; with none, the files wanted (a set of bits, by
 * enum cdl_file) are in @output, the caller's to free.
 */
unsigned cdl_compile(const struct cdl_source *source, const char *base, unsigned wanted,
		     struct cdl_output *output, struct cdl_text *said);

void cdl_output_free(struct cdl_output *output);

#endif
