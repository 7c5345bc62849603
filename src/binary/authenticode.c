/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/authenticode.h"

#include <string.h>

#include "binary/pe_fields.h"

/* WIN_CERTIFICATE, PE Format "The Attribute Certificate Table". */
enum {
	WIN_CERTIFICATE_LENGTH = 0,
	WIN_CERTIFICATE_REVISION = 4,
	WIN_CERTIFICATE_TYPE = 6,
	WIN_CERTIFICATE_DATA = 8,
};

static void add_part(struct bf_authenticode_parts *parts, const struct bf_pe *pe,
		     size_t start, size_t end)
{
	if (start < end)
		parts->parts[parts->n++] = bf_view_part(pe->file, start, end - start);
}

/* The place of the table's data directory, if there are so many. */
static size_t find_directory(const struct bf_pe *pe)
{
	return pe->optional_header + BF_PE_OPT_DATA_DIRECTORIES +
	       BF_PE_CERTIFICATE_TABLE * BF_PE_DATA_DIRECTORY_SIZE;
}

/* CheckSum and the table's directory change when a file is signed. */
static void add_headers(struct bf_authenticode_parts *parts, const struct bf_pe *pe)
{
	size_t directory = find_directory(pe);
	size_t after_checksum = pe->checksum + sizeof(uint32_t);
	add_part(parts, pe, 0, pe->checksum);
	if (pe->number_of_rva_and_sizes <= BF_PE_CERTIFICATE_TABLE) {
		add_part(parts, pe, after_checksum, pe->size_of_headers);
		return;
	}
	add_part(parts, pe, after_checksum, directory);
	add_part(parts, pe, directory + BF_PE_DATA_DIRECTORY_SIZE, pe->size_of_headers);
}

/* The section whose data comes next in the file, at or after an offset; false if none. */
static bool next_section(const struct bf_pe *pe, size_t from, struct bf_pe_section *ret)
{
	bool found = false;
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		if (section.size_of_raw_data == 0 || section.pointer_to_raw_data < from ||
		    (found && section.pointer_to_raw_data >= ret->pointer_to_raw_data))
			continue;
		*ret = section;
		found = true;
	}
	return found;
}

/* Their number of bytes. */
static size_t add_sections(struct bf_authenticode_parts *parts, const struct bf_pe *pe)
{
	struct bf_pe_section section = {0};
	size_t from = pe->size_of_headers, sum = 0;
	while (next_section(pe, from, &section)) {
		from = (size_t)section.pointer_to_raw_data + section.size_of_raw_data;
		add_part(parts, pe, section.pointer_to_raw_data, from);
		sum += section.size_of_raw_data;
	}
	return sum;
}

/*
 * What the sections leave over is counted in bytes and not where the last one ends, by the
 * specification and by firmware; linkers leave no gaps in which that would be another place.
 */
void bf_authenticode_parts(const struct bf_pe *pe, struct bf_authenticode_parts *ret)
{
	struct bf_pe_directory table = bf_pe_directory(pe, BF_PE_CERTIFICATE_TABLE);
	size_t end = pe->has_signature ? table.virtual_address : pe->file.size;
	*ret = (struct bf_authenticode_parts){.n = 0};
	add_headers(ret, pe);
	size_t hashed = pe->size_of_headers + add_sections(ret, pe);
	add_part(ret, pe, hashed, end);
	if (!pe->has_signature)
		ret->padding = (size_t)(bf_align(end, BF_AUTHENTICODE_ALIGNMENT) - end);
}

int bf_authenticode_check_table(const struct bf_pe *pe, struct bf_error *reterr)
{
	struct bf_pe_directory table = bf_pe_directory(pe, BF_PE_CERTIFICATE_TABLE);
	uint64_t end = (uint64_t)table.virtual_address + table.size;
	uint64_t data_end = pe->size_of_headers;
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		uint64_t section_end =
			(uint64_t)section.pointer_to_raw_data + section.size_of_raw_data;
		if (section.size_of_raw_data && section_end > data_end)
			data_end = section_end;
	}
	if (!pe->has_signature)
		return BF_OK;
	if (table.virtual_address % BF_AUTHENTICODE_ALIGNMENT)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the PE certificate table starts at offset %u, which is "
			       "not a multiple of %d",
			       table.virtual_address, BF_AUTHENTICODE_ALIGNMENT);
	if (table.virtual_address < data_end)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the PE certificate table at offset %u starts inside the "
			       "program, which ends at %llu",
			       table.virtual_address, (unsigned long long)data_end);
	if (end != pe->file.size)
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"the PE certificate table ends at offset %llu and the file "
			"at %zu: firmware takes nothing behind it",
			(unsigned long long)end, pe->file.size);
	return BF_OK;
}

int bf_authenticode_next(const struct bf_pe *pe, size_t *at,
			 struct bf_pe_certificate *ret, struct bf_error *reterr)
{
	struct bf_pe_directory table = bf_pe_directory(pe, BF_PE_CERTIFICATE_TABLE);
	size_t start = *at ? *at : table.virtual_address;
	size_t end = (size_t)table.virtual_address + table.size;
	if (!pe->has_signature || start >= end)
		return 0;
	const uint8_t *entry = pe->file.data + start;
	if (end - start < WIN_CERTIFICATE_DATA || bf_le32(entry) < WIN_CERTIFICATE_DATA ||
	    bf_le32(entry) > end - start)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the PE certificate at offset %zu does not fit in its "
			       "table, which ends at %zu",
			       start, end);
	uint32_t length = bf_le32(entry + WIN_CERTIFICATE_LENGTH);
	ret->revision = bf_le16(entry + WIN_CERTIFICATE_REVISION);
	ret->type = bf_le16(entry + WIN_CERTIFICATE_TYPE);
	ret->data = bf_view(entry + WIN_CERTIFICATE_DATA, length - WIN_CERTIFICATE_DATA);
	*at = start + (size_t)bf_align(length, BF_AUTHENTICODE_ALIGNMENT);
	return 1;
}

void bf_authenticode_drop(const struct bf_pe *pe, uint8_t *file)
{
	if (pe->number_of_rva_and_sizes > BF_PE_CERTIFICATE_TABLE)
		memset(file + find_directory(pe), 0, BF_PE_DATA_DIRECTORY_SIZE);
}

struct bf_view bf_authenticode_directory(const struct bf_pe *pe)
{
	return bf_view_part(pe->file, find_directory(pe), BF_PE_DATA_DIRECTORY_SIZE);
}

static int check_room(const struct bf_pe *pe, uint64_t table_end, struct bf_error *reterr)
{
	if (pe->has_signature)
		return bf_fail(reterr, BF_ERR_SIGNED, "the PE is signed already");
	if (pe->number_of_rva_and_sizes <= BF_PE_CERTIFICATE_TABLE)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "the PE has %u data directories, and none for signatures",
			       pe->number_of_rva_and_sizes);
	if (table_end > UINT32_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "a PE of %zu bytes has no room for a signature: it would "
			       "end at %llu",
			       pe->file.size, (unsigned long long)table_end);
	return BF_OK;
}

int bf_authenticode_reserve(struct bf_buffer *file, size_t size, size_t *ret,
			    struct bf_error *reterr)
{
	struct bf_pe pe;
	struct bf_buffer grown = {0};
	int err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (err)
		return err;
	uint64_t start = bf_align(file->size, BF_AUTHENTICODE_ALIGNMENT);
	uint64_t end =
		bf_align(start + WIN_CERTIFICATE_DATA + size, BF_AUTHENTICODE_ALIGNMENT);
	err = check_room(&pe, size > UINT32_MAX ? UINT64_MAX : end, reterr);
	if (err)
		return err;
	if (bf_buffer_zero(&grown, (size_t)end))
		return bf_fail_nomem(reterr);
	memcpy(grown.data, file->data, file->size);
	uint8_t *directory = grown.data + find_directory(&pe);
	bf_put_le32(directory, (uint32_t)start);
	bf_put_le32(directory + 4, (uint32_t)(end - start));
	uint8_t *entry = grown.data + start;
	bf_put_le32(entry, (uint32_t)(WIN_CERTIFICATE_DATA + size));
	bf_put_le16(entry + WIN_CERTIFICATE_REVISION, BF_CERTIFICATE_REVISION_2);
	bf_put_le16(entry + WIN_CERTIFICATE_TYPE, BF_CERTIFICATE_PKCS_SIGNED_DATA);
	bf_buffer_free(file);
	*file = grown;
	*ret = (size_t)start + WIN_CERTIFICATE_DATA;
	return BF_OK;
}
