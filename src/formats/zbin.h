/*
 * The packed payload of ipxe.lkrn, made by iPXE's own tool "zbin": blocks of
 * `u32 length | raw LZMA1 | u32 CRC`, each 16-aligned from the payload's start. The last
 * block is iPXE itself and went through an x86 branch filter before packing.
 */
#ifndef BF_ZBIN_H
#define BF_ZBIN_H

#include "base/bytes.h"

enum {
	BF_ZBIN_BLOCKS_MAX = 16,
	BF_ZBIN_UNPACKED_MAX = 16 << 20, /* bytes; a bomb stops here */
};

struct bf_zbin_block {
	size_t offset; /* of the length field, in the payload */
	size_t packed; /* bytes of raw LZMA1 */
};

/* Walk the blocks of a payload; ret_count is at least 1. */
int bf_zbin_walk(struct bf_view payload, struct bf_zbin_block ret[BF_ZBIN_BLOCKS_MAX],
		 size_t *ret_count, struct bf_error *reterr);

/* Check the last block's CRC, unpack it and undo the branch filter. */
int bf_zbin_unpack_last(struct bf_view payload, struct bf_buffer *ret,
			struct bf_error *reterr);

#endif
