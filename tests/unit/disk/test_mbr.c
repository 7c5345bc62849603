/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/mbr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "guard.h"
#include "judge.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum { SECTORS_PER_MIB = 2048 };

static void test_every_field(void **state)
{
	(void)state;
	uint8_t code[BF_MBR_CODE_MAX], out[BF_MBR_SIZE];
	memset(code, 0x90, sizeof(code));
	const struct bf_mbr mbr = {
		.code = bf_view(code, sizeof(code)),
		.loaded_sector = 0x11223344,
		.disk_signature = 0x55667788,
		.partitions = {{true, BF_MBR_NO_TYPE, 0, 3 * SECTORS_PER_MIB},
			       {false, BF_MBR_EFI_SYSTEM, 1200, 4212}},
	};
	static const uint8_t wanted[] = {
		/* 432: the sector to load, the disk signature */
		0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0, 0,
		/* head 0, sector 1, cylinder 0 to head 63, sector 32, cylinder 2 */
		0x80, 0x00, 0x01, 0x00, 0x00, 0x3f, 0x20, 0x02, 0, 0, 0, 0, 0x00, 0x18, 0,
		0,
		/* head 37, sector 17, cylinder 0 to head 41, sector 4, cylinder 2 */
		0x00, 0x25, 0x11, 0x00, 0xef, 0x29, 0x04, 0x02, 0xb0, 0x04, 0, 0, 0x74,
		0x10, 0, 0};
	memset(out, 0xff, sizeof(out));
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out, code, sizeof(code));
	assert_memory_equal(out + 432, wanted, sizeof(wanted));
	for (size_t i = 432 + sizeof(wanted); i < 510; i++)
		assert_int_equal(out[i], 0);
	assert_memory_equal(out + 510, "\x55\xaa", 2);
}

static void test_no_code(void **state)
{
	(void)state;
	uint8_t out[BF_MBR_SIZE];
	const struct bf_mbr mbr = {.loaded_sector = 5};
	bf_mbr_put(&mbr, out);
	for (size_t i = 0; i < 510; i++)
		assert_int_equal(out[i], 0);
}

/* UEFI 2.10, table 5.4. */
static void test_protective(void **state)
{
	(void)state;
	static const uint8_t wanted[16] = {0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff,
					   1, 0, 0, 0, 0xff, 0x17, 0,    0};
	uint8_t out[BF_MBR_SIZE];
	const struct bf_mbr mbr = {
		.partitions = {{false, BF_MBR_GPT_PROTECTIVE, 1, 6143}}};
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out + 446, wanted, sizeof(wanted));
}

/* Cylinder 1023 is the last one there is a number for. */
static void test_beyond_the_last_cylinder(void **state)
{
	(void)state;
	uint8_t out[BF_MBR_SIZE];
	struct bf_mbr mbr = {
		.partitions = {{false, BF_MBR_NO_TYPE, 0, 1024 * SECTORS_PER_MIB}}};
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out + 446 + 5, "\x3f\xe0\xff", 3);
	mbr.partitions[0].n_sectors++;
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out + 446 + 5, "\xfe\xff\xff", 3);
}

/* fdisk reads what we wrote. */
static void test_judged_by_fdisk(void **state)
{
	(void)state;
	uint8_t out[BF_MBR_SIZE];
	struct judge *judge = judge_new();
	const struct bf_mbr mbr = {
		.disk_signature = 0x12345678,
		.partitions = {{true, BF_MBR_HIDDEN_NTFS, 64, 100},
			       {false, BF_MBR_EFI_SYSTEM, 2048, 4096}},
	};
	bf_mbr_put(&mbr, out);
	const struct bf_piece piece = {0, bf_view(out, sizeof(out))};
	judge_write(judge, "disk", &piece, 1, 8 << 20);
	assert_int_equal(judge_run(judge, "sfdisk --dump disk && sfdisk --verify disk"),
			 0);
	static const char *const wanted[] = {
		"label: dos", "label-id: 0x12345678",
		"disk1 : start=          64, size=         100, type=17, bootable",
		"disk2 : start=        2048, size=        4096, type=ef\n",
		"No errors detected."};
	for (size_t i = 0; i < ITEMS(wanted); i++)
		if (!strstr(judge->output, wanted[i]))
			fail_msg("no '%s' in\n%s", wanted[i], judge->output);
	judge_free(judge);
}

/* ---- Reading ---- */

/* A sector whose table is used at both ends. */
static void forge(uint8_t sector[BF_MBR_SIZE])
{
	const struct bf_mbr mbr = {
		.code = bf_view("code", 4),
		.loaded_sector = 68,
		.partitions = {{true, BF_MBR_NO_TYPE, 0, 100},
			       {0},
			       {0},
			       {false, BF_MBR_EFI_SYSTEM, 40, 20}},
	};
	bf_mbr_put(&mbr, sector);
}

static int read_guarded(const uint8_t *disk, size_t size, struct bf_mbr_table *ret)
{
	struct guard guard = guard_copy(disk, size);
	struct bf_source source = bf_source_view(bf_view(guard.data, size));
	int found = bf_mbr_read(&source, ret, NULL);
	guard_free(&guard);
	return found;
}

static void test_read(void **state)
{
	(void)state;
	uint8_t sector[BF_MBR_SIZE];
	struct bf_mbr_table table;
	forge(sector);
	assert_int_equal(read_guarded(sector, sizeof(sector), &table), 1);
	assert_true(table.has_boot_code);
	assert_int_equal(table.isohybrid_isolinux, 68 * BF_MBR_SECTOR);
	assert_int_equal(table.n_partitions, 2);
	assert_int_equal(table.partitions[0].number, 1);
	assert_true(table.partitions[0].is_active);
	assert_int_equal(table.partitions[0].type, BF_MBR_NO_TYPE);
	assert_int_equal(table.partitions[0].offset, 0);
	assert_int_equal(table.partitions[0].size, 100 * BF_MBR_SECTOR);
	assert_int_equal(table.partitions[1].number, 4);
	assert_false(table.partitions[1].is_active);
	assert_int_equal(table.partitions[1].type, BF_MBR_EFI_SYSTEM);
	assert_int_equal(table.partitions[1].offset, 40 * BF_MBR_SECTOR);
	assert_int_equal(table.partitions[1].size, 20 * BF_MBR_SECTOR);
}

/* One byte at a time: what makes a sector no MBR, and what does not. */
static void test_read_changed(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t byte;
		int wanted;
	} cases[] = {
		{510, 0, 0},
		{511, 0, 0},
		/* Code where the first byte of each entry would be. */
		{446, 0x90, 0},
		{446 + 16, 0x01, 0},
		{446 + 32, 0x7f, 0},
		{446 + 48, 0xff, 0},
		{446 + 48, 0x80, 1},
		{446 + 4, 0xff, 1},
	};
	uint8_t sector[BF_MBR_SIZE];
	struct bf_mbr_table table;
	for (size_t i = 0; i < ITEMS(cases); i++) {
		forge(sector);
		sector[cases[i].at] = cases[i].byte;
		assert_int_equal(read_guarded(sector, sizeof(sector), &table),
				 cases[i].wanted);
	}
	forge(sector);
	assert_int_equal(read_guarded(sector, sizeof(sector) - 1, &table), 0);
	assert_int_equal(read_guarded(sector, 0, &table), 0);
}

/* The code area ends where isohybrid keeps its address: that alone is no code. */
static void test_read_code(void **state)
{
	(void)state;
	uint8_t sector[BF_MBR_SIZE];
	struct bf_mbr_table table;
	forge(sector);
	memset(sector, 0, BF_MBR_CODE_MAX);
	assert_int_equal(read_guarded(sector, sizeof(sector), &table), 1);
	assert_false(table.has_boot_code);
	sector[BF_MBR_CODE_MAX - 1] = 1;
	assert_int_equal(read_guarded(sector, sizeof(sector), &table), 1);
	assert_true(table.has_boot_code);
}

/* The last sectors an entry can name lie beyond 32 bits of bytes. */
static void test_read_the_largest(void **state)
{
	(void)state;
	uint8_t sector[BF_MBR_SIZE];
	struct bf_mbr_table table;
	forge(sector);
	memset(sector + 432, 0xff, 4);
	memset(sector + 446 + 48 + 8, 0xff, 8);
	assert_int_equal(read_guarded(sector, sizeof(sector), &table), 1);
	assert_true(table.isohybrid_isolinux == UINT64_C(0x1fffffffe00));
	assert_true(table.partitions[1].offset == UINT64_C(0x1fffffffe00));
	assert_true(table.partitions[1].size == UINT64_C(0x1fffffffe00));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_no_code),
		cmocka_unit_test(test_protective),
		cmocka_unit_test(test_beyond_the_last_cylinder),
		cmocka_unit_test(test_judged_by_fdisk),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_changed),
		cmocka_unit_test(test_read_code),
		cmocka_unit_test(test_read_the_largest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
