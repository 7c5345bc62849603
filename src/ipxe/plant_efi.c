/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/plant.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/pe.h"
#include "ipxe/arch.h"

/* struct stub_header of prebuilt/stub/efi.c: 32-bit fields, the code follows. */
enum {
	STUB_MACHINE = 0,
	STUB_ENTRY_DELTA = 4,
	STUB_SLOT_DELTA = 8,
	STUB_SLOT_SIZE = 12,
	STUB_CODE = 16,

	STUB_MAX_SIZE = 4096,
	PAGE_SIZE_4K = 4096,
};

static int check_stub(const struct bf_pe *pe, struct bf_view stub,
		      struct bf_error *reterr)
{
	char archs[BF_ARCH_LIST_SIZE];
	if (bf_arch_from_machine(pe->machine) == BF_ARCH_COUNT)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "PE machine 0x%04x: a slot can be planted for %s",
			       pe->machine,
			       bf_arch_list_spelled(BF_ARCH_ALL & ~BF_ARCH_BIOS_ONLY,
						    " and ", archs));
	if (stub.size <= STUB_CODE || stub.size > STUB_MAX_SIZE)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "an EFI stub of %zu bytes, it must be %d to %d", stub.size,
			       STUB_CODE + 1, STUB_MAX_SIZE);
	uint32_t machine = bf_le32(stub.data + STUB_MACHINE);
	if (machine != pe->machine)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "the EFI stub is for machine 0x%04x, the PE for 0x%04x",
			       machine, pe->machine);
	return BF_OK;
}

static int check_stock(const struct bf_pe *pe, uint32_t slot_size,
		       struct bf_error *reterr)
{
	if (pe->has_signature)
		return bf_fail(reterr, BF_ERR_SIGNED,
			       "the PE is signed: a slot would break the signature");
	/* Firmware protects whole pages: smaller sections would share them with .stub. */
	if (pe->section_alignment < PAGE_SIZE_4K)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "PE sections aligned to %u bytes, it must be at least %d",
			       pe->section_alignment, PAGE_SIZE_4K);
	return bf_plant_check(pe->file, slot_size, reterr);
}

static int add_sections(struct bf_buffer *file, struct bf_pe_section *stub,
			struct bf_pe_section *slot, struct bf_error *reterr)
{
	int err = bf_pe_add_section(file, stub, reterr);
	if (!err)
		err = bf_pe_add_section(file, slot, reterr);
	if (err)
		return err;
	/* Deltas between two addresses must fit in the stub's signed 32 bits. */
	if (slot->virtual_address > INT32_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the slot would be at address %u, the stub reaches %d",
			       slot->virtual_address, INT32_MAX);
	return BF_OK;
}

static void write_stub(uint8_t *out, struct bf_view stub, uint32_t stub_rva,
		       uint32_t entry_rva, const struct bf_pe_section *slot)
{
	memcpy(out, stub.data, stub.size);
	bf_put_le32(out + STUB_ENTRY_DELTA, entry_rva - stub_rva);
	bf_put_le32(out + STUB_SLOT_DELTA, slot->virtual_address - stub_rva);
	bf_put_le32(out + STUB_SLOT_SIZE, slot->virtual_size);
}

static int plant(struct bf_buffer *file, uint32_t entry_rva, struct bf_view stub,
		 uint32_t slot_size, struct bf_error *reterr)
{
	struct bf_pe_section stub_section = {
		.name = ".stub",
		.virtual_size = (uint32_t)stub.size,
		.characteristics =
			BF_PE_SCN_CNT_CODE | BF_PE_SCN_MEM_EXECUTE | BF_PE_SCN_MEM_READ,
	};
	struct bf_pe_section slot_section = {
		.name = ".slot",
		.virtual_size = slot_size,
		.characteristics = BF_PE_SCN_CNT_INITIALIZED_DATA | BF_PE_SCN_MEM_READ,
	};
	int err = add_sections(file, &stub_section, &slot_section, reterr);
	if (err)
		return err;

	write_stub(file->data + stub_section.pointer_to_raw_data, stub,
		   stub_section.virtual_address, entry_rva, &slot_section);
	uint32_t slot_offset = slot_section.pointer_to_raw_data;
	err = bf_plant_format_slot(file->data + slot_offset, slot_size, slot_offset,
				   reterr);
	if (err)
		return err;

	struct bf_pe pe;
	err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (err)
		return err;
	bf_pe_set_entry_point(&pe, file->data, stub_section.virtual_address + STUB_CODE);
	bf_pe_set_checksum(&pe, file->data);
	return BF_OK;
}

int bf_plant_efi(struct bf_view stock, struct bf_view stub, uint32_t slot_size,
		 struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(stock, &pe, reterr);
	if (!err)
		err = check_stock(&pe, slot_size, reterr);
	if (!err)
		err = check_stub(&pe, stub, reterr);
	if (err)
		return err;

	bf_cleanup(bf_buffer_free) struct bf_buffer file = {0};
	if (bf_buffer_append(&file, stock.data, stock.size))
		return bf_fail_nomem(reterr);
	err = plant(&file, pe.address_of_entry_point, stub, slot_size, reterr);
	if (err)
		return err;
	bf_buffer_free(ret);
	*ret = file;
	file = (struct bf_buffer){0};
	return BF_OK;
}
