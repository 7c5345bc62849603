/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/examine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_ipxe.h"
#include "guard.h"
#include "ipxe/plant.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	CERTIFICATES = FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE,
	MACHINE = FORGE_COFF,
	CHECKSUM = FORGE_OPTIONAL + 64,
};

/* What is found in bytes that end at a page nobody may touch. */
static void examine(const uint8_t *bytes, size_t size, struct bf_examined *ret)
{
	struct guard guard = guard_copy(bytes, size);
	assert_int_equal(bf_examine(bf_view(guard.data, size), NULL, ret, NULL), BF_OK);
	guard_free(&guard);
	assert_int_equal(ret->size, size);
}

static void assert_problem(const struct bf_examined *found, const char *sentence)
{
	if (!*sentence ? *found->problem.text != '\0'
		       : !strstr(found->problem.text, sentence))
		fail_msg("no '%s' in '%s'", sentence, found->problem.text);
}

static void assert_script(const struct bf_examined *found, const char *script)
{
	assert_int_equal(found->script.size, strlen(script));
	assert_memory_equal(found->script.data, script, strlen(script));
}

/* ---- PEs ---- */

static void test_ipxe(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_examined found;
	struct bf_pe pe;
	forge_ipxe_efi(file, BF_PE_MACHINE_ARM64);
	assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL), BF_OK);
	bf_pe_set_checksum(&pe, file);
	examine(file, sizeof(file), &found);
	assert_int_equal(found.kind, BF_EXAMINED_IPXE);
	assert_true(found.is_pe);
	assert_false(found.is_bzimage);
	assert_string_equal(found.name, "iPXE");
	assert_string_equal(found.arch, "arm64");
	assert_string_equal(found.ipxe.version, "9.8.7-forged");
	assert_int_equal(found.checksum, found.checksum_computed);
	assert_false(found.has_signature);
	assert_int_equal(found.signatures.n, 0);
	assert_int_equal(found.slot_state, BF_SLOT_NONE);
	assert_int_equal(found.n_roots, 0);
	assert_false(bf_examined_trust_is_stock(&found));
	assert_problem(&found, "");
	bf_examined_free(&found);
	file[CHECKSUM] ^= 1;
	examine(file, sizeof(file), &found);
	assert_int_equal(found.kind, BF_EXAMINED_IPXE);
	assert_int_not_equal(found.checksum, found.checksum_computed);
	bf_examined_free(&found);
}

/* One field of an iPXE for x86_64 changed. */
static void test_one_field(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		unsigned width;
		uint32_t value;
		enum bf_examined_kind kind;
		const char *arch, *problem;
	} cases[] = {
		{MACHINE, 2, 0x8664, BF_EXAMINED_IPXE, "x86_64", ""},
		{MACHINE, 2, 0x5064, BF_EXAMINED_IPXE, "riscv64", ""},
		{MACHINE, 2, 0x6264, BF_EXAMINED_OTHER, "loong64", ""},
		{MACHINE, 2, 0x014c, BF_EXAMINED_OTHER, "i386", ""},
		{MACHINE, 2, 0x01c2, BF_EXAMINED_OTHER, "arm", ""},
		{MACHINE, 2, 0x1234, BF_EXAMINED_OTHER, "", ""},
		/* No openers: nothing tells it from another loader with iPXE's .sbat. */
		{FORGE_PE_TABLE + 32, 4, 0, BF_EXAMINED_OTHER, "x86_64", ""},
		/* A 32-bit PE is not parsed, which is not its fault. */
		{FORGE_OPTIONAL, 2, 0x10b, BF_EXAMINED_OTHER, "",
		 "a 32-bit PE, only PE32+ is supported"},
		{FORGE_OPTIONAL, 2, 0x107, BF_EXAMINED_DAMAGED, "",
		 "a PE optional header with magic 0x107, not 0x20b"},
		{0x3c, 4, FORGE_SIZE, BF_EXAMINED_DAMAGED, "",
		 "not a PE: no PE signature at offset 3584"},
		{FORGE_COFF + 2, 2, 0, BF_EXAMINED_DAMAGED, "", "a PE without sections"},
		{FORGE_OPTIONAL + 60, 4, FORGE_SIZE + 1, BF_EXAMINED_DAMAGED, "",
		 "SizeOfHeaders is 3585"},
		{0, 2, 0x4d5a, BF_EXAMINED_DAMAGED, "", "neither a PE nor a bzImage"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_examined found;
		forge_ipxe_efi(file, BF_PE_MACHINE_AMD64);
		forge_put(file + cases[i].at, cases[i].width, cases[i].value);
		examine(file, sizeof(file), &found);
		if (found.kind != cases[i].kind)
			fail_msg("case %zu: kind %d", i, (int)found.kind);
		assert_string_equal(found.arch, cases[i].arch);
		assert_problem(&found, cases[i].problem);
		/* The name is there whatever else is wrong, as long as the text is. */
		assert_string_equal(found.name, "iPXE");
		bf_examined_free(&found);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	forge_ipxe_efi(file, BF_PE_MACHINE_AMD64);
	for (size_t size = 0; size < sizeof(file); size++) {
		struct bf_examined found;
		examine(file, size, &found);
		assert_int_equal(found.kind, BF_EXAMINED_DAMAGED);
		assert_true(found.problem.text[0] != '\0');
		bf_examined_free(&found);
	}
}

/* Programs are told by texts in them; one that is in many is looked for last. */
static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *texts, *name;
	} cases[] = {
		{"sbat,1\nshim,4,UEFI shim", "a part of shim"},
		{"..UEFI SHIM $Version..", "a part of shim"},
		{"sbat,1\nsystemd-boot,1,The systemd Developers", "systemd-boot"},
		{"#### LoaderInfo: systemd-boot 252 ####", "systemd-boot"},
		{"sbat,1\ngrub,4,Free Software Foundation", "GRUB"},
		{"Memtest86+ v6.10", "Memtest86+"},
		{"sbat,1\nipxe,1,iPXE", "iPXE"},
		{"sbat,1\nipxe,1,iPXE\ngrub,4,x\nshim,4,x", "a part of shim"},
		{"sbat,1\nmy-shim,1", ""},
		{"nothing that we know", ""},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_examined found;
		forge_pe(file, BF_PE_MACHINE_AMD64);
		memset(file + FORGE_PE_DATA, 0, FORGE_SIZE - FORGE_PE_DATA);
		memcpy(file + FORGE_PE_SBAT, cases[i].texts, strlen(cases[i].texts));
		examine(file, sizeof(file), &found);
		assert_int_equal(found.kind, BF_EXAMINED_OTHER);
		assert_string_equal(found.name, cases[i].name);
		assert_problem(&found, "");
		bf_examined_free(&found);
	}
}

/* A certificate of a type that nobody reads counts as a signature without a name. */
static void test_signatures(void **state)
{
	(void)state;
	static const struct {
		uint32_t length; /* what the one certificate of 16 bytes says it has */
		size_t n;
		const char *problem;
	} cases[] = {
		{16, 1, ""},
		{8, 1, "the PE certificate at offset 3592 does not fit in its table"},
		{17, 0,
		 "the PE certificate at offset 3584 does not fit in its table, "
		 "which ends at 3600"},
		{7, 0, "the PE certificate at offset 3584 does not fit in its table"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE + 16] = {0};
		struct bf_examined found;
		forge_ipxe_efi(file, BF_PE_MACHINE_AMD64);
		forge_put(file + CERTIFICATES, 4, FORGE_SIZE);
		forge_put(file + CERTIFICATES + 4, 4, 16);
		forge_put(file + FORGE_SIZE, 4, cases[i].length);
		examine(file, sizeof(file), &found);
		assert_true(found.has_signature);
		/* It is what it is, whatever is wrong with its signatures. */
		assert_int_equal(found.kind, BF_EXAMINED_IPXE);
		assert_problem(&found, "");
		assert_int_equal(found.signatures.n, cases[i].n);
		assert_non_null(strstr(found.signatures.problem.text, cases[i].problem));
		bf_examined_free(&found);
	}
}

/* ---- Slots ---- */

/* An iPXE with a slot in the place of .sbat and .reloc, which has this body. */
static void forge_slot(uint8_t file[FORGE_SIZE], const char *body)
{
	forge_ipxe_efi(file, BF_PE_MACHINE_AMD64);
	memset(file + FORGE_PE_SBAT, 0, FORGE_SIZE - FORGE_PE_SBAT);
	assert_int_equal(bf_slot_format(file + FORGE_PE_SBAT, BF_SLOT_SIZE_MIN,
					FORGE_PE_SBAT, bf_view(body, strlen(body)), NULL),
			 BF_OK);
}

static void test_slots(void **state)
{
	(void)state;
	enum {
		SIZE_FIELD = FORGE_PE_SBAT + 34,
		BODY = FORGE_PE_SBAT + BF_SLOT_HEADER_SIZE
	};
	static const struct {
		size_t at;
		const char *text; /* that is written there */
		enum bf_slot_state state;
		const char *script, *problem;
	} cases[] = {
		{BODY, "dhcp\n", BF_SLOT_FILLED, "#!ipxe\ndhcp\n", ""},
		{BODY, "quit\n", BF_SLOT_FILLED, "#!ipxe\nquit\n", ""},
		{SIZE_FIELD, "0000000X", BF_SLOT_DAMAGED, "",
		 "the script slot at offset 2560 has a damaged marker"},
		{SIZE_FIELD, "000001ff", BF_SLOT_DAMAGED, "",
		 "the script slot at offset 2560 claims 511 bytes"},
		{SIZE_FIELD, "00000401", BF_SLOT_DAMAGED, "",
		 "the script slot at offset 2560 claims 1025 bytes, 1024 are there"},
		{BODY + 64, BF_SLOT_SENTINEL, BF_SLOT_DAMAGED, "",
		 "the script slot at offset 2685 has a damaged marker"},
		/* Without the marker it is a script that was compiled in. */
		{FORGE_PE_SBAT + 7, "#Boots", BF_SLOT_NONE, "", ""},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_examined found;
		forge_slot(file, "dhcp\n");
		memcpy(file + cases[i].at, cases[i].text, strlen(cases[i].text));
		examine(file, sizeof(file), &found);
		assert_int_equal(found.kind, BF_EXAMINED_IPXE);
		assert_int_equal(found.slot_state, cases[i].state);
		assert_int_equal(found.ipxe.embedded_script,
				 cases[i].state == BF_SLOT_NONE);
		assert_false(found.slot_is_packed);
		assert_script(&found, cases[i].script);
		assert_problem(&found, cases[i].problem);
		bf_examined_free(&found);
	}
}

/* What planting leaves in a slot is told from a script that only looks like it. */
static void test_placeholder(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_examined found;
	forge_slot(file, "");
	assert_int_equal(bf_plant_format_slot(file + FORGE_PE_SBAT, BF_SLOT_SIZE_MIN,
					      FORGE_PE_SBAT, NULL),
			 BF_OK);
	examine(file, sizeof(file), &found);
	assert_int_equal(found.slot_state, BF_SLOT_PLACEHOLDER);
	assert_int_equal(found.slot.offset, FORGE_PE_SBAT);
	assert_int_equal(found.slot.size, BF_SLOT_SIZE_MIN);
	bf_examined_free(&found);
	file[FORGE_PE_SBAT + BF_SLOT_SIZE_MIN - 1] = '#';
	examine(file, sizeof(file), &found);
	assert_int_equal(found.slot_state, BF_SLOT_FILLED);
	bf_examined_free(&found);
}

/* ---- Trusted roots ---- */

/* The structures that lead to the fingerprints, see test_rootcert.c, in .data. */
static void forge_roots(uint8_t file[FORGE_SIZE], uint32_t count)
{
	enum { ROOT = 0x900, DIGEST = 0x920, NAME = 0x948, PRINTS = 0x950 };
	const uint64_t address = FORGE_PE_DATA_RVA - FORGE_PE_DATA;
	forge_ipxe_efi(file, BF_PE_MACHINE_AMD64);
	forge_put(file + forge_section(1, 8), 4, 0x200);
	forge_put(file + ROOT, 8, address + DIGEST);
	forge_put(file + ROOT + 8, 4, count);
	forge_put(file + ROOT + 16, 8, address + PRINTS);
	forge_put(file + DIGEST, 8, address + NAME);
	forge_put(file + DIGEST + 24, 8, BF_SHA256_SIZE);
	memcpy(file + NAME, "sha256", 7);
	memcpy(file + PRINTS, bf_rootcert_stock, BF_SHA256_SIZE);
}

static void test_roots(void **state)
{
	(void)state;
	static const struct {
		uint32_t count;
		uint8_t change; /* of the first fingerprint's last byte */
		uint32_t n_roots;
		bool is_stock;
	} cases[] = {
		{1, 0, 1, true}, {1, 1, 1, false}, {2, 0, 2, false}, {0, 0, 0, false}};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_examined found;
		forge_roots(file, cases[i].count);
		file[0x950 + BF_SHA256_SIZE - 1] ^= cases[i].change;
		examine(file, sizeof(file), &found);
		assert_int_equal(found.kind, BF_EXAMINED_IPXE);
		assert_int_equal(found.n_roots, cases[i].n_roots);
		assert_int_equal(bf_examined_trust_is_stock(&found), cases[i].is_stock);
		if (found.n_roots)
			assert_memory_equal(found.roots[0], file + 0x950, BF_SHA256_SIZE);
		bf_examined_free(&found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipxe),        cmocka_unit_test(test_one_field),
		cmocka_unit_test(test_truncated),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_signatures),  cmocka_unit_test(test_slots),
		cmocka_unit_test(test_placeholder), cmocka_unit_test(test_roots),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
