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

enum { ENTRY = 32, ROOM = 300 };

static const struct bf_fat_file program = {"/ONE.EFI", {forge_efi, FORGE_EFI_SIZE}};
static const char marker[] = "where the folder's entries will be";

/* A FAT with a file and the folder /MANY, which has room for many entries. */
static struct bf_buffer forge_many(struct bf_fat_file file)
{
	uint8_t room[ROOM * ENTRY + 1] = {0};
	memcpy(room, marker, sizeof(marker));
	const struct bf_fat_file files[] = {file, {"/MANY", bf_view(room, sizeof(room))}};
	struct bf_buffer fat = forge_fat(files, ITEMS(files), NULL);
	forge_folder(&fat, "MANY       ");
	return fat;
}

/* Give it n entries: that of the name under the names 000.EFI and so on. */
static void fill_many(struct bf_buffer *fat, const char *name, size_t n)
{
	size_t at;
	assert_true(bf_view_find(bf_buffer_view(fat), 0, bf_view(marker, sizeof(marker)),
				 &at));
	memset(fat->data + at, 0, sizeof(marker));
	for (size_t i = 0; i < n; i++) {
		uint8_t *entry = fat->data + at + i * ENTRY;
		char number[32];
		snprintf(number, sizeof(number), "%03zu     EFI", i);
		memcpy(entry, forge_entry(fat, name), ENTRY);
		memcpy(entry, number, 11);
	}
}

static void test_many_files(void **state)
{
	(void)state;
	static const struct {
		size_t n;
		size_t n_files, n_problems, n_listed;
		unsigned n_unlisted;
	} cases[] = {
		{BF_SCAN_FILES_MAX - 1, BF_SCAN_FILES_MAX, 0, BF_SCAN_FILES_MAX, 0},
		{BF_SCAN_FILES_MAX, BF_SCAN_FILES_MAX, 1, BF_SCAN_FILES_MAX + 1, 0},
		{255, BF_SCAN_FILES_MAX, BF_SCAN_PROBLEMS_MAX, BF_SCAN_LISTED_MAX, 0},
		{ROOM, BF_SCAN_FILES_MAX, BF_SCAN_PROBLEMS_MAX, BF_SCAN_LISTED_MAX, 45},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer fat = forge_many(program);
		fill_many(&fat, "ONE     EFI", cases[i].n);
		struct scanned s = look(&fat);
		assert_int_equal(s.scan->n_files, cases[i].n_files);
		assert_int_equal(s.scan->n_problems, cases[i].n_problems);
		assert_int_equal(s.scan->n_listed, cases[i].n_listed);
		assert_int_equal(s.scan->fats[0].n_unlisted, cases[i].n_unlisted);
		if (cases[i].n_problems)
			assert_string_equal(
				s.scan->problems[0].text,
				"/MANY/063.EFI: more than 64 boot files: left out");
		scanned_free(&s);
		bf_buffer_free(&fat);
	}
}

/* The budget ended it, which counts as the image's fault and is said once. */
static void assert_exhausted(const struct bf_scan *scan)
{
	assert_problem(scan, ": not looked at from here on: it asks for more work");
	assert_true(scan->is_partial);
	assert_true(scan->budget.is_exhausted);
	assert_true(scan->budget.used <= scan->budget.limit);
}

/* Every entry of a folder is the folder itself: 64 to the power of the depth. */
static void test_folders_in_each_other(void **state)
{
	(void)state;
	struct bf_buffer fat = forge_many(program);
	fill_many(&fat, "MANY       ", 64);
	struct scanned s = look(&fat);
	assert_exhausted(s.scan);
	assert_int_equal(s.scan->n_files, 1);
	scanned_free(&s);
	bf_buffer_free(&fat);
}

/* A folder that takes 2 MiB to read, /LARGE and again and again. */
static void test_large_folders(void **state)
{
	(void)state;
	struct bf_buffer large = forge_zeros(2 << 20);
	const struct bf_fat_file file = {"/LARGE", bf_buffer_view(&large)};
	struct bf_buffer fat = forge_many(file);
	forge_folder(&fat, "LARGE      ");
	fill_many(&fat, "LARGE      ", 64);
	struct scanned s = look(&fat);
	assert_exhausted(s.scan);
	/* With FOLDER_WORK 10 it was read this often. */
	assert_non_null(strstr(s.scan->problems[0].text, "/MANY/033.EFI: "));
	scanned_free(&s);
	bf_buffer_free(&fat);
	bf_buffer_free(&large);
}

/* One file six folders down, and one seven. */
static const char *const deep[] = {"/1/2/3/4/5/6/A.EFI", "/1/2/3/4/5/6/7/B.EFI"};

static void test_depth(void **state)
{
	(void)state;
	const struct bf_fat_file files[] = {
		{deep[0], bf_view(forge_efi, FORGE_EFI_SIZE)},
		{deep[1], bf_view(forge_efi, FORGE_EFI_SIZE)},
	};
	struct sample *sample = sample_new();
	sample->files[SAMPLE_CONFIG].path = deep[0];
	sample->files[SAMPLE_GAPS].path = deep[1];
	sample->files[SAMPLE_INSIDE].path = "/program";
	struct bf_buffer images[] = {forge_fat(files, ITEMS(files), NULL),
				     sample_write(&sample->request, NULL)};
	for (size_t i = 0; i < ITEMS(images); i++) {
		struct scanned s = look(&images[i]);
		assert_int_equal(s.scan->n_files, 1);
		assert_string_equal(s.scan->files[0].path, deep[0]);
		assert_problem(s.scan, NULL);
		assert_int_equal(s.scan->n_notes, 1);
		assert_string_equal(s.scan->notes[0].text,
				    "/1/2/3/4/5/6/7: folders in the 6th folder of a path "
				    "were not looked into");
		assert_false(s.scan->is_partial);
		scanned_free(&s);
		bf_buffer_free(&images[i]);
	}
	free(sample);
}

/* In folders of names of 100 characters the longest path has no byte to spare. */
static void test_long_paths(void **state)
{
	(void)state;
	enum { LENGTH = 100 };
	static const struct {
		const char *name;
		size_t n_files, longest;
	} cases[] = {
		{"X.EFI", 5, BF_SCAN_PATH_SIZE - 1},
		{"XX.EFI", 4, BF_SCAN_PATH_SIZE - LENGTH - 1},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		char outer[2 * LENGTH], inner[3 * LENGTH];
		snprintf(outer, sizeof(outer), "/%0*d/%s", LENGTH, 1, cases[i].name);
		snprintf(inner, sizeof(inner), "/%0*d/%0*d/Y.TXT", LENGTH, 1, LENGTH, 2);
		const struct bf_fat_file files[] = {
			{outer, bf_view(forge_efi, FORGE_EFI_SIZE)},
			{inner, bf_view(forge_efi, FORGE_EFI_SIZE)},
		};
		struct bf_buffer fat = forge_fat(files, ITEMS(files), NULL);
		/* Let the inner folder, of the same short name, be the outer one again. */
		const struct bf_view name = bf_view("000000~1   ", 11);
		size_t one, two;
		assert_true(bf_view_find(bf_buffer_view(&fat), 0, name, &one));
		assert_true(bf_view_find(bf_buffer_view(&fat), one + 1, name, &two));
		memcpy(fat.data + two + FORGE_FIRST_CLUSTER,
		       fat.data + one + FORGE_FIRST_CLUSTER, 2);
		struct scanned s = look(&fat);
		size_t longest = 0;
		for (size_t j = 0; j < s.scan->n_files; j++)
			if (strlen(s.scan->files[j].path) > longest)
				longest = strlen(s.scan->files[j].path);
		assert_int_equal(s.scan->n_files, cases[i].n_files);
		assert_int_equal(longest, cases[i].longest);
		assert_problem(s.scan, NULL);
		assert_true(s.scan->n_notes > 0);
		assert_non_null(strstr(s.scan->notes[0].text,
				       ": names that make a path of more than 511 "
				       "characters were left out"));
		scanned_free(&s);
		bf_buffer_free(&fat);
	}
}

/* A stick with more file systems than there is room for: the last one is left out. */
static void test_many_file_systems(void **state)
{
	(void)state;
	enum { N = BF_SCAN_FATS_MAX + 1 };
	uint64_t efi_at;
	struct bf_buffer fat = forge_esp(&efi_at);
	struct bf_gpt_partition partitions[N];
	uint64_t sectors = fat.size / FORGE_SECTOR;
	struct bf_buffer disk = forge_zeros(FORGE_FAT_AT + N * fat.size +
					    BF_GPT_TABLE_SECTORS * FORGE_SECTOR);
	const struct bf_gpt gpt = {.disk_sectors = disk.size / FORGE_SECTOR,
				   .partitions = partitions,
				   .n_partitions = N};
	for (size_t i = 0; i < N; i++) {
		partitions[i] = (struct bf_gpt_partition){
			.type = bf_gpt_basic_data,
			.first_sector = FORGE_FAT_SECTOR + i * sectors,
			.n_sectors = sectors,
			.name = "",
		};
		memcpy(disk.data + FORGE_FAT_AT + i * fat.size, fat.data, fat.size);
	}
	bf_gpt_put(&gpt, disk.data + FORGE_SECTOR,
		   disk.data + disk.size - BF_GPT_TABLE_SIZE);
	struct scanned s = look(&disk);
	assert_int_equal(s.scan->n_fats, BF_SCAN_FATS_MAX);
	for (unsigned i = 0; i < BF_SCAN_FATS_MAX; i++)
		assert_int_equal(bf_scan_find(s.scan, i, "/EFI/BOOT/BOOTX64.EFI")->offset,
				 FORGE_FAT_AT + i * fat.size + efi_at);
	assert_int_equal(s.scan->listed[s.scan->n_listed - 1].fat, BF_SCAN_FATS_MAX - 1);
	assert_problem(s.scan, "at offset 262144: not looked at, after 8 file systems");
	assert_true(s.scan->is_partial);
	scanned_free(&s);
	bf_buffer_free(&fat);
	bf_buffer_free(&disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_files),
		cmocka_unit_test(test_folders_in_each_other),
		cmocka_unit_test(test_large_folders),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_long_paths),
		cmocka_unit_test(test_many_file_systems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
