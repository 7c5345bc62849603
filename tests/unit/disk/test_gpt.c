/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/gpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "disk/mbr.h"
#include "guard.h"
#include "judge.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	SECTORS = 4096, /* of the disk */
	FIRST_USABLE = 34,
	LAST_USABLE = SECTORS - 34,
	HEADER_BACKUP = BF_GPT_TABLE_SIZE - BF_GPT_SECTOR,
};

struct disk {
	struct bf_gpt gpt;
	struct bf_gpt_partition partitions[2];
	uint8_t mbr[BF_MBR_SIZE];
	uint8_t primary[BF_GPT_TABLE_SIZE], backup[BF_GPT_TABLE_SIZE];
};

/* Two partitions that fill the disk to its usable ends. */
static void make(struct disk *disk)
{
	const struct bf_mbr mbr = {
		.partitions = {{false, BF_MBR_GPT_PROTECTIVE, 1, SECTORS - 1}}};
	*disk = (struct disk){
		.gpt = {.disk_sectors = SECTORS, .n_partitions = 2},
		.partitions = {{.type = bf_gpt_efi_system,
				.first_sector = FIRST_USABLE,
				.n_sectors = 2048 - FIRST_USABLE,
				.attributes = BF_GPT_REQUIRED,
				.name = "EFI System Partition"},
			       {.type = bf_gpt_basic_data,
				.first_sector = 2048,
				.n_sectors = LAST_USABLE + 1 - 2048,
				.attributes = BF_GPT_READ_ONLY,
				.name = "exactly thirty-six characters, look!"}},
	};
	disk->gpt.partitions = disk->partitions;
	for (uint8_t i = 0; i < BF_GPT_GUID; i++) {
		disk->gpt.disk_guid[i] = (uint8_t)(0x10 + i);
		disk->partitions[0].guid[i] = (uint8_t)(0x20 + i);
		disk->partitions[1].guid[i] = (uint8_t)(0x30 + i);
	}
	memset(disk->primary, 0xff, sizeof(disk->primary));
	memset(disk->backup, 0xff, sizeof(disk->backup));
	bf_mbr_put(&mbr, disk->mbr);
	bf_gpt_put(&disk->gpt, disk->primary, disk->backup);
}

static void judge_disk(struct judge *judge, const struct disk *disk)
{
	const struct bf_piece pieces[] = {
		{0, bf_view(disk->mbr, sizeof(disk->mbr))},
		{BF_GPT_SECTOR, bf_view(disk->primary, sizeof(disk->primary))},
		{(uint64_t)SECTORS * BF_GPT_SECTOR - sizeof(disk->backup),
		 bf_view(disk->backup, sizeof(disk->backup))},
	};
	judge_write(judge, "disk", pieces, ITEMS(pieces),
		    (uint64_t)SECTORS * BF_GPT_SECTOR);
	assert_int_equal(judge_run(judge, "sgdisk -v disk && sgdisk -i 1 disk && "
					  "sgdisk -i 2 disk && sgdisk -p disk"),
			 0);
}

static void expect(const struct judge *judge, const char *text)
{
	if (!strstr(judge->output, text))
		fail_msg("no '%s' in\n%s", text, judge->output);
}

static void test_judged_by_sgdisk(void **state)
{
	(void)state;
	static const char *const wanted[] = {
		"No problems found. 0 free sectors",
		"C12A7328-F81F-11D2-BA4B-00A0C93EC93B (EFI system partition)",
		"Partition unique GUID: 23222120-2524-2726-2829-2A2B2C2D2E2F",
		"First sector: 34 ",
		"Last sector: 2047 ",
		"Attribute flags: 0000000000000001",
		"Partition name: 'EFI System Partition'",
		"EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 (Microsoft basic data)",
		"Last sector: 4062 ",
		"Attribute flags: 1000000000000000",
		"Partition name: 'exactly thirty-six characters, look!'",
		"Disk identifier (GUID): 13121110-1514-1716-1819-1A1B1C1D1E1F",
		"Partition table holds up to 128 entries",
	};
	struct disk disk;
	struct judge *judge = judge_new();
	make(&disk);
	judge_disk(judge, &disk);
	for (size_t i = 0; i < ITEMS(wanted); i++)
		expect(judge, wanted[i]);
	judge_free(judge);
}

/* Either table is enough to restore the other: both are complete. */
static void test_each_table_stands_alone(void **state)
{
	(void)state;
	struct disk disk;
	struct judge *judge = judge_new();
	make(&disk);
	memset(disk.primary, 0, sizeof(disk.primary));
	judge_disk(judge, &disk);
	expect(judge, "invalid main GPT header, but valid backup");
	expect(judge, "'exactly thirty-six characters, look!'");
	make(&disk);
	memset(disk.backup, 0, sizeof(disk.backup));
	judge_disk(judge, &disk);
	expect(judge, "invalid backup GPT header, but valid main header");
	expect(judge, "'exactly thirty-six characters, look!'");
	judge_free(judge);
}

/* The two headers differ in where they are, and in nothing else. */
static void test_the_tables_mirror_each_other(void **state)
{
	(void)state;
	struct disk disk;
	make(&disk);
	const uint8_t *one = disk.primary, *two = disk.backup + HEADER_BACKUP;
	assert_memory_equal(disk.primary + BF_GPT_SECTOR, disk.backup, HEADER_BACKUP);
	assert_int_equal(bf_le64(one + 24), 1);
	assert_int_equal(bf_le64(one + 32), SECTORS - 1);
	assert_int_equal(bf_le64(two + 24), SECTORS - 1);
	assert_int_equal(bf_le64(two + 32), 1);
	assert_int_equal(bf_le64(one + 72), 2);
	assert_int_equal(bf_le64(two + 72), SECTORS - 33);
	assert_memory_equal(one + 40, two + 40, 32);
	assert_memory_equal(one + 80, two + 80, BF_GPT_SECTOR - 80);
}

static void test_no_partitions(void **state)
{
	(void)state;
	struct disk disk;
	struct judge *judge = judge_new();
	make(&disk);
	disk.gpt.n_partitions = 0;
	bf_gpt_put(&disk.gpt, disk.primary, disk.backup);
	const struct bf_piece pieces[] = {
		{0, bf_view(disk.mbr, sizeof(disk.mbr))},
		{BF_GPT_SECTOR, bf_view(disk.primary, sizeof(disk.primary))},
		{(uint64_t)SECTORS * BF_GPT_SECTOR - sizeof(disk.backup),
		 bf_view(disk.backup, sizeof(disk.backup))},
	};
	judge_write(judge, "disk", pieces, ITEMS(pieces),
		    (uint64_t)SECTORS * BF_GPT_SECTOR);
	assert_int_equal(judge_run(judge, "sgdisk -v disk"), 0);
	expect(judge, "No problems found. 4029 free sectors");
	judge_free(judge);
}

/* ---- Reading ---- */

enum {
	SECTOR = BF_GPT_SECTOR,
	READ_SECTORS = 128,
	READ_SIZE = READ_SECTORS * SECTOR,
	HEADER = SECTOR,
	ENTRIES = 2 * SECTOR,
	ENTRY = 128,
};

/* A small disk to read, written by what sgdisk has judged above. */
static void forge(uint8_t disk[READ_SIZE])
{
	const struct bf_gpt_partition partitions[] = {
		{.type = bf_gpt_efi_system,
		 .first_sector = 40,
		 .n_sectors = 20,
		 .name = "ESP"},
		{.type = bf_gpt_basic_data,
		 .first_sector = 60,
		 .n_sectors = 1,
		 .name = "exactly thirty-six characters, look!"},
	};
	const struct bf_gpt gpt = {.disk_sectors = READ_SECTORS,
				   .partitions = partitions,
				   .n_partitions = ITEMS(partitions)};
	memset(disk, 0, READ_SIZE);
	bf_gpt_put(&gpt, disk + HEADER, disk + READ_SIZE - BF_GPT_TABLE_SIZE);
}

static int read_guarded(const uint8_t *disk, size_t size, struct bf_gpt_table *ret,
			struct bf_error *reterr)
{
	struct guard guard = guard_copy(disk, size);
	struct bf_source source = bf_source_view(bf_view(guard.data, size));
	int found = bf_gpt_read(&source, ret, reterr);
	guard_free(&guard);
	return found;
}

static void test_read(void **state)
{
	(void)state;
	uint8_t disk[READ_SIZE];
	struct bf_gpt_table table;
	char guid[BF_GPT_GUID_TEXT];
	forge(disk);
	assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
	assert_true(bf_gpt_header_is_good(&table.primary));
	assert_true(bf_gpt_header_is_good(&table.backup));
	assert_int_equal(table.primary.lba, 1);
	assert_int_equal(table.backup.lba, READ_SECTORS - 1);
	assert_int_equal(table.n_partitions, 2);
	assert_true(bf_gpt_is_efi_system(table.partitions[0].type));
	assert_false(bf_gpt_is_efi_system(table.partitions[1].type));
	assert_int_equal(table.partitions[0].number, 1);
	assert_int_equal(table.partitions[0].offset, 40 * SECTOR);
	assert_int_equal(table.partitions[0].size, 20 * SECTOR);
	assert_string_equal(table.partitions[0].name, "ESP");
	assert_int_equal(table.partitions[1].size, SECTOR);
	assert_string_equal(table.partitions[1].name,
			    "exactly thirty-six characters, look!");
	bf_gpt_format_guid(table.partitions[1].type, guid);
	assert_string_equal(guid, "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7");
}

/* Wherever a byte of headers or entries changes, a CRC does not fit any more. */
static void test_read_crcs(void **state)
{
	(void)state;
	static const size_t places[] = {HEADER + 24, HEADER + 56, HEADER + 88,
					ENTRIES + 16, ENTRIES + ENTRY * 127};
	uint8_t disk[READ_SIZE];
	struct bf_gpt_table table;
	for (size_t i = 0; i < ITEMS(places); i++) {
		forge(disk);
		disk[places[i]] ^= 1;
		assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
		assert_false(bf_gpt_header_is_good(&table.primary));
		assert_true(bf_gpt_header_is_good(&table.backup));
	}
	forge(disk);
	disk[READ_SIZE - SECTOR + 60] ^= 1;
	assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
	assert_true(bf_gpt_header_is_good(&table.primary));
	assert_false(bf_gpt_header_is_good(&table.backup));
	/* Cut off, as a stick that was copied in part. */
	forge(disk);
	assert_int_equal(read_guarded(disk, READ_SIZE - SECTOR, &table, NULL), 1);
	assert_true(bf_gpt_header_is_good(&table.primary));
	assert_false(table.backup.is_there);
	assert_int_equal(table.backup.lba, READ_SECTORS - 1);
}

#define ALL                                                                              \
	{                                                                                \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff                           \
	}

static void test_read_hostile(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t bytes[8];
		size_t size;
		const char *sentence;
	} cases[] = {
		{12, {91}, 4, "GPT: a header of 91 bytes"},
		{12, {1, 2}, 4, "GPT: a header of 513 bytes"},
		{12, {0}, 4, "GPT: a header of 0 bytes"},
		{72, ALL, 8, "128 bytes at block 18446744073709551615"},
		{72, {READ_SECTORS - 1}, 8, "GPT entries: "}, /* past the end */
		{80, {0}, 4, "GPT: 0 partition entries of 128 bytes at block 2"},
		{80, ALL, 4, "GPT: 4294967295 partition entries of 128 bytes"},
		{80, {1, 0x20}, 4, "GPT: 8193 partition entries of 128 bytes"},
		{84, {0}, 4, "GPT: 128 partition entries of 0 bytes"},
		{84, {127}, 4, "GPT: 128 partition entries of 127 bytes"},
		{84, ALL, 4, "GPT: 128 partition entries of 4294967295 bytes"},
	};
	uint8_t disk[READ_SIZE];
	struct bf_gpt_table table;
	struct bf_error error;
	for (size_t i = 0; i < ITEMS(cases); i++) {
		forge(disk);
		memcpy(disk + HEADER + cases[i].at, cases[i].bytes, cases[i].size);
		assert_int_equal(read_guarded(disk, READ_SIZE, &table, &error),
				 BF_ERR_FORMAT);
		assert_int_equal(table.n_partitions, 0);
		if (!strstr(error.text, cases[i].sentence))
			fail_msg("no '%s' in '%s'", cases[i].sentence, error.text);
	}
}

/* The backup only counts as missing, whatever its header or the way to it says. */
static void test_read_hostile_backup(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t bytes[8];
		size_t size;
	} cases[] = {
		{HEADER + 32, ALL, 8},
		{HEADER + 32, {READ_SECTORS}, 8},
		{READ_SIZE - SECTOR, {'X'}, 1},
		{READ_SIZE - SECTOR + 12, {91}, 4},
		{READ_SIZE - SECTOR + 72, ALL, 8},
		{READ_SIZE - SECTOR + 84, {0}, 4},
	};
	uint8_t disk[READ_SIZE];
	struct bf_gpt_table table;
	for (size_t i = 0; i < ITEMS(cases); i++) {
		forge(disk);
		memcpy(disk + cases[i].at, cases[i].bytes, cases[i].size);
		assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
		assert_false(table.backup.is_there);
		assert_false(bf_gpt_header_is_good(&table.backup));
		assert_int_equal(table.n_partitions, 2);
	}
}

static void test_read_nothing(void **state)
{
	(void)state;
	uint8_t disk[READ_SIZE];
	struct bf_gpt_table table;
	forge(disk);
	assert_int_equal(read_guarded(disk, 2 * SECTOR - 1, &table, NULL), 0);
	disk[HEADER + 7] = 't';
	assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 0);
	assert_int_equal(table.n_partitions, 0);
}

/* What an entry can have that is not listed, or not as it stands there. */
static void test_read_entries(void **state)
{
	(void)state;
	uint8_t disk[READ_SIZE];
	struct bf_gpt_table table;
	/* One that ends before it begins, and one that ends beyond 2^64 bytes. */
	forge(disk);
	bf_put_le64(disk + ENTRIES + 40, 39);
	bf_put_le64(disk + ENTRIES + ENTRY + 40, UINT64_MAX / SECTOR);
	assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
	assert_int_equal(table.n_partitions, 0);
	/* The largest there can be, and a name that is not ASCII. */
	bf_put_le64(disk + ENTRIES + ENTRY + 40, UINT64_MAX / SECTOR - 1);
	memcpy(disk + ENTRIES + ENTRY + 56, "\xfc\0\x41\x01\x7f\0Z\0\0", 10);
	assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
	assert_int_equal(table.n_partitions, 1);
	assert_int_equal(table.partitions[0].number, 2);
	assert_true(table.partitions[0].size ==
		    (UINT64_MAX / SECTOR - 1 - 60 + 1) * SECTOR);
	assert_string_equal(table.partitions[0].name, "???Z");
	/* All 128 are used: as many as there is room for. */
	for (size_t i = 1; i < 128; i++)
		memcpy(disk + ENTRIES + i * ENTRY, disk + ENTRIES + ENTRY, ENTRY);
	assert_int_equal(read_guarded(disk, READ_SIZE, &table, NULL), 1);
	assert_int_equal(table.n_partitions, BF_GPT_LISTED_MAX);
	assert_int_equal(table.partitions[31].number, 33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judged_by_sgdisk),
		cmocka_unit_test(test_each_table_stands_alone),
		cmocka_unit_test(test_the_tables_mirror_each_other),
		cmocka_unit_test(test_no_partitions),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_crcs),
		cmocka_unit_test(test_read_hostile),
		cmocka_unit_test(test_read_hostile_backup),
		cmocka_unit_test(test_read_nothing),
		cmocka_unit_test(test_read_entries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
