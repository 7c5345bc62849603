/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/pe.h"

#include <string.h>

#include "binary/pe_fields.h"

static int find_headers(struct bf_pe *pe, struct bf_error *reterr)
{
	struct bf_view file = pe->file;
	if (file.size > UINT32_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "%zu bytes are more than a PE can have", file.size);
	if (file.size < BF_PE_DOS_HEADER_SIZE || memcmp(file.data, "MZ", 2) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT, "not a PE: no MS-DOS header");

	uint32_t e_lfanew = bf_le32(file.data + BF_PE_DOS_E_LFANEW);
	if (!bf_view_has(file, e_lfanew, BF_PE_SIGNATURE_SIZE + BF_PE_COFF_HEADER_SIZE) ||
	    memcmp(file.data + e_lfanew, "PE\0\0", BF_PE_SIGNATURE_SIZE) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "not a PE: no PE signature at offset %u", e_lfanew);

	pe->coff_header = e_lfanew + BF_PE_SIGNATURE_SIZE;
	pe->optional_header = pe->coff_header + BF_PE_COFF_HEADER_SIZE;
	pe->checksum = pe->optional_header + BF_PE_OPT_CHECK_SUM;

	uint16_t size =
		bf_le16(file.data + pe->coff_header + BF_PE_COFF_SIZE_OF_OPTIONAL_HEADER);
	if (size < BF_PE_OPT_DATA_DIRECTORIES ||
	    !bf_view_has(file, pe->optional_header, size))
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"a PE optional header of %u bytes at offset %zu of %zu bytes",
			size, pe->optional_header, file.size);
	pe->section_table = pe->optional_header + size;
	return BF_OK;
}

static bool is_power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

static int check_fields(const struct bf_pe *pe, struct bf_error *reterr)
{
	size_t directories = pe->optional_header + BF_PE_OPT_DATA_DIRECTORIES;
	if (pe->number_of_rva_and_sizes >
	    (pe->section_table - directories) / BF_PE_DATA_DIRECTORY_SIZE)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "%u PE data directories do not fit in the optional header",
			       pe->number_of_rva_and_sizes);
	if (!is_power_of_two(pe->section_alignment) ||
	    !is_power_of_two(pe->file_alignment) ||
	    pe->file_alignment > pe->section_alignment)
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"impossible PE alignments: SectionAlignment %u, FileAlignment %u",
			pe->section_alignment, pe->file_alignment);
	if (pe->number_of_sections == 0)
		return bf_fail(reterr, BF_ERR_FORMAT, "a PE without sections");
	if (pe->number_of_sections > BF_PE_MAX_SECTIONS)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "%u PE sections, the limit is %u", pe->number_of_sections,
			       BF_PE_MAX_SECTIONS);
	size_t table_end = pe->section_table +
			   (size_t)pe->number_of_sections * BF_PE_SECTION_HEADER_SIZE;
	if (pe->size_of_headers < table_end || pe->size_of_headers > pe->file.size)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "SizeOfHeaders is %u, the section table ends at %zu and "
			       "the file at %zu",
			       pe->size_of_headers, table_end, pe->file.size);
	if (pe->address_of_entry_point >= pe->size_of_image)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "AddressOfEntryPoint %u is outside SizeOfImage %u",
			       pe->address_of_entry_point, pe->size_of_image);
	return BF_OK;
}

static int read_fields(struct bf_pe *pe, struct bf_error *reterr)
{
	const uint8_t *coff = pe->file.data + pe->coff_header;
	const uint8_t *optional = pe->file.data + pe->optional_header;
	uint16_t magic = bf_le16(optional + BF_PE_OPT_MAGIC);
	if (magic == BF_PE_MAGIC_PE32)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "a 32-bit PE, only PE32+ is supported");
	if (magic != BF_PE_MAGIC_PE32_PLUS)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "a PE optional header with magic 0x%x, not 0x%x", magic,
			       BF_PE_MAGIC_PE32_PLUS);

	pe->machine = bf_le16(coff + BF_PE_COFF_MACHINE);
	pe->number_of_sections = bf_le16(coff + BF_PE_COFF_NUMBER_OF_SECTIONS);
	pe->address_of_entry_point = bf_le32(optional + BF_PE_OPT_ADDRESS_OF_ENTRY_POINT);
	pe->section_alignment = bf_le32(optional + BF_PE_OPT_SECTION_ALIGNMENT);
	pe->file_alignment = bf_le32(optional + BF_PE_OPT_FILE_ALIGNMENT);
	pe->size_of_image = bf_le32(optional + BF_PE_OPT_SIZE_OF_IMAGE);
	pe->size_of_headers = bf_le32(optional + BF_PE_OPT_SIZE_OF_HEADERS);
	pe->number_of_rva_and_sizes =
		bf_le32(optional + BF_PE_OPT_NUMBER_OF_RVA_AND_SIZES);
	return check_fields(pe, reterr);
}

static int check_signature(struct bf_pe *pe, struct bf_error *reterr)
{
	struct bf_pe_directory table = bf_pe_directory(pe, BF_PE_CERTIFICATE_TABLE);
	pe->has_signature = table.size != 0;
	if (pe->has_signature &&
	    !bf_view_has(pe->file, table.virtual_address, table.size))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "a PE certificate table of %u bytes at offset %u is "
			       "outside the file of %zu bytes",
			       table.size, table.virtual_address, pe->file.size);
	return BF_OK;
}

/* What a section takes in memory; linkers that leave VirtualSize empty mean the raw size. */
static uint32_t extent(const struct bf_pe_section *section)
{
	return section->virtual_size ? section->virtual_size : section->size_of_raw_data;
}

static int check_data(const struct bf_pe *pe, unsigned index, struct bf_error *reterr)
{
	struct bf_pe_section section = bf_pe_section(pe, index);
	if (section.size_of_raw_data == 0)
		return BF_OK;
	if (section.pointer_to_raw_data < pe->size_of_headers ||
	    !bf_view_has(pe->file, section.pointer_to_raw_data, section.size_of_raw_data))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the data of PE section %u, %u bytes at offset %u, is not "
			       "between the headers' end at %u and the file's at %zu",
			       index, section.size_of_raw_data,
			       section.pointer_to_raw_data, pe->size_of_headers,
			       pe->file.size);
	uint64_t end = (uint64_t)section.pointer_to_raw_data + section.size_of_raw_data;
	for (unsigned i = 0; i < index; i++) {
		struct bf_pe_section other = bf_pe_section(pe, i);
		if (other.size_of_raw_data && other.pointer_to_raw_data < end &&
		    section.pointer_to_raw_data <
			    (uint64_t)other.pointer_to_raw_data + other.size_of_raw_data)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "the data of PE sections %u and %u overlaps", i,
				       index);
	}
	return BF_OK;
}

/* The specification wants ascending addresses, which makes overlaps easy to see. */
static int check_sections(const struct bf_pe *pe, struct bf_error *reterr)
{
	uint64_t end = pe->size_of_headers;
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		if (section.virtual_address < end)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "PE section %u at address %u overlaps what comes "
				       "before it and ends at %llu",
				       i, section.virtual_address,
				       (unsigned long long)end);
		end = (uint64_t)section.virtual_address + extent(&section);
		if (end > pe->size_of_image)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "PE section %u ends at address %llu, outside "
				       "SizeOfImage %u",
				       i, (unsigned long long)end, pe->size_of_image);
		int err = check_data(pe, i, reterr);
		if (err)
			return err;
	}
	return BF_OK;
}

int bf_pe_parse(struct bf_view file, struct bf_pe *ret, struct bf_error *reterr)
{
	struct bf_pe pe = {.file = file};
	int err = find_headers(&pe, reterr);
	if (!err)
		err = read_fields(&pe, reterr);
	if (!err)
		err = check_signature(&pe, reterr);
	if (!err)
		err = check_sections(&pe, reterr);
	if (!err)
		*ret = pe;
	return err;
}

struct bf_pe_section bf_pe_section(const struct bf_pe *pe, unsigned index)
{
	const uint8_t *header = pe->file.data + pe->section_table +
				(size_t)index * BF_PE_SECTION_HEADER_SIZE;
	struct bf_pe_section section = {
		.virtual_size = bf_le32(header + BF_PE_SCN_VIRTUAL_SIZE),
		.virtual_address = bf_le32(header + BF_PE_SCN_VIRTUAL_ADDRESS),
		.size_of_raw_data = bf_le32(header + BF_PE_SCN_SIZE_OF_RAW_DATA),
		.pointer_to_raw_data = bf_le32(header + BF_PE_SCN_POINTER_TO_RAW_DATA),
		.characteristics = bf_le32(header + BF_PE_SCN_CHARACTERISTICS),
	};
	memcpy(section.name, header, BF_PE_SCN_NAME_SIZE);
	return section;
}

struct bf_pe_directory bf_pe_directory(const struct bf_pe *pe, unsigned index)
{
	if (index >= pe->number_of_rva_and_sizes)
		return (struct bf_pe_directory){0};
	const uint8_t *entry = pe->file.data + pe->optional_header +
			       BF_PE_OPT_DATA_DIRECTORIES +
			       (size_t)index * BF_PE_DATA_DIRECTORY_SIZE;
	return (struct bf_pe_directory){
		.virtual_address = bf_le32(entry),
		.size = bf_le32(entry + 4),
	};
}

bool bf_pe_rva_to_offset(const struct bf_pe *pe, uint32_t rva, size_t *ret_offset)
{
	if (rva < pe->size_of_headers) {
		*ret_offset = rva;
		return true;
	}
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		if (rva < section.virtual_address)
			return false;
		uint32_t delta = rva - section.virtual_address;
		if (delta >= extent(&section))
			continue;
		*ret_offset = (size_t)section.pointer_to_raw_data + delta;
		return delta < section.size_of_raw_data;
	}
	return false;
}

bool bf_pe_offset_to_rva(const struct bf_pe *pe, size_t offset, uint32_t *ret_rva)
{
	if (offset < pe->size_of_headers) {
		*ret_rva = (uint32_t)offset;
		return true;
	}
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		if (offset < section.pointer_to_raw_data)
			continue;
		size_t delta = offset - section.pointer_to_raw_data;
		if (delta >= section.size_of_raw_data || delta >= extent(&section))
			continue;
		*ret_rva = section.virtual_address + (uint32_t)delta;
		return true;
	}
	return false;
}
