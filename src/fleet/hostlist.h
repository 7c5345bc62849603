/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A list of machines, as people keep them and as programs export them. Either a table whose
 * first line names the columns, separated by commas, semicolons or tabs:
 *
 *     host,ip,gateway,rack
 *     web1,10.1.0.11/24,10.1.0.1,a3
 *
 * or one name per line: a list with the only column "host". The column "host" is the one of
 * that name or else the first of "hostname", "name" and "fqdn"; case does not count. Lines
 * with "#" in front of the list are comments, and so is what follows a "#" after a name.
 */
#ifndef BF_HOSTLIST_H
#define BF_HOSTLIST_H

#include "base/bytes.h"

enum {
	BF_HOSTLIST_SIZE_MAX = 64 << 20,
	BF_HOSTLIST_COLUMNS_MAX = 64,
};

struct bf_hostlist_row {
	size_t line;               /* in the file, from 1: where the row starts */
	size_t n_fields;           /* as found; there are always n_columns values */
	size_t stray;              /* the first value under no name, from 1; 0 for none */
	const char *const *values; /* one per column, "" where nothing was given */
};

/* A zeroed struct is an empty list. */
struct bf_hostlist {
	const char *const *columns; /* their names, as they stand in the list */
	size_t n_columns;
	size_t host;        /* the index of the column "host" */
	size_t host_source; /* where it has another name, the index of that, else the same */
	size_t line;        /* of the names of the columns */
	char separator;     /* 0 for one name per line */
	size_t n_needed; /* fields in a row, those at the end without a name not counted */
	size_t n_fields; /* fields in a row at most */
	struct bf_hostlist_row *rows;
	size_t n_rows;
	const char **cells;    /* the names, and then the values row by row */
	struct bf_buffer text; /* what they point to */
};

/*
 * Parse a list. Columns without a name and rows are left out as long as they are empty. Any
 * other row is in it, for bf_hostlist_check_row() to refuse. BF_ERR_INPUT, with the line, for
 * what is no list: wrong quotes, two columns of the same name, none that can be host, a NUL
 * byte, no machine at all. Release ret with bf_hostlist_free().
 */
bf_must_check int bf_hostlist_parse(struct bf_view text, struct bf_hostlist *ret,
				    struct bf_error *reterr);

/*
 * BF_ERR_INPUT for a row that is not one value per column, or more than a name where names
 * are all.
 */
bf_must_check int bf_hostlist_check_row(const struct bf_hostlist *list, size_t row,
					struct bf_error *reterr);

/* The index of a column by its name, whose case does not count; false when there is none. */
bool bf_hostlist_find(const struct bf_hostlist *list, const char *column,
		      size_t *ret_index);

/* What a column is called in the list, also where it is taken for "host". */
const char *bf_hostlist_title(const struct bf_hostlist *list, size_t column);

/* "comma", "semicolon" or "tab". */
const char *bf_hostlist_separator_name(char separator);

void bf_hostlist_free(struct bf_hostlist *list);

#endif
