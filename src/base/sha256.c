/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/sha256.h"

#include <openssl/evp.h>

int bf_sha256(struct bf_view bytes, uint8_t ret[BF_SHA256_SIZE])
{
	if (EVP_Digest(bytes.data, bytes.size, ret, NULL, EVP_sha256(), NULL) != 1)
		return BF_ERR_NOMEM;
	return BF_OK;
}
