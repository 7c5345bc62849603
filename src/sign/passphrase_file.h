/* SPDX-License-Identifier: GPL-3.0-only */
/* A passphrase that is in a file. */
#ifndef BF_PASSPHRASE_FILE_H
#define BF_PASSPHRASE_FILE_H

#include "sign/key.h"

struct bf_passphrase_file {
	const char *path;
	bool is_open; /* once read: it can be read by a group or by everybody */
};

/*
 * The first line of a file, without its end; context points to a struct bf_passphrase_file. See
 * struct bf_passphrase. BF_ERR_INPUT for a line that is empty, too long or has a zero in it.
 */
bf_must_check int bf_passphrase_file_read(void *context, const char *key_path,
					  char text[BF_PASSPHRASE_SIZE],
					  struct bf_error *reterr);

#endif
