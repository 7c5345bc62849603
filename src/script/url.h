/* SPDX-License-Identifier: GPL-3.0-only */
/* The one argument: a URL that iPXE's chain or sanboot command can take. */
#ifndef BF_URL_H
#define BF_URL_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Check a URL against the alphabet a script line can carry and against schemes, a
 * comma-separated list read out of the iPXE binaries ("aoe,http,https"). iPXE settings
 * such as ${net0/mac} may stand anywhere in it, even as the scheme. Nothing is resolved or
 * fetched. Fails with BF_ERR_INPUT; the sentence names the offending part.
 */
bf_must_check int bf_url_check(const char *url, const char *schemes,
			       struct bf_error *reterr);

/* Check what is to become a part of a URL against that alphabet; it is "it" in the sentence. */
bf_must_check int bf_url_check_part(const char *text, struct bf_error *reterr);

/* Whether iPXE boots this URL as a disk (sanboot) instead of loading a file (chain). */
bool bf_url_is_san(const char *url);

/*
 * Whether the URL's host is a name, to be looked up; false when a setting brings it, and
 * for text that bf_url_check() does not accept.
 */
bool bf_url_needs_dns(const char *url);

#endif
