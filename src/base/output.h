/* SPDX-License-Identifier: GPL-3.0-only */
/* Output files that appear whole or not at all. */
#ifndef BF_OUTPUT_H
#define BF_OUTPUT_H

#include "base/pieces.h"
#include "base/temporary.h"

/* A file being written next to its final place; nobody sees it before the publishing. */
struct bf_output {
	char *path;    /* the final place, for messages; NULL for stdout */
	char *name;    /* in the folder, symbolic links resolved */
	bool replaces; /* there was a file of that name */
	struct bf_temporary temporary;
};

/*
 * Start writing path; "-" is standard output, which is written to directly. Refuses what
 * is not a regular file, and a file without write permission, with BF_ERR_INPUT; a folder
 * that is missing or closed to us with BF_ERR_IO.
 */
bf_must_check int bf_output_open(const char *path, struct bf_output *ret,
				 struct bf_error *reterr);

/* Write everything, once, from the start. */
bf_must_check int bf_output_write(struct bf_output *output,
				  const struct bf_pieces *pieces,
				  struct bf_error *reterr);

/*
 * Put the finished file in its place, in one step. A file that is replaced is the old one or
 * the new one, whole, whenever the power goes: the new one is on the disk before it has the
 * name. A file of a new name gets to the disk when the system sees fit.
 */
bf_must_check int bf_output_publish(struct bf_output *output, struct bf_error *reterr);

/* Whether a regular file with exactly these bytes is there already. */
bool bf_output_is_there(const char *path, const struct bf_pieces *pieces);

/* Release everything; an unpublished file disappears. Safe on a zeroed struct. */
void bf_output_close(struct bf_output *output);

#endif
