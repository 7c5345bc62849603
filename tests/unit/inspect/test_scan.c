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

/* By a few bytes in what is otherwise zeros. */
static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		size_t size;
		struct {
			size_t at;
			const char *text;
		} puts[3];
		enum bf_scan_kind kind;
	} cases[] = {
		{0, {{0}}, BF_SCAN_UNKNOWN},
		{1, {{0, "M"}}, BF_SCAN_UNKNOWN},
		{2, {{0, "MZ"}}, BF_SCAN_KIND_FILE},
		{2, {{0, "ZM"}}, BF_SCAN_UNKNOWN},
		{511, {{0}}, BF_SCAN_UNKNOWN},
		{1024, {{510, "\x55\xaa"}, {514, "HdrS"}}, BF_SCAN_KIND_FILE},
		/* An MBR counts with a partition in it. */
		{512, {{510, "\x55\xaa"}}, BF_SCAN_UNKNOWN},
		{512, {{510, "\x55\xaa"}, {446 + 12, "\1"}}, BF_SCAN_KIND_DISK},
		{512, {{510, "\x55\xab"}, {446 + 12, "\1"}}, BF_SCAN_UNKNOWN},
		{0x9000, {{0}}, BF_SCAN_UNKNOWN},
		/* The descriptor alone makes an ISO, even in front of which a program is. */
		{0x9000, {{0x8001, "CD001"}}, BF_SCAN_KIND_ISO},
		{0x9000, {{0x8001, "CD001"}, {0, "MZ"}}, BF_SCAN_KIND_ISO},
		{0x9000, {{0x8001, "CD002"}}, BF_SCAN_UNKNOWN},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer bytes = forge_zeros(cases[i].size);
		for (size_t j = 0; j < ITEMS(cases[i].puts) && cases[i].puts[j].text; j++)
			memcpy(bytes.data + cases[i].puts[j].at, cases[i].puts[j].text,
			       strlen(cases[i].puts[j].text));
		struct scanned s = look(&bytes);
		if (s.scan->kind != cases[i].kind)
			fail_msg("case %zu: kind %d", i, (int)s.scan->kind);
		assert_int_equal(s.scan->n_files, 0);
		assert_problem(s.scan, cases[i].kind == BF_SCAN_KIND_ISO
					       ? "not an ISO 9660 image"
					       : NULL);
		scanned_free(&s);
		bf_buffer_free(&bytes);
	}
}

static void assert_esp(struct bf_scan *scan, unsigned fat, uint64_t efi_at)
{
	const struct bf_scan_file *file =
		bf_scan_find(scan, fat, "/efi/boot/bootx64.EFI");
	struct bf_buffer bytes = {0};
	struct bf_error error;
	assert_non_null(file);
	assert_string_equal(file->path, "/EFI/BOOT/BOOTX64.EFI");
	assert_int_equal(file->offset, efi_at);
	assert_int_equal(file->size, FORGE_EFI_SIZE);
	assert_true(file->is_contiguous);
	assert_int_equal(bf_scan_load(scan, file, FORGE_EFI_SIZE, &bytes, NULL), BF_OK);
	assert_int_equal(bytes.size, FORGE_EFI_SIZE);
	assert_memory_equal(bytes.data, forge_efi, FORGE_EFI_SIZE);
	assert_int_equal(bf_scan_load(scan, file, FORGE_EFI_SIZE - 1, &bytes, &error),
			 BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "3000 bytes, the limit is 2999"));
	assert_null(bf_scan_find(scan, fat, "/EFI/BOOT"));
	assert_null(bf_scan_find(scan, fat + 1, "/EFI/BOOT/BOOTX64.EFI"));
	bf_buffer_free(&bytes);
}

static void test_fat(void **state)
{
	(void)state;
	uint64_t efi_at;
	struct bf_buffer fat = forge_esp(&efi_at);
	struct scanned s = look(&fat);
	assert_int_equal(s.scan->kind, BF_SCAN_KIND_FAT);
	assert_problem(s.scan, NULL);
	assert_false(s.scan->has_mbr);
	assert_int_equal(s.scan->n_fats, 1);
	assert_esp(s.scan, 0, efi_at);
	assert_int_equal(s.scan->n_files, 2);
	assert_non_null(bf_scan_find(s.scan, 0, "/autoexec.ipxe"));
	assert_null(bf_scan_find(s.scan, 0, "/Notes.txt"));
	/* Everything is listed, in the folders' order. */
	assert_int_equal(s.scan->n_listed, 3);
	assert_string_equal(s.scan->listed[0].path, "/EFI/BOOT/BOOTX64.EFI");
	assert_string_equal(s.scan->listed[2].path, "/Notes.txt");
	assert_int_equal(s.scan->listed[2].size, 5);
	scanned_free(&s);
	bf_buffer_free(&fat);
}

/* Which of a disk's tables lead to the FAT, which they do once. */
static void test_disk(void **state)
{
	(void)state;
	static const struct {
		bool has_mbr, has_gpt;
		size_t n_fats;
	} cases[] = {{true, true, 1}, {true, false, 1}, {false, true, 1}, {0}};
	uint64_t efi_at;
	struct bf_buffer fat = forge_esp(&efi_at);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer disk =
			forge_disk(&fat, cases[i].has_mbr, cases[i].has_gpt);
		struct scanned s = look(&disk);
		assert_int_equal(s.scan->kind,
				 cases[i].n_fats ? BF_SCAN_KIND_DISK : BF_SCAN_UNKNOWN);
		assert_int_equal(s.scan->has_mbr, cases[i].has_mbr);
		assert_int_equal(s.scan->has_gpt, cases[i].has_gpt);
		assert_int_equal(s.scan->n_fats, cases[i].n_fats);
		if (cases[i].n_fats) {
			assert_esp(s.scan, 0, FORGE_FAT_AT + efi_at);
			assert_ptr_equal(bf_scan_fat_at(s.scan, FORGE_FAT_AT),
					 &s.scan->fats[0]);
		}
		assert_null(bf_scan_fat_at(s.scan, 0));
		assert_problem(s.scan, NULL);
		scanned_free(&s);
		bf_buffer_free(&disk);
	}
	bf_buffer_free(&fat);
}

static void test_iso(void **state)
{
	(void)state;
	struct bf_buffer iso = forge_iso();
	struct scanned s = look(&iso);
	struct bf_scan *scan = s.scan;
	uint64_t esp = forge_extent(&iso, "/esp.img").offset;
	uint64_t efi_at = forge_extent(&iso, "/EFI/BOOT/BOOTX64.EFI").offset;
	assert_int_equal(scan->kind, BF_SCAN_KIND_ISO);
	assert_problem(scan, NULL);
	assert_true(scan->has_iso && scan->has_eltorito);
	assert_false(scan->has_mbr || scan->has_gpt);
	assert_string_equal(scan->iso.label, "boots-from");
	assert_int_equal(scan->eltorito.n_entries, 2);
	assert_string_equal(scan->eltorito_path[0], "/isolinux/isolinux.bin");
	assert_string_equal(scan->eltorito_path[1], "/esp.img");
	assert_int_equal(scan->n_fats, 1);
	assert_int_equal(scan->fats[0].offset, esp);
	/* The program is the same bytes in both trees. */
	assert_esp(scan, 0, efi_at);
	assert_esp(scan, BF_SCAN_ISO, efi_at);
	assert_int_equal(scan->n_files, 3);
	scanned_free(&s);
	bf_buffer_free(&iso);
}

/* The bytes an El Torito entry loads are named by the first file that has them. */
static void test_two_names(void **state)
{
	(void)state;
	struct sample *sample = sample_new();
	sample->files[SAMPLE_INSIDE].path = "/second.img";
	sample->files[SAMPLE_INSIDE].offset = 0;
	sample->files[SAMPLE_INSIDE].size = sizeof(sample->esp);
	struct bf_buffer iso = sample_write(&sample->request, NULL);
	struct scanned s = look(&iso);
	assert_string_equal(s.scan->eltorito_path[1], "/esp.img");
	scanned_free(&s);
	bf_buffer_free(&iso);
	free(sample);
}

/* Which names are those of boot programs, in any case; empty files are none. */
static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool is_program;
	} cases[] = {
		{"/A.EFI", true},
		{"/a.efi", true},
		{"/a.lkrn", true},
		{"/IPXE.KRN", true},
		{"/autoexec.ipxe", true},
		{"/sub/AutoExec.iPXE", true},
		{"/my-autoexec.ipxe", false},
		{"/a.ipxe", false},
		{"/a.efi.txt", false},
		{"/aefi", false},
		{"/e", false},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		const struct bf_fat_file file = {cases[i].path, bf_view(forge_efi, 1)};
		const struct bf_fat_file empty = {cases[i].path, bf_view(forge_efi, 0)};
		struct bf_buffer fat = forge_fat(&file, 1, NULL);
		struct scanned s = look(&fat);
		assert_int_equal(s.scan->n_listed, 1);
		if (s.scan->n_files != cases[i].is_program)
			fail_msg("%s: %zu files", cases[i].path, s.scan->n_files);
		scanned_free(&s);
		bf_buffer_free(&fat);
		fat = forge_fat(&empty, 1, NULL);
		s = look(&fat);
		assert_int_equal(s.scan->n_listed, 1);
		assert_int_equal(s.scan->n_files, 0);
		scanned_free(&s);
		bf_buffer_free(&fat);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),     cmocka_unit_test(test_fat),
		cmocka_unit_test(test_disk),      cmocka_unit_test(test_iso),
		cmocka_unit_test(test_two_names), cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
