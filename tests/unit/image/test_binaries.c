/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/binaries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "binary/zbin.h"
#include "forge_ipxe.h"
#include "ipxe/rootcert.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	CERTIFICATES_SIZE = FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE + 4,
	COMMAND_LINE = FORGE_PE_TABLE + 0x60, /* what tells that iPXE runs one */
	PROGRAM_COMMAND_LINE = FORGE_PROGRAM_TABLE + 0x40,
	X86_64 = 1u << BF_ARCH_X86_64,
};

static char folder[] = "/tmp/boots-from-binaries.XXXXXX";
static struct bf_bundle *bundle;

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? bf_bundle_load(NULL, &bundle, NULL)
						     : -1;
}

static int teardown(void **state)
{
	(void)state;
	bf_bundle_free(bundle);
	return chdir("/") || rmdir(folder);
}

static int import(struct bf_binaries *binaries, struct bf_view bytes,
		  struct bf_error *reterr)
{
	FILE *file = fopen("file", "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
	int err = bf_binaries_import(binaries, bundle, "file", reterr);
	assert_int_equal(unlink("file"), 0);
	return err;
}

static void assert_sentence(const struct bf_error *error, const char *start)
{
	if (strncmp(error->text, start, strlen(start)) != 0)
		fail_msg("not '%s' but '%s'", start, error->text);
}

static void forge(uint8_t file[FORGE_SIZE])
{
	forge_ipxe_efi(file, BF_PE_MACHINE_AMD64);
	memcpy(file + COMMAND_LINE, "<CMDLINE>", 10);
}

static void test_bundle(void **state)
{
	(void)state;
	struct bf_binaries binaries;
	bf_binaries_init(&binaries, bundle);
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_binary *binary = &binaries.of[arch];
		assert_int_equal(binary->is_present, bundle->ipxe[arch].present);
		assert_ptr_equal(binary->bytes.data, bundle->ipxe[arch].binary.data);
		assert_false(binary->is_imported);
		assert_false(bf_binary_needs_script_first(binary));
		assert_null(binary->owned.data);
	}
	assert_int_equal(bf_binaries_imported(&binaries), 0);
	bf_binaries_free(&binaries);
}

/* One without a slot gets one, and takes the place of the bundle's. */
static void test_import(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_binaries binaries;
	struct bf_capability_set set;
	struct bf_slot slot;
	struct bf_pe pe;
	forge(file);
	bf_binaries_init(&binaries, bundle);
	assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), NULL), BF_OK);
	const struct bf_binary *binary = &binaries.of[BF_ARCH_X86_64];
	assert_true(binary->is_present && binary->is_imported);
	assert_int_equal(bf_binaries_imported(&binaries), X86_64);
	assert_int_equal(bf_slot_find(binary->bytes, &slot, NULL), BF_OK);
	assert_int_equal(binary->slot.offset, slot.offset);
	assert_int_equal(binary->slot.size, BF_SLOT_SIZE);
	assert_int_equal(binary->can.slot_size, BF_SLOT_SIZE);
	assert_string_equal(binary->can.schemes, forge_schemes);
	assert_false(bf_binary_needs_script_first(binary));
	assert_int_equal(bf_pe_parse(binary->bytes, &pe, NULL), BF_OK);
	assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	bf_binaries_capabilities(&binaries, X86_64, &set);
	char schemes[BF_WORD_LIST_SIZE];
	bf_capability_set_schemes(&set, schemes);
	assert_string_equal(schemes, forge_schemes);
	bf_binaries_free(&binaries);
}

/* A slot that was compiled in is used where it is, and told its place. */
static void test_import_with_slot(void **state)
{
	(void)state;
	static const struct {
		uint32_t declared;
		int err;
		const char *sentence;
	} cases[] = {
		{BF_SLOT_OFFSET_UNKNOWN, BF_OK, ""},
		{FORGE_PE_SBAT, BF_OK, ""},
		{FORGE_PE_SBAT + 1, BF_ERR_FORMAT,
		 "'file': the script slot at offset 2560 says it is at 2561"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_binaries binaries;
		struct bf_error error = {""};
		struct bf_slot slot;
		forge(file);
		memset(file + FORGE_PE_SBAT, 0, FORGE_SIZE - FORGE_PE_SBAT);
		assert_int_equal(bf_slot_format(file + FORGE_PE_SBAT, BF_SLOT_SIZE_MIN,
						cases[i].declared, bf_view("shell\n", 6),
						NULL),
				 BF_OK);
		bf_binaries_init(&binaries, bundle);
		assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), &error),
				 cases[i].err);
		assert_sentence(&error, cases[i].sentence);
		const struct bf_binary *binary = &binaries.of[BF_ARCH_X86_64];
		assert_int_equal(binary->is_imported, !cases[i].err);
		if (!cases[i].err) {
			assert_int_equal(bf_slot_find(binary->bytes, &slot, NULL), BF_OK);
			assert_int_equal(binary->bytes.size, FORGE_SIZE);
			assert_int_equal(slot.declared_offset, FORGE_PE_SBAT);
			assert_int_equal(binary->can.slot_size, BF_SLOT_SIZE_MIN);
		}
		bf_binaries_free(&binaries);
	}
}

/* One thing wrong: the bundle's binary stays what it was. */
static void test_import_refused(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		const char *text;
		size_t size;
		int err;
		const char *sentence;
	} cases[] = {
		{COMMAND_LINE, "<cmdline>", 9, BF_ERR_UNSUPPORTED,
		 "'file': this iPXE is too old: it cannot run a script from its "
		 "command "},
		{FORGE_PE_SCRIPT, "#!ipxe\ndhcp\n", 12, BF_ERR_UNSUPPORTED,
		 "'file': a script is compiled into it, which would win over ours: "},
		{CERTIFICATES_SIZE, "\x08", 1, BF_ERR_SIGNED, "'file': it is signed, "},
		{FORGE_PE_TABLE + 32, "\0", 2, BF_ERR_UNSUPPORTED,
		 "'file': not an iPXE we know: no table of URI openers"},
		{FORGE_COFF, "\x64\x62", 2, BF_ERR_UNSUPPORTED,
		 "'file': a PE for machine type 0x6264: "},
		{FORGE_COFF + 2, "\0", 1, BF_ERR_FORMAT, "'file': a PE without sections"},
		{0, "ZM", 2, BF_ERR_UNSUPPORTED, "'file': neither a PE nor a bzImage"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_binaries binaries;
		struct bf_error error;
		forge(file);
		memcpy(file + cases[i].at, cases[i].text, cases[i].size);
		bf_binaries_init(&binaries, bundle);
		assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), &error),
				 cases[i].err);
		assert_sentence(&error, cases[i].sentence);
		assert_int_equal(bf_binaries_imported(&binaries), 0);
		assert_ptr_equal(binaries.of[BF_ARCH_X86_64].bytes.data,
				 bundle->ipxe[BF_ARCH_X86_64].binary.data);
		bf_binaries_free(&binaries);
	}
}

static void test_import_files(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_binaries binaries;
	struct bf_error error;
	forge(file);
	bf_binaries_init(&binaries, bundle);
	assert_int_equal(bf_binaries_import(&binaries, bundle, "gone\033", &error),
			 BF_ERR_IO);
	assert_sentence(&error, "'gone\\x1b': cannot open: ");
	assert_int_equal(import(&binaries, bf_view("", 0), &error), BF_ERR_UNSUPPORTED);
	assert_sentence(&error, "'file': neither a PE nor a bzImage");
	assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), NULL), BF_OK);
	const uint8_t *first = binaries.of[BF_ARCH_X86_64].bytes.data;
	assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), &error),
			 BF_ERR_INPUT);
	assert_sentence(&error, "'file': another one for x86_64 was given already");
	assert_ptr_equal(binaries.of[BF_ARCH_X86_64].bytes.data, first);
	forge_put(file + FORGE_COFF, 2, BF_PE_MACHINE_ARM64);
	assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), NULL), BF_OK);
	assert_int_equal(bf_binaries_imported(&binaries), X86_64 | 1u << BF_ARCH_ARM64);
	bf_binaries_free(&binaries);
}

/* ---- Slots in packed blocks ---- */

static void import_packed(struct bf_binaries *binaries)
{
	uint8_t program[FORGE_PROGRAM_SIZE];
	struct bf_buffer file;
	forge_ipxe_program(program);
	memcpy(program + PROGRAM_COMMAND_LINE, "<CMDLINE>", 10);
	assert_int_equal(bf_slot_format(program + FORGE_PROGRAM_SCRIPT, BF_SLOT_SIZE_MIN,
					BF_SLOT_OFFSET_UNKNOWN, bf_view("shell\n", 6),
					NULL),
			 BF_OK);
	forge_lkrn(bf_view(program, sizeof(program)), &file);
	bf_binaries_init(binaries, bundle);
	assert_int_equal(import(binaries, bf_buffer_view(&file), NULL), BF_OK);
	bf_buffer_free(&file);
}

static void test_fill(void **state)
{
	(void)state;
	struct bf_binaries binaries;
	struct bf_bzimage image;
	struct bf_buffer unpacked = {0};
	struct bf_view body = bf_view("chain http://192.0.2.1/\n", 24);
	struct bf_slot slot;
	import_packed(&binaries);
	const struct bf_binary *binary = &binaries.of[BF_ARCH_BIOS];
	const struct bf_binary *other = &binaries.of[BF_ARCH_X86_64];
	assert_true(bf_binary_needs_script_first(binary));
	/* Only those asked for, and of these only those that need it. */
	struct bf_view before = binary->bytes;
	assert_int_equal(bf_binaries_fill(&binaries, X86_64, body, NULL), BF_OK);
	assert_ptr_equal(binary->bytes.data, before.data);
	assert_int_equal(bf_binaries_fill(&binaries, BF_ARCH_ALL, body, NULL), BF_OK);
	assert_ptr_equal(other->bytes.data, bundle->ipxe[BF_ARCH_X86_64].binary.data);

	assert_int_equal(bf_bzimage_parse(binary->bytes, &image, NULL), BF_OK);
	assert_int_equal(bf_zbin_unpack_last(image.payload, &unpacked, NULL), BF_OK);
	assert_int_equal(bf_slot_find(bf_buffer_view(&unpacked), &slot, NULL), BF_OK);
	struct bf_view found = bf_slot_body(
		bf_view_part(bf_buffer_view(&unpacked), slot.offset, slot.size));
	assert_int_equal(found.size, body.size);
	assert_memory_equal(found.data, body.data, body.size);
	bf_buffer_free(&unpacked);
	bf_binaries_free(&binaries);
}

static void test_fill_too_big(void **state)
{
	(void)state;
	char script[BF_SLOT_SIZE_MIN] = "";
	struct bf_binaries binaries;
	struct bf_error error;
	size_t fits = bf_slot_capacity(BF_SLOT_SIZE_MIN);
	memset(script, '#', sizeof(script));
	import_packed(&binaries);
	assert_int_equal(
		bf_binaries_fill(&binaries, BF_ARCH_ALL, bf_view(script, fits), NULL),
		BF_OK);
	assert_int_equal(bf_binaries_fill(&binaries, BF_ARCH_ALL,
					  bf_view(script, fits + 1), &error),
			 BF_ERR_TOO_BIG);
	assert_sentence(&error,
			"iPXE for bios: the script is 452 bytes, the slot takes 451");
	bf_binaries_free(&binaries);
}

/* ---- Pinning ---- */

static bool trusts(const struct bf_binary *binary, const uint8_t print[BF_SHA256_SIZE])
{
	size_t at;
	return bf_view_find(binary->bytes, 0, bf_view(print, BF_SHA256_SIZE), &at);
}

static void test_pin(void **state)
{
	(void)state;
	static const uint8_t pin[BF_SHA256_SIZE] = "a fingerprint in a test, not on";
	static const uint8_t again[BF_SHA256_SIZE] = "another one, which comes too la";
	uint8_t file[FORGE_SIZE];
	struct bf_binaries binaries;
	struct bf_error error;
	bf_binaries_init(&binaries, bundle);
	assert_int_equal(bf_binaries_pin(&binaries, bundle, X86_64, pin, NULL), BF_OK);
	assert_true(trusts(&binaries.of[BF_ARCH_X86_64], pin));
	assert_false(trusts(&binaries.of[BF_ARCH_X86_64], bf_rootcert_stock));
	assert_true(trusts(&binaries.of[BF_ARCH_ARM64], bf_rootcert_stock));
	/* The bundle is everybody's. */
	const struct bf_binary bundled = {.bytes = bundle->ipxe[BF_ARCH_X86_64].binary};
	assert_true(trusts(&bundled, bf_rootcert_stock));
	assert_int_equal(bf_binaries_pin(&binaries, bundle, X86_64, again, &error),
			 BF_ERR_UNSUPPORTED);
	assert_sentence(&error, "iPXE for x86_64: it does not have the fingerprint of ");
	bf_binaries_free(&binaries);

	forge(file);
	bf_binaries_init(&binaries, bundle);
	assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), NULL), BF_OK);
	assert_int_equal(bf_binaries_pin(&binaries, bundle, X86_64, pin, &error),
			 BF_ERR_UNSUPPORTED);
	assert_sentence(&error, "iPXE for x86_64: it does not have the fingerprint of ");
	bf_binaries_free(&binaries);
}

/* What is behind a slot that says it is larger than it is stays what it was. */
static void test_a_slot_over_something_else(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0, 0x80};
	for (size_t i = 0; i < sizeof(bytes); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_binaries binaries;
		struct bf_error error;
		forge(file);
		assert_int_equal(bf_slot_format(file + FORGE_PE_SCRIPT, BF_SLOT_SIZE_MIN,
						BF_SLOT_OFFSET_UNKNOWN,
						bf_view("shell\n", 6), NULL),
				 BF_OK);
		bf_binaries_init(&binaries, bundle);
		assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), &error),
				 BF_OK);
		bf_binaries_free(&binaries);

		file[FORGE_PE_SCRIPT + BF_SLOT_SIZE_MIN - 1] = bytes[i];
		bf_binaries_init(&binaries, bundle);
		assert_int_equal(import(&binaries, bf_view(file, sizeof(file)), &error),
				 BF_ERR_FORMAT);
		assert_sentence(&error,
				i == 0 ? "'file': the script slot at offset 2304 has "
					 "the byte \\x00 at 2815"
				       : "'file': the script slot at offset 2304 has "
					 "the byte \\x80 at 2815");
		bf_binaries_free(&binaries);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_import),
		cmocka_unit_test(test_import_with_slot),
		cmocka_unit_test(test_import_refused),
		cmocka_unit_test(test_import_files),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_fill_too_big),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_a_slot_over_something_else),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
