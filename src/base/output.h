/* SPDX-License-Identifier: GPL-3.0-only */
/* Output files that appear whole or not at all; base/publish.h gives them their names. */
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

/* Whether a regular file with exactly these bytes is there already. */
bool bf_output_is_there(const char *path, const struct bf_pieces *pieces);

/* Fail with "'PATH': what: " and the reason in errno. Returns BF_ERR_IO. */
int bf_output_fail(const struct bf_output *output, const char *what,
		   struct bf_error *reterr);

/* Release everything; an unpublished file disappears. Safe on a zeroed struct. */
void bf_output_close(struct bf_output *output);

#endif
