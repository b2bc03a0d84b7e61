// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Both ends of domains/blk/blk.cdl. See corpus.h. */
#define CORPUS "tests/cdl/fuzz/corpus/blk"
#include "tests/cdl/corpus.h"
