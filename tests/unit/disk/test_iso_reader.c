/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"
#include "sample_iso.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	DESCRIPTOR = 16 * BF_ISO_BLOCK,
	ROOT_RECORD = DESCRIPTOR + 156,
	LONG_NAME = 200, /* too long for one record: the rest is in a continuation area */
};

/* A small image without partition table; its empty file has a very long name. */
struct fixture {
	struct sample *sample;
	struct bf_buffer image;
	char long_path[LONG_NAME + 2];
	struct bf_iso_extent config, gaps, long_named;
	size_t root; /* offset of the root folder */
};

static struct bf_iso_extent found(const struct bf_buffer *image, const char *path)
{
	struct bf_iso_extent extent;
	struct bf_error error = {""};
	if (bf_iso9660_find(bf_buffer_view(image), path, &extent, &error))
		fail_msg("%s", error.text);
	return extent;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->sample = sample_new();
	f->sample->request.efi_path = NULL;
	f->sample->request.layout = BF_ISO_LAYOUT_CD;
	memset(f->long_path, 'n', LONG_NAME + 1);
	f->long_path[0] = '/';
	f->sample->files[SAMPLE_EMPTY] =
		sample_file(f->long_path, f->sample->pieces[SAMPLE_CONFIG], 1, 13);
	f->image = sample_write(&f->sample->request, NULL);
	assert_non_null(f->image.data);
	f->config = found(&f->image, "/isolinux/A Config.With Long-Name");
	f->gaps = found(&f->image, "/gaps.bin");
	f->long_named = found(&f->image, f->long_path);
	f->root = (size_t)bf_le32(f->image.data + ROOT_RECORD + 2) * BF_ISO_BLOCK;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bf_buffer_free(&f->image);
	free(f->sample);
	free(f);
	return 0;
}

static void test_the_record_belongs_to_the_file(void **state)
{
	struct fixture *f = *state;
	const uint8_t *record = f->image.data + f->gaps.record;
	assert_int_equal((uint64_t)bf_le32(record + 2) * BF_ISO_BLOCK, f->gaps.offset);
	assert_int_equal(bf_le32(record + 10), 9999);
	assert_memory_equal(record + 33, "GAPS.BIN", 8);
	assert_memory_equal(f->image.data + f->long_named.offset, "default ipxe\n", 13);
}

static void test_what_is_not_there(void **state)
{
	struct fixture *f = *state;
	static const char *const paths[] = {
		"",
		"/",
		"//",
		"gaps.bin",
		"/gaps",
		"/gaps.bi",
		"/gaps.bin/",
		"/gaps.bin/gaps.bin",
		"/GAPS.BIN", /* Rock Ridge names have their case */
		"/isolinux",
		"/isolinux/",
		"/isolinux/none",
		"/isolinux/gaps.bin",
		"/isolinux/../gaps.bin",
		"/./gaps.bin",
		"/none/gaps.bin",
	};
	for (size_t i = 0; i < ITEMS(paths); i++) {
		struct bf_iso_extent extent;
		struct bf_error error = {""};
		char text[128];
		snprintf(text, sizeof(text), "ISO 9660: there is no file '%s'", paths[i]);
		assert_int_equal(bf_iso9660_find(bf_buffer_view(&f->image), paths[i],
						 &extent, &error),
				 BF_ERR_INPUT);
		assert_string_equal(error.text, text);
	}
}

/* Without Rock Ridge the ISO name counts, in any case and without its version. */
static void test_iso_names(void **state)
{
	struct fixture *f = *state;
	memset(f->image.data + f->root + 34, 0, 2); /* the SP entry of the "." record */
	assert_int_equal(found(&f->image, "/GAPS.BIN").offset, f->gaps.offset);
	assert_int_equal(found(&f->image, "/gaps.bin").offset, f->gaps.offset);
	/* A version with no extension before it leaves a dot. */
	uint8_t *name = f->image.data + f->gaps.record + 33;
	memcpy(name, "GAPSBIN.;1", 10);
	assert_int_equal(found(&f->image, "/gapsbin").offset, f->gaps.offset);
}

/* The offset of a SUSP entry of the record. */
static size_t susp_entry(const struct fixture *f, const struct bf_iso_extent *file,
			 const char *signature)
{
	size_t offset;
	struct bf_view record =
		bf_view(f->image.data + file->record, f->image.data[file->record]);
	assert_true(bf_view_find(record, 33, bf_view(signature, 2), &offset));
	return (size_t)file->record + offset;
}

/* A damaged Rock Ridge name is none: the ISO name remains. */
static void test_damaged_names(void **state)
{
	struct fixture *f = *state;
	static const uint8_t lengths[] = {0, 3, 4, 255};
	size_t nm = susp_entry(f, &f->gaps, "NM");
	for (size_t i = 0; i < ITEMS(lengths); i++) {
		f->image.data[nm + 2] = lengths[i];
		assert_int_equal(found(&f->image, "/GAPS.BIN").offset, f->gaps.offset);
	}
}

static void test_damaged_continuations(void **state)
{
	struct fixture *f = *state;
	struct bf_iso_extent extent;
	size_t ce = susp_entry(f, &f->long_named, "CE");
	static const struct {
		size_t field; /* of the CE entry */
		uint32_t value;
	} rows[] = {{4, UINT32_MAX}, {4, 0},           {12, UINT32_MAX},
		    {20, 0},         {20, UINT32_MAX}, {20, 3}};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		uint8_t *field = f->image.data + ce + rows[i].field;
		uint32_t was = bf_le32(field);
		bf_put_le32(field, rows[i].value);
		assert_int_equal(bf_iso9660_find(bf_buffer_view(&f->image), f->long_path,
						 &extent, NULL),
				 BF_ERR_INPUT);
		bf_put_le32(field, was);
	}
	assert_int_equal(found(&f->image, f->long_path).offset, f->long_named.offset);
	/* A continuation that leads to itself ends too. */
	bf_put_le32(f->image.data + ce + 4, (uint32_t)(ce / BF_ISO_BLOCK));
	bf_put_le32(f->image.data + ce + 12, (uint32_t)(ce % BF_ISO_BLOCK));
	bf_put_le32(f->image.data + ce + 20, 28);
	assert_int_equal(
		bf_iso9660_find(bf_buffer_view(&f->image), f->long_path, &extent, NULL),
		BF_ERR_INPUT);
}

struct damage {
	size_t offset;
	uint64_t value;
	size_t size; /* of the field, little-endian */
	int err;
	const char *text;
};

static void put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void check_damage(struct fixture *f, const struct damage *damage)
{
	struct bf_iso_extent extent = {0};
	struct bf_error error = {""};
	struct guard guard = guard_copy(f->image.data, f->image.size);
	put(guard.data + damage->offset, damage->value, damage->size);
	assert_int_equal(bf_iso9660_find(bf_view(guard.data, guard.size), "/gaps.bin",
					 &extent, &error),
			 damage->err);
	if (!strstr(error.text, damage->text))
		fail_msg("'%s' is not in '%s'", damage->text, error.text);
	guard_free(&guard);
}

static void test_each_damaged_field(void **state)
{
	struct fixture *f = *state;
	size_t file = (size_t)f->gaps.record;
	const struct damage rows[] = {
		{DESCRIPTOR, 0, 1, BF_ERR_FORMAT, "no primary volume descriptor"},
		{DESCRIPTOR, 255, 1, BF_ERR_FORMAT, "no primary volume descriptor"},
		{DESCRIPTOR + 1, 'c', 1, BF_ERR_FORMAT, "not an ISO 9660 image"},
		{DESCRIPTOR + 128, 512, 2, BF_ERR_UNSUPPORTED, "blocks of 512 bytes"},
		{ROOT_RECORD, 0, 1, BF_ERR_FORMAT, "record at offset 32924"},
		{ROOT_RECORD, 33, 1, BF_ERR_FORMAT, "record at offset 32924"},
		{ROOT_RECORD + 32, 2, 1, BF_ERR_FORMAT, "record at offset 32924"},
		{ROOT_RECORD + 2, UINT32_MAX, 4, BF_ERR_FORMAT,
		 "at offset 8796093020160, the image has"},
		{ROOT_RECORD + 10, 0, 4, BF_ERR_FORMAT, "the root folder is empty"},
		{ROOT_RECORD + 10, (1 << 18) + 1, 4, BF_ERR_TOO_BIG, "262145 bytes"},
		{ROOT_RECORD + 10, UINT32_MAX, 4, BF_ERR_TOO_BIG, "4294967295 bytes"},
		{ROOT_RECORD + 10, 1, 4, BF_ERR_FORMAT, "damaged directory record"},
		{f->root, 1, 1, BF_ERR_FORMAT, "damaged directory record"},
		{file, 33, 1, BF_ERR_FORMAT, "damaged directory record"},
		{file + 32, 255, 1, BF_ERR_FORMAT, "damaged directory record"},
		{file + 1, 255, 1, BF_ERR_FORMAT, "an extent of 9999 bytes"},
		{file + 2, UINT32_MAX, 4, BF_ERR_FORMAT, "an extent of 9999 bytes"},
		{file + 10, UINT32_MAX, 4, BF_ERR_FORMAT, "an extent of 4294967295"},
		{file + 25, 2, 1, BF_ERR_INPUT, "there is no file"},
		{file + 25, 0x80, 1, BF_ERR_UNSUPPORTED, "several extents"},
	};
	for (size_t i = 0; i < ITEMS(rows); i++)
		check_damage(f, &rows[i]);
}

/* Whatever a byte of the directories says: an error, or an extent inside the image. */
static void test_every_damaged_byte(void **state)
{
	struct fixture *f = *state;
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	const struct {
		size_t from, to;
	} areas[] = {
		{DESCRIPTOR, DESCRIPTOR + 200},
		{f->root, f->root + BF_ISO_BLOCK},
		{(size_t)f->config.record, (size_t)f->config.record + 200},
	};
	struct guard guard = guard_copy(f->image.data, f->image.size);
	for (size_t a = 0; a < ITEMS(areas); a++)
		for (size_t at = areas[a].from; at < areas[a].to; at++)
			for (size_t m = 0; m < ITEMS(masks); m++) {
				struct bf_iso_extent extent;
				struct bf_view view = bf_view(guard.data, guard.size);
				guard.data[at] ^= masks[m];
				if (!bf_iso9660_find(view, "/gaps.bin", &extent, NULL))
					assert_true(bf_view_has(view, extent.offset,
								extent.size));
				if (!bf_iso9660_find(view, f->long_path, &extent, NULL))
					assert_true(bf_view_has(view, extent.offset,
								extent.size));
				guard.data[at] ^= masks[m];
			}
	guard_free(&guard);
}

/* Cut anywhere: the file is found only where all of it is still there. */
static void test_truncated(void **state)
{
	struct fixture *f = *state;
	size_t end = (size_t)(f->gaps.offset + f->gaps.size);
	size_t step = 61;
	for (size_t size = 0; size <= f->image.size; size += step) {
		struct bf_iso_extent extent;
		struct guard guard = guard_copy(f->image.data, size);
		int err = bf_iso9660_find(bf_view(guard.data, size), "/gaps.bin", &extent,
					  NULL);
		assert_int_equal(err, size < end ? BF_ERR_FORMAT : BF_OK);
		guard_free(&guard);
		/* Byte by byte where the limit is. */
		step = size + 61 >= end && size < end ? 1 : 61;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_record_belongs_to_the_file,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_iso_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_continuations, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_each_damaged_field, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_damaged_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_truncated, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
