/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/slotted.h"

#include "base/cleanup.h"
#include "binary/zbin.h"
#include "ipxe/plant.h"

/* The packed block is for one image: speed counts, thirty kilobytes do not. */
enum { PACK_PRESET = 0 };

/* A slot that was compiled in does not know where it is: from here on it does. */
static int declare_offset(struct bf_buffer *file, struct bf_slot *slot,
			  struct bf_error *reterr)
{
	if (slot->declared_offset == slot->offset)
		return BF_OK;
	if (slot->declared_offset != BF_SLOT_OFFSET_UNKNOWN)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot at offset %zu says it is at %u",
			       slot->offset, slot->declared_offset);
	slot->declared_offset = (uint32_t)slot->offset;
	struct bf_view old = bf_view(file->data + slot->offset, slot->size);
	struct bf_view body = bf_slot_body(old);
	bf_cleanup(bf_buffer_free) struct bf_buffer copy = {0};
	if (bf_buffer_append(&copy, body.data, body.size))
		return bf_fail_nomem(reterr);
	return bf_slot_format(file->data + slot->offset, slot->size,
			      slot->declared_offset, bf_buffer_view(&copy), reterr);
}

/* Linkers leave CheckSum empty; a template counts on it. */
static int set_checksum(struct bf_buffer *file, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (!err)
		bf_pe_set_checksum(&pe, file->data);
	return err;
}

static int plant(struct bf_view stock, struct bf_view stub, struct bf_slotted *ret,
		 struct bf_error *reterr)
{
	int err = bf_plant(stock, stub, BF_SLOT_SIZE, &ret->file, reterr);
	return err ? err : bf_slot_find(bf_buffer_view(&ret->file), &ret->slot, reterr);
}

static int copy(const struct bf_ipxe *ipxe, const struct bf_ipxe_slot *found,
		struct bf_slotted *ret, struct bf_error *reterr)
{
	struct bf_view file = ipxe->executable.file;
	/* One of some other size than its marker says would be filled over what is behind it. */
	int err = bf_ipxe_check_slot(found, reterr);
	if (err)
		return err;
	ret->slot = found->slot;
	ret->is_packed = found->is_packed;
	if (bf_buffer_append(&ret->file, file.data, file.size))
		return bf_fail_nomem(reterr);
	return ret->is_packed ? BF_OK : declare_offset(&ret->file, &ret->slot, reterr);
}

int bf_slotted_make(const struct bf_ipxe *ipxe, struct bf_view stub,
		    struct bf_slotted *ret, struct bf_error *reterr)
{
	struct bf_slotted made = {0};
	struct bf_ipxe_slot found;
	int err = bf_ipxe_find_slot(ipxe, &found, reterr);
	if (!err)
		err = copy(ipxe, &found, &made, reterr);
	else if (err == BF_ERR_NO_SLOT)
		err = plant(ipxe->executable.file, stub, &made, reterr);
	if (!err && ipxe->executable.kind == BF_EXECUTABLE_PE)
		err = set_checksum(&made.file, reterr);
	if (err)
		bf_slotted_free(&made);
	else
		*ret = made;
	return err;
}

void bf_slotted_free(struct bf_slotted *slotted)
{
	bf_buffer_free(&slotted->file);
}

static int fill(struct bf_buffer *unpacked, struct bf_view body, struct bf_error *reterr)
{
	struct bf_slot slot;
	int err = bf_slot_find(bf_buffer_view(unpacked), &slot, reterr);
	return err ? err
		   : bf_slot_format(unpacked->data + slot.offset, slot.size,
				    slot.declared_offset, body, reterr);
}

int bf_slotted_fill_packed(struct bf_buffer *file, struct bf_view body,
			   struct bf_error *reterr)
{
	struct bf_bzimage image;
	bf_cleanup(bf_buffer_free) struct bf_buffer unpacked = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer payload = {0};
	int err = bf_bzimage_parse(bf_buffer_view(file), &image, reterr);
	if (!err)
		err = bf_zbin_unpack_last(image.payload, &unpacked, reterr);
	if (!err)
		err = fill(&unpacked, body, reterr);
	if (!err)
		err = bf_zbin_pack_last(image.payload, bf_buffer_view(&unpacked),
					PACK_PRESET, &payload, reterr);
	return err ? err
		   : bf_bzimage_replace_payload(&image, bf_buffer_view(&payload), file,
						reterr);
}
