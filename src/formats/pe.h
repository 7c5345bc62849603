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

/* A parsed PE32+ image: offsets of the fields we read and write, in bytes from its start. */
struct bf_pe {
	struct bf_view file;
	size_t coff_header;     /* COFF File Header */
	size_t optional_header; /* Optional Header (PE32+) */
	size_t section_table;   /* first Section Header */
	size_t checksum;        /* the CheckSum field */
	uint16_t machine;
	uint16_t number_of_sections;
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

/* Parse the headers and check every offset and size in them against the file. */
int bf_pe_parse(struct bf_view file, struct bf_pe *ret, struct bf_error *reterr);

/* Section number index, below number_of_sections. */
struct bf_pe_section bf_pe_section(const struct bf_pe *pe, unsigned index);

/* File offset of an address relative to the image base; false if no section's data has it. */
bool bf_pe_rva_to_offset(const struct bf_pe *pe, uint32_t rva, size_t *ret_offset);

/*
 * The sum behind CheckSum is linear: it can be taken over parts of a file, in any order,
 * each with the offset where it stands (an odd offset swaps the bytes of a word), the
 * CheckSum field counted as zero. Add the parts' sums, then finish with the file's length.
 */
uint64_t bf_pe_sum(struct bf_view part, uint64_t offset);
uint32_t bf_pe_sum_finish(uint64_t sum, uint64_t file_size);

/* The CheckSum value the file should have, and the one it has. */
uint32_t bf_pe_checksum(const struct bf_pe *pe);
uint32_t bf_pe_stored_checksum(const struct bf_pe *pe);

#endif
