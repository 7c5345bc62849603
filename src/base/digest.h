/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * XXH3 with 128 bits, from xxHash: it tells bytes apart about as fast as they can be read.
 * Other bytes with the same digest can be made by whoever wants to; for what must not be
 * forged there is sha256.h.
 */
#ifndef BF_DIGEST_H
#define BF_DIGEST_H

#include "base/source.h"

enum { BF_DIGEST_HEX_SIZE = 33 }; /* with the NUL */

/* The bytes [start, end) of a source. */
struct bf_extent {
	uint64_t start, end;
};

/*
 * The digest of these parts of a source, as if they stood one behind the other, in hex.
 * They are read a little at a time. Fails as bf_source_read() does.
 */
bf_must_check int bf_digest_hex(const struct bf_source *source,
				const struct bf_extent *parts, size_t n_parts,
				char ret[BF_DIGEST_HEX_SIZE], struct bf_error *reterr);

/*
 * XXH3 with 64 bits of bytes in memory, for tables: whoever does not know the seed cannot
 * choose bytes that share a place with others.
 */
uint64_t bf_digest_hash(struct bf_view bytes, uint64_t seed);

#endif
