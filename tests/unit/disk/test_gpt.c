#include "disk/gpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "disk/mbr.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judged_by_sgdisk),
		cmocka_unit_test(test_each_table_stands_alone),
		cmocka_unit_test(test_the_tables_mirror_each_other),
		cmocka_unit_test(test_no_partitions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
