// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Both ends of domains/net/net.cdl. See corpus.h. */
#define CORPUS "tests/cdl/fuzz/corpus/net"
#include "tests/cdl/corpus.h"
