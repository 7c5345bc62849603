/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A list of machines, as people keep them. Either CSV (RFC 4180) whose first line names
 * the columns, one of them "host":
 *
 *     host,ip,gateway,rack
 *     web1,10.1.0.11/24,10.1.0.1,a3
 *
 * or one name per line, with "#" before a comment: a list with the only column "host".
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
	const char *const *values; /* one per column, "" where nothing was given */
};

/* A zeroed struct is an empty list. */
struct bf_hostlist {
	const char *const *columns; /* their names */
	size_t n_columns;
	size_t host; /* the index of the column "host" */
	struct bf_hostlist_row *rows;
	size_t n_rows;
	const char **cells;    /* the names, and then the values row by row */
	struct bf_buffer text; /* what they point to */
};

/*
 * Parse a list. A row with fewer or more fields than there are columns is in it, for
 * bf_hostlist_check_row() to refuse. BF_ERR_INPUT, with the line, for what is no list:
 * wrong quotes, columns without a name or with the same one, a NUL byte, no machine at
 * all. Release ret with bf_hostlist_free().
 */
bf_must_check int bf_hostlist_parse(struct bf_view text, struct bf_hostlist *ret,
				    struct bf_error *reterr);

/* BF_ERR_INPUT for a row whose fields are not one per column. */
bf_must_check int bf_hostlist_check_row(const struct bf_hostlist *list, size_t row,
					struct bf_error *reterr);

/* The index of a column by its name; false when there is none. */
bool bf_hostlist_find(const struct bf_hostlist *list, const char *column,
		      size_t *ret_index);

void bf_hostlist_free(struct bf_hostlist *list);

#endif
