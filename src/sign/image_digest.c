/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/image_digest.h"

#include <openssl/evp.h>
#include <string.h>

static bool update(EVP_MD_CTX *context, struct bf_view part)
{
	return EVP_DigestUpdate(context, part.data, part.size) == 1;
}

static bool update_padding(EVP_MD_CTX *context, size_t size)
{
	static const uint8_t zeros[BF_AUTHENTICODE_ALIGNMENT];
	return update(context, bf_view(zeros, size));
}

static bool digest_parts(EVP_MD_CTX *context, const struct bf_authenticode_parts *parts)
{
	bool good = true;
	for (size_t i = 0; good && i < parts->n; i++)
		good = update(context, parts->parts[i]);
	return good && update_padding(context, parts->padding);
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

/* ---- Files that differ at one place ---- */

/* Where a part starts in the file. */
static size_t start_of(const struct bf_image_midstate *midstate, struct bf_view part)
{
	return (size_t)(part.data - midstate->file.data);
}

/* Digest the parts, and what there is of one, up to the place; keep the others. */
static bool digest_before(struct bf_image_midstate *midstate,
			  const struct bf_authenticode_parts *parts)
{
	bool good = true;
	size_t i = 0;
	for (; i < parts->n; i++) {
		struct bf_view part = parts->parts[i];
		size_t start = start_of(midstate, part);
		if (start + part.size > midstate->offset)
			break;
		good = good && update(midstate->before, part);
	}
	for (; i < parts->n; i++) {
		struct bf_view part = parts->parts[i];
		size_t start = start_of(midstate, part);
		/* Only of the first one that is left the digest can have come so far. */
		if (midstate->after.n == 0 && start < midstate->offset) {
			size_t head = midstate->offset - start;
			good = good &&
			       update(midstate->before, bf_view_part(part, 0, head));
			part = bf_view_part(part, head, part.size - head);
		}
		midstate->after.parts[midstate->after.n++] = part;
	}
	midstate->after.padding = parts->padding;
	return good;
}

int bf_image_midstate_init(const struct bf_pe *pe, size_t offset, size_t size,
			   struct bf_image_midstate *ret)
{
	struct bf_authenticode_parts parts;
	bf_authenticode_parts(pe, &parts);
	*ret = (struct bf_image_midstate){
		.before = EVP_MD_CTX_new(),
		.file = pe->file,
		.offset = offset,
		.size = size,
	};
	if (ret->before && EVP_DigestInit_ex(ret->before, EVP_sha256(), NULL) == 1 &&
	    digest_before(ret, &parts))
		return BF_OK;
	bf_image_midstate_free(ret);
	return BF_ERR_NOMEM;
}

void bf_image_midstate_free(struct bf_image_midstate *midstate)
{
	EVP_MD_CTX_free(midstate->before);
	midstate->before = NULL;
}

/* A part of the file with the new bytes in their place. */
static bool update_changed(EVP_MD_CTX *context, const struct bf_image_midstate *midstate,
			   struct bf_view part, const uint8_t *bytes)
{
	size_t start = start_of(midstate, part), end = start + part.size;
	size_t from = midstate->offset, to = midstate->offset + midstate->size;
	from = from > start ? from : start;
	to = to < end ? to : end;
	if (from >= to)
		return update(context, part);
	return update(context, bf_view_part(part, 0, from - start)) &&
	       update(context, bf_view(bytes + (from - midstate->offset), to - from)) &&
	       update(context, bf_view_part(part, to - start, end - to));
}

int bf_image_midstate_finish(const struct bf_image_midstate *midstate,
			     const uint8_t *bytes, uint8_t ret[BF_SHA256_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_MD_CTX_copy_ex(context, midstate->before) == 1;
	for (size_t i = 0; good && i < midstate->after.n; i++)
		good = update_changed(context, midstate, midstate->after.parts[i], bytes);
	good = good && update_padding(context, midstate->after.padding) &&
	       EVP_DigestFinal_ex(context, ret, NULL) == 1;
	EVP_MD_CTX_free(context);
	return good ? BF_OK : BF_ERR_NOMEM;
}
