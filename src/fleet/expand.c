/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/expand.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"

/* How much of text belongs to the ${...} it starts with, others in it included. */
static size_t setting_size(const char *text)
{
	size_t depth = 0;
	for (const char *p = text; *p; p++) {
		if (p[0] == '$' && p[1] == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return (size_t)(p - text) + 1;
	}
	return strlen(text); /* never closed: whoever takes the result complains */
}

static size_t plain_size(const char *text)
{
	const char *p = text;
	while (*p && *p != '{')
		p += p[0] == '$' && p[1] == '{' ? setting_size(p) : 1;
	return (size_t)(p - text);
}

static int fail_column(struct bf_view name, const char *const *columns, size_t n_columns,
		       struct bf_error *reterr)
{
	char raw[64], text[128], meant[128];
	snprintf(raw, sizeof(raw), "%.*s", (int)(name.size < 60 ? name.size : 60),
		 name.data);
	const char *nearest = bf_nearest(raw, columns, n_columns);
	bf_printable(nearest ? nearest : "", meant, sizeof(meant));
	return bf_fail(reterr, BF_ERR_USAGE, "there is no column '%s' for {%s}%s%s%s",
		       bf_printable(raw, text, sizeof(text)), text,
		       nearest ? ": did you mean {" : "", meant, nearest ? "}?" : "");
}

static bool find_column(struct bf_view name, const char *const *columns, size_t n_columns,
			size_t *ret)
{
	for (size_t i = 0; i < n_columns; i++)
		if (strlen(columns[i]) == name.size &&
		    strncasecmp(columns[i], (const char *)name.data, name.size) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

/* The next part of the pattern, which is not at its end; ret_size is what it takes. */
static int parse_part(const char *pattern, const char *p, const char *const *columns,
		      size_t n_columns, struct bf_expand_part *ret, size_t *ret_size,
		      struct bf_error *reterr)
{
	*ret_size = plain_size(p);
	*ret = (struct bf_expand_part){.text = bf_view(p, *ret_size)};
	if (*ret_size > 0)
		return BF_OK;
	const char *end = strchr(p, '}');
	if (!end)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "the { at column %zu is without its }",
			       (size_t)(p - pattern) + 1);
	struct bf_view name = bf_view(p + 1, (size_t)(end - p) - 1);
	*ret_size = name.size + 2;
	if (!find_column(name, columns, n_columns, &ret->column))
		return fail_column(name, columns, n_columns, reterr);
	return BF_OK;
}

int bf_expand_parse(const char *pattern, const char *const *columns, size_t n_columns,
		    struct bf_expand *ret, struct bf_error *reterr)
{
	struct bf_expand expand = {0};
	size_t size;
	for (const char *p = pattern; *p; p += size) {
		if (expand.n_parts == BF_EXPAND_PARTS_MAX)
			return bf_fail(reterr, BF_ERR_USAGE,
				       "more than %d columns and pieces between them",
				       BF_EXPAND_PARTS_MAX);
		struct bf_expand_part *part = &expand.parts[expand.n_parts++];
		int err = parse_part(pattern, p, columns, n_columns, part, &size, reterr);
		if (err)
			return err;
		if (part->text.size == 0)
			expand.used |= UINT64_C(1) << part->column;
	}
	*ret = expand;
	return BF_OK;
}

int bf_expand_print(const struct bf_expand *expand, const char *const *values,
		    struct bf_buffer *ret, size_t *ret_column, struct bf_error *reterr)
{
	ret->size = 0;
	for (size_t i = 0; i < expand->n_parts; i++) {
		const struct bf_expand_part *part = &expand->parts[i];
		struct bf_view text = part->text;
		if (text.size == 0) {
			const char *value = values[part->column];
			text = bf_view(value, strlen(value));
			if (ret_column)
				*ret_column = part->column;
			if (text.size == 0)
				return bf_fail(reterr, BF_ERR_INPUT, "it is empty");
		}
		if (bf_buffer_append(ret, text.data, text.size))
			return bf_fail_nomem(reterr);
	}
	return bf_buffer_append(ret, "", 1) ? bf_fail_nomem(reterr) : BF_OK;
}
