#include "ipxe/pin.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/bzimage.h"
#include "binary/pe.h"
#include "binary/zbin.h"
#include "binary/zbin_patch.h"
#include "ipxe/rootcert.h"

enum {
	PARAGRAPH = 16,
	/* The branch filter may change bytes this far around a change, and some more. */
	MARGIN = 16,
};

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

int bf_pin_efi(struct bf_view binary, const uint8_t fingerprint[BF_SHA256_SIZE],
	       struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_pe pe;
	size_t at;
	struct bf_buffer out = {0};
	int err = bf_pe_parse(binary, &pe, reterr);
	if (!err && pe.has_signature)
		err = bf_fail(reterr, BF_ERR_SIGNED,
			      "it is signed, and a pin would break the signature");
	if (!err)
		err = find_stock(binary, &at, reterr);
	if (err)
		return err;
	if (bf_buffer_append(&out, binary.data, binary.size))
		return bf_fail_nomem(reterr);
	memcpy(out.data + at, fingerprint, BF_SHA256_SIZE);
	pe.file = bf_buffer_view(&out);
	bf_put_le32(out.data + pe.checksum, bf_pe_checksum(&pe));
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

/* The same file with another payload. */
static int replace_payload(const struct bf_bzimage *image, struct bf_view payload,
			   struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_buffer out = {0};
	struct bf_bzimage again;
	if (bf_buffer_append(&out, image->file.data, image->payload_offset) ||
	    bf_buffer_append(&out, payload.data, payload.size)) {
		bf_buffer_free(&out);
		return bf_fail_nomem(reterr);
	}
	bf_put_le32(out.data + BF_BZIMAGE_SYSSIZE,
		    (uint32_t)(bf_align(payload.size, PARAGRAPH) / PARAGRAPH));
	int err = bf_bzimage_parse(bf_buffer_view(&out), &again, reterr);
	if (!err && again.payload.size != payload.size)
		err = bf_fail(reterr, BF_ERR_FORMAT,
			      "its payload of %zu bytes is read back as %zu",
			      payload.size, again.payload.size);
	if (err) {
		bf_buffer_free(&out);
		return err;
	}
	bf_buffer_free(ret);
	*ret = out;
	return BF_OK;
}

static int parse_lkrn(struct bf_view binary, struct bf_bzimage *ret,
		      struct bf_error *reterr)
{
	int err = bf_bzimage_parse(binary, ret, reterr);
	if (err)
		return err;
	size_t end = ret->payload_offset + ret->payload.size;
	if (end < binary.size)
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"%zu bytes follow its payload, which is of no known length",
			binary.size - end);
	return BF_OK;
}

int bf_pin_lkrn(struct bf_view binary, struct bf_view checkpoint,
		const uint8_t fingerprint[BF_SHA256_SIZE], struct bf_buffer *ret,
		struct bf_error *reterr)
{
	struct bf_bzimage image;
	bf_cleanup(bf_zbin_checkpoint_free) struct bf_zbin_checkpoint state = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer payload = {0};
	int err = parse_lkrn(binary, &image, reterr);
	if (!err)
		err = load_checkpoint(checkpoint, image.payload, &state, reterr);
	if (!err)
		err = bf_zbin_patch_last(
			image.payload, &state, bf_view(bf_rootcert_stock, BF_SHA256_SIZE),
			bf_view(fingerprint, BF_SHA256_SIZE), &payload, reterr);
	return err ? err : replace_payload(&image, bf_buffer_view(&payload), ret, reterr);
}

/* Two pinned files unpack to the same but for the fingerprints, whoever unpacks them. */
static int prove(struct bf_view binary, struct bf_view checkpoint,
		 struct bf_error *reterr)
{
	static const uint8_t other[BF_SHA256_SIZE] = {0xe8, 0xe9, 1, 0xe8};
	bf_cleanup(bf_buffer_free) struct bf_buffer pinned = {0}, was = {0}, is = {0};
	struct bf_bzimage before, after;
	size_t at;
	int err = bf_pin_lkrn(binary, checkpoint, other, &pinned, reterr);
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
	int err = parse_lkrn(binary, &image, reterr);
	if (!err)
		err = make_checkpoint(image.payload, &state, reterr);
	if (!err)
		err = bf_zbin_checkpoint_write(&state, ret, reterr);
	return err ? err : prove(binary, bf_buffer_view(ret), reterr);
}
