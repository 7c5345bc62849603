/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The packed payload of ipxe.lkrn, made by iPXE's own tool "zbin": blocks of
 *
 *     u32 length | raw LZMA1 | u32 CRC | 0xff ...
 *
 * each 16-aligned from the payload's start. The length counts the LZMA1 bytes and the CRC;
 * the CRC covers the LZMA1 bytes alone and is zlib's crc32 without its final inversion. The
 * LZMA1 stream has lc=2 lp=0 pb=0, no header and an end marker. The last block is iPXE
 * itself and went through the branch filter of bcj.h before packing.
 */
#ifndef BF_ZBIN_H
#define BF_ZBIN_H

#include "base/bytes.h"

enum {
	BF_ZBIN_BLOCKS_MAX = 16,
	BF_ZBIN_UNPACKED_MAX = 8 << 20, /* bytes, nine times iPXE; a bomb stops here */
	BF_ZBIN_PRESET = 6,             /* with extreme: what iPXE's build packs with */
};

struct bf_zbin_block {
	size_t offset;         /* of the length field, in the payload */
	struct bf_view packed; /* the raw LZMA1 bytes */
	uint32_t crc;          /* as stored */
};

/*
 * Walk the blocks of a payload to its end; ret_count is at least 1. BF_ERR_FORMAT when the
 * payload is not a chain of blocks. CRCs are not checked here.
 */
bf_must_check int bf_zbin_walk(struct bf_view payload,
			       struct bf_zbin_block ret[BF_ZBIN_BLOCKS_MAX],
			       size_t *ret_count, struct bf_error *reterr);

/* The last of them. */
bf_must_check int bf_zbin_find_last(struct bf_view payload, struct bf_zbin_block *ret,
				    struct bf_error *reterr);

/* Append packed as a block, with its length and CRC; BF_ERR_NOMEM is the only failure. */
int bf_zbin_append_block(struct bf_buffer *out, struct bf_view packed);

/*
 * Check the last block's CRC, unpack it and undo the branch filter. BF_ERR_TOO_BIG above
 * BF_ZBIN_UNPACKED_MAX. Release ret with bf_buffer_free().
 */
bf_must_check int bf_zbin_unpack_last(struct bf_view payload, struct bf_buffer *ret,
				      struct bf_error *reterr);

/*
 * Make a payload with the same blocks but the last, which unpacks to contents: filter,
 * pack with liblzma's preset (0 to 9, or'ed with LZMA_PRESET_EXTREME) and add the CRC.
 * The bzImage's syssize has to follow the new length.
 */
bf_must_check int bf_zbin_pack_last(struct bf_view payload, struct bf_view contents,
				    uint32_t preset, struct bf_buffer *ret,
				    struct bf_error *reterr);

#endif
