/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What libisofs wrote for a set of requests, kept for where it does not run: what stands in
 * front of an image's files (iso_tree.h) depends on their names alone, and on the label,
 * which is filled in.
 */
#ifndef BF_ISO_HEADS_H
#define BF_ISO_HEADS_H

#include "disk/iso_image.h"

/*
 * Heads have most of their blocks in common. A zeroed struct is empty; released with
 * bf_iso_heads_free().
 */
struct bf_iso_heads {
	uint32_t n;
	struct bf_buffer table;  /* of each: its key, and which blocks it has */
	struct bf_buffer blocks; /* of BF_ISO_BLOCK bytes, each different */
};

/* Add what bf_iso_tree_write() made for the request. */
bf_must_check int bf_iso_heads_add(struct bf_iso_heads *heads,
				   const struct bf_iso_request *request,
				   struct bf_view head, struct bf_error *reterr);
void bf_iso_heads_free(struct bf_iso_heads *heads);

/*
 * Append all of them as bytes, little-endian: the number of heads (4); of each the size of its
 * key (4), the number of its blocks (4), the key, and the numbers of the blocks (2 each);
 * then the blocks.
 */
bf_must_check int bf_iso_heads_print(const struct bf_iso_heads *heads,
				     struct bf_buffer *ret, struct bf_error *reterr);

/*
 * Find in those bytes the head of a request, which has the files, boot images and time of one
 * that was added. BF_ERR_UNSUPPORTED if there is none, BF_ERR_FORMAT for damaged bytes.
 */
bf_must_check int bf_iso_heads_find(struct bf_view bytes,
				    const struct bf_iso_request *request,
				    struct bf_buffer *ret, struct bf_error *reterr);

#endif
