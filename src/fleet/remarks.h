/* SPDX-License-Identifier: GPL-3.0-only */
/* What a person may want to know of a list before and after it is used. */
#ifndef BF_REMARKS_H
#define BF_REMARKS_H

#include "fleet/fleet.h"

/*
 * Append a line with what the list is taken for: how many machines, what separates the columns,
 * which one is the host's where it has another name, and which are settings. One more for MAC
 * addresses that pick no card.
 */
bf_must_check int bf_remarks_print(const struct bf_fleet *fleet, struct bf_buffer *ret,
				   struct bf_error *reterr);

/* The same with a line each for the columns that stand in the URL and that are not used. */
bf_must_check int bf_remarks_describe(const struct bf_fleet *fleet, struct bf_buffer *ret,
				      struct bf_error *reterr);

#endif
