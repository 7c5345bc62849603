/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Text in rows and columns (RFC 4180, whatever separates the columns), taken apart and not
 * yet understood.
 */
#ifndef BF_TABLE_H
#define BF_TABLE_H

#include "base/bytes.h"

struct bf_table_row {
	size_t line;     /* in the text, where the row starts */
	size_t n_fields; /* as found, but for empty ones that the first row has not */
};

/* Zeroed, it has no row. The first row says how many columns there are. */
struct bf_table {
	size_t n_columns;
	struct bf_buffer rows;    /* struct bf_table_row */
	struct bf_buffer offsets; /* size_t, into text: n_columns of them for each row */
	struct bf_buffer text;    /* the values, each with a NUL; the first is empty */
};

/*
 * Read rows, the first of which starts on this line. Those in which all is empty are left
 * out. BF_ERR_INPUT for quotes that do not fit, with line and column. Release ret with
 * bf_table_free(), also after a failure.
 */
bf_must_check int bf_table_read(struct bf_view text, size_t line, char separator,
				struct bf_table *ret, struct bf_error *reterr);

/* Append a row with one value. BF_ERR_NOMEM is the only way to fail. */
int bf_table_add(struct bf_table *table, size_t line, struct bf_view value);

/* Append a value to the text alone; its offset. */
int bf_table_add_text(struct bf_table *table, struct bf_view value, size_t *ret_offset);

size_t bf_table_n_rows(const struct bf_table *table);
const struct bf_table_row *bf_table_row(const struct bf_table *table, size_t row);

/* The offset of a value: 0 is an empty one. */
size_t bf_table_cell(const struct bf_table *table, size_t row, size_t column);

void bf_table_free(struct bf_table *table);

/* Cut the next line, with its end (LF, CRLF or CR), off the front of text. */
struct bf_view bf_table_take_line(struct bf_view *text);

/* Without the blanks and line ends around it. */
struct bf_view bf_table_trim(struct bf_view text);

#endif
