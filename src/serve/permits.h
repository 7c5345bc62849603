/* SPDX-License-Identifier: GPL-3.0-only */
/* Who may fetch an image: everybody, or whoever comes with a token (see link/token.h). */
#ifndef BF_PERMITS_H
#define BF_PERMITS_H

#include "link/path.h"
#include "link/token.h"

struct bf_permits;

/*
 * Tokens made with one of the secrets in n files are taken, until margin seconds after they
 * expire: a BMC that has mounted an image goes on reading it. With n = 0 everybody may fetch
 * everything. The paths must outlive the permits.
 */
bf_must_check int bf_permits_new(const char *const *paths, size_t n, unsigned margin,
				 struct bf_permits **ret, struct bf_error *reterr);
void bf_permits_free(struct bf_permits *permits);

/* Read the secrets again; those from before stay when that fails. */
bf_must_check int bf_permits_reload(struct bf_permits *permits, struct bf_error *reterr);

/* Whether a token is needed at all. */
bool bf_permits_are_needed(const struct bf_permits *permits);

/*
 * Whether the image at this path may be fetched at now, seconds since 1970. ret is what the
 * token says, which may lead into bytes; empty where none is needed. Threads may call it at
 * once, and while the secrets are read again.
 */
bool bf_permits_judge(struct bf_permits *permits, const struct bf_path *path, int64_t now,
		      struct bf_token_bytes *bytes, struct bf_token *ret);

#endif
