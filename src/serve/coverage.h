/* SPDX-License-Identifier: GPL-3.0-only */
/* Which bytes of an image somebody was sent, in however many parts. */
#ifndef BF_COVERAGE_H
#define BF_COVERAGE_H

#include "http/range.h"

/* Parts with gaps between them; beyond that the shortest is forgotten: never is it too much. */
enum { BF_COVERAGE_MAX = 64 };

/* A zeroed struct covers nothing. */
struct bf_coverage {
	struct bf_range *items; /* in rising order, with a gap between any two */
	size_t n, capacity;
};

/* Add a part, which is not empty. Without memory it is as if it had not been sent. */
void bf_coverage_add(struct bf_coverage *coverage, const struct bf_range *range);

/* How many bytes are covered. */
uint64_t bf_coverage_size(const struct bf_coverage *coverage);

/* Cover nothing, as if zeroed. */
void bf_coverage_free(struct bf_coverage *coverage);

#endif
