/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/hostlist.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "fleet/list_text.h"

const char *bf_hostlist_separator_name(char separator)
{
	return separator == '\t' ? "tab" : separator == ';' ? "semicolon" : "comma";
}

/* ---- Columns ---- */

/* The columns of the table that have a title, and host once more where it has another. */
struct layout {
	size_t sources[BF_HOSTLIST_COLUMNS_MAX];
	const char *names[BF_HOSTLIST_COLUMNS_MAX];
	size_t n;
	size_t host, host_source; /* indices here */
};

static const char *cell(const struct bf_table *table, size_t row, size_t column)
{
	return (const char *)table->text.data + bf_table_cell(table, row, column);
}

static bool find_name(const char *const *names, size_t n, const char *name,
		      size_t *ret_index)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(names[i], name) == 0) {
			*ret_index = i;
			return true;
		}
	return false;
}

static int add_column(struct layout *layout, size_t source, const char *name,
		      struct bf_error *reterr)
{
	char text[128];
	size_t first;
	if (layout->n == BF_HOSTLIST_COLUMNS_MAX)
		return bf_fail(reterr, BF_ERR_INPUT, "more than %d columns",
			       BF_HOSTLIST_COLUMNS_MAX);
	if (find_name(layout->names, layout->n, name, &first))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "columns %zu and %zu are both called '%s'",
			       layout->sources[first] + 1, source + 1,
			       bf_printable(name, text, sizeof(text)));
	layout->names[layout->n] = name;
	layout->sources[layout->n++] = source;
	return BF_OK;
}

static int add_host(struct layout *layout, struct bf_error *reterr)
{
	size_t i = 0;
	while (i < BF_LIST_TEXT_HOST_NAMES &&
	       !find_name(layout->names, layout->n, bf_list_text_host_names[i],
			  &layout->host_source))
		i++;
	if (i == BF_LIST_TEXT_HOST_NAMES) /* such as one with a line end in its quotes */
		return bf_fail(reterr, BF_ERR_INPUT,
			       "no column is called host, hostname, name or fqdn");
	layout->host = i == 0 ? layout->host_source : layout->n;
	return i == 0 ? BF_OK
		      : add_column(layout, layout->sources[layout->host_source],
				   bf_list_text_host_names[0], reterr);
}

static int lay_out(const struct bf_table *table, struct layout *ret,
		   struct bf_error *reterr)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < table->n_columns; i++)
		if (*cell(table, 0, i))
			err = add_column(ret, i, cell(table, 0, i), reterr);
	if (!err)
		err = add_host(ret, reterr);
	return err ? bf_fail_in(reterr, err, "line %zu", bf_table_row(table, 0)->line)
		   : BF_OK;
}

/* ---- The list ---- */

/* The first value in a column without a title, from 1; 0 if all are empty. */
static size_t find_stray(const struct bf_table *table, size_t row)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (*cell(table, row, i) && !*cell(table, 0, i))
			return i + 1;
	return 0;
}

static void fill(const struct bf_table *table, const struct layout *layout,
		 struct bf_hostlist *list)
{
	const char **at = list->cells;
	for (size_t i = 0; i < layout->n; i++)
		*at++ = layout->names[i];
	for (size_t row = 0; row < list->n_rows; row++) {
		const struct bf_table_row *found = bf_table_row(table, row + 1);
		list->rows[row] = (struct bf_hostlist_row){
			.line = found->line,
			.n_fields = found->n_fields,
			.stray = find_stray(table, row + 1),
			.values = at,
		};
		for (size_t i = 0; i < layout->n; i++)
			*at++ = cell(table, row + 1, layout->sources[i]);
	}
}

/* The list keeps the table's text, which does not move any more. */
static int build(struct bf_table *table, char separator, struct bf_hostlist *ret,
		 struct bf_error *reterr)
{
	struct layout layout = {0};
	size_t n_rows = bf_table_n_rows(table);
	if (n_rows < 2)
		return bf_fail(reterr, BF_ERR_INPUT, "the list has no machine in it");
	int err = lay_out(table, &layout, reterr);
	if (err)
		return err;
	struct bf_hostlist list = {
		.n_columns = layout.n,
		.host = layout.host,
		.host_source = layout.host_source,
		.line = bf_table_row(table, 0)->line,
		.separator = separator,
		.n_fields = table->n_columns,
		.n_rows = n_rows - 1,
		.cells = calloc(n_rows, layout.n * sizeof(*list.cells)),
		.rows = calloc(n_rows, sizeof(*list.rows)),
	};
	for (size_t i = 0; i < layout.n; i++)
		if (layout.sources[i] >= list.n_needed)
			list.n_needed = layout.sources[i] + 1;
	if (!list.cells || !list.rows) {
		bf_hostlist_free(&list);
		return bf_fail_nomem(reterr);
	}
	list.columns = list.cells;
	fill(table, &layout, &list);
	list.text = table->text;
	table->text = (struct bf_buffer){0};
	*ret = list;
	return BF_OK;
}

int bf_hostlist_parse(struct bf_view text, struct bf_hostlist *ret,
		      struct bf_error *reterr)
{
	bf_cleanup(bf_table_free) struct bf_table table = {0};
	char separator = 0;
	int err = bf_list_text_read(text, &table, &separator, reterr);
	return err ? err : build(&table, separator, ret, reterr);
}

static int check_name(const struct bf_hostlist *list, size_t row, struct bf_error *reterr)
{
	const char *name = list->rows[row].values[list->host];
	char text[128];
	if (bf_list_text_is_name(bf_view(name, strlen(name))))
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_INPUT,
		"'%s' is more than a name: there is one per line, or the first line "
		"names columns",
		bf_printable(name, text, sizeof(text)));
}

int bf_hostlist_check_row(const struct bf_hostlist *list, size_t row,
			  struct bf_error *reterr)
{
	const struct bf_hostlist_row *found = &list->rows[row];
	if (!list->separator)
		return check_name(list, row, reterr);
	if (found->n_fields < list->n_needed || found->n_fields > list->n_fields)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%zu value%s for %zu column%s: a %s too %s?",
			       found->n_fields, found->n_fields == 1 ? "" : "s",
			       list->n_needed, list->n_needed == 1 ? "" : "s",
			       bf_hostlist_separator_name(list->separator),
			       found->n_fields < list->n_needed ? "few" : "many");
	if (found->stray)
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"column %zu: a value, and line %zu has no name for the column",
			found->stray, list->line);
	return BF_OK;
}

bool bf_hostlist_find(const struct bf_hostlist *list, const char *column,
		      size_t *ret_index)
{
	return find_name(list->columns, list->n_columns, column, ret_index);
}

const char *bf_hostlist_title(const struct bf_hostlist *list, size_t column)
{
	return list->columns[column == list->host ? list->host_source : column];
}

void bf_hostlist_free(struct bf_hostlist *list)
{
	free(list->rows);
	free(list->cells);
	bf_buffer_free(&list->text);
	*list = (struct bf_hostlist){0};
}
