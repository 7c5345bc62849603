/* SPDX-License-Identifier: GPL-3.0-only */
/* The URL of one host's image, with the permission to fetch it. */
#ifndef BF_LINK_H
#define BF_LINK_H

#include "image/renderer.h"
#include "link/token.h"

struct bf_link {
	struct bf_view secret;
	const char *base; /* http or https URL of the server, to any folder */
	const char *host;
	int64_t expires; /* seconds since 1970 */
	/*
	 * "name=value" of bf_target_set(), each with a NUL at its end; empty where the server
	 * knows what the host boots.
	 */
	struct bf_view settings;
	/* Of images like the server's, to hold the settings against; NULL with none. */
	const struct bf_renderer *renderer;
};

/*
 * Append base/TOKEN/host.iso. BF_ERR_USAGE or BF_ERR_INPUT for what no server takes, settings
 * that no host can have among it, BF_ERR_TOO_BIG for more of them than a path has room for.
 */
bf_must_check int bf_link_print(const struct bf_link *link, struct bf_buffer *ret,
				struct bf_error *reterr);

/*
 * Make ret, which is zeroed, what a token's settings say. They are signed, and were checked
 * by bf_link_print(), but perhaps by one of another version.
 */
bf_must_check int bf_link_target(struct bf_view settings, struct bf_target *ret,
				 struct bf_error *reterr);

#endif
