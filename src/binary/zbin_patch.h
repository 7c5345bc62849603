/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Changing bytes of the lkrn's last packed block without packing it anew. Up to the change
 * the stream stays as it is. From there on the symbols of the old stream are encoded again,
 * those that would now give other bytes as literals: a coder's state just before the change
 * is all it takes, and what follows is short because what we change is near the end.
 *
 * That state, a checkpoint, costs unpacking the block. It can be stored, in integers of 32
 * bits but for the probabilities, all little-endian:
 *
 *     "bfck" | version 1 | CRC of the block | its packed size | its unpacked size
 *     position | filter position | bytes read | range | code | state | 4 reps
 *     number of probabilities | probabilities of 16 bits, padded to 4 bytes
 *     then to the end: position | length | that many bytes of the unpacked block
 *
 * The bytes are those before the position that the rest of the stream refers to.
 */
#ifndef BF_ZBIN_PATCH_H
#define BF_ZBIN_PATCH_H

#include "base/bytes.h"
#include "binary/lzma1.h"

struct bf_zbin_checkpoint {
	struct bf_lzma1_decoder decoder; /* its packed points into the payload */
	/* The block unpacked, still filtered; good before position, as far as it matters. */
	struct bf_buffer contents;
	size_t position;        /* bytes unpacked so far */
	size_t filter_position; /* where the branch filter goes on, at or after it */
};

/*
 * Stop right before the symbol that reaches past `before`. unpacked is the last block as
 * bf_zbin_unpack_last() gave it. Release ret with bf_zbin_checkpoint_free().
 */
bf_must_check int bf_zbin_checkpoint_make(struct bf_view payload, struct bf_view unpacked,
					  size_t before, struct bf_zbin_checkpoint *ret,
					  struct bf_error *reterr);
void bf_zbin_checkpoint_free(struct bf_zbin_checkpoint *checkpoint);

/*
 * Store a checkpoint, and load it for the payload it was made from: BF_ERR_UNSUPPORTED for
 * another one, BF_ERR_FORMAT for a damaged one.
 */
bf_must_check int bf_zbin_checkpoint_write(const struct bf_zbin_checkpoint *checkpoint,
					   struct bf_buffer *ret,
					   struct bf_error *reterr);
bf_must_check int bf_zbin_checkpoint_read(struct bf_view stored, struct bf_view payload,
					  struct bf_zbin_checkpoint *ret,
					  struct bf_error *reterr);

/*
 * Make a payload whose last block has `new` in place of `old`, as long as it, which must be
 * there exactly once behind the checkpoint: BF_ERR_UNSUPPORTED if it is not. The new stream
 * is unpacked from the checkpoint on and compared before it is handed out. Uses the
 * checkpoint up. The bzImage's syssize has to follow the new length.
 */
bf_must_check int bf_zbin_patch_last(struct bf_view payload,
				     struct bf_zbin_checkpoint *checkpoint,
				     struct bf_view old, struct bf_view new,
				     struct bf_buffer *ret, struct bf_error *reterr);

#endif
