/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/facts.h"

#include <stdlib.h>
#include <string.h>

static const char first_line[] = "boots-from-certificate 1";

/* What bf_certificate's pointers may lead to: they have to be told from one another. */
static const char *const words[] = {"rsa", "ecdsa", "p256", "p384"};

int bf_facts_print(const struct bf_certificate *certificate, struct bf_buffer *ret)
{
	int err = bf_buffer_print(
		ret, "%s\n%s\n%s\n%s\n%lld\n%lld\n%d\n%d\n%s\n%s\n%s\n%zu\n", first_line,
		certificate->subject, certificate->issuer, certificate->expires,
		(long long)certificate->not_before, (long long)certificate->not_after,
		certificate->is_ca, certificate->is_root, certificate->key,
		certificate->curve ? certificate->curve : "", certificate->signature,
		certificate->der.size);
	return err ? err
		   : bf_buffer_append(ret, certificate->der.data, certificate->der.size);
}

/* Takes the next line off the bytes; false if there is none that fits, with its NUL. */
static bool take_line(struct bf_view *bytes, char *ret, size_t size)
{
	const uint8_t *end = bytes->size ? memchr(bytes->data, '\n', bytes->size) : NULL;
	size_t length = end ? (size_t)(end - bytes->data) : size;
	if (length >= size)
		return false;
	memcpy(ret, bytes->data, length);
	ret[length] = '\0';
	*bytes = bf_view_part(*bytes, length + 1, bytes->size - length - 1);
	return strlen(ret) == length;
}

static bool take_number(struct bf_view *bytes, int64_t *ret)
{
	char line[24], *end = line;
	if (!take_line(bytes, line, sizeof(line)))
		return false;
	*ret = strtoll(line, &end, 10);
	return end != line && *end == '\0';
}

/* NULL stands for an empty line. */
static bool take_word(struct bf_view *bytes, const char **ret)
{
	char line[16];
	*ret = NULL;
	if (!take_line(bytes, line, sizeof(line)))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], line) == 0)
			*ret = words[i];
	return *ret || !*line;
}

static bool take_texts(struct bf_view *bytes, struct bf_certificate *ret)
{
	char line[sizeof(first_line)];
	return take_line(bytes, line, sizeof(line)) && strcmp(line, first_line) == 0 &&
	       take_line(bytes, ret->subject, sizeof(ret->subject)) &&
	       take_line(bytes, ret->issuer, sizeof(ret->issuer)) &&
	       take_line(bytes, ret->expires, sizeof(ret->expires));
}

static bool take_facts(struct bf_view *bytes, struct bf_certificate *ret)
{
	int64_t is_ca, is_root, size;
	if (!take_texts(bytes, ret) || !take_number(bytes, &ret->not_before) ||
	    !take_number(bytes, &ret->not_after) || !take_number(bytes, &is_ca) ||
	    !take_number(bytes, &is_root) || !take_word(bytes, &ret->key) ||
	    !take_word(bytes, &ret->curve) || !take_word(bytes, &ret->signature) ||
	    !take_number(bytes, &size))
		return false;
	ret->is_ca = is_ca != 0;
	ret->is_root = is_root != 0;
	return ret->key && ret->signature && size > 0 && (uint64_t)size == bytes->size;
}

int bf_facts_read(struct bf_view bytes, struct bf_certificate *ret,
		  struct bf_error *reterr)
{
	struct bf_certificate certificate = {0};
	if (!take_facts(&bytes, &certificate))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "these are no facts of a certificate");
	if (bf_buffer_append(&certificate.der, bytes.data, bytes.size) ||
	    bf_sha256(bytes, certificate.sha256)) {
		bf_certificate_free(&certificate);
		return bf_fail_nomem(reterr);
	}
	*ret = certificate;
	return BF_OK;
}
