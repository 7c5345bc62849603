/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/table.h"

#include <csv.h>
#include <string.h>

/* ---- Lines ---- */

static bool ends_line(uint8_t byte)
{
	return byte == '\n' || byte == '\r';
}

struct bf_view bf_table_take_line(struct bf_view *text)
{
	size_t size = 0;
	while (size < text->size && !ends_line(text->data[size]))
		size++;
	if (bf_view_has(*text, size, 2) && memcmp(text->data + size, "\r\n", 2) == 0)
		size++;
	if (size < text->size)
		size++;
	struct bf_view line = bf_view_part(*text, 0, size);
	*text = bf_view_part(*text, size, text->size - size);
	return line;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || ends_line(byte);
}

struct bf_view bf_table_trim(struct bf_view text)
{
	while (text.size && is_blank(text.data[text.size - 1]))
		text.size--;
	while (text.size && is_blank(text.data[0]))
		text = bf_view_part(text, 1, text.size - 1);
	return text;
}

/* ---- Cells ---- */

int bf_table_add_text(struct bf_table *table, struct bf_view value, size_t *ret_offset)
{
	if (!table->text.size && bf_buffer_append(&table->text, "", 1))
		return BF_ERR_NOMEM;
	*ret_offset = value.size ? table->text.size : 0;
	if (value.size && (bf_buffer_append(&table->text, value.data, value.size) ||
			   bf_buffer_append(&table->text, "", 1)))
		return BF_ERR_NOMEM;
	return BF_OK;
}

static int add_cell(struct bf_table *table, struct bf_view value)
{
	size_t offset;
	if (bf_table_add_text(table, value, &offset))
		return BF_ERR_NOMEM;
	return bf_buffer_append(&table->offsets, &offset, sizeof(offset));
}

static int add_row(struct bf_table *table, size_t line, size_t n_fields)
{
	const struct bf_table_row row = {.line = line, .n_fields = n_fields};
	if (!table->rows.size)
		table->n_columns = n_fields;
	int err = BF_OK;
	for (size_t i = n_fields; !err && i < table->n_columns; i++)
		err = add_cell(table, bf_view(NULL, 0));
	return err ? err : bf_buffer_append(&table->rows, &row, sizeof(row));
}

int bf_table_add(struct bf_table *table, size_t line, struct bf_view value)
{
	int err = add_cell(table, value);
	return err ? err : add_row(table, line, 1);
}

size_t bf_table_n_rows(const struct bf_table *table)
{
	return table->rows.size / sizeof(struct bf_table_row);
}

const struct bf_table_row *bf_table_row(const struct bf_table *table, size_t row)
{
	return (const struct bf_table_row *)(const void *)table->rows.data + row;
}

size_t bf_table_cell(const struct bf_table *table, size_t row, size_t column)
{
	const size_t *offsets = (const size_t *)(const void *)table->offsets.data;
	return offsets[row * table->n_columns + column];
}

void bf_table_free(struct bf_table *table)
{
	bf_buffer_free(&table->rows);
	bf_buffer_free(&table->offsets);
	bf_buffer_free(&table->text);
	*table = (struct bf_table){0};
}

/* ---- Reading ---- */

struct reader {
	struct bf_table *table;
	size_t line;     /* the one being read */
	size_t row_line; /* where the row being read starts */
	size_t n_fields; /* of the row being read */
	size_t n_used;   /* up to the last one that is not empty */
	bool in_row;
	int err;
};

static void on_field(void *data, size_t size, void *argument)
{
	struct reader *reader = argument;
	const struct bf_table *table = reader->table;
	reader->n_fields++;
	if (size > 0)
		reader->n_used = reader->n_fields;
	bool has_column = !table->rows.size || reader->n_fields <= table->n_columns;
	if (!reader->err && has_column)
		reader->err = add_cell(reader->table, bf_view(data, size));
}

static void drop_cells(struct bf_table *table, size_t n_fields)
{
	bool is_first = !table->rows.size;
	size_t n = is_first || n_fields < table->n_columns ? n_fields : table->n_columns;
	table->offsets.size -= n * sizeof(size_t);
}

static void end_row(struct reader *reader)
{
	struct bf_table *table = reader->table;
	size_t n_fields = reader->n_fields;
	if (reader->n_used == 0) {
		drop_cells(table, n_fields);
		return;
	}
	/* Programs end rows with as many separators as they like. */
	if (table->rows.size && n_fields > table->n_columns)
		n_fields = reader->n_used > table->n_columns ? reader->n_used
							     : table->n_columns;
	reader->err = add_row(table, reader->row_line, n_fields);
}

static void on_row(int terminator, void *argument)
{
	struct reader *reader = argument;
	(void)terminator;
	if (!reader->err)
		end_row(reader);
	reader->n_fields = reader->n_used = 0;
	reader->in_row = false;
}

static int fail_quotes(const struct reader *reader, struct bf_error *reterr)
{
	return bf_fail(
		reterr, BF_ERR_INPUT,
		"line %zu, column %zu: quotes that do not fit: a value is quoted as "
		"a whole, and \"\" stands for a quote in it",
		reader->row_line, reader->n_fields + 1);
}

/* libcsv counts no lines: it is given one at a time, and a row may take several. */
int bf_table_read(struct bf_view text, size_t line, char separator, struct bf_table *ret,
		  struct bf_error *reterr)
{
	struct csv_parser parser;
	struct reader reader = {.table = ret, .line = line};
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return bf_fail_nomem(reterr);
	csv_set_delim(&parser, (unsigned char)separator);
	bool is_good = true;
	for (; is_good && !reader.err && text.size; reader.line++) {
		struct bf_view next = bf_table_take_line(&text);
		if (!reader.in_row) {
			reader.row_line = reader.line;
			reader.in_row = bf_table_trim(next).size > 0;
		}
		is_good = csv_parse(&parser, next.data, next.size, on_field, on_row,
				    &reader) == next.size;
	}
	if (is_good)
		is_good = csv_fini(&parser, on_field, on_row, &reader) == 0;
	bool is_nomem = reader.err || csv_error(&parser) == CSV_ENOMEM;
	csv_free(&parser);
	if (is_nomem)
		return bf_fail_nomem(reterr);
	return is_good ? BF_OK : fail_quotes(&reader, reterr);
}
