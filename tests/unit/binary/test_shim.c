/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/shim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forge_pe.h"
#include "guard.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TEXT = 0x400, /* where the sections of forge_pe() are filled from */
	SYMBOLS = FORGE_COFF + 8,
	RELOC_NAME = 4, /* the section that becomes .vendor_cert */
};

/* A shim, as linkers make one that cut long names, and nothing in its sections. */
static void forge_shim(uint8_t file[FORGE_SIZE])
{
	forge_pe(file, BF_PE_MACHINE_AMD64);
	memset(file + TEXT, 0, FORGE_SIZE - TEXT);
	memcpy(file + forge_section(RELOC_NAME, 0), ".vendor_", 8);
}

/* Put texts of UTF-16, each NUL-terminated, behind one another; '|' starts the next one. */
static void put_texts(uint8_t *at, const char *texts)
{
	for (; *texts; texts++, at += 2)
		*at = *texts == '|' ? 0 : (uint8_t)*texts;
}

static bool read_shim(const uint8_t *file, size_t size, struct bf_shim *ret)
{
	struct guard guard = guard_copy(file, size);
	struct bf_pe pe;
	assert_int_equal(bf_pe_parse(bf_view(guard.data, size), &pe, NULL), BF_OK);
	bool is_shim = bf_shim_read(&pe, ret);
	guard_free(&guard);
	return is_shim;
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *texts, *loader, *mok_manager, *fallback;
	} cases[] = {
		/* Debian's, with everything that is like a name in it. */
		{"\\fbx64.efi|Could not get image for bootx64.efi: %r\n|"
		 "\\EFI\\BOOT\\fbx64.efi|\\mmx64.efi|\\\\grubx64.efi|revocations_sku.efi|"
		 "revocations_sbat.efi|\\mmx64.efi|.EFI|shim_certificate_0.efi",
		 "grubx64.efi", "mmx64.efi", "fbx64.efi"},
		{"\\fbaa64.efi|\\mmaa64.efi|\\\\grubaa64.efi", "grubaa64.efi",
		 "mmaa64.efi", "fbaa64.efi"},
		/* iPXE's, and its names without a backslash. */
		{"\\mmx64.efi|ipxe.efi|shim_certificate.efi", "ipxe.efi", "mmx64.efi",
		 ""},
		{"\\ipxe.efi|other.efi", "ipxe.efi", "", ""},
		{"\\SELoaderx64.efi", "SELoaderx64.efi", "", ""},
		{"\\MokManager.efi|\\fallback.efi|\\grub.efi", "grub.efi",
		 "MokManager.efi", "fallback.efi"},
		{"\\mmx64.efi|\\fbx64.efi", "", "mmx64.efi", "fbx64.efi"},
		{"", "", "", ""},
		/* More than one that could be meant: none is guessed. */
		{"\\a.efi|\\b.efi", "", "", ""},
		{"a.efi|b.efi", "", "", ""},
		{"\\a.efi|\\a.efi", "a.efi", "", ""},
		/* No name of a file in shim's folder. */
		{"\\EFI\\debian\\grubx64.efi", "", "", ""},
		{"start grubx64.efi", "", "", ""},
		{"\\grubx64.efi.bak", "", "", ""},
		{"\\grubx64.EFI", "", "", ""},
		{"\\mmx65.efi|\\mmx64.efi", "mmx65.efi", "mmx64.efi", ""},
		{"\\12345678901234567890123456789012345678901234567890123456789.efi",
		 "12345678901234567890123456789012345678901234567890123456789.efi", "",
		 ""},
		{"\\123456789012345678901234567890123456789012345678901234567890.efi", "",
		 "", ""},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_shim shim;
		forge_shim(file);
		put_texts(file + TEXT + 2, cases[i].texts);
		assert_true(read_shim(file, sizeof(file), &shim));
		if (strcmp(shim.loader, cases[i].loader) != 0)
			fail_msg("case %zu: '%s'", i, shim.loader);
		assert_string_equal(shim.mok_manager, cases[i].mok_manager);
		assert_string_equal(shim.fallback, cases[i].fallback);
	}
}

/* A text may start at any byte, and end with the file. */
static void test_places(void **state)
{
	(void)state;
	static const char name[] = "\\grubx64.efi|";
	const size_t size = 2 * (sizeof(name) - 1);
	const size_t places[] = {TEXT + 1, TEXT + 2, FORGE_SIZE - size,
				 FORGE_SIZE - size + 2};
	for (size_t i = 0; i < ITEMS(places); i++) {
		uint8_t file[FORGE_SIZE + 2] = {0};
		struct bf_shim shim;
		forge_shim(file);
		put_texts(file + places[i], name);
		assert_true(read_shim(file, FORGE_SIZE, &shim));
		/* The last one has no NUL any more. */
		assert_string_equal(shim.loader,
				    places[i] + size > FORGE_SIZE ? "" : "grubx64.efi");
	}
}

/* By the section of its vendor's certificate, whose name may be in the string table. */
static void test_what_is_a_shim(void **state)
{
	(void)state;
	static const struct {
		const char *name;            /* of the section */
		uint32_t symbols, n_symbols; /* where the string table is */
		const char *string;          /* at 0xd20 */
		bool is_shim;
	} cases[] = {
		{".vendor_", 0, 0, "", true},
		{".vendor_x", 0, 0, "", true}, /* eight bytes are all there are */
		{".vendor", 0, 0, "", false},
		{".reloc", 0, 0, "", false},
		{"/32", 0xd00, 0, ".vendor_cert", true},
		{"/14", 0xd00, 1, ".vendor_cert", true},
		{"/32", 0xd00, 0, ".vendor_certs", false},
		{"/32", 0xd00, 0, ".vendor_cer", false},
		{"/31", 0xd00, 0, ".vendor_cert", false},
		{"/", 0xd20, 0, ".vendor_cert", false},
		{"/3x", 0xd00, 0, ".vendor_cert", false},
		{"/9999999", 0xd00, 0, ".vendor_cert", false},
		{"/32", 0xd00, UINT32_MAX, ".vendor_cert", false},
		{"/32", UINT32_MAX, 0, ".vendor_cert", false},
		{"/0", FORGE_SIZE - 12, 0, ".vendor_cert", false},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_shim shim;
		forge_shim(file);
		memset(file + forge_section(RELOC_NAME, 0), 0, 8);
		memcpy(file + forge_section(RELOC_NAME, 0), cases[i].name,
		       strnlen(cases[i].name, 8));
		forge_put(file + SYMBOLS, 4, cases[i].symbols);
		forge_put(file + SYMBOLS + 4, 4, cases[i].n_symbols);
		strcpy((char *)file + 0xd20, cases[i].string);
		put_texts(file + TEXT + 2, "\\grubx64.efi|");
		if (read_shim(file, sizeof(file), &shim) != cases[i].is_shim)
			fail_msg("case %zu", i);
		assert_string_equal(shim.loader, cases[i].is_shim ? "grubx64.efi" : "");
	}
}

/* By a line of its menu, which a shim does not have, and whatever is a shim is none. */
static void test_what_is_a_mok_manager(void **state)
{
	(void)state;
	static const struct {
		const char *section, *text;
		bool is_mok_manager;
	} cases[] = {
		{".reloc", "Enroll MOK", true},
		{".reloc", "Enroll key|Enroll MOK|Reset MOK", true},
		{".reloc", "Enroll MO", false},
		{".reloc", "", false},
		{".vendor_", "Enroll MOK", false},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct bf_pe pe;
		forge_shim(file);
		memset(file + forge_section(RELOC_NAME, 0), 0, 8);
		memcpy(file + forge_section(RELOC_NAME, 0), cases[i].section,
		       strnlen(cases[i].section, 8));
		put_texts(file + TEXT + 2, cases[i].text);
		assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL),
				 BF_OK);
		if (bf_shim_is_mok_manager(&pe) != cases[i].is_mok_manager)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_what_is_a_shim),
		cmocka_unit_test(test_what_is_a_mok_manager),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
