/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/cleanup.h"

static const char purpose[] = "boots-from link"; /* its NUL is part of it */

enum {
	EXPIRES = 1,
	SETTINGS = 5,
	MAC_SIZE = 16,
	TOKEN_MIN = SETTINGS + MAC_SIZE,
	TOKEN_MAX = TOKEN_MIN + BF_TOKEN_SETTINGS_MAX,
	TEXT_MAX = (TOKEN_MAX + 2) / 3 * 4,
	HOST_MAX = 256, /* longer than any that is asked for */
};

/* ret has MAC_SIZE bytes; body is what stands in front of them in the token. */
static bool make_mac(struct bf_view secret, struct bf_view body, const char *host,
		     uint8_t *ret)
{
	uint8_t text[sizeof(purpose) + HOST_MAX + TOKEN_MAX], mac[EVP_MAX_MD_SIZE];
	size_t host_size = strlen(host) + 1, size = 0;
	if (host_size > HOST_MAX || body.size > TOKEN_MAX)
		return false;
	memcpy(text, purpose, size = sizeof(purpose));
	memcpy(text + size, host, host_size);
	size += host_size;
	memcpy(text + size, body.data, body.size);
	size += body.size;
	if (!HMAC(EVP_sha256(), secret.data, (int)secret.size, text, size, mac, NULL))
		return false;
	memcpy(ret, mac, MAC_SIZE);
	return true;
}

/* ---- base64url ---- */

static void replace(char *text, const char *from, const char *to)
{
	for (char *p = text; *p; p++) {
		const char *found = strchr(from, *p);
		*p = found ? to[found - from] : *p;
	}
}

/* ret has room for TEXT_MAX characters and a NUL. */
static void encode(struct bf_view bytes, char *ret)
{
	EVP_EncodeBlock((unsigned char *)ret, bytes.data, (int)bytes.size);
	ret[strcspn(ret, "=")] = '\0';
	replace(ret, "+/", "-_");
}

/* The bytes that encode() makes this very text of; none if there are none. */
static size_t decode(const char *text, struct bf_token_bytes *ret)
{
	char padded[TEXT_MAX + 1], again[TEXT_MAX + 1];
	size_t length = strlen(text), padding = (4 - length % 4) % 4;
	if (length + padding > TEXT_MAX || padding == 3)
		return 0;
	memcpy(padded, text, length);
	memset(padded + length, '=', padding);
	padded[length + padding] = '\0';
	replace(padded, "-_", "+/");
	int size = EVP_DecodeBlock(ret->data, (const unsigned char *)padded,
				   (int)(length + padding));
	if (size < (int)padding)
		return 0;
	encode(bf_view(ret->data, (size_t)size - padding), again);
	return strcmp(again, text) == 0 ? (size_t)size - padding : 0;
}

/* ---- Tokens ---- */

int bf_token_print(struct bf_view secret, const struct bf_token *token, const char *host,
		   struct bf_buffer *ret)
{
	uint8_t bytes[TOKEN_MAX];
	char text[TEXT_MAX + 1];
	size_t size = SETTINGS + token->settings.size;
	if (token->settings.size > BF_TOKEN_SETTINGS_MAX)
		return BF_ERR_TOO_BIG;
	bytes[0] = BF_TOKEN_VERSION;
	bf_put_be32(bytes + EXPIRES, token->expires);
	if (token->settings.size > 0)
		memcpy(bytes + SETTINGS, token->settings.data, token->settings.size);
	if (!make_mac(secret, bf_view(bytes, size), host, bytes + size))
		return BF_ERR_NOMEM;
	encode(bf_view(bytes, size + MAC_SIZE), text);
	return bf_buffer_append(ret, text, strlen(text));
}

/* All secrets are tried, whichever it is. */
static bool is_signed(const struct bf_secrets *secrets, struct bf_view body,
		      const uint8_t *mac, const char *host)
{
	bool found = false;
	for (size_t i = 0; i < secrets->n; i++) {
		uint8_t right[MAC_SIZE];
		if (make_mac(bf_buffer_view(&secrets->items[i]), body, host, right))
			found |= CRYPTO_memcmp(mac, right, MAC_SIZE) == 0;
	}
	return found;
}

/* As many bytes to judge as text stands for, so that it takes the same time. */
static size_t stand_in(const char *text, struct bf_token_bytes *ret)
{
	size_t size = strlen(text) / 4 * 3;
	memset(ret->data, 0, sizeof(ret->data));
	return size < TOKEN_MIN ? TOKEN_MIN : size > TOKEN_MAX ? TOKEN_MAX : size;
}

bool bf_token_judge(const struct bf_secrets *secrets, const char *text, const char *host,
		    int64_t now, struct bf_token_bytes *bytes, struct bf_token *ret)
{
	size_t size = decode(text, bytes);
	bool is_whole = size >= TOKEN_MIN && bytes->data[0] == BF_TOKEN_VERSION;
	if (!is_whole)
		size = stand_in(text, bytes);
	struct bf_view body = bf_view(bytes->data, size - MAC_SIZE);
	uint32_t expires = bf_be32(body.data + EXPIRES);
	bool is_right = is_signed(secrets, body, bytes->data + body.size, host);
	if (!is_whole || !is_right || now >= expires)
		return false;
	*ret = (struct bf_token){
		.expires = expires,
		.settings = bf_view_part(body, SETTINGS, body.size - SETTINGS)};
	return true;
}
