/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/rootcert.h"

#include <string.h>

const uint8_t bf_rootcert_stock[BF_SHA256_SIZE] = {
	0x9f, 0xaf, 0x71, 0x7b, 0x7f, 0x8c, 0xa2, 0xf9, 0x3c, 0x25, 0x6c,
	0x79, 0xf8, 0xac, 0x55, 0x91, 0x89, 0x5d, 0x66, 0xd1, 0xff, 0x3b,
	0xee, 0x63, 0x97, 0xa7, 0x0d, 0x29, 0xc6, 0x5e, 0xed, 0x1a,
};

/*
 * Whether the address is that of `struct digest_algorithm { const char *name; size_t
 * ctxsize, blocksize, digestsize; ... }` for SHA-256.
 */
static bool is_sha256(const struct bf_program *program, uint64_t address)
{
	static const char name[] = "sha256";
	size_t pointer = program->pointer_size;
	size_t digest, text;
	return bf_program_find(program, address, &digest) &&
	       bf_view_has(program->bytes, digest, 4 * pointer) &&
	       bf_program_pointer(program, digest + 3 * pointer) == BF_SHA256_SIZE &&
	       bf_program_find(program, bf_program_pointer(program, digest), &text) &&
	       bf_view_has(program->bytes, text, sizeof(name)) &&
	       memcmp(program->bytes.data + text, name, sizeof(name)) == 0;
}

bool bf_rootcert_find(const struct bf_program *program, struct bf_rootcert *ret)
{
	size_t pointer = program->pointer_size;
	for (size_t at = 0; bf_view_has(program->bytes, at, 3 * pointer); at += pointer) {
		struct bf_rootcert found;
		uint64_t fingerprints = bf_program_pointer(program, at + 2 * pointer);
		found.count = bf_le32(program->bytes.data + at + pointer);
		if (found.count >= 1 && found.count <= BF_ROOTCERT_MAX &&
		    bf_program_find(program, fingerprints, &found.offset) &&
		    bf_view_has(program->bytes, found.offset,
				(uint64_t)found.count * BF_SHA256_SIZE) &&
		    is_sha256(program, bf_program_pointer(program, at))) {
			*ret = found;
			return true;
		}
	}
	return false;
}
