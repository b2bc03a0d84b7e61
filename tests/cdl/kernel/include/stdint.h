/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Limits that tests go to, beside those that the module has need of. */
#ifndef CORDON_TESTS_CDL_KERNEL_STDINT_H
#define CORDON_TESTS_CDL_KERNEL_STDINT_H

#include_next <stdint.h>

#define UINT8_MAX U8_MAX
#ifndef UINT16_MAX
#define UINT16_MAX U16_MAX
#endif
#define INT8_MIN S8_MIN
#define INT8_MAX S8_MAX
#define INT16_MIN S16_MIN
#define INT16_MAX S16_MAX
#define INT32_MIN S32_MIN
#define INT32_MAX S32_MAX
#define INT64_MIN S64_MIN
#define INT64_MAX S64_MAX

#endif
