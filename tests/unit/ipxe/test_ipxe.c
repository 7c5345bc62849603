/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/ipxe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_ipxe.h"
#include "guard.h"
#include "ipxe/slot.h"
#include "stock.h"

static int identify(const uint8_t *bytes, size_t size, struct bf_ipxe_identity *ret,
		    struct bf_error *reterr)
{
	struct guard guard = guard_copy(bytes, size);
	struct bf_ipxe opened = {0};
	int err = bf_ipxe_open(bf_view(guard.data, guard.size), &opened, reterr);
	*ret = opened.identity;
	bf_ipxe_close(&opened);
	guard_free(&guard);
	return err;
}

static int identify_program(const uint8_t program[FORGE_PROGRAM_SIZE],
			    struct bf_ipxe_identity *ret)
{
	struct bf_buffer file;
	forge_lkrn(bf_view(program, FORGE_PROGRAM_SIZE), &file);
	int err = identify(file.data, file.size, ret, NULL);
	bf_buffer_free(&file);
	return err;
}

static void test_lkrn(void **state)
{
	(void)state;
	uint8_t program[FORGE_PROGRAM_SIZE];
	struct bf_ipxe_identity ipxe;
	forge_ipxe_program(program);
	assert_int_equal(identify_program(program, &ipxe), BF_OK);
	assert_int_equal(ipxe.arch, BF_ARCH_BIOS);
	assert_string_equal(ipxe.version, FORGE_VERSION);
	assert_string_equal(ipxe.can.schemes, forge_schemes);
	assert_false(ipxe.embedded_script);
}

static void test_efi(void **state)
{
	(void)state;
	static const struct {
		uint16_t machine;
		enum bf_arch arch;
	} cases[] = {
		{0x8664, BF_ARCH_X86_64},
		{0xaa64, BF_ARCH_ARM64},
		{0x5064, BF_ARCH_RISCV64},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_ipxe_identity ipxe;
		forge_ipxe_efi(file, cases[i].machine);
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_OK);
		assert_int_equal(ipxe.arch, cases[i].arch);
		assert_string_equal(ipxe.version, "9.8.7-forged");
		assert_string_equal(ipxe.can.schemes, forge_schemes);
		assert_false(ipxe.embedded_script);
	}
}

/* Addresses count from ImageBase, which iPXE's own linker script leaves at 0. */
static void test_image_base(void **state)
{
	(void)state;
	static const uint64_t bases[] = {0x10000, 0x140000000, 0xffffffff00000000};
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_ipxe_identity ipxe;
		forge_ipxe_efi(file, 0x8664);
		forge_put(file + FORGE_PE_IMAGE_BASE, 8, bases[i]);
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL),
				 BF_ERR_UNSUPPORTED);
		forge_openers(file + FORGE_PE_DATA, bases[i] + FORGE_PE_DATA_RVA,
			      file + FORGE_PE_TABLE, 8, bases[i] + FORGE_PE_CODE_RVA);
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_OK);
		assert_string_equal(ipxe.can.schemes, forge_schemes);
	}
}

/* An address 4 GiB too high is not the one it would be in 32 bits. */
static void test_high_addresses(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_ipxe_identity ipxe;
	forge_ipxe_efi(file, 0x8664);
	forge_openers(file + FORGE_PE_DATA, 0x100000000 + FORGE_PE_DATA_RVA,
		      file + FORGE_PE_TABLE, 8, FORGE_PE_CODE_RVA);
	assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_ERR_UNSUPPORTED);
}

static void test_not_ours(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE], program[FORGE_PROGRAM_SIZE];
	struct bf_ipxe_identity ipxe;
	struct bf_error error;

	assert_int_equal(identify((const uint8_t *)"M", 1, &ipxe, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "neither a PE nor a bzImage");
	assert_int_equal(identify(NULL, 0, &ipxe, NULL), BF_ERR_UNSUPPORTED);

	forge_ipxe_efi(file, 0x6264);
	assert_int_equal(identify(file, sizeof(file), &ipxe, &error), BF_ERR_UNSUPPORTED);
	assert_non_null(strstr(error.text, "0x6264"));

	/* A boot loader that is not iPXE has neither the magic nor the table. */
	forge_pe(file, 0x8664);
	assert_int_equal(identify(file, sizeof(file), &ipxe, &error), BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "not iPXE, or an iPXE that runs no scripts");
	forge_ipxe_efi(file, 0x8664);
	memset(file + FORGE_PE_TABLE, 0, 16);
	forge_put(file + FORGE_PE_TABLE + 16, 8, 0);
	assert_int_equal(identify(file, sizeof(file), &ipxe, &error), BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "not an iPXE we know: no table of URI openers");

	memset(program, 0, sizeof(program));
	assert_int_equal(identify_program(program, &ipxe), BF_ERR_UNSUPPORTED);
}

/* A kernel's payload is no chain of blocks; a damaged block is iPXE's, and damaged. */
static void test_kernels_and_damage(void **state)
{
	(void)state;
	uint8_t program[FORGE_PROGRAM_SIZE];
	struct bf_buffer file;
	struct bf_ipxe_identity ipxe;
	struct bf_error error;
	forge_ipxe_program(program);
	forge_lkrn(bf_view(program, sizeof(program)), &file);

	file.data[file.size - 5] ^= 1;
	assert_int_equal(identify(file.data, file.size, &ipxe, &error), BF_ERR_FORMAT);
	file.data[file.size - 5] ^= 1;

	memset(file.data + FORGE_PAYLOAD, 0x1f, 16);
	assert_int_equal(identify(file.data, file.size, &ipxe, &error),
			 BF_ERR_UNSUPPORTED);
	assert_int_equal(strncmp(error.text, "not an ipxe.lkrn: ", 18), 0);

	assert_int_equal(identify(file.data, file.size - 16, &ipxe, &error),
			 BF_ERR_FORMAT);
	bf_buffer_free(&file);
}

static void test_versions(void **state)
{
	(void)state;
	static const struct {
		const char *sbat, *version;
	} cases[] = {
		{"sbat,1\nipxe,1,iPXE,ipxe.efi,2.0,u\n", "2.0"},
		{"sbat,1\nother,1,a,b,9.9,u\nipxe,1,iPXE,ipxe.efi,2.0,u\n", "2.0"},
		{"sbat,1\nipxe,1,iPXE,ipxe.efi,2.0", ""}, /* cut short */
		{"sbat,1\nipxe,1,iPXE", ""},
		{"sbat,1\nnot-ipxe,1,iPXE,ipxe.efi,2.0,u\n", ""},
		{"sbat,1\nipxe.debian,1,iPXE,ipxe.efi,2.0,u\n", ""},
		{"sbat,1\nipxe,1,iPXE,ipxe.efi,2 0,u\n", ""},
		{"sbat,1\nipxe,1,iPXE,ipxe.efi,2\x80,u\n", ""},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_ipxe_identity ipxe;
		forge_ipxe_efi(file, 0x8664);
		memset(file + FORGE_PE_SBAT, 0, FORGE_PE_RELOC - FORGE_PE_SBAT);
		memcpy(file + FORGE_PE_SBAT, cases[i].sbat, strlen(cases[i].sbat));
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_OK);
		assert_string_equal(ipxe.version, cases[i].version);
	}
}

static void test_version_length(void **state)
{
	(void)state;
	for (int length = BF_IPXE_VERSION_SIZE - 2; length <= BF_IPXE_VERSION_SIZE;
	     length++) {
		char text[256];
		uint8_t file[FORGE_SIZE];
		struct bf_ipxe_identity ipxe;
		forge_ipxe_efi(file, 0x8664);
		int size =
			snprintf(text, sizeof(text), "sbat\nipxe,1,2,3,%0*d,", length, 1);
		memcpy(file + FORGE_PE_SBAT, text, (size_t)size);
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_OK);
		size_t expected = length < BF_IPXE_VERSION_SIZE ? (size_t)length : 0;
		assert_int_equal(strlen(ipxe.version), expected);
	}
}

/* What is compiled in and starts like a script is one; iPXE's own magic is not. */
static void test_embedded_script(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool script;
	} cases[] = {
		{"#!ipxe\ndhcp\n", true}, {"#!ipxe\r\ndhcp\r\n", true},
		{"#!ipxe \n", true},      {"#!ipxe", false},
		{"#!ipxer\n", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t file[FORGE_SIZE], program[FORGE_PROGRAM_SIZE];
		struct bf_ipxe_identity ipxe;
		size_t size = strlen(cases[i].text);
		forge_ipxe_efi(file, 0x8664);
		memcpy(file + FORGE_PE_SCRIPT, cases[i].text, size);
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_OK);
		assert_int_equal(ipxe.embedded_script, cases[i].script);
		forge_ipxe_program(program);
		memcpy(program + FORGE_PROGRAM_SCRIPT, cases[i].text, size);
		assert_int_equal(identify_program(program, &ipxe), BF_OK);
		assert_int_equal(ipxe.embedded_script, cases[i].script);
	}
}

/* A slot is there to be filled, compiled in or not. */
static void test_embedded_slot(void **state)
{
	(void)state;
	/* A script may have the magic in it, which makes no other one of it. */
	static const char *const bodies[] = {"shell\n", "echo #!ipxe\nshell\n",
					     "chain http://a/#!ipxe || shell\n"};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		uint8_t file[FORGE_SIZE], program[FORGE_PROGRAM_SIZE];
		struct bf_ipxe_identity ipxe;
		struct bf_view body = bf_view(bodies[i], strlen(bodies[i]));
		forge_ipxe_efi(file, 0x8664);
		memset(file + FORGE_PE_SBAT, 0, FORGE_PE_RELOC - FORGE_PE_SBAT);
		assert_int_equal(bf_slot_format(file + FORGE_PE_SBAT, BF_SLOT_SIZE_MIN,
						FORGE_PE_SBAT, body, NULL),
				 BF_OK);
		assert_int_equal(identify(file, sizeof(file), &ipxe, NULL), BF_OK);
		assert_false(ipxe.embedded_script);

		forge_ipxe_program(program);
		assert_int_equal(bf_slot_format(program + FORGE_PROGRAM_SCRIPT,
						BF_SLOT_SIZE_MIN, BF_SLOT_OFFSET_UNKNOWN,
						body, NULL),
				 BF_OK);
		assert_int_equal(identify_program(program, &ipxe), BF_OK);
		assert_false(ipxe.embedded_script);
		/* Behind the slot it is one. */
		memcpy(program + FORGE_PROGRAM_SCRIPT + BF_SLOT_SIZE_MIN, "#!ipxe\n", 7);
		assert_int_equal(identify_program(program, &ipxe), BF_OK);
		assert_true(ipxe.embedded_script);
	}
}

static void test_stock(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		enum bf_arch arch;
	} files[] = {
		{"ipxe.lkrn", BF_ARCH_BIOS},
		{"ipxe-amd64.efi", BF_ARCH_X86_64},
		{"ipxe-arm64.efi", BF_ARCH_ARM64},
		{"ipxe-riscv64.efi", BF_ARCH_RISCV64},
	};
	struct bf_buffer file = {0};
	unsigned found = 0;
	for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
		for (unsigned i = 0; stock_read(files[f].file, i, &file); i++) {
			struct bf_ipxe_identity ipxe;
			assert_int_equal(identify(file.data, file.size, &ipxe, NULL),
					 BF_OK);
			assert_int_equal(ipxe.arch, files[f].arch);
			/* "2.0.0+dfsg-5" and the like. */
			assert_non_null(strstr(ipxe.version, "+dfsg-"));
			assert_non_null(
				strstr(ipxe.can.schemes, "http,https,ib_srp,iscsi,"));
			assert_non_null(strstr(ipxe.can.schemes, "nfs,tftm,tftp"));
			assert_int_equal(strncmp(ipxe.can.schemes, "aoe,", 4), 0);
			assert_false(ipxe.embedded_script);
			found++;
		}
	}
	bf_buffer_free(&file);
	if (found == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lkrn),
		cmocka_unit_test(test_efi),
		cmocka_unit_test(test_image_base),
		cmocka_unit_test(test_high_addresses),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_kernels_and_damage),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_version_length),
		cmocka_unit_test(test_embedded_script),
		cmocka_unit_test(test_embedded_slot),
		cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
