// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/cdl/compile.h"

#include "channels/cdl/check.h"
#include "channels/cdl/emit.h"
#include "channels/cdl/parse.h"

static void (*const emitters[CDL_FILE_COUNT])(struct cdl_emit *e) = {
	[CDL_FILE_HEADER] = cdl_emit_header,
	[CDL_FILE_CLIENT] = cdl_emit_client,
	[CDL_FILE_SERVER_HEADER] = cdl_emit_server_header,
	[CDL_FILE_SERVER] = cdl_emit_server,
	[CDL_FILE_DECODE] = cdl_emit_decode,
	[CDL_FILE_FUZZ] = cdl_emit_fuzz,
	[CDL_FILE_DOC] = cdl_emit_doc,
};

unsigned cdl_compile(const struct cdl_source *source, const char *base, unsigned wanted,
		     struct cdl_output *output, struct cdl_text *said)
{
	struct cdl_diag diag = { .source = source, .out = said };
	struct cdl_mem mem = { 0 };
	struct cdl_interface *i;

	if (source->len > CDL_SOURCE_MAX) {
		cdl_error(&diag, (struct cdl_place){ 0, 1 }, "a file of more than %u bytes",
			  CDL_SOURCE_MAX);
		return diag.errors;
	}
	i = cdl_parse(source, &diag, &mem);
	/* What was not understood can't be checked. */
	if (!diag.errors)
		cdl_check(i, &diag, &mem);
	for (unsigned k = 0; !diag.errors && k < CDL_FILE_COUNT; k++) {
		struct cdl_emit e = { i, &mem, &output->file[k], base, i->name, NULL };

		e.upper = cdl_emit_upper(&e, i->name);
		if (wanted >> k & 1)
			emitters[k](&e);
	}
	cdl_mem_free(&mem);
	return diag.errors;
}

void cdl_output_free(struct cdl_output *output)
{
	for (unsigned k = 0; k < CDL_FILE_COUNT; k++)
		cdl_text_free(&output->file[k]);
}
