#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A fiftieth of make campaign-kernel, and some seconds of what it does for long.
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/vm/guests
. tests/vm/guests
needs_guests
needs_modules
in_guests 450 tests/vm/inside-campaign 2 "$(date +%s)"
finish
