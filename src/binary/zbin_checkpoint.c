/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/zbin_patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "binary/bcj.h"
#include "binary/zbin.h"

enum {
	VERSION = 1,
	MATCH_MAX = 273, /* bytes one symbol stands for at most */
	N_HEADER = 15,   /* integers behind the magic */
	RUN_HEADER = 8,
	PROBS_SIZE = (2 * BF_LZMA1_PROBS + 3) / 4 * 4,
	STORED_HEADER = 4 + 4 * N_HEADER + PROBS_SIZE,
};

static const char magic[] = {'b', 'f', 'c', 'k'};

static int fail_damaged(const char *what, struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_FORMAT, "the checkpoint is damaged: %s", what);
}

void bf_zbin_checkpoint_free(struct bf_zbin_checkpoint *checkpoint)
{
	bf_buffer_free(&checkpoint->contents);
}

/* Copies of the state are worth their time only where the next symbol may be too far. */
static int decode_until(struct bf_zbin_checkpoint *ret, size_t before,
			struct bf_error *reterr)
{
	struct bf_lzma1_decoder decoder = ret->decoder;
	struct bf_lzma1_symbol symbol;
	for (size_t position = 0;; position += symbol.length) {
		if (position > before)
			return BF_OK;
		if (position + MATCH_MAX > before) {
			ret->decoder = decoder;
			ret->position = position;
		}
		if (!bf_lzma1_decode(&decoder, ret->contents.data, position, &symbol) ||
		    symbol.length > ret->contents.size - position)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "the packed block's LZMA stream is damaged at "
				       "byte %zu",
				       decoder.used);
		if (symbol.kind == BF_LZMA1_END)
			return BF_OK;
	}
}

int bf_zbin_checkpoint_make(struct bf_view payload, struct bf_view unpacked,
			    size_t before, struct bf_zbin_checkpoint *ret,
			    struct bf_error *reterr)
{
	struct bf_zbin_block block;
	struct bf_zbin_checkpoint made = {0};
	int err = bf_zbin_find_last(payload, &block, reterr);
	if (err)
		return err;
	if (!bf_lzma1_decoder_start(&made.decoder, block.packed))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the packed block's LZMA stream has no beginning");
	if (bf_buffer_append(&made.contents, unpacked.data, unpacked.size))
		return bf_fail_nomem(reterr);
	bf_bcj_encode(made.contents.data, made.contents.size, 0);
	err = decode_until(&made, before, reterr);
	if (err) {
		bf_zbin_checkpoint_free(&made);
		return err;
	}
	made.filter_position =
		bf_bcj_boundary(made.contents.data, made.contents.size, made.position);
	*ret = made;
	return BF_OK;
}

/* Note that [start, end) is read, as far as it lies before the checkpoint. */
static void mark(uint8_t *marks, size_t limit, size_t start, size_t end)
{
	if (end > limit)
		end = limit;
	if (start < end)
		memset(marks + start, 1, end - start);
}

/*
 * What the rest of the stream reads: the byte before the checkpoint as a literal's context,
 * the sources of matches, and the byte behind each source, which a literal after the match
 * is compared with.
 */
static int mark_sources(const struct bf_zbin_checkpoint *checkpoint, uint8_t *marks,
			struct bf_error *reterr)
{
	struct bf_lzma1_decoder decoder = checkpoint->decoder;
	const uint8_t *contents = checkpoint->contents.data;
	size_t limit = checkpoint->position;
	size_t last = limit - decoder.model.reps[0] - 1;
	struct bf_lzma1_symbol symbol;

	mark(marks, limit, limit - 1, limit);
	mark(marks, limit, last, last + 1);
	for (size_t position = limit;; position += symbol.length) {
		if (!bf_lzma1_decode(&decoder, contents, position, &symbol) ||
		    symbol.length > checkpoint->contents.size - position)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "the packed block's LZMA stream is damaged at "
				       "byte %zu",
				       decoder.used);
		if (symbol.kind == BF_LZMA1_END)
			return BF_OK;
		if (symbol.kind == BF_LZMA1_LITERAL)
			continue;
		size_t source = position - symbol.distance - 1;
		mark(marks, limit, source, source + symbol.length + 1);
	}
}

static int append_u32(struct bf_buffer *out, uint32_t value)
{
	uint8_t bytes[4];
	bf_put_le32(bytes, value);
	return bf_buffer_append(out, bytes, sizeof(bytes));
}

static int append_header(struct bf_buffer *out,
			 const struct bf_zbin_checkpoint *checkpoint)
{
	const struct bf_lzma1_decoder *decoder = &checkpoint->decoder;
	const struct bf_lzma1_model *model = &decoder->model;
	struct bf_view packed = decoder->packed;
	const uint32_t fields[N_HEADER] = {
		VERSION,
		bf_le32(packed.data + packed.size), /* the CRC follows */
		(uint32_t)packed.size,
		(uint32_t)checkpoint->contents.size,
		(uint32_t)checkpoint->position,
		(uint32_t)checkpoint->filter_position,
		(uint32_t)decoder->used,
		model->range,
		decoder->code,
		model->state,
		model->reps[0],
		model->reps[1],
		model->reps[2],
		model->reps[3],
		BF_LZMA1_PROBS,
	};
	uint8_t probs[PROBS_SIZE] = {0};
	for (size_t i = 0; i < BF_LZMA1_PROBS; i++)
		bf_put_le16(probs + 2 * i, model->probs[i]);
	int err = bf_buffer_append(out, magic, sizeof(magic));
	for (size_t i = 0; !err && i < N_HEADER; i++)
		err = append_u32(out, fields[i]);
	return err ? err : bf_buffer_append(out, probs, sizeof(probs));
}

static int append_runs(struct bf_buffer *out, const uint8_t *contents,
		       const uint8_t *marks, size_t size)
{
	int err = BF_OK;
	for (size_t start = 0, end; !err && start < size; start = end) {
		end = start;
		while (end < size && marks[end] == marks[start])
			end++;
		if (!marks[start])
			continue;
		err = append_u32(out, (uint32_t)start);
		if (!err)
			err = append_u32(out, (uint32_t)(end - start));
		if (!err)
			err = bf_buffer_append(out, contents + start, end - start);
	}
	return err;
}

int bf_zbin_checkpoint_write(const struct bf_zbin_checkpoint *checkpoint,
			     struct bf_buffer *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer marks = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};
	if (checkpoint->decoder.model.reps[0] >= checkpoint->position)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "byte %zu is too early for a checkpoint",
			       checkpoint->position);
	if (bf_buffer_zero(&marks, checkpoint->position))
		return bf_fail_nomem(reterr);
	int err = mark_sources(checkpoint, marks.data, reterr);
	if (err)
		return err;
	if (append_header(&out, checkpoint) ||
	    append_runs(&out, checkpoint->contents.data, marks.data,
			checkpoint->position))
		return bf_fail_nomem(reterr);
	bf_buffer_free(ret);
	*ret = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}

static uint32_t field(struct bf_view stored, size_t index)
{
	return bf_le32(stored.data + sizeof(magic) + 4 * index);
}

/* The coder's state: any numbers will do that cannot lead it outside its memory. */
static int read_decoder(struct bf_view stored, struct bf_zbin_checkpoint *ret,
			struct bf_error *reterr)
{
	struct bf_lzma1_decoder *decoder = &ret->decoder;
	struct bf_lzma1_model *model = &decoder->model;
	const uint8_t *probs = stored.data + STORED_HEADER - PROBS_SIZE;

	decoder->used = field(stored, 6);
	model->range = field(stored, 7);
	decoder->code = field(stored, 8);
	model->state = field(stored, 9);
	if (decoder->used < BF_LZMA1_START || decoder->used > decoder->packed.size ||
	    decoder->code >= model->range || model->state >= BF_LZMA1_STATES)
		return fail_damaged("a state that no decoder has", reterr);
	for (size_t i = 0; i < BF_LZMA1_REPS; i++) {
		model->reps[i] = field(stored, 10 + i);
		if (model->reps[i] >= ret->position)
			return fail_damaged("a distance that reaches too far", reterr);
	}
	for (size_t i = 0; i < BF_LZMA1_PROBS; i++) {
		model->probs[i] = bf_le16(probs + 2 * i);
		if (model->probs[i] == 0 || model->probs[i] >> BF_LZMA1_PROB_BITS)
			return fail_damaged("a probability of 0 or 1", reterr);
	}
	return BF_OK;
}

static int read_runs(struct bf_view stored, struct bf_zbin_checkpoint *ret,
		     struct bf_error *reterr)
{
	for (size_t at = STORED_HEADER; at < stored.size;) {
		if (!bf_view_has(stored, at, RUN_HEADER))
			return fail_damaged("cut short", reterr);
		uint32_t start = bf_le32(stored.data + at);
		uint32_t length = bf_le32(stored.data + at + 4);
		at += RUN_HEADER;
		if (!bf_view_has(stored, at, length) || start > ret->position ||
		    length > ret->position - start)
			return fail_damaged("bytes that have no place", reterr);
		memcpy(ret->contents.data + start, stored.data + at, length);
		at += length;
	}
	return BF_OK;
}

static int read_sizes(struct bf_view stored, const struct bf_zbin_block *block,
		      struct bf_zbin_checkpoint *ret, struct bf_error *reterr)
{
	if (stored.size < STORED_HEADER ||
	    memcmp(stored.data, magic, sizeof(magic)) != 0 ||
	    field(stored, 0) != VERSION || field(stored, 14) != BF_LZMA1_PROBS)
		return fail_damaged("it does not begin like one", reterr);
	if (field(stored, 1) != block->crc || field(stored, 2) != block->packed.size)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "the checkpoint is for another packed block");
	uint32_t size = field(stored, 3);
	ret->position = field(stored, 4);
	ret->filter_position = field(stored, 5);
	if (size > BF_ZBIN_UNPACKED_MAX || ret->position == 0 || ret->position > size ||
	    ret->filter_position < ret->position || ret->filter_position > size)
		return fail_damaged("positions outside the block", reterr);
	ret->decoder.packed = block->packed;
	return bf_buffer_zero(&ret->contents, size) ? bf_fail_nomem(reterr) : BF_OK;
}

int bf_zbin_checkpoint_read(struct bf_view stored, struct bf_view payload,
			    struct bf_zbin_checkpoint *ret, struct bf_error *reterr)
{
	struct bf_zbin_block block;
	bf_cleanup(bf_zbin_checkpoint_free) struct bf_zbin_checkpoint loaded = {0};
	int err = bf_zbin_find_last(payload, &block, reterr);
	if (!err)
		err = read_sizes(stored, &block, &loaded, reterr);
	if (!err)
		err = read_decoder(stored, &loaded, reterr);
	if (!err)
		err = read_runs(stored, &loaded, reterr);
	if (err)
		return err;
	*ret = loaded;
	loaded = (struct bf_zbin_checkpoint){0};
	return BF_OK;
}
