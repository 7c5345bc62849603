/* SPDX-License-Identifier: GPL-3.0-only */
/* The payload of an ipxe.lkrn: walking, unpacking, and changing its blocks. */
#include <string.h>

#include "binary/zbin.h"
#include "binary/zbin_patch.h"
#include "fuzz.h"

enum { CHANGE_SIZE = 8, BEFORE = 16, UNPACKED_MIN = 64, PLACES = 4 };

/* It unpacks to what it did, but for the change. */
static void check_patched(struct bf_view payload, struct bf_view unpacked, size_t place,
			  struct bf_view new)
{
	struct bf_error error = {""};
	struct bf_buffer again = {0};
	fuzz_require(!fuzz_try(bf_zbin_unpack_last(payload, &again, &error), &error));
	fuzz_require(again.size == unpacked.size);
	fuzz_check_same(bf_view_part(bf_buffer_view(&again), place, new.size), new);
	memcpy(again.data + place, unpacked.data + place, new.size);
	fuzz_check_same(bf_buffer_view(&again), unpacked);
	bf_buffer_free(&again);
}

/* False where the old bytes are there more than once. */
static bool patch(struct bf_view payload, struct bf_view unpacked, size_t place)
{
	static const uint8_t new[CHANGE_SIZE] = {0xe8};
	struct bf_zbin_checkpoint checkpoint = {0};
	struct bf_buffer patched = {0};
	struct bf_error error = {""};
	struct bf_view old = bf_view_part(unpacked, place, sizeof(new));
	/* liblzma has just unpacked it. */
	fuzz_require(!fuzz_try(bf_zbin_checkpoint_make(payload, unpacked, place - BEFORE,
						       &checkpoint, &error),
			       &error));
	int err =
		fuzz_try(bf_zbin_patch_last(payload, &checkpoint, old,
					    bf_view(new, sizeof(new)), &patched, &error),
			 &error);
	fuzz_require(!err || err == BF_ERR_UNSUPPORTED);
	if (!err)
		check_patched(bf_buffer_view(&patched), unpacked, place,
			      bf_view(new, sizeof(new)));
	bf_zbin_checkpoint_free(&checkpoint);
	bf_buffer_free(&patched);
	return !err;
}

static void patch_somewhere(struct bf_view payload, struct bf_view unpacked)
{
	if (unpacked.size < UNPACKED_MIN)
		return;
	size_t place = unpacked.size / 2, step = unpacked.size / 2 / PLACES;
	for (int i = 0; i < PLACES && !patch(payload, unpacked, place); i++)
		place += step > CHANGE_SIZE ? step - 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_view payload = bf_view(data, size);
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	struct bf_buffer copy = {0}, unpacked = {0};
	struct bf_error error = {""};
	size_t count;
	if (fuzz_try(bf_zbin_walk(payload, blocks, &count, &error), &error))
		return 0;
	/* With its CRC made good, a damaged stream gets past the check. */
	fuzz_require(!bf_buffer_append(&copy, data, blocks[count - 1].offset));
	fuzz_require(!bf_zbin_append_block(&copy, blocks[count - 1].packed));
	payload = bf_buffer_view(&copy);
	if (!fuzz_try(bf_zbin_unpack_last(payload, &unpacked, &error), &error))
		patch_somewhere(payload, bf_buffer_view(&unpacked));
	bf_buffer_free(&copy);
	bf_buffer_free(&unpacked);
	return 0;
}
