/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Tokens: folders in a path that permit to fetch one host's image until a time, and that may
 * say what it boots. Whoever has the secret makes and judges them; nothing else is kept.
 *
 * A token is the base64url (RFC 4648 section 5, without padding) of
 *
 *     offset  size
 *          0     1  BF_TOKEN_VERSION, for which every token starts with a letter
 *          1     4  expiry, seconds since 1970, big-endian
 *          5     n  settings, "name=value" each, each with a NUL at its end; n may be 0
 *      5 + n    16  the left half of an HMAC (RFC 2104) with SHA-256
 *
 * The HMAC is over "boots-from link", the host and what stands in front of it in the token,
 * with a NUL after each of the first two.
 */
#ifndef BF_TOKEN_H
#define BF_TOKEN_H

#include "link/secret.h"

enum {
	BF_TOKEN_VERSION = 4,
	BF_TOKEN_SETTINGS_MAX = 640, /* bytes: the text fits into a path */
};

/* What a token permits, for a host that is not in it. */
struct bf_token {
	uint32_t expires;
	struct bf_view settings; /* empty where the servers know what the host boots */
};

/* Append the text of a token. Its settings have at most BF_TOKEN_SETTINGS_MAX bytes. */
bf_must_check int bf_token_print(struct bf_view secret, const struct bf_token *token,
				 const char *host, struct bf_buffer *ret);

/* The bytes a token was read into, which its settings lead to. */
struct bf_token_bytes {
	uint8_t data[5 + BF_TOKEN_SETTINGS_MAX + 16 + 2];
};

/*
 * Whether text is a token for this host, made with one of the secrets, that has not expired
 * at now, seconds since 1970. For a text of the same length it takes the same time whatever
 * is wrong with it. ret and bytes are filled only if it is one.
 */
bool bf_token_judge(const struct bf_secrets *secrets, const char *text, const char *host,
		    int64_t now, struct bf_token_bytes *bytes, struct bf_token *ret);

#endif
