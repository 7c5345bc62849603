/* SPDX-License-Identifier: GPL-3.0-only */
/* A small PE32+ laid out like ipxe.efi, for tests to take as it is or to break. */
#ifndef TEST_FORGE_PE_H
#define TEST_FORGE_PE_H

#include <stdint.h>

enum {
	/* Where the headers are in what forge_pe() makes. */
	FORGE_COFF = 0x44,
	FORGE_OPTIONAL = 0x58,
	FORGE_DIRECTORIES = 8,
	FORGE_SECTIONS = 5,
	FORGE_TABLE = 0x108,
	FORGE_TABLE_END = FORGE_TABLE + FORGE_SECTIONS * 40,
	FORGE_DEBUG = 0x3ac, /* the debug directory, one entry, in the header area */
	FORGE_DEBUG_DATA = 0x3c8,
	FORGE_SIZE_OF_HEADERS = 0x400,

	FORGE_ENTRY = 0x1020,
	FORGE_SIZE_OF_IMAGE = 0x9000,
	FORGE_SIZE = 0xe00,
};

/* Write the image; everything in its sections and padding is a fixed pseudo-random text. */
void forge_pe(uint8_t out[FORGE_SIZE], uint16_t machine);

/* Write width (2, 4 or 8) bytes of value, little-endian. */
void forge_put(uint8_t *at, unsigned width, uint64_t value);

/* Where field number offset of section header index is. */
static inline unsigned forge_section(unsigned index, unsigned offset)
{
	return FORGE_TABLE + index * 40 + offset;
}

#endif
