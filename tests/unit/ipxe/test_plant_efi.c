/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/plant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "binary/pe.h"
#include "forge_pe.h"
#include "guard.h"
#include "ipxe/slot.h"

enum {
	OPT = FORGE_OPTIONAL,
	CERTIFICATE = FORGE_OPTIONAL + 112 + 4 * 8,
	LAST_DIRECTORY = FORGE_OPTIONAL + 112 + 7 * 8,
	DEBUG_DIRECTORY = FORGE_OPTIONAL + 112 + 6 * 8,
	RELOC = FORGE_TABLE + 4 * 40,
	STUB_SIZE = 45,
	SLOT_SIZE = 1000,
	ROOM = 2 * 40, /* two more section headers */
};

/* A stub: the header of prebuilt/stub/efi.c and something that is not code. */
static void forge_stub(uint8_t out[STUB_SIZE], uint16_t machine)
{
	memset(out, 0xcc, STUB_SIZE);
	memset(out, 0, 16);
	forge_put(out, 4, machine);
}

static int plant(const uint8_t *file, size_t size, uint16_t stub_machine,
		 uint32_t slot_size, struct bf_buffer *ret, struct bf_error *reterr)
{
	uint8_t stub[STUB_SIZE];
	forge_stub(stub, stub_machine);
	struct guard stock_guard = guard_copy(file, size);
	struct guard stub_guard = guard_copy(stub, sizeof(stub));
	int err = bf_plant_efi(bf_view(stock_guard.data, size),
			       bf_view(stub_guard.data, sizeof(stub)), slot_size, ret,
			       reterr);
	guard_free(&stock_guard);
	guard_free(&stub_guard);
	return err;
}

static struct bf_pe plant_forged(uint16_t machine, struct bf_buffer *ret)
{
	uint8_t file[FORGE_SIZE];
	struct bf_pe pe;
	forge_pe(file, machine);
	assert_int_equal(plant(file, sizeof(file), machine, SLOT_SIZE, ret, NULL), BF_OK);
	assert_int_equal(bf_pe_parse(bf_buffer_view(ret), &pe, NULL), BF_OK);
	return pe;
}

static void test_sections(void **state)
{
	(void)state;
	struct bf_buffer out = {0};
	struct bf_pe pe = plant_forged(BF_PE_MACHINE_AMD64, &out);
	assert_int_equal(pe.number_of_sections, FORGE_SECTIONS + 2);

	struct bf_pe_section stub = bf_pe_section(&pe, FORGE_SECTIONS);
	assert_string_equal(stub.name, ".stub");
	assert_int_equal(stub.virtual_size, STUB_SIZE);
	assert_int_equal(stub.virtual_address, 0x9000);
	assert_int_equal(stub.pointer_to_raw_data, FORGE_SIZE);
	assert_int_equal(stub.size_of_raw_data, 0x200);
	assert_int_equal(stub.characteristics, 0x60000020);

	struct bf_pe_section slot = bf_pe_section(&pe, FORGE_SECTIONS + 1);
	assert_string_equal(slot.name, ".slot");
	assert_int_equal(slot.virtual_size, SLOT_SIZE);
	assert_int_equal(slot.virtual_address, 0xa000);
	assert_int_equal(slot.pointer_to_raw_data, FORGE_SIZE + 0x200);
	assert_int_equal(slot.size_of_raw_data, 0x400);
	assert_int_equal(slot.characteristics, 0x40000040);

	assert_int_equal(out.size, FORGE_SIZE + 0x600);
	assert_int_equal(pe.size_of_image, 0xb000);
	assert_int_equal(pe.address_of_entry_point, 0x9010);
	assert_int_equal(bf_le32(out.data + OPT + 4), 0x400 + 0x200);
	assert_int_equal(bf_le32(out.data + OPT + 8), 0x600 + 0x400);
	assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	bf_buffer_free(&out);
}

/* What the stub reads leads from its own first byte to the old entry and to the slot. */
static void test_stub_header(void **state)
{
	(void)state;
	struct bf_buffer out = {0};
	uint8_t expected[STUB_SIZE];
	plant_forged(BF_PE_MACHINE_RISCV64, &out);
	const uint8_t *stub = out.data + FORGE_SIZE;
	assert_int_equal(bf_le32(stub), BF_PE_MACHINE_RISCV64);
	assert_int_equal((int32_t)bf_le32(stub + 4), FORGE_ENTRY - 0x9000);
	assert_int_equal(bf_le32(stub + 8), 0x1000);
	assert_int_equal(bf_le32(stub + 12), SLOT_SIZE);
	forge_stub(expected, 0);
	assert_memory_equal(stub + 16, expected + 16, STUB_SIZE - 16);
	bf_buffer_free(&out);
}

static void test_slot(void **state)
{
	(void)state;
	struct bf_buffer out = {0};
	struct bf_slot slot;
	size_t unused;
	plant_forged(BF_PE_MACHINE_ARM64, &out);
	assert_int_equal(bf_slot_find(bf_buffer_view(&out), &slot, NULL), BF_OK);
	assert_int_equal(slot.offset, FORGE_SIZE + 0x200);
	assert_int_equal(slot.declared_offset, slot.offset);
	assert_int_equal(slot.size, SLOT_SIZE);
	struct bf_view body =
		bf_slot_body(bf_view_part(bf_buffer_view(&out), slot.offset, slot.size));
	assert_true(bf_view_find(body, 0, bf_view("unpatched boots-from", 20), &unused));
	assert_memory_equal(body.data + body.size - 7, "\nshell\n", 7);
	bf_buffer_free(&out);
}

/* Everything the stock file had is still there, but for the fields that had to change. */
static void test_nothing_else_changes(void **state)
{
	(void)state;
	static const struct {
		unsigned offset;
		unsigned size;
	} changed[] = {
		{FORGE_COFF + 2, 2}, /* NumberOfSections */
		{OPT + 4, 8},        /* SizeOfCode, SizeOfInitializedData */
		{OPT + 16, 4},       /* AddressOfEntryPoint */
		{OPT + 56, 4},       /* SizeOfImage */
		{OPT + 64, 4},       /* CheckSum */
		{FORGE_TABLE_END, ROOM},
	};
	uint8_t file[FORGE_SIZE];
	struct bf_buffer out = {0};
	forge_pe(file, BF_PE_MACHINE_AMD64);
	plant_forged(BF_PE_MACHINE_AMD64, &out);
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		memcpy(out.data + changed[i].offset, file + changed[i].offset,
		       changed[i].size);
	assert_memory_equal(out.data, file, sizeof(file));
	bf_buffer_free(&out);
}

/* A file that does not end at a multiple of FileAlignment keeps its tail. */
static void test_odd_length(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE + 3];
	struct bf_buffer out = {0};
	struct bf_slot slot;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	memcpy(file + FORGE_SIZE, "odd", 3);
	assert_int_equal(
		plant(file, sizeof(file), BF_PE_MACHINE_AMD64, SLOT_SIZE, &out, NULL),
		BF_OK);
	assert_memory_equal(out.data + FORGE_SIZE, "odd\0\0", 5);
	assert_int_equal(bf_slot_find(bf_buffer_view(&out), &slot, NULL), BF_OK);
	assert_int_equal(slot.offset, FORGE_SIZE + 0x400);
	assert_int_equal(slot.declared_offset, slot.offset);
	bf_buffer_free(&out);
}

static void test_larger_alignments(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_buffer out = {0};
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_ARM64);
	forge_put(file + OPT + 32, 4, 0x10000);
	forge_put(file + OPT + 36, 4, 0x1000);
	assert_int_equal(
		plant(file, sizeof(file), BF_PE_MACHINE_ARM64, SLOT_SIZE, &out, NULL),
		BF_OK);
	assert_int_equal(bf_pe_parse(bf_buffer_view(&out), &pe, NULL), BF_OK);
	assert_int_equal(pe.size_of_image, 0x30000);
	assert_int_equal(bf_pe_section(&pe, 5).virtual_address, 0x10000);
	assert_int_equal(bf_pe_section(&pe, 5).pointer_to_raw_data, 0x1000);
	assert_int_equal(bf_pe_section(&pe, 6).virtual_address, 0x20000);
	assert_int_equal(bf_pe_section(&pe, 6).pointer_to_raw_data, 0x2000);
	assert_int_equal(out.size, 0x3000);
	bf_buffer_free(&out);
}

/* One field changed at a time; the sentence names what is in the way. */
static void test_each_refusal(void **state)
{
	(void)state;
	static const struct {
		unsigned offset;
		unsigned width;
		uint64_t value;
		int err;
		const char *sentence;
	} rows[] = {
		{0, 2, 0, BF_ERR_FORMAT, "not a PE"},
		{CERTIFICATE, 8, (uint64_t)8 << 32 | (FORGE_SIZE - 8), BF_ERR_SIGNED,
		 "signed"},
		{FORGE_COFF, 2, BF_PE_MACHINE_LOONGARCH64, BF_ERR_UNSUPPORTED,
		 "machine 0x6264"},
		{FORGE_COFF, 2, BF_PE_MACHINE_ARM64, BF_ERR_UNSUPPORTED,
		 "the EFI stub is for machine 0x8664, the PE for 0xaa64"},
		{OPT + 32, 4, 0x800, BF_ERR_UNSUPPORTED, "aligned to 2048"},
		{OPT + 4, 4, 0xfffffe00, BF_ERR_TOO_BIG, "SizeOfCode"},
		{OPT + 4, 4, 0xfffffdff, BF_OK, NULL},
		{OPT + 8, 4, 0xfffffc00, BF_ERR_TOO_BIG, "SizeOfInitializedData"},
		{OPT + 8, 4, 0xfffffbff, BF_OK, NULL},
		{OPT + 56, 4, 0x7fffe000, BF_OK, NULL},
		{OPT + 56, 4, 0x7ffff000, BF_ERR_TOO_BIG, "the stub reaches"},
		{OPT + 56, 4, 0xffffd001, BF_ERR_TOO_BIG, "does not fit"},
		{OPT + 56, 4, UINT32_MAX, BF_ERR_TOO_BIG, "does not fit"},
		{OPT + 32, 4, 0x80000000, BF_ERR_TOO_BIG, "does not fit"},
		{OPT + 60, 4, FORGE_TABLE_END + ROOM, BF_OK, NULL},
		{OPT + 60, 4, FORGE_TABLE_END + ROOM - 1, BF_ERR_UNSUPPORTED,
		 "no room for another PE section header: it would end at 544"},
		{OPT + 60, 4, FORGE_TABLE_END, BF_ERR_UNSUPPORTED, "no room"},
		/* The debug directory, up to the new headers and into them. */
		{DEBUG_DIRECTORY, 4, FORGE_TABLE_END + ROOM, BF_OK, NULL},
		{DEBUG_DIRECTORY, 4, FORGE_TABLE_END + ROOM - 1, BF_ERR_UNSUPPORTED,
		 "offsets 504 to 544 are in use"},
		{DEBUG_DIRECTORY, 4, FORGE_TABLE_END - 27, BF_ERR_UNSUPPORTED,
		 "offsets 464 to 504 are in use"},
		{DEBUG_DIRECTORY, 4, FORGE_TABLE_END - 28, BF_OK, NULL},
		/* What its entry points to. */
		{FORGE_DEBUG + 24, 4, FORGE_TABLE_END + ROOM, BF_OK, NULL},
		{FORGE_DEBUG + 24, 4, FORGE_TABLE_END + ROOM - 1, BF_ERR_UNSUPPORTED,
		 "in use"},
		{FORGE_DEBUG + 16, 8, (uint64_t)UINT32_MAX, BF_OK, NULL},
		{FORGE_DEBUG + 24, 4, UINT32_MAX, BF_OK, NULL},
		/* Any other directory in the header area. */
		{LAST_DIRECTORY, 8, (uint64_t)1 << 32 | (FORGE_TABLE_END + ROOM - 1),
		 BF_ERR_UNSUPPORTED, "in use"},
		{LAST_DIRECTORY, 8, (uint64_t)1 << 32 | (FORGE_TABLE_END + ROOM), BF_OK,
		 NULL},
		/* Bytes nobody explains are not ours either. */
		{FORGE_TABLE_END, 2, 1, BF_ERR_UNSUPPORTED, "464 to 504 are in use"},
		{FORGE_TABLE_END + ROOM - 2, 2, 0x100, BF_ERR_UNSUPPORTED,
		 "504 to 544 are in use"},
		{FORGE_TABLE_END + ROOM, 2, 1, BF_OK, NULL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_buffer out = {0};
		struct bf_error error = {0};
		forge_pe(file, BF_PE_MACHINE_AMD64);
		forge_put(file + rows[i].offset, rows[i].width, rows[i].value);
		int err = plant(file, sizeof(file), BF_PE_MACHINE_AMD64, SLOT_SIZE, &out,
				&error);
		if (err != rows[i].err || (err && !strstr(error.text, rows[i].sentence)))
			fail_msg("row %zu (offset 0x%x): %d, not %d: %s", i,
				 rows[i].offset, err, rows[i].err, error.text);
		assert_true(err == BF_OK || !out.data);
		bf_buffer_free(&out);
	}
}

static void test_too_many_sections(void **state)
{
	(void)state;
	static const struct {
		unsigned sections;
		int err;
	} rows[] = {{94, BF_OK}, {95, BF_ERR_UNSUPPORTED}, {96, BF_ERR_UNSUPPORTED}};
	static const char sentence[] = "no section can be added to a PE that has 96";
	enum { HEADERS = 0x1200, SIZE = HEADERS + 0x200 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t file[SIZE] = {0};
		uint8_t forged[FORGE_SIZE];
		struct bf_buffer out = {0};
		forge_pe(forged, BF_PE_MACHINE_AMD64);
		memcpy(file, forged, FORGE_TABLE);
		forge_put(file + OPT + 60, 4, HEADERS);
		forge_put(file + DEBUG_DIRECTORY, 8, 0);
		forge_put(file + OPT + 56, 4, 0x200000);
		forge_put(file + FORGE_COFF + 2, 2, rows[i].sections);
		for (unsigned s = 0; s < rows[i].sections; s++) {
			forge_put(file + forge_section(s, 8), 4, 0x10);
			forge_put(file + forge_section(s, 12), 4, 0x2000 + s * 0x1000);
		}
		struct bf_error error;
		assert_int_equal(plant(file, sizeof(file), BF_PE_MACHINE_AMD64, SLOT_SIZE,
				       &out, &error),
				 rows[i].err);
		if (rows[i].err)
			assert_string_equal(error.text, sentence);
		bf_buffer_free(&out);
	}
}

static void test_stub_and_slot_sizes(void **state)
{
	(void)state;
	static const struct {
		size_t stub;
		uint32_t slot;
		int err;
	} rows[] = {
		{0, SLOT_SIZE, BF_ERR_INPUT},
		{16, SLOT_SIZE, BF_ERR_INPUT},
		{17, SLOT_SIZE, BF_OK},
		{4096, SLOT_SIZE, BF_OK},
		{4097, SLOT_SIZE, BF_ERR_INPUT},
		{32, BF_SLOT_SIZE_MIN - 1, BF_ERR_INPUT},
		{32, BF_SLOT_SIZE_MIN, BF_OK},
		{32, BF_SLOT_SIZE_MAX, BF_OK},
		{32, BF_SLOT_SIZE_MAX + 1, BF_ERR_INPUT},
		{32, UINT32_MAX, BF_ERR_INPUT},
	};
	uint8_t file[FORGE_SIZE];
	uint8_t stub[4097] = {0x64, 0x86};
	forge_pe(file, BF_PE_MACHINE_AMD64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bf_buffer out = {0};
		struct guard guard = guard_copy(stub, rows[i].stub);
		int err = bf_plant_efi(bf_view(file, sizeof(file)),
				       bf_view(guard.data, rows[i].stub), rows[i].slot,
				       &out, NULL);
		assert_int_equal(err, rows[i].err);
		guard_free(&guard);
		bf_buffer_free(&out);
	}
}

static void test_only_once(void **state)
{
	(void)state;
	struct bf_buffer once = {0}, twice = {0};
	struct bf_error error;
	plant_forged(BF_PE_MACHINE_AMD64, &once);
	assert_int_equal(plant(once.data, once.size, BF_PE_MACHINE_AMD64, SLOT_SIZE,
			       &twice, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "there is a script slot already, at offset 4096");
	once.data[FORGE_SIZE + 0x200 + 34] = 'x';
	assert_int_equal(plant(once.data, once.size, BF_PE_MACHINE_AMD64, SLOT_SIZE,
			       &twice, &error),
			 BF_ERR_FORMAT);
	assert_null(twice.data);
	bf_buffer_free(&once);
}

/* The stubs of this build fit the machines and the header plant_efi.c writes to. */
static void test_built_stubs(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		uint16_t machine;
	} rows[] = {
		{BF_STUB_DIR "/efi-x86_64.stub", BF_PE_MACHINE_AMD64},
		{BF_STUB_DIR "/efi-arm64.stub", BF_PE_MACHINE_ARM64},
		{BF_STUB_DIR "/efi-riscv64.stub", BF_PE_MACHINE_RISCV64},
	};
	static const uint8_t unset[12] = {0};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_buffer stub = {0}, out = {0};
		forge_pe(file, rows[i].machine);
		assert_int_equal(bf_buffer_read_file(rows[i].path, 4096, &stub, NULL),
				 BF_OK);
		assert_true(stub.size > 16);
		assert_memory_equal(stub.data + 4, unset, sizeof(unset));
		assert_int_equal(bf_plant_efi(bf_view(file, sizeof(file)),
					      bf_buffer_view(&stub), BF_SLOT_SIZE, &out,
					      NULL),
				 BF_OK);
		bf_buffer_free(&stub);
		bf_buffer_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_stub_header),
		cmocka_unit_test(test_slot),
		cmocka_unit_test(test_nothing_else_changes),
		cmocka_unit_test(test_odd_length),
		cmocka_unit_test(test_larger_alignments),
		cmocka_unit_test(test_each_refusal),
		cmocka_unit_test(test_too_many_sections),
		cmocka_unit_test(test_stub_and_slot_sizes),
		cmocka_unit_test(test_only_once),
		cmocka_unit_test(test_built_stubs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
