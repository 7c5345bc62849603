/* SPDX-License-Identifier: GPL-3.0-only */
/* What those who make links share with those who judge them. */
#ifndef BF_SECRET_H
#define BF_SECRET_H

#include "base/bytes.h"

enum {
	BF_SECRET_MIN = 32, /* bytes: as long as the hash, RFC 2104 section 3 */
	BF_SECRET_MAX = 4096,
	BF_SECRETS_MAX = 2, /* the one in use, and the one before or after it */
};

/* Zeroed, there is none. Released with bf_secrets_free(), which wipes them. */
struct bf_secrets {
	struct bf_buffer items[BF_SECRETS_MAX];
	size_t n;
};

/*
 * Read the secrets of n files, at most BF_SECRETS_MAX; one line end at a file's end does not
 * count. BF_ERR_INPUT for a file that is too short or too long, and for one that a group or
 * everybody can read; the sentence names the file.
 */
bf_must_check int bf_secrets_read(const char *const *paths, size_t n,
				  struct bf_secrets *ret, struct bf_error *reterr);
void bf_secrets_free(struct bf_secrets *secrets);

/* Whether bytes can be a secret: BF_ERR_INPUT, with their size, when not. */
bf_must_check int bf_secret_check(struct bf_view bytes, struct bf_error *reterr);

#endif
