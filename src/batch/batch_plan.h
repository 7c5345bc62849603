/* SPDX-License-Identifier: GPL-3.0-only */
/* The images of a list of machines, checked before any is made. */
#ifndef BF_BATCH_PLAN_H
#define BF_BATCH_PLAN_H

#include "fleet/fleet.h"
#include "image/maker.h"

struct bf_batch_plan {
	struct bf_buffer names; /* of the files, each with its NUL */
	size_t *name;           /* per row, where its name starts in names */
	bool *is_bad;           /* per row */
	size_t n_bad;
	size_t largest; /* script, in bytes */
};

/* What is wrong with a row is told in a sentence, which names its line. */
typedef void bf_batch_plan_tell(void *context, size_t row, const struct bf_error *error);

/*
 * Check every row, telling what is wrong with it: its file's name, which must stay in its
 * folder and be nobody else's, its settings and its script.
 * BF_ERR_USAGE when the pattern of the names does not suit the list. Release ret with
 * bf_batch_plan_free().
 */
bf_must_check int bf_batch_plan_init(const struct bf_fleet *fleet,
				     const char *name_pattern,
				     const struct bf_maker *maker,
				     bf_batch_plan_tell *tell, void *context,
				     struct bf_batch_plan *ret, struct bf_error *reterr);
void bf_batch_plan_free(struct bf_batch_plan *plan);

/* The name of a row's file. */
const char *bf_batch_plan_name(const struct bf_batch_plan *plan, size_t row);

#endif
