/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/list_text.h"

#include <string.h>
#include <strings.h>

static const char separators[] = ",;\t";

const char *const bf_list_text_host_names[BF_LIST_TEXT_HOST_NAMES] = {"host", "hostname",
								      "name", "fqdn"};

/* ---- Which kind of list ---- */

static bool is_quoted(struct bf_view text)
{
	return text.size > 1 && text.data[0] == '"' && text.data[text.size - 1] == '"';
}

static bool is_host_name(struct bf_view field)
{
	field = bf_table_trim(field);
	if (is_quoted(field))
		field = bf_view_part(field, 1, field.size - 2);
	for (size_t i = 0; i < BF_LIST_TEXT_HOST_NAMES; i++)
		if (strlen(bf_list_text_host_names[i]) == field.size &&
		    strncasecmp(bf_list_text_host_names[i], (const char *)field.data,
				field.size) == 0)
			return true;
	return false;
}

/* How many columns the line has with this separator, 0 if none of them can be host. */
static size_t count_columns(struct bf_view line, char separator)
{
	size_t n = 0, start = 0;
	bool has_host = false, in_quotes = false;
	for (size_t i = 0; i <= line.size; i++) {
		if (i < line.size && line.data[i] == '"')
			in_quotes = !in_quotes;
		if (i < line.size && (in_quotes || line.data[i] != (uint8_t)separator))
			continue;
		has_host = has_host || is_host_name(bf_view_part(line, start, i - start));
		start = i + 1;
		n++;
	}
	return has_host ? n : 0;
}

/* The separator that makes the line name columns, 0 if it does not. */
static char find_separator(struct bf_view line)
{
	char found = 0;
	size_t most = 0;
	for (const char *separator = separators; *separator; separator++) {
		size_t n = count_columns(line, *separator);
		if (n > most) {
			most = n;
			found = *separator;
		}
	}
	return found;
}

/* ---- Names ---- */

/* A "#" after a blank, or in front, starts a comment; others are part of the name. */
static struct bf_view cut_comment(struct bf_view line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] == '#' &&
		    (i == 0 || (line.data[i - 1] == ' ' || line.data[i - 1] == '\t')))
			return bf_table_trim(bf_view_part(line, 0, i));
	return bf_table_trim(line);
}

bool bf_list_text_is_name(struct bf_view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (strchr(" \t,;|", text.data[i]))
			return false;
	return true;
}

static int fail_no_columns(struct bf_view line, size_t number, struct bf_error *reterr)
{
	char raw[64], text[128];
	size_t size = line.size < sizeof(raw) ? line.size : sizeof(raw) - 1;
	memcpy(raw, line.data, size);
	raw[size] = '\0';
	return bf_fail(reterr, BF_ERR_INPUT,
		       "line %zu: '%s%s' is more than a name, and as the first line of a "
		       "table it "
		       "has no column called host, hostname, name or fqdn: give a name "
		       "per line, or "
		       "name the columns, with commas, semicolons or tabs between them",
		       number, bf_printable(raw, text, sizeof(text)),
		       size < line.size ? "..." : "");
}

static int read_names(struct bf_view text, size_t line, struct bf_table *ret,
		      struct bf_error *reterr)
{
	int err = bf_table_add(ret, 0, bf_view("host", 4));
	for (; !err && text.size; line++) {
		struct bf_view name = cut_comment(bf_table_take_line(&text));
		if (name.size == 0)
			continue;
		if (bf_table_n_rows(ret) == 1 && !bf_list_text_is_name(name))
			return fail_no_columns(name, line, reterr);
		err = bf_table_add(ret, line, name);
	}
	return err ? bf_fail_nomem(reterr) : BF_OK;
}

/* ---- Text ---- */

static bool starts_with(struct bf_view text, const char *start)
{
	return bf_view_has(text, 0, strlen(start)) &&
	       memcmp(text.data, start, strlen(start)) == 0;
}

static int check_text(struct bf_view text, struct bf_error *reterr)
{
	size_t line = 1, column = 1;
	if (starts_with(text, "\xff\xfe") || starts_with(text, "\xfe\xff"))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"line 1, column 1: UTF-16, which some programs call Unicode "
			"text: save it as CSV in UTF-8");
	/* A ZIP archive, as .xlsx and .ods are. */
	if (starts_with(text, "PK\3\4"))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is a spreadsheet, or another archive: save it as CSV "
			       "in UTF-8");
	const uint8_t *nul = text.size ? memchr(text.data, 0, text.size) : NULL;
	for (const uint8_t *p = text.data; nul && p < nul; p++, column++)
		if (*p == '\n') {
			line++;
			column = 0;
		}
	return nul ? bf_fail(reterr, BF_ERR_INPUT,
			     "line %zu, column %zu: a NUL byte; this is not a list", line,
			     column)
		   : BF_OK;
}

/*
 * "sep=;" tells a spreadsheet which separator the lines below have; here they are looked at.
 * A tab at its end is cut off like any blank.
 */
static bool is_separator_line(struct bf_view line)
{
	return line.size >= 4 && line.size <= 5 && memcmp(line.data, "sep=", 4) == 0 &&
	       (line.size == 4 || strchr(separators, line.data[4]));
}

/* Comments and empty lines in front; the number of the first line that is neither. */
static size_t skip_comments(struct bf_view *text)
{
	size_t line = 1;
	for (struct bf_view rest = *text; rest.size; line++) {
		struct bf_view next = bf_table_trim(bf_table_take_line(&rest));
		if (next.size && next.data[0] != '#' && !is_separator_line(next))
			break;
		*text = rest;
	}
	return line;
}

int bf_list_text_read(struct bf_view text, struct bf_table *ret, char *ret_separator,
		      struct bf_error *reterr)
{
	if (starts_with(text, "\xef\xbb\xbf"))
		text = bf_view_part(text, 3, text.size - 3);
	int err = check_text(text, reterr);
	if (err)
		return err;
	size_t line = skip_comments(&text);
	struct bf_view rest = text;
	*ret_separator = 0;
	if (rest.size)
		*ret_separator = find_separator(bf_table_trim(bf_table_take_line(&rest)));
	return *ret_separator ? bf_table_read(text, line, *ret_separator, ret, reterr)
			      : read_names(text, line, ret, reterr);
}
