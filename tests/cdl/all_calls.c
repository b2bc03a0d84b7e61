// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Both ends of golden/all.cdl. See corpus.h. */
#define CORPUS "tests/cdl/fuzz/corpus/all"
#include "tests/cdl/corpus.h"
