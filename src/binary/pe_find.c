/* SPDX-License-Identifier: GPL-3.0-only */
#include <string.h>

#include "binary/pe.h"
#include "binary/pe_fields.h"

enum { SYMBOL_SIZE = 18 }; /* an entry of the COFF Symbol Table */

/* The decimal number behind the "/" of a long name; false if there is none. */
static bool read_decimal(const char *digits, uint64_t *ret)
{
	*ret = 0;
	if (!*digits)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(*digits - '0');
	}
	return true;
}

/* Where linkers put names of more than eight bytes, behind the symbol table. */
static bool is_in_string_table(const struct bf_pe *pe, const char *digits,
			       const char *name)
{
	const uint8_t *coff = pe->file.data + pe->coff_header;
	uint64_t at;
	size_t length = strlen(name) + 1;
	if (!read_decimal(digits, &at))
		return false;
	at += bf_le32(coff + BF_PE_COFF_POINTER_TO_SYMBOL_TABLE) +
	      (uint64_t)bf_le32(coff + BF_PE_COFF_NUMBER_OF_SYMBOLS) * SYMBOL_SIZE;
	return bf_view_has(pe->file, at, length) &&
	       memcmp(pe->file.data + at, name, length) == 0;
}

/* Older tools cut a long name where it is too long. */
static bool is_named(const struct bf_pe *pe, const char *found, const char *name)
{
	if (found[0] == '/')
		return is_in_string_table(pe, found + 1, name);
	return strncmp(found, name, BF_PE_SCN_NAME_SIZE) == 0;
}

bool bf_pe_find_section(const struct bf_pe *pe, const char *name, struct bf_view *ret)
{
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		uint32_t size = section.size_of_raw_data;
		if (!is_named(pe, section.name, name))
			continue;
		if (section.virtual_size && section.virtual_size < size)
			size = section.virtual_size;
		*ret = size ? bf_view_part(pe->file, section.pointer_to_raw_data, size)
			    : bf_view(NULL, 0);
		return true;
	}
	return false;
}
