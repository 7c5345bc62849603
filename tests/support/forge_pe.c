/* SPDX-License-Identifier: GPL-3.0-only */
#include "forge_pe.h"

#include <string.h>

/* The specification's offsets, written down a second time: nothing of ours to agree with. */
static const struct {
	unsigned offset;
	unsigned width;
	uint64_t value;
} fields[] = {
	{0x3c, 4, 0x40},                       /* e_lfanew */
	{0x40, 4, 0x4550},                     /* "PE\0\0" */
	{FORGE_COFF + 2, 2, FORGE_SECTIONS},   /* NumberOfSections */
	{FORGE_COFF + 16, 2, 0xb0},            /* SizeOfOptionalHeader */
	{FORGE_COFF + 18, 2, 0x2022},          /* Characteristics */
	{FORGE_OPTIONAL + 0, 2, 0x20b},        /* Magic */
	{FORGE_OPTIONAL + 4, 4, 0x400},        /* SizeOfCode */
	{FORGE_OPTIONAL + 8, 4, 0x600},        /* SizeOfInitializedData */
	{FORGE_OPTIONAL + 12, 4, 0x3000},      /* SizeOfUninitializedData */
	{FORGE_OPTIONAL + 16, 4, FORGE_ENTRY}, /* AddressOfEntryPoint */
	{FORGE_OPTIONAL + 20, 4, 0x1000},      /* BaseOfCode */
	{FORGE_OPTIONAL + 32, 4, 0x1000},      /* SectionAlignment */
	{FORGE_OPTIONAL + 36, 4, 0x200},       /* FileAlignment */
	{FORGE_OPTIONAL + 56, 4, FORGE_SIZE_OF_IMAGE},
	{FORGE_OPTIONAL + 60, 4, FORGE_SIZE_OF_HEADERS},
	{FORGE_OPTIONAL + 68, 2, 10},    /* Subsystem: EFI application */
	{FORGE_OPTIONAL + 70, 2, 0x100}, /* DllCharacteristics: NX_COMPAT */
	{FORGE_OPTIONAL + 108, 4, FORGE_DIRECTORIES},
	{FORGE_OPTIONAL + 112 + 6 * 8, 4, FORGE_DEBUG},
	{FORGE_OPTIONAL + 112 + 6 * 8 + 4, 4, 28},
	{FORGE_DEBUG + 12, 4, 2},                /* Type: CodeView */
	{FORGE_DEBUG + 16, 4, 0x38},             /* SizeOfData */
	{FORGE_DEBUG + 20, 4, FORGE_DEBUG_DATA}, /* AddressOfRawData */
	{FORGE_DEBUG + 24, 4, FORGE_DEBUG_DATA}, /* PointerToRawData */
};

static const struct {
	const char *name;
	uint32_t virtual_size;
	uint32_t virtual_address;
	uint32_t size_of_raw_data;
	uint32_t pointer_to_raw_data;
	uint32_t characteristics;
} sections[FORGE_SECTIONS] = {
	{".text", 0x3f3, 0x1000, 0x400, 0x400, 0x60000020},
	{".data", 0x123, 0x2000, 0x200, 0x800, 0xc0000040},
	{".bss", 0x3000, 0x3000, 0, 0, 0xc0000080},
	{".sbat", 0x7f, 0x6000, 0x200, 0xa00, 0x40000040},
	{".reloc", 0x1c, 0x8000, 0x200, 0xc00, 0x42000040},
};

void forge_put(uint8_t *at, unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

void forge_pe(uint8_t out[FORGE_SIZE], uint16_t machine)
{
	uint32_t random = 1;
	memset(out, 0, FORGE_SIZE_OF_HEADERS);
	for (unsigned i = FORGE_SIZE_OF_HEADERS; i < FORGE_SIZE; i++) {
		random = random * 1103515245 + 12345;
		out[i] = (uint8_t)(random >> 16);
	}
	memcpy(out, "MZ", 2);
	forge_put(out + FORGE_COFF, 2, machine);
	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		forge_put(out + fields[i].offset, fields[i].width, fields[i].value);
	for (unsigned i = 0; i < FORGE_SECTIONS; i++) {
		strncpy((char *)out + forge_section(i, 0), sections[i].name, 8);
		forge_put(out + forge_section(i, 8), 4, sections[i].virtual_size);
		forge_put(out + forge_section(i, 12), 4, sections[i].virtual_address);
		forge_put(out + forge_section(i, 16), 4, sections[i].size_of_raw_data);
		forge_put(out + forge_section(i, 20), 4, sections[i].pointer_to_raw_data);
		forge_put(out + forge_section(i, 36), 4, sections[i].characteristics);
	}
}
