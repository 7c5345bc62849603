/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * PE/COFF images (Microsoft's PE Format specification): bounds-checked headers, the
 * checksum, whether a signature is present, and adding sections.
 */
#ifndef BF_PE_H
#define BF_PE_H

#include "base/bytes.h"

/* Machine types, PE Format "Machine Types". */
enum {
	BF_PE_MACHINE_AMD64 = 0x8664,
	BF_PE_MACHINE_ARM64 = 0xaa64,
	BF_PE_MACHINE_RISCV64 = 0x5064,
	BF_PE_MACHINE_LOONGARCH64 = 0x6264,
};

/* Section Flags, the Characteristics of a Section Header. */
#define BF_PE_SCN_CNT_CODE 0x00000020u
#define BF_PE_SCN_CNT_INITIALIZED_DATA 0x00000040u
#define BF_PE_SCN_MEM_EXECUTE 0x20000000u
#define BF_PE_SCN_MEM_READ 0x40000000u
#define BF_PE_SCN_MEM_WRITE 0x80000000u

/* Optional Header Data Directories, by index. */
enum {
	BF_PE_CERTIFICATE_TABLE = 4,
	BF_PE_DEBUG = 6,
};

#define BF_PE_MAX_SECTIONS 96u /* PE Format, NumberOfSections */

/*
 * A parsed PE32+ image: where its headers are, in bytes from its start, and the header
 * fields under their names in the specification.
 */
struct bf_pe {
	struct bf_view file;
	size_t coff_header;     /* COFF File Header */
	size_t optional_header; /* Optional Header (PE32+) */
	size_t section_table;   /* first Section Header */
	size_t checksum;        /* the CheckSum field */
	uint16_t machine;
	uint16_t number_of_sections;
	uint32_t address_of_entry_point;
	uint32_t section_alignment; /* both are powers of two, */
	uint32_t file_alignment;    /* this one the smaller or equal */
	uint32_t size_of_image;
	uint32_t size_of_headers; /* at least to the end of the section table */
	uint32_t number_of_rva_and_sizes;
	bool has_signature; /* the Certificate Table is not empty */
};

/* One Section Header; the names are the specification's. */
struct bf_pe_section {
	char name[9]; /* NUL-terminated */
	uint32_t virtual_size;
	uint32_t virtual_address;
	uint32_t size_of_raw_data;
	uint32_t pointer_to_raw_data;
	uint32_t characteristics;
};

/* An entry of the Optional Header Data Directories. */
struct bf_pe_directory {
	uint32_t virtual_address; /* a file offset in the case of the Certificate Table */
	uint32_t size;
};

/*
 * Parse the headers and check every offset and size in them against the file: sections
 * lie inside the file and inside SizeOfImage, in ascending order, and do not overlap each
 * other or the headers. BF_ERR_UNSUPPORTED for PE32 and for more than BF_PE_MAX_SECTIONS,
 * BF_ERR_FORMAT for everything that is not true. The image keeps pointing into file.
 */
bf_must_check int bf_pe_parse(struct bf_view file, struct bf_pe *ret,
			      struct bf_error *reterr);

/* Section number index, below number_of_sections. */
struct bf_pe_section bf_pe_section(const struct bf_pe *pe, unsigned index);

/*
 * What the file has of the first section of a name, which may be longer than a Section Header
 * has room for (PE Format, "COFF String Table"); without the padding. False if there is none.
 */
bool bf_pe_find_section(const struct bf_pe *pe, const char *name, struct bf_view *ret);

/* Data directory number index; all zero if the image has fewer. */
struct bf_pe_directory bf_pe_directory(const struct bf_pe *pe, unsigned index);

/*
 * File offset of an address relative to the image base; false if neither the headers nor
 * the data of any section have it.
 */
bool bf_pe_rva_to_offset(const struct bf_pe *pe, uint32_t rva, size_t *ret_offset);

/* The reverse: the address of a byte of the file; false if it is loaded to none. */
bool bf_pe_offset_to_rva(const struct bf_pe *pe, size_t offset, uint32_t *ret_rva);

/*
 * The sum behind CheckSum is linear: it can be taken over parts of a file, in any order,
 * each with the offset where it stands (an odd offset swaps the bytes of a word), the
 * CheckSum field counted as zero. Add the parts' sums, then finish with the file's length.
 * A part's sum is at most 0xffff, and adding 0xffff minus it takes the part out again, so
 * that replacing one part of a file costs the two sums of that part.
 */
uint64_t bf_pe_sum(struct bf_view part, uint64_t offset);
uint32_t bf_pe_sum_finish(uint64_t sum, uint64_t file_size);

/* The CheckSum value the file should have, and the one it has. */
uint32_t bf_pe_checksum(const struct bf_pe *pe);
uint32_t bf_pe_stored_checksum(const struct bf_pe *pe);

/*
 * Append a section of section->virtual_size bytes, all zero, to a whole PE file; the
 * caller fills in name, virtual_size and characteristics, the rest is returned. The data
 * starts after everything the file has, in memory and on disk. Keeps NumberOfSections,
 * SizeOfImage, SizeOfCode and SizeOfInitializedData true; CheckSum is the caller's.
 *
 * The new Section Header goes behind the last one. BF_ERR_UNSUPPORTED if there is no
 * room: it must end before SizeOfHeaders and before the first section's data, and may
 * not touch what linkers keep in the header area, such as iPXE's debug directory.
 * BF_ERR_TOO_BIG if a 32-bit field would overflow. On failure the file is unchanged.
 */
bf_must_check int bf_pe_add_section(struct bf_buffer *file, struct bf_pe_section *section,
				    struct bf_error *reterr);

/* Set AddressOfEntryPoint, or CheckSum to what it should be, in a file just parsed. */
void bf_pe_set_entry_point(const struct bf_pe *pe, uint8_t *file, uint32_t rva);
void bf_pe_set_checksum(const struct bf_pe *pe, uint8_t *file);

#endif
