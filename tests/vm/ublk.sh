#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A disk behind the kernel's ublk, with no module of ours; where the kernel has none, that this is said.
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/vm/guests
. tests/vm/guests
needs_guests
needs_modules
in_guests 450 tests/vm/inside-ublk
finish
