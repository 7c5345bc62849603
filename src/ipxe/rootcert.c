/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/rootcert.h"

#include <string.h>

const uint8_t bf_rootcert_stock[BF_SHA256_SIZE] = {
	0x9f, 0xaf, 0x71, 0x7b, 0x7f, 0x8c, 0xa2, 0xf9, 0x3c, 0x25, 0x6c,
	0x79, 0xf8, 0xac, 0x55, 0x91, 0x89, 0x5d, 0x66, 0xd1, 0xff, 0x3b,
	0xee, 0x63, 0x97, 0xa7, 0x0d, 0x29, 0xc6, 0x5e, 0xed, 0x1a,
};

/*
 * The addresses of `struct digest_algorithm { const char *name; size_t ctxsize, blocksize,
 * digestsize; ... }` for SHA-256.
 */
static struct bf_program_addresses find_sha256(const struct bf_program *program)
{
	struct bf_program_addresses names = {0}, ret = {0};
	size_t pointer = program->pointer_size;
	bf_program_find_text(program, "sha256", &names);
	for (size_t at = 0; names.n && ret.n < BF_PROGRAM_ADDRESSES_MAX &&
			    bf_view_has(program->bytes, at, 4 * pointer);
	     at += pointer)
		if (bf_program_pointer(program, at + 3 * pointer) == BF_SHA256_SIZE &&
		    bf_program_is_among(&names, bf_program_pointer(program, at)) &&
		    bf_program_address(program, at, &ret.items[ret.n]))
			ret.n++;
	return ret;
}

/* The name leads to the digest, the digest to the roots: none is looked for at every byte. */
bool bf_rootcert_find(const struct bf_program *program, struct bf_rootcert *ret)
{
	struct bf_program_addresses digests = find_sha256(program);
	size_t pointer = program->pointer_size;
	for (size_t at = 0; digests.n && bf_view_has(program->bytes, at, 3 * pointer);
	     at += pointer) {
		struct bf_rootcert found;
		uint64_t fingerprints = bf_program_pointer(program, at + 2 * pointer);
		found.count = bf_le32(program->bytes.data + at + pointer);
		if (found.count >= 1 && found.count <= BF_ROOTCERT_MAX &&
		    bf_program_is_among(&digests, bf_program_pointer(program, at)) &&
		    bf_program_find(program, fingerprints, &found.offset) &&
		    bf_view_has(program->bytes, found.offset,
				(uint64_t)found.count * BF_SHA256_SIZE)) {
			*ret = found;
			return true;
		}
	}
	return false;
}

bool bf_rootcert_is_only(const struct bf_program *program,
			 const struct bf_rootcert *roots,
			 const uint8_t sha256[BF_SHA256_SIZE])
{
	return roots->count == 1 &&
	       memcmp(program->bytes.data + roots->offset, sha256, BF_SHA256_SIZE) == 0;
}
