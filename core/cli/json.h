/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What -j prints: one JSON text a line. docs/man/cordon-json.5.scd and core/cli/schema/ say what is in it. */
#ifndef CORDON_CORE_CLI_JSON_H
#define CORDON_CORE_CLI_JSON_H

#include <json-c/json.h>
#include <stdint.h>

/* Add member @key to @o. Strings are copied; NULL is null. */
void cli_json_string(struct json_object *o, const char *key, const char *value);
void cli_json_number(struct json_object *o, const char *key, int64_t value);
void cli_json_counter(struct json_object *o, const char *key, uint64_t value);
/* The same; null if @value is below 0, or not above 0. */
void cli_json_cpu(struct json_object *o, const char *key, int value);
void cli_json_pid(struct json_object *o, const char *key, int value);

/* Print @o, a line, and free it. */
void cli_json_print(struct json_object *o);

#endif
