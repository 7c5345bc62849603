/* SPDX-License-Identifier: GPL-3.0-only */
#include "report/json.h"

#include <string.h>

static void indent(const struct bf_json *json)
{
	fputc('\n', json->out);
	for (unsigned i = 0; i < json->depth; i++)
		fputs("  ", json->out);
}

static void quote(const struct bf_json *json, struct bf_view text)
{
	fputc('"', json->out);
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		if (c == '\n')
			fputs("\\n", json->out);
		else if (c == '"' || c == '\\')
			fprintf(json->out, "\\%c", c);
		else if (c < ' ' || c > '~')
			fprintf(json->out, "\\u%04x", c);
		else
			fputc(c, json->out);
	}
	fputc('"', json->out);
}

/* What stands before every value. */
static void begin(struct bf_json *json, const char *key)
{
	if (json->has_items)
		fputc(',', json->out);
	if (json->depth)
		indent(json);
	json->has_items = true;
	if (key) {
		quote(json, bf_view(key, strlen(key)));
		fputs(": ", json->out);
	}
}

static void open_value(struct bf_json *json, const char *key, char bracket)
{
	begin(json, key);
	fputc(bracket, json->out);
	json->depth++;
	json->has_items = false;
}

static void close_value(struct bf_json *json, char bracket)
{
	json->depth--;
	if (json->has_items)
		indent(json);
	fputc(bracket, json->out);
	json->has_items = true;
	if (json->depth == 0)
		fputc('\n', json->out);
}

void bf_json_open_object(struct bf_json *json, const char *key)
{
	open_value(json, key, '{');
}

void bf_json_close_object(struct bf_json *json)
{
	close_value(json, '}');
}

void bf_json_open_array(struct bf_json *json, const char *key)
{
	open_value(json, key, '[');
}

void bf_json_close_array(struct bf_json *json)
{
	close_value(json, ']');
}

void bf_json_number(struct bf_json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(json->out, "%llu", (unsigned long long)value);
}

void bf_json_bool(struct bf_json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->out);
}

void bf_json_null(struct bf_json *json, const char *key)
{
	begin(json, key);
	fputs("null", json->out);
}

void bf_json_text(struct bf_json *json, const char *key, struct bf_view text)
{
	begin(json, key);
	quote(json, text);
}

void bf_json_string(struct bf_json *json, const char *key, const char *text)
{
	bf_json_text(json, key, bf_view(text, strlen(text)));
}

void bf_json_string_or_null(struct bf_json *json, const char *key, const char *text)
{
	if (text[0])
		bf_json_string(json, key, text);
	else
		bf_json_null(json, key);
}
