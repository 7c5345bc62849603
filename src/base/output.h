/* Output files that appear whole or not at all. */
#ifndef BF_OUTPUT_H
#define BF_OUTPUT_H

#include "base/pieces.h"

/* A file being written next to its final place; nobody sees it before the publishing. */
struct bf_output {
	int fd;
	char *path;      /* the final place, symbolic links resolved; NULL for stdout */
	char *temporary; /* its name until then; NULL while the file has none */
};

/*
 * Start writing path; "-" is standard output, which is written to directly. Refuses what
 * is not a regular file, and a file without write permission, with BF_ERR_INPUT; a folder
 * that is missing or closed to us with BF_ERR_IO.
 */
int bf_output_open(const char *path, struct bf_output *ret, struct bf_error *reterr);

/* Write everything, once, from the start. */
int bf_output_write(struct bf_output *output, const struct bf_pieces *pieces,
		    struct bf_error *reterr);

/* Put the finished file in its place, over what was there, in one step. */
int bf_output_publish(struct bf_output *output, struct bf_error *reterr);

/* Whether a regular file with exactly these bytes is there already. */
bool bf_output_is_there(const char *path, const struct bf_pieces *pieces);

/* Release everything; an unpublished file disappears. Safe on a zeroed struct. */
void bf_output_close(struct bf_output *output);

#endif
