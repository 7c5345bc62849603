/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/pin.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/executable.h"
#include "binary/zbin.h"
#include "binary/zbin_patch.h"
#include "ipxe/rootcert.h"

/* The branch filter may change bytes this far around a change, and some more. */
enum { MARGIN = 16 };

static int find_stock(struct bf_view program, size_t *ret, struct bf_error *reterr)
{
	struct bf_view stock = bf_view(bf_rootcert_stock, BF_SHA256_SIZE);
	size_t again;
	if (!bf_view_find(program, 0, stock, ret))
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"it does not have the fingerprint of iPXE's root CA; was it "
			"built with a TRUST of its own?");
	if (bf_view_find(program, *ret + 1, stock, &again))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "it has the fingerprint of iPXE's root CA twice, at bytes "
			       "%zu and %zu",
			       *ret, again);
	return BF_OK;
}

static int pin_pe(const struct bf_pe *pe, const uint8_t fingerprint[BF_SHA256_SIZE],
		  struct bf_buffer *ret, struct bf_error *reterr)
{
	size_t at;
	struct bf_pe pinned = *pe;
	struct bf_buffer out = {0};
	if (pe->has_signature)
		return bf_fail(reterr, BF_ERR_SIGNED,
			       "it is signed, and a pin would break the signature");
	int err = find_stock(pe->file, &at, reterr);
	if (err)
		return err;
	if (bf_buffer_append(&out, pe->file.data, pe->file.size))
		return bf_fail_nomem(reterr);
	memcpy(out.data + at, fingerprint, BF_SHA256_SIZE);
	pinned.file = bf_buffer_view(&out);
	bf_pe_set_checksum(&pinned, out.data);
	bf_buffer_free(ret);
	*ret = out;
	return BF_OK;
}

/* Unpack the whole block to find out where the fingerprint is, and stop before it. */
static int make_checkpoint(struct bf_view payload, struct bf_zbin_checkpoint *ret,
			   struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer unpacked = {0};
	size_t at;
	int err = bf_zbin_unpack_last(payload, &unpacked, reterr);
	if (!err)
		err = find_stock(bf_buffer_view(&unpacked), &at, reterr);
	if (err)
		return err;
	return bf_zbin_checkpoint_make(payload, bf_buffer_view(&unpacked),
				       at > MARGIN ? at - MARGIN : 0, ret, reterr);
}

static int load_checkpoint(struct bf_view stored, struct bf_view payload,
			   struct bf_zbin_checkpoint *ret, struct bf_error *reterr)
{
	int err = stored.size ? bf_zbin_checkpoint_read(stored, payload, ret, reterr)
			      : BF_ERR_UNSUPPORTED;
	return err == BF_ERR_UNSUPPORTED ? make_checkpoint(payload, ret, reterr) : err;
}

static int check_end(const struct bf_bzimage *image, struct bf_error *reterr)
{
	size_t end = image->payload_offset + image->payload.size;
	if (end < image->file.size)
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"%zu bytes follow its payload, which is of no known length",
			image->file.size - end);
	return BF_OK;
}

static int pin_bzimage(const struct bf_bzimage *image, struct bf_view checkpoint,
		       const uint8_t fingerprint[BF_SHA256_SIZE], struct bf_buffer *ret,
		       struct bf_error *reterr)
{
	bf_cleanup(bf_zbin_checkpoint_free) struct bf_zbin_checkpoint state = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer payload = {0};
	int err = check_end(image, reterr);
	if (!err)
		err = load_checkpoint(checkpoint, image->payload, &state, reterr);
	if (!err)
		err = bf_zbin_patch_last(image->payload, &state,
					 bf_view(bf_rootcert_stock, BF_SHA256_SIZE),
					 bf_view(fingerprint, BF_SHA256_SIZE), &payload,
					 reterr);
	return err ? err
		   : bf_bzimage_replace_payload(image, bf_buffer_view(&payload), ret,
						reterr);
}

int bf_pin(struct bf_view binary, struct bf_view checkpoint,
	   const uint8_t fingerprint[BF_SHA256_SIZE], struct bf_buffer *ret,
	   struct bf_error *reterr)
{
	struct bf_executable executable;
	int err = bf_executable_parse(binary, &executable, reterr);
	if (err)
		return err;
	return executable.kind == BF_EXECUTABLE_PE
		       ? pin_pe(&executable.pe, fingerprint, ret, reterr)
		       : pin_bzimage(&executable.bzimage, checkpoint, fingerprint, ret,
				     reterr);
}

/* Two pinned files unpack to the same but for the fingerprints, whoever unpacks them. */
static int prove(struct bf_view binary, struct bf_view checkpoint,
		 struct bf_error *reterr)
{
	static const uint8_t other[BF_SHA256_SIZE] = {0xe8, 0xe9, 1, 0xe8};
	bf_cleanup(bf_buffer_free) struct bf_buffer pinned = {0}, was = {0}, is = {0};
	struct bf_bzimage before, after;
	size_t at;
	int err = bf_pin(binary, checkpoint, other, &pinned, reterr);
	if (!err)
		err = bf_bzimage_parse(binary, &before, reterr);
	if (!err)
		err = bf_bzimage_parse(bf_buffer_view(&pinned), &after, reterr);
	if (!err)
		err = bf_zbin_unpack_last(before.payload, &was, reterr);
	if (!err)
		err = bf_zbin_unpack_last(after.payload, &is, reterr);
	if (!err)
		err = find_stock(bf_buffer_view(&was), &at, reterr);
	if (err)
		return err;
	memcpy(was.data + at, other, sizeof(other));
	if (was.size != is.size || memcmp(was.data, is.data, is.size) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "a pinned copy does not unpack to what it should");
	return BF_OK;
}

int bf_pin_checkpoint(struct bf_view binary, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	struct bf_bzimage image;
	bf_cleanup(bf_zbin_checkpoint_free) struct bf_zbin_checkpoint state = {0};
	int err = bf_bzimage_parse(binary, &image, reterr);
	if (!err)
		err = check_end(&image, reterr);
	if (!err)
		err = make_checkpoint(image.payload, &state, reterr);
	if (!err)
		err = bf_zbin_checkpoint_write(&state, ret, reterr);
	return err ? err : prove(binary, bf_buffer_view(ret), reterr);
}
