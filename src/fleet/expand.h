/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Patterns with columns: "http://10.0.0.1/{rack}/{host}?mac=${net0/mac}". What stands in
 * ${...} is iPXE's and is left alone.
 */
#ifndef BF_EXPAND_H
#define BF_EXPAND_H

#include "base/bytes.h"

enum { BF_EXPAND_PARTS_MAX = 32 };

struct bf_expand_part {
	struct bf_view text; /* as it stands; empty for a column */
	size_t column;
};

/* The text belongs to the pattern, which must outlive this. */
struct bf_expand {
	struct bf_expand_part parts[BF_EXPAND_PARTS_MAX];
	size_t n_parts;
	uint64_t used; /* set of 1 << column */
};

/*
 * Take a pattern apart; columns are the names that may stand in it, at most 64 of them;
 * their case does not count.
 * BF_ERR_USAGE for an unknown name or a "{" without its "}"; the sentence says where.
 */
bf_must_check int bf_expand_parse(const char *pattern, const char *const *columns,
				  size_t n_columns, struct bf_expand *ret,
				  struct bf_error *reterr);

/*
 * Make ret the text for these values, one per column, with a NUL at its end that counts in
 * its size. BF_ERR_INPUT when a value that is used is empty; ret_column, which may be
 * NULL, is set to its column.
 */
bf_must_check int bf_expand_print(const struct bf_expand *expand,
				  const char *const *values, struct bf_buffer *ret,
				  size_t *ret_column, struct bf_error *reterr);

#endif
