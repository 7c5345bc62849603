/* SPDX-License-Identifier: GPL-3.0-only */
/* An iPXE as far as it is told by its contents: in the PE and the lkrn that are forged. */
#ifndef TEST_FORGE_IPXE_H
#define TEST_FORGE_IPXE_H

#include <string.h>

#include "forge_lkrn.h"
#include "forge_pe.h"

static const char *const forge_names[] = {"http", "tftp", "tcp", "aoe"};
static const char forge_schemes[] = "aoe,http,tftp";
static const char forge_sbat[] =
	"sbat,1,SBAT Version,sbat,1,https://example.org/\n"
	"ipxe,1,iPXE,ipxe.efi,9.8.7-forged,https://example.org\n";

enum {
	FORGE_N_NAMES = sizeof(forge_names) / sizeof(forge_names[0]),

	/* In the lkrn's program: code, strings, table, room for a script. */
	FORGE_PROGRAM_SIZE = 0x1000,
	FORGE_PROGRAM_STRINGS = 0x100,
	FORGE_PROGRAM_TABLE = 0x180,
	FORGE_PROGRAM_SCRIPT = 0x200,

	/* In the PE: forge_pe()'s sections, .data at 0x800 of the file and 0x2000 in memory. */
	FORGE_PE_DATA = 0x800,
	FORGE_PE_DATA_RVA = 0x2000,
	FORGE_PE_TABLE = 0x880,
	FORGE_PE_SCRIPT = 0x900,
	FORGE_PE_SBAT = 0xa00,
	FORGE_PE_RELOC = 0xc00,
	FORGE_PE_CODE_RVA = 0x1000,
	FORGE_PE_IMAGE_BASE = FORGE_OPTIONAL + 24,

	FORGE_NAME_SIZE = 8,
};

/* The strings, the last of which tells iPXE's scripts, and the table with their addresses. */
static inline void forge_openers(uint8_t *strings, uint64_t strings_address,
				 uint8_t *table, unsigned pointer_size,
				 uint64_t code_address)
{
	for (unsigned i = 0; i < FORGE_N_NAMES; i++) {
		memset(strings + i * FORGE_NAME_SIZE, 0, FORGE_NAME_SIZE);
		memcpy(strings + i * FORGE_NAME_SIZE, forge_names[i],
		       strlen(forge_names[i]));
		forge_put(table + 2 * i * pointer_size, pointer_size,
			  strings_address + i * FORGE_NAME_SIZE);
		forge_put(table + (2 * i + 1) * pointer_size, pointer_size,
			  code_address + i);
	}
	memcpy(strings + FORGE_N_NAMES * FORGE_NAME_SIZE, "#!ipxe", 7);
}

static inline void forge_ipxe_program(uint8_t program[FORGE_PROGRAM_SIZE])
{
	memset(program, 0, FORGE_PROGRAM_SIZE);
	forge_openers(program + FORGE_PROGRAM_STRINGS, FORGE_PROGRAM_STRINGS,
		      program + FORGE_PROGRAM_TABLE, 4, 0x40);
}

static inline void forge_ipxe_efi(uint8_t file[FORGE_SIZE], uint16_t machine)
{
	forge_pe(file, machine);
	memset(file + FORGE_PE_DATA, 0, FORGE_SIZE - FORGE_PE_DATA);
	forge_openers(file + FORGE_PE_DATA, FORGE_PE_DATA_RVA, file + FORGE_PE_TABLE, 8,
		      FORGE_PE_CODE_RVA);
	memcpy(file + FORGE_PE_SBAT, forge_sbat, sizeof(forge_sbat) - 1);
}

#endif
