/* SPDX-License-Identifier: GPL-3.0-only */
/* Writes JSON (RFC 8259): the commas, the indentation and the escapes. */
#ifndef BF_JSON_H
#define BF_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"

struct bf_json {
	FILE *out;
	unsigned depth;
	bool has_items; /* of what is open: a comma comes before the next one */
};

/* Key is NULL for an item of an array and for the outermost value. */
void bf_json_open_object(struct bf_json *json, const char *key);
void bf_json_close_object(struct bf_json *json);
void bf_json_open_array(struct bf_json *json, const char *key);
void bf_json_close_array(struct bf_json *json);
void bf_json_number(struct bf_json *json, const char *key, uint64_t value);
void bf_json_bool(struct bf_json *json, const char *key, bool value);
void bf_json_null(struct bf_json *json, const char *key);

/* A byte that is not ASCII becomes the character of the same number: \u00HH. */
void bf_json_text(struct bf_json *json, const char *key, struct bf_view text);
void bf_json_string(struct bf_json *json, const char *key, const char *text);
void bf_json_string_or_null(struct bf_json *json, const char *key, const char *text);

#endif
