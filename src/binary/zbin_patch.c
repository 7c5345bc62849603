/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/zbin_patch.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/bcj.h"
#include "binary/zbin.h"

/*
 * A match names bytes that may be part of the match itself, hence one at a time and never
 * memcpy().
 */
static void copy_match(uint8_t *contents, size_t position,
		       const struct bf_lzma1_symbol *symbol)
{
	uint8_t *out = contents + position;
	for (size_t i = 0; i < symbol->length; i++)
		out[i] = *(out + i - symbol->distance - 1);
}

/* Whether the symbol stands for the bytes that are at position. */
static bool symbol_fits(const uint8_t *contents, size_t position,
			const struct bf_lzma1_symbol *symbol)
{
	const uint8_t *wanted = contents + position;
	if (symbol->kind == BF_LZMA1_LITERAL)
		return *wanted == symbol->byte;
	for (size_t i = 0; i < symbol->length; i++)
		if (wanted[i] != *(wanted + i - symbol->distance - 1))
			return false;
	return true;
}

/* Unpack the rest of the old stream; the symbols it is made of go to ret. */
static int unpack_rest(struct bf_zbin_checkpoint *checkpoint, struct bf_buffer *ret,
		       struct bf_error *reterr)
{
	struct bf_lzma1_decoder decoder = checkpoint->decoder;
	struct bf_buffer *contents = &checkpoint->contents;
	size_t position = checkpoint->position;
	struct bf_lzma1_symbol symbol;
	do {
		if (!bf_lzma1_decode(&decoder, contents->data, position, &symbol) ||
		    symbol.length > contents->size - position)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "the packed block's LZMA stream is damaged at "
				       "byte %zu",
				       decoder.used);
		if (bf_buffer_append(ret, &symbol, sizeof(symbol)))
			return bf_fail_nomem(reterr);
		if (symbol.kind == BF_LZMA1_LITERAL)
			contents->data[position] = symbol.byte;
		else
			copy_match(contents->data, position, &symbol);
		position += symbol.length;
	} while (symbol.kind != BF_LZMA1_END);
	if (position != contents->size)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the packed block has %zu bytes, the checkpoint says %zu",
			       position, contents->size);
	return BF_OK;
}

static int replace_once(struct bf_zbin_checkpoint *checkpoint, struct bf_view old,
			struct bf_view new, struct bf_error *reterr)
{
	struct bf_buffer *contents = &checkpoint->contents;
	struct bf_view view = bf_buffer_view(contents);
	size_t from = checkpoint->filter_position, at, again;

	bf_bcj_decode(contents->data, contents->size, from);
	if (!bf_view_find(view, from, old, &at))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "the bytes to replace are not in the packed block");
	if (bf_view_find(view, at + 1, old, &again))
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"the bytes to replace are in the packed block twice, at %zu "
			"and %zu",
			at, again);
	memcpy(contents->data + at, new.data, new.size);
	bf_bcj_encode(contents->data, contents->size, from);
	return BF_OK;
}

/* The cheapest way to name a distance: as one of the last ones, where it still is one. */
static struct bf_lzma1_symbol name_distance(const struct bf_lzma1_model *model,
					    struct bf_lzma1_symbol symbol)
{
	if (symbol.kind == BF_LZMA1_MATCH ||
	    (symbol.kind == BF_LZMA1_REP && model->reps[symbol.rep] == symbol.distance) ||
	    (symbol.kind == BF_LZMA1_SHORT_REP && model->reps[0] == symbol.distance))
		return symbol;
	for (unsigned i = 0; symbol.kind == BF_LZMA1_REP && i < BF_LZMA1_REPS; i++)
		if (model->reps[i] == symbol.distance) {
			symbol.rep = i;
			return symbol;
		}
	/* A match of one byte is only to be had from the last distance. */
	symbol.kind = symbol.length > 1 ? BF_LZMA1_MATCH : BF_LZMA1_LITERAL;
	return symbol;
}

static int encode_literals(struct bf_lzma1_encoder *encoder, const uint8_t *contents,
			   size_t position, size_t length)
{
	int err = BF_OK;
	for (; !err && length > 0; position++, length--) {
		struct bf_lzma1_symbol literal = {.kind = BF_LZMA1_LITERAL,
						  .length = 1,
						  .byte = contents[position]};
		err = bf_lzma1_encode(encoder, contents, position, &literal);
	}
	return err;
}

/* The old symbols again, on the new contents. */
static int pack_rest(const struct bf_zbin_checkpoint *checkpoint,
		     const struct bf_buffer *symbols, struct bf_lzma1_encoder *encoder)
{
	const uint8_t *contents = checkpoint->contents.data;
	size_t position = checkpoint->position;
	int err = BF_OK;
	for (size_t at = 0; !err && at < symbols->size;) {
		struct bf_lzma1_symbol symbol;
		memcpy(&symbol, symbols->data + at, sizeof(symbol));
		at += sizeof(symbol);
		if (symbol.kind != BF_LZMA1_LITERAL && symbol.kind != BF_LZMA1_END)
			symbol = name_distance(&encoder->model, symbol);
		if (symbol.kind == BF_LZMA1_LITERAL ||
		    !symbol_fits(contents, position, &symbol))
			err = encode_literals(encoder, contents, position, symbol.length);
		else
			err = bf_lzma1_encode(encoder, contents, position, &symbol);
		position += symbol.length;
	}
	return err;
}

/* Unpack what was just packed: it must give the contents, to the last byte. */
static int verify_rest(const struct bf_zbin_checkpoint *checkpoint, struct bf_view packed,
		       struct bf_error *reterr)
{
	struct bf_lzma1_decoder decoder;
	const struct bf_buffer *contents = &checkpoint->contents;
	size_t position = checkpoint->position;
	struct bf_lzma1_symbol symbol = {0};

	bool good = bf_lzma1_decoder_resume(&decoder, &checkpoint->decoder, packed);
	while (good && symbol.kind != BF_LZMA1_END) {
		good = bf_lzma1_decode(&decoder, contents->data, position, &symbol) &&
		       symbol.length <= contents->size - position &&
		       symbol_fits(contents->data, position, &symbol);
		position += symbol.length;
	}
	if (!good || position != contents->size)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the packed block does not unpack to what was put in: "
			       "byte %zu of %zu differs",
			       position, contents->size);
	return BF_OK;
}

static void free_encoder(struct bf_lzma1_encoder *encoder)
{
	bf_buffer_free(&encoder->packed);
}

int bf_zbin_patch_last(struct bf_view payload, struct bf_zbin_checkpoint *checkpoint,
		       struct bf_view old, struct bf_view new, struct bf_buffer *ret,
		       struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer symbols = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};
	bf_cleanup(free_encoder) struct bf_lzma1_encoder encoder = {0};
	struct bf_zbin_block block;

	int err = bf_zbin_find_last(payload, &block, reterr);
	if (!err)
		err = unpack_rest(checkpoint, &symbols, reterr);
	if (!err)
		err = replace_once(checkpoint, old, new, reterr);
	if (err)
		return err;
	if (bf_lzma1_encoder_resume(&encoder, &checkpoint->decoder) ||
	    pack_rest(checkpoint, &symbols, &encoder))
		return bf_fail_nomem(reterr);
	err = verify_rest(checkpoint, bf_buffer_view(&encoder.packed), reterr);
	if (err)
		return err;
	if (bf_buffer_append(&out, payload.data, block.offset) ||
	    bf_zbin_append_block(&out, bf_buffer_view(&encoder.packed)))
		return bf_fail_nomem(reterr);
	bf_buffer_free(ret);
	*ret = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}
