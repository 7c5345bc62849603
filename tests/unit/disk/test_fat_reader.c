/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/fat_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"

/* File systems that mkfs.fat and mtools made, of every type, with one long name. */
static const struct {
	const char *options;
	unsigned bits;
} kinds[] = {
	{"-F 12 -C x 1440", 12},
	{"-F 16 -C x 16384", 16},
	{"-F 16 -s 1 -R 4 -S 2048 -C x 32768", 16},
	{"-F 32 -s 1 -C x 40000", 32},
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]), FILE_SIZE = 200001 };

static const char long_name[] = "A long name with, many parts.Extension";

static uint8_t *new_contents(void)
{
	uint8_t *contents = malloc(FILE_SIZE);
	assert_non_null(contents);
	for (size_t i = 0; i < FILE_SIZE; i++)
		contents[i] = (uint8_t)(i * 7 + i / 300);
	return contents;
}

/* The file is in two pieces in the folder "sub", in the order of the folder. */
static struct bf_buffer make(struct judge *judge, size_t kind, const uint8_t *contents)
{
	const struct bf_piece piece = {.bytes = bf_view(contents, FILE_SIZE)};
	judge_write(judge, "file", &piece, 1, FILE_SIZE);
	judge_write(judge, "half", &piece, 1, FILE_SIZE / 2);
	assert_int_equal(
		judge_run(judge, "rm -f x && mkfs.fat -n LABEL %s", kinds[kind].options),
		0);
	assert_int_equal(judge_run(judge,
				   "mmd -i x ::/sub && mcopy -i x half ::/a.bin && "
				   "mcopy -i x half ::/b.bin && mdel -i x ::/a.bin && "
				   "mcopy -i x file '::/sub/%s' && "
				   "mcopy -i x half ::/sub/SHORT.TXT",
				   long_name),
			 0);
	return judge_read(judge, "x");
}

static void find(struct bf_fat_volume *volume, const struct bf_fat_entry *parent,
		 const char *name, struct bf_fat_entry *ret)
{
	struct bf_fat_folder folder = {0};
	struct bf_error error;
	assert_int_equal(bf_fatreader_read_folder(volume, parent, &folder, &error),
			 BF_OK);
	while (bf_fatreader_next(&folder, ret))
		if (strcmp(ret->name, name) == 0) {
			bf_buffer_free(&folder.bytes);
			return;
		}
	fail_msg("there is no '%s'", name);
}

static void test_every_type(void **state)
{
	(void)state;
	struct judge *judge = judge_new();
	uint8_t *contents = new_contents();
	for (size_t i = 0; i < N_KINDS; i++) {
		struct bf_buffer image = make(judge, i, contents);
		struct bf_source source = bf_source_view(bf_buffer_view(&image));
		struct bf_fat_volume volume;
		struct bf_fat_entry sub, file;
		struct bf_buffer bytes = {0};
		struct bf_error error;
		uint64_t offset;
		bool is_contiguous;
		assert_int_equal(bf_fatreader_open(&source, &volume, &error), BF_OK);
		assert_int_equal(volume.bits, kinds[i].bits);
		assert_string_equal(volume.label, "LABEL");
		find(&volume, NULL, "sub", &sub);
		assert_true(sub.is_folder);
		find(&volume, &sub, long_name, &file);
		assert_int_equal(file.size, FILE_SIZE);
		assert_int_equal(
			bf_fatreader_load(&volume, &file, FILE_SIZE, &bytes, &error),
			BF_OK);
		assert_memory_equal(bytes.data, contents, FILE_SIZE);
		assert_int_equal(bf_fatreader_locate(&volume, &file, &offset,
						     &is_contiguous, &error),
				 BF_OK);
		assert_memory_equal(image.data + offset, contents, 512);
		assert_int_equal(
			bf_fatreader_load(&volume, &file, FILE_SIZE - 1, &bytes, &error),
			BF_ERR_TOO_BIG);
		find(&volume, &sub, "SHORT.TXT", &file);
		assert_int_equal(bf_fatreader_locate(&volume, &file, &offset,
						     &is_contiguous, &error),
				 BF_OK);
		bf_buffer_free(&bytes);
		bf_buffer_free(&image);
	}
	free(contents);
	judge_free(judge);
}

/* A chain that loops, one that ends early and one that leads nowhere. */
static void test_chains(void **state)
{
	(void)state;
	static const uint16_t links[] = {0, 1, 0xffff, 0xfff7, 0xfff0};
	struct judge *judge = judge_new();
	uint8_t *contents = new_contents();
	struct bf_buffer image = make(judge, 1, contents);
	struct bf_source source = bf_source_view(bf_buffer_view(&image));
	struct bf_fat_volume volume;
	struct bf_fat_entry sub, file;
	struct bf_buffer bytes = {0};
	struct bf_error error;
	assert_int_equal(bf_fatreader_open(&source, &volume, &error), BF_OK);
	find(&volume, NULL, "sub", &sub);
	find(&volume, &sub, long_name, &file);
	uint8_t *link = image.data + volume.fat + (size_t)(file.first_cluster + 3) * 2;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		bf_put_le16(link, links[i]);
		volume.window_offset = UINT64_MAX;
		assert_int_equal(
			bf_fatreader_load(&volume, &file, FILE_SIZE, &bytes, &error),
			BF_ERR_FORMAT);
	}
	/* A folder that goes on for ever is cut off; a file's size ends its chain. */
	link = image.data + volume.fat + (size_t)sub.first_cluster * 2;
	bf_put_le16(link, (uint16_t)sub.first_cluster);
	volume.window_offset = UINT64_MAX;
	struct bf_fat_folder folder = {0};
	assert_int_equal(bf_fatreader_read_folder(&volume, &sub, &folder, &error),
			 BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "a folder of more than"));
	bf_buffer_free(&image);
	free(contents);
	judge_free(judge);
}

static void test_boot_sectors(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint16_t value;
		int wanted;
	} cases[] = {
		{510, 0, BF_ERR_UNSUPPORTED},     {0, 0x9090, BF_ERR_UNSUPPORTED},
		{11, 0, BF_ERR_UNSUPPORTED},      {11, 8192, BF_ERR_UNSUPPORTED},
		{11, 513, BF_ERR_UNSUPPORTED},    {13, 0x0100, BF_ERR_UNSUPPORTED},
		{13, 0x0103, BF_ERR_UNSUPPORTED}, {14, 0, BF_ERR_UNSUPPORTED},
		{16, 3, BF_ERR_UNSUPPORTED},      {14, 0xffff, BF_ERR_FORMAT},
		{22, 0xffff, BF_ERR_FORMAT},      {22, 1, BF_ERR_FORMAT},
	};
	struct judge *judge = judge_new();
	uint8_t *contents = new_contents();
	struct bf_buffer image = make(judge, 1, contents);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t sector[512];
		struct bf_fat_volume volume;
		struct bf_error error;
		memcpy(sector, image.data, sizeof(sector));
		bf_put_le16(sector + cases[i].at, cases[i].value);
		struct bf_source source = bf_source_view(bf_view(sector, sizeof(sector)));
		assert_int_equal(bf_fatreader_open(&source, &volume, &error),
				 cases[i].wanted);
	}
	bf_buffer_free(&image);
	free(contents);
	judge_free(judge);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_boot_sectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
