/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Something large put together from bytes that stand elsewhere: a list of pieces, each
 * starting where the one before it ends. Nothing is copied until it is read.
 */
#ifndef BF_PIECES_H
#define BF_PIECES_H

#include "base/bytes.h"

/* A zeroed struct is empty. The bytes belong to others, who keep them while this lives. */
struct bf_pieces {
	struct bf_piece *items; /* none is empty */
	size_t n_items;
	size_t capacity;
	uint64_t size; /* of the whole: where the last one ends */
};

/* Append bytes, or so many zeros. BF_ERR_NOMEM leaves the list as it was before. */
int bf_pieces_append(struct bf_pieces *pieces, struct bf_view bytes);
int bf_pieces_append_zeros(struct bf_pieces *pieces, uint64_t size);

/*
 * Make ret the base with patches laid over it. The patches are in rising order, do not
 * overlap and end within the base, or else BF_ERR_INPUT. What ret held is replaced, its
 * memory used again; after a failure ret is empty.
 */
bf_must_check int bf_pieces_overlay(const struct bf_pieces *base,
				    const struct bf_piece *patches, size_t n_patches,
				    struct bf_pieces *ret, struct bf_error *reterr);

/*
 * Copy [offset, offset + length) to out. Returns how many bytes that were: fewer than
 * length only at the end. Threads may read the same list.
 */
size_t bf_pieces_read(const struct bf_pieces *pieces, uint64_t offset, void *out,
		      size_t length);

/* Write everything to a descriptor. BF_ERR_IO leaves the reason in errno. */
int bf_pieces_write(const struct bf_pieces *pieces, int fd);

/* The index of the piece that holds offset, which is below the whole's size. */
size_t bf_pieces_find(const struct bf_pieces *pieces, uint64_t offset);

/* Release the list, not the bytes it leads to; it is empty afterwards. */
void bf_pieces_free(struct bf_pieces *pieces);

#endif
