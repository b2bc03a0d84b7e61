#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A disk whose driver is in a domain, on both kernels: command, supervisor, fence, images and module are
# the real ones. Both guests run at once.
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/vm/guests
. tests/vm/guests
needs_guests
needs_modules
in_guests 450 tests/vm/inside-disk
finish
