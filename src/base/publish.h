/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Finished files get their names, in one step each. A file that is replaced is the old one or
 * the new one, whole, whenever the power goes, and the new one once it is said to be
 * published. A file of a new name gets to the disk when the system sees fit, as cp's does.
 */
#ifndef BF_PUBLISH_H
#define BF_PUBLISH_H

#include "base/output.h"

bf_must_check int bf_output_publish(struct bf_output *output, struct bf_error *reterr);

enum { BF_ROUND_SIZE = 32 };

/*
 * Files that are published together, so that the disk is waited for once and not for each of
 * them. They are the round's until then. Start with a zeroed one.
 */
struct bf_round {
	struct bf_output outputs[BF_ROUND_SIZE];
	size_t n;
};

/*
 * Hand a finished file over to a round that is not full. False, and nothing is handed over,
 * where there is nothing to be had: nothing is replaced, its folder is not that of the
 * others, or its file system keeps the promise only for one file after the other.
 */
bool bf_round_add(struct bf_round *round, struct bf_output *output);

/* What came of one file of a round; error says why if err is not BF_OK. */
typedef void bf_round_tell(void *context, int err, const struct bf_error *error);

/* Publish all, telling of each of them in any order, and empty the round. */
void bf_round_publish(struct bf_round *round, bf_round_tell *tell, void *context);

/* Give up what was not published. */
void bf_round_free(struct bf_round *round);

#endif
