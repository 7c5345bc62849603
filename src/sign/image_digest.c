/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/image_digest.h"

#include <openssl/evp.h>
#include <string.h>

static bool digest_parts(EVP_MD_CTX *context, const struct bf_authenticode_parts *parts)
{
	static const uint8_t zeros[BF_AUTHENTICODE_ALIGNMENT];
	bool good = true;
	for (size_t i = 0; good && i < parts->n; i++)
		good = EVP_DigestUpdate(context, parts->parts[i].data,
					parts->parts[i].size) == 1;
	return good && EVP_DigestUpdate(context, zeros, parts->padding) == 1;
}

int bf_image_digest(const struct bf_pe *pe, const char *algorithm,
		    uint8_t ret[BF_IMAGE_DIGEST_MAX], size_t *ret_size)
{
	const EVP_MD *md = EVP_get_digestbyname(algorithm);
	struct bf_authenticode_parts parts;
	unsigned size = 0;
	if (!md || EVP_MD_get_size(md) > BF_IMAGE_DIGEST_MAX)
		return BF_ERR_UNSUPPORTED;
	bf_authenticode_parts(pe, &parts);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestInit_ex(context, md, NULL) == 1 &&
		    digest_parts(context, &parts) &&
		    EVP_DigestFinal_ex(context, ret, &size) == 1;
	EVP_MD_CTX_free(context);
	*ret_size = size;
	return good ? BF_OK : BF_ERR_NOMEM;
}

int bf_image_sha256(const struct bf_pe *pe, uint8_t ret[BF_SHA256_SIZE])
{
	uint8_t digest[BF_IMAGE_DIGEST_MAX];
	size_t size;
	int err = bf_image_digest(pe, "SHA256", digest, &size);
	if (!err)
		memcpy(ret, digest, BF_SHA256_SIZE);
	return err;
}
