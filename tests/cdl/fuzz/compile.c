// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* For libFuzzer (make fuzz-cdl): any bytes as a .cdl file. */
#include <stdint.h>
#include <stdlib.h>
#include "channels/cdl/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cdl_source source = { "t.cdl", (const char *)data, size };
	struct cdl_output out = { 0 };
	struct cdl_text said = { 0 };

	/* Either something is made or something is said. */
	if ((cdl_compile(&source, "t.cdl", (1u << CDL_FILE_COUNT) - 1, &out, &said) == 0) ==
	    (said.len != 0))
		abort();
	cdl_output_free(&out);
	cdl_text_free(&said);
	return 0;
}
