/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_writer.h"

#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "disk/iso_reader.h"
#include "judge.h"
#include "sample_iso.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

static struct bf_buffer write_iso(const struct bf_iso_request *request)
{
	struct bf_error error = {""};
	struct bf_buffer image = sample_write(request, &error);
	if (!image.data)
		fail_msg("%s", error.text);
	return image;
}

static void judge_write_iso(struct judge *judge, const struct bf_buffer *image)
{
	struct bf_piece piece = {0, bf_buffer_view(image)};
	judge_write(judge, "a.iso", &piece, 1, image->size);
}

/* isolinux.bin gets a boot info table from byte 8 to 63; the rest is as it was. */
static bool is_patched(size_t file, uint64_t at)
{
	return file == SAMPLE_BIOS && at >= 8 && at < 64;
}

static void check_bytes(const struct sample *sample, size_t file, const uint8_t *bytes)
{
	for (uint64_t at = 0; at < sample->files[file].size; at++)
		if (!is_patched(file, at) &&
		    bytes[at] != sample_byte(&sample->files[file], at))
			fail_msg("%s differs at %llu", sample->files[file].path,
				 (unsigned long long)at);
}

static void test_every_file_comes_back(void **state)
{
	(void)state;
	struct sample *sample = sample_new();
	struct bf_buffer image = write_iso(&sample->request);
	struct judge *judge = judge_new();
	judge_write_iso(judge, &image);
	assert_int_equal(judge_run(judge,
				   "xorriso -osirrox on -indev a.iso -extract / out "
				   "-- && chmod -R u+rwX out"),
			 0);
	uint64_t end = 0;
	for (size_t i = 0; i < SAMPLE_FILES; i++) {
		struct bf_iso_extent extent;
		char name[128];
		const struct bf_iso_file *file = &sample->files[i];
		assert_int_equal(bf_iso9660_find(bf_buffer_view(&image), file->path,
						 &extent, NULL),
				 BF_OK);
		assert_int_equal(extent.size, file->size);
		check_bytes(sample, i, image.data + extent.offset);
		/* Files stand in the request's order, those within others inside of them. */
		if (file->size && !file->within) {
			assert_true(extent.offset >= end);
			end = extent.offset + extent.size;
		}

		snprintf(name, sizeof(name), "out%s", file->path);
		struct bf_buffer extracted = judge_read(judge, name);
		assert_int_equal(extracted.size, file->size);
		check_bytes(sample, i, extracted.data);
		bf_buffer_free(&extracted);
	}
	judge_free(judge);
	bf_buffer_free(&image);
	free(sample);
}

/* The BIOS file is the last of libisofs's part also where others come after it by name. */
static void test_the_order_is_not_that_of_names(void **state)
{
	(void)state;
	static const char *const paths[] = {"/a.bin", "/a/b/a.bin", "/z/z.bin"};
	for (size_t i = 0; i < ITEMS(paths); i++) {
		struct sample *sample = sample_new();
		struct bf_iso_extent extent;
		sample->files[SAMPLE_BIOS].path = paths[i];
		sample->request.bios_path = paths[i];
		struct bf_buffer image = write_iso(&sample->request);
		assert_int_equal(
			bf_iso9660_find(bf_buffer_view(&image), paths[i], &extent, NULL),
			BF_OK);
		check_bytes(sample, SAMPLE_BIOS, image.data + extent.offset);
		bf_buffer_free(&image);
		free(sample);
	}
}

#define NO_BIOS (1u << 0)
#define NO_UEFI (1u << 1)
#define NO_CODE (1u << 2)

static void leave_out(struct bf_iso_request *request, unsigned what)
{
	if (what & NO_BIOS)
		request->bios_path = NULL;
	if (what & NO_UEFI)
		request->efi_path = NULL;
	if (what & NO_CODE)
		request->mbr_code = bf_view(NULL, 0);
}

/* What xorriso sees of every kind of image, and what it must not see. */
static void test_boot_structure(void **state)
{
	(void)state;
	static const struct {
		enum bf_iso_layout layout;
		unsigned without;
		const char *seen[8];
		const char *unseen[3];
	} rows[] = {
		{BF_ISO_LAYOUT_ISOHYBRID,
		 0,
		 {"Volume id    : 'boots-from'",
		  "El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4 ",
		  "El Torito boot img :   2  UEFI  y   none  0x0000  0x00     80 ",
		  "El Torito img path :   1  /isolinux/isolinux.bin",
		  "El Torito img opts :   1  boot-info-table isohybrid-suitable",
		  "System area summary: MBR isohybrid cyl-align-on GPT",
		  "GPT partition path :   2  /esp.img",
		  "MBR partition path :   2  /esp.img"},
		 {NULL}},
		{BF_ISO_LAYOUT_ISOHYBRID,
		 NO_UEFI,
		 {"El Torito boot img :   1  BIOS",
		  "System area summary: MBR isohybrid cyl-align-on\n",
		  "MBR partition      :   1   0x80  0x17            0 "},
		 {"UEFI", "GPT"}},
		{BF_ISO_LAYOUT_ISOHYBRID,
		 NO_BIOS,
		 {"El Torito boot img :   1  UEFI  y   none  0x0000  0x00     80 ",
		  "MBR protective-msdos-label cyl-align-off GPT",
		  "MBR partition      :   1   0x00  0xee            1 ",
		  "GPT partition path :   1  /esp.img"},
		 {"BIOS", "MBR partition      :   2"}},
		{BF_ISO_LAYOUT_ISOHYBRID,
		 NO_CODE,
		 {"El Torito boot img :   1  BIOS", "El Torito boot img :   2  UEFI",
		  "MBR partition      :   1   0x00  0xee            1 ",
		  "GPT partition path :   1  /esp.img"},
		 {"isohybrid cyl-align"}},
		{BF_ISO_LAYOUT_GPT,
		 0,
		 {"El Torito boot img :   1  BIOS", "El Torito boot img :   2  UEFI",
		  "MBR partition      :   1   0x00  0xee            1 ",
		  "GPT type GUID      :   1  28732ac11ff8d211ba4b00a0c93ec93b",
		  "GPT partition path :   1  /esp.img"},
		 {"MBR partition      :   2", "GPT partition path :   2", "0x80"}},
		{BF_ISO_LAYOUT_MBR,
		 0,
		 {"El Torito boot img :   1  BIOS", "El Torito boot img :   2  UEFI",
		  "System area summary: MBR isohybrid cyl-align-on\n",
		  "MBR partition      :   1   0x80  0x00            0 ",
		  "MBR partition path :   2  /esp.img"},
		 {"GPT"}},
		{BF_ISO_LAYOUT_MBR,
		 NO_BIOS,
		 {"MBR partition      :   1   0x00  0xef ",
		  "MBR partition path :   1  /esp.img"},
		 {"GPT", "0x80", "isohybrid"}},
		{BF_ISO_LAYOUT_CD,
		 0,
		 {"El Torito boot img :   1  BIOS", "El Torito boot img :   2  UEFI"},
		 {"System area summary", "MBR", "GPT"}},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct sample *sample = sample_new();
		struct judge *judge = judge_new();
		sample->request.layout = rows[i].layout;
		leave_out(&sample->request, rows[i].without);
		struct bf_buffer image = write_iso(&sample->request);
		assert_int_equal(image.size % BF_ISO_BLOCK, 0);
		judge_write_iso(judge, &image);
		assert_int_equal(judge_run(judge,
					   "xorriso -indev a.iso -report_el_torito "
					   "plain -report_system_area plain"),
				 0);
		for (size_t j = 0; j < ITEMS(rows[i].seen) && rows[i].seen[j]; j++)
			if (!strstr(judge->output, rows[i].seen[j]))
				fail_msg("row %zu: no '%s' in\n%s", i, rows[i].seen[j],
					 judge->output);
		for (size_t j = 0; j < ITEMS(rows[i].unseen) && rows[i].unseen[j]; j++)
			if (strstr(judge->output, rows[i].unseen[j]))
				fail_msg("row %zu: '%s' in\n%s", i, rows[i].unseen[j],
					 judge->output);
		bf_buffer_free(&image);
		judge_free(judge);
		free(sample);
	}
}

static void assert_same(const struct bf_buffer *a, const struct bf_buffer *b)
{
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->data, b->data, a->size);
}

/*
 * Every kind of image, at times that libisofs could take for "now" too. Rock Ridge file
 * serial numbers did vary, with the order of the nodes' addresses.
 */
static void test_the_same_bytes_anywhere_and_any_time(void **state)
{
	(void)state;
	static const int64_t times[] = {1700000000, 0, INT64_MIN, INT64_MAX};
	struct bf_buffer before[ITEMS(times)][2], after;
	struct sample *sample = sample_new();
	char folder[4096];
	assert_non_null(getcwd(folder, sizeof(folder)));
	for (size_t i = 0; i < ITEMS(times); i++) {
		sample->request.time = times[i];
		sample->request.bios_path = "/isolinux/isolinux.bin";
		before[i][0] = write_iso(&sample->request);
		sample->request.bios_path = NULL;
		before[i][1] = write_iso(&sample->request);
	}
	free(sample);

	/* Another second, zone, folder, locale, mask and other addresses. */
	sleep(2);
	setenv("TZ", "Asia/Kathmandu", 1);
	assert_int_equal(chdir("/"), 0);
	setlocale(LC_ALL, "C.UTF-8");
	mode_t mask = umask(0);
	void *other_addresses = malloc(100001);
	sample = sample_new();
	for (size_t i = 0; i < ITEMS(times); i++) {
		sample->request.time = times[i];
		sample->request.bios_path = "/isolinux/isolinux.bin";
		after = write_iso(&sample->request);
		assert_same(&before[i][0], &after);
		bf_buffer_free(&after);
		sample->request.bios_path = NULL;
		after = write_iso(&sample->request);
		assert_same(&before[i][1], &after);
		bf_buffer_free(&after);
		bf_buffer_free(&before[i][0]);
		bf_buffer_free(&before[i][1]);
	}
	umask(mask);
	setlocale(LC_ALL, "C");
	unsetenv("TZ");
	assert_int_equal(chdir(folder), 0);
	free(other_addresses);
	free(sample);
}

static void *write_in_thread(void *argument)
{
	struct sample *sample = sample_new();
	struct bf_buffer *images = argument;
	for (int i = 0; i < 4; i++)
		images[i] = sample_write(&sample->request, NULL);
	free(sample);
	return NULL;
}

static void test_threads_take_turns(void **state)
{
	(void)state;
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	struct bf_buffer images[THREADS][4] = {0};
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, write_in_thread, images[i]), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(images[0][0].size > 0);
	for (int i = THREADS - 1; i >= 0; i--)
		for (int j = 3; j >= 0; j--) {
			assert_same(&images[0][0], &images[i][j]);
			bf_buffer_free(&images[i][j]);
		}
}

static void expect_refusal(const struct bf_iso_request *request, int err,
			   const char *text)
{
	struct bf_iso_image image = {0};
	struct bf_error error = {""};
	assert_int_equal(bf_iso_build(request, &image, &error), err);
	assert_null(image.head.data);
	assert_null(image.pieces.items);
	if (strncmp(error.text, text, strlen(text)) != 0)
		fail_msg("'%s' is not '%s...'", error.text, text);
}

static void test_impossible_requests(void **state)
{
	(void)state;
	struct sample *sample = sample_new();
	struct bf_iso_request request = sample->request;
	request.bios_path = "/none";
	expect_refusal(&request, BF_ERR_INPUT, "ISO image: BIOS boot image: ");
	request = sample->request;
	request.efi_path = "/a";
	expect_refusal(&request, BF_ERR_INPUT, "ISO image: UEFI boot image: ");
	request.efi_path = "/a/b/empty";
	expect_refusal(&request, BF_ERR_INPUT, "ISO image: UEFI boot image: ");
	request.efi_path = "/EFI/BOOT/BOOTX64.EFI";
	expect_refusal(&request, BF_ERR_INPUT, "ISO image: UEFI boot image: ");
	sample->files[SAMPLE_ESP].size = (32 << 20) - 511;
	request = sample->request;
	expect_refusal(
		&request, BF_ERR_TOO_BIG,
		"ISO image: UEFI boot image: 33553921 bytes, at most 33553920 fit");
	sample->files[SAMPLE_ESP].size = sizeof(sample->esp);
	request = sample->request;
	request.label = "123456789012345678901234567890123";
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "ISO image: the label has 33 characters, at most 32 fit");
	request = sample->request;
	request.mbr_code.size = BF_ISO_MBR_CODE_MAX + 1;
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "ISO image: the MBR code has 433 bytes, at most 432 fit");
	request = sample->request;
	request.n_files = BF_ISO_FILES_MAX + 1;
	expect_refusal(&request, BF_ERR_TOO_BIG, "ISO image: 33 files, it takes 32");
	free(sample);
}

static void test_impossible_files_within_others(void **state)
{
	(void)state;
	struct sample *sample = sample_new();
	struct bf_iso_file *inside = &sample->files[SAMPLE_INSIDE];
	const struct bf_iso_file good = *inside;
	static const char text[] = "ISO image: /EFI/BOOT/BOOTX64.EFI: ";
	const struct {
		const struct bf_iso_file *within;
		uint64_t offset, size;
	} rows[] = {
		{good.within, 2047, 1},
		{good.within, 4096, sizeof(sample->esp) - 4095},
		{good.within, UINT64_MAX - 2047, 4096},
		{inside, 0, 1},
		{&good, 0, 1},
		{&sample->files[SAMPLE_FILES], 0, 1},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		inside->within = rows[i].within;
		inside->offset = rows[i].offset;
		inside->size = rows[i].size;
		expect_refusal(&sample->request, BF_ERR_INPUT, text);
	}
	*inside = good;
	inside->size = sizeof(sample->esp) - 4096;
	struct bf_buffer image = write_iso(&sample->request);
	bf_buffer_free(&image);
	free(sample);
}

static void test_impossible_files(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		uint64_t size;
		int err;
		const char *text;
	} rows[] = {
		{"/isolinux/isolinux.bin", 0, BF_ERR_INPUT,
		 "ISO image: /isolinux/isolinux.bin: "},
		{"/isolinux", 0, BF_ERR_INPUT, "ISO image: /isolinux: "},
		{"/gaps.bin/x", 0, BF_ERR_INPUT, "ISO image: /gaps.bin/x: "},
		{"/a//x", 0, BF_ERR_INPUT, "ISO image: /a//x: "},
		{"/", 0, BF_ERR_INPUT, "ISO image: /: "},
		{"x", 0, BF_ERR_INPUT, "ISO image: a path must start with '/'"},
		{"/x", BF_ISO_SIZE_MAX, BF_ERR_TOO_BIG,
		 "ISO image: the files have more than 1073741824 bytes"},
		{"/x", UINT64_MAX, BF_ERR_TOO_BIG,
		 "ISO image: the files have more than 1073741824 bytes"},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct sample *sample = sample_new();
		sample->files[SAMPLE_EMPTY].path = rows[i].path;
		sample->files[SAMPLE_EMPTY].size = rows[i].size;
		expect_refusal(&sample->request, rows[i].err, rows[i].text);
		free(sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_file_comes_back),
		cmocka_unit_test(test_the_order_is_not_that_of_names),
		cmocka_unit_test(test_boot_structure),
		cmocka_unit_test(test_the_same_bytes_anywhere_and_any_time),
		cmocka_unit_test(test_threads_take_turns),
		cmocka_unit_test(test_impossible_requests),
		cmocka_unit_test(test_impossible_files),
		cmocka_unit_test(test_impossible_files_within_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
