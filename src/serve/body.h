/* SPDX-License-Identifier: GPL-3.0-only */
/* The content of an answer: parts of an image, sent from where they are. */
#ifndef BF_BODY_H
#define BF_BODY_H

#include "http/microhttpd.h"
#include "http/range.h"
#include "serve/served.h"

struct bf_body_parts {
	const struct bf_range *ranges; /* within the image */
	size_t n;                      /* with more than one it is multipart/byteranges */
	const char *type;              /* Content-Type of each part then */
	const char *boundary;          /* between them */
};

/*
 * A response with these parts of the image as its content (RFC 9110 section 14.6), ret_length
 * bytes. It holds the image until it is destroyed. NULL when out of memory.
 */
struct MHD_Response *bf_body_response(const struct bf_microhttpd *mhd,
				      struct bf_served *served,
				      const struct bf_body_parts *parts,
				      uint64_t *ret_length);

/* "bytes FIRST-LAST/SIZE", the value of Content-Range. Returns out. */
const char *bf_body_print_range(const struct bf_range *range, uint64_t size, char *out,
				size_t out_size);

#endif
