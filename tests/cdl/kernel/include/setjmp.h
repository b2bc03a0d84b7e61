/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* cmocka wants it included; the one for the kernel has no need of it. */
