/* SPDX-License-Identifier: GPL-3.0-only */
/* A stored checkpoint, which may be any bytes, for an ipxe.lkrn that is always the same. */
#include "binary/bzimage.h"
#include "fuzz.h"
#include "ipxe/pin.h"
#include "pinnable.h"

static const uint8_t fingerprint[BF_SHA256_SIZE] = {0xe8, 0xe9, 1, 0xe8};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bf_buffer binary;
	struct bf_view stored = bf_view(data, size);
	struct bf_buffer pinned = {0}, again = {0};
	struct bf_bzimage image;
	struct bf_error error = {""};
	if (!binary.size)
		pinnable_make(&binary);
	struct bf_view file = bf_buffer_view(&binary);
	int err = fuzz_try(bf_pin(file, stored, fingerprint, &pinned, &error), &error);
	if (!err) {
		fuzz_require(!fuzz_try(
			bf_bzimage_parse(bf_buffer_view(&pinned), &image, &error),
			&error));
		/* What runs before the packed iPXE is what it was. */
		fuzz_require(image.payload_offset == FORGE_PAYLOAD);
		fuzz_check_same(bf_view_part(image.payload, 0, 64),
				bf_view_part(file, FORGE_PAYLOAD, 64));
		fuzz_require(!bf_pin(file, stored, fingerprint, &again, NULL));
		fuzz_check_same(bf_buffer_view(&pinned), bf_buffer_view(&again));
	}
	bf_buffer_free(&pinned);
	bf_buffer_free(&again);
	return 0;
}
