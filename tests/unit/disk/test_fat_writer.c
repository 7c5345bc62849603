/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/fat_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge.h"

enum { LIMIT = 256 << 20 };

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes that differ from place to place and from seed to seed. */
static uint8_t *noise(size_t size, uint32_t seed)
{
	uint8_t *bytes = malloc(size ? size : 1);
	assert_non_null(bytes);
	uint32_t x = seed * 2654435761u + 1;
	for (size_t i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (uint8_t)x;
	}
	return bytes;
}

/* Files of these names and sizes, with a content of their own each. */
struct content {
	struct bf_fat_file files[BF_FAT_FILES_MAX + 1];
	size_t n_files;
	uint8_t *bytes[BF_FAT_FILES_MAX + 1];
};

static void add(struct content *content, const char *path, size_t size)
{
	size_t n = content->n_files++;
	content->bytes[n] = noise(size, (uint32_t)n + 1);
	content->files[n] = (struct bf_fat_file){path, bf_view(content->bytes[n], size)};
}

static void drop(struct content *content)
{
	for (size_t i = 0; i < content->n_files; i++)
		free(content->bytes[i]);
}

static struct bf_fat_request request_for(const struct content *content)
{
	return (struct bf_fat_request){
		.files = content->files,
		.n_files = content->n_files,
		.label = "BOOTS-FROM",
		.serial = 0x1badb002,
		.time = 1700000001,
		.limit = LIMIT,
	};
}

/* The promises of the header: order, alignment, nothing copied. */
static void check_pieces(const struct content *content, const struct bf_fat_image *image)
{
	uint64_t end = 0;
	size_t piece = 1;
	assert_int_equal(image->size % 2048, 0);
	for (size_t i = 0; i < content->n_files; i++) {
		if (content->files[i].bytes.size == 0) {
			assert_int_equal(image->file_offset[i], 0);
			continue;
		}
		assert_int_equal(image->file_offset[i] % BF_FAT_ALIGNMENT, 0);
		assert_int_equal(image->pieces[piece].offset, image->file_offset[i]);
		assert_ptr_equal(image->pieces[piece].bytes.data,
				 content->files[i].bytes.data);
		piece++;
	}
	assert_int_equal(image->n_pieces, piece);
	for (size_t i = 0; i < image->n_pieces; i++) {
		assert_true(image->pieces[i].offset >= end);
		end = image->pieces[i].offset + image->pieces[i].bytes.size;
	}
	assert_true(end <= image->size);
}

/* fsck.fat has nothing to say, mdir lists all, mcopy gives every byte back. */
static void check_with_judges(const struct content *content,
			      const struct bf_fat_image *image)
{
	struct judge *judge = judge_new();
	judge_write(judge, "esp.img", image->pieces, image->n_pieces, image->size);

	/* Its name and version, the count of files, and not a line of findings. */
	assert_int_equal(judge_run(judge, "fsck.fat -n esp.img"), 0);
	const char *second = strchr(judge->output, '\n');
	assert_non_null(second);
	assert_memory_equal(second + 1, "esp.img: ", 9);
	assert_string_equal(strchr(second + 1, '\n'), "\n");

	/* mdir takes an empty root folder for a failure. */
	if (content->n_files)
		assert_int_equal(judge_run(judge, "mdir -/ -a -b -i esp.img ::"), 0);
	for (size_t i = 0; i < content->n_files; i++)
		assert_non_null(strstr(judge->output, content->files[i].path));

	for (size_t i = 0; i < content->n_files; i++) {
		assert_int_equal(judge_run(judge,
					   "mcopy -n -i esp.img '::%s' out && mv out %zu",
					   content->files[i].path, i),
				 0);
		char name[32];
		snprintf(name, sizeof(name), "%zu", i);
		struct bf_buffer back = judge_read(judge, name);
		assert_int_equal(back.size, content->files[i].bytes.size);
		assert_memory_equal(back.data, content->bytes[i], back.size);
		bf_buffer_free(&back);
	}
	judge_free(judge);
}

/* Build, look at the promises, ask the judges; the caller frees the image. */
static struct bf_fat_image build(const struct content *content)
{
	struct bf_fat_image image;
	struct bf_error error = {""};
	struct bf_fat_request request = request_for(content);
	int err = bf_fat_build(&request, &image, &error);
	if (err)
		fail_msg("%s", error.text);
	check_pieces(content, &image);
	check_with_judges(content, &image);
	return image;
}

static unsigned sectors_per_cluster(const struct bf_fat_image *image)
{
	return image->metadata.data[13];
}

/* Clusters as every driver counts them, from the BPB alone (specification, 3.5). */
static uint32_t cluster_count(const struct bf_fat_image *image)
{
	const uint8_t *bpb = image->metadata.data;
	uint32_t total = bf_le16(bpb + 19) ? bf_le16(bpb + 19) : bf_le32(bpb + 32);
	uint32_t data = bf_le16(bpb + 14) + (uint32_t)bpb[16] * bf_le16(bpb + 22) +
			(bf_le16(bpb + 17) * 32u + 511) / 512;
	assert_int_equal((uint64_t)total * 512, image->size);
	return (total - data) / bpb[13];
}

static void test_an_efi_system_partition(void **state)
{
	(void)state;
	struct content content = {0};
	add(&content, "/EFI/BOOT/BOOTX64.EFI", 1100001);
	add(&content, "/EFI/BOOT/BOOTAA64.EFI", 1150000);
	add(&content, "/autoexec.ipxe", 8192);
	struct bf_fat_image image = build(&content);
	assert_int_equal(image.bits, 16);
	assert_int_equal(sectors_per_cluster(&image), 1);
	assert_in_range(image.size, 2258193, 2258193 + 64 * 1024);
	bf_fat_free(&image);
	drop(&content);
}

/* One file that takes all clusters but the gap in front of the next block. */
static void test_the_limit_between_fat12_and_fat16(void **state)
{
	(void)state;
	static const struct {
		size_t clusters;
		uint32_t counted;
		unsigned bits;
	} rows[] = {
		{1, 4, 12},
		{4080, 4080, 12},
		{4084, 4084, 12},
		/* Whole blocks of four clusters keep the size a multiple of 2048. */
		{4085, 4088, 16},
		{4086, 4088, 16},
		{4089, 4092, 16},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct content content = {0};
		add(&content, "/FILE", rows[i].clusters * 512 - 1);
		struct bf_fat_image image = build(&content);
		assert_int_equal(image.bits, rows[i].bits);
		assert_int_equal(cluster_count(&image), rows[i].counted);
		bf_fat_free(&image);
		drop(&content);
	}
}

/* Clusters grow only where 512 bytes would need more than FAT16 can count. */
static void test_the_cluster_size(void **state)
{
	(void)state;
	static const struct {
		size_t size;
		unsigned sectors;
	} rows[] = {
		{65524 * 512, 1},      {65524 * 512 + 1, 2},  {65524 * 1024, 2},
		{65524 * 1024 + 1, 4}, {65524 * 2048 + 1, 8},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct content content = {0};
		add(&content, "/FILE", rows[i].size);
		struct bf_fat_image image = build(&content);
		assert_int_equal(image.bits, 16);
		assert_int_equal(sectors_per_cluster(&image), rows[i].sectors);
		bf_fat_free(&image);
		drop(&content);
	}
}

static void test_nothing_and_empty_files(void **state)
{
	(void)state;
	struct content content = {0};
	struct bf_fat_image image = build(&content);
	bf_fat_free(&image);
	add(&content, "/EMPTY", 0);
	image = build(&content);
	bf_fat_free(&image);
	add(&content, "/FULL", 1);
	add(&content, "/A/EMPTY", 0);
	add(&content, "/A/FULL", 2049);
	image = build(&content);
	bf_fat_free(&image);
	drop(&content);
}

static void test_deep_folders(void **state)
{
	(void)state;
	char path[BF_FAT_PATH_MAX + 2] = "";
	for (size_t i = 0; i + 2 <= BF_FAT_PATH_MAX; i += 2)
		memcpy(path + i, "/d", 3);
	struct content content = {0};
	add(&content, path, 5000);
	add(&content, "/d/d/Other File", 100);
	struct bf_fat_image image = build(&content);
	bf_fat_free(&image);
	drop(&content);
}

/* What the 8.3 names must be, read from the root folder's bytes. */
static void test_short_names(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		const char *short_name;
	} rows[] = {
		{"/README.TXT", "README  TXT"},
		{"/grub.cfg", "GRUB    CFG"},
		{"/a long name.text", "ALONGN~2TEX"},
		{"/a longer name.text", "ALONGE~1TEX"},
		{"/A.LONG NAME.text", "ALONGN~3TEX"},
		{"/ALONGN~1.TEX", "ALONGN~1TEX"},
		{"/.profile", "PROFIL~1   "},
		{"/a+b=c", "A_B_C~1    "},
		{"/NINECHARS", "NINECH~1   "},
		{"/X.LONG", "X~1     LON"},
		{"/~!@#$%^&.()", "~!@#$%^&() "},
	};
	struct content content = {0};
	for (size_t i = 0; i < ITEMS(rows); i++)
		add(&content, rows[i].path, 10 + i);
	struct bf_fat_image image = build(&content);
	for (size_t i = 0; i < ITEMS(rows); i++)
		assert_true(bf_view_find(bf_buffer_view(&image.metadata), 0,
					 bf_view(rows[i].short_name, 11), &(size_t){0}));
	bf_fat_free(&image);
	drop(&content);
}

/*
 * 32 names with the longest paths, all wanting the same 8.3 name: 673 entries in the root
 * folder.
 */
static void test_many_colliding_names(void **state)
{
	(void)state;
	static char paths[BF_FAT_FILES_MAX][BF_FAT_PATH_MAX + 1];
	struct content content = {0};
	for (size_t i = 0; i < BF_FAT_FILES_MAX; i++) {
		memset(paths[i], 'x', BF_FAT_PATH_MAX);
		snprintf(paths[i] + BF_FAT_PATH_MAX - 6, 7, "%02zu.efi", i);
		paths[i][0] = '/';
		add(&content, paths[i], i * 700);
	}
	struct bf_fat_image image = build(&content);
	assert_int_equal(bf_le16(image.metadata.data + 17), 688);
	bf_fat_free(&image);
	drop(&content);
}

static void test_the_same_bytes_again(void **state)
{
	(void)state;
	struct content content = {0};
	add(&content, "/EFI/BOOT/BOOTX64.EFI", 3000);
	struct bf_fat_request request = request_for(&content);
	struct bf_fat_image one, two;
	assert_int_equal(bf_fat_build(&request, &one, NULL), BF_OK);
	setenv("TZ", "Pacific/Kiritimati", 1);
	assert_int_equal(bf_fat_build(&request, &two, NULL), BF_OK);
	unsetenv("TZ");
	assert_int_equal(one.metadata.size, two.metadata.size);
	assert_memory_equal(one.metadata.data, two.metadata.data, one.metadata.size);
	bf_fat_free(&one);
	bf_fat_free(&two);
	drop(&content);
}

/* The label's write time, in the first entry of the root folder. */
static void test_times(void **state)
{
	(void)state;
	static const struct {
		int64_t time;
		uint16_t date, clock;
	} rows[] = {
		{INT64_MIN, 0x0021, 0x0000}, /* 1980-01-01 */
		{315532799, 0x0021, 0x0000},
		{1700000001, 0x576e, 0xb1aa}, /* 2023-11-14 22:13:21 */
		{INT64_MAX, 0xff9f, 0xbf7d},  /* 2107-12-31 23:59:58 */
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct content content = {0};
		struct bf_fat_request request = request_for(&content);
		struct bf_fat_image image;
		size_t at;
		request.time = rows[i].time;
		assert_int_equal(bf_fat_build(&request, &image, NULL), BF_OK);
		assert_true(bf_view_find(bf_buffer_view(&image.metadata), 512,
					 bf_view("BOOTS-FROM ", 11), &at));
		assert_int_equal(bf_le16(image.metadata.data + at + 22), rows[i].clock);
		assert_int_equal(bf_le16(image.metadata.data + at + 24), rows[i].date);
		bf_fat_free(&image);
	}
}

static void expect_refusal(const struct bf_fat_request *request, int err,
			   const char *text)
{
	struct bf_fat_image image;
	struct bf_error error = {""};
	assert_int_equal(bf_fat_build(request, &image, &error), err);
	assert_string_equal(error.text, text);
	assert_int_equal(bf_fat_build(request, &image, NULL), err);
}

static void test_impossible_names(void **state)
{
	(void)state;
	static const struct {
		const char *paths[2];
		const char *text;
	} rows[] = {
		{{"/a//b"}, "'/a//b' in the FAT file system: empty file name"},
		{{"/"}, "'/' in the FAT file system: empty file name"},
		{{"/a:b"},
		 "'/a:b' in the FAT file system: byte 0x3a is not possible in a "
		 "FAT file name"},
		{{"/\xc3\xa9"},
		 "'/\\xc3\\xa9' in the FAT file system: byte 0xc3 is not "
		 "possible in a FAT file name"},
		{{"/a/../b"},
		 "'/a/../b' in the FAT file system: a FAT file name cannot "
		 "start with a space, nor end with a space or a dot"},
		{{"/a", "/A"},
		 "'/A' in the FAT file system: another file or folder has "
		 "this name"},
		{{"/a/b", "/A"},
		 "'/A' in the FAT file system: another file or folder has "
		 "this name"},
		{{"/a", "/A/b"},
		 "'/A/b' in the FAT file system: another file or folder "
		 "has this name"},
		{{"a"},
		 "a path in the FAT file system must start with '/' and have at "
		 "most 255 characters"},
	};
	for (size_t i = 0; i < ITEMS(rows); i++) {
		struct content content = {0};
		for (size_t j = 0; j < 2 && rows[i].paths[j]; j++)
			add(&content, rows[i].paths[j], 1);
		struct bf_fat_request request = request_for(&content);
		expect_refusal(&request, BF_ERR_INPUT, rows[i].text);
		drop(&content);
	}
}

static void test_labels(void **state)
{
	(void)state;
	struct content content = {0};
	struct bf_fat_request request = request_for(&content);
	struct bf_fat_image image;
	request.label = "";
	assert_int_equal(bf_fat_build(&request, &image, NULL), BF_OK);
	assert_memory_equal(image.metadata.data + 43, "NO NAME    ", 11);
	check_with_judges(&content, &image);
	bf_fat_free(&image);
	request.label = "twelve chars";
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "the FAT volume label has 12 characters, at most 11 fit");
	request.label = "lower";
	expect_refusal(&request, BF_ERR_INPUT,
		       "byte 0x6c is not possible in a FAT volume label");
	request.label = " X";
	expect_refusal(&request, BF_ERR_INPUT,
		       "byte 0x20 is not possible in a FAT volume label");
}

/* The limit is the image's; one byte less than it needs is refused with both sizes. */
static void test_limits(void **state)
{
	(void)state;
	struct content content = {0};
	add(&content, "/FILE", 100000);
	struct bf_fat_request request = request_for(&content);
	struct bf_fat_image image;
	assert_int_equal(bf_fat_build(&request, &image, NULL), BF_OK);
	request.limit = image.size;
	bf_fat_free(&image);
	assert_int_equal(bf_fat_build(&request, &image, NULL), BF_OK);
	bf_fat_free(&image);
	request.limit--;
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "the FAT file system needs 118784 bytes, the limit is 118783");
	request.limit = 99999;
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "a file of 100000 bytes does not fit into a FAT file system of at "
		       "most 99999 bytes");

	/* The sizes alone are refused: these views have no bytes to look at. */
	content.files[0].bytes.size = (size_t)UINT32_MAX + 1;
	request.limit = UINT64_MAX;
	expect_refusal(
		&request, BF_ERR_TOO_BIG,
		"a file of 4294967296 bytes does not fit into a FAT file system of "
		"at most 18446744073709551615 bytes");
	content.files[0].bytes.size = UINT32_MAX;
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "the files need 131072 clusters, FAT16 has at most 65524");
	request.n_files = BF_FAT_FILES_MAX + 1;
	content.files[0].bytes.size = 1;
	expect_refusal(&request, BF_ERR_TOO_BIG,
		       "33 files for the FAT file system, it takes 32");
	drop(&content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_efi_system_partition),
		cmocka_unit_test(test_the_limit_between_fat12_and_fat16),
		cmocka_unit_test(test_the_cluster_size),
		cmocka_unit_test(test_nothing_and_empty_files),
		cmocka_unit_test(test_deep_folders),
		cmocka_unit_test(test_short_names),
		cmocka_unit_test(test_many_colliding_names),
		cmocka_unit_test(test_the_same_bytes_again),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_impossible_names),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
