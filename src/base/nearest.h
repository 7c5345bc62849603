/* SPDX-License-Identifier: GPL-3.0-only */
/* "Did you mean ...?" */
#ifndef BF_NEAREST_H
#define BF_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The candidate that is fewest edits (insert, delete, change, swap neighbours) away from
 * text, NULL when none is near enough to be what was meant: a third of its length.
 */
const char *bf_nearest(const char *text, const char *const *candidates,
		       size_t n_candidates);

/* Whether text is surely name mistyped: one edit away, and long enough to tell. */
bool bf_nearest_is_slip(const char *text, const char *name);

#endif
