#include "disk/partition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "disk/gpt.h"
#include "disk/mbr.h"
#include "guard.h"

enum {
	BLOCK = BF_PARTITION_BLOCK,
	BLOCKS = 128,
	SIZE = BLOCKS * BLOCK,
};

/* A disk with an MBR and a GPT, written by the writers that sgdisk judges. */
static void forge(uint8_t disk[SIZE])
{
	const struct bf_mbr mbr = {
		.code = bf_view("code", 4),
		.loaded_sector = 68,
		.partitions = {{true, BF_MBR_NO_TYPE, 0, 100},
			       {false, BF_MBR_EFI_SYSTEM, 40, 20}},
	};
	const struct bf_gpt_partition partitions[] = {
		{.type = bf_gpt_efi_system,
		 .first_sector = 40,
		 .n_sectors = 20,
		 .name = "ESP"},
		{.type = bf_gpt_basic_data,
		 .first_sector = 60,
		 .n_sectors = 1,
		 .name = "Other"},
	};
	const struct bf_gpt gpt = {
		.disk_sectors = BLOCKS, .partitions = partitions, .n_partitions = 2};
	memset(disk, 0, SIZE);
	bf_mbr_put(&mbr, disk);
	bf_gpt_put(&gpt, disk + BLOCK, disk + SIZE - BF_GPT_TABLE_SIZE);
}

static int read_mbr(const uint8_t *disk, size_t size, struct bf_partition_mbr *ret)
{
	struct guard guard = guard_copy(disk, size);
	struct bf_source source = bf_source_view(bf_view(guard.data, size));
	int found = bf_partition_read_mbr(&source, ret, NULL);
	guard_free(&guard);
	return found;
}

static int read_gpt(const uint8_t *disk, size_t size, struct bf_partition_gpt *ret)
{
	struct guard guard = guard_copy(disk, size);
	struct bf_source source = bf_source_view(bf_view(guard.data, size));
	struct bf_error error;
	int found = bf_partition_read_gpt(&source, ret, &error);
	guard_free(&guard);
	return found;
}

static void test_mbr(void **state)
{
	(void)state;
	uint8_t disk[SIZE];
	struct bf_partition_mbr mbr;
	forge(disk);
	assert_int_equal(read_mbr(disk, SIZE, &mbr), 1);
	assert_true(mbr.has_boot_code);
	assert_int_equal(mbr.isohybrid_isolinux, 68 * BLOCK);
	assert_int_equal(mbr.n_partitions, 2);
	assert_true(mbr.partitions[0].is_active);
	assert_int_equal(mbr.partitions[1].number, 2);
	assert_int_equal(mbr.partitions[1].type, BF_PARTITION_ESP);
	assert_int_equal(mbr.partitions[1].offset, 40 * BLOCK);
	assert_int_equal(mbr.partitions[1].size, 20 * BLOCK);
	assert_int_equal(read_mbr(disk, BLOCK, &mbr), 1);
}

static void test_no_mbr(void **state)
{
	(void)state;
	uint8_t disk[SIZE];
	struct bf_partition_mbr mbr;
	forge(disk);
	assert_int_equal(read_mbr(disk, BLOCK - 1, &mbr), 0);
	disk[510] = 0;
	assert_int_equal(read_mbr(disk, SIZE, &mbr), 0);
	/* Code where the table would be. */
	forge(disk);
	disk[446 + 48] = 0x90;
	assert_int_equal(read_mbr(disk, SIZE, &mbr), 0);
	forge(disk);
	memset(disk, 0, 432);
	assert_int_equal(read_mbr(disk, SIZE, &mbr), 1);
	assert_false(mbr.has_boot_code);
}

static void test_gpt(void **state)
{
	(void)state;
	uint8_t disk[SIZE];
	struct bf_partition_gpt gpt;
	char guid[BF_PARTITION_GUID_SIZE];
	forge(disk);
	assert_int_equal(read_gpt(disk, SIZE, &gpt), 1);
	assert_true(bf_partition_header_is_good(&gpt.primary));
	assert_true(bf_partition_header_is_good(&gpt.backup));
	assert_int_equal(gpt.backup.lba, BLOCKS - 1);
	assert_int_equal(gpt.n_partitions, 2);
	assert_true(bf_partition_is_esp(gpt.partitions[0].type));
	assert_false(bf_partition_is_esp(gpt.partitions[1].type));
	assert_int_equal(gpt.partitions[0].offset, 40 * BLOCK);
	assert_int_equal(gpt.partitions[0].size, 20 * BLOCK);
	assert_string_equal(gpt.partitions[1].name, "Other");
	bf_partition_format_guid(gpt.partitions[0].type, guid);
	assert_string_equal(guid, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
}

/* Wherever a byte of headers or entries changes, a CRC does not fit any more. */
static void test_crcs(void **state)
{
	(void)state;
	static const size_t places[] = {BLOCK + 24, BLOCK + 56, BLOCK + 88,
					2 * BLOCK + 16, 2 * BLOCK + 128 * 127};
	uint8_t disk[SIZE];
	struct bf_partition_gpt gpt;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		forge(disk);
		disk[places[i]] ^= 1;
		assert_int_equal(read_gpt(disk, SIZE, &gpt), 1);
		assert_false(bf_partition_header_is_good(&gpt.primary));
		assert_true(bf_partition_header_is_good(&gpt.backup));
	}
	forge(disk);
	disk[SIZE - BLOCK + 60] ^= 1;
	assert_int_equal(read_gpt(disk, SIZE, &gpt), 1);
	assert_true(bf_partition_header_is_good(&gpt.primary));
	assert_false(bf_partition_header_is_good(&gpt.backup));
	/* Cut off, as a stick that was copied in part. */
	forge(disk);
	assert_int_equal(read_gpt(disk, SIZE - BLOCK, &gpt), 1);
	assert_false(gpt.backup.is_there);
}

static void test_hostile_gpt(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t bytes[8];
		size_t size;
		int wanted;
	} cases[] = {
		{0, "X", 1, 0},                        /* signature */
		{12, {91, 0, 0, 0}, 4, BF_ERR_FORMAT}, /* HeaderSize */
		{12, {1, 2, 0, 0}, 4, BF_ERR_FORMAT},  /* 513 */
		{72, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 8, BF_ERR_FORMAT},
		{72, {BLOCKS - 1}, 8, BF_ERR_FORMAT}, /* entries past the end */
		{80, {0}, 4, BF_ERR_FORMAT},          /* no entries */
		{80, {0xff, 0xff, 0xff, 0xff}, 4, BF_ERR_FORMAT}, /* too many */
		{84, {0}, 4, BF_ERR_FORMAT},                      /* of no size */
		{84, {127, 0, 0, 0}, 4, BF_ERR_FORMAT},
		{84, {0xff, 0xff, 0xff, 0xff}, 4, BF_ERR_FORMAT},
		{32, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 8, 1}, /* backup */
	};
	uint8_t disk[SIZE];
	struct bf_partition_gpt gpt;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		forge(disk);
		memcpy(disk + BLOCK + cases[i].at, cases[i].bytes, cases[i].size);
		assert_int_equal(read_gpt(disk, SIZE, &gpt), cases[i].wanted);
	}
	/* An entry that ends before it begins is not listed, nor is one of 2^64 blocks. */
	forge(disk);
	bf_put_le64(disk + 2 * BLOCK + 40, 39);
	memset(disk + 2 * BLOCK + 128 + 40, 0xff, 8);
	assert_int_equal(read_gpt(disk, SIZE, &gpt), 1);
	assert_int_equal(gpt.n_partitions, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mbr),         cmocka_unit_test(test_no_mbr),
		cmocka_unit_test(test_gpt),         cmocka_unit_test(test_crcs),
		cmocka_unit_test(test_hostile_gpt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
