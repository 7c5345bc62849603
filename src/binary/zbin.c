/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/zbin.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "binary/bcj.h"

enum {
	LENGTH_SIZE = 4,
	CRC_SIZE = 4,
	ALIGNMENT = 16,
	LITERAL_CONTEXT_BITS = 2, /* lc; lp and pb are 0 */
	DICTIONARY_MIN = 1 << 20,
	/*
	 * Nothing unpacks to more than 7100 times its size: at best 14 decisions, each as
	 * likely as it can become (2017/2048, which costs 1/45 of a bit), give 273 bytes.
	 */
	RATIO_MAX = 8192,
};

static uint32_t checksum(struct bf_view packed)
{
	return ~lzma_crc32(packed.data, packed.size, 0);
}

/* The block at offset, which has at least one byte. */
static int read_block(struct bf_view payload, size_t offset, struct bf_zbin_block *ret,
		      struct bf_error *reterr)
{
	if (!bf_view_has(payload, offset, LENGTH_SIZE))
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"the packed block at byte %zu has %zu bytes, too few for its "
			"length",
			offset, payload.size - offset);
	uint32_t length = bf_le32(payload.data + offset);
	size_t start = offset + LENGTH_SIZE;
	if (length <= CRC_SIZE || !bf_view_has(payload, start, length))
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"the packed block at byte %zu claims %u bytes, %zu are there",
			offset, length, payload.size - start);
	*ret = (struct bf_zbin_block){
		.offset = offset,
		.packed = bf_view_part(payload, start, length - CRC_SIZE),
		.crc = bf_le32(payload.data + start + length - CRC_SIZE),
	};
	return BF_OK;
}

int bf_zbin_walk(struct bf_view payload, struct bf_zbin_block ret[BF_ZBIN_BLOCKS_MAX],
		 size_t *ret_count, struct bf_error *reterr)
{
	size_t count = 0;
	uint64_t next = 0;
	do {
		if (count == BF_ZBIN_BLOCKS_MAX)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "the payload has more than %d packed blocks",
				       BF_ZBIN_BLOCKS_MAX);
		struct bf_zbin_block *block = &ret[count];
		int err = read_block(payload, (size_t)next, block, reterr);
		if (err)
			return err;
		count++;
		uint64_t end = (uint64_t)block->offset + LENGTH_SIZE +
			       block->packed.size + CRC_SIZE;
		next = bf_align(end, ALIGNMENT);
	} while (next < payload.size);
	*ret_count = count;
	return BF_OK;
}

int bf_zbin_find_last(struct bf_view payload, struct bf_zbin_block *ret,
		      struct bf_error *reterr)
{
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	int err = bf_zbin_walk(payload, blocks, &count, reterr);
	if (!err)
		*ret = blocks[count - 1];
	return err;
}

/*
 * The dictionary is all the memory liblzma takes and depends on sizes only: nothing in the
 * stream, which has no header, can ask for more.
 */
static void set_filters(lzma_options_lzma *options, lzma_filter filters[2])
{
	options->lc = LITERAL_CONTEXT_BITS;
	options->lp = 0;
	options->pb = 0;
	filters[0] = (lzma_filter){.id = LZMA_FILTER_LZMA1, .options = options};
	filters[1] = (lzma_filter){.id = LZMA_VLI_UNKNOWN};
}

static size_t unpacked_limit(size_t packed_size)
{
	return packed_size < BF_ZBIN_UNPACKED_MAX / RATIO_MAX ? packed_size * RATIO_MAX
							      : BF_ZBIN_UNPACKED_MAX;
}

static int unpack(struct bf_view packed, struct bf_buffer *out, struct bf_error *reterr)
{
	size_t limit = unpacked_limit(packed.size);
	lzma_options_lzma options = {.dict_size = (uint32_t)limit};
	lzma_filter filters[2];
	size_t in_used = 0, out_used = 0;

	set_filters(&options, filters);
	/* Not by bf_buffer_zero(), which has all pages made: most of them are never used. */
	*out = (struct bf_buffer){
		.data = calloc(1, limit), .size = limit, .capacity = limit};
	if (!out->data)
		return bf_fail_nomem(reterr);
	lzma_ret result =
		lzma_raw_buffer_decode(filters, NULL, packed.data, &in_used, packed.size,
				       out->data, &out_used, out->size);
	if (result == LZMA_MEM_ERROR)
		return bf_fail_nomem(reterr);
	if (result == LZMA_BUF_ERROR)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the packed block unpacks to more than %d bytes",
			       BF_ZBIN_UNPACKED_MAX);
	if (result != LZMA_OK)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the packed block's LZMA stream of %zu bytes is damaged",
			       packed.size);
	if (in_used != packed.size)
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"the packed block's LZMA stream ends after %zu of %zu bytes",
			in_used, packed.size);
	out->size = out_used;
	return BF_OK;
}

int bf_zbin_unpack_last(struct bf_view payload, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	struct bf_zbin_block block;
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};

	int err = bf_zbin_find_last(payload, &block, reterr);
	if (err)
		return err;
	uint32_t crc = checksum(block.packed);
	if (crc != block.crc)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the packed block at byte %zu has CRC 0x%08x, not 0x%08x",
			       block.offset, crc, block.crc);
	err = unpack(block.packed, &out, reterr);
	if (err)
		return err;
	bf_bcj_decode(out.data, out.size, 0);
	bf_buffer_free(ret);
	*ret = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}

/* A dictionary that reaches back to the first byte; a larger one would change nothing. */
static uint32_t dictionary_for(size_t size)
{
	uint32_t dictionary = DICTIONARY_MIN;
	while (dictionary < size)
		dictionary *= 2;
	return dictionary;
}

int bf_zbin_append_block(struct bf_buffer *out, struct bf_view packed)
{
	uint8_t length[LENGTH_SIZE], crc[CRC_SIZE];
	bf_put_le32(length, (uint32_t)packed.size + CRC_SIZE);
	bf_put_le32(crc, checksum(packed));
	if (bf_buffer_append(out, length, sizeof(length)) ||
	    bf_buffer_append(out, packed.data, packed.size) ||
	    bf_buffer_append(out, crc, sizeof(crc)))
		return BF_ERR_NOMEM;
	return BF_OK;
}

/* Pack contents, which is filtered already, and append it to out as a block. */
static int pack_block(struct bf_buffer *out, struct bf_view contents, uint32_t preset,
		      struct bf_error *reterr)
{
	lzma_options_lzma options;
	lzma_filter filters[2];
	bf_cleanup(bf_buffer_free) struct bf_buffer packed = {0};
	size_t used = 0;

	if (lzma_lzma_preset(&options, preset))
		return bf_fail(reterr, BF_ERR_INPUT, "liblzma has no preset 0x%x",
			       preset);
	options.dict_size = dictionary_for(contents.size);
	set_filters(&options, filters);
	/* The bound is for .xz, whose frame is larger than our end marker. */
	if (bf_buffer_zero(&packed, lzma_stream_buffer_bound(contents.size)) ||
	    lzma_raw_buffer_encode(filters, NULL, contents.data, contents.size,
				   packed.data, &used, packed.size) != LZMA_OK ||
	    bf_zbin_append_block(out, bf_view(packed.data, used)))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

int bf_zbin_pack_last(struct bf_view payload, struct bf_view contents, uint32_t preset,
		      struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_zbin_block block;
	bf_cleanup(bf_buffer_free) struct bf_buffer filtered = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};

	int err = bf_zbin_find_last(payload, &block, reterr);
	if (err)
		return err;
	if (contents.size > BF_ZBIN_UNPACKED_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "%zu bytes to pack, the limit is %d", contents.size,
			       BF_ZBIN_UNPACKED_MAX);
	if (bf_buffer_append(&filtered, contents.data, contents.size) ||
	    bf_buffer_append(&out, payload.data, block.offset))
		return bf_fail_nomem(reterr);
	bf_bcj_encode(filtered.data, filtered.size, 0);
	err = pack_block(&out, bf_buffer_view(&filtered), preset, reterr);
	if (err)
		return err;
	bf_buffer_free(ret);
	*ret = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}
