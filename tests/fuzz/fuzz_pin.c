/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Pinning any program: a place, and the program that has the fingerprint there, packed as an
 * ipxe.lkrn. With a checkpoint or without, it comes out the same and unpacks to what it
 * should.
 */
#include <string.h>

#include "binary/bzimage.h"
#include "binary/zbin.h"
#include "forge_lkrn.h"
#include "fuzz.h"
#include "ipxe/pin.h"
#include "ipxe/rootcert.h"

enum { HEAD_SIZE = 2 };

static const uint8_t fingerprint[BF_SHA256_SIZE] = {0xe8, 0xe9, 1, 0xe8};

static void make_program(struct bf_view bytes, size_t place, struct bf_buffer *ret)
{
	place %= bytes.size + 1;
	fuzz_require(!bf_buffer_append(ret, bytes.data, place));
	fuzz_require(!bf_buffer_append(ret, bf_rootcert_stock, BF_SHA256_SIZE));
	fuzz_require(!bf_buffer_append(ret, bytes.data + place, bytes.size - place));
}

/* The pinned file's program is the one it was, but for the fingerprint. */
static void check_pinned(struct bf_view pinned, struct bf_view program)
{
	struct bf_error error = {""};
	struct bf_buffer unpacked = {0};
	struct bf_bzimage image;
	size_t at;
	fuzz_require(!fuzz_try(bf_bzimage_parse(pinned, &image, &error), &error));
	fuzz_require(
		!fuzz_try(bf_zbin_unpack_last(image.payload, &unpacked, &error), &error));
	fuzz_require(bf_view_find(program, 0, bf_view(bf_rootcert_stock, BF_SHA256_SIZE),
				  &at));
	fuzz_require(unpacked.size == program.size);
	fuzz_require(!memcmp(unpacked.data + at, fingerprint, BF_SHA256_SIZE));
	memcpy(unpacked.data + at, bf_rootcert_stock, BF_SHA256_SIZE);
	fuzz_check_same(bf_buffer_view(&unpacked), program);
	bf_buffer_free(&unpacked);
}

static void check(struct bf_view binary, struct bf_view program)
{
	struct bf_error error = {""};
	struct bf_buffer pinned = {0}, again = {0}, checkpoint = {0};
	int err = fuzz_try(bf_pin(binary, bf_view(NULL, 0), fingerprint, &pinned, &error),
			   &error);
	if (!err)
		check_pinned(bf_buffer_view(&pinned), program);
	if (!err && !fuzz_try(bf_pin_checkpoint(binary, &checkpoint, &error), &error)) {
		fuzz_require(!bf_pin(binary, bf_buffer_view(&checkpoint), fingerprint,
				     &again, NULL));
		fuzz_check_same(bf_buffer_view(&pinned), bf_buffer_view(&again));
	}
	bf_buffer_free(&pinned);
	bf_buffer_free(&again);
	bf_buffer_free(&checkpoint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_buffer program = {0}, binary = {0};
	if (size < HEAD_SIZE)
		return 0;
	make_program(bf_view(data + HEAD_SIZE, size - HEAD_SIZE), bf_le16(data),
		     &program);
	forge_lkrn(bf_buffer_view(&program), &binary);
	check(bf_buffer_view(&binary), bf_buffer_view(&program));
	bf_buffer_free(&program);
	bf_buffer_free(&binary);
	return 0;
}
