/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The text of a list of machines, made a table: it is one already, with a first line that
 * names the columns, or one name per line.
 */
#ifndef BF_LIST_TEXT_H
#define BF_LIST_TEXT_H

#include "fleet/table.h"

enum { BF_LIST_TEXT_HOST_NAMES = 4 };

/* What programs call the column with a machine's name; the first that is there counts. */
extern const char *const bf_list_text_host_names[BF_LIST_TEXT_HOST_NAMES];

/*
 * Make the table, whose first row names the columns: "host" where the text names none, and
 * ret_separator is 0 then. BF_ERR_INPUT for bytes that are no list, for quotes that do not
 * fit, and for what is more than names in its first line and names no column for the host.
 */
bf_must_check int bf_list_text_read(struct bf_view text, struct bf_table *ret,
				    char *ret_separator, struct bf_error *reterr);

/* Whatever a name looks like, it has no blank in it and nothing that separates columns. */
bool bf_list_text_is_name(struct bf_view text);

#endif
