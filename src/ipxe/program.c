/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/program.h"

#include <string.h>

/* PE Format, Optional Header Windows-Specific Fields (PE32+). */
enum { OPT_IMAGE_BASE = 24 };

enum { PLACES_MAX = 64 }; /* of one text that are looked at */

/* The first executable section is .text; a planted stub's comes later. */
static void set_code(struct bf_program *program)
{
	for (unsigned i = 0; i < program->pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(program->pe, i);
		if (!(section.characteristics & BF_PE_SCN_MEM_EXECUTE))
			continue;
		program->code = program->image_base + section.virtual_address;
		program->code_end = program->code + section.virtual_size;
		return;
	}
}

struct bf_program bf_program_pe(const struct bf_pe *pe)
{
	struct bf_program program = {
		.bytes = pe->file,
		.pe = pe,
		.pointer_size = 8,
		.image_base =
			bf_le64(pe->file.data + pe->optional_header + OPT_IMAGE_BASE),
	};
	set_code(&program);
	return program;
}

struct bf_program bf_program_lkrn(struct bf_view unpacked)
{
	return (struct bf_program){
		.bytes = unpacked,
		.pointer_size = 4,
		.code_end = unpacked.size,
	};
}

uint64_t bf_program_pointer(const struct bf_program *program, size_t offset)
{
	const uint8_t *p = program->bytes.data + offset;
	return program->pointer_size == 8 ? bf_le64(p) : bf_le32(p);
}

bool bf_program_find(const struct bf_program *program, uint64_t address,
		     size_t *ret_offset)
{
	if (address < program->image_base || address - program->image_base > UINT32_MAX)
		return false;
	uint32_t rva = (uint32_t)(address - program->image_base);
	if (program->pe)
		return bf_pe_rva_to_offset(program->pe, rva, ret_offset);
	*ret_offset = rva;
	return rva < program->bytes.size;
}

bool bf_program_address(const struct bf_program *program, size_t offset,
			uint64_t *ret_address)
{
	uint32_t rva = (uint32_t)offset;
	if (program->pe && !bf_pe_offset_to_rva(program->pe, offset, &rva))
		return false;
	*ret_address = program->image_base + rva;
	return offset < program->bytes.size;
}

void bf_program_find_text(const struct bf_program *program, const char *text,
			  struct bf_program_addresses *addresses)
{
	struct bf_view needle = bf_view(text, strlen(text) + 1);
	size_t at = 0;
	for (int i = 0; i < PLACES_MAX && addresses->n < BF_PROGRAM_ADDRESSES_MAX &&
			bf_view_find(program->bytes, at, needle, &at);
	     i++, at++)
		if (bf_program_address(program, at, &addresses->items[addresses->n]))
			addresses->n++;
}
