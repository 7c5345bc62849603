/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Our coder of single symbols beside liblzma: a place and a plan (packer.h) of a stream, which
 * both unpack to the same, and which can be stopped at the place, stored and changed there.
 */
#include <string.h>

#include "binary/bcj.h"
#include "binary/zbin.h"
#include "binary/zbin_patch.h"
#include "fuzz.h"
#include "packer.h"

enum { HEAD_SIZE = 2, CHANGE_SIZE = 8 };

static struct packer packer;

/* The symbols come out as they were put in. */
static void check_symbols(struct bf_view packed)
{
	struct bf_lzma1_decoder decoder;
	struct bf_lzma1_symbol symbol;
	size_t position = 0;
	fuzz_require(bf_lzma1_decoder_start(&decoder, packed));
	for (size_t i = 0; i < packer.n_symbols; i++) {
		const struct bf_lzma1_symbol *wanted = &packer.symbols[i];
		fuzz_require(
			bf_lzma1_decode(&decoder, packer.contents, position, &symbol));
		fuzz_require(symbol.kind == wanted->kind);
		fuzz_require(symbol.length == wanted->length);
		fuzz_require(symbol.rep == wanted->rep && symbol.byte == wanted->byte);
		fuzz_require(symbol.kind == BF_LZMA1_END ||
			     symbol.distance == wanted->distance);
		position += symbol.length;
	}
}

/* liblzma unpacks it to the contents, but for the filter. */
static void check_unpacked(struct bf_view payload, struct bf_buffer *ret)
{
	struct bf_error error = {""};
	struct bf_buffer filtered = {0};
	fuzz_require(!fuzz_try(bf_zbin_unpack_last(payload, ret, &error), &error));
	fuzz_require(!bf_buffer_append(&filtered, ret->data, ret->size));
	bf_bcj_encode(filtered.data, filtered.size, 0);
	fuzz_check_same(bf_buffer_view(&filtered), bf_view(packer.contents, packer.size));
	bf_buffer_free(&filtered);
}

/* Where patching works, the payload unpacks to what it did, but for the change. */
static int patch(struct bf_view payload, struct bf_zbin_checkpoint *checkpoint,
		 struct bf_view unpacked, size_t place, struct bf_buffer *ret)
{
	static const uint8_t change[CHANGE_SIZE] = {0xe8, 1, 0xe9, 0, 0xe8};
	struct bf_error error = {""};
	struct bf_buffer again = {0};
	struct bf_view old = bf_view_part(unpacked, place, CHANGE_SIZE);
	struct bf_view new = bf_view(change, CHANGE_SIZE);
	int err = fuzz_try(bf_zbin_patch_last(payload, checkpoint, old, new, ret, &error),
			   &error);
	bf_zbin_checkpoint_free(checkpoint);
	fuzz_require(!err || err == BF_ERR_UNSUPPORTED);
	if (err)
		return err;
	fuzz_require(!fuzz_try(bf_zbin_unpack_last(bf_buffer_view(ret), &again, &error),
			       &error));
	fuzz_require(again.size == unpacked.size);
	fuzz_check_same(bf_view_part(bf_buffer_view(&again), place, CHANGE_SIZE), new);
	memcpy(again.data + place, old.data, CHANGE_SIZE);
	fuzz_check_same(bf_buffer_view(&again), unpacked);
	bf_buffer_free(&again);
	return err;
}

/* A checkpoint that was stored does as well as one just made. */
static void check_patch(struct bf_view payload, struct bf_view unpacked, size_t place)
{
	struct bf_zbin_checkpoint checkpoint = {0}, loaded = {0};
	struct bf_buffer stored = {0}, patched = {0}, again = {0};
	struct bf_error error = {""};
	size_t before = place > 16 ? place - 16 : 0;
	fuzz_require(!fuzz_try(
		bf_zbin_checkpoint_make(payload, unpacked, before, &checkpoint, &error),
		&error));
	fuzz_require(checkpoint.position <= before);
	int written =
		fuzz_try(bf_zbin_checkpoint_write(&checkpoint, &stored, &error), &error);
	fuzz_require(!written || written == BF_ERR_UNSUPPORTED);
	int err = patch(payload, &checkpoint, unpacked, place, &patched);
	if (!written) {
		fuzz_require(!fuzz_try(bf_zbin_checkpoint_read(bf_buffer_view(&stored),
							       payload, &loaded, &error),
				       &error));
		fuzz_require(patch(payload, &loaded, unpacked, place, &again) == err);
		fuzz_check_same(bf_buffer_view(&patched), bf_buffer_view(&again));
	}
	bf_buffer_free(&stored);
	bf_buffer_free(&patched);
	bf_buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_buffer payload = {0}, unpacked = {0};
	if (size < HEAD_SIZE)
		return 0;
	packer_make(&packer, bf_view(data + HEAD_SIZE, size - HEAD_SIZE));
	struct bf_view packed = bf_buffer_view(&packer.encoder.packed);
	check_symbols(packed);
	fuzz_require(!bf_zbin_append_block(&payload, packed));
	check_unpacked(bf_buffer_view(&payload), &unpacked);
	if (unpacked.size >= CHANGE_SIZE)
		check_patch(bf_buffer_view(&payload), bf_buffer_view(&unpacked),
			    bf_le16(data) % (unpacked.size - CHANGE_SIZE + 1));
	packer_free(&packer);
	bf_buffer_free(&payload);
	bf_buffer_free(&unpacked);
	return 0;
}
