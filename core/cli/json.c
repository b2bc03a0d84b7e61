// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/json.h"

#include <stdio.h>

void cli_json_string(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, value ? json_object_new_string(value) : NULL);
}

void cli_json_number(struct json_object *o, const char *key, int64_t value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

void cli_json_counter(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

void cli_json_cpu(struct json_object *o, const char *key, int value)
{
	json_object_object_add(o, key, value >= 0 ? json_object_new_int(value) : NULL);
}

void cli_json_pid(struct json_object *o, const char *key, int value)
{
	json_object_object_add(o, key, value > 0 ? json_object_new_int(value) : NULL);
}

void cli_json_print(struct json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
