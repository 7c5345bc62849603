/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/hostlist.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

/* What is gathered while the list is read; places are offsets, the text still moves. */
struct builder {
	struct bf_buffer text;    /* starts with a NUL: offset 0 is the empty value */
	struct bf_buffer offsets; /* size_t, of the names and then of the values */
	struct bf_buffer rows;    /* struct bf_hostlist_row */
	size_t n_columns;         /* 0 until the header has been read */
	size_t line;              /* the one being read */
	size_t row_line;          /* where the row being read starts */
	size_t n_fields;          /* of the row being read */
	bool in_row;
	int err;
};

static void builder_free(struct builder *builder)
{
	bf_buffer_free(&builder->text);
	bf_buffer_free(&builder->offsets);
	bf_buffer_free(&builder->rows);
}

static int add_cell(struct builder *builder, struct bf_view value)
{
	size_t offset = value.size ? builder->text.size : 0;
	if (value.size && (bf_buffer_append(&builder->text, value.data, value.size) ||
			   bf_buffer_append(&builder->text, "", 1)))
		return BF_ERR_NOMEM;
	return bf_buffer_append(&builder->offsets, &offset, sizeof(offset));
}

static int add_row(struct builder *builder, size_t n_fields)
{
	const struct bf_hostlist_row row = {.line = builder->row_line,
					    .n_fields = n_fields};
	int err = BF_OK;
	for (size_t i = n_fields; !err && i < builder->n_columns; i++)
		err = add_cell(builder, bf_view(NULL, 0));
	return err ? err : bf_buffer_append(&builder->rows, &row, sizeof(row));
}

static void on_field(void *data, size_t size, void *argument)
{
	struct builder *builder = argument;
	builder->n_fields++;
	bool is_wanted = !builder->n_columns || builder->n_fields <= builder->n_columns;
	if (!builder->err && is_wanted)
		builder->err = add_cell(builder, bf_view(data, size));
}

static void on_row(int terminator, void *argument)
{
	struct builder *builder = argument;
	(void)terminator;
	if (!builder->n_columns)
		builder->n_columns = builder->n_fields;
	else if (!builder->err)
		builder->err = add_row(builder, builder->n_fields);
	builder->n_fields = 0;
	builder->in_row = false;
}

/* Cut the next line, with its newline, off the front of text. */
static struct bf_view take_line(struct bf_view *text)
{
	const uint8_t *end = memchr(text->data, '\n', text->size);
	size_t size = end ? (size_t)(end - text->data) + 1 : text->size;
	struct bf_view line = bf_view_part(*text, 0, size);
	*text = bf_view_part(*text, size, text->size - size);
	return line;
}

static struct bf_view trim(struct bf_view line)
{
	while (line.size && strchr(" \t\r\n", line.data[line.size - 1]))
		line.size--;
	while (line.size && strchr(" \t", line.data[0]))
		line = bf_view_part(line, 1, line.size - 1);
	return line;
}

static int fail_quotes(const struct builder *builder, struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_INPUT,
		       "line %zu: quotes that do not fit: a value is quoted as a whole, "
		       "and \"\" stands for a quote in it",
		       builder->row_line);
}

/* libcsv counts no lines: it is given one at a time, and a row may take several. */
static int read_csv(struct builder *builder, struct bf_view text, struct bf_error *reterr)
{
	struct csv_parser parser;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return bf_fail_nomem(reterr);
	bool is_good = true;
	while (is_good && !builder->err && text.size) {
		struct bf_view line = take_line(&text);
		builder->line++;
		if (!builder->in_row) {
			builder->row_line = builder->line;
			builder->in_row = trim(line).size > 0;
		}
		is_good = csv_parse(&parser, line.data, line.size, on_field, on_row,
				    builder) == line.size;
	}
	if (is_good)
		is_good = csv_fini(&parser, on_field, on_row, builder) == 0;
	bool is_nomem = builder->err || csv_error(&parser) == CSV_ENOMEM;
	csv_free(&parser);
	if (is_nomem)
		return bf_fail_nomem(reterr);
	return is_good ? BF_OK : fail_quotes(builder, reterr);
}

static int read_names(struct builder *builder, struct bf_view text,
		      struct bf_error *reterr)
{
	builder->n_columns = 1;
	int err = add_cell(builder, bf_view("host", 4));
	while (!err && text.size) {
		struct bf_view line = trim(take_line(&text));
		builder->row_line++;
		if (line.size == 0 || line.data[0] == '#')
			continue;
		err = add_cell(builder, line);
		if (!err)
			err = add_row(builder, 1);
	}
	return err ? bf_fail_nomem(reterr) : BF_OK;
}

/* Whether the first line with something on it names the column "host". */
static bool has_header(struct bf_view text)
{
	struct bf_view line = bf_view(NULL, 0);
	while (text.size && line.size == 0)
		line = trim(take_line(&text));
	while (line.size) {
		const uint8_t *comma = memchr(line.data, ',', line.size);
		size_t size = comma ? (size_t)(comma - line.data) : line.size;
		struct bf_view name = trim(bf_view_part(line, 0, size));
		if (name.size == 6 && memcmp(name.data, "\"host\"", 6) == 0)
			return true;
		if (name.size == 4 && memcmp(name.data, "host", 4) == 0)
			return true;
		size += comma != NULL;
		line = bf_view_part(line, size, line.size - size);
	}
	return false;
}

static int check_text(struct bf_view text, struct bf_error *reterr)
{
	const uint8_t *nul = text.size ? memchr(text.data, 0, text.size) : NULL;
	if (!nul)
		return BF_OK;
	size_t line = 1;
	for (const uint8_t *p = text.data; p < nul; p++)
		line += *p == '\n';
	return bf_fail(reterr, BF_ERR_INPUT, "line %zu: a NUL byte; this is not a list",
		       line);
}

static int check_columns(const struct bf_hostlist *list, struct bf_error *reterr)
{
	char text[128];
	if (list->n_columns > BF_HOSTLIST_COLUMNS_MAX)
		return bf_fail(reterr, BF_ERR_INPUT, "%zu columns, at most %d are read",
			       list->n_columns, BF_HOSTLIST_COLUMNS_MAX);
	for (size_t i = 0; i < list->n_columns; i++) {
		size_t first = i;
		if (!*list->columns[i])
			return bf_fail(reterr, BF_ERR_INPUT,
				       "column %zu of %zu has no name", i + 1,
				       list->n_columns);
		bf_hostlist_find(list, list->columns[i], &first);
		if (first != i)
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"columns %zu and %zu are both called '%s'", first + 1,
				i + 1,
				bf_printable(list->columns[i], text, sizeof(text)));
	}
	if (list->n_rows == 0)
		return bf_fail(reterr, BF_ERR_INPUT, "the list has no machine in it");
	return BF_OK;
}

/* Nothing moves any more: turn offsets into pointers. */
static int finish(struct builder *builder, struct bf_hostlist *ret)
{
	size_t n_cells = builder->offsets.size / sizeof(size_t);
	const char **cells = malloc((n_cells + 1) * sizeof(*cells));
	if (!cells)
		return BF_ERR_NOMEM;
	for (size_t i = 0; i < n_cells; i++) {
		size_t offset;
		memcpy(&offset, builder->offsets.data + i * sizeof(offset),
		       sizeof(offset));
		cells[i] = (const char *)builder->text.data + offset;
	}
	*ret = (struct bf_hostlist){
		.columns = cells,
		.n_columns = builder->n_columns,
		.rows = (struct bf_hostlist_row *)(void *)builder->rows.data,
		.n_rows = builder->rows.size / sizeof(struct bf_hostlist_row),
		.cells = cells,
		.text = builder->text,
	};
	for (size_t i = 0; i < ret->n_rows; i++)
		ret->rows[i].values = cells + (i + 1) * ret->n_columns;
	builder->rows = builder->text = (struct bf_buffer){0};
	return BF_OK;
}

static int build(struct builder *builder, struct bf_view text, struct bf_hostlist *ret,
		 struct bf_error *reterr)
{
	static const uint8_t byte_order_mark[] = {0xef, 0xbb, 0xbf};
	if (text.size >= 3 && memcmp(text.data, byte_order_mark, 3) == 0)
		text = bf_view_part(text, 3, text.size - 3);
	if (bf_buffer_append(&builder->text, "", 1))
		return bf_fail_nomem(reterr);
	int err = check_text(text, reterr);
	if (!err)
		err = has_header(text) ? read_csv(builder, text, reterr)
				       : read_names(builder, text, reterr);
	if (!err && finish(builder, ret))
		err = bf_fail_nomem(reterr);
	return err;
}

int bf_hostlist_parse(struct bf_view text, struct bf_hostlist *ret,
		      struct bf_error *reterr)
{
	struct builder builder = {0};
	struct bf_hostlist list = {0};
	int err = build(&builder, text, &list, reterr);
	builder_free(&builder);
	if (!err)
		err = check_columns(&list, reterr);
	if (err) {
		bf_hostlist_free(&list);
		return err;
	}
	bf_hostlist_find(&list, "host", &list.host);
	*ret = list;
	return BF_OK;
}

int bf_hostlist_check_row(const struct bf_hostlist *list, size_t row,
			  struct bf_error *reterr)
{
	size_t n_fields = list->rows[row].n_fields;
	if (n_fields != list->n_columns)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%zu value%s for %zu column%s: a comma too %s?", n_fields,
			       n_fields == 1 ? "" : "s", list->n_columns,
			       list->n_columns == 1 ? "" : "s",
			       n_fields < list->n_columns ? "few" : "many");
	return BF_OK;
}

bool bf_hostlist_find(const struct bf_hostlist *list, const char *column,
		      size_t *ret_index)
{
	for (size_t i = 0; i < list->n_columns; i++)
		if (strcmp(list->columns[i], column) == 0) {
			*ret_index = i;
			return true;
		}
	return false;
}

void bf_hostlist_free(struct bf_hostlist *list)
{
	free(list->rows);
	free(list->cells);
	bf_buffer_free(&list->text);
	*list = (struct bf_hostlist){0};
}
