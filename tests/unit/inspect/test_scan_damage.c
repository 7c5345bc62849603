/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_disk.h"
#include "scanned.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

/* A byte of the disk at a time: the sentence, and whether the FAT is still found. */
static void test_damaged_disk(void **state)
{
	(void)state;
	static const struct {
		bool has_gpt; /* besides the MBR */
		size_t at;
		uint8_t byte;
		const char *sentence;
		size_t n_fats;
	} cases[] = {
		{true, FORGE_SECTOR + 12, 91, "GPT: a header of 91 bytes", 1},
		{true, FORGE_SECTOR + 80, 0, "GPT: 0 partition entries", 1},
		/* One table that leads elsewhere; both. */
		{true, 2 * FORGE_SECTOR + 32, FORGE_FAT_SECTOR + 1, NULL, 1},
		{true, 446 + 8, FORGE_FAT_SECTOR + 1, NULL, 1},
		{false, 446 + 8, FORGE_FAT_SECTOR + 1, NULL, 0},
		/* A protective partition is the GPT's, and has no file system itself. */
		{false, 446 + 4, BF_MBR_GPT_PROTECTIVE, NULL, 0},
		{false, 446 + 4, 0, NULL, 1},
		/* A FAT of more sectors than its partition has, and no FAT. */
		{true, FORGE_FAT_AT + 19, 0x40,
		 "FAT at offset 32768: it has 32768 bytes, there is room for 28672", 1},
		{false, FORGE_FAT_AT + 19, 0x40,
		 "FAT at offset 32768: it has 32768 bytes, there is room for 28672", 1},
		{true, FORGE_FAT_AT + 22, 0,
		 "at offset 32768: FAT: the data would begin at sector ", 0},
		{true, FORGE_FAT_AT + 20, 0x7f,
		 "at offset 32768: FAT: 1 sectors are too few for ", 0},
		{true, FORGE_FAT_AT + 13, 3, NULL, 0},
		{true, FORGE_FAT_AT + 510, 0, NULL, 0},
	};
	struct bf_buffer fat = forge_esp(NULL);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer disk = forge_disk(&fat, true, cases[i].has_gpt);
		disk.data[cases[i].at] = cases[i].byte;
		struct scanned s = look(&disk);
		const char *sentence = cases[i].sentence;
		bool bad_gpt = sentence && strncmp(sentence, "GPT", 3) == 0;
		assert_int_equal(s.scan->kind, BF_SCAN_KIND_DISK);
		assert_int_equal(s.scan->has_gpt, cases[i].has_gpt && !bad_gpt);
		if (s.scan->n_fats != cases[i].n_fats)
			fail_msg("case %zu: %zu FATs", i, s.scan->n_fats);
		assert_problem(s.scan, sentence);
		scanned_free(&s);
		bf_buffer_free(&disk);
	}
	bf_buffer_free(&fat);
}

/* Where the folder that has a file begins. */
static size_t folder_of(const struct bf_buffer *iso, const char *path)
{
	return (size_t)forge_extent(iso, path).record / BF_ISO_BLOCK * BF_ISO_BLOCK;
}

static size_t catalog_of(const struct bf_buffer *iso)
{
	return (size_t)bf_le32(iso->data + 17 * BF_ISO_BLOCK + 71) * BF_ISO_BLOCK;
}

static void test_damaged_iso(void **state)
{
	(void)state;
	enum { PRIMARY = 16 * BF_ISO_BLOCK, BOOT_RECORD = 17 * BF_ISO_BLOCK };
	struct bf_buffer whole = forge_iso();
	const struct {
		size_t at;
		uint8_t byte;
		bool has_iso, has_eltorito;
		size_t n_fats; /* the catalog alone leads to the ESP */
		const char *sentence;
	} cases[] = {
		{PRIMARY + 82, 0x7f, true, true, 1, "ISO 9660: it has "},
		{PRIMARY + 129, 4, false, true, 1,
		 "ISO 9660: logical blocks of 1024 bytes, not 2048"},
		{PRIMARY + 156, 33, false, true, 1,
		 "ISO 9660: damaged directory record at offset 32924"},
		{PRIMARY + 156 + 4, 0x7f, false, true, 1, "ISO 9660: an extent of "},
		{BOOT_RECORD + 73, 0x7f, true, false, 0, "El Torito catalog: "},
		{BOOT_RECORD + 7, 'e', true, false, 0, NULL},
		{catalog_of(&whole) + 65, 1, true, true, 0, NULL},
		{catalog_of(&whole) + 30, 0, true, false, 0,
		 "El Torito: the validation entry (id 0x01, key 0xaa00, "},
		{folder_of(&whole, "/isolinux/isolinux.bin"), 1, true, true, 1,
		 "/isolinux: ISO 9660: damaged directory record at offset "},
		{forge_extent(&whole, "/gaps.bin").record, 1, true, true, 1,
		 "/: ISO 9660: damaged directory record at offset "},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer iso = forge_zeros(whole.size);
		memcpy(iso.data, whole.data, whole.size);
		iso.data[cases[i].at] = cases[i].byte;
		struct scanned s = look(&iso);
		assert_int_equal(s.scan->kind, BF_SCAN_KIND_ISO);
		assert_int_equal(s.scan->has_iso, cases[i].has_iso);
		assert_int_equal(s.scan->has_eltorito, cases[i].has_eltorito);
		assert_int_equal(s.scan->n_fats, cases[i].n_fats);
		assert_problem(s.scan, cases[i].sentence);
		scanned_free(&s);
		bf_buffer_free(&iso);
	}
	bf_buffer_free(&whole);
}

/* Wherever an image ends early, it is told, and nothing behind the end is read. */
static void test_truncated(void **state)
{
	(void)state;
	struct bf_buffer iso = forge_iso();
	while (iso.size > 17 * (size_t)BF_ISO_BLOCK) {
		iso.size -= BF_ISO_BLOCK / 2;
		struct scanned s = look(&iso);
		assert_int_equal(s.scan->kind, BF_SCAN_KIND_ISO);
		assert_true(s.scan->n_problems > 0);
		scanned_free(&s);
	}
	bf_buffer_free(&iso);
}

/* A file's bytes where they are not: told when it is found, or when it is read. */
static void test_damaged_chains(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint16_t first_cluster;
		const char *sentence;
		size_t n_files;
	} cases[] = {
		{"BOOTX64 EFI", 0,
		 "/EFI/BOOT/BOOTX64.EFI: 'BOOTX64.EFI': FAT: a chain leads to cluster 0 ",
		 2},
		{"BOOTX64 EFI", 0xffff,
		 "/EFI/BOOT/BOOTX64.EFI: 'BOOTX64.EFI': FAT: a chain leads to cluster "
		 "65535 of ",
		 2},
		{"BOOT       ", 1, "/EFI/BOOT: FAT: a chain leads to cluster 1 of ", 1},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer fat = forge_esp(NULL);
		struct bf_error error;
		struct bf_buffer bytes = {0};
		bf_put_le16(forge_entry(&fat, cases[i].name) + FORGE_FIRST_CLUSTER,
			    cases[i].first_cluster);
		struct scanned s = look(&fat);
		assert_problem(s.scan, cases[i].sentence);
		assert_int_equal(s.scan->n_files, cases[i].n_files);
		const struct bf_scan_file *file =
			bf_scan_find(s.scan, 0, "/EFI/BOOT/BOOTX64.EFI");
		if (file) {
			assert_false(file->is_contiguous);
			assert_int_equal(
				bf_scan_load(s.scan, file, 1 << 20, &bytes, &error),
				BF_ERR_FORMAT);
			assert_non_null(strstr(error.text, "'BOOTX64.EFI': FAT: "));
		}
		scanned_free(&s);
		bf_buffer_free(&fat);
	}
}

static void test_file_in_several_extents(void **state)
{
	(void)state;
	struct bf_buffer iso = forge_iso(), bytes = {0};
	struct bf_error error;
	iso.data[forge_extent(&iso, "/EFI/BOOT/BOOTX64.EFI").record + 25] |= 0x80;
	struct scanned s = look(&iso);
	const struct bf_scan_file *file =
		bf_scan_find(s.scan, BF_SCAN_ISO, "/EFI/BOOT/BOOTX64.EFI");
	assert_non_null(file);
	assert_false(file->is_contiguous);
	assert_int_equal(bf_scan_load(s.scan, file, 1 << 20, &bytes, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "ISO 9660: a file in several extents");
	scanned_free(&s);
	bf_buffer_free(&iso);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damaged_disk),
		cmocka_unit_test(test_damaged_iso),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged_chains),
		cmocka_unit_test(test_file_in_several_extents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
