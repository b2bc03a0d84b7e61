#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A hundredth of make campaign-kernel, and some seconds of what it does for long; on one kernel, or, if WHOLE
# is yes, on both.
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/vm/guests
. tests/vm/guests
needs_guests
needs_modules
# shellcheck disable=SC2034 # in_guests has it
[ "${WHOLE:-no}" = yes ] || kernels=6.12
in_guests 450 tests/vm/inside-campaign 1 "$(date +%s)"
finish
