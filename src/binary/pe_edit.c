/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/pe.h"

#include <string.h>

#include "binary/pe_fields.h"

/* IMAGE_DEBUG_DIRECTORY, PE Format "Debug Directory (Image Only)". */
enum {
	DEBUG_SIZE_OF_DATA = 16,
	DEBUG_POINTER_TO_RAW_DATA = 24,
	DEBUG_ENTRY_SIZE = 28,
};

/* A section on its way into a file: where its header goes and which fields follow. */
struct addition {
	struct bf_pe_section section;
	size_t header;
	uint32_t size_of_image;
	size_t size_field; /* offset of SizeOfCode or SizeOfInitializedData */
	uint32_t size_value;
};

static bool overlaps(uint64_t start, uint64_t end, uint64_t other, uint64_t size)
{
	return size && start < other + size && other < end;
}

/*
 * Whether [start, end) of the header area touches a data directory or what an entry of the
 * debug directory points to. Directories in sections are out of reach: sections start
 * after the headers, and so do their addresses.
 */
static bool hits_directory(const struct bf_pe *pe, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < pe->number_of_rva_and_sizes; i++) {
		struct bf_pe_directory directory = bf_pe_directory(pe, i);
		if (overlaps(start, end, directory.virtual_address, directory.size))
			return true;
	}

	struct bf_pe_directory debug = bf_pe_directory(pe, BF_PE_DEBUG);
	size_t offset;
	if (!bf_pe_rva_to_offset(pe, debug.virtual_address, &offset) ||
	    !bf_view_has(pe->file, offset, debug.size))
		return false;
	const uint8_t *entry = pe->file.data + offset;
	for (uint32_t i = 0; i < debug.size / DEBUG_ENTRY_SIZE; i++) {
		if (overlaps(start, end, bf_le32(entry + DEBUG_POINTER_TO_RAW_DATA),
			     bf_le32(entry + DEBUG_SIZE_OF_DATA)))
			return true;
		entry += DEBUG_ENTRY_SIZE;
	}
	return false;
}

static bool all_zero(struct bf_view bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i])
			return false;
	return true;
}

/* The place of one more Section Header, which may only take bytes nobody uses. */
static int find_header_room(const struct bf_pe *pe, struct addition *addition,
			    struct bf_error *reterr)
{
	if (pe->number_of_sections >= BF_PE_MAX_SECTIONS)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "no section can be added to a PE that has %u",
			       pe->number_of_sections);
	size_t start = pe->section_table +
		       (size_t)pe->number_of_sections * BF_PE_SECTION_HEADER_SIZE;
	size_t end = start + BF_PE_SECTION_HEADER_SIZE;
	if (end > pe->size_of_headers)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "no room for another PE section header: it would end at "
			       "%zu, the headers end at %u",
			       end, pe->size_of_headers);
	if (hits_directory(pe, start, end) ||
	    !all_zero(bf_view_part(pe->file, start, end - start)))
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"no room for another PE section header: offsets %zu to %zu "
			"are in use",
			start, end);
	addition->header = start;
	return BF_OK;
}

/* First free place behind all sections in memory and behind all bytes on disk. */
static int find_section_room(const struct bf_pe *pe, struct addition *addition,
			     struct bf_error *reterr)
{
	struct bf_pe_section *section = &addition->section;
	uint64_t address = bf_align(pe->size_of_image, pe->section_alignment);
	uint64_t offset = bf_align(pe->file.size, pe->file_alignment);
	uint64_t raw_size = bf_align(section->virtual_size, pe->file_alignment);
	uint64_t image_end =
		bf_align(address + section->virtual_size, pe->section_alignment);
	if (image_end > UINT32_MAX || offset + raw_size > UINT32_MAX)
		return bf_fail(
			reterr, BF_ERR_TOO_BIG,
			"a PE section of %u bytes does not fit behind the %u bytes "
			"of the image and the %zu bytes of the file",
			section->virtual_size, pe->size_of_image, pe->file.size);
	section->virtual_address = (uint32_t)address;
	section->pointer_to_raw_data = (uint32_t)offset;
	section->size_of_raw_data = (uint32_t)raw_size;
	addition->size_of_image = (uint32_t)image_end;
	return BF_OK;
}

/* The new value of SizeOfCode or SizeOfInitializedData, whichever the section counts for. */
static int grow_size_field(const struct bf_pe *pe, struct addition *addition,
			   struct bf_error *reterr)
{
	bool code = addition->section.characteristics & BF_PE_SCN_CNT_CODE;
	uint32_t more = addition->section.size_of_raw_data;
	addition->size_field =
		pe->optional_header +
		(code ? BF_PE_OPT_SIZE_OF_CODE : BF_PE_OPT_SIZE_OF_INITIALIZED_DATA);
	uint32_t old = bf_le32(pe->file.data + addition->size_field);
	if (more > UINT32_MAX - old)
		return bf_fail(reterr, BF_ERR_TOO_BIG, "%s %u cannot grow by %u",
			       code ? "SizeOfCode" : "SizeOfInitializedData", old, more);
	addition->size_value = old + more;
	return BF_OK;
}

static void write_section_header(uint8_t *header, const struct bf_pe_section *section)
{
	memcpy(header, section->name, BF_PE_SCN_NAME_SIZE);
	bf_put_le32(header + BF_PE_SCN_VIRTUAL_SIZE, section->virtual_size);
	bf_put_le32(header + BF_PE_SCN_VIRTUAL_ADDRESS, section->virtual_address);
	bf_put_le32(header + BF_PE_SCN_SIZE_OF_RAW_DATA, section->size_of_raw_data);
	bf_put_le32(header + BF_PE_SCN_POINTER_TO_RAW_DATA, section->pointer_to_raw_data);
	bf_put_le32(header + BF_PE_SCN_CHARACTERISTICS, section->characteristics);
}

/* file is the old one with zeros behind it; pe describes the old one. */
static void write_addition(const struct bf_pe *pe, const struct addition *addition,
			   uint8_t *file)
{
	uint8_t *optional = file + pe->optional_header;
	write_section_header(file + addition->header, &addition->section);
	bf_put_le16(file + pe->coff_header + BF_PE_COFF_NUMBER_OF_SECTIONS,
		    (uint16_t)(pe->number_of_sections + 1));
	bf_put_le32(optional + BF_PE_OPT_SIZE_OF_IMAGE, addition->size_of_image);
	bf_put_le32(file + addition->size_field, addition->size_value);
}

int bf_pe_add_section(struct bf_buffer *file, struct bf_pe_section *section,
		      struct bf_error *reterr)
{
	struct bf_pe pe;
	struct addition addition = {.section = *section};
	int err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (!err)
		err = find_header_room(&pe, &addition, reterr);
	if (!err)
		err = find_section_room(&pe, &addition, reterr);
	if (!err)
		err = grow_size_field(&pe, &addition, reterr);
	if (err)
		return err;

	struct bf_buffer grown = {0};
	if (bf_buffer_zero(&grown, (size_t)addition.section.pointer_to_raw_data +
					   addition.section.size_of_raw_data))
		return bf_fail_nomem(reterr);
	memcpy(grown.data, file->data, file->size);
	write_addition(&pe, &addition, grown.data);
	bf_buffer_free(file);
	*file = grown;
	*section = addition.section;
	return BF_OK;
}

void bf_pe_set_entry_point(const struct bf_pe *pe, uint8_t *file, uint32_t rva)
{
	bf_put_le32(file + pe->optional_header + BF_PE_OPT_ADDRESS_OF_ENTRY_POINT, rva);
}

void bf_pe_set_checksum(const struct bf_pe *pe, uint8_t *file)
{
	bf_put_le32(file + pe->checksum, bf_pe_checksum(pe));
}
