/* SPDX-License-Identifier: GPL-3.0-only */
/* What a person may want to know of a list before and after it is used. */
#ifndef BF_REMARKS_H
#define BF_REMARKS_H

#include "fleet/fleet.h"

/*
 * Append a line for what may not be meant, though it is no fault: a column taken for host that
 * has another name, and MAC addresses that pick no card. Nothing where all is plain.
 */
bf_must_check int bf_remarks_print(const struct bf_fleet *fleet, struct bf_buffer *ret,
				   struct bf_error *reterr);

/*
 * Append what the list is taken for: a line with its form and how many machines it has, and
 * a line each for the columns that are settings, stand in the URL, and are not used.
 */
bf_must_check int bf_remarks_describe(const struct bf_fleet *fleet, struct bf_buffer *ret,
				      struct bf_error *reterr);

#endif
