/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/pe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_pe.h"
#include "guard.h"

enum {
	OPT = FORGE_OPTIONAL,
	CERTIFICATE = FORGE_OPTIONAL + 112 + 4 * 8,
	TEXT = FORGE_TABLE,
	DATA = FORGE_TABLE + 40,
	BSS = FORGE_TABLE + 2 * 40,
	RELOC = FORGE_TABLE + 4 * 40,
};

static int parse(const uint8_t *file, size_t size, struct bf_pe *ret,
		 struct bf_error *reterr)
{
	struct guard guard = guard_copy(file, size);
	int err = bf_pe_parse(bf_view(guard.data, size), ret, reterr);
	if (!err)
		for (uint32_t rva = 0; rva < FORGE_SIZE_OF_IMAGE; rva += 0x100) {
			size_t offset;
			if (bf_pe_rva_to_offset(ret, rva, &offset))
				assert_true(offset < size);
		}
	guard_free(&guard);
	return err;
}

static void test_reads_what_was_forged(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_ARM64);
	assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL), BF_OK);
	assert_int_equal(pe.machine, BF_PE_MACHINE_ARM64);
	assert_int_equal(pe.number_of_sections, FORGE_SECTIONS);
	assert_int_equal(pe.coff_header, FORGE_COFF);
	assert_int_equal(pe.optional_header, FORGE_OPTIONAL);
	assert_int_equal(pe.section_table, FORGE_TABLE);
	assert_int_equal(pe.checksum, FORGE_OPTIONAL + 64);
	assert_int_equal(pe.address_of_entry_point, FORGE_ENTRY);
	assert_int_equal(pe.section_alignment, 0x1000);
	assert_int_equal(pe.file_alignment, 0x200);
	assert_int_equal(pe.size_of_image, FORGE_SIZE_OF_IMAGE);
	assert_int_equal(pe.size_of_headers, FORGE_SIZE_OF_HEADERS);
	assert_false(pe.has_signature);

	struct bf_pe_section sbat = bf_pe_section(&pe, 3);
	assert_string_equal(sbat.name, ".sbat");
	assert_int_equal(sbat.virtual_size, 0x7f);
	assert_int_equal(sbat.virtual_address, 0x6000);
	assert_int_equal(sbat.size_of_raw_data, 0x200);
	assert_int_equal(sbat.pointer_to_raw_data, 0xa00);
	assert_int_equal(sbat.characteristics, 0x40000040);

	struct bf_pe_directory debug = bf_pe_directory(&pe, BF_PE_DEBUG);
	assert_int_equal(debug.virtual_address, FORGE_DEBUG);
	assert_int_equal(debug.size, 28);
	assert_int_equal(bf_pe_directory(&pe, FORGE_DIRECTORIES).size, 0);
}

static void test_addresses_become_offsets(void **state)
{
	(void)state;
	static const struct {
		uint32_t rva;
		bool found;
		size_t offset;
	} rows[] = {
		{0, true, 0},          {0x3ff, true, 0x3ff},
		{0x400, false, 0}, /* between the headers and .text */
		{0x1000, true, 0x400}, {0x13f2, true, 0x7f2},
		{0x13f3, false, 0}, /* file padding is not mapped */
		{0x2122, true, 0x922}, {0x3000, false, 0}, /* .bss has no data */
		{0x7fff, false, 0},    {0x801b, true, 0xc1b},
		{0x801c, false, 0},    {UINT32_MAX, false, 0},
	};
	uint8_t file[FORGE_SIZE];
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL), BF_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t offset = 0;
		assert_int_equal(bf_pe_rva_to_offset(&pe, rows[i].rva, &offset),
				 rows[i].found);
		if (rows[i].found)
			assert_int_equal(offset, rows[i].offset);
	}
}

/* One field changed at a time, on both sides of every limit. */
static void test_each_field(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		unsigned offset;
		unsigned width;
		uint64_t value;
		int err;
	} rows[] = {
		{"MZ", 0, 2, 0x4d5a, BF_ERR_FORMAT},
		{"e_lfanew at the last place for headers", 0x3c, 4, FORGE_SIZE - 24,
		 BF_ERR_FORMAT},
		{"e_lfanew outside", 0x3c, 4, FORGE_SIZE - 3, BF_ERR_FORMAT},
		{"e_lfanew that wraps", 0x3c, 4, UINT32_MAX, BF_ERR_FORMAT},
		{"signature", 0x40, 4, 0x4551, BF_ERR_FORMAT},
		{"signature is NE", 0x40, 4, 0x454e, BF_ERR_FORMAT},
		{"no sections", FORGE_COFF + 2, 2, 0, BF_ERR_FORMAT},
		{"a sixth, empty section", FORGE_COFF + 2, 2, 6, BF_ERR_FORMAT},
		{"97 sections", FORGE_COFF + 2, 2, 97, BF_ERR_UNSUPPORTED},
		{"65535 sections", FORGE_COFF + 2, 2, 65535, BF_ERR_UNSUPPORTED},
		{"20 sections, one more than SizeOfHeaders has", FORGE_COFF + 2, 2, 20,
		 BF_ERR_FORMAT},
		{"optional header too small", FORGE_COFF + 16, 2, 111, BF_ERR_FORMAT},
		{"optional header without room for its directories", FORGE_COFF + 16, 2,
		 0xaf, BF_ERR_FORMAT},
		{"optional header outside", FORGE_COFF + 16, 2, FORGE_SIZE - OPT + 1,
		 BF_ERR_FORMAT},
		{"PE32", OPT, 2, 0x10b, BF_ERR_UNSUPPORTED},
		{"ROM image", OPT, 2, 0x107, BF_ERR_FORMAT},
		{"entry point in the last byte", OPT + 16, 4, FORGE_SIZE_OF_IMAGE - 1,
		 BF_OK},
		{"entry point outside", OPT + 16, 4, FORGE_SIZE_OF_IMAGE, BF_ERR_FORMAT},
		{"SectionAlignment 0", OPT + 32, 4, 0, BF_ERR_FORMAT},
		{"SectionAlignment no power of two", OPT + 32, 4, 0x1800, BF_ERR_FORMAT},
		{"SectionAlignment the largest", OPT + 32, 4, 0x80000000, BF_OK},
		{"FileAlignment 0", OPT + 36, 4, 0, BF_ERR_FORMAT},
		{"FileAlignment no power of two", OPT + 36, 4, 0x201, BF_ERR_FORMAT},
		{"FileAlignment as SectionAlignment", OPT + 36, 4, 0x1000, BF_OK},
		{"FileAlignment larger", OPT + 36, 4, 0x2000, BF_ERR_FORMAT},
		{"SizeOfImage exact", OPT + 56, 4, 0x801c, BF_OK},
		{"SizeOfImage too small", OPT + 56, 4, 0x801b, BF_ERR_FORMAT},
		{"SizeOfHeaders exact", OPT + 60, 4, FORGE_TABLE_END, BF_OK},
		{"SizeOfHeaders inside the table", OPT + 60, 4, FORGE_TABLE_END - 1,
		 BF_ERR_FORMAT},
		{"SizeOfHeaders over the first section", OPT + 60, 4, 0x401,
		 BF_ERR_FORMAT},
		{"SizeOfHeaders outside", OPT + 60, 4, FORGE_SIZE + 1, BF_ERR_FORMAT},
		{"SizeOfHeaders the largest", OPT + 60, 4, UINT32_MAX, BF_ERR_FORMAT},
		{"no directories", OPT + 108, 4, 0, BF_OK},
		{"a ninth directory", OPT + 108, 4, 9, BF_ERR_FORMAT},
		{"directories that wrap", OPT + 108, 4, 0x20000000, BF_ERR_FORMAT},
		{"certificates at the end", CERTIFICATE, 8,
		 (uint64_t)0x200 << 32 | (FORGE_SIZE - 0x200), BF_OK},
		{"certificates one byte outside", CERTIFICATE, 8,
		 (uint64_t)0x201 << 32 | (FORGE_SIZE - 0x200), BF_ERR_FORMAT},
		{"certificates that wrap", CERTIFICATE, 8,
		 (uint64_t)0x100 << 32 | 0xffffff00, BF_ERR_FORMAT},
		{"certificates, a place but no size", CERTIFICATE, 8, 0xffffff00, BF_OK},
		{".text inside the headers' memory", TEXT + 12, 4, 0x3ff, BF_ERR_FORMAT},
		{".text directly behind the headers", TEXT + 12, 4, 0x400, BF_OK},
		{".text up to .data", TEXT + 8, 4, 0x1000, BF_OK},
		{".text into .data", TEXT + 8, 4, 0x1001, BF_ERR_FORMAT},
		{".text with only a raw size", TEXT + 8, 4, 0, BF_OK},
		{".data before .text", DATA + 12, 4, 0x800, BF_ERR_FORMAT},
		{".bss that wraps", BSS + 8, 4, 0xffffd001, BF_ERR_FORMAT},
		{".reloc at the top, wrapping", RELOC + 12, 4, 0xfffffff0, BF_ERR_FORMAT},
		{".text's data in the headers", TEXT + 20, 4, 0x3ff, BF_ERR_FORMAT},
		{".text's data over .data's", TEXT + 16, 4, 0x401, BF_ERR_FORMAT},
		{".data's data over .text's end", DATA + 20, 4, 0x7ff, BF_ERR_FORMAT},
		{".data's data is .text's", DATA + 20, 4, 0x400, BF_ERR_FORMAT},
		{".reloc's data one byte outside", RELOC + 20, 4, 0xc01, BF_ERR_FORMAT},
		{".reloc's data outside", RELOC + 20, 4, FORGE_SIZE + 1, BF_ERR_FORMAT},
		{".reloc's data wraps", RELOC + 20, 4, 0xffffff00, BF_ERR_FORMAT},
		{".reloc's data is huge", RELOC + 16, 4, UINT32_MAX, BF_ERR_FORMAT},
		{".bss points into .text but has no data", BSS + 20, 4, 0x500, BF_OK},
		{".bss points into .reloc but has no data", BSS + 20, 4, 0xd00, BF_OK},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_pe pe;
		struct bf_error error = {0};
		forge_pe(file, BF_PE_MACHINE_AMD64);
		forge_put(file + rows[i].offset, rows[i].width, rows[i].value);
		int err = parse(file, sizeof(file), &pe, &error);
		if (err != rows[i].err)
			fail_msg("%s: %d, not %d (%s)", rows[i].what, err, rows[i].err,
				 error.text);
		assert_true(err == BF_OK || error.text[0]);
	}
}

/* Every length: only the whole file, or more than it, parses. */
static void test_truncated(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE + 64] = {0};
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	for (size_t size = 0; size < FORGE_SIZE; size++)
		assert_int_equal(parse(file, size, &pe, NULL), BF_ERR_FORMAT);
	for (size_t size = FORGE_SIZE; size < sizeof(file); size++)
		assert_int_equal(parse(file, size, &pe, NULL), BF_OK);
}

static void test_signed(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	forge_put(file + CERTIFICATE, 4, FORGE_SIZE - 8);
	forge_put(file + CERTIFICATE + 4, 4, 8);
	assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL), BF_OK);
	assert_true(pe.has_signature);
}

/* The loader's definition, one 16-bit word after the other. */
static uint32_t checksum_by_definition(const uint8_t *file, size_t size, size_t field)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < size; i += 2) {
		uint32_t low = i >= field && i < field + 4 ? 0 : file[i];
		uint32_t high = i + 1 == size || (i + 1 >= field && i + 1 < field + 4)
					? 0
					: file[i + 1];
		sum += low | high << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum + (uint32_t)size;
}

static void test_checksum_of_every_length(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE + 64];
	struct bf_pe pe;
	memset(file, 0xa5, sizeof(file));
	forge_pe(file, BF_PE_MACHINE_AMD64);
	for (size_t size = FORGE_SIZE; size <= sizeof(file); size++) {
		struct guard guard = guard_copy(file, size);
		assert_int_equal(bf_pe_parse(bf_view(guard.data, size), &pe, NULL),
				 BF_OK);
		assert_int_equal(bf_pe_checksum(&pe),
				 checksum_by_definition(file, size, pe.checksum));
		guard_free(&guard);
	}
}

static void test_checksum_ignores_what_is_stored(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL), BF_OK);
	uint32_t expected = bf_pe_checksum(&pe);
	assert_int_equal(bf_pe_stored_checksum(&pe), 0);
	forge_put(file + pe.checksum, 4, 0xfedcba98);
	assert_int_equal(bf_pe_stored_checksum(&pe), 0xfedcba98);
	assert_int_equal(bf_pe_checksum(&pe), expected);
	bf_pe_set_checksum(&pe, file);
	assert_int_equal(bf_pe_stored_checksum(&pe), expected);
}

/* The sum of a file cut anywhere is that of the whole: three parts, all pairs of cuts. */
static void test_sums_add_up(void **state)
{
	(void)state;
	uint8_t bytes[97];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 151 + 0x81);
	struct bf_view whole = bf_view(bytes, sizeof(bytes));
	uint32_t expected = bf_pe_sum_finish(bf_pe_sum(whole, 0), sizeof(bytes));
	assert_int_equal(expected,
			 checksum_by_definition(bytes, sizeof(bytes), sizeof(bytes)));
	for (size_t i = 0; i <= sizeof(bytes); i++) {
		for (size_t j = i; j <= sizeof(bytes); j++) {
			uint64_t sum =
				bf_pe_sum(bf_view_part(whole, j, sizeof(bytes) - j), j) +
				bf_pe_sum(bf_view_part(whole, 0, i), 0) +
				bf_pe_sum(bf_view_part(whole, i, j - i), i);
			assert_int_equal(bf_pe_sum_finish(sum, sizeof(bytes)), expected);
		}
	}
}

static void test_a_part_replaced(void **state)
{
	(void)state;
	uint8_t bytes[64];
	for (size_t from = 0; from < 8; from++) {
		memset(bytes, 0xee, sizeof(bytes));
		struct bf_view part = bf_view(bytes + from, 33);
		uint64_t sum = bf_pe_sum(bf_view(bytes, sizeof(bytes)), 0);
		sum += 0xffff - bf_pe_sum(part, from);
		memset(bytes + from, 0x13, 33);
		sum += bf_pe_sum(part, from);
		assert_int_equal(
			bf_pe_sum_finish(sum, sizeof(bytes)),
			checksum_by_definition(bytes, sizeof(bytes), sizeof(bytes)));
	}
}

static void test_sum_does_not_overflow(void **state)
{
	(void)state;
	size_t size = (size_t)1 << 20;
	uint8_t *bytes = malloc(size);
	assert_non_null(bytes);
	memset(bytes, 0xff, size);
	assert_int_equal(bf_pe_sum(bf_view(bytes, size), 0), 0xffff);
	assert_int_equal(bf_pe_sum(bf_view(bytes, size - 1), 0),
			 checksum_by_definition(bytes, size - 1, size) - (size - 1));
	assert_int_equal(bf_pe_sum(bf_view(bytes, 0), 1), 0);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_what_was_forged),
		cmocka_unit_test(test_addresses_become_offsets),
		cmocka_unit_test(test_each_field),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_checksum_of_every_length),
		cmocka_unit_test(test_checksum_ignores_what_is_stored),
		cmocka_unit_test(test_sums_add_up),
		cmocka_unit_test(test_a_part_replaced),
		cmocka_unit_test(test_sum_does_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
