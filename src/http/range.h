/* SPDX-License-Identifier: GPL-3.0-only */
/* The Range field of a request, RFC 9110 section 14. */
#ifndef BF_RANGE_H
#define BF_RANGE_H

#include <stddef.h>
#include <stdint.h>

/* More parts than any reader of an image asks for at once; a request with more gets it whole. */
enum { BF_RANGES_MAX = 32 };

/* A part that exists: length is at least 1, and first + length at most the whole's size. */
struct bf_range {
	uint64_t first;
	uint64_t length;
};

struct bf_ranges {
	struct bf_range items[BF_RANGES_MAX];
	size_t n;
};

enum bf_range_kind {
	BF_RANGE_WHOLE, /* send everything, as if there was no Range: status 200 */
	BF_RANGE_PARTS, /* send ret's parts, in the order asked for: status 206 */
	BF_RANGE_UNSATISFIABLE, /* none of the parts exists: status 416 */
};

/*
 * What a Range field asks for of something of size bytes. A field that is malformed, in
 * another unit, asks for more than BF_RANGES_MAX parts, or for more bytes in all than
 * there are, is ignored, as the RFC allows (14.2).
 */
enum bf_range_kind bf_range_parse(const char *field, uint64_t size,
				  struct bf_ranges *ret);

#endif
