/* SPDX-License-Identifier: GPL-3.0-only */
/* A pattern, and a line with the name and the value of each column. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fleet/expand.h"
#include "fuzz.h"

enum { COLUMNS_MAX = 64 };

struct columns {
	const char *names[COLUMNS_MAX], *values[COLUMNS_MAX];
	size_t n;
};

static void take_columns(char *text, struct columns *ret)
{
	while (text && ret->n < COLUMNS_MAX) {
		char *value = fuzz_take_line(&text);
		ret->names[ret->n] = strsep(&value, "=");
		ret->values[ret->n++] = value ? value : "";
	}
}

/* The parts are the pattern, from its first byte to its last. */
static void check_parts(const struct bf_expand *expand, const char *pattern,
			const struct columns *columns)
{
	const char *p = pattern;
	fuzz_require(expand->n_parts <= BF_EXPAND_PARTS_MAX);
	for (size_t i = 0; i < expand->n_parts; i++) {
		const struct bf_expand_part *part = &expand->parts[i];
		fuzz_require(!part->text.size || part->text.data == (const uint8_t *)p);
		p += part->text.size;
		if (part->text.size)
			continue;
		fuzz_require(part->column < columns->n);
		const char *name = columns->names[part->column];
		fuzz_require(expand->used & UINT64_C(1) << part->column);
		fuzz_require(*p == '{' && !strncasecmp(p + 1, name, strlen(name)));
		p += strlen(name) + 2;
		fuzz_require(p[-1] == '}');
	}
	fuzz_require(*p == '\0');
}

/* What is printed is the parts again, with values for columns. */
static void check_text(const struct bf_expand *expand, const struct columns *columns,
		       struct bf_view text)
{
	size_t at = 0;
	for (size_t i = 0; i < expand->n_parts; i++) {
		struct bf_view part = expand->parts[i].text;
		const char *value = columns->values[expand->parts[i].column];
		if (!part.size)
			part = bf_view(value, strlen(value));
		fuzz_require(part.size && bf_view_has(text, at, part.size));
		fuzz_check_same(bf_view_part(text, at, part.size), part);
		at += part.size;
	}
	fuzz_require(at + 1 == text.size && text.data[at] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	const char *pattern = fuzz_take_line(&rest);
	struct columns columns = {0};
	struct bf_expand expand;
	struct bf_error error = {""};
	struct bf_buffer printed = {0};
	size_t column = COLUMNS_MAX;
	take_columns(rest, &columns);
	int err = fuzz_try(
		bf_expand_parse(pattern, columns.names, columns.n, &expand, &error),
		&error);
	if (!err) {
		check_parts(&expand, pattern, &columns);
		err = fuzz_try(bf_expand_print(&expand, columns.values, &printed, &column,
					       &error),
			       &error);
		if (err)
			fuzz_require(!*columns.values[column]);
		else
			check_text(&expand, &columns, bf_buffer_view(&printed));
	}
	bf_buffer_free(&printed);
	free(text);
	return 0;
}
