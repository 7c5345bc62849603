/* SPDX-License-Identifier: GPL-3.0-only */
/* The payload of an ipxe.lkrn: walking, unpacking, and changing its blocks. */
#include <string.h>

#include "binary/zbin.h"
#include "binary/zbin_patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void patch(struct bf_view payload, struct bf_view unpacked)
{
	static const uint8_t new[8] = {0xe8};
	struct bf_zbin_checkpoint checkpoint = {0};
	struct bf_buffer patched = {0}, again = {0};
	size_t place = unpacked.size / 2;
	if (unpacked.size < 64)
		return;
	if (bf_zbin_checkpoint_make(payload, unpacked, place - 16, &checkpoint, NULL))
		__builtin_trap(); /* liblzma has just unpacked it */
	struct bf_view old = bf_view_part(unpacked, place, sizeof(new));
	if (bf_zbin_patch_last(payload, &checkpoint, old, bf_view(new, sizeof(new)),
			       &patched, NULL) == BF_OK &&
	    bf_zbin_unpack_last(bf_buffer_view(&patched), &again, NULL))
		__builtin_trap();
	if (again.data && again.size != unpacked.size)
		__builtin_trap();
	bf_zbin_checkpoint_free(&checkpoint);
	bf_buffer_free(&patched);
	bf_buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_view payload = bf_view(data, size);
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	struct bf_buffer copy = {0}, unpacked = {0};
	size_t count;
	if (bf_zbin_walk(payload, blocks, &count, NULL))
		return 0;
	/* With its CRC made good, a damaged stream gets past the check. */
	if (bf_buffer_append(&copy, data, blocks[count - 1].offset) ||
	    bf_zbin_append_block(&copy, blocks[count - 1].packed))
		return 0;
	payload = bf_buffer_view(&copy);
	if (bf_zbin_unpack_last(payload, &unpacked, NULL) == BF_OK)
		patch(payload, bf_buffer_view(&unpacked));
	bf_buffer_free(&copy);
	bf_buffer_free(&unpacked);
	return 0;
}
