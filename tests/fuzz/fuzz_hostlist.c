/* SPDX-License-Identifier: GPL-3.0-only */
/* A list of machines: what is found in it is in it, whatever ends its lines. */
#include <stdlib.h>
#include <string.h>

#include "fleet/hostlist.h"
#include "fuzz.h"

static void check_columns(const struct bf_hostlist *list)
{
	fuzz_require(list->n_columns >= 1 && list->n_columns <= BF_HOSTLIST_COLUMNS_MAX);
	fuzz_require(list->host < list->n_columns && list->host_source < list->n_columns);
	for (size_t i = 0; i < list->n_columns; i++) {
		size_t found;
		fuzz_require(*list->columns[i] && *bf_hostlist_title(list, i));
		fuzz_require(bf_hostlist_find(list, list->columns[i], &found));
		fuzz_require(found == i);
	}
}

static void check_rows(const struct bf_hostlist *list)
{
	struct bf_error error = {""};
	size_t line = list->line;
	for (size_t row = 0; row < list->n_rows; row++) {
		const struct bf_hostlist_row *found = &list->rows[row];
		fuzz_require(found->line >= line);
		line = found->line;
		fuzz_try(bf_hostlist_check_row(list, row, &error), &error);
		for (size_t i = 0; i < list->n_columns; i++)
			fuzz_require(strlen(found->values[i]) < list->text.size);
		fuzz_require(!strcmp(found->values[list->host],
				     found->values[list->host_source]));
	}
}

static void check_same_list(const struct bf_hostlist *a, const struct bf_hostlist *b)
{
	fuzz_require(a->n_columns == b->n_columns && a->n_rows == b->n_rows);
	fuzz_require(a->separator == b->separator && a->host == b->host);
	for (size_t i = 0; i < a->n_columns * (a->n_rows + 1); i++)
		fuzz_require(!strcmp(a->cells[i], b->cells[i]));
	for (size_t i = 0; i < a->n_rows; i++)
		fuzz_require(a->rows[i].line == b->rows[i].line);
}

/* The same list with the line ends of other systems. */
static void check_ends(struct bf_view text, const struct bf_hostlist *list)
{
	struct bf_buffer other = {0};
	struct bf_hostlist again = {0};
	if (memchr(text.data, '"', text.size) || memchr(text.data, '\r', text.size))
		return;
	for (size_t i = 0; i < text.size; i++)
		fuzz_require(text.data[i] == '\n'
				     ? !bf_buffer_append(&other, "\r\n", 2)
				     : !bf_buffer_append(&other, text.data + i, 1));
	fuzz_require(!bf_hostlist_parse(bf_buffer_view(&other), &again, NULL));
	check_same_list(list, &again);
	bf_hostlist_free(&again);
	bf_buffer_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_view text = bf_view(data, size);
	struct bf_hostlist list = {0}, again = {0};
	struct bf_error error = {""};
	if (fuzz_try(bf_hostlist_parse(text, &list, &error), &error))
		return 0;
	check_columns(&list);
	check_rows(&list);
	fuzz_require(!bf_hostlist_parse(text, &again, NULL));
	check_same_list(&list, &again);
	check_ends(text, &list);
	bf_hostlist_free(&again);
	bf_hostlist_free(&list);
	return 0;
}
