/* SPDX-License-Identifier: GPL-3.0-only */
/* Whole files, read into memory. */
#ifndef BF_FILE_H
#define BF_FILE_H

#include "base/bytes.h"

/*
 * Read a whole file of at most limit bytes into ret. "-" is not special here. Never waits:
 * what is no regular file is BF_ERR_INPUT. Fails with BF_ERR_IO or BF_ERR_TOO_BIG else; the
 * sentence names the file.
 */
bf_must_check int bf_buffer_read_file(const char *path, size_t limit,
				      struct bf_buffer *ret, struct bf_error *reterr);

/*
 * The same for a key or a passphrase, into an empty buffer: no other copy of the bytes is left
 * in memory, and bf_buffer_wipe() leaves none. *ret_is_open says whether the file that was
 * read can be read by a group or by everybody.
 */
bf_must_check int bf_buffer_read_secret(const char *path, size_t limit,
					struct bf_buffer *ret, bool *ret_is_open,
					struct bf_error *reterr);

/* The same where "-" stands for standard input, which is "standard input" in sentences. */
bf_must_check int bf_buffer_read_path(const char *path, size_t limit,
				      struct bf_buffer *ret, struct bf_error *reterr);
const char *bf_path_name(const char *path);

/* The same for a descriptor that is open and stays so; name is for the sentence. */
bf_must_check int bf_buffer_read_fd(int fd, const char *name, size_t limit,
				    struct bf_buffer *ret, struct bf_error *reterr);

/* Whether there is anything of this name. */
bool bf_path_exists(const char *path);

#endif
