/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/plant.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/bzimage.h"

/*
 * The setup afterwards, its new sectors from where the payload was:
 *
 *     iPXE's setup | stub | decoy | slot | NUL ... | payload
 *
 * Offsets in the setup are offsets in the file and from %ds. The loader puts the payload
 * at 0x100000 however long the setup is.
 */

enum {
	PROLOGUE_SIZE = 5,
	PUSH_DS = 0x1e,
	PUSH_IMM16 = 0x68,
	LRET = 0xcb,
	JMP_REL16 = 0xe9,
	JMP_SIZE = 3,
	NOP = 0x90,

	/* The stub's header, see prebuilt/stub/lkrn.S. */
	STUB_TEXT_OFFSET = 0,
	STUB_ENTRY_OFFSET = 2,
	STUB_CODE = 4,
	STUB_SIZE_MAX = BF_BZIMAGE_SECTOR,

	/*
	 * iPXE copies the text to end at 0x7c00 and goes on with its stack below it. 0x2000
	 * leaves that stack 6 KiB above what belongs to the BIOS.
	 */
	TEXT_SIZE_MAX = 0x7c00 - 0x2000,
};

/*
 * iPXE drops the first BOOT_IMAGE= word and the first initrd= word of a command line. These
 * two it may have, so that it leaves the script's own alone.
 */
static const char decoy[] = "BOOT_IMAGE= initrd= ";

/* Where everything goes, offsets in the new file. */
struct layout {
	size_t stub;
	size_t decoy;
	size_t slot;
	unsigned setup_sects;
	size_t payload;
};

/* The setup entry must be as iPXE writes it: push %ds; push $entry; lret. */
static int read_prologue(const struct bf_bzimage *image, uint16_t *ret_entry,
			 struct bf_error *reterr)
{
	const uint8_t *code = image->file.data + image->setup_entry;
	if (code[0] != PUSH_DS || code[1] != PUSH_IMM16 || code[4] != LRET)
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"not an ipxe.lkrn: the code at byte %zu (%02x %02x %02x %02x "
			"%02x) is not iPXE's prologue",
			image->setup_entry, code[0], code[1], code[2], code[3], code[4]);
	*ret_entry = bf_le16(code + 2);
	return BF_OK;
}

static int lay_out(const struct bf_bzimage *image, size_t stub_size, uint32_t slot_size,
		   struct layout *ret, struct bf_error *reterr)
{
	size_t text_size = sizeof(decoy) - 1 + slot_size + 1;
	if (text_size > TEXT_SIZE_MAX)
		return bf_fail(
			reterr, BF_ERR_TOO_BIG,
			"a slot of %u bytes makes a text of %zu, iPXE has room for "
			"%d below 0x7c00",
			slot_size, text_size, TEXT_SIZE_MAX);

	struct layout layout = {.stub = image->payload_offset};
	layout.decoy = layout.stub + stub_size;
	layout.slot = layout.decoy + sizeof(decoy) - 1;
	layout.payload = (size_t)bf_align(layout.slot + slot_size + 1, BF_BZIMAGE_SECTOR);
	layout.setup_sects = (unsigned)(layout.payload / BF_BZIMAGE_SECTOR) - 1;
	if (layout.setup_sects > BF_BZIMAGE_SETUP_SECTS_MAX)
		return bf_fail(
			reterr, BF_ERR_TOO_BIG,
			"a slot of %u bytes makes a setup of %u sectors, the limit is %d",
			slot_size, layout.setup_sects, BF_BZIMAGE_SETUP_SECTS_MAX);
	*ret = layout;
	return BF_OK;
}

/* iPXE's setup with its entry turned into a jump to the stub. */
static void patch_setup(uint8_t *file, const struct bf_bzimage *image,
			const struct layout *layout)
{
	uint8_t *code = file + image->setup_entry;
	size_t next = image->setup_entry + JMP_SIZE;
	code[0] = JMP_REL16;
	bf_put_le16(code + 1, (uint16_t)(layout->stub + STUB_CODE - next));
	memset(code + JMP_SIZE, NOP, PROLOGUE_SIZE - JMP_SIZE);
	file[BF_BZIMAGE_SETUP_SECTS] = (uint8_t)layout->setup_sects;
}

static void write_stub(uint8_t *file, struct bf_view stub, const struct layout *layout,
		       uint16_t entry)
{
	uint8_t *out = file + layout->stub;
	memcpy(out, stub.data, stub.size);
	bf_put_le16(out + STUB_TEXT_OFFSET, (uint16_t)layout->decoy);
	bf_put_le16(out + STUB_ENTRY_OFFSET, entry);
}

int bf_plant_lkrn(struct bf_view stock, struct bf_view stub, uint32_t slot_size,
		  struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_bzimage image;
	struct layout layout = {0};
	uint16_t entry = 0;
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};

	if (stub.size <= STUB_CODE || stub.size > STUB_SIZE_MAX)
		return bf_fail(reterr, BF_ERR_FORMAT, "a stub of %zu bytes, not %d to %d",
			       stub.size, STUB_CODE + 1, STUB_SIZE_MAX);
	int err = bf_plant_check(stock, slot_size, reterr);
	if (!err)
		err = bf_bzimage_parse(stock, &image, reterr);
	if (!err)
		err = read_prologue(&image, &entry, reterr);
	if (!err)
		err = lay_out(&image, stub.size, slot_size, &layout, reterr);
	if (err)
		return err;

	size_t payload_size = stock.size - image.payload_offset;
	if (bf_buffer_zero(&out, layout.payload + payload_size))
		return bf_fail_nomem(reterr);
	memcpy(out.data, stock.data, image.payload_offset);
	memcpy(out.data + layout.payload, stock.data + image.payload_offset,
	       payload_size);
	patch_setup(out.data, &image, &layout);
	write_stub(out.data, stub, &layout, entry);
	/* The NUL after the slot, and up to the payload, is there already. */
	memcpy(out.data + layout.decoy, decoy, sizeof(decoy) - 1);
	err = bf_plant_format_slot(out.data + layout.slot, slot_size,
				   (uint32_t)layout.slot, reterr);
	if (err)
		return err;
	bf_buffer_free(ret);
	*ret = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}
