/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "disk/eltorito.h"
#include "disk/iso_fields.h"
#include "disk/iso_reader.h"
#include "sample_iso.h"

/* A finished image and all that it was made from. */
struct fixture {
	struct sample *sample;
	struct bf_iso_image image;
	struct bf_iso_disk disk;
};

static struct fixture new_fixture(enum bf_iso_layout layout, bool has_bios, bool has_efi)
{
	struct fixture f = {.sample = sample_new()};
	struct bf_iso_request *request = &f.sample->request;
	request->layout = layout;
	request->bios_path = has_bios ? request->bios_path : NULL;
	request->efi_path = has_efi ? request->efi_path : NULL;
	assert_int_equal(bf_iso_build(request, &f.image, NULL), BF_OK);
	f.disk = (struct bf_iso_disk){.layout = layout,
				      .size = f.image.pieces.size,
				      .label = request->label,
				      .time = request->time};
	if (has_bios) {
		f.disk.boot_code = request->mbr_code;
		f.disk.loaded_offset = f.image.file_offset[SAMPLE_BIOS];
	}
	if (has_efi) {
		f.disk.esp_offset = f.image.file_offset[SAMPLE_ESP];
		f.disk.esp_size = sizeof(f.sample->esp);
	}
	return f;
}

static void free_fixture(struct fixture *f)
{
	bf_iso_image_free(&f->image);
	free(f->sample);
}

static int check(const struct fixture *f, struct bf_error *reterr)
{
	return bf_iso_check_image(&f->sample->request, &f->image, &f->disk, reterr);
}

/* A byte of what libisofs has written is another one, and this is noticed. */
static void expect_noticed(struct fixture *f, uint64_t at)
{
	uint8_t *byte = f->image.head.data + at;
	*byte ^= 0x04;
	if (check(f, NULL) == BF_OK)
		fail_msg("byte %llu, 0x%02x, may be 0x%02x", (unsigned long long)at,
			 *byte ^ 0x04, *byte);
	*byte ^= 0x04;
}

static void expect_all_noticed(struct fixture *f, uint64_t from, uint64_t size,
			       uint64_t step)
{
	for (uint64_t at = from; at < from + size; at += step)
		expect_noticed(f, at);
	assert_int_equal(check(f, NULL), BF_OK);
}

/* The record but for its length, to its name's length, and the Rock Ridge name. */
static void expect_record_noticed(struct fixture *f, const char *path)
{
	struct bf_source image = bf_source_pieces(&f->image.pieces);
	struct bf_iso_volume volume;
	struct bf_iso_extent extent;
	const char *name = strrchr(path, '/') + 1;
	struct bf_view head = bf_buffer_view(&f->image.head);
	size_t rock_ridge;
	assert_int_equal(bf_iso9660_open(&image, &volume, NULL), BF_OK);
	assert_int_equal(bf_iso9660_lookup(&volume, path, &extent, NULL), BF_OK);
	expect_all_noticed(f, extent.record + 1, 32, 1);
	assert_true(bf_view_find(head, extent.record, bf_view(name, strlen(name)),
				 &rock_ridge));
	expect_all_noticed(f, rock_ridge, strlen(name), 1);
}

static const struct {
	enum bf_iso_layout layout;
	bool has_bios, has_efi;
} kinds[] = {
	{BF_ISO_LAYOUT_ISOHYBRID, true, true},  {BF_ISO_LAYOUT_ISOHYBRID, true, false},
	{BF_ISO_LAYOUT_ISOHYBRID, false, true}, {BF_ISO_LAYOUT_GPT, true, true},
	{BF_ISO_LAYOUT_MBR, true, true},        {BF_ISO_LAYOUT_MBR, false, true},
	{BF_ISO_LAYOUT_CD, true, true},         {BF_ISO_LAYOUT_CD, false, false},
};

static void test_every_byte_of_structures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct fixture f =
			new_fixture(kinds[i].layout, kinds[i].has_bios, kinds[i].has_efi);
		struct bf_source source = bf_source_pieces(&f.image.pieces);
		struct bf_eltorito catalog = {0};
		const uint8_t *descriptor = f.image.head.data + 16 * BF_ISO_BLOCK;
		size_t descriptors = kinds[i].has_bios || kinds[i].has_efi ? 3 : 2;
		size_t used = kinds[i].layout == BF_ISO_LAYOUT_CD
				      ? 0
				      : BF_MBR_SIZE + BF_GPT_TABLE_SIZE;

		expect_all_noticed(&f, used, BF_ISO_SYSTEM_AREA - used, 101);
		expect_all_noticed(&f, 16 * BF_ISO_BLOCK, descriptors * BF_ISO_BLOCK, 1);
		expect_all_noticed(
			&f,
			(uint64_t)bf_le32(descriptor + BF_ISO_PVD_PATH_TABLE_L) *
				BF_ISO_BLOCK,
			bf_le32(descriptor + BF_ISO_PVD_PATH_TABLE_SIZE), 1);
		expect_all_noticed(
			&f,
			(uint64_t)bf_be32(descriptor + BF_ISO_PVD_PATH_TABLE_M) *
				BF_ISO_BLOCK,
			bf_le32(descriptor + BF_ISO_PVD_PATH_TABLE_SIZE), 1);
		if (bf_eltorito_read(&source, &catalog, NULL))
			expect_all_noticed(&f, catalog.catalog, BF_ISO_BLOCK, 1);
		if (kinds[i].has_bios) {
			expect_all_noticed(&f, f.disk.loaded_offset, 100, 1);
			expect_all_noticed(&f, f.disk.loaded_offset,
					   sizeof(f.sample->bios), 97);
		}
		free_fixture(&f);
	}
}

static void test_every_file(void **state)
{
	(void)state;
	struct fixture f = new_fixture(BF_ISO_LAYOUT_ISOHYBRID, true, true);
	for (size_t i = 0; i < SAMPLE_FILES; i++)
		if (i != SAMPLE_EMPTY) /* where it is does not matter */
			expect_record_noticed(&f, f.sample->files[i].path);
	expect_record_noticed(&f, "/boot.cat");
	free_fixture(&f);
}

/* The image is what it was, but something else is asked for. */
static void test_another_request(void **state)
{
	(void)state;
	struct fixture f = new_fixture(BF_ISO_LAYOUT_ISOHYBRID, true, true);
	struct bf_iso_request *request = &f.sample->request;
	const struct bf_iso_request good = *request;
	struct bf_error error;
	request->label = "boots-fro";
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "the volume descriptor"));
	*request = good;
	request->time++;
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	*request = good;
	request->n_files--;
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "the name of a file"));
	*request = good;
	request->efi_path = "/gaps.bin";
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "the boot catalog"));
	*request = good;
	f.sample->files[SAMPLE_GAPS].size--;
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "the record of a file"));
	f.sample->files[SAMPLE_GAPS].size++;
	f.sample->files[SAMPLE_EMPTY].path = "/a/b/empti";
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	f.sample->files[SAMPLE_EMPTY].path = "/a/b/empty";
	f.sample->bios[15000] ^= 1;
	assert_int_equal(check(&f, &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "the BIOS boot image"));
	f.sample->bios[15000] ^= 1;
	assert_int_equal(check(&f, &error), BF_OK);
	free_fixture(&f);
}

/* Partition tables that lead elsewhere than to what they are asked to. */
static void test_another_disk(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct fixture f =
			new_fixture(kinds[i].layout, kinds[i].has_bios, kinds[i].has_efi);
		struct bf_iso_disk *disk = &f.disk;
		const struct bf_iso_disk good = *disk;
		disk->layout = disk->layout == BF_ISO_LAYOUT_CD ? BF_ISO_LAYOUT_MBR
								: BF_ISO_LAYOUT_CD;
		assert_int_equal(check(&f, NULL), BF_ERR_FORMAT);
		*disk = good;
		if (disk->layout == BF_ISO_LAYOUT_CD) {
			free_fixture(&f);
			continue;
		}
		disk->loaded_offset += kinds[i].has_bios ? BF_ISO_BLOCK : 0;
		disk->esp_offset += kinds[i].has_bios ? 0 : BF_ISO_BLOCK;
		assert_int_equal(check(&f, NULL), BF_ERR_FORMAT);
		*disk = good;
		disk->esp_size += BF_ISO_BLOCK;
		assert_int_equal(check(&f, NULL), BF_ERR_FORMAT);
		*disk = good;
		assert_int_equal(check(&f, NULL), BF_OK);
		free_fixture(&f);
	}
}

/* A header has 92 bytes, and each table a header and its entries: UEFI 2.10, table 5.5. */
static void test_both_gpts_count(void **state)
{
	(void)state;
	struct fixture f = new_fixture(BF_ISO_LAYOUT_GPT, true, true);
	const uint64_t header = BF_GPT_TABLE_SIZE - BF_GPT_SECTOR;
	expect_all_noticed(&f, BF_MBR_SIZE, 92, 1);
	expect_all_noticed(&f, BF_MBR_SIZE + BF_GPT_SECTOR, header, 101);
	for (size_t at = 0; at < header + 92; at += 23) {
		f.image.backup.data[at] ^= 1;
		assert_int_equal(check(&f, NULL), BF_ERR_FORMAT);
		f.image.backup.data[at] ^= 1;
	}
	assert_int_equal(check(&f, NULL), BF_OK);
	free_fixture(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_of_structures),
		cmocka_unit_test(test_every_file),
		cmocka_unit_test(test_another_request),
		cmocka_unit_test(test_another_disk),
		cmocka_unit_test(test_both_gpts_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
