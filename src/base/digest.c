/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/digest.h"

/* The functions become static ones of this file: there is no library to link. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static int add_part(XXH3_state_t *state, const struct bf_source *source,
		    struct bf_extent part, struct bf_error *reterr)
{
	/* Small enough for the processor's first cache, and few pages of stack. */
	uint8_t bytes[16 << 10];
	while (part.start < part.end) {
		size_t size = sizeof(bytes);
		if (size > part.end - part.start)
			size = (size_t)(part.end - part.start);
		int err = bf_source_read(source, part.start, bytes, size, reterr);
		if (err)
			return err;
		XXH3_128bits_update(state, bytes, size);
		part.start += size;
	}
	return BF_OK;
}

int bf_digest_hex(const struct bf_source *source, const struct bf_extent *parts,
		  size_t n_parts, char ret[BF_DIGEST_HEX_SIZE], struct bf_error *reterr)
{
	XXH3_state_t state;
	XXH128_canonical_t digest;
	XXH3_INITSTATE(&state);
	XXH3_128bits_reset(&state);
	for (size_t i = 0; i < n_parts; i++) {
		int err = add_part(&state, source, parts[i], reterr);
		if (err)
			return err;
	}
	XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(&state));
	bf_hex(bf_view(digest.digest, sizeof(digest.digest)), ret);
	return BF_OK;
}

uint64_t bf_digest_hash(struct bf_view bytes, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes.data, bytes.size, seed);
}
